"""The limiter of an organization, used by many threads at once."""

from __future__ import annotations

import logging
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_zohobooks.http.limiter import OrganizationLimiter
from tap_zohobooks.http.rate_limit import LimitSettings, SlidingWindow
from tap_zohobooks.http.shared_state import SharedValue
from tests.conftest import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 30
THREADS = 5


class CountedWindow(SharedValue[SlidingWindow]):
    """A window that counts its changes, each of which may go on once `go` is set."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Start with an empty window."""
        super().__init__(SlidingWindow, now)
        self.changes = 0
        self.go = Event()

    @override
    @contextmanager
    def change(self) -> Iterator[SlidingWindow]:
        with super().change() as window:
            self.changes += 1
            assert self.go.wait(PATIENCE)
            yield window


def limited(clock: Clock, window: SharedValue[SlidingWindow], calls: int) -> OrganizationLimiter:
    """Return a limiter of so many requests a minute."""
    settings = LimitSettings(requests_per_minute=calls, max_concurrency=THREADS)
    return OrganizationLimiter(
        "1", settings, window,
        clock=clock.monotonic, sleep=clock.sleep, note=list[str]().append,
        logger=logging.getLogger("test"),
    )  # fmt: skip


def leave_together(limiter: OrganizationLimiter, each: int) -> list[float]:
    """Return when the requests of all threads have left."""
    with ThreadPoolExecutor(THREADS) as pool:
        waiting = [pool.submit(limiter.wait_for_slot) for _ in range(each * THREADS)]
        return [one.result() for one in waiting]


def count_places(window: SharedValue[SlidingWindow]) -> int:
    """Return how many requests the window counts."""
    with window.change() as found:
        return len(found.frees)


def test_one_change_serves_all_threads_that_wait() -> None:
    """Each change of the file costs more than the place that it takes."""
    clock = Clock()
    window = CountedWindow(clock.monotonic)
    limiter = limited(clock, window, 100)
    with ThreadPoolExecutor(THREADS) as pool:
        waiting = [pool.submit(limiter.wait_for_slot) for _ in range(THREADS)]
        until = time.monotonic() + PATIENCE
        while limiter.queue.waiting < THREADS:
            assert time.monotonic() < until
            time.sleep(0.001)
        window.go.set()
        assert [one.result() for one in waiting] == [0.0] * THREADS
    assert (window.changes, limiter.calls, count_places(window)) == (1, THREADS, THREADS)


def test_no_place_is_taken_for_nobody() -> None:
    """A place that no request uses would be lost to this run and to others for a minute."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    clock = Clock()
    window = SharedValue(SlidingWindow, clock.monotonic)
    limiter = limited(clock, window, 10**6)
    try:
        leave_together(limiter, 400)
    finally:
        sys.setswitchinterval(interval)
    assert (limiter.calls, count_places(window)) == (400 * THREADS, 400 * THREADS)


def test_places_taken_together_stay_within_the_rate() -> None:
    """Of five threads that wait, three leave at once; the others when the window lets them."""
    clock = Clock()
    window = SharedValue(SlidingWindow, clock.monotonic)
    limiter = limited(clock, window, 3)
    times = sorted(leave_together(limiter, 4))
    assert len(times) == 4 * THREADS
    assert all(later - first >= 60 for first, later in zip(times, times[3:], strict=False))
