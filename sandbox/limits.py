"""The limits of an organization a minute, a day and at once; the time is passed in."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from sandbox.data.times import count_seconds_to_midnight, get_zone

if TYPE_CHECKING:
    from datetime import datetime


class LimitOptions(TypedDict, total=False):
    """The arguments of ``Limits``, all optional."""

    requests_per_minute: int
    window: float
    daily_quota: int
    concurrency: int
    minute_code: int
    retry_after: float | None
    block: float
    soft: bool
    count_refused: bool


@dataclass
class Limits:
    """The limits in force; change them at any time.

    ``requests_per_minute`` counts in a sliding ``window`` of seconds and is refused with
    ``minute_code``; ``daily_quota`` is API calls a day, ``concurrency`` requests at once.
    ``retry_after`` (seconds) is sent with a 429 if set: the service sends none with code 44.
    ``block`` is how many seconds an organization stays blocked after it exceeded the limit a
    minute; ``soft`` allows more than the quota, so that Remaining goes below zero;
    ``count_refused`` counts refused requests against the limits, too.
    """

    requests_per_minute: int = 100
    window: float = 60.0
    daily_quota: int = 10_000
    concurrency: int = 10
    minute_code: int = 44
    retry_after: float | None = None
    block: float = 0.0
    soft: bool = False
    count_refused: bool = False


@dataclass
class Meter:
    """The requests of one organization so far; ``quota`` is its own daily quota, if not None."""

    zone: str
    quota: int | None = None
    used: int = 0
    _day: str = ""
    _recent: deque[float] = field(default_factory=deque)
    _running: list[float] = field(default_factory=list)
    _blocked_until: float = 0.0
    most_in_flight: int = 0

    def check(self, limits: Limits, now: datetime) -> int:
        """Count a request, and return the code to refuse it with; 0 if it is within the limits."""
        second = now.timestamp()
        self._forget_old(limits, now)
        code = self._find_limit(limits, second)
        if code == limits.minute_code and second >= self._blocked_until:
            self._blocked_until = second + limits.block
        if not code or limits.count_refused:
            self.used += 1
            self._recent.append(second)
        return code

    def _forget_old(self, limits: Limits, now: datetime) -> None:
        second = now.timestamp()
        day = now.astimezone(get_zone(self.zone)).date().isoformat()
        if day != self._day:
            self._day, self.used = day, 0
        while self._recent and self._recent[0] <= second - limits.window:
            self._recent.popleft()
        self._running = [end for end in self._running if end > second]

    def _find_limit(self, limits: Limits, second: float) -> int:
        if len(self._running) >= limits.concurrency:
            return 1070
        if self.used >= self.get_allowance(limits) and not limits.soft:
            return 45
        is_blocked = second < self._blocked_until
        is_over = len(self._recent) >= limits.requests_per_minute
        return limits.minute_code if is_blocked or is_over else 0

    def begin(self, now: datetime, duration: float) -> None:
        """Record a request that is in flight for ``duration`` seconds."""
        self._running.append(now.timestamp() + duration)
        self.most_in_flight = max(self.most_in_flight, len(self._running))

    def get_allowance(self, limits: Limits) -> int:
        """Return the API calls a day."""
        return limits.daily_quota if self.quota is None else self.quota

    def build_headers(self, limits: Limits, now: datetime) -> dict[str, str]:
        """Build the headers that state the rest of the day's quota; Reset is in seconds."""
        allowance = self.get_allowance(limits)
        return {
            "X-Rate-Limit-Limit": str(allowance),
            "X-Rate-Limit-Remaining": str(allowance - self.used),
            "X-Rate-Limit-Reset": str(count_seconds_to_midnight(now, self.zone)),
        }
