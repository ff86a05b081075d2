"""Work is done at the same time, and its results come in the order of the items."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from tap_zohobooks.errors import QuotaReached
from tap_zohobooks.singer.ordered_map import ITEMS_A_PLACE, ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 20.0  # seconds that no test takes unless something hangs
PLACES = 5


def dawdle(number: int) -> int:
    """Return the number, the earlier ones of five later than the others."""
    time.sleep(0.01 * (PLACES - number % PLACES))
    return number


def in_time(work: Callable[[], object]) -> None:
    """Do work that must come to an end."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(LONG)
    assert not thread.is_alive()


def test_results_come_in_order() -> None:
    """Results come in the order of the items, whichever is ready first."""
    found = list(ordered_map(PLACES, dawdle, range(30)))
    assert found == [(number, number) for number in range(30)]


def test_work_is_done_at_the_same_time() -> None:
    """As many items as there are places are worked on at once."""
    meeting = threading.Barrier(PLACES, timeout=LONG)
    in_time(lambda: list(ordered_map(PLACES, lambda _: meeting.wait(), range(2 * PLACES))))
    assert not meeting.broken


def test_no_more_items_are_taken_than_are_wanted() -> None:
    """While no result is read on, no more than two items a place wait."""
    items = iter(range(100))
    reading = ordered_map(PLACES, dawdle, items)
    assert next(reading) == (0, 0)
    assert next(items) == ITEMS_A_PLACE * PLACES + 1
    reading.close()


def test_results_before_a_failure_come() -> None:
    """A failure is passed on after all results that come before it in the order of the items."""

    def work(number: int) -> int:
        if number == 3:
            msg = "over"
            raise QuotaReached(msg)
        return dawdle(number)

    reading = ordered_map(PLACES, work, range(30))
    assert [next(reading), next(reading), next(reading)] == [(0, 0), (1, 1), (2, 2)]
    with pytest.raises(QuotaReached):
        next(reading)


@pytest.mark.parametrize("places", [1, 2, PLACES])
def test_work_that_is_called_off_holds_nothing_up(places: int) -> None:
    """A map that is closed in the middle waits for what is under way, and for nothing else."""

    def read() -> None:
        reading = ordered_map(places, dawdle, range(100))
        assert next(reading) == (0, 0)
        reading.close()

    in_time(read)


def test_a_failure_waits_for_no_later_call() -> None:
    """A failure ends the map while the calls behind it are under way."""
    stay = threading.Event()

    def work(number: int) -> int:
        if number == 1:
            msg = "over"
            raise QuotaReached(msg)
        if number > 1:
            stay.wait(LONG)
        return number

    def read() -> None:
        with pytest.raises(QuotaReached):
            list(ordered_map(PLACES, work, range(PLACES)))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(LONG / 4)
    is_over = not thread.is_alive()
    stay.set()
    assert is_over


@pytest.mark.parametrize("late", [1, 3])
def test_it_is_told_whether_the_next_result_is_here(late: int) -> None:
    """Before each result comes whether that behind it is there: not while its call is under way."""
    released, noted = threading.Event(), list[bool]()

    def work(number: int) -> int:
        if number == late:
            assert released.wait(LONG)
        elif number == 0:
            time.sleep(0.2)  # the others are done before it
        return number

    results = ordered_map(4, work, range(4), note_next=noted.append)
    found = [next(results)[1] for _ in range(late)]
    assert noted == [True] * (late - 1) + [False]
    released.set()
    assert [*found, *(one for _, one in results)] == [*range(4)]
    assert len(noted) == 4
    assert noted[-1] is False
