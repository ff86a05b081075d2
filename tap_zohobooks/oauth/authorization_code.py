"""Exchange a grant code for tokens, find the accounts server of a client, and revoke a token."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.http.json_body import decode
from tap_zohobooks.http.rate_limit import RetryBudget
from tap_zohobooks.oauth.consent import CHINA, ConsentRequest, OAuthClient, origin
from tap_zohobooks.oauth.token_endpoint import (
    UNKNOWN_CLIENT,
    IssuedToken,
    TokenAction,
    TokenFailure,
    TokenFailureKind,
    TokenResponse,
    classify_token_response,
    fail_request,
)
from tap_zohobooks.regions import REGIONS
from tap_zohobooks.safe_text import add_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tap_zohobooks.errors import TapError
    from tap_zohobooks.oauth.credentials import Hosts

TRIES = 3  # a person waits
NO_CODE = {"code": "none"}
ALREADY_INVALID = {"invalid_token", "invalid_code"}

Failures = list[tuple[str, TokenFailure]]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens for a code, and the server that issued them; `region` if that is known."""

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    server: str
    region: str | None


class AuthorizationServers:
    """The accounts servers at which a client may be registered."""

    def __init__(
        self,
        hosts: Hosts,
        session: requests.Session,
        timeout: float,
        *,
        max_wait: float = 900.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; no request is sent yet. Times in seconds."""
        self._hosts = hosts
        self._session = session
        self._timeout = timeout
        self._max_wait = max_wait
        self._sleep = sleep

    def servers(self) -> Sequence[str]:
        """Return their URLs in turn; a server that is set may name others of the same origin."""
        own = self._hosts.accounts_url
        if own is None:
            return [region.accounts_url for region in self._hosts.candidates()]
        try:
            response = self._session.get(
                f"{own}/oauth/serverinfo", timeout=self._timeout, allow_redirects=False
            )
        except requests.RequestException:
            return [own]
        locations = (decode(response.content) or {}).get("locations")
        is_china_named = self._hosts.region == CHINA
        listed = locations.items() if isinstance(locations, dict) else ()
        named = [str(url) for region, url in listed if region != CHINA or is_china_named]
        return list(dict.fromkeys([own, *(url for url in named if origin(url) == origin(own))]))

    def home(self, client: OAuthClient) -> str:
        """Return the server at which the client is registered, found with an invalid code.

        Raises:
            TapError: There is none, the secret is wrong, or no server responds.
        """
        is_home = (TokenFailureKind.INVALID_GRANT,)
        server, _ = self._exchange_in_turn(self.servers(), client, NO_CODE, is_home)
        return server

    def exchange(
        self,
        client: OAuthClient,
        code: str,
        *,
        at: str | None = None,
        location: str | None = None,
        consent: ConsentRequest | None = None,
    ) -> Tokens:
        """Exchange a grant code at one server, or at each in turn until one accepts it.

        Raises:
            TapError: No server accepts it.
        """
        add_secret(code)
        form = {"code": code, **(consent.form if consent else {})}
        server, result = self._exchange_in_turn([at] if at else self.servers(), client, form)
        if isinstance(result, IssuedToken):
            return _tokens(result, server, location)
        raise login_error([(server, result)])

    def _exchange_in_turn(
        self,
        servers: Sequence[str],
        client: OAuthClient,
        form: Mapping[str, str],
        sought: Sequence[TokenFailureKind] = (),
    ) -> tuple[str, TokenResponse]:
        """Return the first token, or failure of a kind that is sought, and its server.

        Servers that met a fault are asked again, twice.
        """
        retries, failures = RetryBudget(self._max_wait, tries=TRIES), dict[str, TokenFailure]()
        while True:
            for server in servers:
                result = self._exchange(server, client, form)
                if isinstance(result, IssuedToken) or result.kind in sought:
                    return server, result
                failures[server] = result
            servers = [one for one in servers if failures[one].action is TokenAction.RETRY]
            wait = retries.wait_for_fault() if servers else None
            if wait is None:
                raise login_error([*failures.items()])
            self._sleep(wait)

    def revoke(self, client: OAuthClient, refresh_token: str) -> bool:
        """Revoke a refresh token; return False if every server says that it is invalid already.

        Raises:
            ServiceError: No server has revoked it, and one said neither.
        """
        unclear = []
        for server in self.servers():
            status = self._revoke(server, client, refresh_token)
            if status == "success":
                return True
            if status not in ALREADY_INVALID:
                unclear.append(f"{server}: {status}")
        if not unclear:
            return False
        raise Reason.NOT_REVOKED.error(servers=", ".join(unclear))

    def _revoke(self, server: str, client: OAuthClient, refresh_token: str) -> str:
        add_secret(refresh_token)
        url, form = f"{server}/oauth/v2/revoke/token", {"token": refresh_token}
        auth = HTTPBasicAuth(client.id.encode(), client.secret.encode())
        try:
            response = self._post(url, form, auth)
        except requests.RequestException as error:
            return type(error).__name__
        document = decode(response.content) or {}
        status = f"HTTP {response.status_code}"
        return str(document.get("error") or document.get("status") or status)

    def _exchange(self, server: str, client: OAuthClient, form: Mapping[str, str]) -> TokenResponse:
        data = {"grant_type": "authorization_code", **client.form, **form}
        try:
            response = self._post(f"{server}/oauth/v2/token", data)
        except requests.RequestException as error:
            return fail_request(error)
        return classify_token_response(response.status_code, response.content)

    def _post(
        self, url: str, data: Mapping[str, str], auth: AuthBase | None = None
    ) -> requests.Response:
        return self._session.post(
            url, data=data, auth=auth, timeout=self._timeout, allow_redirects=False
        )


def _tokens(issued: IssuedToken, server: str, location: str | None) -> Tokens:
    if issued.refresh_token is None:
        raise Reason.NO_REFRESH_TOKEN.error(server=server)
    found = (region.name for region in REGIONS.values()
             if region.accounts_url == server or region.api_url == issued.api_url)  # fmt: skip
    region = location if location in REGIONS else next(found, None)
    return Tokens(issued.refresh_token, issued.value, server, region)


def _is_registered(failure: TokenFailure) -> bool:
    """Tell whether the server has the client registered, but refuses its secret or redirect."""
    return failure.kind is TokenFailureKind.INVALID_CLIENT and failure.found != UNKNOWN_CLIENT


def login_error(failures: Failures) -> TapError:
    """Return the error of a login from the most informative of its failures."""
    server, failure = min(failures, key=lambda one: (not _is_registered(one[1]), one[1].kind))
    if not _is_registered(failure) and failure.kind is not TokenFailureKind.INVALID_GRANT:
        server = ", ".join(dict.fromkeys(one for one, _ in failures))
    return failure.error(server, is_login=True)
