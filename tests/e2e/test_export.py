"""An export holds what the service holds, in each form, and again after changes."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl
import pytest

from sandbox import World, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Request

COMMAND = str(Path(sys.executable).with_name("zohobooks"))
PLENTY = 10**6
COLLECTIONS = {"invoices": "invoices", "contacts": "contacts", "taxes": "settings/taxes",
               "bank_transactions": "banktransactions"}  # fmt: skip
KEYS = {"invoices": "invoice_id", "contacts": "contact_id", "taxes": "tax_id",
        "bank_transactions": "transaction_id", "invoice_details": "invoice_id",
        "invoice_lines": "line_number"}  # fmt: skip
FORMS = ["duckdb", "xlsx", "csv", "parquet"]

Row = dict[str, str | None]


class Exporter:
    """A service of two organizations, and exports of it in a folder."""

    def __init__(self, folder: Path, base: str, world: World) -> None:
        """Write the settings."""
        self.folder, self.world = folder, world
        known = {**asdict(world.credentials), "accounts_url": base, "api_url": base,
                 "requests_per_minute": PLENTY, "token_cache": str(folder / "cache")}  # fmt: skip
        (folder / "config.json").write_text(json.dumps(known))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start an export."""
        command = [COMMAND, "export", *arguments, "--config=config.json"]
        return subprocess.Popen(command, cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)  # fmt: skip

    def run(self, *arguments: str) -> str:
        """Run an export that succeeds, and return its output."""
        with self.start(*arguments) as process:
            said, complaints = process.communicate(timeout=120)
        assert process.returncode == 0, complaints
        return said

    def change(self) -> None:
        """Insert, change and delete rows of each list, in both organizations."""
        for organization in self.world.holdings:
            for path in COLLECTIONS.values():
                first, second, *_ = sorted(self.world.ids(organization, path))
                self.world.delete(organization, path, first)
                self.world.change(organization, path, second)
                self.world.insert(organization, path)

    def assert_equal(self, path: Path, *tables: str) -> None:
        """Compare tables with the service: the same rows, and the same values in each column."""
        for table in tables:
            held = {(row["organization_id"], row[KEYS[table]]): row for row in read(path, table)}
            served = self._serve_rows(table)
            assert held.keys() == served.keys()
            compared = 0
            for key, row in served.items():
                for name in row.keys() & held[key].keys():
                    if name.startswith("cf_"):  # the service sends it as it shows it
                        continue
                    compared += 1
                    assert is_equal(row[name], held[key][name]), (table, name)
            assert compared > 5 * len(served) > 0

    def _serve_rows(self, table: str) -> dict[tuple[str, str], dict[str, Any]]:
        path = COLLECTIONS[table.replace("_details", "s")]
        rows = {}
        for organization in self.world.holdings:
            for one in self.world.ids(organization, path):
                row = self.world.row(organization, path, one)
                if table.endswith("_details"):
                    row = {**row, **self.world.document(organization, path, one)}
                rows[organization, one] = row
        return rows

    def assert_lines(self, path: Path) -> None:
        """Compare the lines of invoices with the service: each line, in its place."""
        held = {(row["organization_id"], row["invoice_id"], row["line_number"]): row
                for row in read(path, "invoice_lines")}  # fmt: skip
        served = {(*key, str(number)): line
                  for key, row in self._serve_rows("invoice_details").items()
                  for number, line in enumerate(row["line_items"], 1)}  # fmt: skip
        assert held.keys() == served.keys()
        for place, line in served.items():
            for name in line.keys() & held[place].keys():
                assert is_equal(line[name], held[place][name]), name


def is_equal(theirs: object, ours: str | None) -> bool:
    """Tell whether a text of an export is what the service has meant."""
    if theirs is None or theirs == "":
        return not ours
    if ours is None:
        return False
    if isinstance(theirs, bool):
        return ours.lower() == str(theirs).lower()
    if isinstance(theirs, (int, float, Decimal)):
        return Decimal(ours) == Decimal(str(theirs))
    if isinstance(theirs, (dict, list)):
        return is_same_json(theirs, json.loads(ours, parse_float=Decimal))
    return ours == theirs or parse_time(ours) == parse_time(str(theirs))


def is_same_json(theirs: object, ours: object) -> bool:
    """Tell whether a nested value is what the service has meant."""
    match theirs, ours:
        case dict(), dict():
            return theirs.keys() == ours.keys() and all(
                is_same_json(value, ours[name]) for name, value in theirs.items()
            )
        case list(), list():
            return len(theirs) == len(ours) and all(map(is_same_json, theirs, ours))
        case (None | "", _):
            return ours is None
    return is_equal(theirs, None if ours is None else str(ours))


def parse_time(text: str) -> datetime | Decimal | str:
    """Return the instant, day or number that a text writes; or else the text."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            return Decimal(text)
        except ArithmeticError:
            return text
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read(path: Path, table: str) -> Iterator[Row]:
    """Yield the rows of a table of an export, each value as text."""
    if path.suffix == ".xlsx":
        with closing(openpyxl.load_workbook(path, read_only=True)) as book:
            head, *rows = book[table].iter_rows(values_only=True)
        for row in rows:
            texts = [None if value is None else str(value) for value in row]
            yield dict(zip(map(str, head), texts, strict=True))
        return
    files = {".duckdb": table, ".csv": f"read_csv('{path}/{table}.csv', all_varchar=true)",
             ".parquet": f"'{path}/{table}.parquet'"}  # fmt: skip
    with duckdb.connect(path if path.suffix == ".duckdb" else ":memory:") as database:
        database.execute("SET TimeZone = 'UTC'")
        found = database.execute(f"SELECT COLUMNS(*)::VARCHAR FROM {files[path.suffix]}")  # noqa: S608
        names = [column[0] for column in found.description or ()]
        for values in found.fetchall():
            yield dict(zip(names, values, strict=True))


@pytest.fixture
def exporter(tmp_path: Path) -> Iterator[Exporter]:
    """Serve two organizations with 12 rows a list."""
    world = World.build(rows=12, requests_per_minute=PLENTY, daily_quota=PLENTY)
    with serve(world) as base:
        yield Exporter(tmp_path, base, world)


@pytest.mark.parametrize("form", FORMS)
def test_an_export_equals_the_service_twice(exporter: Exporter, form: str) -> None:
    """A second run brings inserts and changes, and removes what was deleted, lines included."""
    path = exporter.folder / f"books.{form}"
    tables = ["invoices", "contacts", "taxes", "bank_transactions", "invoice_details"]
    exporter.run(*tables, "--lines", f"--to={path}")
    exporter.assert_equal(path, *tables)
    exporter.assert_lines(path)
    exporter.change()
    exporter.run(*tables, f"--to={path}")
    exporter.assert_equal(path, *tables)
    exporter.assert_lines(path)


def test_documents_alone_lose_what_is_gone(exporter: Exporter) -> None:
    """The list of documents is read for what is gone, without a table of its own."""
    path = exporter.folder / "books.duckdb"
    exporter.run("invoice_details", f"--to={path}")
    exporter.change()
    said = exporter.run("invoice_details", "--lines", f"--to={path}")
    exporter.assert_equal(path, "invoice_details")
    exporter.assert_lines(path)
    assert "invoices" not in said


def test_what_is_gone_can_be_kept(exporter: Exporter) -> None:
    """`--keep-deleted` reads changes only, at a call a list."""
    path = exporter.folder / "books.duckdb"
    exporter.run("invoices", f"--to={path}")
    exporter.change()
    exporter.run("invoices", "--keep-deleted", f"--to={path}")
    assert len([*read(path, "invoices")]) == 2 * 13


def test_columns_have_the_types_of_the_schema(exporter: Exporter) -> None:
    """Amounts are decimals, times instants, days days, lists JSON; ids stay text."""
    path = exporter.folder / "books.duckdb"
    for _ in range(2):
        exporter.run("invoice_details", f"--to={path}")
    with duckdb.connect(path) as database:
        found = database.execute("DESCRIBE invoice_details").fetchall()
    types = {name: kind for name, kind, *_ in found}
    names = ("invoice_id", "total", "date", "last_modified_time", "line_items", "is_emailed")
    assert [types[name] for name in names] == [
        "VARCHAR", "DECIMAL(38,10)", "DATE", "TIMESTAMP WITH TIME ZONE", "JSON", "BOOLEAN",
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["duckdb", "csv"])
def test_a_run_that_is_killed_is_completed_by_the_next(exporter: Exporter, form: str) -> None:
    """A kill leaves a state with its rows, and no half file; the next run brings the rest."""
    path = exporter.folder / f"books.{form}"
    reached, calls = Event(), list[str]()

    def count(_: World, request: Request) -> None:
        if "/invoices/" in request.path:
            calls.append(request.path)
            if len(calls) >= 15:
                reached.set()
                Event().wait(2)

    exporter.world.before_call.append(count)
    with exporter.start("invoice_details", "contacts", f"--to={path}") as process:
        assert reached.wait(60)
        process.kill()
    exporter.world.before_call.clear()
    assert form == "duckdb" or not path.exists()
    exporter.run("invoice_details", "contacts", f"--to={path}")
    exporter.assert_equal(path, "invoice_details", "contacts")


def test_a_dropped_table_is_read_again(exporter: Exporter) -> None:
    """A table that the user has dropped is filled from its start."""
    path = exporter.folder / "books.duckdb"
    exporter.run("invoice_details", f"--to={path}")
    with duckdb.connect(path) as database:
        database.execute("DROP TABLE invoice_details")
    exporter.run("invoice_details", f"--to={path}")
    exporter.assert_equal(path, "invoice_details")
