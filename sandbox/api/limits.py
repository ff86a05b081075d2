"""What an organization may ask in a minute, in a day, at once; time is passed in."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from sandbox.data.times import seconds_to_midnight, zone
from sandbox.messages import Answer, refusal

if TYPE_CHECKING:
    from datetime import datetime

MESSAGES = {
    43: "For security reasons you have been blocked for some time as you have exceeded the maximum"
    " number of requests per minute.",
    44: "For security reasons your organization has been blocked as it have exceeded the maximum"
    " number of requests per minute.",
    45: "The API call for this organization has exceeded the maximum call rate limit of {quota}",
    1070: "You have reached the maximum number of in process requests allowed. Kindly try again"
    " after some time.",
}


class LimitOptions(TypedDict, total=False):
    """The limits by name, for whoever passes them on."""

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

    ``retry_after`` (seconds) is sent with a 429 where it is set: the service's own habit is to send
    none with 44. ``block`` is how long an organization stays shut out after it went over the
    minute's limit; ``soft`` lets the day's quota be overrun, and Remaining go below zero.
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
    """What one organization has used."""

    zone: str
    quota: int | None = None
    used: int = 0
    _day: str = ""
    _recent: deque[float] = field(default_factory=deque)
    _running: list[float] = field(default_factory=list)
    _blocked_until: float = 0.0
    most_in_flight: int = 0

    def check(self, limits: Limits, now: datetime) -> int:
        """The code to refuse a call with, or 0 where it may pass."""
        second = now.timestamp()
        self._roll(now)
        while self._recent and self._recent[0] <= second - limits.window:
            self._recent.popleft()
        self._running = [end for end in self._running if end > second]
        if len(self._running) >= limits.concurrency:
            code = 1070
        elif self.used >= self.allowance(limits) and not limits.soft:
            code = 45
        elif second < self._blocked_until or len(self._recent) >= limits.requests_per_minute:
            code = limits.minute_code
            if second >= self._blocked_until:
                self._blocked_until = second + limits.block
        else:
            code = 0
        if not code or limits.count_refused:
            self.used += 1
            self._recent.append(second)
        return code

    def begin(self, now: datetime, duration: float) -> None:
        """Note a call that passes; it is in flight for so many seconds."""
        self._running.append(now.timestamp() + duration)
        self.most_in_flight = max(self.most_in_flight, len(self._running))

    def allowance(self, limits: Limits) -> int:
        """The calls of a day."""
        return limits.daily_quota if self.quota is None else self.quota

    def headers(self, limits: Limits, now: datetime) -> dict[str, str]:
        """The headers that tell what is left of the day."""
        return {
            "X-Rate-Limit-Limit": str(self.allowance(limits)),
            "X-Rate-Limit-Remaining": str(self.allowance(limits) - self.used),
            "X-Rate-Limit-Reset": str(seconds_to_midnight(now, self.zone)),
        }

    def _roll(self, now: datetime) -> None:
        day = now.astimezone(zone(self.zone)).date().isoformat()
        if day != self._day:
            self._day, self.used = day, 0


def too_many(code: int, quota: int, retry_after: float | None) -> Answer:
    """The answer to a call over a limit."""
    answer = refusal(429, code, MESSAGES.get(code, "Too many requests.").format(quota=f"{quota:,}"))
    if retry_after is not None:
        answer.headers["Retry-After"] = f"{retry_after:g}"
    return answer
