"""`zohobooks organizations` and `zohobooks logout`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_zohobooks import connection, settings
from tap_zohobooks.cli import env_file, terminal
from tap_zohobooks.cli.common import SetupTap, build_tap, load_config
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.oauth.authorization_code import AuthorizationServers
from tap_zohobooks.oauth.consent import OAuthClient
from tap_zohobooks.organizations import Organizations, is_active
from tap_zohobooks.resources import ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

    from tap_zohobooks.transform.cleaner import Row

QUESTION = "Revoke the refresh token? Every pipeline that uses it stops."
COLUMNS = {
    "Name": "name",
    "Id": ORGANIZATION,
    "Currency": "currency_code",
    "Time zone": "time_zone",
    "Plan": "plan_name",
}


def build_accounts(tap: SetupTap) -> AuthorizationServers:
    """Return the accounts servers that may know the client, without a request."""
    return AuthorizationServers(
        connection.hosts(tap.config),
        tap.session,
        tap.config["request_timeout"],
        max_wait=tap.config["max_wait_seconds"],
        sleep=tap.sleep,
    )


def list_organizations(tap: SetupTap) -> Sequence[Row]:
    """Return all organizations that the user can see.

    Raises:
        TapError: There is none, or they may not be listed.
    """
    return Organizations.ask(tap.client, [], tap.logger).wanted


def create_organization_table(rows: Iterable[Row], marks: Iterable[str], title: str) -> Table:
    """Return the organizations as a table; `marks` are the cells of its first column."""
    table = terminal.create_table([title, *COLUMNS])
    for mark, row in zip(marks, rows, strict=True):
        cells = (terminal.escape_text(row.get(name, "")) for name in COLUMNS.values())
        table.add_row(mark, *cells, style=None if is_active(row) else "dim")
    return table


def print_organizations(config: Sequence[str], *, as_json: bool) -> None:
    """Print the organizations, and whether a run reads each of them."""
    tap = build_tap(load_config(config))
    rows = list_organizations(tap)
    ids = tap.config["organization_ids"]
    is_read = [is_active(row) and (not ids or row[ORGANIZATION] in ids) for row in rows]
    if as_json:
        terminal.print_json(
            [
                {
                    **{name: row.get(name) for name in COLUMNS.values()},
                    "is_active": is_active(row),
                    "is_read": mark,
                }
                for row, mark in zip(rows, is_read, strict=True)
            ]
        )
        return
    marks = ["yes" if mark else "no" for mark in is_read]
    terminal.print_result(create_organization_table(rows, marks, "Read"))
    missing = [one for one in ids if one not in {row[ORGANIZATION] for row in rows}]
    if missing:
        names = terminal.escape_text(", ".join(missing))
        terminal.print_message(
            f"A run ends at once: organization_ids names {names}, which this user cannot see."
        )


def logout(config: Sequence[str], *, yes: bool) -> None:
    """Revoke the refresh token, and remove it from `.env`.

    Raises:
        TapError: There is no token, no terminal, or no server confirms the revocation.
    """
    tap = build_tap(load_config(config))
    token = tap.config.get(settings.REFRESH)
    if token is None:
        raise Reason.NOTHING_TO_REVOKE.error()
    if not yes and not terminal.confirm(QUESTION, "--yes"):
        terminal.print_message("Nothing was changed.")
        return
    client = OAuthClient(tap.config["client_id"], tap.config["client_secret"])
    was_valid = build_accounts(tap).revoke(client, token)
    found = "is revoked" if was_valid else "was dead already"
    terminal.print_message(f"The refresh token {found}.")
    if env_file.has_value(settings.REFRESH, token):
        env_file.remove([settings.REFRESH, "access_token"])
    else:
        terminal.print_message(f"It is not set by {env_file.FILE}: remove it where it is set.")
