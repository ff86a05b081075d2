"""Rows of documents come in the order of time, whatever their list does, and few are held."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks.errors import ServiceError
from tap_zohobooks.pagination import time_order
from tap_zohobooks.pagination.offset_scan import MAX_REREADS
from tap_zohobooks.pagination.page import row_time
from tap_zohobooks.pagination.time_order import TimeOrder
from tests.unit.pagination.test_reader import KINDS, Table, at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_zohobooks.pagination.list_read import Item

SHAPES: dict[str, Callable[[int], int]] = {
    "each its own second": lambda number: number * 7 % 95,
    "one second": lambda _: 5,
    "a bulk change among others": lambda number: number if number < 30 else 30 + number // 60,
    "no time": lambda _: -1,
    "half without a time": lambda number: number if number % 2 else -1,
}


def order(read: Callable[[], Iterable[Item]], note: Callable[[], object] = int) -> Iterator[Item]:
    """Return the items of a list in the order of time."""
    return TimeOrder(read, lambda row: str(row["id"]), note).items()


def list_emitted(items: Iterable[Item], table: Table) -> list[str]:
    """Return the ids that were emitted; no bookmark may pass a row that was not emitted by then.

    What tells the next run to find rows without a time of change is no bookmark.
    """
    found: list[str] = []
    for row, bookmark in items:
        if row is not None:
            found.append(row["id"])
        late = {key for key in table.rows if "" < table.time(key) < (bookmark or "")} - {*found}
        assert not late, (bookmark, late)
    return found


def rows_at(*seconds: int) -> list[dict[str, Any]]:
    """Return a row for each second."""
    return [{"id": str(second), "last_modified_time": at(second)} for second in seconds]


def test_no_bookmark_passes_that_of_the_list() -> None:
    """Documents put into the order of time move the bookmark no further than their list's scan."""
    items = [*((row, None) for row in rows_at(9, 3, 5)), (None, at(5))]
    found = [bookmark for _, bookmark in order(lambda: items)]
    assert found == [at(3), at(5), at(5)]


def test_no_bookmark_passes_a_row_that_is_held() -> None:
    """Rows whose order is confirmed late leave before the rows that follow them."""
    late, (last,) = rows_at(3, 5), rows_at(9)
    items = [*((row, None) for row in late), (None, at(5)), (last, at(9))]
    assert [*order(lambda: items)] == [(late[0], at(3)), (late[1], at(5)), (last, at(9))]


@pytest.mark.parametrize("most", [10, 10**6])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", [*KINDS])
def test_a_long_list(monkeypatch: pytest.MonkeyPatch, kind: str, shape: str, most: int) -> None:
    """Each row comes, none before its bookmark; no more rows are held than may be."""
    monkeypatch.setattr(time_order, "MAX_HELD_ROWS", most)
    held: list[int] = []
    hold = TimeOrder._hold  # noqa: SLF001  # what is held is the claim

    def watch(self: TimeOrder, *args: Any) -> None:
        hold(self, *args)
        held.append(len(self._held))

    monkeypatch.setattr(TimeOrder, "_hold", watch)
    rows = {f"r{number:02}": SHAPES[shape](number) for number in range(95)}
    table = Table(rows, **KINDS[kind])
    rereads: list[None] = []
    found = list_emitted(
        order(lambda: table.reader(5).read(None), lambda: rereads.append(None)), table
    )
    assert {*found} == rows.keys()
    assert max(held) <= most
    assert len(rereads) <= 95 // (most * 9 // 10)
    if kind == "neither":
        assert len(found) == len(rows)  # no document is requested twice
        assert bool(rereads) is (most < 95)


@pytest.mark.parametrize("most", [10, 10**6])
def test_rows_that_change_between_two_reads(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """A row that changes while others are emitted comes with its last change."""
    monkeypatch.setattr(time_order, "MAX_HELD_ROWS", most)
    table = Table({f"r{number:02}": number for number in range(60)}, **KINDS["neither"])
    found: dict[str, str] = {}
    seconds = count(1000)
    for row, _ in order(lambda: table.reader(7).read(None)):
        assert row is not None
        found[row["id"]] = row_time(row) or ""
        if len(found) in {5, 15, 25, 35, 45}:
            table.rows[f"r{len(found) + 3:02}"] = next(seconds)
            table.rows[f"new{len(found)}"] = next(seconds)
    if most == 10:  # a list that is read once brings what there was when it was read
        assert {key: table.time(key) for key in table.rows if key in found} == found
        assert found.keys() >= {"new5", "new45"}
    assert found.keys() >= {f"r{number:02}" for number in range(60)}


def test_a_list_that_grows_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """More changes than a read emits, before each further read, end the stream."""
    monkeypatch.setattr(time_order, "MAX_HELD_ROWS", 10)
    numbers = count()
    rows: list[dict[str, Any]] = []

    def read() -> Iterator[Item]:
        rows.extend(row for _ in range(20) for row in rows_at(next(numbers)))
        return iter([(row, None) for row in rows])

    found: list[Item] = []
    with pytest.raises(ServiceError, match=f"each of {MAX_REREADS} attempts"):
        found.extend(order(read))
    assert [row for row, _ in found] == rows[: len(found)]


@pytest.mark.parametrize("size", [2, 5, 12])
@pytest.mark.parametrize("kind", [*KINDS])
def test_a_bulk_change_of_many_pages(kind: str, size: int) -> None:
    """Rows of one second, whose order pages cannot prove, leave before the rows behind them."""
    rows = {f"r{n:03}": n if n < 30 else 30 + max(0, n - 149) for n in range(190)}
    table = Table(rows, **KINDS[kind])
    found = list_emitted(order(lambda: table.reader(size).read(None)), table)
    assert {*found} == rows.keys()
