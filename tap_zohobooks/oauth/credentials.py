"""What requests an access token, where, and the token itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_zohobooks.regions import AUTO, REGIONS, SEARCHED, Region
from tap_zohobooks.resources import TABLE, scopes

if TYPE_CHECKING:
    from collections.abc import Sequence


SOID = "ZohoBooks"


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, the API host it is for, and when to stop using it (the ledger's clock)."""

    value: str = field(repr=False)
    api_url: str
    good_until: float


@dataclass(frozen=True, slots=True)
class Grant:
    """What is sent to mint a token."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    soid: str | None = None

    def form(self) -> dict[str, str]:
        """Return the form of the token call."""
        form = {"client_id": self.client_id, "client_secret": self.client_secret}
        if self.soid is not None:
            return form | {
                "grant_type": "client_credentials",
                "scope": scopes(TABLE.values()),  # no consent page grants them
                "soid": f"{SOID}.{self.soid}",
            }
        return form | {"grant_type": "refresh_token", "refresh_token": self.refresh_token or ""}


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where to mint and where to call: overrides win over the token answer, it over the region."""

    region: str
    accounts_url: str | None = None
    api_url: str | None = None

    def candidates(self) -> Sequence[Region]:
        """Return the data centers to mint at, in turn."""
        if self.region != AUTO:
            return (REGIONS[self.region],)
        return SEARCHED if self.accounts_url is None else SEARCHED[:1]

    def mint_url(self, region: Region) -> str:
        """Return where tokens are minted."""
        return f"{self.accounts_url or region.accounts_url}/oauth/v2/token"

    def call_url(self, region: Region, named: str | None = None) -> str:
        """Return the API's base URL, where `named` is what the token answer said."""
        return self.api_url or named or region.api_url
