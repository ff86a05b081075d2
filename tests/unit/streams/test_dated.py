"""Which days a run requests after a whole read, and what shows that they were disregarded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tap_zohobooks.resources import DATED, TABLE, Dated
from tap_zohobooks.streams.dated import build_window, choose_dated_interval, find_disregard

READ_AT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC).timestamp()
DAY = 86_400
BANK, TIME = DATED


@pytest.mark.parametrize("listed", DATED, ids=lambda one: one.name)
def test_the_days_begin_before_the_last_whole_read(listed: Dated) -> None:
    """They begin 31 days before it, whenever the run is, and end 3,650 days after the run."""
    for days, last in ((0, "2036-11-20"), (40, "2036-12-30")):
        found = build_window(listed, READ_AT, READ_AT + days * DAY)
        assert [*found.values()][-2:] == ["2026-10-23", last]


def test_the_parameters_are_those_of_each_list() -> None:
    """Bank transactions have a range of their own; time entries one beside a filter."""
    assert build_window(BANK, READ_AT, READ_AT).keys() == {"date_start", "date_end"}
    found = build_window(TIME, READ_AT, READ_AT)
    assert found.keys() == {"filter_by", "from_date", "to_date"}
    assert found["filter_by"] == "Date.CustomDate"
    assert TABLE["time_entries"] is TIME


@pytest.mark.parametrize(
    ("date", "found"),
    [("2026-10-21", "a row dated 2026-10-21 came"), ("2026-10-22", None), ("2026-10-23", None),
     ("2031-01-01", None), ("", None), (None, None), ("21/10/2026", None), (20_261_021, None)],
)  # fmt: skip
def test_a_row_of_an_earlier_day_shows_it(date: object, found: str | None) -> None:
    """One day is no proof, as the service may reckon in another time zone; no date is none."""
    rows = [{"date": "2026-11-01"}, {"date": date}, "no row", {}]
    document = {"banktransactions": rows, "page_context": {}}
    assert find_disregard(BANK, document, {}, READ_AT) == found


@pytest.mark.parametrize(
    ("applied", "found"),
    [("Date.CustomDate", None), ("Date.All", None), ("", None),
     ("Date.ThisMonth", "Date.ThisMonth was applied")],
)  # fmt: skip
def test_another_filter_shows_it(applied: str, found: str | None) -> None:
    """A filter that was not requested, and hides rows, was applied in place of the days."""
    document = {"time_entries": [], "page_context": {"applied_filter": applied}}
    query = build_window(TIME, READ_AT, READ_AT)
    assert find_disregard(TIME, document, query, READ_AT) == found


@pytest.mark.parametrize(
    ("own", "setting", "seconds"),
    [(None, "0", DAY), (None, "3600", 3600), (0, "0", 0), (0, "3600", 0), (7200, "0", 7200)],
)
def test_a_whole_read_is_due_once_a_day(own: int | None, setting: str, seconds: int) -> None:
    """The metadata of the stream count first, then the setting, which is 0 by default."""
    assert choose_dated_interval(own, {"full_refresh_interval": setting}) == seconds
