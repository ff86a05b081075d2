"""Other shapes of the same data: mapped, flattened, in batches, and text that none can take."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.pipeline import truth
from tests.e2e.pipeline.loaded import sqlite_rows
from tests.e2e.pipeline.pipes import block
from tests.e2e.pipeline.warehouse import fresh, holding, settings

if TYPE_CHECKING:
    from pathlib import Path

    from demo.postgres import Database
    from tests.e2e.pipeline.places import Place, Serve

pytestmark = pytest.mark.pipeline


def options(*titles: str) -> dict[str, Any]:
    """Return the settings that sections of the page show."""
    found: dict[str, Any] = {}
    for title in titles:
        found |= json.loads(block(title, "json"))
    return found


def test_addresses_are_hashed_and_objects_are_columns(place: Serve, server: Database) -> None:
    """No e-mail address reaches the database, its hash does; an address has a column a part."""
    database = fresh(server, "mapped")
    streams = ("contacts", "contact_details", "invoices")
    chosen = options("E-mail addresses, hashed", "Nested objects as columns")
    with place() as here:
        here.pipe(streams, "target-postgres", settings(database)).run(**chosen).well()
        theirs = truth.rows(here.world, "contacts")
    held = holding(database)
    assert {stream: len(rows) for stream, rows in held.rows.items()} == dict.fromkeys(streams, 24)
    assert "@" not in json.dumps(held.rows, default=str)
    hashes = {key: hashlib.sha256(row["email"].encode()).hexdigest()
              for key, row in theirs.items()}  # fmt: skip
    for stream in ("contacts", "contact_details"):
        assert {truth.place(stream, row): row["email"] for row in held.rows[stream]} == hashes
    assert held.types["invoices"]["billing_address__city"] == "text"
    assert "billing_address" not in held.types["invoices"]
    assert any(row["billing_address__city"] for row in held.rows["invoices"])


def total(world: Place) -> Decimal:
    """Return the sum of all invoices."""
    return sum((Decimal(row["total"]) for row in truth.rows(world.world, "invoices").values()),
               Decimal(0))  # fmt: skip


@pytest.mark.parametrize("loader", ["target-postgres", "target-sqlite"])
def test_batches(place: Serve, server: Database, tmp_path: Path, loader: str) -> None:
    """Loaders that take BATCH messages load compressed files of lines as they would records."""
    chosen = options("Batches")
    chosen["batch_config"]["storage"]["root"] = tmp_path.as_uri()
    database, path = fresh(server, "batches"), tmp_path / "books.db"
    config = settings(database) if loader == "target-postgres" else {"path_to_db": str(path)}
    with place() as here:
        here.pipe(("invoices", "taxes"), loader, config).run(**chosen).well()
        wanted = total(here)
    assert len(list(tmp_path.glob("books-*.json.gz"))) == 2
    held = sqlite_rows(path) if loader == "target-sqlite" else holding(database).rows
    assert {stream: len(rows) for stream, rows in held.items()} == {"invoices": 24, "taxes": 24}
    assert sum(Decimal(str(row["total"])) for row in held["invoices"]) == wanted


@pytest.mark.parametrize("use_copy", [True, False], ids=["copy", "insert"])
def test_text_that_no_database_takes(place: Serve, server: Database, *, use_copy: bool) -> None:
    """A NUL in a text is refused: no row of its batch stays, no state passes it, and it heals."""
    database = fresh(server, f"nul_{use_copy}".lower())
    config = {**settings(database), "use_copy": use_copy}
    with place(rows=5, organizations=1) as here:
        (organization,) = here.organizations
        one = min(here.world.ids(organization, "invoices"))
        here.world.change(organization, "invoices", one, reference_number="A\x00B")
        pipe = here.pipe(("bills", "invoices"), "target-postgres", config)
        refused = pipe.run()
        assert (refused.tap, refused.loader) == (0, 1)
        assert "PostgreSQL text fields cannot contain NUL" in refused.loader_log
        assert refused.states == []
        assert holding(database).rows["invoices"] == []
        here.world.change(organization, "invoices", one, reference_number="A-B")
        pipe.run(refused.state).well()
        held = holding(database).rows
        (row,) = [row for row in held["invoices"] if row["invoice_id"] == one]
        assert row["reference_number"] == "A-B"
        assert {stream: len(rows) for stream, rows in held.items()} == {"bills": 5, "invoices": 5}


def test_text_without_its_nul(place: Serve, server: Database) -> None:
    """The loader's own setting lets a text through, and every row, but no text within a list."""
    database = fresh(server, "nul_replaced")
    config = {**settings(database), **options("Text that holds NUL")}
    with place(rows=5, organizations=1) as here:
        (organization,) = here.organizations
        one = min(here.world.ids(organization, "invoices"))
        lines = here.world.document(organization, "invoices", one)["line_items"]
        here.world.change(organization, "invoices", one, reference_number="A\x00B")
        pipe = here.pipe(("invoice_details",), "target-postgres", config)
        state = pipe.run().well().state
        told = {row["reference_number"] for row in holding(database).rows["invoice_details"]}
        assert "A\ufffdB" in told
        assert len(holding(database).rows["invoice_details"]) == 5
        nested = [{**line, "name": "C\x00D"} for line in lines]
        here.clock.sleep(3600)
        here.world.change(organization, "invoices", one, line_items=nested)
        refused = pipe.run(state)
        assert (refused.tap, refused.loader, refused.states) == (0, 1, [])
        assert "cannot be converted to text" in refused.loader_log
