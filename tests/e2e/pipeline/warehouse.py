"""A database of a pipeline's own, and all that it holds, as text and exact numbers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from psycopg import sql

if TYPE_CHECKING:
    from pathlib import Path

    from demo.postgres import Database

SCHEMA = "zohobooks"
LOADERS_OWN = "_sdc_"

_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(float_hook=Decimal).decode

_COLUMNS = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema = %s ORDER BY 1, 2
"""
_ROWS = sql.SQL("SELECT to_jsonb(loaded)::text FROM {table} AS loaded")


@dataclass(frozen=True, slots=True)
class Holding:
    """What a database holds: types by table and column, and rows by table."""

    types: dict[str, dict[str, str]]
    rows: dict[str, list[dict[str, Any]]]

    def columns(self, *types: str) -> set[tuple[str, str]]:
        """Return the columns of some types that are the tap's, with their tables."""
        return {
            (table, column)
            for table, columns in self.types.items()
            for column, kind in columns.items()
            if kind in types and not column.startswith(LOADERS_OWN)
        }


def fresh(server: Database, name: str) -> Database:
    """Make an empty database, in place of one of that name that is left over."""
    with closing(server.connect()) as connection:
        connection.autocommit = True  # no database is made within a transaction
        for verb in ("DROP DATABASE IF EXISTS {}", "CREATE DATABASE {}"):
            connection.execute(sql.SQL(verb).format(sql.Identifier(name)))
    return replace(server, name=name)


def ask(database: Database, query: str | sql.Composed, *values: Any) -> list[tuple[Any, ...]]:
    """Ask one thing, or do it."""
    with database.connect() as connection:
        answer = connection.execute(query, values or None)
        return answer.fetchall() if answer.description else []


def holding(database: Database) -> Holding:
    """Read everything that a loader has made."""
    types: dict[str, dict[str, str]] = {}
    for table, column, kind in ask(database, _COLUMNS, SCHEMA):
        types.setdefault(table, {})[column] = kind
    rows = {}
    for table in types:
        query = _ROWS.format(table=sql.Identifier(SCHEMA, table))
        rows[table] = [_decode(row) for (row,) in ask(database, query)]
    return Holding(types, rows)


def keep(path: Path, **things: Any) -> None:
    """Write things down for other workers, numbers exact."""
    path.write_bytes(_encode({name: _plain(thing) for name, thing in things.items()}))


def kept(path: Path) -> dict[str, Any]:
    """Read what was written down."""
    read: dict[str, Any] = _decode(path.read_bytes())
    return read


def _plain(thing: object) -> object:
    return asdict(thing) if isinstance(thing, Holding) else thing


def settings(database: Database) -> dict[str, Any]:
    """Return what target-postgres needs to load into a database."""
    return {
        "host": database.host,
        "port": database.port,
        "user": database.user,
        "password": database.password,
        "database": database.name,
        "default_target_schema": SCHEMA,
        "use_copy": True,
    }
