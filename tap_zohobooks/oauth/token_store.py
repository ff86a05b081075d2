"""The access token of one grant, shared by all runs that use it, and its limits: no I/O."""

from __future__ import annotations

import msgspec
from typing_extensions import override

from tap_zohobooks.oauth.token_endpoint import LIFETIME, RATE_WINDOW
from tap_zohobooks.regions import REGIONS, match_api_url
from tap_zohobooks.safe_text import add_secret, is_token

MAX_REQUESTS = 9  # in RATE_WINDOW: one below Zoho's ten, for a request by another program
SLACK = 1.0  # seconds: the window begins when a request arrives, by another clock


class StoredToken(msgspec.Struct, frozen=True):
    """An access token, its data center and API host, and until when it is used (s since 1970)."""

    value: str
    region: str
    api_url: str | None
    good_until: float

    def __post_init__(self) -> None:
        """Mask the token in all output."""
        add_secret(self.value)

    @override
    def __repr__(self) -> str:
        """Show no secret."""
        return f"StoredToken(region={self.region!r}, good_until={self.good_until!r})"

    def is_good(self, now: float) -> bool:
        """Tell whether it may be used: a token of Zoho's, which expires within its lifetime."""
        is_ours = self.region in REGIONS and self.api_url in {None, match_api_url(self.api_url)}
        return is_token(self.value) and is_ours and now < self.good_until <= now + LIFETIME


class TokenStore(msgspec.Struct):
    """The token, the data center that issued it, and when tokens were requested (in seconds)."""

    token: StoredToken | None = None
    region: str | None = None
    token_requests: list[float] = []
    blocked_until: float = -RATE_WINDOW

    def get(self, now: float, refused: str | None = None) -> StoredToken | None:
        """Return the token if it is good and not the refused one; else forget it."""
        if self.token is not None and (self.token.value == refused or not self.token.is_good(now)):
            self.token = None
        return self.token

    def wait(self, now: float) -> float:
        """Return the seconds for which no token may be requested."""
        self._settle(now)
        if self.blocked_until > now:
            return self.blocked_until - now
        late = len(self.token_requests) - MAX_REQUESTS
        return 0.0 if late < 0 else self._free(late) - now

    def block(self, now: float) -> None:
        """Request no token, as the service refuses: until the oldest known request counts no more.

        If none is known, or the run has waited for that already, for a whole window.
        """
        self._settle(now)
        is_again = now - self.blocked_until < RATE_WINDOW
        whole = now + RATE_WINDOW + SLACK
        self.blocked_until = whole if is_again or not self.token_requests else self._free(0)

    def _free(self, place: int) -> float:
        return self.token_requests[place] + RATE_WINDOW + SLACK

    def _settle(self, now: float) -> None:
        """Forget requests that count no more; limit times that only a clock's jump can explain."""
        self.token_requests = sorted(
            min(time, now) for time in self.token_requests if time + RATE_WINDOW + SLACK > now
        )
        self.blocked_until = min(self.blocked_until, now + RATE_WINDOW + SLACK)
