"""Periods cover each day of a range once, and are cut by the fiscal year."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_zohobooks.settings import PERIODS
from tap_zohobooks.transform.periods import (
    DAY,
    MONTHS,
    WHOLE,
    Period,
    cut,
    find_default_start,
    find_fiscal_year,
    read_fiscal_month,
    read_month_digits,
)
from tap_zohobooks.transform.report_echo import find_mismatch
from tap_zohobooks.transform.report_plan import ReportRange, choose_of_year

pytestmark = pytest.mark.fast
DAYS = st.dates(date(1999, 12, 1), date(2032, 3, 1))
A_DAY = timedelta(days=1)


def make(today: str = "2026-11-23", month: int = 1, **config: Any) -> ReportRange:
    """Return what settings ask on a day."""
    defaults = {"report_period": "month", "report_basis": "accrual", "report_aging_by": "due_date"}
    return ReportRange.create({**defaults, **config}, month, date.fromisoformat(today))


@given(DAYS, st.integers(0, 1200), st.sampled_from(PERIODS), st.integers(1, 12))
@settings(max_examples=300)
def test_periods_tile_a_range(first: date, days: int, kind: str, month: int) -> None:
    """The periods are in order, without a gap or an overlap, and split into the same days."""
    last = first + timedelta(days=days)
    found = cut(first, last, kind, month)
    assert (found[0].first, found[-1].last) == (first, last)
    assert all(one.last + A_DAY == other.first for one, other in pairwise(found))
    pieces = found[0].split()
    assert sum(one.days for one in pieces) == (found[0].days if found[0].days > 1 else 0)
    assert all(one.days < found[0].days for one in pieces)


@given(DAYS, st.integers(1, 12))
def test_a_fiscal_year_starts_on_its_month(day: date, month: int) -> None:
    """A fiscal year of twelve months holds the day, and starts on the first of its month."""
    year = find_fiscal_year(day, month)
    assert year.first <= day <= year.last
    assert (year.first.month, year.first.day) == (month, 1)
    assert year.days in {365, 366}


@pytest.mark.parametrize(
    ("kind", "month", "found"),
    [
        ("month", 4, ["2026-02-10 to 2026-02-28", "2026-03-01 to 2026-03-31",
                      "2026-04-01 to 2026-04-30", "2026-05-01 to 2026-05-02"]),
        ("quarter", 4, ["2026-02-10 to 2026-03-31", "2026-04-01 to 2026-05-02"]),
        ("quarter", 3, ["2026-02-10 to 2026-02-28", "2026-03-01 to 2026-05-02"]),
        ("year", 4, ["2026-02-10 to 2026-03-31", "2026-04-01 to 2026-05-02"]),
        ("year", 1, ["2026-02-10 to 2026-05-02"]),
        ("whole", 4, ["2026-02-10 to 2026-05-02"]),
    ],
)  # fmt: skip
def test_periods_are_fiscal(kind: str, month: int, found: list[str]) -> None:
    """Quarters and years are those of the organization."""
    periods = cut(date(2026, 2, 10), date(2026, 5, 2), kind, month)
    assert [str(one) for one in periods] == found


def test_the_end_of_the_calendar() -> None:
    """The last and the first year of the calendar are periods like others."""
    assert cut(date(9999, 11, 5), date.max, "year", 4)[-1].last == date.max
    assert find_fiscal_year(date.max, 4) == Period(date(9999, 4, 1), date.max)
    assert find_default_start(date(1, 2, 3), 4) == date.min
    assert cut(date(2026, 1, 2), date(2026, 1, 1), DAY, 1) == []


@pytest.mark.parametrize(
    ("value", "month"),
    [
        (0, 1), (3, 4), (11, 12), (12, None), (-1, None), (True, None), (None, None), ("", None),
        ("april", 4), (" April ", 4), ("apr", 4), ("DECEMBER", 12), ("abril", None), ("4", None),
        (3.0, None), ([3], None),
    ],
)  # fmt: skip
def test_the_month_of_a_fiscal_year(value: object, month: int | None) -> None:
    """A number of the list counts from 0, a document names the month; all else is not sure."""
    assert read_fiscal_month(value) == month


@pytest.mark.parametrize(
    ("value", "month"), [("1", 1), ("12", 12), ("0", None), ("13", None), (3, None), ("٣", None)]
)
def test_a_month_in_digits(value: object, month: int | None) -> None:
    """Digits in a text count from 1."""
    assert read_month_digits(value) == month


def test_the_kinds_are_those_of_the_setting() -> None:
    """The setting names each kind of period."""
    assert set(PERIODS) == {DAY, *MONTHS, WHOLE}


@pytest.mark.parametrize(
    ("month", "config", "first", "last"),
    [
        (1, {}, "2025-01-01", "2026-11-30"),
        (4, {}, "2025-04-01", "2026-11-30"),
        (12, {}, "2024-12-01", "2026-11-30"),
        (4, {"report_period": "quarter"}, "2025-04-01", "2026-12-31"),
        (4, {"report_period": "year"}, "2025-04-01", "2027-03-31"),
        (4, {"report_period": "day"}, "2025-04-01", "2026-11-23"),
        (4, {"report_period": "whole"}, "2025-04-01", "2026-11-23"),
        (4, {"report_end_date": "2024-05-15"}, "2023-04-01", "2024-05-15"),
        (4, {"report_start_date": "2026-11-10"}, "2026-11-10", "2026-11-30"),
    ],
)
def test_the_range_of_the_settings(
    month: int, config: dict[str, Any], first: str, last: str
) -> None:
    """Without dates, the fiscal year before this one and the period of today are covered."""
    periods = make(month=month, **config).periods
    assert (str(periods[0].first), str(periods[-1].last)) == (first, last)


@pytest.mark.parametrize(
    ("bookmark", "lookback", "first"),
    [
        (None, 2, "2025-01-01"),
        ("2026-10-31", 2, "2026-09-01"),
        ("2026-10-31", 0, "2026-11-01"),
        ("2026-07-31", 2, "2026-08-01"),
        ("2026-10-31", 10**6, "2025-01-01"),
        ("2027-10-31", 0, "2026-11-01"),
    ],
)
def test_a_run_reads_on(bookmark: str | None, lookback: int, first: str) -> None:
    """What is after the bookmark, the last closed periods and the open one are read."""
    chosen = make().choose(bookmark, lookback)
    assert str(chosen[0].first) == first
    assert str(chosen[-1].first) == "2026-11-01"


def test_closed_years() -> None:
    """A fiscal year is closed once its last day is over; only what is covered of it counts."""
    wanted = make(month=4, report_start_date="2024-06-01")
    assert [str(one) for one in wanted.closed_years] == [
        "2024-06-01 to 2025-03-31", "2025-04-01 to 2026-03-31",
    ]  # fmt: skip
    year = wanted.closed_years[0]
    assert len(choose_of_year(wanted.periods, year, has_balances=False)) == 10
    assert choose_of_year(wanted.periods, year, has_balances=True) == wanted.periods
    assert make(report_end_date="2026-06-30").closed_years[-1].last == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("before", "after", "is_covered"),
    [
        ({}, {}, True),
        ({"report_basis": "both"}, {"report_basis": "cash"}, True),
        ({}, {"report_basis": "both"}, False),
        ({}, {"report_period": "day"}, False),
        ({}, {"report_aging_by": "document_date"}, False),
        ({}, {"report_start_date": "2024-12-31"}, False),
        ({}, {"report_start_date": "2025-01-02"}, True),
    ],
)
def test_other_settings(before: dict[str, Any], after: dict[str, Any], *, is_covered: bool) -> None:
    """A bookmark stands for other settings only if all that they ask was read."""
    assert make(**after).covers(make(**before).coverage) is is_covered
    assert not make(**after).covers("")


QUERY = {"filter_by": "TransactionDate.CustomDate", "from_date": "2026-01-01",
         "to_date": "2026-01-31", "cash_based": "true"}  # fmt: skip
ECHO = {"applied_filter": "TransactionDate.CustomDate", "from_date": "2026-01-01",
        "to_date": "2026-01-31", "report_basis": "Cash"}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, None),
        ({"from_date": ""}, None),
        ({"to_date": "", "as_of_date": "2026-01-31"}, None),
        ({"report_basis": None, "cash_based": "true"}, None),
        ({"report_basis": None, "cash_based": True}, None),
        ({"applied_filter": "TransactionDate.ThisMonth"}, "by TransactionDate.ThisMonth"),
        ({"applied_filter": "BillDate.CustomDate"}, "by BillDate.CustomDate"),
        ({"to_date": None}, "of no date"),
        ({"to_date": "31/01/2026"}, "up to 31/01/2026"),
        ({"as_of_date": "2026-02-01"}, "up to 2026-02-01"),
        ({"from_date": "2025-01-01"}, "from 2025-01-01"),
        ({"report_basis": "Accrual"}, "on Accrual basis"),
        ({"report_basis": ""}, "of no basis"),
    ],
)
def test_an_echo(change: dict[str, object], found: str | None) -> None:
    """A response of another range or basis, or of none, is not what was requested."""
    document = {"page_context": {**ECHO, **change}}
    assert find_mismatch(document, QUERY, is_as_of=False, has_basis=True) == found


@pytest.mark.parametrize("document", [{}, {"page_context": []}, {"page_context": "x"}])
def test_a_response_without_an_echo(document: dict[str, object]) -> None:
    """A response that says nothing of its range is an error."""
    found = find_mismatch(document, QUERY, is_as_of=True, has_basis=False)
    assert found == "of no date"
