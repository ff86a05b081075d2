"""The start of a run says which selected streams cost a call a row."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tests.e2e.pipeline.conftest import selecting
from tests.gateway import make_place

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.e2e.pipeline.conftest import Shell
    from tests.gateway import Place

COSTLY = ("invoice_details", "invoice_payments")


def log_start(place: Place, folder: Path, caplog: pytest.LogCaptureFixture, *streams: str) -> str:
    """Log what the start of a run with these streams says, and return it with its level."""
    caplog.clear()
    with caplog.at_level(logging.INFO):
        tap = place.tap(streams, token_cache=str(folder))
        before = len(place.world.log)
        tap.warn_of_selection()
        assert len(place.world.log) == before
    lines = [f"{one.levelname} {one.message}" for one in caplog.records if "a row:" in one.message]
    return "\n".join(lines)


def test_a_first_run_is_warned(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No number is invented; after a run the calls that it has made are known."""
    place = make_place(6)
    first = log_start(place, tmp_path, caplog, *COSTLY, "contacts")
    assert first.startswith("WARNING 2 selected streams cost a call a row: invoice_details, ")
    assert "depends on the rows" in first
    run = place.complete([*COSTLY, "contacts"], token_cache=str(tmp_path))
    calls = sum(run.tap.sync_context.stats.calls[name] for name in COSTLY)
    assert calls > 6
    again = log_start(place, tmp_path, caplog, *COSTLY, "contacts")
    assert again.startswith("INFO 2 selected streams")
    assert f"The last run made {calls:,} calls for them." in again
    more = log_start(place, tmp_path, caplog, *COSTLY, "bill_details")
    assert more.startswith("WARNING 3 selected streams")
    assert f"made {calls:,} calls for 2 of them." in more


def test_lists_are_no_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The default selection, and documents that come fifty at a time, cost no call a row."""
    place = make_place(3)
    assert log_start(place, tmp_path, caplog) == ""
    assert log_start(place, tmp_path, caplog, "contacts", "organizations") == ""


def test_the_command_line_warns(shell: Shell, config: dict[str, Any]) -> None:
    """The line is in the log of the command before the first stream."""
    done = shell.sync(config, catalog=selecting(*COSTLY))
    assert done.returncode == 0
    assert "2 selected streams cost a call a row" in done.stderr
    assert done.stderr.index("cost a call a row") < done.stderr.index("Stream 'invoice_details'")
