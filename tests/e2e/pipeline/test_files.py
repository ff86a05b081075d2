"""Loaders of files: lines, commas, SQLite, and what DuckDB makes of the commas."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.pipeline import truth
from tests.e2e.pipeline.loaded import csv_rows, duckdb, jsonl_rows, sqlite_rows
from tests.e2e.pipeline.pipes import block, read_whole

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.pipeline.places import Place, Serve

pytestmark = pytest.mark.pipeline

STREAMS = ("bills", "invoice_details", "invoices", "taxes")
NAME = 'חברת "אלון", ✅\nb\'y'
ODD = ("0.1", "0.2", "1.005", "123456789012345", "12.3456", "-19.99", "1E-7")
TOLD = """
    SELECT count(*), sum(total)::VARCHAR, sum(balance)::VARCHAR, count(*) FILTER (total = 0.3),
           count(*) FILTER (json_type(custom_fields) = 'ARRAY') FROM invoices
"""


def seed(place: Place) -> None:
    """Let the service hold amounts that are easily rounded, and a name that is hard to quote."""
    for amount in ODD:
        place.clock.sleep(600)
        for organization in place.organizations:
            fields = {"total": Decimal(amount), "balance": -Decimal(amount), "customer_name": NAME}
            place.world.insert(organization, "invoices", **fields)
    place.clock.sleep(3600)


def wrong(
    place: Place, stream: str, found: list[dict[str, Any]], columns: tuple[str, ...]
) -> list[Any]:
    """Return which values of some columns are not what the service means, and missing rows."""
    theirs = truth.rows(place.world, stream)
    ours = {truth.place(stream, row): row for row in found}
    assert ours.keys() == theirs.keys()
    return [
        (key, column, row[column], ours[key][column])
        for key, row in theirs.items()
        for column in columns
        if not truth.same(row[column], ours[key][column])
    ]


def test_lines(place: Serve, tmp_path: Path) -> None:
    """target-jsonl appends exact amounts, a second run what is new."""
    config = {"destination_path": str(tmp_path / "lines"), "do_timestamp_file": False}
    with place() as here:
        seed(here)
        pipe = here.pipe(STREAMS, "target-jsonl", config)
        state = pipe.run().well().state
        first = jsonl_rows(tmp_path / "lines")
        assert (
            wrong(here, "invoices", first["invoices"], ("total", "balance", "customer_name")) == []
        )
        assert wrong(here, "invoice_details", first["invoice_details"], ("line_items",)) == []
        here.world.change(
            here.organizations[0], "bills", min(here.world.ids(here.organizations[0], "bills"))
        )
        pipe.run(state).well()
        second = jsonl_rows(tmp_path / "lines")
        new = second["bills"][len(first["bills"]) :]
        assert [row["reference_number"] for row in new].count("REV-2") == 1
        assert len(new) <= 1 + 2  # and the row at the bookmark of each organization


def test_commas(place: Serve) -> None:
    """target-csv writes every row, names as they are, and lists as JSON if objects are columns."""
    flat = json.loads(block("Nested objects as columns", "json"))
    with place() as here:
        seed(here)
        pipe = here.pipe(STREAMS, "target-csv", {"output_path": "books"})
        pipe.run().well()
        lists = {row["line_items"] for row in csv_rows(pipe.folder / "books")["invoice_details"]}
        assert all(one.startswith("[{'") for one in lists)  # what the page warns of
        pipe.run(**flat).well()
        held = csv_rows(pipe.folder / "books")
        assert {stream: len(rows) for stream, rows in held.items()} == {
            stream: len(truth.rows(here.world, stream)) for stream in STREAMS
        }
        assert {row["customer_name"] for row in held["invoices"]} >= {NAME}
        lines = [json.loads(row["line_items"]) for row in held["invoice_details"]]
        assert all(isinstance(one, list) for one in lines)


def test_duckdb(place: Serve) -> None:
    """DuckDB makes exact numbers and JSON of files, and the latest of each row of all runs."""
    flat = json.loads(block("Nested objects as columns", "json"))
    with place() as here:
        seed(here)
        pipe = here.pipe(
            STREAMS, "target-csv", json.loads(block("DuckDB, a spreadsheet, files", "json")), **flat
        )
        state = pipe.run().well().state
        duckdb(pipe.folder, block("DuckDB, a spreadsheet, files", "sql"))
        for amount in ("0.7", "0.3"):  # two runs, and no look at their files in between
            here.clock.sleep(3600)
            for organization in here.organizations:
                one = min(here.world.ids(organization, "invoices"))
                here.world.change(organization, "invoices", one, total=Decimal(amount))
            here.world.insert(here.organizations[0], "invoices", total=Decimal(0))
            state = pipe.run(state).well().state
        duckdb(pipe.folder, block("DuckDB, a spreadsheet, files", "sql"))
        theirs = truth.rows(here.world, "invoices")
    count, totals, balances, new, arrays = duckdb(pipe.folder, TOLD)[0]
    assert (count, new, arrays > 0) == (len(theirs), 2, True)
    for column, found in (("total", totals), ("balance", balances)):
        assert Decimal(found) == sum(truth.number(row[column]) or 0 for row in theirs.values())


def test_sqlite(place: Serve, tmp_path: Path) -> None:
    """The SDK's own SQLite loader holds every row, amounts as SQLite can hold them, and text."""
    path = tmp_path / "books.db"
    with place() as here:
        seed(here)
        here.pipe(STREAMS, "target-sqlite", {"path_to_db": str(path)}).run().well()
        held = sqlite_rows(path)
        assert wrong(here, "invoices", held["invoices"], ("customer_name", "status")) == []
        theirs = truth.rows(here.world, "invoices")
    for row in held["invoices"]:
        assert float(row["total"]) == float(theirs[truth.place("invoices", row)]["total"])
    assert {len(rows) for rows in held.values()} == {24, 24 + 2 * len(ODD)}


def test_sqlite_deletes(place: Serve, tmp_path: Path) -> None:
    """The SDK's own loader deletes what a whole read no longer brings, and nothing else."""
    path = tmp_path / "books.db"
    config = {"path_to_db": str(path), "add_record_metadata": True, "hard_delete": True}
    with place() as here:
        pipe = here.pipe(("invoices",), "target-sqlite", config)
        pipe = replace(pipe, catalog=read_whole(pipe.catalog, "invoices"))
        state = pipe.run().well().state
        assert len(sqlite_rows(path)["invoices"]) == 24
        for organization in here.organizations:
            one = min(here.world.ids(organization, "invoices"))
            here.world.delete(organization, "invoices", one)
        pipe.run(state).well()
        left = truth.rows(here.world, "invoices").keys()
    assert len(left) == 22
    assert {truth.place("invoices", row) for row in sqlite_rows(path)["invoices"]} == left
