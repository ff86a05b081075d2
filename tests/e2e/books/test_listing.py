"""No stream is taken for one that was not loaded, whichever thread looks for its table first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.books.raw import build_tables
from tests.e2e.books.runs import Books
from tests.e2e.books.scene import build_parts
from tests.e2e.pipeline.warehouse import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.pipeline


def list_listings(log: str) -> Iterator[dict[str, Any]]:
    """Yield dbt's events of listing the tables of the streams, in their order."""
    for line in log.splitlines():
        event = json.loads(line)
        if event["info"]["name"] == "ListRelations" and event["data"]["schema"] == SCHEMA:
            yield event


def test_tables_are_listed_before_models_are_built(tmp_path: Path) -> None:
    """Of dbt, a thread may find a part of what another one is listing: it is listed before both."""
    books = Books(tmp_path)
    books.load(build_tables(*build_parts()))
    done = books.run("--debug", "--log-format", "json", "run", "--select", "stg_zoho_books__users")
    first, *_ = list_listings(done.log)
    assert done.code == 0
    assert first["info"]["thread"] == "MainThread"
    assert len(first["data"]["relations"]) > 40
