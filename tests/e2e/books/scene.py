"""The company's books, built once a test run, with what the tests ask of them."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.e2e.books.company import build_company
from tests.e2e.books.ledger import READ_AT, count_readings
from tests.e2e.books.mutations import build_mutated, drop_rows
from tests.e2e.books.raw import build_tables
from tests.e2e.books.runs import Books
from tests.e2e.books.statements import add_statements
from tests.e2e.pipeline.pipes import ROOT
from tests.e2e.pipeline.warehouse import fresh

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from demo.postgres import Database
    from tests.e2e.books.ledger import Tables
    from tests.e2e.books.runs import Results

STRICT = {"ties_must_see_rows": True}
BUILD = ("build", "--full-refresh")
ONLY_MODELS = ("--exclude-resource-type", "test", "unit_test")


def build_parts() -> list[Tables]:
    """Build the rows of both organizations."""
    ten, twenty = build_company()
    add_statements(ten, twenty)
    return [ten.finish(), twenty.finish()]


def change_later(parts: Iterable[Tables]) -> list[Tables]:
    """Change postings as later readings of some months show them.

    A journal of June 2024 has another amount, an invoice moves from July to September 2024, and
    that of January 2025 for the sales receipt is gone, with its transfer: the month is empty.
    """
    ten, twenty = parts
    later = READ_AT.replace(hour=18)
    rows = ten["journal_report"]
    for row in rows:
        match row["transaction_id"]:
            case "je-2":
                for side in ("debit_amount", "credit_amount"):
                    row[side] = row[side] and row[side] + 1
            case "inv-5":
                row.update(date="2024-09-01", from_date="2024-09-01", to_date="2024-09-30")
        if (
            row["from_date"] in {"2024-06-01", "2024-07-01", "2024-09-01"}
            and row["read_at"] == READ_AT
        ):
            row["read_at"] = later
    for key in ("sr-1", "bt-1"):
        drop_rows("journal_report", transaction_id=key)(ten)
    count_readings(ten["journal_report"])
    return [ten, twenty]


def keep(path: Path, results: Results, books: Books, *schemas: str, **more: Any) -> None:
    """Write down how a run has ended, and what it has built."""
    statuses = {key: one["status"] for key, one in results.nodes.items()}
    found = {"code": results.code, "statuses": statuses, "log": results.log[-4000:]}
    path.write_text(json.dumps({**found, **more, "rows": books.dump(*schemas)}))


def list_questions() -> list[str]:
    """Return the SQL of the questions of the page."""
    text = (ROOT / "docs" / "books.md").read_text(encoding="utf-8")
    return re.findall(r"```sql\n(.*?)```", text, re.DOTALL)


def read(path: Path) -> dict[str, Any]:
    """Read what was written down."""
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def build_both(server: Database, folder: Path) -> None:
    """Build the company's books on both databases at the same time."""
    tables = build_tables(*build_parts())
    duckdb = Books(folder, variables=STRICT)
    both = {"duckdb": duckdb, "postgres": replace(duckdb, database=fresh(server, "company"))}
    for books in both.values():
        books.load(tables)
    runs = {name: books.start(*BUILD) for name, books in both.items()}
    for name, run in runs.items():
        done = run.wait()
        answers = both[name].ask(list_questions()) if done.code == 0 else []
        keep(folder / f"{name}.json", done, both[name], answers=answers)


def build_again(first: Path, folder: Path) -> None:
    """Build over books that exist: of shuffled rows, of later rows, and of these from the start."""
    shutil.copy(first / "raw.duckdb", folder / "raw.duckdb")
    books = Books(folder)
    for name, parts, seed, more in (
        ("shuffled", build_parts(), 1, ()),
        ("later", change_later(build_parts()), None, ()),
        ("refreshed", change_later(build_parts()), None, ("--full-refresh",)),
    ):
        books.load(build_tables(*parts, seed=seed))
        keep(folder / f"{name}.json", books.run("build", *more, *ONLY_MODELS), books)
    # A ledger that lacks postings, as a defect of the incremental model would leave it.
    books.change("DELETE FROM books.general_ledger WHERE transaction_id = 'je-3'")
    keep(folder / "lacking.json", books.run("build", "--select", "int_ties", "data_quality"), books)


def build_wrong(folder: Path) -> None:
    """Build and test the books of all mutations, an organization each."""
    books = Books(folder)
    books.load(build_tables(*build_mutated()))
    done = books.run(*BUILD, *ONLY_MODELS)
    assert done.code == 0, done.log[-4000:]
    tested = books.run("test", "--store-failures", "--exclude-resource-type", "unit_test")
    keep(folder / "wrong.json", tested, books, "books_dbt_test__audit")
