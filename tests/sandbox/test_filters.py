"""Lists filter rows as recorded."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from sandbox import World
from sandbox.data.catalog import load_endpoints
from tests.sandbox.client import Client, Clock, parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable

TOP = [path for path in load_endpoints() if "{" not in path and not load_endpoints()[path].parent]
BEHIND_INVOICES = "debitnotes"
LISTED = [path for path in TOP if path != BEHIND_INVOICES]


def test_a_filter_on_change_means_at_or_after(client: Client) -> None:
    """last_modified_time keeps the rows changed at that second or later, and only those."""
    ordered = client.rows("bills", sort_column="last_modified_time", sort_order="A")
    moment = parse_instant(ordered[10]["last_modified_time"])
    asked = moment.strftime("%Y-%m-%dT%H:%M:%S+0000")
    found = client.rows("bills", last_modified_time=asked)
    assert {row["bill_id"] for row in found} == {row["bill_id"] for row in ordered[10:]}


@pytest.mark.parametrize("offset", ["+0000", "-0400", "+0530", "+1400"])
def test_a_filter_takes_any_offset_without_a_colon(client: Client, offset: str) -> None:
    """The same instant in any offset selects the same rows."""
    ordered = client.rows("bills", sort_column="last_modified_time", sort_order="A")
    moment = parse_instant(ordered[5]["last_modified_time"])
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
    response = client.call("invoices", last_modified_time=text)
    assert (response.status, response.code) == (400, 2)


@pytest.mark.parametrize("path", ["banktransactions", "chartofaccounts"])
def test_a_filter_may_be_refused_as_such(client: Client, path: str) -> None:
    """An endpoint without the filter responds with 400 code 2."""
    response = client.call(path, last_modified_time="2026-01-01T00:00:00+0000")
    assert (response.status, response.code) == (400, 2)
    response = client.call("banktransactions", last_modified_time_start="2026-01-01T00:00:00+0000")
    assert (response.status, response.code) == (400, 2)


def test_journals_take_the_filter_for_equality(client: Client) -> None:
    """last_modified_time on journals finds the rows of that very second, and no later ones."""
    ordered = client.rows("journals", sort_column="last_modified_time", sort_order="A")
    asked = parse_instant(ordered[3]["last_modified_time"]).strftime("%Y-%m-%dT%H:%M:%S+0000")
    found = client.rows("journals", last_modified_time=asked)
    assert [row["journal_id"] for row in found] == [ordered[3]["journal_id"]]


@pytest.mark.parametrize("path", ["settings/taxes", "users", "settings/currencies"])
def test_some_lists_ignore_the_filter(client: Client, path: str) -> None:
    """Lists that know neither sort nor filter response with everything, unsorted."""
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
    """Inactive accounts and taxes are missing unless all are requested."""
    held = client.world.ids(client.organization_id, path)
    shown = {row[key] for row in client.rows(path)}
    assert shown < held
    assert {row[key] for row in client.rows(path, filter_by=everything)} == held


def test_projects_echo_the_filter_as_it_was_sent(client: Client) -> None:
    """page_context of projects repeats last_modified_time word for word."""
    asked = "2026-10-01T00:00:00+0000"
    context = client.get("projects", last_modified_time=asked)["page_context"]
    assert context["last_modified_time"] == asked


def test_filters_that_apply_are_echoed_and_unknown_ones_are_not(client: Client) -> None:
    """search_criteria names the filters that were applied, and no unknown parameter."""
    customer = client.rows("invoices")[0]["customer_id"]
    response = client.get("invoices", customer_id=customer, nonsense="1")
    assert {row["customer_id"] for row in response["invoices"]} == {customer}
    criteria = response["page_context"]["search_criteria"]
    assert [(one["column_name"], one["search_text"]) for one in criteria] == [
        ("customer_id", customer)
    ]
    assert "search_criteria" not in client.get("invoices", nonsense="1")["page_context"]


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
    response = client.get(path, filter_by=asked)
    everything = client.world.rows(client.organization_id, path)
    wanted = [one for one in everything if one[field] == value]
    assert wanted
    assert len(response[load_endpoints()[path].rows]) == len(wanted)
    assert response["page_context"]["applied_filter"] == asked


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


RANGES = {
    "banktransactions": ("date", {}, "date_start", "date_end"),
    "projects/timeentries": (
        "log_date", {"filter_by": "Date.CustomDate"}, "from_date", "to_date"
    ),
}  # fmt: skip


@pytest.mark.parametrize("path", [*RANGES])
def test_a_range_of_days_may_be_honoured_ignored_or_refused(client: Client, path: str) -> None:
    """Both ends are included; time entries take them only beside their filter, as reports do."""
    field, beside, start, end = RANGES[path]
    everything = sorted(row[field] for row in client.rows(path))
    ends = {start: everything[8], end: everything[20]}
    expected = [day for day in everything if everything[8] <= day <= everything[20]]

    def list_days(**params: str) -> list[str]:
        return sorted(row[field] for row in client.rows(path, **params))

    assert list_days(**ends, **beside) == expected != everything
    assert list_days(**ends) == (everything if beside else expected)
    client.world.behaviour[path].days = "ignored"
    context = client.get(path, **ends, **beside)["page_context"]
    assert context["applied_filter"] == "Status.All"
    assert list_days(**ends, **beside) == everything
    client.world.behaviour[path].days = "refused"
    assert client.call(path, **ends, **beside).status == 400
    assert list_days() == everything
