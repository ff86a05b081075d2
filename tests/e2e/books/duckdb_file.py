"""Write tables into a DuckDB file, or print what it holds: run by the Python that dbt has.

usage: duckdb_file.py load FILE < tables.json
       duckdb_file.py dump FILE SCHEMA... > rows.json
       duckdb_file.py ask FILE < queries.json > answers.json
       duckdb_file.py change FILE < statements.json
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from typing import Any

import duckdb  # type: ignore[import-not-found,unused-ignore]

NULL = "\\N"


def load(path: str) -> None:
    """Load the tables of standard input into the schema of the loader, in place of those there."""
    with duckdb.connect(path) as connection:
        connection.execute("DROP SCHEMA IF EXISTS zohobooks CASCADE")
        connection.execute("CREATE SCHEMA zohobooks")
        for table in json.load(sys.stdin):
            columns = ", ".join(f'"{name}" {kind}' for name, kind in table["columns"].items())
            connection.execute(f'CREATE TABLE zohobooks."{table["name"]}" ({columns})')
            copy_rows(connection, table)


def copy_rows(connection: duckdb.DuckDBPyConnection, table: dict[str, Any]) -> None:
    """Copy rows from a file, as an INSERT takes some milliseconds a row."""
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([NULL if value is None else value for value in row]
                         for row in table["rows"])  # fmt: skip
        file.flush()
        connection.execute(
            f"""COPY zohobooks."{table["name"]}" FROM '{file.name}' (
                AUTO_DETECT false, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"',
                NULLSTR '{NULL}'
            )"""
        )


def dump(path: str, schemas: list[str]) -> None:
    """Print all rows of some schemas as JSON, values as text."""
    with duckdb.connect(path, read_only=True) as connection:
        names = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema IN (SELECT unnest(?)) ORDER BY 1, 2",
            [schemas],
        ).fetchall()
        found = {}
        for schema, name in names:
            answer = connection.execute(f'SELECT * FROM "{schema}"."{name}"')  # noqa: S608
            columns = [column[0] for column in answer.description]
            found[name] = [
                dict(zip(columns, map(to_text, row), strict=True)) for row in answer.fetchall()
            ]
    json.dump(found, sys.stdout)


def ask(path: str) -> None:
    """Print the answers of the queries of standard input, values as text."""
    with duckdb.connect(path, read_only=True) as connection:
        answers = [connection.execute(query).fetchall() for query in json.load(sys.stdin)]
    json.dump([[list(map(to_text, row)) for row in rows] for rows in answers], sys.stdout)


def change(path: str) -> None:
    """Execute the statements of standard input."""
    with duckdb.connect(path) as connection:
        for statement in json.load(sys.stdin):
            connection.execute(statement)


def to_text(value: object) -> str | None:
    """Return a value as text; None is null."""
    return None if value is None else str(value)


if __name__ == "__main__":
    action, file, *rest = sys.argv[1:]
    match action:
        case "load":
            load(file)
        case "dump":
            dump(file, rest)
        case "ask":
            ask(file)
        case _:
            change(file)
