"""singer-check-tap, of Singer's own tools, reads what a full run has written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.tap_tester.conftest import Runs
    from tests.e2e.tap_tester.runner import Sync

CHECK = Path(__file__).parents[3] / ".tools" / "singer-tools" / "bin" / "singer-check-tap"


def check(folder: Path, messages: bytes) -> subprocess.CompletedProcess[bytes]:
    """Let the tool judge messages."""
    return subprocess.run(
        [CHECK], input=messages, capture_output=True, cwd=folder, timeout=60, check=False
    )


def test_a_full_run_is_accepted(runs: Runs, full: Sync, tmp_path: Path) -> None:
    """The tool finds a full run valid, and counts as many messages and streams as there are."""
    done = check(tmp_path, runs.written("full").read_bytes())
    assert done.returncode == 0, done.stderr
    counted = [one for one in full.messages if one["type"] in {"RECORD", "SCHEMA", "STATE"}]
    told = f"It contained {len(counted)} messages for {len(full.schemas)} streams."
    assert told in done.stdout.decode()


def test_the_tool_does_look(full: Sync, tmp_path: Path) -> None:
    """A record that does not fit its schema is refused, so that acceptance means something."""
    schema = full.schemas["taxes"]
    record = {"type": "RECORD", "stream": "taxes", "record": {"tax_name": 5}}
    done = check(tmp_path, b"".join(json.dumps(one).encode() + b"\n" for one in (schema, record)))
    assert done.returncode == 1
