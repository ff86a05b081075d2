"""The arithmetic of pace, quota and patience: no I/O, and the clock is passed in."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from math import ceil
from statistics import fmean
from typing import TYPE_CHECKING

import backoff
import msgspec

from tap_zohobooks.http.responses import RateLimited, ServerError, TooManyConcurrent, header_seconds

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

MINUTE = 60.0

# The service counts a call when it arrives, somewhere between leaving here and being answered.
# It is believed to arrive within TRAVEL seconds, or later by as much as its answer takes longer
# than the quickest of the LATEST ones, which are more than are ever in flight: whatever delays
# those delays them all. A call without an answer may be on its way, and counts for LOST seconds
# more. Clocks are believed to differ by DRIFT of a window.
TRAVEL = 0.5
LOST = 10.0
DRIFT = 0.001
LATEST = 32

# How a refused pace is learned: down by a fifth, up again by a hundredth of the ceiling a window.
SLOWER, FASTER = 0.8, 0.01

BLOCKED = (43, 44)
FIRST_BLOCK, LONGER_BLOCK, LONGEST_BLOCK = 60.0, 30.0, 300.0
FIRST_BACKOFF = 5.0
JITTER = 0.1

FEWER, CALM = 0.75, 20
TRIES = 6


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What the settings say about calls; times in seconds."""

    requests_per_minute: int = 100
    max_concurrency: int = 5
    quota_reserve: int = 0
    wait_for_quota: bool = False
    max_wait: float = 900.0
    timeout: float = 60.0
    window: float = MINUTE


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in any `length` seconds."""

    calls: int
    length: float = MINUTE

    @property
    def longest(self) -> float:
        """The seconds for which a call counts that is not answered yet."""
        return self.counted + LOST

    @property
    def counted(self) -> float:
        """The seconds for which an answered call counts, from its answer on."""
        return self.length * (1 + DRIFT)


class SlidingWindow(msgspec.Struct):
    """A sliding window and what was learned of it, as all know it who share it.

    `frees` holds for each call when it counts no more; `taken` how many seconds each of the last
    answers took; `share` is the part of the ceiling that was left when the pace was last refused,
    at `refused_at`; nothing leaves for `held` seconds from then on; `blocks` is how often it was
    refused in a row.
    """

    frees: list[float] = []
    taken: list[float] = []
    share: float = 1.0
    refused_at: float = -1.0
    held: float = 0.0
    blocks: int = 0

    def take(self, now: float, ceiling: Rate) -> float:
        """Let a call leave now (0.0), or return how many seconds to wait before asking again."""
        self._settle(now, ceiling)
        if (held := self.held_for(now)) > 0:
            return held
        late = len(self.frees) - self.capacity(now, ceiling)
        if late >= 0:
            return self.frees[late] - now
        self.frees.append(now + ceiling.longest)
        return 0.0

    def answered(self, left: float, now: float, ceiling: Rate) -> None:
        """Note that the call which left then has been answered: it had arrived by now."""
        taken = max(0.0, now - left)
        late = max(0.0, taken - min(self.taken, default=0.0))
        if (free := left + ceiling.longest) in self.frees:
            self.frees.remove(free)
            self.frees.append(left + ceiling.counted + min(taken, TRAVEL + late))
        self.taken = [*self.taken[1 - LATEST :], taken]

    def served(self, left: float) -> None:
        """Note that the service took the call which left then."""
        if left > self.refused_at:
            self.blocks = 0

    def refused(self, left: float, now: float, kind: RateLimited, ceiling: Rate,
                jitter: float) -> float:  # fmt: skip
        """Hold everything back, as the service asks for; return for how many header_seconds.

        Calls that left before the last refusal are refused for the same reason, and teach nothing.
        """
        if left > self.refused_at:
            self.blocks += 1
            if kind.code in BLOCKED:
                self.share = max(self._share(now, ceiling) * SLOWER, 1 / ceiling.calls)
            self.refused_at, self.held = now, 0.0
        wait = kind.retry_after or self._wait(kind)  # zero seconds are no advice
        self.held = max(self.held, now - self.refused_at + wait * (1 + JITTER * jitter))
        return self.held_for(now)

    def _wait(self, kind: RateLimited) -> float:
        again = max(self.blocks, 1) - 1
        if kind.code in BLOCKED:
            return min(FIRST_BLOCK + again * LONGER_BLOCK, LONGEST_BLOCK)
        return min(FIRST_BACKOFF * 2.0 ** min(again, TRIES), MINUTE)

    def held_for(self, now: float) -> float:
        """Return for how many seconds more nothing may leave."""
        return max(0.0, self.refused_at + self.held - now)

    def capacity(self, now: float, ceiling: Rate) -> int:
        """Return how many calls may leave within the window's length."""
        return max(1, int(ceiling.calls * self._share(now, ceiling) + DRIFT))

    def fills(self, now: float, ceiling: Rate) -> int:
        """Return how many calls in flight at the same time fill the window, as answers usually are.

        One at a time does where answers are quick.
        """
        usual = fmean(self.taken) if self.taken else 0.0
        return max(1, ceil(usual * self.capacity(now, ceiling) / ceiling.length))

    def _share(self, now: float, ceiling: Rate) -> float:
        calm = (now - self.refused_at) / ceiling.length
        return min(1.0, self.share + FASTER * calm)

    def _settle(self, now: float, ceiling: Rate) -> None:
        """Forget what counts no more; what is in the future is of a clock that has jumped."""
        self.frees.sort()
        del self.frees[: bisect_right(self.frees, now)]
        latest = now + ceiling.longest
        wrong = bisect_right(self.frees, latest)
        self.frees[wrong:] = [latest] * (len(self.frees) - wrong)
        self.refused_at = min(self.refused_at, now)


@dataclass(slots=True)
class AdaptiveConcurrency:
    """How many calls may be in flight: learned down where they are too many, slowly up again."""

    most: int
    allowed: int
    calm: int = 0
    lowered_at: float = -1.0

    def refused(self, left: float, now: float) -> None:
        """Allow fewer; calls that left before the last time were of the same crowd."""
        if left > self.lowered_at:
            self.allowed, self.calm = max(1, int(self.allowed * FEWER)), 0
            self.lowered_at = now

    def served(self) -> None:
        """Allow one more after some calls that went well."""
        self.calm += 1
        if self.calm >= CALM:
            self.allowed, self.calm = min(self.most, self.allowed + 1), 0


@dataclass(frozen=True, slots=True)
class Quota:
    """The day's calls of an organization as an answer told them.

    Source: the X-Rate-Limit-* headers; reset counts seconds, and remaining may be negative.
    """

    limit: int
    remaining: int
    resets_at: float

    @classmethod
    def read(cls, headers: Mapping[str, str], now: float) -> Quota | None:
        """Read the headers of an answer; None where they are absent or unreadable."""
        reset = header_seconds(headers, "X-Rate-Limit-Reset")
        try:
            limit = int(headers["X-Rate-Limit-Limit"])
            remaining = int(headers["X-Rate-Limit-Remaining"])
        except (KeyError, ValueError):
            return None
        return None if reset is None else cls(limit, remaining, now + reset)

    def after(self, known: Quota | None) -> Quota:
        """Return what is known after this answer: answers overtake each other, a day only falls."""
        if known is None or known.limit != self.limit or known.resets_at < self.resets_at - MINUTE:
            return self
        return self if self.remaining < known.remaining else known

    def allows(self, now: float, *, reserve: int, in_flight: int) -> bool:
        """Tell whether one more call leaves at least `reserve` calls of the day to others."""
        return now >= self.resets_at or self.remaining - in_flight - 1 >= reserve


def waits(factor: float, longest: float = MINUTE) -> Generator[float, None, None]:
    """Yield factor, 2 x factor, 4 x factor ... seconds, each at most `longest`."""
    steps: Generator[float, None, None] = backoff.expo(factor=factor, max_value=longest)
    next(steps)
    yield from steps


@dataclass(slots=True)
class RetryBudget:
    """How long one call may still be waited for, by the kind of trouble it meets."""

    longest: float
    stumbled: Generator[float, None, None] = field(default_factory=lambda: waits(1.0))
    tries: int = TRIES
    spent: float = 0.0

    def wait_for(self, kind: ServerError | TooManyConcurrent) -> float | None:
        """Return the seconds to wait before the call is repeated; None when patience ends."""
        if isinstance(kind, TooManyConcurrent):
            wait = kind.retry_after or next(self.stumbled)  # zero seconds are no advice
            return wait if self.affords(wait) else None
        self.tries -= 1
        wait = next(self.stumbled)
        return wait if self.tries > 0 and wait <= self.longest else None

    def affords(self, wait: float) -> bool:
        """Spend so many seconds on the limits of the service; tell whether that is not too much."""
        self.spent += wait
        return self.spent <= self.longest
