"""What loaders of files leave behind, read back with its numbers exact."""

from __future__ import annotations

import ast
import csv
import sqlite3
import subprocess
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from tests.e2e.pipeline.pipes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DUCKDB = ROOT / ".tools" / "duckdb" / "bin" / "python"
ASK_DUCKDB = """
import duckdb, sys
with duckdb.connect('books.duckdb') as books:
    rows = books.execute(sys.stdin.read()).fetchall()
print(rows)
"""

Rows: TypeAlias = "dict[str, list[dict[str, Any]]]"

_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def jsonl_rows(folder: Path) -> Rows:
    """Return the records of files of lines, by the name of the file."""
    return {
        path.stem: [_decode(line) for line in path.read_bytes().splitlines()]
        for path in folder.glob("*.jsonl")
    }


def csv_rows(folder: Path) -> Rows:
    """Return the records of files of commas, by the name of the file."""
    found: Rows = {}
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


def sqlite_rows(path: Path) -> Rows:
    """Return the rows of a database in a file, by table."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {
            name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')]  # noqa: S608
            for (name,) in tables.fetchall()
        }


def duckdb(folder: Path, query: str) -> list[Any]:
    """Ask a DuckDB database in a folder."""
    done = subprocess.run(
        [DUCKDB, "-c", ASK_DUCKDB],
        input=query,
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: list[Any] = ast.literal_eval(done.stdout)
    return answer
