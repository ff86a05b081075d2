"""`zohobooks organizations` and `zohobooks logout`: what an account holds, and leaving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_zohobooks import connection, settings
from tap_zohobooks.cli import env_file
from tap_zohobooks.cli.common import SetupTap, build_tap, load_config
from tap_zohobooks.cli.terminal import agree, plain, show, show_json, table, tell
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.oauth.authorization_code import Accounts
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


def accounts_of(tap: SetupTap) -> Accounts:
    """Return the accounts servers that may know the client; nothing is asked yet."""
    return Accounts(connection.hosts(tap.config), tap.session, tap.config["request_timeout"])


def known(tap: SetupTap) -> Sequence[Row]:
    """Return all organizations that the user can see.

    Raises:
        TapError: There is none, or they may not be listed.
    """
    return Organizations.ask(tap.client, [], tap.logger).wanted


def organization_table(rows: Iterable[Row], marks: Iterable[str], title: str) -> Table:
    """Return the organizations as a table, each with a mark in front."""
    shown = table([title, *COLUMNS])
    for mark, row in zip(marks, rows, strict=True):
        cells = (plain(row.get(name, "")) for name in COLUMNS.values())
        shown.add_row(mark, *cells, style=None if is_active(row) else "dim")
    return shown


def organizations(config: Sequence[str], *, as_json: bool) -> None:
    """Show the organizations, and which of them are read."""
    tap = build_tap(load_config(config))
    rows = known(tap)
    wanted = tap.config["organization_ids"]
    read = [is_active(row) and (not wanted or row[ORGANIZATION] in wanted) for row in rows]
    if as_json:
        told = [{name: row.get(name) for name in COLUMNS.values()} for row in rows]
        for one, row, mark in zip(told, rows, read, strict=True):
            one |= {"is_active": is_active(row), "is_read": mark}
        show_json(told)
        return
    marks = ["yes" if mark else "no" for mark in read]
    show(organization_table(rows, marks, "Read"))
    unknown = [name for name in wanted if name not in {row[ORGANIZATION] for row in rows}]
    if unknown:
        names = plain(", ".join(unknown))
        tell(f"A run ends at once: organization_ids names {names}, which this user cannot see.")


def logout(config: Sequence[str], *, yes: bool) -> None:
    """Revoke the refresh token, and forget it.

    Raises:
        TapError: There is none, nobody can be asked, or no server says that it is done.
    """
    tap = build_tap(load_config(config))
    token = tap.config.get(settings.REFRESH)
    if token is None:
        raise Reason.NOTHING_TO_REVOKE.error()
    if not yes and not agree(QUESTION, "--yes"):
        tell("Nothing was changed.")
        return
    client = OAuthClient(tap.config["client_id"], tap.config["client_secret"])
    lived = accounts_of(tap).revoke(client, token)
    tell("The refresh token is revoked." if lived else "The refresh token was dead already.")
    if env_file.holds(settings.REFRESH, token):
        env_file.remove([settings.REFRESH, "access_token"])
    else:
        tell(f"It is not set by {env_file.FILE}: remove it where it is set.")
