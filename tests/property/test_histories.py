"""Histories in which a row was lost once, told again: one quiet run mends all."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.property.simulation import (
    Change,
    Delete,
    End,
    History,
    Insert,
    Setting,
    Treat,
    Trouble,
    Wait,
)

if TYPE_CHECKING:
    from typing import Literal

    Honour = Literal["honoured", "ignored"]


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


@pytest.mark.parametrize("stream", ["contacts", "items", "invoice_details"])
@pytest.mark.parametrize(("sort", "filters"), [*product(["honoured", "ignored"], repeat=2)])
def test_a_late_row_and_a_new_one_during_a_read(stream: str, sort: Honour, filters: Honour) -> None:
    """A row comes late into an old list after its page was read, and a new row follows on a page.

    The new one must not take the bookmark past the newest row that was there before the read.
    """
    for gap, lookback in ((2, 0), (5, 5), (7, 5), (8, 0)):  # calls before it, seconds
        history = History(Setting((stream,), page_size=2, lookback=lookback))
        history.books.happen(Treat(0, sort, filters))
        history.books.happen(Insert(0, 9))
        history.books.happen(Wait(60))
        failure = history.run([(gap, Change(0, 0, 0, behind=True)), (0, Insert(0))])
        assert failure is None, failure
        history.settle()
