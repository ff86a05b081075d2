"""What a start imports: a command that prints and exits does not pay for a run."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

TERMINAL = {"rich", "tap_zohobooks.singer.live_progress"}
COMMANDS = {"duckdb", "tap_zohobooks.cli", "xlsxwriter"}
START = """
import atexit, sys
atexit.register(lambda: sys.stderr.write(" ".join(["\\nMODULES", *sys.modules])))
sys.argv = ["tap-zohobooks", *{arguments}]
from tap_zohobooks.start import run_tap
run_tap()
"""


def list_modules(arguments: list[str], folder: Path) -> set[str]:
    """Return the modules that the command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", START.format(arguments=arguments)],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return set(done.stderr.rpartition("\nMODULES ")[2].split())


def test_what_discovers(tmp_path: Path) -> None:
    """The catalog needs the streams, and nothing of a terminal."""
    assert not list_modules(["--discover"], tmp_path) & (TERMINAL | COMMANDS)


@pytest.mark.parametrize("name", sorted(TERMINAL | COMMANDS))
def test_the_names(name: str) -> None:
    """What must not be imported exists."""
    assert find_spec(name) is not None
