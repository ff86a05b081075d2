"""Read from the database the rows that the loader has written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

SCHEMA = "zohobooks"
ORGANIZATION = "organization_id"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """The key of a row; a row of an organization itself has a blank id."""

    stream: str
    organization: str
    id: str


@dataclass(frozen=True, slots=True)
class Row:
    """A digest of all columns of a row, and the time of the sync that has written it."""

    digest: str
    sync: int


Holding: TypeAlias = dict[Key, Row]

_KEYS = """
    SELECT tables.table_name, array_agg(keys.column_name::text ORDER BY keys.ordinal_position)
           FILTER (WHERE keys.column_name <> %s)
    FROM information_schema.tables
    LEFT JOIN information_schema.key_column_usage AS keys USING (table_schema, table_name)
    WHERE tables.table_schema = %s
    GROUP BY tables.table_name
"""

_ROWS = sql.SQL(
    "SELECT organization_id, {id}, md5((to_jsonb(loaded) - {loaders_own}::text[])::text),"
    " _sdc_sync_started_at FROM {table} AS loaded WHERE _sdc_deleted_at IS NULL"
)
_LOADERS_OWN = [
    "_sdc_batched_at",
    "_sdc_deleted_at",
    "_sdc_extracted_at",
    "_sdc_received_at",
    "_sdc_sequence",
    "_sdc_sync_started_at",
    "_sdc_table_version",
]


def read_rows(
    connection: psycopg.Connection[tuple[Any, ...]], without: Iterable[str] = ()
) -> Holding:
    """Read every row of every table that the loader has created, without those of some streams."""
    held: Holding = {}
    skipped = set(without)
    for stream, key in connection.execute(_KEYS, (ORGANIZATION, SCHEMA)).fetchall():
        if stream in skipped:
            continue
        query = _ROWS.format(
            id=sql.SQL(" || '/' || ").join(map(sql.Identifier, key)) if key else sql.Literal(""),
            loaders_own=sql.Literal(_LOADERS_OWN),
            table=sql.Identifier(SCHEMA, stream),
        )
        for organization, document, digest, sync in connection.execute(query):
            held[Key(stream, organization, document)] = Row(digest, sync)
    return held
