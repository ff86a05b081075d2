"""What is wrong with a call is told as the service tells it."""

from __future__ import annotations

import pytest

from sandbox import Faults, Request
from sandbox.oauth.accounts import ALL_SCOPES
from tests.sandbox.client import Client, decode_body


def test_a_call_without_a_token_is_401_code_14(client: Client) -> None:
    """Without the header, or with another scheme, the response is 401 code 14."""
    for headers in ({}, {"authorization": f"Bearer {client.token}"}):
        response = client.world.answer(Request("GET", "/books/v3/items", {}, headers))
        assert (response.status, response.code) == (401, 14)


def test_a_dead_token_and_a_missing_scope_look_the_same(client: Client) -> None:
    """A token that is cancelled, and one that lacks the scope, are both 401 code 57."""
    scopes = client.world.scopes
    own = client.world.credentials.refresh_token
    scopes[own] = ALL_SCOPES - {"ZohoBooks.invoices.READ"}
    missing = client.call("invoices")
    assert client.call("bills").status == 200
    client.world.cancel_tokens()
    dead = client.call("bills")
    assert (missing.status, missing.body) == (dead.status, dead.body)
    assert (dead.status, dead.code) == (401, 57)


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("ZohoBooks.invoices.READ", "invoices", 200),
        ("ZohoBooks.invoices.ALL", "invoices", 200),
        ("ZohoBooks.fullaccess.all", "invoices", 200),
        ("ZohoBooks.invoices.CREATE", "invoices", 401),
        ("ZohoBooks.settings.READ", "items", 200),
        ("ZohoBooks.settings.READ", "settings/taxes", 200),
        ("ZohoBooks.accountants.READ", "chartofaccounts", 200),
        ("ZohoBooks.debitnotes.READ", "vendorcredits", 200),
        ("ZohoBooks.custommodules.READ", "cm_debtor", 401),
        ("ZohoBooks.custommodules.ALL", "cm_debtor", 200),
        ("ZohoBooks.items.READ", "items", 200),
        ("ZohoBooks.contacts.READ", "items", 401),
    ],
)
def test_each_list_needs_the_scope_of_its_area(
    client: Client, scope: str, path: str, status: int
) -> None:
    """READ or ALL of the area opens a list; custom modules need ALL even to read."""
    client.world.scopes[client.world.credentials.refresh_token] = frozenset({scope})
    assert client.call(path).status == status


@pytest.mark.parametrize(("scope", "status"), [("items", 200), ("settings", 401)])
def test_a_renamed_scope_may_count_by_one_name_only(
    client: Client, scope: str, status: int
) -> None:
    """Both names open a list, unless the service is told to take one of them only."""
    client.world.scopes[client.world.credentials.refresh_token] = frozenset(
        {f"ZohoBooks.{scope}.READ"}
    )
    assert client.call("items").status == 200
    client.world.areas["items"] = "items"
    assert client.call("items").status == status


@pytest.mark.parametrize("wanted", ["12345", ""])
def test_a_wrong_organization_is_400_code_6041(client: Client, wanted: str) -> None:
    """An organization that the user is not of is 400 code 6041, while organizations still works."""
    response = client.call("items", organization_id=wanted)
    assert (response.status, response.code) == (400, 6041)
    assert client.call("organizations").status == 200


@pytest.mark.parametrize(
    "path", ["nowhere", "invoices/1/nowhere", "settings/branches", "cm_none", "debitnotes", ""]
)
def test_an_unknown_path_is_404_code_5(client: Client, path: str) -> None:
    """Without an endpoint the response is 404 code 5."""
    response = client.call(path)
    assert (response.status, response.code) == (404, 5)


@pytest.mark.parametrize("path", ["invoices/1", "organizations/1", "settings/taxgroups/1"])
def test_a_missing_document_is_404_code_1002(client: Client, path: str) -> None:
    """Without a document of that id the response is 404 code 1002."""
    response = client.call(path)
    assert (response.status, response.code) == (404, 1002)
    assert b"does not exist." in response.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_double_is_read_only(client: Client, method: str) -> None:
    """Other methods than GET are 405 code 37."""
    response = client.call("invoices", method)
    assert (response.status, response.code) == (405, 37)


def test_a_collection_can_be_refused_in_one_organization(client: Client) -> None:
    """A test may have a list response as in a plan that lacks it, in one organization only."""
    first, second = client.world.holdings
    client.world.refuse("projects", 404, 5, "Invalid URL Passed", organization_id=first)
    assert client.call("projects").code == 5
    client.organization_id = second
    assert client.call("projects").status == 200


def test_single_documents_can_be_refused(client: Client) -> None:
    """A test may refuse documents, with their children; a request for many leaves them out."""
    first, second = sorted(client.world.ids(client.organization_id, "items"))[:2]
    order = min(client.world.ids(client.organization_id, "purchaseorders"))
    client.world.refuse_documents([first, order], 401, 57, "You are not authorized.")
    assert client.call(f"items/{first}").code == 57
    assert client.call(f"items/{second}").code == 0
    assert client.call(f"purchaseorders/{order}/comments").code == 57
    items = decode_body(client.call("itemdetails", item_ids=f"{first},{second}"))["items"]
    assert [one["item_id"] for one in items] == [second]
    client.world.single_documents.allow()
    assert client.call(f"items/{first}").code == 0


def test_another_document_can_be_sent(client: Client) -> None:
    """A test may have the service send another document than the one asked for."""
    first, second = sorted(client.world.ids(client.organization_id, "items"))[:2]
    client.world.single_documents.swaps[first] = second
    assert decode_body(client.call(f"items/{first}"))["item"]["item_id"] == second
    items = decode_body(client.call("itemdetails", item_ids=f"{first},{second}"))["items"]
    assert [one["item_id"] for one in items] == [second, second]


def test_responses_have_the_date_of_the_clock(client: Client) -> None:
    """The Date header is the world's clock."""
    assert client.call("items").headers["Date"] == "Fri, 20 Nov 2026 15:30:00 GMT"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("500", 500, 1000),
        ("html", 502, 0),
        ("429:43", 429, 43),
        ("429:44", 429, 44),
        ("429:45", 429, 45),
        ("1070", 429, 1070),
        ("cancel", 401, 57),
    ],
)
def test_a_scripted_fault_happens_once(client: Client, fault: str, status: int, code: int) -> None:
    """A fault on the script hits the next request of Books, and only that one."""
    client.world.script.append(fault)
    response = client.call("items")
    assert (response.status, response.code) == (status, code)
    client.token = client.mint()["access_token"]
    assert client.call("items").status == 200


def test_a_scripted_429_may_have_retry_after(client: Client) -> None:
    """A third part of the fault is sent as Retry-After."""
    client.world.script.append("429:44:30")
    assert client.call("items").headers["Retry-After"] == "30"


def test_a_fault_that_does_not_exist_is_an_error(client: Client) -> None:
    """A misspelt fault raises."""
    client.world.script.append("nonsense")
    with pytest.raises(ValueError, match="nonsense"):
        client.call("items")


def test_faults_have_their_rates_and_are_repeatable(client: Client) -> None:
    """Shares of requests fail as drawn from the seed, whichever fault it is."""
    outcomes = []
    for _ in range(2):
        client.world.faults = Faults(server_error=0.2, html=0.2, drop=0.1, seed=5)
        outcomes.append([client.call("items").status for _ in range(200)])
    assert outcomes[0] == outcomes[1]
    counts = [outcomes[0].count(status) for status in (500, 502, 0, 200)]
    assert counts[3] > counts[0] > counts[2] > 0
    assert 20 < counts[1] < 60


@pytest.mark.parametrize("fault", ["throttle", "500", "html", "drop"])
def test_the_accounts_server_has_a_script_of_its_own(client: Client, fault: str) -> None:
    """Token calls can be made to fail once, too."""
    client.world.accounts.script.append(fault)
    response = client.accounts()
    assert (response.status, response.fault) == {
        "throttle": (400, ""), "500": (500, ""), "html": (502, ""), "drop": (0, "drop"),
    }[fault]  # fmt: skip
    assert "access_token" in decode_body(client.accounts())
