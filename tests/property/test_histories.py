"""Histories in which a row was lost once, told again: one quiet run mends all."""

from __future__ import annotations

from tests.property.simulation import Change, Delete, End, History, Insert, Setting, Trouble, Wait


def test_late_rows_and_a_change_during_a_scan_by_place() -> None:
    """Rows come late into the newest second while it is read, and another row changes then."""
    history = History(Setting(("purchase_orders",), page_size=2, seconds_a_call=2, concurrency=3))
    history.books.happen(Insert(0, 5))
    history.books.happen(Insert(0, 2))
    history.run(
        [(0, Insert(5, 2, 1, behind=True)), (5, Insert(5, 3, 9, behind=True)),
         (2, Insert(0, 6, 8)), (3, Trouble("drop")), (3, Wait(89))],
        lot=72,
    )  # fmt: skip
    history.run(
        [(2, Change(2, 2, 6, behind=True, moves=4)), (3, Delete(4, 30)), (4, Trouble("cancel"))],
        End("call", 38, "stopped", 4),
        lot=66,
    )
    history.run((), End("call", 26, "stopped", 7), lot=85)
    history.run(
        [(0, Trouble("cancel")), (4, Delete(3, 30)), (0, Insert(0, 3, 3, behind=True)),
         (2, Change(2, 20, 7, moves=5)), (0, Wait(76))],
        End("message", 54, "killed", 4),
        lot=69,
    )  # fmt: skip
    history.settle()
