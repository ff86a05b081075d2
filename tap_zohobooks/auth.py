"""One access token for all streams and threads, minted as seldom as can be."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import requests
from requests.auth import AuthBase
from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import (
    ConfigError,
    QuotaReached,
    ReauthorizationNeeded,
    TapError,
)
from tap_zohobooks.oauth.credentials import Grant, Hosts, Token
from tap_zohobooks.oauth.token_endpoint import (
    LIFETIME,
    InvalidGrant,
    IssuedToken,
    NoAnswer,
    TokenRateLimited,
    TokenResponse,
    classify_token_response,
    informativeness,
    token_error,
)
from tap_zohobooks.oauth.token_store import StoredToken, TokenStore
from tap_zohobooks.regions import REGIONS, Region

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from tap_zohobooks.http.shared_state import SharedValue
    from tap_zohobooks.oauth.revoked_token import RevokedToken

LEEWAY = 300.0


class TokenHeader(AuthBase):
    """Puts one token into a request."""

    def __init__(self, token: Token) -> None:
        """Keep the token."""
        self.token = token

    @override
    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        r.headers["Authorization"] = f"Zoho-oauthtoken {self.token.value}"
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
        ledger: SharedValue[TokenStore],
        access_token: str | None = None,
        timeout: float = 60.0,
        max_wait: float = 900.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; nothing is minted before it is needed. Processes may share the ledger.

        `disconnection` may be set to what remembers a dead refresh token.
        """
        self.mints = 0
        self.revoked_token: RevokedToken | None = None
        self._grant = grant
        self._hosts = hosts
        self._session = session
        self._logger = logger
        self._ledger = ledger
        self._timeout = timeout
        self._max_wait = max_wait
        self._sleep = sleep
        self._lock = threading.Lock()
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
            if self._token is None or self._token.good_until <= self._ledger.now():
                self._token = self._obtain(None)
            return self._token

    def mint(self) -> Token:
        """Return a token that was minted now: one that is shared does not prove that a grant lives.

        Only a token that was given is returned as it is.
        """
        token = self.token()
        return token if self.mints or self._grant is None else self.renew(token)

    def renew(self, refused: Token) -> Token:
        """Return another token than the refused one; only the first who asks has it minted."""
        with self._lock:
            if self._token is None or self._token.value == refused.value:
                self._token = self._obtain(refused.value)
            return self._token

    def _obtain(self, refused: str | None) -> Token:
        if self._failure is not None:
            raise self._failure
        try:
            return self._wait_for_token(refused)
        except (ReauthorizationNeeded, ConfigError, QuotaReached) as token_error:
            self._failure = token_error
            raise

    def _wait_for_token(self, refused: str | None) -> Token:
        if self._grant is None:
            raise Reason.ACCESS_TOKEN_REFUSED.error()
        if self.revoked_token is not None:
            self.revoked_token.check()
        spent = 0.0
        while True:
            found = self._take_turn(self._grant, refused)
            if isinstance(found, InvalidGrant) and self.revoked_token is not None:
                self.revoked_token.note(f"{found.error} from {self._where}")
            match found:
                case StoredToken(api_url=named):
                    url = self._hosts.call_url(REGIONS[found.region], named)
                    return Token(found.value, url, found.good_until)
                case TokenRateLimited(pause) if spent + pause <= self._max_wait:
                    spent += pause
                case _:
                    raise token_error(found, self._where)
            self._logger.warning(
                "Zoho mints no more than ten access tokens in ten minutes; waiting %.0f s.", pause
            )
            self._sleep(pause)

    def _take_turn(self, grant: Grant, refused: str | None) -> StoredToken | TokenResponse:
        """Return the token that another has minted meanwhile, or mint one where that is allowed."""
        with self._ledger.changing() as ledger:
            stored = ledger.usable(self._ledger.now(), refused)
            if stored is not None:
                return stored
            outcome = self._mint(grant, ledger) if not ledger.wait(self._ledger.now()) else None
            if isinstance(outcome, TokenRateLimited):
                ledger.throttled(self._ledger.now())
            if outcome is None or isinstance(outcome, TokenRateLimited):
                return TokenRateLimited(ledger.wait(self._ledger.now()))
            return outcome

    def _mint(self, grant: Grant, ledger: TokenStore) -> StoredToken | TokenResponse:
        """Ask the accounts servers in turn, that of the last token first."""
        known, failures = ledger.region, list[TokenResponse]()
        for region in sorted(self._hosts.candidates(), key=lambda one: one.name != known):
            outcome = self._post(grant, region)
            if isinstance(outcome, IssuedToken):
                return self._accept(outcome, region, ledger)
            failures.append(outcome)
            if isinstance(outcome, TokenRateLimited):
                ledger.region = region.name
            if isinstance(outcome, (InvalidGrant, TokenRateLimited)) and region.name == known:
                break  # who has minted for this grant knows it best
        return min(failures, key=informativeness)

    def _post(self, grant: Grant, region: Region) -> TokenResponse:
        try:
            answer = self._session.post(
                self._hosts.mint_url(region),
                data=grant.form(),
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return NoAnswer(type(error).__name__)
        return classify_token_response(answer.status_code, answer.content)

    def _accept(self, minted: IssuedToken, region: Region, ledger: TokenStore) -> StoredToken:
        if len(self._hosts.candidates()) > 1 and ledger.region != region.name:
            self._logger.warning(
                "The credentials belong to data center '%s'. Set region to '%s' to spare the "
                "search.",
                region.name,
                region.name,
            )
        self.mints += 1
        now, lifetime = self._ledger.now(), min(minted.lifetime, LIFETIME)
        good_until = now + max(lifetime - LEEWAY, lifetime / 2)
        ledger.mints.append(now)
        ledger.region = region.name
        ledger.token = StoredToken(minted.value, region.name, minted.api_url, good_until)
        return ledger.token

    @property
    def _where(self) -> str:
        return self._hosts.accounts_url or ", ".join(one.name for one in self._hosts.candidates())
