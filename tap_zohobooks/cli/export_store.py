"""The DuckDB file of an export: tables, the state of the run that filled them, transactions."""

from __future__ import annotations

import json
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.export_columns import combine_types, find_scale, find_type, to_text, widen
from tap_zohobooks.error_catalog import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import ModuleType

    import duckdb

    from tap_zohobooks.transform.cleaner import Row

OWN_SCHEMA = "zohobooks_export"
ROWS_AT_ONCE = 1000


def import_extra(name: str) -> ModuleType:
    """Import a package of the extra `export`.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise Reason.EXPORT_NOT_INSTALLED.error(package=name) from error


def quote_name(name: str) -> str:
    """Return a name as SQL."""
    return '"{}"'.format(name.replace('"', '""'))


def _join(names: Iterable[str], table: str = "") -> str:
    return ", ".join(f"{table}{quote_name(name)}" for name in names)


def _match(keys: Iterable[str], one: str, other: str) -> str:
    pairs = (f"{one}.{quote_name(key)} = {other}.{quote_name(key)}" for key in keys)
    return " AND ".join(pairs)


class Store:
    """Tables of records, and the state up to which they are complete; one thread uses it."""

    def __init__(self, path: Path) -> None:
        """Open the file, or create it.

        Raises:
            ConfigError: It is no database, in use, or cannot be written; or DuckDB is missing.
        """
        self.path = path
        module = import_extra("duckdb")
        self.error: type[Exception] = module.Error
        with self._explain():
            path.parent.mkdir(parents=True, exist_ok=True)
            self.connection: duckdb.DuckDBPyConnection = module.connect(path)
            for line in (
                "SET TimeZone = 'UTC'",
                "SET autoinstall_known_extensions = false",
                f"CREATE SCHEMA IF NOT EXISTS {OWN_SCHEMA}",
                f"CREATE TABLE IF NOT EXISTS {OWN_SCHEMA}.state (state VARCHAR)",
                f"CREATE TABLE IF NOT EXISTS {OWN_SCHEMA}.finished (stream VARCHAR)",
            ):
                self.connection.execute(line)

    @contextmanager
    def _explain(self) -> Iterator[None]:
        try:
            yield
        except (self.error, OSError) as error:
            raise Reason.EXPORT_FILE_UNUSABLE.error(file=self.path, problem=error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block changes, all of it or nothing.

        Raises:
            ConfigError: The file cannot be written.
        """
        with self._explain():
            self.connection.execute("BEGIN")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Write all of it to the one file."""
        with self._explain():
            self.connection.close()

    def read_state(self) -> dict[str, Any]:
        """Return the state that was last written; nothing at first."""
        row = self.connection.execute(f"SELECT state FROM {OWN_SCHEMA}.state").fetchone()
        return dict(json.loads(row[0])) if row else {}

    def write_state(self, state: str) -> None:
        """Replace the state, a JSON text."""
        self.connection.execute(f"DELETE FROM {OWN_SCHEMA}.state")
        self.connection.execute(f"INSERT INTO {OWN_SCHEMA}.state VALUES (?)", [state])

    def read_finished(self) -> frozenset[str]:
        """Return the streams that were read to their end before."""
        found = self.connection.execute(f"SELECT stream FROM {OWN_SCHEMA}.finished").fetchall()
        return frozenset(str(name) for (name,) in found)

    def add_finished(self, streams: Iterable[str]) -> None:
        """Note streams that were read to their end."""
        self.connection.execute(
            f"INSERT INTO {OWN_SCHEMA}.finished SELECT unnest(?::VARCHAR[])",
            [sorted({*streams} - self.read_finished())],
        )

    def list_tables(self) -> list[str]:
        """Return the names of the tables, in their order."""
        found = self.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND NOT temporary"
            " ORDER BY table_name"
        )
        return [str(name) for (name,) in found.fetchall()]

    def count_rows(self, table: str) -> int:
        """Return how many rows a table has."""
        found = self.connection.execute(f"SELECT count(*) FROM {quote_name(table)}").fetchall()
        return int(found[0][0])

    def read_columns(self, table: str) -> dict[str, str]:
        """Return the SQL type of each column of a table; nothing if there is no such table."""
        found = self.connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main'"
            " AND table_name = ? ORDER BY column_index", [table],
        )  # fmt: skip
        return {str(name): str(kind) for name, kind in found.fetchall()}

    def add_table(self, table: str, properties: Mapping[str, Any]) -> None:
        """Create a table with these columns; one that exists gets those that it lacks."""
        held = self.read_columns(table)
        wanted = {name: find_type(schema) for name, schema in properties.items()}
        if not held:
            columns = ", ".join(f"{quote_name(name)} {kind}" for name, kind in wanted.items())
            self.connection.execute(f"CREATE TABLE {quote_name(table)} ({columns})")
            return
        for name, kind in wanted.items():
            if name not in held:
                self.connection.execute(
                    f"ALTER TABLE {quote_name(table)} ADD COLUMN {quote_name(name)} {kind}"
                )
            else:
                self._change_type(table, name, held[name], combine_types(held[name], kind))

    def _change_type(self, table: str, column: str, held: str, wanted: str) -> str:
        if held != wanted:
            self.connection.execute(
                f"ALTER TABLE {quote_name(table)} ALTER {quote_name(column)} TYPE {wanted}"
            )
        return wanted

    def put(self, table: str, keys: Sequence[str], rows: Sequence[Row]) -> None:
        """Write rows in place of those with the same keys; a table has one row of each."""
        if rows:
            self.delete(table, keys, rows)
            self.append(table, rows)

    def append(self, table: str, rows: Sequence[Row]) -> None:
        """Write rows, whose keys no row of the table has."""
        columns = self.read_columns(table)
        for name, kind in columns.items():
            if find_scale(kind) is not None:
                columns[name] = self._widen(table, name, kind, rows)
        values = ", ".join(f"CAST(unnest(?::VARCHAR[]) AS {kind})" for kind in columns.values())
        self.connection.execute(
            f"INSERT INTO {quote_name(table)} ({_join(columns)}) SELECT {values}",
            [[to_text(row.get(name), kind) for row in rows] for name, kind in columns.items()],
        )

    def _widen(self, table: str, column: str, kind: str, rows: Iterable[Row]) -> str:
        """Return the type of a column of numbers that holds these and those that it has."""
        values = [row.get(column) for row in rows]
        if widen(kind, values) == kind:
            return kind
        name = quote_name(column)
        most = self.connection.execute(f"SELECT max(abs({name})) FROM {quote_name(table)}")
        return self._change_type(table, column, kind, widen(kind, [*values, *most.fetchall()[0]]))

    def delete(self, table: str, keys: Sequence[str], rows: Sequence[Row]) -> None:
        """Delete the rows with the keys of these rows."""
        texts = ", ".join("unnest(?::VARCHAR[])" for _ in keys)
        own = ", ".join(f"CAST({quote_name(key)} AS VARCHAR)" for key in keys)
        self.connection.execute(
            f"DELETE FROM {quote_name(table)} WHERE ({own}) IN (SELECT {texts})",
            [[to_text(row[key], "") for row in rows] for key in keys],
        )

    def note_keys(self, name: str, keys: Sequence[str], rows: Sequence[Row]) -> None:
        """Note the keys of rows that the service holds, in this run, under a name."""
        columns = ", ".join(f"{quote_name(key)} VARCHAR" for key in keys)
        seen = quote_name(f"seen_{name}")
        self.connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {seen} ({columns})")
        if rows:
            values = ", ".join("unnest(?::VARCHAR[])" for _ in keys)
            self.connection.execute(
                f"INSERT INTO {seen} SELECT {values}",
                [[to_text(row[key], "") for row in rows] for key in keys],
            )

    def delete_others(self, table: str, keys: Sequence[str], names: Iterable[str]) -> None:
        """Delete the rows whose keys are noted under none of these names."""
        missing = " AND ".join(
            f"NOT EXISTS (SELECT 1 FROM {quote_name(f'seen_{name}')} AS seen"
            f" WHERE {_match(keys, 'seen', 'held')})" for name in names
        )  # fmt: skip
        self.connection.execute(f"DELETE FROM {quote_name(table)} AS held WHERE {missing}")

    def delete_orphans(self, table: str, keys: Sequence[str], parent: str) -> None:
        """Delete the rows of a table whose parent, by keys, does not exist."""
        self.connection.execute(
            f"DELETE FROM {quote_name(table)} AS held WHERE NOT EXISTS (SELECT 1 FROM"
            f" {quote_name(parent)} AS parent WHERE {_match(keys, 'parent', 'held')})"
        )

    def read_rows(self, table: str, columns: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
        """Yield some rows at a time, in the order of the first columns."""
        order = ", ".join(str(at) for at in range(1, len(columns) + 1))
        cursor = self.connection.cursor()
        cursor.execute("SET TimeZone = 'UTC'")
        cursor.execute(f"SELECT {_join(columns)} FROM {quote_name(table)} ORDER BY {order}")
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield rows
