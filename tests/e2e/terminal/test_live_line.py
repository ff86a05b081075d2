"""On a terminal a run shows its progress, and standard output holds messages only."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.terminal.conftest import Terminal

    Terminals = Callable[..., Terminal]

pytestmark = pytest.mark.pipeline

LINE = re.compile(
    r"\S+ · [\d,]+ rows · [\d,]+ calls · \d+ of \d+ streams done in \d+ s(?: · about .+? left)?.*?"
    r" · organization \d+: [\d,]+ of [\d,]+ calls left for \d+ (?:h|min|s)\b"
)


def test_progress_is_shown(terminal: Terminals) -> None:
    """The line holds streams, rows, calls, quota and time; the log ends with a summary."""
    one = terminal(rows=8, organizations=1, latency=0.15)
    one.store()
    run = one.shell("tap-zohobooks --config ENV >messages.jsonl")
    assert run.end() == 0
    assert len(set(LINE.findall(run.text))) > 1
    assert "left if the others are like these" in run.text
    assert "Tokens requested: 1; waits:" in run.text
    lines = (one.folder / "messages.jsonl").read_text().splitlines()
    assert {json.loads(line)["type"] for line in lines} >= {"SCHEMA", "RECORD", "STATE"}
