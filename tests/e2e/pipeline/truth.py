"""What the service holds, and whether a database says the same."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeAlias

from psycopg import sql

from demo.__main__ import find_collection, list_selected_streams
from tap_zohobooks.resources import ORGANIZATION, ORGANIZATIONS, TABLE, Report
from tests.e2e.pipeline.warehouse import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox import World
    from tests.e2e.pipeline.warehouse import Holding

Rows: TypeAlias = dict[str, dict[str, Any]]

# Those that the sandbox environment of meltano.yml selects, each with the collection it reads;
# reports, and the document of the organization, are rows of none.
STREAMS = {
    name: find_collection(name)
    for name in list_selected_streams()
    if name not in {ORGANIZATIONS.name, "organization_details"}
    and not isinstance(TABLE[name], Report)
}


def rows(world: World, stream: str) -> Rows:
    """Return what the service holds of a stream, by organization and id."""
    path = STREAMS[stream]
    found = {}
    for organization in world.holdings:
        for one in world.ids(organization, path):
            row = world.row(organization, path, one)
            if TABLE[stream].of:
                row = {**row, **world.document(organization, path, one)}
            found[f"{organization}/{one}"] = row
    return found


def place(stream: str, row: dict[str, Any]) -> str:
    """Return where a record belongs: its organization and its id."""
    return f"{row[ORGANIZATION]}/{row[TABLE[stream].key]}"


def written(stream: str, before: Holding, after: Holding) -> list[str]:
    """Return where the rows are that have been written since, new, changed or once more."""
    stamps = [row["_sdc_sync_started_at"] for row in before.rows.get(stream, [])]
    latest = max(stamps, default=0)
    return sorted(
        place(stream, row) for row in after.rows[stream] if row["_sdc_sync_started_at"] > latest
    )


def checksum(world: World, stream: str) -> str:
    """Return the digest of all keys and revisions of a stream."""
    pairs = [
        f"{organization}/{one}:{revision}"
        for organization in world.holdings
        for one, revision in world.revisions(organization, STREAMS[stream]).items()
    ]
    return hashlib.md5(",".join(sorted(pairs)).encode(), usedforsecurity=False).hexdigest()


def checksum_query(world: World, stream: str) -> sql.Composed:
    """Return what makes a database tell the digest of a stream's table."""
    return sql.SQL(
        "SELECT md5(string_agg(pair, ',' ORDER BY pair COLLATE \"C\")) FROM (SELECT"
        " organization_id || '/' || {id} || ':' || coalesce(substring({seen} FROM"
        " '^REV-(\\d+)$'), '1') AS pair FROM {table}) AS pairs"
    ).format(
        id=sql.Identifier(TABLE[stream].key),
        seen=sql.Identifier(world.visible_field(STREAMS[stream])),
        table=sql.Identifier(SCHEMA, stream),
    )


def sums(held: Iterable[dict[str, Any]], column: str) -> dict[str, Decimal]:
    """Return the exact sum of a column by organization and currency, as service rows have it."""
    found: dict[str, Decimal] = {}
    for row in held:
        key = row.get("currency_code") or ""  # lists of some documents show none
        found[key] = found.get(key, Decimal(0)) + (number(row.get(column)) or 0)
    return found


def sums_query(table: str, column: str) -> sql.Composed:
    """Return what makes a database tell the sums of a column by currency."""
    return sql.SQL(
        "SELECT coalesce(currency_code, ''), sum(coalesce({column}, 0)) FROM {table} GROUP BY 1"
    ).format(column=sql.Identifier(column), table=sql.Identifier(SCHEMA, table))


def number(value: object) -> Decimal | None:
    """Return the number that the service means; None where it means none."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def same(theirs: object, ours: object) -> bool:
    """Tell whether a value of a database is what the service has meant."""
    match theirs, ours:
        case (None | "", None):
            return True
        case dict(), dict():
            return theirs.keys() == ours.keys() and all(same(theirs[k], ours[k]) for k in theirs)
        case list(), list():
            return len(theirs) == len(ours) and all(map(same, theirs, ours))
        case _, bool():
            return str(theirs).lower() == str(ours).lower()
        case _, int() | Decimal():
            return number(theirs) == ours
        case str(), str():
            return theirs == ours or (instant(theirs) or theirs) == instant(ours)
        case _:
            return str(theirs) == ours


def instant(text: str) -> datetime | None:
    """Return the instant that a text tells; None where it tells none."""
    try:
        moment = datetime.strptime(text.replace("Z", "+0000"), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
    return moment
