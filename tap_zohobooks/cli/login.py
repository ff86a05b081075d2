"""`zohobooks login`: authorize a client, choose organizations, and write `.env`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from tap_zohobooks import connection, setting_sources, settings
from tap_zohobooks.cli import account, client_login, env_file, terminal
from tap_zohobooks.cli.common import (
    build_tap,
    collect_scopes,
    convert_values,
    load_config,
    select_streams,
)
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ReauthorizationNeeded
from tap_zohobooks.oauth import callback_server
from tap_zohobooks.oauth.consent import ConsentRequest, OAuthClient, check_server
from tap_zohobooks.organizations import is_active
from tap_zohobooks.resources import ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tap_zohobooks.cli.common import SetupTap
    from tap_zohobooks.oauth.authorization_code import AuthorizationServers, Tokens
    from tap_zohobooks.transform.cleaner import Row

LIMIT = (
    "Zoho keeps at most 20 of them a user: the next one after that silently ends the oldest, and "
    "the pipeline that uses it."
)
CONSOLE = "https://api-console.zoho.com"
ALL = "all"
REPLACED = ("access_token", "grant_type")  # by a refresh token
METHODS = ("client", "browser", "code")
# Else Meltano would take the values of TAP_ZOHOBOOKS_*, which are those of another account.
OWN_OF_PLUGIN = {"access_token": "", "grant_type": settings.REFRESH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command line; None or empty if not given."""

    config: Sequence[str]
    client_id: str | None
    client_secret: str | None = field(repr=False)
    region: str | None
    code: str | None = field(repr=False)
    client_credentials: bool
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
    """Prompt for missing values, authorize, choose organizations, and save all in `.env`.

    Raises:
        TapError: A step fails, or there is no terminal.
    """
    Login(Options(**options)).run()


class Login:
    """The steps of one login."""

    def __init__(self, options: Options) -> None:
        """Read the settings that exist, and apply the options."""
        self._options = options
        self._config = load_config(options.config)
        self._scope = collect_scopes(select_streams(options.catalog, options.streams))
        self._client_organizations: Sequence[str] = ()  # those that the client has named
        if options.client_id not in (None, self._config.get("client_id")):
            self._config.pop(settings.REFRESH, None)  # it belongs to another client
        for name in ("client_id", "client_secret", "region"):
            value = getattr(options, name)
            if value is not None:
                self._config[name] = value
        convert_values(self._config)
        settings.mask(self._config)
        if options.client_secret is not None or "client_secret" not in self._config:
            setting_sources.check_hosts(setting_sources.list_env_file_hosts(), ["client_secret"])

    def run(self) -> None:
        """Run all steps; each saves its results before the next one starts."""
        self._protect_env_file()
        client = self._read_client()
        tap = self._reuse_token() or self._authorize(client)
        found = {"organization_ids": self._choose_organizations(account.list_organizations(tap))}
        self._save(found)
        if self._options.meltano:
            for line in env_file.format_meltano_commands(self._config | found):
                click.echo(line)
        plugin = setting_sources.get_plugin()
        doctor = f"zohobooks doctor --plugin {plugin}" if plugin else "zohobooks doctor"
        run = f"meltano run {plugin} LOADER" if plugin else "tap-zohobooks --config ENV"
        terminal.print_message(
            f"Next: [bold]{doctor}[/bold] checks everything, and [bold]{run}[/bold] reads with "
            "what stands in .env."
        )

    def _protect_env_file(self) -> None:
        env_file.check_writable()
        if env_file.is_tracked():
            raise Reason.ENV_TRACKED.error()
        if not env_file.is_exposed():
            return
        question = "git would commit .env with the secrets in it. Add it to .gitignore?"
        if not self._options.yes and not terminal.confirm(question, "--yes", default=True):
            raise Reason.ENV_EXPOSED.error()
        env_file.add_to_gitignore()

    def _read_client(self) -> OAuthClient:
        """Return the client; prompt for an id or secret that is not set."""
        for name, label, hidden in (
            ("client_id", "Client ID", False),
            ("client_secret", "Client secret", True),
        ):
            while name not in self._config:
                option = f"--{name.replace('_', '-')}, or set {setting_sources.to_variable(name)}"
                self._config[name] = terminal.prompt(label, option, hide_input=hidden)
                convert_values(self._config)
        return OAuthClient(self._config["client_id"], self._config["client_secret"])

    def _reuse_token(self) -> SetupTap | None:
        """Return a tap with the stored refresh token; None if there is none, or it is renewed."""
        keep = self._options.keep
        is_other = self._config.get("grant_type") == settings.CREDENTIALS
        if settings.REFRESH not in self._config or self._options.client_credentials:
            return None
        if keep is False or (is_other and not keep):
            return None
        terminal.print_message(f"A refresh token is stored, and can be used again. {LIMIT}")
        is_confirmed = keep or self._options.yes
        if not is_confirmed and not terminal.confirm(
            "Keep the stored one?", "--keep or --renew", default=True
        ):
            return None
        tap = build_tap({**self._config, "grant_type": settings.REFRESH})
        tap.auth.revoked_token = None  # request a token, even if a run has found the grant revoked
        try:
            tap.auth.request_token()
        except ReauthorizationNeeded as dead:
            if keep:
                raise
            terminal.print_message(f"It cannot be kept: {terminal.escape_text(dead)}")
            return None
        tap.revoked_token.forget()
        if is_other:
            env_file.remove(["grant_type"])
        return tap

    def _authorize(self, client: OAuthClient) -> SetupTap:
        method = self._choose_method()
        if method == "client":
            return self._authorize_client(client)
        for name in REPLACED:
            self._config.pop(name, None)
        tap = build_tap({**self._config, settings.REFRESH: "none-yet"})
        accounts = account.build_accounts(tap)
        if method == "browser":
            tokens = self._authorize_in_browser(accounts, client)
        else:
            tokens = accounts.exchange(client, self._read_code())
        return self._store_tokens(client, tokens)

    def _choose_method(self) -> str:
        options = self._options
        given = (options.client_credentials, options.browser, options.code)
        for method, value in zip(METHODS, given, strict=True):
            if value:
                return method
        return terminal.prompt(
            "Authorize by the client of a Self Client, in the browser, or with a grant code?",
            "--client-credentials, --browser or --code",
            type=click.Choice(METHODS),
            default=METHODS[0],
        )

    def _authorize_client(self, client: OAuthClient) -> SetupTap:
        wanted = self._options.organizations or self._config.get("organization_ids")
        if not wanted:
            wanted = [terminal.prompt(client_login.QUESTION, "--organization")]
        tap, found = client_login.request_client_token(self._config, client, wanted)
        self._client_organizations = wanted
        self._config |= found
        env_file.remove(["access_token"])
        self._save(found)
        terminal.print_message(client_login.LIMITS)
        return tap

    def _read_code(self) -> str:
        if self._options.code:
            return self._options.code.strip()
        terminal.print_message(
            f"Open {CONSOLE} (of your data center), Self Client, Generate Code, and enter this "
            f"scope:\n\n{self._scope}\n"
        )
        return terminal.prompt("Grant code", "--code", hide_input=True).strip()

    def _authorize_in_browser(self, accounts: AuthorizationServers, client: OAuthClient) -> Tokens:
        port, timeout = self._options.port, self._options.timeout
        asking = ConsentRequest(
            f"http://{callback_server.HOST}:{port}{callback_server.PATH}", self._scope
        )
        with callback_server.listen(port, asking.state) as listener:
            server = accounts.home(client)
            url = asking.url(server, client)
            terminal.print_message(
                f"The client must know this redirect address: [bold]{asking.redirect_uri}[/bold]\n"
                "Opening the browser. If none appears, open this yourself, on this machine:\n\n"
                f"{terminal.escape_text(url)}\n"
            )
            callback_server.open_browser(url)
            callback = callback_server.read_callback(listener.wait(timeout))
        hosts = connection.hosts({"region": "auto", **self._config})
        at = check_server(callback.server, callback.location, hosts, server)
        return accounts.exchange(
            client, callback.code, at=at, location=callback.location, consent=asking
        )

    def _store_tokens(self, client: OAuthClient, tokens: Tokens) -> SetupTap:
        """Save the tokens at once: each consent uses one of 20 refresh tokens."""
        found: dict[str, Any] = {**client.form, settings.REFRESH: tokens.refresh_token}
        if tokens.region is not None:
            found["region"] = tokens.region
        if "accounts_url" in self._config:
            found["accounts_url"] = tokens.server
        self._config |= found
        env_file.remove(REPLACED)
        self._save(found | (OWN_OF_PLUGIN if setting_sources.get_plugin() else {}))
        terminal.print_message(f"The next login offers to keep this refresh token. {LIMIT}")
        access = {"access_token": tokens.access_token} if tokens.region else {}
        return build_tap({**self._config, **access})

    def _save(self, found: dict[str, Any]) -> None:
        env_file.save(found)
        names = ", ".join(setting_sources.to_variable(name) for name in found)
        terminal.print_message(f"Written to {env_file.FILE}: {names}.")

    def _choose_organizations(self, rows: Sequence[Row]) -> list[str]:
        """Return the ids of the organizations to read; empty for all active ones."""
        active = [str(row[ORGANIZATION]) for row in rows if is_active(row)]
        if self._options.all_organizations:
            return active if self._client_organizations else []  # a client names them
        wanted = self._options.organizations or self._client_organizations
        if wanted:
            return _check_active(wanted, active)
        if len(active) == 1:
            (only,) = (row for row in rows if is_active(row))
            name = terminal.escape_text(only.get("name"))
            terminal.print_message(f"Organization: {name} ({active[0]}), the only active one.")
            return active
        numbers = iter(range(1, len(active) + 1))
        cells = [str(next(numbers)) if is_active(row) else "-" for row in rows]
        if terminal.is_interactive():
            terminal.print_result(account.create_organization_table(rows, cells, "No."))
        reply = terminal.prompt(
            "Organizations to read (numbers or ids with commas between, or all)",
            "--organization or --all-organizations",
            default=ALL,
        )
        if reply == ALL:
            return []
        words = [word.strip() for word in reply.split(",") if word.strip()]
        ids = {str(number): one for number, one in enumerate(active, 1)}
        return _check_active([ids.get(word, word) for word in words], active)


def _check_active(wanted: Sequence[str], active: Sequence[str]) -> list[str]:
    unknown = [one for one in wanted if one not in active]
    if unknown or not wanted:
        raise Reason.ORGANIZATION_INACTIVE.error(
            wanted=", ".join(unknown), organizations=", ".join(active)
        )
    return list(dict.fromkeys(wanted))
