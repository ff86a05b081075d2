"""One organization's calls: its pace, its places in flight, its day."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from random import SystemRandom
from typing import TYPE_CHECKING, NoReturn

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.http.rate_limit import (
    MINUTE,
    AdaptiveConcurrency,
    LimitSettings,
    Quota,
    Rate,
    SlidingWindow,
)
from tap_zohobooks.http.responses import RateLimited, ResponseKind, Success, TooManyConcurrent

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterator, Mapping

    from tap_zohobooks.errors import TapError
    from tap_zohobooks.http.shared_state import SharedValue

HOUR = 3600.0
RANDOM = SystemRandom()


class ConcurrencySlots:
    """The places of calls in flight; who finds none waits for one."""

    def __init__(self, most: int) -> None:
        """Begin with all of them."""
        self._crowd = AdaptiveConcurrency(most, most)
        self._taken = 0
        self._change = threading.Condition()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Keep one place for as long as the block lasts."""
        with self._change:
            self._change.wait_for(lambda: self._taken < self._crowd.allowed)
            self._taken += 1
        try:
            yield
        finally:
            with self._change:
                self._taken -= 1
                self._change.notify_all()

    def free_of(self, wanted: int) -> int:
        """Return how many of so many places are free."""
        with self._change:
            return min(wanted, self._crowd.allowed) - self._taken

    def on_response(self, kind: ResponseKind, left: float, now: float) -> None:
        """Learn how many there may be from what became of a call."""
        with self._change:
            match kind:
                case TooManyConcurrent():
                    self._crowd.refused(left, now)
                case Success():
                    self._crowd.served()
            self._change.notify_all()


class OrganizationLimiter:
    """Lets the calls of one organization leave, and learns from their answers."""

    def __init__(
        self,
        organization_id: str,
        rules: LimitSettings,
        window: SharedValue[SlidingWindow],
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        note: Callable[[str], None],
        logger: logging.Logger,
        jitter: Callable[[], float] = RANDOM.random,
    ) -> None:
        """Begin with what the window's other users know. `note` counts a wait by its cause."""
        self.calls = 0
        self.quota: Quota | None = None
        self.places = ConcurrencySlots(rules.max_concurrency)
        self._organization_id = organization_id
        self._rules = rules
        self._ceiling = Rate(rules.requests_per_minute, rules.window)
        self._window = window
        self._clock = clock
        self._sleep = sleep
        self._note = note
        self._logger = logger
        self._jitter = jitter
        self._lock = threading.Lock()
        self._in_flight = 0
        self._over: TapError | None = None
        self._is_blocked = False

    @contextmanager
    def acquire(self) -> Iterator[float]:
        """Keep a place in flight for as long as the block lasts; yield when the call has left.

        Raises:
            QuotaReached: The day is over, or the service holds calls back for too long.
        """
        with self.places.taken():
            yield self.wait_for_slot()

    def wait_for_slot(self) -> float:
        """Wait until one more call may leave, and return when it did, by the window's clock.

        Raises:
            QuotaReached: The day is over, or the service holds calls back for too long.
        """
        has_waited = False
        while True:
            left = self._keep_pace()
            with self._lock:
                reset = self._book(has_waited=has_waited)
            if reset is None:
                return left
            self._await_reset(reset)
            has_waited = True

    def _keep_pace(self) -> float:
        has_waited = False
        while True:
            with self._lock:
                if self._over is not None:
                    raise self._over
            with self._window.changing() as window:
                now = self._window.now()
                wait = window.take(now, self._ceiling)
                held = window.held_for(now)
            if wait <= 0:
                return now
            if held > self._rules.max_wait:
                self._blocked(held)
            if not held and not has_waited:
                self._note("pace")
                has_waited = True
            self._sleep(wait)

    def _blocked(self, held: float) -> NoReturn:
        raise Reason.BLOCKED.error(
            organization=self._organization_id, minutes=f"{held / MINUTE:.0f}"
        )

    def _book(self, *, has_waited: bool) -> float | None:
        """Book the call, or return for how many seconds the day's reset is waited for.

        Once a call was refused none leaves that was asked for later: the lock is held.
        """
        if self._over is not None:
            raise self._over
        quota, now = self.quota, self._clock()
        if quota is None or quota.allows(
            now, reserve=self._rules.quota_reserve, in_flight=self._in_flight
        ):
            self._in_flight += 1
            self.calls += 1
            return None
        found = f"{quota.remaining} of {quota.limit} calls of the day are left"
        return self._rest_of_day(found, None if has_waited else quota.resets_at - now)

    def release(self, left: float, headers: Mapping[str, str]) -> None:
        """Note that the call which left then is answered, or given up.

        What is left of the day changes with it: between the two one call too many could leave.
        """
        with self._lock:
            self._in_flight -= 1
            told = Quota.read(headers, self._clock())
            self.quota = told.after(self.quota) if told else self.quota
        with self._window.changing() as window:
            window.answered(left, self._window.now(), self._ceiling)
            self._is_blocked = window.blocks > 0

    def on_response(self, kind: ResponseKind, left: float) -> None:
        """Learn from what became of the call which left then."""
        self.places.on_response(kind, left, self._window.now())
        match kind:
            case RateLimited():
                self._hold(kind, left)
            case Success() if self._is_blocked:
                with self._window.changing() as window:
                    window.served(left)

    def _hold(self, kind: RateLimited, left: float) -> None:
        with self._window.changing() as window:
            now = self._window.now()
            before = window.capacity(now, self._ceiling)
            window.refused(left, now, kind, self._ceiling, self._jitter())
            capacity = window.capacity(now, self._ceiling)
        if capacity < before:
            self._logger.info(
                "Organization %s: the pace is now %d calls in %.0f s.",
                self._organization_id,
                capacity,
                self._ceiling.length,
            )

    def spare(self) -> int:
        """Return how many more calls in flight than now it takes to fill the window."""
        with self._window.changing() as window:
            wanted = window.fills(self._window.now(), self._ceiling)
        return self.places.free_of(wanted)

    def held_for(self) -> float:
        """Return for how many seconds more all calls are held back."""
        with self._window.changing() as window:
            return window.held_for(self._window.now())

    def end_of_day(self, found: str, reset: float | None) -> None:
        """Wait for the day's reset where the settings say so and it is near.

        Raises:
            QuotaReached: They do not, or it is not.
        """
        with self._lock:
            wait = self._rest_of_day(found, reset)
        self._await_reset(wait)

    def _rest_of_day(self, found: str, reset: float | None) -> float:
        if self._rules.wait_for_quota and reset is not None and reset <= self._rules.max_wait:
            self._logger.warning("%s: waiting %.0f s for the day's reset.", found, reset)
            self._note("quota")
            return reset
        when = "at midnight of the organization" if reset is None else f"in {reset / HOUR:.1f} h"
        self._over = Reason.QUOTA_REACHED.error(
            organization=self._organization_id, left=found.rstrip("."), when=when
        )
        raise self._over

    def _await_reset(self, wait: float) -> None:
        self._sleep(wait + 1)
        with self._lock:
            self.quota = None
