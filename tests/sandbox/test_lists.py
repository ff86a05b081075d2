"""Lists page and sort as recorded."""

from __future__ import annotations

import pytest

from sandbox import Behaviour, World
from sandbox.data.catalog import load_endpoints
from tests.sandbox.client import Client, Clock, parse_instant

TOP = [path for path in load_endpoints() if "{" not in path and not load_endpoints()[path].parent]
BEHIND_INVOICES = "debitnotes"
ONE_LEVEL_DEEPER = "settings/paymentterms"
LISTED = [path for path in TOP if path != BEHIND_INVOICES]


@pytest.mark.parametrize("path", LISTED)
def test_every_list_responds_with_its_rows_under_its_own_key(client: Client, path: str) -> None:
    """Each list of the table responds with 200 with code 0 and rows that have their id as text."""
    response = client.get(path)
    one = load_endpoints()[path]
    assert response["code"] == 0
    rows = response["data"][one.rows] if path == ONE_LEVEL_DEEPER else response[one.rows]
    assert rows
    assert all(isinstance(row[one.key], str) for row in rows)


@pytest.mark.parametrize("path", [path for path in LISTED if load_endpoints()[path].paged])
def test_pages_of_a_list_hold_every_row_once(client: Client, path: str) -> None:
    """Walking the pages of a list yields each of its records exactly once."""
    one = load_endpoints()[path]
    everything = {"include_root_category": "false"}
    if one.applied:
        everything["filter_by"] = one.applied.replace(".Active", ".All")
    seen: list[str] = []
    more, page = True, 1
    while more:
        response = client.get(path, page=str(page), per_page="7", **everything)
        seen += [row[one.key] for row in response[one.rows]]
        more, page = response["page_context"]["has_more_page"], page + 1
    held = client.world.ids(client.organization_id, path)
    assert sorted(seen) == sorted(held)


def test_a_page_past_the_end_is_empty_and_no_error(client: Client) -> None:
    """Past the last page the response is 200, an empty array and has_more_page false."""
    response = client.get("invoices", page="99")
    assert response["invoices"] == []
    assert response["page_context"]["has_more_page"] is False


@pytest.mark.parametrize(
    ("asked", "given"), [(None, 200), ("50", 50), ("200", 200), ("201", 200), ("1000", 200)]
)
def test_a_page_holds_at_most_200_rows(clock: Clock, asked: str | None, given: int) -> None:
    """per_page defaults to 200 and is capped there."""
    client = Client(World.build(rows={"invoices": 450}, clock=clock), clock)
    params = {} if asked is None else {"per_page": asked}
    response = client.get("invoices", **params)
    assert response["page_context"]["per_page"] == given
    assert len(response["invoices"]) == given


def test_the_chart_of_accounts_is_one_page_by_default(client: Client) -> None:
    """Without per_page the chart of accounts responds with 5000; a given per_page is used."""
    assert client.get("chartofaccounts")["page_context"]["per_page"] == 5000
    assert client.get("chartofaccounts", per_page="100")["page_context"]["per_page"] == 100


@pytest.mark.parametrize("value", ["0", "-1", "x", "", "1.5", "²"])
@pytest.mark.parametrize("name", ["page", "per_page"])
def test_a_page_that_is_no_number_is_refused(client: Client, name: str, value: str) -> None:
    """A page or page size that is not a positive number is 400 code 2."""
    response = client.call("invoices", **{name: value})
    assert (response.status, response.code) == (400, 2)


@pytest.mark.parametrize(
    ("path", "column", "order"),
    [
        ("invoices", "created_time", "D"),
        ("expenses", "created_time", "D"),
        ("projects", "created_time", "D"),
        ("purchaseorders", "created_time", "D"),
        ("salesorders", "created_time", "D"),
        ("vendorpayments", "date", "D"),
        ("customerpayments", "date", "D"),
        ("journals", "journal_date", "D"),
        ("contacts", "contact_name", "A"),
        ("items", "name", "A"),
        ("settings/taxes", "tax_name", "A"),
        ("chartofaccounts", "account_type", "A"),
        ("bankaccounts", "account_name", "A"),
    ],
)
def test_each_list_has_a_default_order(client: Client, path: str, column: str, order: str) -> None:
    """Unsorted calls come in the recorded default order, and page_context names it."""
    response = client.get(path)
    context = response["page_context"]
    values = [row[column].casefold() for row in response[load_endpoints()[path].rows]]
    assert (context["sort_column"], context["sort_order"]) == (column, order)
    assert values == sorted(values, reverse=order == "D")


@pytest.mark.parametrize("path", ["invoices", "bills", "contacts", "items", "journals"])
@pytest.mark.parametrize("order", ["A", "D"])
def test_a_sort_by_change_is_honoured_and_echoed(client: Client, path: str, order: str) -> None:
    """sort_column=last_modified_time sorts the rows, and page_context says so."""
    response = client.get(path, sort_column="last_modified_time", sort_order=order)
    times = [row["last_modified_time"] for row in response[load_endpoints()[path].rows]]
    instants = [parse_instant(one) for one in times]
    assert instants == sorted(instants, reverse=order == "D")
    assert response["page_context"]["sort_column"] == "last_modified_time"
    assert response["page_context"]["sort_order"] == order


def test_purchase_orders_ignore_a_sort_and_echo_their_own(client: Client) -> None:
    """A sort of purchase orders changes neither the rows nor the echo."""
    plain = client.get("purchaseorders")
    sorted_by = client.get("purchaseorders", sort_column="created_time", sort_order="A")
    assert sorted_by == plain
    assert sorted_by["page_context"]["sort_order"] == "D"


def test_an_unknown_sort_column_is_silently_ignored(client: Client) -> None:
    """A sort by a column that a list does not have leaves its own order."""
    assert client.get("invoices", sort_column="nonsense") == client.get("invoices")


def test_page_context_differs_from_list_to_list(client: Client) -> None:
    """Each list has the page_context that was recorded of it, and organizations have none."""
    contexts = {
        path: client.get(path).get("page_context")
        for path in ("invoices", "settings/currencies", "bankaccounts", "settings/taxes")
    }
    assert set(contexts["settings/currencies"] or {}) == {
        "page", "per_page", "has_more_page", "report_name",
    }  # fmt: skip
    assert "custom_fields" in (contexts["invoices"] or {})
    assert "custom_fields" not in (contexts["bankaccounts"] or {})
    assert {"as_of_date", "to_date"} <= set(contexts["settings/taxes"] or {})
    assert "page_context" not in client.get("organizations")
    assert "page_context" not in client.get("locations")


def test_a_behaviour_can_be_set_for_a_test(client: Client) -> None:
    """A test sets whether sort and filter are honoured, ignored or refused, and the echo."""
    world = client.world
    world.behaviour["bills"] = Behaviour(sort="ignored", filter="ignored", echo="lies")
    response = client.get(
        "bills", sort_column="last_modified_time", sort_order="A",
        last_modified_time="2036-01-01T00:00:00+0000",
    )  # fmt: skip
    assert len(response["bills"]) == 30
    assert response["page_context"]["sort_column"] == "last_modified_time"
    world.behaviour["bills"] = Behaviour(sort="refused", echo=False)
    assert client.call("bills", sort_column="date").code == 2
    assert "sort_column" not in client.get("bills")["page_context"]


@pytest.mark.parametrize("is_stated", [True, False])
def test_a_list_may_return_fewer_rows_a_page(client: Client, *, is_stated: bool) -> None:
    """A page may have fewer rows than requested; the next one begins behind them."""
    every = client.rows("bills")
    client.world.behaviour["bills"] = Behaviour(page_limit=7, states_page_limit=is_stated)
    pages = [client.get("bills", page=str(one), per_page="200") for one in range(1, 6)]
    assert [row for page in pages for row in page["bills"]] == every
    contexts = [page["page_context"] for page in pages]
    assert [one["has_more_page"] for one in contexts] == [True] * 4 + [False]
    assert {one["per_page"] for one in contexts} == {7 if is_stated else 200}


def test_a_count_can_be_had_without_rows(client: Client) -> None:
    """response_option=2 returns the count of invoices and no rows."""
    response = client.get("invoices", response_option="2")
    assert response["page_context"]["total"] == 30
    assert "invoices" not in response


@pytest.mark.parametrize("path", ["vendorcredits", "salespersons", "settings/tags"])
def test_a_disputed_key_is_spelt_both_ways(client: Client, path: str) -> None:
    """If sources disagree on the key of the rows, each edition has one spelling."""
    keys = []
    for organization in client.world.holdings:
        client.organization_id = organization
        keys.append(
            next(name for name, value in client.get(path).items() if isinstance(value, list))
        )
    assert keys == [load_endpoints()[path].rows, load_endpoints()[path].other_rows]
