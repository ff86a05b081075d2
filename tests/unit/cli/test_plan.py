"""A plan counts the rows that a run would read, and the run makes as many API calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from sandbox import Behaviour
from tap_zohobooks.cli.common import select_streams
from tap_zohobooks.cli.plan import Planner
from tap_zohobooks.cli.row_count import Count, RowCounter
from tap_zohobooks.resources import TABLE
from tests.conftest import Service

Services = Callable[..., Service]

PLENTY = {"requests_per_minute": 10**6, "daily_quota": 10**6}
LISTS = ["bills", "contacts", "currencies", "invoices", "purchase_orders", "taxes"]
ASKING = ["bill_details", "bill_payments", "invoice_payments", "item_details"]
WAYS = [
    Behaviour(),
    Behaviour(filter="ignored"),
    Behaviour(filter="refused"),
    Behaviour(sort="ignored"),
    Behaviour(filter="ignored", sort="ignored"),
]


def change(service: Service, collection: str, number: int) -> None:
    """Change some records of the first organization."""
    organization = service.organizations[0]
    for record in sorted(service.world.ids(organization, collection))[:number]:
        service.world.change(organization, collection, record)


def build_planner(service: Service, names: list[str], **state: Any) -> Planner:
    """Return a planner for streams, by name."""
    return Planner(service.quiet_tap(), select_streams(None, names), state, discovers=False)


def plan_calls(service: Service, names: list[str], **state: Any) -> dict[str, int]:
    """Return the API calls that a plan expects of each stream."""
    found: Counter[str] = Counter()
    for cost in build_planner(service, names, **state).estimate_costs():
        found[cost.stream] += cost.calls
    return dict(found)


@pytest.mark.parametrize("rows", [0, 3, 250])
def test_a_first_run_costs_what_was_planned(service: Services, rows: int) -> None:
    """For lists, documents and children the plan expects the calls that the run makes."""
    one = service(rows={"*": rows, "items": rows}, requests_per_minute=10**6)
    names = [*LISTS, *ASKING]
    expected = plan_calls(one, names)
    run = one.complete(names, requests_per_minute=10**6)
    assert all(run.tap.sync_context.stats.calls[name] for name in LISTS)
    assert {name: run.tap.sync_context.stats.calls[name] for name in names} == pytest.approx(
        expected, abs=2
    )


def test_a_first_run_of_several_pages_is_planned_exactly(service: Services) -> None:
    """The plan includes the call for rows behind the last page."""
    one = service(rows={"*": 450}, organizations=1, requests_per_minute=10**6)
    names = ["bills", "bill_details", "invoices"]
    expected = plan_calls(one, names)
    run = one.complete(names, requests_per_minute=10**6)
    assert expected == {name: run.tap.sync_context.stats.calls[name] for name in expected}


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_later_run_costs_what_was_planned(service: Services, way: Behaviour) -> None:
    """With the state of a run, a plan counts the rows changed since, by any strategy."""
    one = service(rows={"*": 3, "invoices": 60}, organizations=1)
    one.world.behaviour["invoices"] = way
    names = ["invoices", "invoice_details"]
    first = one.complete(names)
    one.clock.sleep(86400)
    change(one, "invoices", 7)
    costs = {
        cost.stream: cost for cost in build_planner(one, names, **first.state).estimate_costs()
    }
    run = one.complete(names, first.state)
    arrived = run.counts["invoice_details", one.organizations[0]]
    assert arrived == 7 + 1  # the row at the bookmark is read again
    ignored = way == Behaviour(filter="ignored", sort="ignored")
    assert costs["invoices"].is_exact != ignored
    if not ignored:
        actual = run.tap.sync_context.stats.calls
        assert costs["invoice_details"].rows == arrived
        assert costs["invoices"].calls == pytest.approx(actual["invoices"], abs=2)
        assert costs["invoice_details"].calls == pytest.approx(actual["invoice_details"], abs=2)


def test_lists_that_are_read_whole_cost_what_was_planned(service: Services) -> None:
    """If the state has rows without a time, all pages count, and the changed documents."""
    one = service(rows={"*": 3, "bills": 450}, organizations=1)
    names = ["bill_details", "bills"]
    state = one.complete(["bills"]).state
    (kept,) = state["bookmarks"]["bills"]["partitions"]
    kept["has_rows_without_time"] = True
    state["bookmarks"]["bill_details"] = {"partitions": [dict(kept)]}
    one.clock.sleep(86400)
    change(one, "bills", 7)
    costs = {cost.stream: cost for cost in build_planner(one, names, **state).estimate_costs()}
    run = one.complete(names, state)
    assert costs["bills"].calls + costs["bill_details"].calls == 3 + (3 - 1) + 8
    assert sum(run.tap.sync_context.stats.calls.values()) == 3 + (3 - 1) + 8  # they share a page
    assert [costs[name].is_exact for name in names] == [False, True]


def test_a_start_date_limits_a_first_run(service: Services) -> None:
    """Without a bookmark, `start_date` says what is read."""
    one = service(rows={"*": 3, "bills": 40}, organizations=1)
    one.clock.sleep(86400)
    change(one, "bills", 1)
    tap = one.quiet_tap(start_date="2026-11-24T00:00:00Z")
    (cost,) = Planner(tap, select_streams(None, ["bills"]), {}, discovers=False).estimate_costs()
    assert cost.rows == 1


def test_a_total_is_requested(service: Services) -> None:
    """Invoices are counted by one call that returns no row, however many there are."""
    one = service(rows={"*": 3, "invoices": 900}, organizations=1)
    counter = RowCounter(one.quiet_tap().client, 200)
    assert counter.count(TABLE["invoices"], one.organizations[0], None) == Count(900)
    (call,) = one.world.log
    assert call.params["response_option"] == "2"


def test_a_missing_total_is_counted(service: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the service returns no total, pages are counted."""
    monkeypatch.setattr("sandbox.api.lists.ITEM_COUNT_ONLY", frozenset())
    one = service(rows={"*": 3, "invoices": 30}, organizations=1)
    monkeypatch.setattr("tap_zohobooks.cli.row_count.COUNT_ONLY", {"response_option": 0})
    counter = RowCounter(one.quiet_tap().client, 20)
    assert counter.count(TABLE["invoices"], one.organizations[0], None) == Count(30)


def test_streams_of_one_list_share_its_count(service: Services) -> None:
    """The list of bills is counted once for all streams that read it."""
    one = service(rows=5, organizations=1)
    plan = build_planner(one, ["bills", "bill_details", "bill_payments", "bill_comments"])
    assert plan.count_least_calls() == 1
    list(plan.estimate_costs())
    assert [call.path for call in one.world.log] == [
        "/books/v3/organizations",
        "/books/v3/bills",
    ]


def test_denied_streams_cost_a_call(service: Services) -> None:
    """A stream that a run would skip costs the one call that is refused."""
    one = service(rows=5, organizations=1)
    one.world.scopes[one.world.credentials.refresh_token] -= {"ZohoBooks.bills.READ"}
    (cost,) = build_planner(one, ["bill_details"]).estimate_costs()
    assert (cost.rows, cost.calls, cost.note) == (None, 1, "not to be read")


def test_a_list_is_counted_by_its_other_path(service: Services) -> None:
    """A run reads a list by its other path if the first is refused: that is what it costs."""
    one = service(rows=5, organizations=1)
    one.world.refuse("reportingtags", 404, 5, "Invalid URL Passed")
    (cost,) = build_planner(one, ["reporting_tags"]).estimate_costs()
    (organization,) = one.organizations
    assert cost.rows == len(one.world.ids(organization, "settings/tags")) > 0


@pytest.mark.parametrize(
    ("stream", "part"), [("contact_persons", "contactpersons"), ("contact_addresses", "address")]
)
@pytest.mark.parametrize("is_refused", [False, True])
def test_a_list_of_all_parents_rows(
    service: Services, stream: str, part: str, *, is_refused: bool
) -> None:
    """It costs its own pages; if it is refused, a call for each parent row, as in a run."""
    rows = {"*": 3, "contacts": 230, f"contacts/{{contact_id}}/{part}": 250}
    one = service(rows=rows, organizations=1, **PLENTY)
    if is_refused:
        one.world.refuse(f"contacts/{part}", 404, 5, "Invalid URL Passed")
    (found,) = build_planner(one, [stream]).estimate_costs()
    calls = one.complete([stream]).tap.sync_context.stats.calls[stream]
    assert found.calls == pytest.approx(calls, abs=1)
    assert (calls > 230) is is_refused
    assert found.note == ("a call for each of 230 contacts" if is_refused else "")


def test_no_list_of_all_and_no_parents(service: Services) -> None:
    """If the parents may not be listed either, the call that is refused is all it costs."""
    one = service(rows=3, organizations=1)
    for path in ("contacts", "contacts/contactpersons"):
        one.world.refuse(path, 404, 5, "Invalid URL Passed")
    (found,) = build_planner(one, ["contact_persons"]).estimate_costs()
    assert (found.calls, found.note) == (1, "not to be read")


def test_a_list_without_has_more(service: Services) -> None:
    """If a response does not say whether more follows, the count is an estimate."""
    one = service(rows=5, organizations=1)
    costs = {
        cost.stream: cost
        for cost in build_planner(one, ["reporting_tags", "taxes"]).estimate_costs()
    }
    assert (costs["reporting_tags"].is_exact, costs["taxes"].is_exact) == (False, True)


def test_discovery_is_planned(service: Services) -> None:
    """Without a catalog a run discovers first, with a call per entity and organization."""
    one = service(rows=2)
    tap = one.quiet_tap()
    costs = Planner(tap, select_streams(None, ["taxes"]), {}, discovers=True).estimate_costs()
    found = [cost for cost in costs if "(" in cost.stream]
    assert {cost.organization: cost.calls for cost in found} == dict.fromkeys(one.organizations, 20)
    assert {cost.note for cost in found} == {"estimate, without the custom modules that it finds"}


def test_the_day_on_which_a_backfill_ends(service: Services) -> None:
    """800 documents at 100 calls a day, of which 20 are reserved, take 11 days."""
    one = service(rows={"*": 3, "bills": 800}, organizations=1, daily_quota=100)
    tap = one.quiet_tap(quota_reserve=20)
    plan = Planner(tap, select_streams(None, ["bill_details"]), {}, discovers=False)
    (organization,) = one.organizations
    forecast = plan.forecast(organization, list(plan.estimate_costs()))
    assert forecast.calls == 806
    assert forecast.minutes == 8.1
    used = one.world.meters[organization].used
    assert forecast.calls_left_today == 80 - used
    assert forecast.calls_a_day == 80
    assert forecast.days == 1 + -(-(805 - (80 - used)) // 80)


@pytest.mark.parametrize("basis", ["accrual", "both"])
def test_reports_cost_what_was_planned(service: Services, basis: str) -> None:
    """Statements cost a call a period and basis, closed years one a basis; a next run less."""
    one = service(rows=5, organizations=2, requests_per_minute=10**6)
    names = ["balance_sheet", "customer_balances", "profit_and_loss", "sales_by_item"]
    settings = {"report_basis": basis, "report_start_date": "2025-06-01"}
    state: dict[str, Any] = {}
    for _ in range(2):
        planner = Planner(one.quiet_tap(**settings), select_streams(None, names), state,
                          discovers=False)  # fmt: skip
        costs = list(planner.estimate_costs())
        assert {cost.is_exact for cost in costs if cost.stream == "balance_sheet"} == {True}
        assert {cost.is_exact for cost in costs if cost.stream == "sales_by_item"} == {False}
        before = len(one.world.log)
        state = one.complete(names, state or None, **settings).state
        spent = sum("/reports/" in call.path for call in one.world.log[before:])
        assert spent == sum(cost.calls for cost in costs)
        one.clock.sleep(60)
    assert {cost.calls for cost in costs if cost.stream == "(closed years)"} <= {1, 2, 4}
    whole = build_planner(one, ["profit_and_loss"]).estimate_costs()
    assert [cost.calls for cost in whole] == [23, 1, 20, 1]
