"""What a login asks Zoho's accounts servers: who knows the client, tokens for a code, an end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.http.responses import decode
from tap_zohobooks.oauth.consent import CHINA, Asking, OAuthClient, origin
from tap_zohobooks.oauth.token_endpoint import (
    InvalidClient,
    InvalidGrant,
    IssuedToken,
    NoAnswer,
    TokenResponse,
    classify_token_response,
    informativeness,
    token_error,
)
from tap_zohobooks.regions import REGIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_zohobooks.errors import TapError
    from tap_zohobooks.oauth.credentials import Hosts

UNKNOWN = "invalid_client"
WRONG_REDIRECT = "invalid_redirect_uri"
NO_CODE = {"code": "none"}
DEAD_ALREADY = {"invalid_token", "invalid_code"}

Failures = list[tuple[str, TokenResponse]]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code was exchanged for, and at which server; `region` where the answers tell it."""

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    server: str
    region: str | None


class Accounts:
    """The accounts servers that may know a client."""

    def __init__(self, hosts: Hosts, session: requests.Session, timeout: float) -> None:
        """Prepare; nothing is asked yet. `timeout` in seconds."""
        self._hosts = hosts
        self._session = session
        self._timeout = timeout

    def servers(self) -> Sequence[str]:
        """Return where to ask, in turn; a server that was set may name others beside it."""
        own = self._hosts.accounts_url
        if own is None:
            return [region.accounts_url for region in self._hosts.candidates()]
        try:
            answer = self._session.get(
                f"{own}/oauth/serverinfo", timeout=self._timeout, allow_redirects=False
            )
        except requests.RequestException:
            return [own]
        told = (decode(answer.content) or {}).get("locations")
        is_china_named = self._hosts.region == CHINA
        named = [str(url) for region, url in (told if isinstance(told, dict) else {}).items()
                 if region != CHINA or is_china_named]  # fmt: skip
        return list(dict.fromkeys([own, *(url for url in named if origin(url) == origin(own))]))

    def home(self, client: OAuthClient) -> str:
        """Return a server that knows the client, found with a code that cannot be right.

        Raises:
            TapError: None does, the secret is wrong, or nobody answers.
        """
        failures: Failures = []
        for server in self.servers():
            outcome, _ = self._exchange(server, client, NO_CODE)
            if isinstance(outcome, (InvalidGrant, IssuedToken)):
                return server
            failures.append((server, outcome))
        raise explained(failures)

    def exchange(
        self,
        client: OAuthClient,
        code: str,
        *,
        at: str | None = None,
        location: str | None = None,
        asking: Asking | None = None,
    ) -> Tokens:
        """Exchange a grant code; where nobody has said whose it is, the servers are asked in turn.

        Raises:
            TapError: Nobody takes it.
        """
        form = {"code": code, **(asking.form if asking else {})}
        failures: Failures = []
        for server in [at] if at else self.servers():
            outcome, document = self._exchange(server, client, form)
            if isinstance(outcome, IssuedToken):
                return _tokens(document, outcome, server, location)
            failures.append((server, outcome))
        raise explained(failures)

    def revoke(self, client: OAuthClient, refresh_token: str) -> bool:
        """End a refresh token; False where every server says that it is dead already.

        Raises:
            ServiceError: A server does not say either, and none has done it.
        """
        silent = []
        for server in self.servers():
            verdict = self._revoke(server, client, refresh_token)
            if verdict == "success":
                return True
            if verdict not in DEAD_ALREADY:
                silent.append(f"{server}: {verdict}")
        if not silent:
            return False
        raise Reason.NOT_REVOKED.error(servers=", ".join(silent))

    def _revoke(self, server: str, client: OAuthClient, refresh_token: str) -> str:
        url, form = f"{server}/oauth/v2/revoke/token", {"token": refresh_token}
        try:
            answer = self._post(
                url, form, HTTPBasicAuth(client.id.encode(), client.secret.encode())
            )
        except requests.RequestException as error:
            return type(error).__name__
        document = decode(answer.content) or {}
        return str(document.get("error") or document.get("status") or f"HTTP {answer.status_code}")

    def _exchange(
        self, server: str, client: OAuthClient, form: Mapping[str, str]
    ) -> tuple[TokenResponse, dict[str, Any]]:
        data = {"grant_type": "authorization_code", **client.form, **form}
        try:
            answer = self._post(f"{server}/oauth/v2/token", data)
        except requests.RequestException as error:
            return NoAnswer(type(error).__name__), {}
        outcome = classify_token_response(answer.status_code, answer.content)
        return outcome, decode(answer.content) or {}

    def _post(
        self, url: str, data: Mapping[str, str], auth: AuthBase | None = None
    ) -> requests.Response:
        return self._session.post(
            url, data=data, auth=auth, timeout=self._timeout, allow_redirects=False
        )


def _tokens(
    document: dict[str, Any], minted: IssuedToken, server: str, location: str | None
) -> Tokens:
    refresh_token = document.get("refresh_token")
    if not isinstance(refresh_token, str) or not refresh_token:
        raise Reason.NO_REFRESH_TOKEN.error(server=server)
    told = (region.name for region in REGIONS.values()
            if region.accounts_url == server or region.api_url == minted.api_url)  # fmt: skip
    region = location if location in REGIONS else next(told, None)
    return Tokens(refresh_token, minted.value, server, region)


def _tells(failed: tuple[str, TokenResponse]) -> int:
    """Order failures by how much they tell: a server that knows the client tells most."""
    match failed[1]:
        case InvalidClient(error) if error != UNKNOWN:
            return -1
        case outcome:
            return informativeness(outcome)


def explained(failures: Failures) -> TapError:
    """Return what failed exchanges of a code mean for a login, and the next step."""
    server, outcome = min(failures, key=_tells)
    match outcome:
        case InvalidGrant(error):
            return Reason.CODE_REFUSED.error(error=error, server=server)
        case InvalidClient(error) if error == WRONG_REDIRECT:
            return Reason.REDIRECT_UNKNOWN.error(error=error, server=server)
        case InvalidClient(error) if error != UNKNOWN:
            return token_error(outcome, server)
        case _:
            return token_error(outcome, ", ".join(dict.fromkeys(one for one, _ in failures)))
