"""The arithmetic of pace, quota and patience: no I/O, and the clock is passed in."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import backoff

from tap_zohobooks.errors import Crowded, Fault, Throttled, seconds

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

MINUTE = 60.0

# The service counts arrivals, this side departures: a call that travels faster than the one
# a window before it would be the one too many.
MARGIN = 0.01

TRIES = 6


@dataclass(slots=True)
class Window:
    """A sliding window: at most `capacity` calls leave in any `length` seconds."""

    capacity: int
    length: float = MINUTE
    _left: deque[float] = field(default_factory=deque)

    def reserve(self, now: float) -> float:
        """Book the next free place and return how many seconds from `now` it is away."""
        length = self.length * (1 + MARGIN)
        while self._left and self._left[0] <= now - length:
            self._left.popleft()
        late = len(self._left) - self.capacity
        place = now if late < 0 else max(now, self._left[late] + length)
        self._left.append(place)
        return place - now

    def hold(self, now: float, wait: float) -> None:
        """Let nothing leave for `wait` seconds: the service has said that it is too much."""
        self._left = deque([now + wait - self.length * (1 + MARGIN)] * self.capacity)


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
        reset = seconds(headers, "X-Rate-Limit-Reset")
        try:
            limit = int(headers["X-Rate-Limit-Limit"])
            remaining = int(headers["X-Rate-Limit-Remaining"])
        except (KeyError, ValueError):
            return None
        return None if reset is None else cls(limit, remaining, now + reset)

    def allows(self, now: float, *, reserve: int, in_flight: int) -> bool:
        """Tell whether one more call leaves at least `reserve` calls of the day to others."""
        return now >= self.resets_at or self.remaining - in_flight - 1 >= reserve


def waits(factor: float, longest: float = MINUTE) -> Generator[float, None, None]:
    """Yield factor, 2 x factor, 4 x factor ... seconds, each at most `longest`."""
    steps: Generator[float, None, None] = backoff.expo(factor=factor, max_value=longest)
    next(steps)
    yield from steps


@dataclass(slots=True)
class Patience:
    """How long one call may still be waited for, by the kind of trouble it meets."""

    longest: float
    throttled: Generator[float, None, None] = field(default_factory=lambda: waits(5.0))
    stumbled: Generator[float, None, None] = field(default_factory=lambda: waits(1.0))
    tries: int = TRIES
    spent: float = 0.0

    def wait_for(self, verdict: Fault | Throttled | Crowded) -> float | None:
        """Return the seconds to wait before the call is repeated; None when patience ends."""
        match verdict:
            case Fault():
                self.tries -= 1
                wait = next(self.stumbled)
                return wait if self.tries > 0 and wait <= self.longest else None
            case Throttled(retry_after=after):
                wait = after or next(self.throttled)  # zero seconds are no advice
            case Crowded(retry_after=after):
                wait = after or next(self.stumbled)
        self.spent += wait
        return wait if self.spent <= self.longest else None
