"""Loaders that others have written take every stream, as it is and with objects as columns."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from demo.postgres import run_postgres
from tests.e2e.pipeline.loaded import csv_rows, jsonl_rows, sqlite_rows
from tests.e2e.pipeline.pipes import LOADERS, block
from tests.e2e.pipeline.warehouse import fresh, holding, settings
from tests.e2e.reading_reports import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from demo.postgres import Database
    from tests.e2e.pipeline.loaded import Rows
    from tests.e2e.tap_tester.conftest import Runs
    from tests.e2e.tap_tester.runner import Sync

PRINTED = ("{'", "[{'", "['", "Decimal(", "datetime.")

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """Run a PostgreSQL server for these tests."""
    with run_postgres() as running:
        yield running


@pytest.fixture(scope="module")
def flat(runs: Runs) -> Sync:
    """Return a first run with objects as columns."""
    return runs.sync("flat", **json.loads(block("Nested objects as columns", "json")))


def load(loader: str, messages: Path, config: dict[str, Any], folder: Path) -> None:
    """Let a loader read what a run has written."""
    (folder / "loader.json").write_text(json.dumps(config), encoding="utf-8")
    with messages.open("rb") as file:
        done = subprocess.run(
            [LOADERS[loader], "--config", folder / "loader.json"],
            stdin=file,
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1])["bookmarks"]


def loaded(loader: str, messages: Path, folder: Path, database: Database) -> Rows:
    """Return the rows of each stream that a loader has left."""
    match loader:
        case "target-postgres":
            own = fresh(database, f"of_{messages.parent.name}".replace("-", "_"))
            load(loader, messages, settings(own), folder)
            rows = holding(own).rows
        case "target-sqlite":
            load(loader, messages, {"path_to_db": "books.db"}, folder)
            rows = sqlite_rows(folder / "books.db")
        case "target-csv":
            load(loader, messages, {"output_path": "."}, folder)
            rows = csv_rows(folder)
        case _:
            load(loader, messages, {"do_timestamp_file": False}, folder)
            rows = jsonl_rows(folder)
    return rows


@pytest.mark.parametrize(
    ("run", "loader"),
    [
        ("full", "target-jsonl"),
        ("full", "target-postgres"),
        ("full", "target-sqlite"),
        ("flat", "target-csv"),
        ("flat", "target-postgres"),
    ],
)
def test_every_stream_is_loaded(
    request: pytest.FixtureRequest, runs: Runs, database: Database, tmp_path: Path,
    run: str, loader: str,
) -> None:  # fmt: skip
    """Each stream has a table, each record a row, and no text is what Python prints of a value."""
    sync: Sync = request.getfixturevalue(run)
    found = loaded(loader, runs.written(run), tmp_path, database)
    brought = {stream: len(records) for stream, records in sync.records.items()}
    assert brought.keys().isdisjoint(ABSENT)
    counts = {stream: len(rows) for stream, rows in found.items()}
    assert {stream: count for stream, count in counts.items() if stream not in ABSENT} == brought
    assert not any(counts.get(stream) for stream in ABSENT)
    texts = [(stream, field, value) for stream, rows in found.items() for row in rows
             for field, value in row.items() if isinstance(value, str)]  # fmt: skip
    assert [one for one in texts if one[2].startswith(PRINTED)] == []
    assert len(found) > 100
