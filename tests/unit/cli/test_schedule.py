"""A schedule costs what its streams cost a run, as often as each is read in a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_zohobooks.cli.common import select_streams
from tap_zohobooks.cli.cost import Cost
from tap_zohobooks.cli.schedule import (
    StreamSchedule,
    forecast_day,
    format_interval,
    schedule_streams,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR, DAY = 3600, 86_400
ONE = "1"


def list_schedules(
    costs: Sequence[tuple[str, int, int]], interval: str = "0"
) -> dict[str, StreamSchedule]:
    """Return what streams cost in a schedule, given their rows and calls in one run."""
    names = [name for name, _, _ in costs]
    found = [Cost(name, ONE, rows, calls, is_exact=True) for name, rows, calls in costs]
    config = {"full_refresh_interval": interval}
    streams = schedule_streams(found, select_streams(None, names), config, 200, 1)
    return {one.stream: one for one in streams}


@pytest.mark.parametrize(
    ("name", "rows", "calls", "quiet"),
    [("invoices", 5_000, 27, 1), ("invoices", 0, 1, 1), ("invoices", 3, 1, 1),
     ("bank_transactions", 500, 3, 3), ("invoice_details", 300, 303, 2),
     ("vendor_payments", 11, 3, 3), ("balance_sheet", 400, 14, 14)],
)  # fmt: skip
def test_a_quiet_run(name: str, rows: int, calls: int, quiet: int) -> None:
    """What a first run took for its rows is not taken again; a list that is read whole is."""
    assert list_schedules([(name, rows, calls)])[name].calls == quiet


def test_the_interval_counts_for_whole_reads() -> None:
    """A day has as many whole reads as the interval allows, and no more than runs."""
    found = list_schedules(
        [("users", 40, 1), ("invoices", 0, 1), ("custom_fields", 9, 19)], "21600"
    )
    assert {name: one.count_day(HOUR) for name, one in found.items()} == {
        "users": 4, "invoices": 24, "custom_fields": 19,
    }  # fmt: skip
    assert {name: one.count_day(2 * DAY) for name, one in found.items()} == {
        "users": 1, "invoices": 1, "custom_fields": 10,
    }  # fmt: skip


def test_a_schedule_that_fits_needs_no_advice() -> None:
    """The list of organizations is a call of each run."""
    day = forecast_day(ONE, [*list_schedules([("invoices", 0, 1)]).values()], HOUR, None)
    assert (day.calls_a_run, day.calls_a_day, day.fits, day.advice) == (2, 48, True, [])


@pytest.mark.parametrize(
    ("limit", "advice"),
    [(120, ["full_refresh_interval to 1d: 51 calls"]),
     (40, ["full_refresh_interval to 1d: 51 calls", "Run every 2h as well: 27 calls"]),
     (2, ["full_refresh_interval to 1d: 51 calls", "leave streams out"])],
)  # fmt: skip
def test_what_to_change(limit: int, advice: list[str]) -> None:
    """The advice names the setting, then a slower schedule, then the streams that cost most."""
    streams = [*list_schedules([("employees", 500, 3), ("invoices", 0, 1)]).values()]
    day = forecast_day(ONE, streams, HOUR, limit)
    assert (day.calls_a_day, day.fits) == (24 + 72 + 24, limit >= 120)
    for text, line in zip(advice if limit < 120 else [], day.advice, strict=False):
        assert text in line
    assert day.advice == [] or "employees 72, invoices 24" in day.advice[-1]


def test_what_needs_no_setting() -> None:
    """Without whole lists only a slower schedule, or fewer streams, help."""
    streams = [*list_schedules([("invoices", 0, 1), ("contacts", 0, 1)]).values()]
    first, last = forecast_day(ONE, streams, HOUR, 40).advice
    assert first == "Run every 2h: 36 calls a day."
    assert "contacts 24" in last


@pytest.mark.parametrize(
    ("seconds", "text"), [(DAY, "1d"), (5400, "90m"), (HOUR, "1h"), (61, "61s")]
)
def test_intervals_are_short(seconds: int, text: str) -> None:
    """An interval is shown in the largest unit that is exact."""
    assert format_interval(seconds) == text
