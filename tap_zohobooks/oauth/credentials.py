"""The values of a token request: the grant, the hosts, the token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_zohobooks.regions import AUTO, REGIONS, SEARCHED, Region
from tap_zohobooks.resources import TABLE, scopes
from tap_zohobooks.safe_text import add_secret

if TYPE_CHECKING:
    from collections.abc import Sequence


SOID = "ZohoBooks"


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, its API base URL, and until when it is used (s, by the store's clock)."""

    value: str = field(repr=False)
    api_url: str
    good_until: float

    def __post_init__(self) -> None:
        """Mask the token in all output."""
        add_secret(self.value)


@dataclass(frozen=True, slots=True)
class Grant:
    """The credentials of a token request."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    soid: str | None = None

    def __post_init__(self) -> None:
        """Mask the secrets in all output."""
        add_secret(self.client_secret)
        add_secret(self.refresh_token)

    def form(self) -> dict[str, str]:
        """Return the form of the token request."""
        form = {"client_id": self.client_id, "client_secret": self.client_secret}
        if self.soid is not None:
            return form | {
                "grant_type": "client_credentials",
                "scope": scopes(TABLE.values()),  # no consent page has granted any
                "soid": f"{SOID}.{self.soid}",
            }
        return form | {"grant_type": "refresh_token", "refresh_token": self.refresh_token or ""}


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts: a setting counts before the token response, that before the region."""

    region: str
    accounts_url: str | None = None
    api_url: str | None = None

    def candidates(self) -> Sequence[Region]:
        """Return the data centers to request a token at, in turn."""
        if self.region != AUTO:
            return (REGIONS[self.region],)
        return SEARCHED if self.accounts_url is None else SEARCHED[:1]

    def token_url(self, region: Region) -> str:
        """Return the URL of the token endpoint."""
        return f"{self.accounts_url or region.accounts_url}/oauth/v2/token"

    def call_url(self, region: Region, named: str | None = None) -> str:
        """Return the API's base URL; `named` is that of the token response."""
        return self.api_url or named or region.api_url
