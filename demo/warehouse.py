"""What the database holds, asked of the database itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from psycopg import sql

if TYPE_CHECKING:
    import psycopg

SCHEMA = "zohobooks"
ORGANIZATION = "organization_id"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """One row of one stream of one organization; the organizations' own rows have id ''."""

    stream: str
    organization: str
    id: str


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says, as a digest of all its columns, and which sync has written it."""

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


def holding(connection: psycopg.Connection[tuple[Any, ...]]) -> Holding:
    """Read every row of every table that the loader has made."""
    held: Holding = {}
    for stream, key in connection.execute(_KEYS, (ORGANIZATION, SCHEMA)).fetchall():
        query = _ROWS.format(
            id=sql.SQL(" || '/' || ").join(map(sql.Identifier, key)) if key else sql.Literal(""),
            loaders_own=sql.Literal(_LOADERS_OWN),
            table=sql.Identifier(SCHEMA, stream),
        )
        for organization, document, digest, sync in connection.execute(query):
            held[Key(stream, organization, document)] = Row(digest, sync)
    return held
