"""The arithmetic of a plan: rows to API calls, calls to minutes and days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tap_zohobooks.cli.common import select_streams
from tap_zohobooks.cli.cost import (
    Day,
    combine_minutes,
    count_calls,
    count_days,
    count_pages,
    find_last_day,
)
from tap_zohobooks.cli.row_count import Count

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)  # three in the afternoon in New York


def day(left: int, daily: int = 1000, zone: str = "America/New_York") -> Day:
    """Return a day that ends at the organization's midnight."""
    return Day(left, daily, NOW + timedelta(hours=9), zone)


@pytest.mark.parametrize(
    ("rows", "size", "number"),
    [(0, 200, 1), (200, 200, 1), (201, 200, 2), (399, 200, 2), (400, 200, 3), (3, 1, 2)],
)
def test_pages_overlap(rows: int, size: int, number: int) -> None:
    """Each page repeats a row of the one before it."""
    assert count_pages(rows, size) == number


@pytest.mark.parametrize(
    ("stream", "count", "cost"),
    [
        ("invoices", Count(1000), Count(6)),
        ("invoices", Count(1000, is_exact=False), Count(6, is_exact=False)),
        ("invoice_details", Count(1000), Count(1006)),
        ("item_details", Count(1000), Count(16)),
        ("bill_payments", Count(1000), Count(1006, is_exact=False)),
        ("taxes", Count(10), Count(1)),
        ("locations", Count(0), Count(1)),
        ("custom_fields", Count(0), Count(19)),
        ("cm_debtor", Count(300), Count(2)),
    ],
)
def test_calls_of_a_stream(stream: str, count: Count, cost: Count) -> None:
    """A list costs a call per page, a document 1 or 0.01, and children one per parent row."""
    (one,) = select_streams(None, [stream])
    assert count_calls(one, count, 200) == cost


@pytest.mark.parametrize(
    ("number", "left", "daily", "found"),
    [
        (0, 0, 1000, 1),
        (500, 500, 1000, 1),
        (501, 500, 1000, 2),
        (1500, 500, 1000, 2),
        (1501, 500, 1000, 3),
        (1, -20, 1000, 2),
        (1, 0, 0, None),
        (1, 0, -5, None),
    ],
)
def test_days_at_the_quota(number: int, left: int, daily: int, found: int | None) -> None:
    """Today's remaining calls count first; with a quota of no calls the run never ends."""
    assert count_days(number, day(left, daily)) == found


@pytest.mark.parametrize(
    ("number", "zone", "found"),
    [
        (1, "America/New_York", date(2026, 11, 23)),
        (2, "America/New_York", date(2026, 11, 24)),
        (3, "America/New_York", date(2026, 11, 25)),
        (1, "Asia/Tokyo", date(2026, 11, 24)),
        (2, "No/Where", date(2026, 11, 24)),
        (2, "America", date(2026, 11, 24)),
        (2, "", date(2026, 11, 24)),
        (2, "x" * 300, date(2026, 11, 24)),
    ],
)
def test_the_last_day(number: int, zone: str, found: date) -> None:
    """The date is that of the organization's time zone."""
    assert find_last_day(number, NOW, day(0, zone=zone)) == found


def test_organizations_overlap() -> None:
    """Organizations take as long as the longest one, or as their sum divided by the parallelism."""
    assert combine_minutes([10.0, 1.0, 1.0], 4) == 10.0
    assert combine_minutes([10.0, 10.0, 10.0, 10.0], 2) == 20.0
