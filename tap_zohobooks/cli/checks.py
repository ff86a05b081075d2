"""What `zohobooks doctor` checks of an account: each finding with its next step."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from tap_zohobooks import connection
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ConfigError, ReauthorizationNeeded, TapError
from tap_zohobooks.http.responses import Response, ResponseKind, classify
from tap_zohobooks.oauth.authorization_code import Accounts
from tap_zohobooks.oauth.consent import OAuthClient
from tap_zohobooks.oauth.credentials import Hosts
from tap_zohobooks.organizations import KEY, Organizations
from tap_zohobooks.regions import AUTO, REGIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from tap_zohobooks.oauth.credentials import Token
    from tap_zohobooks.tap import TapZohoBooks

MOST_SKEW = 60.0  # seconds
NOT_AUTHORIZED = (ResponseKind.UNAUTHORIZED, ResponseKind.NO_AUTHORIZATION)
KNOWN = "known to the accounts server"


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the checklist; a failed one has an exit code, one that was not made has none."""

    name: str
    found: str
    next_step: str = ""
    exit_code: int | None = 0

    @property
    def passed(self) -> bool | None:
        """Whether it passed; None where it could not be made."""
        return None if self.exit_code is None else self.exit_code == 0


def failed(name: str, error: TapError) -> Check:
    """Return a failed check."""
    return Check(name, error.found, error.advice, error.exit_code)


def unmade(*names: str) -> Iterator[Check]:
    """Yield checks that could not be made because of one before them."""
    for name in names:
        yield Check(name, "not checked, because of what failed above", exit_code=None)


def _short(folder: Path) -> str:
    """Return a folder as a person writes it."""
    home = Path.home()
    return f"~/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)


class Account:
    """The checks that need no stream, each built on those before it."""

    def __init__(self, tap: TapZohoBooks, now: Callable[[], datetime]) -> None:
        """Prepare; nothing is asked yet."""
        self.organizations: Organizations | None = None
        self._tap = tap
        self._now = now
        self._hosts = connection.hosts(tap.config)
        self._skew: float | None = None

    def checks(self) -> Iterator[Check]:
        """Yield the checks in the order in which they help."""
        yield self._cache()
        yield self._accounts_host()
        checks, token = self._credentials()
        yield from checks
        if token is None:
            yield from self._without_token()
            return
        yield self._api_host(token.api_url)
        yield self._clock()
        yield self._organizations()

    def _without_token(self) -> Iterator[Check]:
        """Check what can be checked all the same."""
        region, *others = self._hosts.candidates()
        if others and self._hosts.api_url is None:
            yield from unmade("API host")
        else:
            yield self._api_host(self._hosts.call_url(region))
        yield self._clock()
        yield from unmade("organizations")

    def _cache(self) -> Check:
        cache = self._tap.cache
        if cache.folder is None:
            return Check("token cache", "off: each run mints a token of its own")
        try:
            cache.prepare()
        except OSError as error:
            why = error.strerror or error
            unusable = Reason.TOKEN_CACHE_UNUSABLE.error(folder=cache.folder, problem=why)
            return failed("token cache", unusable)
        return Check("token cache", _short(cache.folder))

    def _accounts_host(self) -> Check:
        own = self._hosts.accounts_url
        urls = [own] if own else [region.accounts_url for region in self._hosts.candidates()]
        silent = []
        for url in urls:
            answer = self._ask(f"{url}/oauth/serverinfo")
            if isinstance(answer, str):
                silent.append(f"{url} ({answer})")
        if len(silent) < len(urls):
            found = f"{len(urls) - len(silent)} of {len(urls)} answer"
            return Check("accounts host", found if silent else ", ".join(urls))
        unreachable = Reason.ACCOUNTS_UNREACHABLE.error(servers=", ".join(silent))
        return failed("accounts host", unreachable)

    def _ask(self, url: str) -> requests.Response | str:
        """Return the answer of a host, or why there is none; note what its clock says."""
        timeout = self._tap.config["request_timeout"]
        try:
            answer = self._tap.session.get(url, timeout=timeout, allow_redirects=False)
        except requests.RequestException as error:
            return type(error).__name__
        if "Date" in answer.headers:
            served = parsedate_to_datetime(answer.headers["Date"])
            self._skew = (served - self._now()).total_seconds()
        return answer

    def _credentials(self) -> tuple[list[Check], Token | None]:
        """Check client, refresh token and data center by minting a token."""
        auth, grant = self._tap.auth, connection.grant(self._tap.config)
        try:
            token = auth.mint()
        except ConfigError as error:
            return self._unknown_client(error), None
        except ReauthorizationNeeded as error:
            return [
                Check("client", KNOWN),
                failed("refresh token", error),
                *unmade("data center"),
            ], None
        except TapError as error:
            return [*unmade("client"), failed("refresh token", error), *unmade("data center")], None
        if grant is None:
            why = "not needed, as access_token is set"
            return [
                Check("client", why),
                Check("refresh token", why),
                self._data_center(token),
            ], token
        found = "lives: it has minted an access token"
        if grant.soid is not None:
            found = "not needed, as grant_type is client_credentials"
        minted = Check("refresh token", found)
        return [Check("client", KNOWN), minted, self._data_center(token)], token

    def _unknown_client(self, error: ConfigError) -> list[Check]:
        """Tell a wrong data center from a wrong client: somebody else may know it."""
        config = self._tap.config
        everywhere = Hosts(AUTO, self._hosts.accounts_url)
        accounts = Accounts(everywhere, self._tap.session, config["request_timeout"])
        asked = self._hosts.mint_url(self._hosts.candidates()[0])
        try:
            server = accounts.home(OAuthClient(config["client_id"], config["client_secret"]))
        except TapError as nobody:
            error = nobody if isinstance(nobody, ConfigError) else error
            return [failed("client", error), *unmade("refresh token", "data center")]
        if asked.startswith(f"{server}/"):
            return [failed("client", error), *unmade("refresh token", "data center")]
        region = next((one.name for one in REGIONS.values() if one.accounts_url == server), None)
        setting, value = ("region", region) if region else ("accounts_url", server)
        wrong = Reason.CLIENT_ELSEWHERE.error(server=server, setting=setting, value=value)
        return [
            Check("client", f"known to {server}"),
            *unmade("refresh token"),
            failed("data center", wrong),
        ]

    def _data_center(self, token: Token) -> Check:
        known = {region.api_url: region.name for region in REGIONS.values()}
        region = known.get(token.api_url)
        if region is None:
            return Check("data center", f"the one of {token.api_url}")
        is_searched = self._hosts.region == AUTO and self._hosts.accounts_url is None
        hint = f"Set region to {region} to spare the search." if is_searched else ""
        return Check("data center", region, hint)

    def _api_host(self, url: str) -> Check:
        answer = self._ask(f"{url}/books/v3/{KEY}")
        if isinstance(answer, str):
            return failed("API host", Reason.API_UNREACHABLE.error(url=url, problem=answer))
        result = classify(answer.status_code, answer.headers, answer.content)
        if isinstance(result, Response) or result.kind in NOT_AUTHORIZED:
            return Check("API host", url)
        found = f"{url}: HTTP {answer.status_code}"
        return failed("API host", Reason.NOT_ZOHO_BOOKS.error(answer=found))

    def _clock(self) -> Check:
        if self._skew is None:
            return Check("clock", "no answer has told the time", exit_code=None)
        if abs(self._skew) <= MOST_SKEW:
            return Check("clock", "as the service's, within a minute")
        side = "behind" if self._skew > 0 else "ahead of"
        minutes = f"{abs(self._skew) / 60:.0f}"
        return failed("clock", Reason.CLOCK_OFF.error(minutes=minutes, side=side))

    def _organizations(self) -> Check:
        try:
            ids = self._tap.config["organization_ids"]
            self.organizations = Organizations.ask(self._tap.client, ids, self._tap.logger)
        except TapError as error:
            return failed("organizations", error)
        names = {str(row["organization_id"]): row.get("name") for row in self.organizations.wanted}
        read = ", ".join(
            f"{names.get(one, 'not listed')} ({one})" for one in self.organizations.ids
        )
        return Check("organizations", read)
