"""The limiter of an organization, used by many threads at once."""

from __future__ import annotations

import logging
import sys
import threading
import time
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_zohobooks.http.limiter import OrganizationLimiter
from tap_zohobooks.http.rate_limit import LimitSettings, SlidingWindow
from tap_zohobooks.http.shared_state import SharedValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 30
THREADS = 5


class Clock:
    """Seconds that pass as threads sleep."""

    def __init__(self) -> None:
        """Start at 0."""
        self.seconds = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the seconds so far."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        with self._lock:
            self.seconds += seconds
        time.sleep(0)


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
        clock=clock.now, sleep=clock.sleep, note=list[str]().append,
        logger=logging.getLogger("test"),
    )  # fmt: skip


def run_all(work: Callable[[], object]) -> list[Thread]:
    """Start all threads."""
    threads = [Thread(target=work, daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    return threads


def join_all(threads: list[Thread]) -> None:
    """Wait until all threads have ended."""
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def count_places(window: SharedValue[SlidingWindow]) -> int:
    """Return how many requests the window counts."""
    with window.change() as found:
        return len(found.frees)


def test_one_change_serves_all_threads_that_wait() -> None:
    """Each change of the file costs more than the place that it takes."""
    clock = Clock()
    window = CountedWindow(clock.now)
    limiter = limited(clock, window, 100)
    threads = run_all(limiter.wait_for_slot)
    until = time.monotonic() + PATIENCE
    while limiter._queue.waiting < THREADS:  # noqa: SLF001  # no other sign that a thread waits for a lock
        assert time.monotonic() < until
        time.sleep(0.001)
    window.go.set()
    join_all(threads)
    assert (window.changes, limiter.calls, count_places(window)) == (1, THREADS, THREADS)


def test_no_place_is_taken_for_nobody() -> None:
    """A place that no request uses would be lost to this run and to others for a minute."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    clock = Clock()
    window = SharedValue(SlidingWindow, clock.now)
    limiter = limited(clock, window, 10**6)
    try:
        join_all(run_all(lambda: [limiter.wait_for_slot() for _ in range(400)]))
    finally:
        sys.setswitchinterval(interval)
    assert (limiter.calls, count_places(window)) == (400 * THREADS, 400 * THREADS)


def test_places_taken_together_stay_within_the_rate() -> None:
    """Of five threads that wait, three leave at once; the others when the window lets them."""
    clock = Clock()
    window = SharedValue(SlidingWindow, clock.now)
    limiter = limited(clock, window, 3)
    left: list[float] = []
    join_all(run_all(lambda: left.extend(limiter.wait_for_slot() for _ in range(4))))
    times = sorted(left)
    assert len(times) == 4 * THREADS
    assert all(later - first >= 60 for first, later in zip(times, times[3:], strict=False))
