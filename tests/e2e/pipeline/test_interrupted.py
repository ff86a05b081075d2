"""A run whose tap or loader dies, and the run after it: in the end nothing is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.pipeline import truth
from tests.e2e.pipeline.interruptions import Kill
from tests.e2e.pipeline.loaded import jsonl_rows
from tests.e2e.pipeline.pipes import KILLED
from tests.e2e.pipeline.warehouse import fresh, holding, settings

if TYPE_CHECKING:
    from pathlib import Path

    from demo.postgres import Database
    from tests.e2e.pipeline.places import Place, Serve

pytestmark = pytest.mark.pipeline

STREAMS = ("bank_accounts", "bills", "invoices", "invoice_details")
ROWS, PAGE = 20, 10
DOCUMENTS = "/invoices/"
IN_THE_MIDDLE = 32  # of 40 documents; up to eleven an organization are on their way
MANY = 40
LATE = 64  # of 80 documents
# What may be requested without being written: of each organization eleven on their way, and one
# that waits for a second; by twos one batch of each reader, two in the queue, one that is written.
UNWRITTEN = 2 * (11 + 1) + 2 * (2 + 2 + 1)
REPEATED = 2 * 2  # the latest that are written, of each organization


def missing(place: Place, found: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return by stream which rows of the service have not arrived."""
    return {
        stream: lacking
        for stream in STREAMS
        if (lacking := truth.rows(place.world, stream).keys() - found.get(stream, set()))
    }


def arrived(database: Database) -> dict[str, set[str]]:
    """Return by stream where the rows in a database are."""
    return {stream: {truth.place(stream, row) for row in rows}
            for stream, rows in holding(database).rows.items()}  # fmt: skip


def test_a_tap_that_dies(place: Serve, server: Database) -> None:
    """The loader keeps what it has got and its state; the next run brings the rest."""
    database = fresh(server, "tap_dies")
    with place(rows=MANY) as here:
        pipe = here.pipe(STREAMS, "target-postgres", settings(database), page_size=PAGE)
        first = pipe.run(kill=Kill("tap", DOCUMENTS, LATE).watch(here.world))
        assert (first.tap, first.loader) == (KILLED, 0)
        assert missing(here, arrived(database)) != {}
        before = len(here.world.log)
        pipe.run(first.state).well()
        assert missing(here, arrived(database)) == {}
        again = [call for call in here.world.log[before:] if DOCUMENTS in call.path]
        assert len(again) <= 2 * MANY - LATE + UNWRITTEN + REPEATED


def test_a_loader_that_dies(place: Serve, server: Database) -> None:
    """The tap ends at once with the reason; the run after it, from the old state, brings all."""
    database = fresh(server, "loader_dies")
    with place(rows=ROWS) as here:
        pipe = here.pipe(STREAMS, "target-postgres", settings(database), page_size=PAGE)
        first = pipe.run(kill=Kill("loader", DOCUMENTS, IN_THE_MIDDLE).watch(here.world))
        assert (first.tap, first.loader) == (1, KILLED)
        assert "closed the pipe" in first.tap_log.splitlines()[-1]
        assert "Traceback" not in first.tap_log
        assert first.states == []
        pipe.run().well()
        assert missing(here, arrived(database)) == {}


def test_files_after_a_tap_that_dies(place: Serve, tmp_path: Path) -> None:
    """The lines of two runs, of which the first was killed, are together all rows."""
    config = {"destination_path": str(tmp_path / "lines"), "do_timestamp_file": False}
    with place(rows=ROWS) as here:
        pipe = here.pipe(STREAMS, "target-jsonl", config, page_size=PAGE)
        first = pipe.run(kill=Kill("tap", DOCUMENTS, IN_THE_MIDDLE).watch(here.world))
        assert (first.tap, first.loader) == (KILLED, 0)
        pipe.run(first.state).well()
        found = {
            stream: {truth.place(stream, row) for row in rows}
            for stream, rows in jsonl_rows(tmp_path / "lines").items()
        }
        assert missing(here, found) == {}
