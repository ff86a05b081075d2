"""What is kept of the tokens of one grant, for all runs that mint with it: no I/O."""

from __future__ import annotations

import msgspec
from typing_extensions import override

from tap_zohobooks.oauth.token_endpoint import LIFETIME
from tap_zohobooks.regions import REGIONS, trusted_api_url

MINT_WINDOW = 600.0
MOST_MINTS = 9  # one below the service's ten, for a mint of which nobody here knows

# The service's window begins when a mint arrives there, and its clock is another one.
SLACK = 1.0


class StoredToken(msgspec.Struct, frozen=True):
    """An access token, where it belongs, and until when it is used."""

    value: str
    region: str
    api_url: str | None
    good_until: float

    @override
    def __repr__(self) -> str:
        """Show no secret."""
        return f"StoredToken(region={self.region!r}, good_until={self.good_until!r})"

    def is_good(self, now: float) -> bool:
        """Tell whether the token may be used; one that lasts longer than any is of a wrong clock.

        Where it belongs is checked too: a token is sent to nobody but Zoho.
        """
        is_ours = self.region in REGIONS and self.api_url in {None, trusted_api_url(self.api_url)}
        return is_ours and now < self.good_until <= now + LIFETIME


class TokenStore(msgspec.Struct):
    """The token, the data center that gave it, and when tokens were minted (in seconds)."""

    token: StoredToken | None = None
    region: str | None = None
    mints: list[float] = []
    blocked_until: float = -MINT_WINDOW

    def usable(self, now: float, refused: str | None = None) -> StoredToken | None:
        """Return the token if it is good and not the refused one; forget it otherwise."""
        if self.token is not None and (self.token.value == refused or not self.token.is_good(now)):
            self.token = None
        return self.token

    def wait(self, now: float) -> float:
        """Return for how many seconds nothing may be minted."""
        self._settle(now)
        if self.blocked_until > now:
            return self.blocked_until - now
        late = len(self.mints) - MOST_MINTS
        return 0.0 if late < 0 else self._free(late) - now

    def throttled(self, now: float) -> None:
        """Note that the service mints no more: until the oldest known mint counts no longer.

        Where none is known, or that was waited for already, it is a whole window.
        """
        self._settle(now)
        is_again = now - self.blocked_until < MINT_WINDOW
        whole = now + MINT_WINDOW + SLACK
        self.blocked_until = whole if is_again or not self.mints else self._free(0)

    def _free(self, place: int) -> float:
        return self.mints[place] + MINT_WINDOW + SLACK

    def _settle(self, now: float) -> None:
        """Forget what counts no more; what is in the future is of a clock that has jumped."""
        self.mints = sorted(
            min(mint, now) for mint in self.mints if mint + MINT_WINDOW + SLACK > now
        )
        self.blocked_until = min(self.blocked_until, now + MINT_WINDOW + SLACK)
