"""The way to a first refresh token: consent in a browser, grant codes, and their exchange."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlencode, urlsplit

from sandbox.messages import HTML, Answer

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
    """A code that can be turned into tokens once; a self client's has no ``redirect_uri``."""

    scopes: frozenset[str]
    expires: datetime
    redirect_uri: str = ""
    offline: bool = True
    challenge: str = ""


@dataclass
class Consent:
    """What the user says when an application asks; ``ask`` shows a page with two buttons.

    ``redirect_uris`` are those registered with the client; none means any on this machine.
    """

    decision: Decision = "grant"
    redirect_uris: set[str] = field(default_factory=set)
    codes: dict[str, GrantCode] = field(default_factory=dict)
    _recent: deque[datetime] = field(default_factory=deque)

    def authorize(
        self, params: Mapping[str, str], now: datetime, code: str, server: tuple[str, str]
    ) -> Answer:
        """Answer the consent page; ``server`` is the location and the accounts server to name."""
        redirect = params.get("redirect_uri", "")
        if not self._registered(redirect):
            return page("Invalid Redirect Uri", status=400)
        decision = params.get("decision", self.decision)
        if decision == "ask":
            return page("Allow access to Zoho Books?", params)
        state = {"state": params["state"]} if "state" in params else {}
        if decision == "deny" or self._too_many(now):
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

    def _registered(self, redirect: str) -> bool:
        if self.redirect_uris:
            return redirect in self.redirect_uris
        parts = urlsplit(redirect)
        return parts.scheme in {"http", "https"} and parts.hostname in LOOPBACK

    def _too_many(self, now: datetime) -> bool:
        while self._recent and self._recent[0] <= now - CODE_WINDOW:
            self._recent.popleft()
        self._recent.append(now)
        return len(self._recent) > CODES_ALLOWED

    def redeem(self, given: Mapping[str, str], now: datetime) -> GrantCode | str:
        """The grant of a code, which is used up by it; or the error to answer with."""
        grant = self.codes.pop(given.get("code", ""), None)
        if grant is None or now >= grant.expires:
            return "invalid_code"
        if grant.redirect_uri and given.get("redirect_uri") != grant.redirect_uri:
            return "invalid_redirect_uri"
        if grant.challenge and grant.challenge != challenge_of(given.get("code_verifier", "")):
            return "invalid_code"
        return grant


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def page(title: str, params: Mapping[str, str] | None = None, status: int = 200) -> Answer:
    """A page for a person; with parameters it asks for a decision on them."""
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
    return Answer(status, text.encode(), {"Content-Type": HTML})


def _redirect(uri: str, params: Mapping[str, str]) -> Answer:
    joint = "&" if urlsplit(uri).query else "?"
    return Answer(302, b"", {"Location": f"{uri}{joint}{urlencode(params)}"})
