"""The checks of `zohobooks doctor` that need no stream; each failed one has its next step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from tap_zohobooks import connection
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ConfigError, ReauthorizationNeeded, TapError
from tap_zohobooks.http.responses import Response, ResponseKind, classify, read_date
from tap_zohobooks.oauth.authorization_code import AuthorizationServers
from tap_zohobooks.oauth.consent import OAuthClient
from tap_zohobooks.oauth.credentials import Hosts
from tap_zohobooks.organizations import KEY, Organizations
from tap_zohobooks.regions import AUTO, REGIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tap_zohobooks.oauth.credentials import Token
    from tap_zohobooks.tap import TapZohoBooks

MAX_SKEW = 60.0  # seconds
NOT_AUTHORIZED = (ResponseKind.UNAUTHORIZED, ResponseKind.NO_AUTHORIZATION)
REGISTERED = "known to the accounts server"


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the checklist; `exit_code` is None if the check was not made."""

    name: str
    found: str
    next_step: str = ""
    exit_code: int | None = 0

    @property
    def is_passed(self) -> bool | None:
        """Whether it passed; None if it was not made."""
        return None if self.exit_code is None else self.exit_code == 0


def fail(name: str, error: TapError) -> Check:
    """Return a failed check."""
    return Check(name, error.found, error.advice, error.exit_code)


def skip(*names: str) -> list[Check]:
    """Return checks that cannot be made because an earlier one failed."""
    return [Check(name, "not checked, because of what failed above", exit_code=None)
            for name in names]  # fmt: skip


def _abbreviate(folder: Path) -> str:
    """Return a folder with `~` for the user's home."""
    home = Path.home()
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)


class AccountChecks:
    """The checks that need no stream, each after those that it depends on."""

    def __init__(self, tap: TapZohoBooks, now: Callable[[], datetime]) -> None:
        """Prepare the checks, without a request."""
        self.organizations: Organizations | None = None
        self._tap = tap
        self._now = now
        self._hosts = connection.hosts(tap.config)
        self._skew: float | None = None

    def run(self) -> Iterator[Check]:
        """Yield the checks; set `organizations` if the last one passes."""
        yield self._check_cache()
        yield self._check_accounts_host()
        checks, token = self._check_credentials()
        yield from checks
        if token is None:
            yield from self._check_without_token()
            return
        yield self._check_api_host(token.api_url)
        yield self._check_clock()
        yield self._check_organizations()

    def _check_without_token(self) -> Iterator[Check]:
        region, *others = self._hosts.candidates()
        if others and self._hosts.api_url is None:
            yield from skip("API host")
        else:
            yield self._check_api_host(self._hosts.call_url(region))
        yield self._check_clock()
        yield from skip("organizations")

    def _check_cache(self) -> Check:
        cache = self._tap.cache
        if cache.folder is None:
            return Check("token cache", "off: each run requests a token of its own")
        try:
            cache.prepare()
        except OSError as error:
            problem = error.strerror or error
            unusable = Reason.TOKEN_CACHE_UNUSABLE.error(folder=cache.folder, problem=problem)
            return fail("token cache", unusable)
        return Check("token cache", _abbreviate(cache.folder))

    def _check_accounts_host(self) -> Check:
        own = self._hosts.accounts_url
        urls = [own] if own else [region.accounts_url for region in self._hosts.candidates()]
        responses = {url: self._request(f"{url}/oauth/serverinfo") for url in urls}
        silent = [f"{url} ({one})" for url, one in responses.items() if isinstance(one, str)]
        if len(silent) < len(urls):
            found = f"{len(urls) - len(silent)} of {len(urls)} answer"
            return Check("accounts host", found if silent else ", ".join(urls))
        unreachable = Reason.ACCOUNTS_UNREACHABLE.error(servers=", ".join(silent))
        return fail("accounts host", unreachable)

    def _request(self, url: str) -> requests.Response | str:
        """Return the response of a host, or the name of the error; read the clock skew off it."""
        timeout = self._tap.config["request_timeout"]
        try:
            response = self._tap.session.get(url, timeout=timeout, allow_redirects=False)
        except requests.RequestException as error:
            return type(error).__name__
        if (served := read_date(response.headers)) is not None:
            self._skew = (served - self._now()).total_seconds()
        return response

    def _check_credentials(self) -> tuple[list[Check], Token | None]:
        """Check client, refresh token and data center by minting an access token."""
        try:
            token = self._tap.auth.request_token()
        except ConfigError as error:
            return self._explain_client_error(error), None
        except TapError as error:
            is_client_known = isinstance(error, ReauthorizationNeeded)
            first = [Check("client", REGISTERED)] if is_client_known else skip("client")
            return [*first, fail("refresh token", error), *skip("data center")], None
        client, refresh = REGISTERED, "valid: an access token was issued"
        grant = connection.grant(self._tap.config)
        if grant is None:
            client = refresh = "not needed, as access_token is set"
        elif grant.soid is not None:
            refresh = "not needed, as grant_type is client_credentials"
        checks = [Check("client", client), Check("refresh token", refresh)]
        return [*checks, self._check_data_center(token)], token

    def _explain_client_error(self, error: ConfigError) -> list[Check]:
        """Distinguish a wrong client from a wrong data center: search all accounts servers."""
        config = self._tap.config
        everywhere = Hosts(AUTO, self._hosts.accounts_url)
        accounts = AuthorizationServers(
            everywhere, self._tap.session, config["request_timeout"], max_wait=0
        )
        used = self._hosts.token_url(self._hosts.candidates()[0])
        try:
            server = accounts.home(OAuthClient(config["client_id"], config["client_secret"]))
        except TapError as unknown:
            error = unknown if isinstance(unknown, ConfigError) else error
            return [fail("client", error), *skip("refresh token", "data center")]
        if used.startswith(f"{server}/"):
            return [fail("client", error), *skip("refresh token", "data center")]
        region = next((one.name for one in REGIONS.values() if one.accounts_url == server), None)
        setting, value = ("region", region) if region else ("accounts_url", server)
        elsewhere = Reason.CLIENT_ELSEWHERE.error(server=server, setting=setting, value=value)
        client = Check("client", f"known to {server}")
        return [client, *skip("refresh token"), fail("data center", elsewhere)]

    def _check_data_center(self, token: Token) -> Check:
        names = {region.api_url: region.name for region in REGIONS.values()}
        region = names.get(token.api_url)
        if region is None:
            return Check("data center", f"the one of {token.api_url}")
        is_searched = self._hosts.region == AUTO and self._hosts.accounts_url is None
        hint = f"Set region to {region} to spare the search." if is_searched else ""
        return Check("data center", region, hint)

    def _check_api_host(self, url: str) -> Check:
        response = self._request(f"{url}/books/v3/{KEY}")
        if isinstance(response, str):
            return fail("API host", Reason.API_UNREACHABLE.error(url=url, problem=response))
        result = classify(response.status_code, response.headers, response.content)
        if isinstance(result, Response) or result.kind in NOT_AUTHORIZED:
            return Check("API host", url)
        found = f"{url}: HTTP {response.status_code}"
        return fail("API host", Reason.NOT_ZOHO_BOOKS.error(found=found))

    def _check_clock(self) -> Check:
        if self._skew is None:
            return Check("clock", "no response has a readable Date header", exit_code=None)
        if abs(self._skew) <= MAX_SKEW:
            return Check("clock", "as the service's, within a minute")
        side = "behind" if self._skew > 0 else "ahead of"
        minutes = f"{abs(self._skew) / 60:.0f}"
        return fail("clock", Reason.CLOCK_OFF.error(minutes=minutes, side=side))

    def _check_organizations(self) -> Check:
        try:
            ids = self._tap.config["organization_ids"]
            self.organizations = Organizations.ask(self._tap.client, ids, self._tap.logger)
        except TapError as error:
            return fail("organizations", error)
        names = {str(row["organization_id"]): row.get("name") for row in self.organizations.wanted}
        found = (f"{names.get(one, 'not listed')} ({one})" for one in self.organizations.ids)
        return Check("organizations", ", ".join(found))
