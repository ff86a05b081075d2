"""Calls leave in the order in which the work for them was given out, whatever else happens."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from tap_zohobooks.errors import QuotaReached
from tap_zohobooks.singer.ordered_map import in_turn, ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 20.0  # seconds that no test takes unless something hangs
PLACES = 5


class Calls:
    """Calls of some threads, of which the earlier ones dawdle; those in `silent` make none."""

    def __init__(self, silent: frozenset[int] = frozenset()) -> None:
        """Begin with none."""
        self.left: list[int] = []
        self._silent = silent

    def __call__(self, number: int) -> int:
        """Let a call leave when its turn has come."""
        time.sleep(0.01 * (PLACES - number % PLACES))
        if number not in self._silent:
            with in_turn():
                self.left.append(number)
        return number


def in_time(work: Callable[[], object]) -> None:
    """Do work that must come to an end."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(LONG)
    assert not thread.is_alive()


def test_calls_leave_in_order() -> None:
    """Of calls that are made at the same time an earlier one never leaves after a later one."""
    calls = Calls()
    assert [found for _, found in ordered_map(PLACES, calls, range(30))] == list(range(30))
    assert calls.left == list(range(30))


def test_work_without_a_call_keeps_the_order() -> None:
    """Who asks for nothing neither holds up nor lets overtake."""
    silent = frozenset(range(0, 30, 3))
    calls = Calls(silent)
    assert len(list(ordered_map(PLACES, calls, range(30)))) == 30
    assert calls.left == [number for number in range(30) if number not in silent]


def test_a_call_that_is_made_again_waits_for_nobody() -> None:
    """Only the first call of a piece of work has a turn: a second one leaves when it likes."""
    met = threading.Barrier(2, timeout=LONG)

    def work(number: int) -> None:
        for _ in range(2):
            with in_turn():
                pass
            met.wait() if number < 2 else None

    in_time(lambda: list(ordered_map(2, work, range(6))))


def test_work_that_fails_holds_nobody_up() -> None:
    """A failure before the call has left is passed on, and the work behind it comes to an end."""
    calls = Calls()

    def work(number: int) -> int:
        if number == 3:
            msg = "over"
            raise QuotaReached(msg)
        return calls(number)

    def read() -> None:
        with pytest.raises(QuotaReached):
            list(ordered_map(PLACES, work, range(30)))

    in_time(read)
    assert calls.left == sorted(calls.left)


@pytest.mark.parametrize("places", [1, 2, PLACES])
def test_work_that_is_called_off_holds_nobody_up(places: int) -> None:
    """Who stops reading in the middle waits for what is under way, and for nothing else."""

    def read() -> None:
        reading = ordered_map(places, Calls(), range(100))
        assert next(reading) == (0, 0)
        reading.close()

    in_time(read)


def test_a_single_call_needs_no_turn() -> None:
    """Outside of such work calls leave as they come."""
    with in_turn(), in_turn():
        pass
