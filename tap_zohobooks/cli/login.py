"""`zohobooks login`: from a client's id and secret to settings that work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from tap_zohobooks import connection, settings
from tap_zohobooks.cli import env_file
from tap_zohobooks.cli.account import accounts_of, known, organization_table
from tap_zohobooks.cli.common import build_tap, load_config, required_scopes, select_streams
from tap_zohobooks.cli.terminal import agree, ask, is_attended, plain, show, tell
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ReauthorizationNeeded
from tap_zohobooks.oauth import callback_server
from tap_zohobooks.oauth.consent import Asking, OAuthClient, trusted
from tap_zohobooks.organizations import is_active
from tap_zohobooks.resources import ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tap_zohobooks.cli.common import SetupTap
    from tap_zohobooks.oauth.authorization_code import Accounts, Tokens
    from tap_zohobooks.transform.cleaner import Row

LIMIT = (
    "Zoho keeps at most 20 of them a user: the next one after that silently ends the oldest, and "
    "the pipeline that uses it."
)
CONSOLE = "https://api-console.zoho.com"
EVERYTHING = "all"
REPLACED = ("access_token", "grant_type")  # a refresh token takes the place of both


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line says; None and empty where it says nothing."""

    config: Sequence[str]
    client_id: str | None
    client_secret: str | None = field(repr=False)
    region: str | None
    code: str | None = field(repr=False)
    browser: bool
    port: int
    timeout: int
    catalog: Path | None
    streams: Sequence[str]
    organizations: Sequence[str]
    all_organizations: bool
    keep: bool | None
    meltano: bool
    yes: bool


def login(**options: Any) -> None:
    """Ask for what is missing, authorize, choose organizations, and write it all down.

    Raises:
        TapError: Something is wrong, or nobody can be asked.
    """
    Login(Options(**options)).run()


class Login:
    """One login, step by step."""

    def __init__(self, options: Options) -> None:
        """Begin with what is set already."""
        self._options = options
        self._config = load_config(options.config)
        self._scope = required_scopes(select_streams(options.catalog, options.streams))
        if options.client_id not in (None, self._config.get("client_id")):
            self._config.pop(settings.REFRESH, None)  # it is another client's
        for name in ("client_id", "client_secret", "region"):
            given = getattr(options, name)
            if given is not None:
                self._config[name] = given

    def run(self) -> None:
        """Go through all steps; what has been had is written down before the next one."""
        self._keep_private()
        client = self._client()
        tap = self._kept() or self._authorized(client)
        found = {"organization_ids": self._organizations(known(tap))}
        self._write(found)
        if self._options.meltano:
            for line in env_file.meltano_lines(self._config | found):
                click.echo(line)
        tell("Next: [bold]zohobooks doctor[/bold] checks everything, and "
             "[bold]tap-zohobooks --config ENV[/bold] reads with what stands in .env.")  # fmt: skip

    def _keep_private(self) -> None:
        env_file.check()
        if env_file.is_tracked():
            raise Reason.ENV_TRACKED.error()
        if not env_file.is_exposed():
            return
        question = "git would commit .env with the secrets in it. Add it to .gitignore?"
        if not self._options.yes and not agree(question, "--yes", default=True):
            raise Reason.ENV_EXPOSED.error()
        env_file.ignore()

    def _client(self) -> OAuthClient:
        """Return the client, and see that its settings are of the right shape."""
        for name, label, hidden in (
            ("client_id", "Client ID", False),
            ("client_secret", "Client secret", True),
        ):
            if name not in self._config:
                option = f"--{name.replace('_', '-')}, or set {env_file.variable(name)}"
                self._config[name] = ask(label, option, hide_input=hidden)
        return OAuthClient(self._config["client_id"], self._config["client_secret"])

    def _kept(self) -> SetupTap | None:
        """Return a tap with the stored refresh token, where there is one to be kept."""
        keep = self._options.keep
        if settings.REFRESH not in self._config or keep is False:
            return None
        tell(f"A refresh token is stored, and can be used again. {LIMIT}")
        is_settled = keep or self._options.yes
        if not is_settled and not agree("Keep the stored one?", "--keep or --renew", default=True):
            return None
        tap = build_tap(self._config)
        tap.auth.revoked_token = None  # a person asks: look again, whatever is remembered
        try:
            tap.auth.mint()
        except ReauthorizationNeeded as dead:
            if keep:
                raise
            tell(f"It cannot be kept: {plain(dead)}")
            return None
        tap.revoked_token.forget()
        return tap

    def _authorized(self, client: OAuthClient) -> SetupTap:
        for name in REPLACED:
            self._config.pop(name, None)
        tap = build_tap({**self._config, settings.REFRESH: "none yet"})
        accounts = accounts_of(tap)
        if self._wants_browser():
            tokens = self._by_browser(accounts, client)
        else:
            tokens = accounts.exchange(client, self._code())
        return self._stored(client, tokens)

    def _wants_browser(self) -> bool:
        if self._options.browser or self._options.code:
            return self._options.browser
        way = ask(
            "Authorize in the browser, or with the grant code of a Self Client?",
            "--browser or --code",
            type=click.Choice(["browser", "code"]),
            default="browser",
        )
        return way == "browser"

    def _code(self) -> str:
        if self._options.code:
            return self._options.code
        tell(
            f"Open {CONSOLE} (of your data center), Self Client, Generate Code, and enter this "
            f"scope:\n\n{self._scope}\n"
        )
        return ask("Grant code", "--code", hide_input=True)

    def _by_browser(self, accounts: Accounts, client: OAuthClient) -> Tokens:
        port, timeout = self._options.port, self._options.timeout
        asking = Asking(f"http://{callback_server.HOST}:{port}{callback_server.PATH}", self._scope)
        with callback_server.waiting(port, asking.state) as listener:
            server = accounts.home(client)
            url = asking.url(server, client)
            tell(
                f"The client must know this redirect address: [bold]{asking.redirect_uri}[/bold]\n"
                "Opening the browser. If none appears, open this yourself, on this machine:\n\n"
                f"{plain(url)}\n"
            )
            callback_server.open_browser(url)
            callback = callback_server.understood(listener.received(timeout))
        hosts = connection.hosts({"region": "auto", **self._config})
        at = trusted(callback.server, callback.location, hosts, server)
        return accounts.exchange(
            client, callback.code, at=at, location=callback.location, asking=asking
        )

    def _stored(self, client: OAuthClient, tokens: Tokens) -> SetupTap:
        """Write down what must not be lost: each consent costs one of twenty."""
        found: dict[str, Any] = {**client.form, settings.REFRESH: tokens.refresh_token}
        if tokens.region is not None:
            found["region"] = tokens.region
        if "accounts_url" in self._config:
            found["accounts_url"] = tokens.server
        self._config |= found
        env_file.remove(REPLACED)
        self._write(found)
        tell(f"The next login offers to keep this refresh token. {LIMIT}")
        known_region = {"access_token": tokens.access_token} if tokens.region else {}
        return build_tap({**self._config, **known_region})

    def _write(self, found: dict[str, Any]) -> None:
        env_file.save(found)
        names = ", ".join(env_file.variable(name) for name in found)
        tell(f"Written to {env_file.FILE}: {names}.")

    def _organizations(self, rows: Sequence[Row]) -> list[str]:
        """Return the ids to read; none of them means all that are active."""
        if self._options.all_organizations:
            return []
        active = [str(row[ORGANIZATION]) for row in rows if is_active(row)]
        if self._options.organizations:
            return _checked(self._options.organizations, active)
        if len(active) == 1:
            (only,) = (row for row in rows if is_active(row))
            tell(f"Organization: {plain(only.get('name'))} ({active[0]}), the only active one.")
            return active
        marks = iter(range(1, len(active) + 1))
        shown = [str(next(marks)) if is_active(row) else "-" for row in rows]
        if is_attended():
            show(organization_table(rows, shown, "No."))
        answer = ask(
            "Organizations to read (numbers or ids with commas between, or all)",
            "--organization or --all-organizations",
            default=EVERYTHING,
        )
        if answer == EVERYTHING:
            return []
        words = [word.strip() for word in answer.split(",") if word.strip()]
        numbered = {str(number): name for number, name in enumerate(active, 1)}
        return _checked([numbered.get(word, word) for word in words], active)


def _checked(wanted: Sequence[str], active: Sequence[str]) -> list[str]:
    strange = [name for name in wanted if name not in active]
    if strange or not wanted:
        raise Reason.ORGANIZATION_INACTIVE.error(
            wanted=", ".join(strange), organizations=", ".join(active)
        )
    return list(dict.fromkeys(wanted))
