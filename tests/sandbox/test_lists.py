"""Lists answer as the recorded service does."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from sandbox import Behaviour, World
from sandbox.data.catalog import load_endpoints
from tests.sandbox.client import Client, Clock, instant

if TYPE_CHECKING:
    from collections.abc import Callable

TOP = [path for path in load_endpoints() if "{" not in path and not load_endpoints()[path].parent]
BEHIND_INVOICES = "debitnotes"
LISTED = [path for path in TOP if path != BEHIND_INVOICES]


@pytest.mark.parametrize("path", LISTED)
def test_every_list_answers_with_its_rows_under_its_own_key(client: Client, path: str) -> None:
    """Each list of the table answers 200 with code 0 and rows that bear their id as text."""
    answer = client.get(path)
    one = load_endpoints()[path]
    assert answer["code"] == 0
    assert answer[one.rows]
    assert all(isinstance(row[one.key], str) for row in answer[one.rows])


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
        answer = client.get(path, page=str(page), per_page="7", **everything)
        seen += [row[one.key] for row in answer[one.rows]]
        more, page = answer["page_context"]["has_more_page"], page + 1
    held = client.world.ids(client.organization_id, path)
    assert sorted(seen) == sorted(held)


def test_a_page_past_the_end_is_empty_and_no_error(client: Client) -> None:
    """Past the last page the answer is 200, an empty array and has_more_page false."""
    answer = client.get("invoices", page="99")
    assert answer["invoices"] == []
    assert answer["page_context"]["has_more_page"] is False


@pytest.mark.parametrize(
    ("asked", "given"), [(None, 200), ("50", 50), ("200", 200), ("201", 200), ("1000", 200)]
)
def test_a_page_holds_at_most_200_rows(clock: Clock, asked: str | None, given: int) -> None:
    """per_page defaults to 200 and is capped there."""
    client = Client(World.build(rows={"invoices": 450}, clock=clock), clock)
    params = {} if asked is None else {"per_page": asked}
    answer = client.get("invoices", **params)
    assert answer["page_context"]["per_page"] == given
    assert len(answer["invoices"]) == given


def test_the_chart_of_accounts_comes_on_one_page_unless_asked(client: Client) -> None:
    """Without per_page the chart of accounts answers with 5000; with one it obeys."""
    assert client.get("chartofaccounts")["page_context"]["per_page"] == 5000
    assert client.get("chartofaccounts", per_page="100")["page_context"]["per_page"] == 100


@pytest.mark.parametrize("value", ["0", "-1", "x", "", "1.5", "²"])
@pytest.mark.parametrize("name", ["page", "per_page"])
def test_a_page_that_is_no_number_is_refused(client: Client, name: str, value: str) -> None:
    """A page or page size that is not a positive number is 400 code 2."""
    answer = client.call("invoices", **{name: value})
    assert (answer.status, answer.code) == (400, 2)


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
def test_a_list_has_an_order_of_its_own(client: Client, path: str, column: str, order: str) -> None:
    """Unsorted calls come in the recorded default order, and page_context names it."""
    answer = client.get(path)
    context = answer["page_context"]
    values = [row[column].casefold() for row in answer[load_endpoints()[path].rows]]
    assert (context["sort_column"], context["sort_order"]) == (column, order)
    assert values == sorted(values, reverse=order == "D")


@pytest.mark.parametrize("path", ["invoices", "bills", "contacts", "items", "journals"])
@pytest.mark.parametrize("order", ["A", "D"])
def test_a_sort_by_change_is_honoured_and_echoed(client: Client, path: str, order: str) -> None:
    """sort_column=last_modified_time sorts the rows, and page_context says so."""
    answer = client.get(path, sort_column="last_modified_time", sort_order=order)
    times = [row["last_modified_time"] for row in answer[load_endpoints()[path].rows]]
    instants = [instant(one) for one in times]
    assert instants == sorted(instants, reverse=order == "D")
    assert answer["page_context"]["sort_column"] == "last_modified_time"
    assert answer["page_context"]["sort_order"] == order


def test_purchase_orders_ignore_a_sort_and_say_so(client: Client) -> None:
    """A sort of purchase orders changes neither the rows nor the echo."""
    plain = client.get("purchaseorders")
    sorted_by = client.get("purchaseorders", sort_column="created_time", sort_order="A")
    assert sorted_by == plain
    assert sorted_by["page_context"]["sort_order"] == "D"


def test_an_unknown_sort_column_is_silently_ignored(client: Client) -> None:
    """A sort by a column that a list does not have leaves its own order."""
    assert client.get("invoices", sort_column="nonsense") == client.get("invoices")


def test_a_filter_on_change_means_at_or_after(client: Client) -> None:
    """last_modified_time keeps the rows changed at that second or later, and only those."""
    ordered = client.rows("bills", sort_column="last_modified_time", sort_order="A")
    moment = instant(ordered[10]["last_modified_time"])
    asked = moment.strftime("%Y-%m-%dT%H:%M:%S+0000")
    found = client.rows("bills", last_modified_time=asked)
    assert {row["bill_id"] for row in found} == {row["bill_id"] for row in ordered[10:]}


@pytest.mark.parametrize("offset", ["+0000", "-0400", "+0530", "+1400"])
def test_a_filter_takes_any_offset_without_a_colon(client: Client, offset: str) -> None:
    """The same instant in any offset selects the same rows."""
    ordered = client.rows("bills", sort_column="last_modified_time", sort_order="A")
    moment = instant(ordered[5]["last_modified_time"])
    zone = datetime.strptime(offset, "%z").tzinfo
    asked = moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S%z")
    assert len(client.rows("bills", last_modified_time=asked)) == len(ordered) - 5


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00+00:00",
        "2026-01-01T00:00:00.000+0000",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00 0000",
        "2026-13-01T00:00:00+0000",
        "yesterday",
        "",
    ],
)
def test_a_filter_in_another_format_is_refused(client: Client, text: str) -> None:
    """Any other way to write last_modified_time is 400 code 2."""
    answer = client.call("invoices", last_modified_time=text)
    assert (answer.status, answer.code) == (400, 2)


@pytest.mark.parametrize("path", ["banktransactions", "chartofaccounts"])
def test_a_filter_may_be_refused_as_such(client: Client, path: str) -> None:
    """Where the endpoint does not know the filter at all it answers 400 code 2."""
    answer = client.call(path, last_modified_time="2026-01-01T00:00:00+0000")
    assert (answer.status, answer.code) == (400, 2)
    answer = client.call("banktransactions", last_modified_time_start="2026-01-01T00:00:00+0000")
    assert (answer.status, answer.code) == (400, 2)


def test_journals_take_the_filter_for_equality(client: Client) -> None:
    """last_modified_time on journals finds the rows of that very second, and no later ones."""
    ordered = client.rows("journals", sort_column="last_modified_time", sort_order="A")
    asked = instant(ordered[3]["last_modified_time"]).strftime("%Y-%m-%dT%H:%M:%S+0000")
    found = client.rows("journals", last_modified_time=asked)
    assert [row["journal_id"] for row in found] == [ordered[3]["journal_id"]]


@pytest.mark.parametrize("path", ["settings/taxes", "users", "settings/currencies"])
def test_a_filter_is_ignored_where_it_is_unknown(client: Client, path: str) -> None:
    """Lists that know neither sort nor filter answer with everything, unsorted."""
    asked = {"last_modified_time": "2036-01-01T00:00:00Z", "sort_column": "last_modified_time"}
    assert client.get(path, **asked) == client.get(path)


@pytest.mark.parametrize(
    ("path", "key", "everything"),
    [
        ("chartofaccounts", "account_id", "AccountType.All"),
        ("settings/taxes", "tax_id", "Taxes.All"),
    ],
)
def test_default_filters_hide_what_is_inactive(
    client: Client, path: str, key: str, everything: str
) -> None:
    """Inactive accounts and taxes are missing unless all are asked for."""
    held = client.world.ids(client.organization_id, path)
    shown = {row[key] for row in client.rows(path)}
    assert shown < held
    assert {row[key] for row in client.rows(path, filter_by=everything)} == held


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


def test_projects_echo_the_filter_as_it_was_sent(client: Client) -> None:
    """page_context of projects repeats last_modified_time word for word."""
    asked = "2026-10-01T00:00:00+0000"
    context = client.get("projects", last_modified_time=asked)["page_context"]
    assert context["last_modified_time"] == asked


def test_filters_that_apply_are_echoed_and_unknown_ones_are_not(client: Client) -> None:
    """search_criteria names the filters really applied; an unknown parameter leaves no trace."""
    customer = client.rows("invoices")[0]["customer_id"]
    answer = client.get("invoices", customer_id=customer, nonsense="1")
    assert {row["customer_id"] for row in answer["invoices"]} == {customer}
    criteria = answer["page_context"]["search_criteria"]
    assert [(one["column_name"], one["search_text"]) for one in criteria] == [
        ("customer_id", customer)
    ]
    assert "search_criteria" not in client.get("invoices", nonsense="1")["page_context"]


def test_a_behaviour_can_be_set_for_a_test(client: Client) -> None:
    """A test decides whether sort and filter are honoured, ignored, refused, or lied about."""
    world = client.world
    world.behaviour["bills"] = Behaviour(sort="ignored", filter="ignored", echo="lies")
    answer = client.get(
        "bills", sort_column="last_modified_time", sort_order="A",
        last_modified_time="2036-01-01T00:00:00+0000",
    )  # fmt: skip
    assert len(answer["bills"]) == 30
    assert answer["page_context"]["sort_column"] == "last_modified_time"
    world.behaviour["bills"] = Behaviour(sort="refused", echo=False)
    assert client.call("bills", sort_column="date").code == 2
    assert "sort_column" not in client.get("bills")["page_context"]


def test_a_count_can_be_had_without_rows(client: Client) -> None:
    """response_option=2 tells how many invoices there are and sends none of them."""
    answer = client.get("invoices", response_option="2")
    assert answer["page_context"]["total"] == 30
    assert "invoices" not in answer


@pytest.mark.parametrize(
    ("path", "asked", "field", "value"),
    [
        ("invoices", "Status.Paid", "status", "paid"),
        ("contacts", "Status.Inactive", "status", "inactive"),
        ("users", "Status.Deleted", "status", "deleted"),
        ("chartofaccounts", "AccountType.Inactive", "is_active", False),
        ("customerpayments", "PaymentMode.Check", "payment_mode", "check"),
    ],
)
def test_a_filter_by_status_keeps_what_has_it(
    clock: Clock, path: str, asked: str, field: str, value: object
) -> None:
    """filter_by keeps the rows of a status or mode, and is echoed as the applied filter."""
    client = Client(World.build(rows=120, clock=clock), clock)
    answer = client.get(path, filter_by=asked)
    everything = client.world.rows(client.organization_id, path)
    wanted = [one for one in everything if one[field] == value]
    assert wanted
    assert len(answer[load_endpoints()[path].rows]) == len(wanted)
    assert answer["page_context"]["applied_filter"] == asked


@pytest.mark.parametrize(
    ("ending", "kept"),
    [
        ("", lambda date, limit: date == limit),
        ("_start", lambda date, limit: date >= limit),
        ("_end", lambda date, limit: date <= limit),
        ("_before", lambda date, limit: date < limit),
        ("_after", lambda date, limit: date > limit),
    ],
)
def test_dates_may_be_bounded(
    client: Client, ending: str, kept: Callable[[str, str], bool]
) -> None:
    """Date and its variants keep the documents of that day, or from, to, before and after it."""
    everything = client.rows("bills")
    limit = everything[10]["date"]
    found = client.rows("bills", **{f"date{ending}": limit})
    wanted = {row["bill_id"] for row in everything if kept(row["date"], limit)}
    assert {row["bill_id"] for row in found} == wanted


@pytest.mark.parametrize("path", ["vendorcredits", "salespersons", "settings/tags"])
def test_a_disputed_key_is_spelt_both_ways(client: Client, path: str) -> None:
    """Where sources disagree on the key of the rows, one edition has each spelling."""
    keys = []
    for organization in client.world.holdings:
        client.organization_id = organization
        keys.append(
            next(name for name, value in client.get(path).items() if isinstance(value, list))
        )
    assert keys == [load_endpoints()[path].rows, load_endpoints()[path].other_rows]
