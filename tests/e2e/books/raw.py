"""Raw rows as tables, with the columns that target-postgres makes of the tap's schemas."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from psycopg import sql

from tests.e2e.books.ledger import READ_AT
from tests.e2e.pipeline.pipes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from demo.postgres import Database
    from tests.e2e.books.ledger import Row, Tables

SCHEMA = "zohobooks"
SCHEMAS = ROOT / "tap_zohobooks" / "schemas"
# The types of target-postgres for the types of a JSON schema, and those of DuckDB.
TYPES = {
    "string": ("text", "VARCHAR"),
    "number": ("numeric", "DECIMAL(38, 10)"),
    "integer": ("bigint", "BIGINT"),
    "boolean": ("boolean", "BOOLEAN"),
    "object": ("jsonb", "JSON"),
    "array": ("jsonb", "JSON"),
    "date": ("date", "DATE"),
    "date-time": ("timestamp", "TIMESTAMP"),
}
LOADERS_OWN = {"_sdc_extracted_at": "date-time", "_sdc_deleted_at": "date-time"}

_encode = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a stream: its columns with their types, and its rows."""

    name: str
    columns: Mapping[str, str]
    rows: list[Row]


def build_tables(*parts: Tables, seed: int | None = None) -> list[Table]:
    """Build a table of each stream; a seed shuffles its rows."""
    streams: dict[str, list[Row]] = {}
    for part in parts:
        for name, rows in part.items():
            streams.setdefault(name, []).extend(rows)
    made = []
    for name, rows in sorted(streams.items()):
        shown = [{"_sdc_extracted_at": READ_AT, **row} for row in rows]
        if seed is not None:
            random.Random(seed).shuffle(shown)  # noqa: S311
        made.append(Table(name, find_columns(name, shown), shown))
    return made


def find_columns(stream: str, rows: Iterable[Row]) -> dict[str, str]:
    """Find the columns of a stream: those of its schema, and those that its rows have."""
    path = SCHEMAS / f"{stream}.json"
    properties = json.loads(path.read_text())["properties"] if path.exists() else {}
    found = {name: _find_type(schema) for name, schema in properties.items()}
    for row in rows:
        for name, value in row.items():
            if name not in found and value is not None:
                found[name] = _guess_type(name, value)
    return found | LOADERS_OWN


def _find_type(schema: Mapping[str, Any]) -> str:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    (kind, *_) = [one for one in kinds if one != "null"]
    return str(schema.get("format", kind)) if kind == "string" else str(kind)


def _guess_type(name: str, value: object) -> str:
    if name.endswith("_date") or name in {"date", "as_of"}:
        return "date"
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case Decimal():
            return "number"
        case datetime():
            return "date-time"
        case dict() | list():
            return "object"
    return "string"


def _to_value(value: object, kind: str) -> object:
    if value is None or kind not in {"object", "array", "date-time", "number"}:
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    return _encode(value).decode() if isinstance(value, (dict, list)) else str(value)


def load_postgres(database: Database, tables: Iterable[Table]) -> None:
    """Load tables into a schema of PostgreSQL, in place of those there."""
    with database.connect() as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
        for table in tables:
            name = sql.Identifier(SCHEMA, table.name)
            columns = [sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(TYPES[kind][0]))
                       for column, kind in table.columns.items()]  # fmt: skip
            connection.execute(
                sql.SQL("CREATE TABLE {} ({})").format(name, sql.SQL(", ").join(columns))
            )
            places = sql.SQL(", ").join(
                sql.SQL("%s::") + sql.SQL(TYPES[kind][0]) for kind in table.columns.values()
            )
            insert = sql.SQL("INSERT INTO {} VALUES ({})").format(name, places)
            values = [[_to_value(row.get(column), kind) for column, kind in table.columns.items()]
                      for row in table.rows]  # fmt: skip
            connection.cursor().executemany(insert, values)


def describe_tables(tables: Iterable[Table]) -> str:
    """Describe tables for `duckdb_file.py`, which another Python runs."""
    described = [
        {
            "name": table.name,
            "columns": {column: TYPES[kind][1] for column, kind in table.columns.items()},
            "rows": [
                [_to_value(row.get(column), kind) for column, kind in table.columns.items()]
                for row in table.rows
            ],
        }
        for table in tables
    ]
    return json.dumps(described, default=_to_json)


def _to_json(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    msg = f"{value!r} has no text."
    raise TypeError(msg)
