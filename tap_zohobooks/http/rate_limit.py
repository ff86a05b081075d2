"""Compute rates, quotas and waits: no I/O, the clock is passed in."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import backoff
import msgspec

from tap_zohobooks.http.responses import MAX_BLOCK, MAX_RESET, Action, Failure, header_seconds

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

MINUTE = 60.0
LIMIT_HEADER = "X-Rate-Limit-Limit"

# The service counts a request when it arrives: within TRAVEL seconds, or later by as much as its
# response takes longer than the quickest of the LATEST ones, which are more than are ever in
# flight: what delays those delays all. A request without a response counts for LOST seconds more.
# Clocks differ by DRIFT of a window at most.
TRAVEL = 0.5
LOST = 10.0
DRIFT = 0.001
LATEST = 32

# A refused rate falls by 20 %, and rises again by 1 % of the ceiling a window.
SLOWER, FASTER = 0.8, 0.01

BLOCKED = (43, 44)
FIRST_BLOCK, LONGER_BLOCK, LONGEST_BLOCK = 60.0, 30.0, 300.0
FIRST_BACKOFF = 5.0
JITTER = 0.1
MAX_HOLD = MAX_BLOCK * (1 + JITTER)  # seconds; also of a value that another program has written

FEWER, CALM = 0.75, 20  # in flight: -25 % on code 1070, +1 after 20 successes
TRIES = 6


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """The settings about requests; times in seconds."""

    requests_per_minute: int = 100
    max_concurrency: int = 5
    quota_reserve: int = 0
    wait_for_quota: bool = False
    max_wait: float = 900.0
    timeout: float = 60.0
    window: float = MINUTE


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of requests in any `length` seconds."""

    calls: int
    length: float = MINUTE

    @property
    def longest(self) -> float:
        """The seconds for which a request counts that has no response yet."""
        return self.span + LOST

    @property
    def span(self) -> float:
        """The seconds for which a request counts, from its arrival on."""
        return self.length * (1 + DRIFT)


class SlidingWindow(msgspec.Struct):
    """A sliding window of requests, and what was learned of it, shared by all its users.

    `frees` holds for each request when it stops counting; `taken` the seconds that each of the
    latest responses took; `share` the part of the ceiling that was left when the rate was last
    refused, at `refused_at`; from then on no request leaves for `held` seconds; `blocks` is the
    number of refusals in a row. Times in seconds.
    """

    frees: list[float] = []
    taken: list[float] = []
    share: float = 1.0
    refused_at: float = -1.0
    held: float = 0.0
    blocks: int = 0

    def take(self, now: float, ceiling: Rate) -> float:
        """Let a request leave now (0.0), or return the seconds to wait before the next try."""
        self._settle(now, ceiling)
        if (held := self.get_hold(now)) > 0:
            return held
        late = len(self.frees) - self.capacity(now, ceiling)
        if late >= 0:
            return self.frees[late] - now
        self.frees.append(now + ceiling.longest)
        return 0.0

    def record_response(self, left: float, now: float, ceiling: Rate) -> None:
        """Count the request that left then from its arrival, as its response is here now."""
        taken = max(0.0, now - left)
        free = left + ceiling.longest
        if free in self.frees:
            self.frees.remove(free)
            self.frees.append(left + ceiling.span + self._travel(taken))
        self.taken = [*self.taken[1 - LATEST :], taken]

    def _travel(self, taken: float) -> float:
        """Return the longest time that a request may have been on its way, in seconds."""
        late = max(0.0, taken - min(self.taken, default=0.0))
        return min(taken, TRAVEL + late)

    def record_success(self, left: float) -> None:
        """End the row of refusals, if the request that left then was sent after the last one."""
        if left > self.refused_at:
            self.blocks = 0

    def record_refusal(self, left: float, now: float, failure: Failure, ceiling: Rate,
                       jitter: float) -> float:  # fmt: skip
        """Hold all requests back; return for how many seconds, with 0 to 10 % of jitter.

        Requests that left before the last refusal are refused for the same reason: they lower
        nothing.
        """
        if left > self.refused_at:
            self.blocks += 1
            if failure.code in BLOCKED:
                self.share = max(self._share(now, ceiling) * SLOWER, 1 / ceiling.calls)
            self.refused_at, self.held = now, 0.0
        wait = failure.wait or self._wait(failure)  # a wait of 0 s says nothing
        self.held = max(self.held, now - self.refused_at + wait * (1 + JITTER * jitter))
        return self.get_hold(now)

    def _wait(self, failure: Failure) -> float:
        again = max(self.blocks, 1) - 1
        if failure.code in BLOCKED:
            return min(FIRST_BLOCK + again * LONGER_BLOCK, LONGEST_BLOCK)
        return min(FIRST_BACKOFF * 2.0 ** min(again, TRIES), MINUTE)

    def get_hold(self, now: float) -> float:
        """Return the seconds for which no request may leave."""
        return min(max(0.0, self.refused_at + self.held - now), MAX_HOLD)

    def capacity(self, now: float, ceiling: Rate) -> int:
        """Return how many requests may leave within the window's length."""
        return max(1, int(ceiling.calls * self._share(now, ceiling) + DRIFT))

    def _share(self, now: float, ceiling: Rate) -> float:
        calm = (now - self.refused_at) / ceiling.length
        return min(1.0, self.share + FASTER * calm)

    def _settle(self, now: float, ceiling: Rate) -> None:
        """Forget requests that count no more; limit what a clock's jump, or an edit, has left."""
        self.frees.sort()
        del self.frees[: bisect_right(self.frees, now)]
        latest = now + ceiling.longest
        wrong = bisect_right(self.frees, latest)
        self.frees[wrong:] = [latest] * (len(self.frees) - wrong)
        self.refused_at = min(self.refused_at, now)
        self.held = min(max(self.held, 0.0), MAX_HOLD)
        self.share = min(max(self.share, 1 / ceiling.calls), 1.0)


@dataclass(slots=True)
class AdaptiveConcurrency:
    """The number of requests that may be in flight: -25 % on code 1070, +1 after 20 successes."""

    most: int
    allowed: int
    calm: int = 0
    lowered_at: float = -1.0

    def record_refusal(self, left: float, now: float) -> None:
        """Allow fewer, unless the request left before that was last done."""
        if left > self.lowered_at:
            self.allowed, self.calm = max(1, int(self.allowed * FEWER)), 0
            self.lowered_at = now

    def record_success(self) -> None:
        """Allow one more after 20 successes."""
        self.calm += 1
        if self.calm >= CALM:
            self.allowed, self.calm = min(self.most, self.allowed + 1), 0


@dataclass(frozen=True, slots=True)
class Quota:
    """The day's API calls of an organization, as a response states them.

    Source: the X-Rate-Limit-* headers; reset counts seconds, and remaining may be negative.
    """

    limit: int
    remaining: int
    resets_at: float

    @classmethod
    def read(cls, headers: Mapping[str, str], now: float) -> Quota | None:
        """Read the headers of a response; None if they are absent or unreadable."""
        reset = header_seconds(headers, "X-Rate-Limit-Reset", MAX_RESET)
        try:
            limit = int(headers[LIMIT_HEADER])
            remaining = int(headers["X-Rate-Limit-Remaining"])
        except (KeyError, ValueError):
            return None
        return None if reset is None else cls(limit, remaining, now + reset)

    def after(self, known: Quota | None) -> Quota:
        """Return the newer of the two: responses overtake each other; in a day, calls only fall."""
        if known is None or known.limit != self.limit or known.resets_at < self.resets_at - MINUTE:
            return self
        return self if self.remaining < known.remaining else known

    def allows(self, now: float, *, reserve: int, in_flight: int) -> bool:
        """Tell whether at least `reserve` calls of the day are left after one more."""
        return now >= self.resets_at or self.remaining - in_flight - 1 >= reserve


def waits(factor: float, longest: float = MINUTE) -> Generator[float, None, None]:
    """Yield factor, 2 x factor, 4 x factor ... seconds, each at most `longest`."""
    steps: Generator[float, None, None] = backoff.expo(factor=factor, max_value=longest)
    next(steps)
    yield from steps


@dataclass(slots=True)
class RetryBudget:
    """How long, and how often, one request may be sent again; `longest` in seconds."""

    longest: float
    delays: Generator[float, None, None] | None = None
    tries: int = TRIES
    spent: float = 0.0

    def wait_for(self, failure: Failure, held: float = 0.0) -> float | None:
        """Return the seconds until the request is sent again; None if it is to be given up.

        `held` is for how many seconds all requests of the organization are held.
        """
        match failure.action:
            case Action.HOLD:
                return held if self.affords(held) else None
            case Action.RETRY_WITH_FEWER:
                wait = failure.wait or self._next_delay()  # a wait of 0 s says nothing
                return wait if self.affords(wait) else None
            case _:
                return self.wait_for_fault()

    def wait_for_fault(self) -> float | None:
        """Return the seconds until a request that met a fault is sent again; None to give it up."""
        self.tries -= 1
        wait = self._next_delay()
        return wait if self.tries > 0 and wait <= self.longest else None

    def _next_delay(self) -> float:
        self.delays = self.delays or waits(1.0)
        return next(self.delays)

    def affords(self, wait: float) -> bool:
        """Spend so many seconds on limits; tell whether `longest` is not exceeded."""
        self.spent += wait
        return self.spent <= self.longest
