"""Authorization codes: consent in a browser, and the check of a code when it is exchanged."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlencode, urlsplit

from sandbox.http import HTML, Response

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

WEB_CODE_LIFE: Final = timedelta(minutes=2)
SELF_CODE_LIFE: Final = timedelta(minutes=3)
CODE_WINDOW: Final = timedelta(minutes=10)
CODES_ALLOWED: Final = 10
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
Decision: TypeAlias = Literal["grant", "deny", "ask"]


@dataclass(frozen=True, slots=True)
class GrantCode:
    """A code to exchange for tokens once; that of a self client has no ``redirect_uri``."""

    scopes: frozenset[str]
    expires: datetime
    redirect_uri: str = ""
    offline: bool = True
    challenge: str = ""


@dataclass
class Consent:
    """The user's decision on a request for consent; ``ask`` shows a page with two buttons.

    ``redirect_uris`` are those registered with the client; if there are none, any loopback address
    is accepted. ``codes`` are the codes not yet exchanged.
    """

    decision: Decision = "grant"
    redirect_uris: set[str] = field(default_factory=set)
    codes: dict[str, GrantCode] = field(default_factory=dict)
    _recent: deque[datetime] = field(default_factory=deque)

    def authorize(
        self, params: Mapping[str, str], now: datetime, code: str, server: tuple[str, str]
    ) -> Response:
        """Answer a request for consent, with the new code if it is granted.

        ``server`` is the data center and its accounts server, for the redirect.
        """
        redirect = params.get("redirect_uri", "")
        if not self._is_registered(redirect):
            return render_page("Invalid Redirect Uri", status=400)
        decision = params.get("decision", self.decision)
        if decision == "ask":
            return render_page("Allow access to Zoho Books?", params)
        state = {"state": params["state"]} if "state" in params else {}
        if decision == "deny" or self._count_request(now) > CODES_ALLOWED:
            return _redirect(redirect, {**state, "error": "access_denied"})
        self.codes[code] = GrantCode(
            scopes=frozenset(params.get("scope", "").replace(" ", ",").split(",")) - {""},
            expires=now + WEB_CODE_LIFE,
            redirect_uri=redirect,
            offline=params.get("access_type") == "offline",
            challenge=params.get("code_challenge", ""),
        )
        location, accounts_server = server
        return _redirect(
            redirect,
            {**state, "code": code, "location": location, "accounts-server": accounts_server},
        )

    def _is_registered(self, redirect: str) -> bool:
        if self.redirect_uris:
            return redirect in self.redirect_uris
        parts = urlsplit(redirect)
        return parts.scheme in {"http", "https"} and parts.hostname in LOOPBACK

    def _count_request(self, now: datetime) -> int:
        """Count a request, and return how many there were in the last 10 minutes."""
        while self._recent and self._recent[0] <= now - CODE_WINDOW:
            self._recent.popleft()
        self._recent.append(now)
        return len(self._recent)

    def redeem(self, form: Mapping[str, str], now: datetime) -> GrantCode | str:
        """Use up a code and return it; return the name of the error if it is not valid."""
        grant = self.codes.pop(form.get("code", ""), None)
        if grant is None or now >= grant.expires:
            return "invalid_code"
        if grant.redirect_uri and form.get("redirect_uri") != grant.redirect_uri:
            return "invalid_redirect_uri"
        if grant.challenge and grant.challenge != compute_challenge(form.get("code_verifier", "")):
            return "invalid_code"
        return grant


def compute_challenge(verifier: str) -> str:
    """Compute the S256 challenge of a PKCE verifier."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def render_page(title: str, params: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """Render an HTML page; with parameters it has a button to grant them and one to deny."""
    buttons = ""
    if params is not None:
        fields = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in params.items()
        )
        buttons = (
            f'<form action="/oauth/v2/auth">{fields}'
            '<button id="accept" name="decision" value="grant">Accept</button>'
            '<button id="reject" name="decision" value="deny">Reject</button></form>'
        )
    text = f"<!doctype html><title>{title}</title><h1>{title}</h1>{buttons}"
    return Response(status, text.encode(), {"Content-Type": HTML})


def _redirect(uri: str, params: Mapping[str, str]) -> Response:
    joint = "&" if urlsplit(uri).query else "?"
    return Response(302, b"", {"Location": f"{uri}{joint}{urlencode(params)}"})
