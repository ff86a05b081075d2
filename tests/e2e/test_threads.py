"""A thread that cannot be started loses no row, whichever of a run it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from operator import eq, le
from unittest import mock

import pytest

from tests.conftest import Run, Service

Make = Callable[..., Service]

STREAMS = ("contacts", "users", "invoice_details", "item_details", "bill_comments")
ERRORS = (RuntimeError("can't start new thread"), MemoryError())
LONG = 60.0  # seconds that no run takes unless something hangs


class Starts:
    """Counts the threads that are started, and lets some of them fail."""

    def __init__(self, fails: Callable[[int], bool], error: Exception) -> None:
        """Let the starts fail whose number, from 0, is such."""
        self.count = 0
        self._fails = fails
        self._error = error
        self._lock = threading.Lock()
        self._start = threading.Thread.start

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Count from now on."""

        def start(thread: threading.Thread) -> None:
            with self._lock:
                number, self.count = self.count, self.count + 1
            if self._fails(number):
                raise self._error
            self._start(thread)

        with mock.patch.object(threading.Thread, "start", start):
            yield


def read(service: Service, starts: Starts) -> Run:
    """Run a tap in a thread of its own, which ends in time."""
    runs: list[Run] = []
    reader = threading.Thread(target=lambda: runs.append(service.run(STREAMS)), daemon=True)
    reader.start()  # before the starts are counted
    with starts.watch():
        reader.join(LONG)
    assert runs, "the run hangs"
    return runs[0]


def check(run: Run, whole: Run) -> None:
    """Check that all rows are there, and that the same streams count as complete."""
    assert run.failure is None
    assert run.counts == whole.counts
    assert activated(run) == activated(whole)


def activated(run: Run) -> set[str]:
    """Return the streams of which a target may delete the rest."""
    return {one["stream"] for one in run.messages if one["type"] == "ACTIVATE_VERSION"}


@pytest.mark.parametrize("is_only", [True, False])
def test_any_thread_that_cannot_be_started(service: Make, *, is_only: bool) -> None:
    """The K-th thread of a run cannot be started, or none from the K-th on: for every K."""
    double = service(rows=4, organizations=1, requests_per_minute=10**6, daily_quota=10**6)
    double.world.accounts.mints_allowed = 10**6
    counter = Starts(lambda _: False, ERRORS[0])
    whole = read(double, counter)
    assert whole.failure is None
    assert {stream for stream, _ in whole.counts} == set(STREAMS)
    assert counter.count > len(STREAMS)
    for k in range(counter.count):
        starts = Starts(partial(eq if is_only else le, k), ERRORS[k % 2])
        check(read(double, starts), whole)
