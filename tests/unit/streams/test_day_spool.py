"""A spool gives back by day what was read by range, and of what has moved the last reading."""

from __future__ import annotations

import tracemalloc
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks.reports.postings import list_lines
from tap_zohobooks.streams.reports import day_spool
from tap_zohobooks.streams.reports.day_spool import DaySpool
from tap_zohobooks.transform.periods import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST = Period(date(2026, 5, 1), date(2026, 5, 7))
SECOND = Period(date(2026, 5, 8), date(2026, 5, 14))
ONE_DAY = Period(date(2026, 5, 8), date(2026, 5, 8))


@pytest.fixture
def spool() -> Iterator[DaySpool]:
    """Return a spool that is closed after the test."""
    one = DaySpool()
    yield one
    one.close()


def leg(number: str, day: str, **more: Any) -> dict[str, Any]:
    """Return a leg."""
    return {"transaction_id": number, "date": day, **more}


def test_legs_come_back_by_day(spool: DaySpool) -> None:
    """Whatever the order of pages, a day's legs are together, their numbers exact."""
    rows = [leg("1", "2026-05-02", debit=Decimal("1E+2")), leg("2", "2026-05-01", debit="0.10"),
            leg("3", "2026-05-02", debit=Decimal("0.1000000000000000000001"))]  # fmt: skip
    assert spool.add(FIRST, [*list_lines(rows[:2])])
    assert spool.add(FIRST, [*list_lines(rows[2:])])
    assert (spool.list_days(), len(spool)) == (["2026-05-01", "2026-05-02"], 3)
    assert [*spool.read("2026-05-01"), *spool.read("2026-05-02")] == [rows[1], rows[0], rows[2]]
    assert spool.read("2026-05-03") == []


def test_a_range_is_read_again(spool: DaySpool) -> None:
    """What was read of a range before does not count."""
    spool.add(FIRST, [*list_lines([leg("1", "2026-05-02")])])
    spool.add(SECOND, [*list_lines([leg("2", "2026-05-08")])])
    spool.drop(FIRST)
    spool.drop(FIRST)
    spool.add(FIRST, [*list_lines([leg("3", "2026-05-03")])])
    assert (spool.list_days(), len(spool)) == (["2026-05-03", "2026-05-08"], 2)


def test_a_transaction_that_moves(spool: DaySpool) -> None:
    """It counts where it was read last, unless that reading was dropped."""
    spool.add(FIRST, [*list_lines([leg("1", "2026-05-02"), leg("2", "2026-05-02")])])
    spool.add(SECOND, [*list_lines([leg("1", "2026-05-09")])])
    assert [one["transaction_id"] for one in spool.read("2026-05-02")] == ["2"]
    assert len(spool) == 2
    spool.drop(SECOND)
    assert [one["transaction_id"] for one in spool.read("2026-05-02")] == ["1", "2"]
    assert len(spool) == 2


def test_days_as_they_are_shown(spool: DaySpool) -> None:
    """A date in display format becomes one of the calendar; unknown days of a range are refused."""
    assert spool.add(SECOND, [*list_lines([leg("1", "09 May 2026")])])
    assert spool.read("2026-05-09") == [leg("1", "2026-05-09", date_formatted="09 May 2026")]
    assert not spool.add(SECOND, [*list_lines([leg("1", "09 mai 2026")])])
    assert spool.add(ONE_DAY, [*list_lines([leg("1", "08 mai 2026"), {"name": "Total"}])])
    assert spool.read("2026-05-08") == [leg("1", "2026-05-08", date_formatted="08 mai 2026")]
    assert spool.read("") == [{"name": "Total"}]


def test_a_file_takes_what_is_too_much(spool: DaySpool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its bound in memory a spool is a file, and reads the same."""
    monkeypatch.setattr(day_spool, "MAX_IN_MEMORY", 100)
    small = DaySpool()
    rows = [leg(str(number), f"2026-05-{1 + number % 7:02d}") for number in range(500)]
    for one in (spool, small):
        for first in range(0, 500, 50):
            one.add(FIRST, [*list_lines(rows[first : first + 50])])
    assert spool.list_days() == small.list_days()
    assert [spool.read(day) for day in spool.list_days()] == [
        small.read(day) for day in small.list_days()
    ]
    small.close()


def test_memory_does_not_grow_with_a_period() -> None:
    """Of 20,000 legs in a month the spool holds less than a fifth of what they take as rows."""

    def make_rows(first: int) -> list[dict[str, Any]]:
        return [
            leg(f"{number // 4:019d}", f"2026-05-{1 + number % 28:02d}", debit=Decimal(number),
                account_name="Accounts Receivable", transaction_details=f"Customer {number}")
            for number in range(first, first + 200)
        ]  # fmt: skip

    def measure(keep: Callable[[list[dict[str, Any]]], object]) -> int:
        tracemalloc.start()
        for first in range(0, 20_000, 200):
            keep(make_rows(first))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    month, kept = Period(date(2026, 5, 1), date(2026, 5, 31)), list[list[dict[str, Any]]]()
    spool = DaySpool()
    spooled = measure(lambda rows: spool.add(month, [*list_lines(rows)]))
    assert len(spool) == 20_000
    assert measure(kept.append) > 5 * spooled
    assert spooled < day_spool.MAX_IN_MEMORY
    spool.close()
