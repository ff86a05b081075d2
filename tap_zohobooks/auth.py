"""Request access tokens as rarely as possible, one for all streams and threads."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import requests
from requests.auth import AuthBase
from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import TapError
from tap_zohobooks.http.rate_limit import RetryBudget
from tap_zohobooks.oauth.credentials import Grant, Hosts, Token
from tap_zohobooks.oauth.token_endpoint import (
    LIFETIME,
    THROTTLED,
    IssuedToken,
    TokenAction,
    TokenFailure,
    TokenFailureKind,
    TokenResponse,
    classify_token_response,
    fail_request,
    fail_token,
    wait_for_token,
)
from tap_zohobooks.oauth.token_store import StoredToken, TokenStore
from tap_zohobooks.regions import REGIONS, Region

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from tap_zohobooks.http.shared_state import SharedValue
    from tap_zohobooks.oauth.revoked_token import RevokedToken

LEEWAY = 300.0  # seconds before its end, from which a token is used no more
Failures = dict[str, TokenFailure]
FINAL = (TokenFailureKind.INVALID_GRANT, TokenFailureKind.RATE_LIMITED)


class TokenHeader(AuthBase):
    """Adds one token to a request."""

    def __init__(self, token: Token) -> None:
        """Keep the token."""
        self.token = token

    @override
    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        r.headers["Authorization"] = f"Zoho-oauthtoken {self.token.value}"
        return r


class Authenticator:
    """Requests access tokens, one at a time, and gives the same one to all threads.

    Raises from `token` and `renew`: ReauthorizationNeeded, ConfigError, QuotaReached, ServiceError.
    """

    def __init__(
        self,
        grant: Grant | None,
        hosts: Hosts,
        *,
        session: requests.Session,
        logger: logging.Logger,
        store: SharedValue[TokenStore],
        access_token: str | None = None,
        timeout: float = 60.0,
        max_wait: float = 900.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; no token is requested yet. Processes may share the store. Times in seconds.

        `revoked_token` may be set to what remembers a revoked refresh token.
        """
        self.token_requests = 0
        self.revoked_token: RevokedToken | None = None
        self._grant = grant
        self._hosts = hosts
        self._session = session
        self._logger = logger
        self._store = store
        self._timeout = timeout
        self._max_wait = max_wait
        self._sleep = sleep
        self._lock = threading.Lock()
        self._failure: TapError | None = None
        self._token = _build_fixed_token(access_token, hosts)

    def token(self) -> Token:
        """Return a token that stays valid for some minutes."""
        with self._lock:
            if self._token is None or self._token.good_until <= self._store.now():
                self._token = self._obtain(None)
            return self._token

    def request_token(self) -> Token:
        """Return a token that this run has requested, which proves that the grant is valid.

        A token that was set is returned as it is.
        """
        token = self.token()
        return token if self.token_requests or self._grant is None else self.renew(token)

    def renew(self, refused: Token) -> Token:
        """Return another token than the refused one; it is requested once for all threads."""
        with self._lock:
            if self._token is None or self._token.value == refused.value:
                self._token = self._obtain(refused.value)
            return self._token

    def _obtain(self, refused: str | None) -> Token:
        if self._failure is not None:
            raise self._failure
        if self._grant is None:
            raise Reason.ACCESS_TOKEN_REFUSED.error()
        try:
            stored = self._wait_for_token(self._grant, refused)
        except TapError as failure:  # the patience of the run is spent, for all its threads
            self._failure = failure
            raise
        url = self._hosts.call_url(REGIONS[stored.region], stored.api_url)
        return Token(stored.value, url, stored.good_until)

    def _wait_for_token(self, grant: Grant, refused: str | None) -> StoredToken:
        if self.revoked_token is not None:
            self.revoked_token.check()
        retries, failures = RetryBudget(self._max_wait), dict[str, TokenFailure]()
        while True:
            result = self._share_or_request(grant, refused, failures)
            if isinstance(result, StoredToken):
                return result
            if result.kind is TokenFailureKind.INVALID_GRANT and self.revoked_token is not None:
                self.revoked_token.note(f"{result.found} from {self._servers}")
            wait = wait_for_token(result, retries)
            if wait is None:
                raise result.error(self._servers)
            self._logger.warning("%s; a token is requested again in %.0f s.",
                                 self._describe(result), wait)  # fmt: skip
            self._sleep(wait)

    def _describe(self, failure: TokenFailure) -> str:
        if failure.action is TokenAction.WAIT:
            return "Zoho issues no more than ten access tokens in ten minutes"
        return f"The accounts server ({self._servers}) issued no token: {failure.found}"

    def _share_or_request(
        self, grant: Grant, refused: str | None, failures: Failures
    ) -> StoredToken | TokenFailure:
        """Return the token that another run has requested, or request one if that is allowed."""
        with self._store.change() as store:
            stored = store.get(self._store.now(), refused)
            if stored is not None:
                return stored
            if not store.wait(self._store.now()):
                result = self._request_at_servers(grant, store, failures)
                if not _is_rate_limited(result):
                    return result
                store.block(self._store.now())
            failure = fail_token(THROTTLED, THROTTLED)
            return replace(failure, wait=store.wait(self._store.now()))

    def _request_at_servers(
        self, grant: Grant, store: TokenStore, failures: Failures
    ) -> StoredToken | TokenFailure:
        """Request a token at the accounts servers in turn, that of the last token first.

        `failures` holds what each has said before; one whose word was final is not asked again.
        """
        known, began, is_counted = store.region, self._store.now(), False
        for region in sorted(self._hosts.candidates(), key=lambda one: one.name != known):
            if region.name in failures and failures[region.name].action is TokenAction.END:
                continue
            result = self._post(grant, region)
            if isinstance(result, IssuedToken):
                return self._keep(result, region, store)
            failures[region.name] = result
            if result.may_have_issued and not is_counted:  # one server at most issues tokens for it
                store.token_requests.append(began)
                is_counted = True
            if _is_rate_limited(result):
                store.region = region.name
            if result.kind in FINAL and region.name == known:
                break  # the server that has issued the last token decides
        return min(failures.values(), key=lambda failure: failure.kind)

    def _post(self, grant: Grant, region: Region) -> TokenResponse:
        try:
            response = self._session.post(
                self._hosts.token_url(region),
                data=grant.form(),
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return fail_request(error)
        return classify_token_response(response.status_code, response.content)

    def _keep(self, issued: IssuedToken, region: Region, store: TokenStore) -> StoredToken:
        if len(self._hosts.candidates()) > 1 and store.region != region.name:
            self._logger.warning(
                "The credentials belong to data center '%s'. Set region to '%s' to spare the "
                "search.",
                region.name,
                region.name,
            )
        self.token_requests += 1
        now, lifetime = self._store.now(), min(issued.lifetime, LIFETIME)
        good_until = now + max(lifetime - LEEWAY, lifetime / 2)
        store.token_requests.append(now)
        store.region = region.name
        store.token = StoredToken(issued.value, region.name, issued.api_url, good_until)
        return store.token

    @property
    def _servers(self) -> str:
        return self._hosts.accounts_url or ", ".join(one.name for one in self._hosts.candidates())


def _build_fixed_token(access_token: str | None, hosts: Hosts) -> Token | None:
    """Return the token of the access_token setting; None if there is none."""
    if access_token is None:
        return None
    return Token(access_token, hosts.call_url(hosts.candidates()[0]), float("inf"))


def _is_rate_limited(result: StoredToken | TokenFailure) -> bool:
    return isinstance(result, TokenFailure) and result.kind is TokenFailureKind.RATE_LIMITED
