"""Request consent in a browser, and check which server may have sent the code."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.regions import REGIONS
from tap_zohobooks.safe_text import add_secret

if TYPE_CHECKING:
    from tap_zohobooks.oauth.credentials import Hosts

CHINA = "cn"


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A client as the API console shows it."""

    id: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        """Mask the secret in all output."""
        add_secret(self.secret)

    @property
    def form(self) -> dict[str, str]:
        """The form fields of each token request."""
        return {"client_id": self.id, "client_secret": self.secret}


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """A request for consent: its redirect address, its state and its PKCE verifier (RFC 7636)."""

    redirect_uri: str
    scope: str
    state: str = field(default_factory=token_urlsafe, repr=False)
    verifier: str = field(default_factory=lambda: token_urlsafe(48), repr=False)

    def __post_init__(self) -> None:
        """Mask the verifier in all output; the state is part of the URL that is printed."""
        add_secret(self.verifier)

    def url(self, server: str, client: OAuthClient) -> str:
        """Return the URL of the consent page."""
        digest = sha256(self.verifier.encode()).digest()
        params = {
            "response_type": "code",
            "client_id": client.id,
            "scope": self.scope,
            "redirect_uri": self.redirect_uri,
            "access_type": "offline",
            "prompt": "consent",  # else a second consent issues no refresh token
            "state": self.state,
            "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{server}/oauth/v2/auth?{urlencode(params)}"

    @property
    def form(self) -> dict[str, str]:
        """The form fields of the exchange of the code."""
        return {"redirect_uri": self.redirect_uri, "code_verifier": self.verifier}


def origin(url: str) -> tuple[str, str]:
    """Return scheme and host with port of a URL; the text in place of the host if it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url
    return parts.scheme, parts.netloc


def check_server(server: str | None, location: str | None, hosts: Hosts, asked: str) -> str:
    """Return the accounts server to exchange a code at: the one that the callback names, if any.

    Raises:
        TapError: It is not Zoho's, or it is China's and region is not cn.
    """
    url = (server or asked).rstrip("/")
    region = next((one for one in REGIONS.values() if one.accounts_url == url), None)
    if CHINA in {location, region and region.name} and hosts.region != CHINA:
        raise Reason.CHINA_UNNAMED.error()
    if url == asked or region is not None:
        return url
    if hosts.accounts_url is not None and origin(url) == origin(hosts.accounts_url):
        return url
    raise Reason.STRANGE_SERVER.error(server=origin(url)[1])
