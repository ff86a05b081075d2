"""Runs of dbt over raw tables, on PostgreSQL and DuckDB, and what they have built."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.e2e.books.raw import SCHEMA, describe_tables, load_postgres
from tests.e2e.pipeline.pipes import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from demo.postgres import Database
    from tests.e2e.books.raw import Table

PROJECT = ROOT / "dbt_zoho_books"
PROGRAMS = ROOT / ".tools" / "dbt" / "bin"
SCRIPT = ROOT / "tests" / "e2e" / "books" / "duckdb_file.py"
PREFIXES = ("DBT_", "TARGET_POSTGRES_", "ZOHO_BOOKS_")
BUILT = ("books", "books_unified")
PATIENCE = 600

Rows: TypeAlias = "list[dict[str, str | None]]"


@dataclass(slots=True)
class Run:
    """A run of dbt that has been started."""

    process: subprocess.Popen[str]
    target: Path
    log: Path

    def wait(self) -> Results:
        """Wait for its end and return its results."""
        code = self.process.wait(PATIENCE)
        results = self.target / "run_results.json"
        assert results.exists(), self.log.read_text()[-3000:]
        nodes = json.loads(results.read_text())["results"]
        return Results(code, {one["unique_id"]: one for one in nodes}, self.log.read_text())


@dataclass(frozen=True, slots=True)
class Results:
    """How a run has ended: its exit code, and the status of each node by its id."""

    code: int
    nodes: dict[str, Any]
    log: str

    def list_names(self, *statuses: str, kind: str = "") -> set[str]:
        """List the names of the nodes of a kind that have a status."""
        return {
            key.split(".")[2]
            for key, one in self.nodes.items()
            if one["status"] in statuses and key.startswith(kind)
        }


@dataclass(frozen=True, slots=True)
class Books:
    """A database with raw tables, and the books that dbt builds of them."""

    folder: Path
    database: Database | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    name: str = "raw.duckdb"

    @property
    def target(self) -> str:
        """The target of the profile."""
        return "postgres" if self.database else "duckdb"

    @property
    def file(self) -> Path:
        """The DuckDB file."""
        return self.folder / self.name

    def load(self, tables: Iterable[Table]) -> None:
        """Load raw tables, in place of those there."""
        if self.database:
            load_postgres(self.database, tables)
        else:
            self._run_script("load", input=describe_tables(tables))

    def _run_script(self, action: str, *arguments: str, **options: Any) -> str:
        done = subprocess.run(
            [PROGRAMS / "python", SCRIPT, action, self.file, *arguments],
            capture_output=True, text=True, check=False, timeout=PATIENCE, **options,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return str(done.stdout)

    def start(self, *arguments: str) -> Run:
        """Start dbt with these arguments."""
        target, log = self.folder / f"target-{self.target}", self.folder / f"{self.target}.log"
        (target / "run_results.json").unlink(missing_ok=True)
        # The rows of these tests are in the schema of target-postgres, also on DuckDB.
        variables = {"zoho_books_schema": SCHEMA, **self.variables}
        command: list[str | Path] = [PROGRAMS / "dbt", "--no-use-colors", *arguments,
                                     "--vars", json.dumps(variables)]  # fmt: skip
        with log.open("w") as output:
            process = subprocess.Popen(
                command, cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT, text=True,
                stdin=subprocess.DEVNULL, env=self.build_environment(target),
            )  # fmt: skip
        return Run(process, target, log)

    def run(self, *arguments: str) -> Results:
        """Run dbt to its end."""
        return self.start(*arguments).wait()

    def build_environment(self, target: Path) -> dict[str, str]:
        """Return the environment of a run of dbt, with its results in the folder `target`."""
        others = {key: value for key, value in os.environ.items() if not key.startswith(PREFIXES)}
        environment = others | {
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(self.folder / f"logs-{self.target}"),
            "DBT_LOG_LEVEL_FILE": "none",  # a twentieth of the time
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "ZOHO_BOOKS_TARGET": self.target,
            "ZOHO_BOOKS_DUCKDB": str(self.file),
        }
        if self.database:
            environment |= {
                f"TARGET_POSTGRES_{name}": str(value)
                for name, value in (
                    ("HOST", self.database.host), ("PORT", self.database.port),
                    ("USER", self.database.user), ("PASSWORD", self.database.password),
                    ("DATABASE", self.database.name),
                )
            }  # fmt: skip
        return environment

    def dump(self, *schemas: str) -> dict[str, Rows]:
        """Return all rows of the books by table, in an order of their own, values as text."""
        wanted = schemas or BUILT
        found = self._dump_postgres(wanted) if self.database else self._dump_duckdb(wanted)
        return {name: sorted(map(_normalize, rows), key=str) for name, rows in found.items()}

    def ask(self, queries: list[str]) -> list[list[list[str | None]]]:
        """Return the rows that queries find, values as text."""
        if not self.database:
            read: list[list[list[str | None]]] = json.loads(
                self._run_script("ask", input=json.dumps(queries))
            )
            return read
        with self.database.connect() as connection:
            return [
                [[None if value is None else str(value) for value in row]
                 for row in connection.execute(query).fetchall()]
                for query in queries
            ]  # fmt: skip

    def change(self, *statements: str) -> None:
        """Execute statements in the DuckDB file."""
        self._run_script("change", input=json.dumps(statements))

    def _dump_duckdb(self, schemas: Iterable[str]) -> dict[str, Rows]:
        read: dict[str, Rows] = json.loads(self._run_script("dump", *schemas))
        return read

    def _dump_postgres(self, schemas: Iterable[str]) -> dict[str, Rows]:
        assert self.database is not None
        query = (
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema = ANY(%s)"
        )
        found = {}
        with self.database.connect() as connection:
            for schema, name in connection.execute(query, [list(schemas)]).fetchall():
                answer = connection.execute(f'SELECT * FROM "{schema}"."{name}"')  # noqa: S608
                columns = [column.name for column in answer.description or ()]
                found[name] = [
                    {column: None if value is None else str(value)
                     for column, value in zip(columns, row, strict=True)}
                    for row in answer.fetchall()
                ]  # fmt: skip
        return found


def _normalize(row: dict[str, str | None]) -> dict[str, str | None]:
    return {name: _normalize_number(value) for name, value in row.items()}


def _normalize_number(value: str | None) -> str | None:
    """Write a number with a point in one way only: databases differ in the zeros behind it."""
    if value is None or "." not in value:
        return value
    try:
        return f"{Decimal(value).normalize() + 0:f}"
    except InvalidOperation:
        return value
