"""Limit the requests of one organization: a minute, at the same time, and a day."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from random import SystemRandom
from typing import TYPE_CHECKING

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.http.rate_limit import (
    LIMIT_HEADER,
    MINUTE,
    AdaptiveConcurrency,
    LimitSettings,
    Quota,
    Rate,
    SlidingWindow,
)
from tap_zohobooks.http.responses import Action, Failure, Response

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterator, Mapping

    from tap_zohobooks.errors import TapError
    from tap_zohobooks.http.shared_state import SharedValue

HOUR = 3600.0
RANDOM = SystemRandom()


class ConcurrencySlots:
    """Slots for requests in flight; if all are in use, a thread waits for one."""

    def __init__(self, most: int) -> None:
        """Start with `most` slots."""
        self._concurrency = AdaptiveConcurrency(most, most)
        self._in_use = 0
        self._change = threading.Condition()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Occupy one slot within the block."""
        with self._change:
            self._change.wait_for(lambda: self._in_use < self._concurrency.allowed)
            self._in_use += 1
        try:
            yield
        finally:
            with self._change:
                self._in_use -= 1
                self._change.notify_all()

    def on_response(self, result: Response | Failure, left: float, now: float) -> None:
        """Adapt the number of slots to the response of the request that left then."""
        with self._change:
            if isinstance(result, Response):
                if self._concurrency.allowed < self._concurrency.most:
                    self._concurrency.record_success()
            elif result.action is Action.RETRY_WITH_FEWER:
                self._concurrency.record_refusal(left, now)
            self._change.notify_all()


class PlaceQueue:
    """Threads that wait for a place in the window: one of them takes places for all."""

    def __init__(self) -> None:
        """Start with no thread."""
        self.waiting = 0  # including the one whose turn it is
        self._places: list[float] = []
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    @contextmanager
    def take_turn(self) -> Iterator[list[float]]:
        """Wait for the turn of this thread; yield the times of places that are taken already."""
        with self._lock:
            self.waiting += 1
        with self._turn:
            try:
                yield self._places
            finally:
                with self._lock:
                    self.waiting -= 1


class OrganizationLimiter:
    """Decides when the requests of one organization leave, and adapts to the responses.

    A request: `acquire` (which calls `wait_for_slot`), send, `release`, `on_response`. The window
    is written once for all requests that wait to leave: it learns of a response as the next request
    is about to leave. Until then, and if there is none, other runs count the request for 10 s more.
    """

    def __init__(
        self,
        organization_id: str,
        settings: LimitSettings,
        window: SharedValue[SlidingWindow],
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        note: Callable[[str], None],
        logger: logging.Logger,
        jitter: Callable[[], float] = RANDOM.random,
    ) -> None:
        """Start with what the window's other users have learned. `note` counts a wait by cause."""
        self.calls = 0
        self.quota: Quota | None = None
        self.slots = ConcurrencySlots(settings.max_concurrency)
        self.queue = PlaceQueue()
        self._organization_id = organization_id
        self._settings = settings
        self._ceiling = Rate(settings.requests_per_minute, settings.window)
        self._window = window
        self._clock, self._sleep = clock, sleep
        self._note = note
        self._logger = logger
        self._jitter = jitter
        self._lock = threading.Lock()
        self._in_flight = 0
        self._end: TapError | None = None
        self._is_blocked = False
        self._responses: list[tuple[float, float]] = []  # left and came, not in the window yet

    @contextmanager
    def _change_window(self) -> Iterator[SlidingWindow]:
        """Yield the window, and keep what was changed; it holds all responses."""
        with self._window.change() as window:
            with self._lock:
                responses, self._responses = self._responses, []
            for left, came in responses:
                window.record_response(left, came, self._ceiling)
            yield window

    @contextmanager
    def acquire(self) -> Iterator[float]:
        """Occupy a slot within the block; yield when the request left, by the window's clock.

        Raises:
            QuotaReached: The day's quota is used up, or a block exceeds max_wait_seconds.
        """
        with self.slots.take():
            yield self.wait_for_slot()

    def wait_for_slot(self) -> float:
        """Wait until one more request may leave, and return when it does, by the window's clock.

        Raises:
            QuotaReached: The day's quota is used up, or a block exceeds max_wait_seconds.
        """
        has_waited = False
        while True:
            left = self._wait_for_window()
            quota = self._book()
            if quota is None:
                return left
            found = f"{quota.remaining} of {quota.limit} calls of the day are left"
            self.end_of_day(found, None if has_waited else quota.resets_at - self._clock())
            has_waited = True

    def _wait_for_window(self) -> float:
        """Wait until the window lets one more request leave, and return that time."""
        has_waited = False
        while True:
            self._check_day()
            with self.queue.take_turn() as places:
                wait, held = (0.0, 0.0) if places else self._take_places(places)
                if places:
                    return places.pop()
            if held > self._settings.max_wait:
                raise self._build_block_error(held)
            if not held and not has_waited:
                self._note("pace")
                has_waited = True
            self._sleep(wait)

    def _take_places(self, places: list[float]) -> tuple[float, float]:
        """Take a place in the window for each thread that waits, as far as there are any.

        A change of the file lets other threads run, which costs more than the change: five threads
        that each make their own take a fifth longer for a document.

        Returns:
            For how many seconds to wait if there is no place, and all requests are held.
        """
        with self._change_window() as window:
            now, wait = self._window.now(), 0.0
            while len(places) < self.queue.waiting and not wait:
                if not (wait := window.take(now, self._ceiling)):
                    places.append(now)
            self._is_blocked = window.blocks > 0
            return wait, window.get_hold(now)

    def _build_block_error(self, held: float) -> TapError:
        """Return the error of a block, and log how to end it if other runs would obey it, too."""
        if self._window.path is not None:
            self._logger.warning(
                "Organization %s: the block is kept in %s for other runs. If it is an error, "
                "delete that file.",
                self._organization_id,
                self._window.path,
            )
        minutes = f"{held / MINUTE:.0f}"
        return Reason.BLOCKED.error(organization=self._organization_id, minutes=minutes)

    def _check_day(self) -> None:
        if self._end is not None:
            raise self._end

    def _book(self) -> Quota | None:
        """Count one more request in flight; return the quota instead if that does not allow it."""
        reserve = self._settings.quota_reserve
        with self._lock:
            self._check_day()
            quota = self.quota
            if quota and not quota.allows(
                self._clock(), reserve=reserve, in_flight=self._in_flight
            ):
                return quota
            self._in_flight += 1
            self.calls += 1
        return None

    def release(self, left: float, headers: Mapping[str, str]) -> None:
        """Count the request that left then as no longer in flight, and read the day's quota.

        Both in one step, so that no request leaves between the two beyond the quota.
        """
        with self._lock:
            self._in_flight -= 1
            if LIMIT_HEADER in headers and (quota := Quota.read(headers, self._clock())):
                self.quota = quota.after(self.quota)
            self._responses.append((left, self._window.now()))

    def on_response(self, result: Response | Failure, left: float) -> None:
        """Adapt rate and slots to the response of the request that left then."""
        self.slots.on_response(result, left, self._window.now())
        if isinstance(result, Response):
            if self._is_blocked:
                with self._change_window() as window:
                    window.record_success(left)
        elif result.action is Action.HOLD:
            self._hold(result, left)

    def _hold(self, failure: Failure, left: float) -> None:
        with self._change_window() as window:
            now = self._window.now()
            before = window.capacity(now, self._ceiling)
            window.record_refusal(left, now, failure, self._ceiling, self._jitter())
            capacity = window.capacity(now, self._ceiling)
        if capacity < before:
            self._logger.info(
                "Organization %s: the rate is now %d requests in %.0f s.",
                self._organization_id,
                capacity,
                self._ceiling.length,
            )

    def get_hold(self) -> float:
        """Return for how many seconds all requests are held back."""
        with self._change_window() as window:
            return window.get_hold(self._window.now())

    def end_of_day(self, found: str, reset: float | None) -> None:
        """Wait `reset` seconds for the next day, if the settings say so and allow that long.

        Raises:
            QuotaReached: They do not; nor does any later request leave.
        """
        settings = self._settings
        if settings.wait_for_quota and reset is not None and reset <= settings.max_wait:
            self._logger.warning("%s: waiting %.0f s for the day's reset.", found, reset)
            self._note("quota")
            self._sleep(reset + 1)
            with self._lock:
                self.quota = None
            return
        when = "at midnight of the organization" if reset is None else f"in {reset / HOUR:.1f} h"
        self._end = Reason.QUOTA_REACHED.error(
            organization=self._organization_id, left=found.rstrip("."), when=when
        )
        raise self._end
