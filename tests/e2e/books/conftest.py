"""The company's books on both databases, built over again, and built of wrong rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from demo.postgres import run_postgres
from tests.e2e.books.scene import build_again, build_both, build_wrong, read
from tests.sharing import once

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="package")
def first(shared: Path) -> Path:
    """Return the folder of the first build on both databases."""

    def make(folder: Path) -> None:
        with run_postgres() as server:
            build_both(server, folder)

    return once(shared, "books-first", make)


@pytest.fixture(scope="package")
def duckdb(first: Path) -> dict[str, Any]:
    """Return the build on DuckDB."""
    return read(first / "duckdb.json")


@pytest.fixture(scope="package")
def postgres(first: Path) -> dict[str, Any]:
    """Return the build on PostgreSQL."""
    return read(first / "postgres.json")


@pytest.fixture(scope="package")
def again(shared: Path, first: Path) -> dict[str, dict[str, Any]]:
    """Return the builds over books that exist."""
    folder = once(shared, "books-again", lambda path: build_again(first, path))
    names = ("shuffled", "later", "refreshed", "lacking")
    return {name: read(folder / f"{name}.json") for name in names}


@pytest.fixture(scope="package")
def wrong(shared: Path) -> dict[str, Any]:
    """Return the tests of books of wrong rows."""
    return read(once(shared, "books-wrong", build_wrong) / "wrong.json")
