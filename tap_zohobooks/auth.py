"""One access token for all streams and threads, minted as seldom as can be."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests
from requests.auth import AuthBase
from typing_extensions import override

from tap_zohobooks.errors import (
    ConfigError,
    QuotaReached,
    ReauthorizationNeeded,
    TapError,
)
from tap_zohobooks.regions import AUTO, REGIONS, SEARCHED, Region
from tap_zohobooks.resources import TABLE, scopes
from tap_zohobooks.tokens import (
    Minted,
    MintThrottled,
    NoAnswer,
    Outcome,
    failure,
    read_token_answer,
    weight,
)

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Sequence

LEEWAY = 300.0
MINT_WINDOW = 600.0
SOID = "ZohoBooks"


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, the API host it is for, and when to stop using it (seconds, monotonic)."""

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
                "scope": scopes(TABLE),  # no consent page grants them
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


class TokenHeader(AuthBase):
    """Puts one token into a request; as `auth` it also keeps a .netrc from replacing it."""

    def __init__(self, token: Token) -> None:
        """Keep the token."""
        self.token = token

    @override
    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        r.headers["Authorization"] = f"Zoho-oauthtoken {self.token.value}"
        return r


class _NoHeader(AuthBase):
    @override
    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        return r


class Authenticator:
    """Mints access tokens, one at a time, and hands the same one to everybody.

    Raises from `token` and `renew`: ReauthorizationNeeded, ConfigError, QuotaReached, ServiceError.
    """

    def __init__(
        self,
        grant: Grant | None,
        hosts: Hosts,
        *,
        session: requests.Session,
        logger: logging.Logger,
        access_token: str | None = None,
        timeout: float = 60.0,
        max_wait: float = 900.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; nothing is minted before it is needed."""
        self.mints = 0
        self._grant = grant
        self._hosts = hosts
        self._session = session
        self._logger = logger
        self._timeout = timeout
        self._max_wait = max_wait
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._found: Region | None = None
        self._failure: TapError | None = None
        self._token = self._given(access_token)

    def _given(self, access_token: str | None) -> Token | None:
        if access_token is None:
            return None
        region = self._hosts.candidates()[0]
        return Token(access_token, self._hosts.call_url(region), float("inf"))

    def token(self) -> Token:
        """Return a token that is good for some minutes yet."""
        with self._lock:
            if self._token is None or self._token.good_until <= self._clock():
                self._token = self._mint()
            return self._token

    def renew(self, refused: Token) -> Token:
        """Return another token than the refused one; only the first who asks has it minted."""
        with self._lock:
            if self._token is None or self._token.value == refused.value:
                self._token = self._mint()
            return self._token

    def _mint(self) -> Token:
        if self._failure is not None:
            raise self._failure
        try:
            return self._mint_anywhere()
        except (ReauthorizationNeeded, ConfigError, QuotaReached) as failure:
            self._failure = failure
            raise

    def _mint_anywhere(self) -> Token:
        if self._grant is None:
            msg = (
                "The access_token setting was refused: it is older than an hour, or from another "
                "data center. Set a new access_token, or a refresh_token."
            )
            raise ReauthorizationNeeded(msg)
        candidates = [self._found] if self._found else self._hosts.candidates()
        outcomes: list[tuple[Region, Outcome]] = []
        for region in candidates:
            outcome = self._ask(self._grant, region)
            if isinstance(outcome, Minted):
                return self._accept(outcome, region, searched=len(candidates) > 1)
            outcomes.append((region, outcome))
        raise self._explain(outcomes)

    def _ask(self, grant: Grant, region: Region) -> Outcome:
        outcome = self._post(grant, region)
        if isinstance(outcome, MintThrottled) and self._max_wait >= MINT_WINDOW:
            self._logger.warning(
                "Zoho mints no more than ten access tokens in ten minutes; waiting %d s for the "
                "window to end. Use token_cache or access_token for many short runs.",
                MINT_WINDOW,
            )
            self._sleep(MINT_WINDOW)
            outcome = self._post(grant, region)
        return outcome

    def _post(self, grant: Grant, region: Region) -> Outcome:
        self.mints += 1
        try:
            answer = self._session.post(
                self._hosts.mint_url(region),
                data=grant.form(),
                auth=_NoHeader(),
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return NoAnswer(type(error).__name__)
        return read_token_answer(answer.status_code, answer.content)

    def _accept(self, minted: Minted, region: Region, *, searched: bool) -> Token:
        if searched:
            self._logger.warning(
                "The credentials belong to data center '%s'. Set region to '%s' to spare the "
                "search.",
                region.name,
                region.name,
            )
        self._found = region
        good_for = max(minted.lifetime - LEEWAY, minted.lifetime / 2)
        return Token(
            minted.value,
            self._hosts.call_url(region, minted.api_url),
            self._clock() + good_for,
        )

    def _explain(self, outcomes: list[tuple[Region, Outcome]]) -> TapError:
        where = self._hosts.accounts_url or ", ".join(region.name for region, _ in outcomes)
        return failure(min((outcome for _, outcome in outcomes), key=weight), where)
