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
RUN = {
    "platformdirs",
    "sqlite3",
    "tap_zohobooks.client",
    "tap_zohobooks.connection",
    "tap_zohobooks.pagination.page",
    "tap_zohobooks.singer.scheduler",
    "tap_zohobooks.streams.registry",
    "tap_zohobooks.tap",
    "tap_zohobooks.transform.cleaner",
    "truststore",
}
COMMANDS = {"duckdb", "pendulum", "tap_zohobooks.cli", "xlsxwriter"}
PROGRAM = """
import atexit, sys
atexit.register(lambda: sys.stderr.write(" ".join(["\\nMODULES", *sys.modules])))
sys.argv = ["tap-zohobooks", *{arguments}]
from {source} import {name}
{name}.{call}()
"""
COMMAND = {"source": "tap_zohobooks", "name": "start", "call": "run_tap"}
TAP = {"source": "tap_zohobooks.tap", "name": "TapZohoBooks", "call": "cli"}


def start(
    arguments: list[str], folder: Path, entry: dict[str, str] = COMMAND, code: int = 0
) -> tuple[str, set[str]]:
    """Return what a command prints, and the modules that it has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(arguments=arguments, **entry)],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    return done.stdout, set(done.stderr.rpartition("\nMODULES ")[2].split())


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["--about", "--format=json"]])
def test_what_prints_and_exits(arguments: list[str], tmp_path: Path) -> None:
    """Version, help and settings are the tap's, and need nothing of a run, nor of a terminal."""
    shown, modules = start(arguments, tmp_path)
    assert not modules & (TERMINAL | RUN | COMMANDS)
    assert shown
    assert shown == start(arguments, tmp_path, TAP)[0]


def test_what_discovers(tmp_path: Path) -> None:
    """The catalog needs the streams, and nothing of a terminal."""
    shown, modules = start(["--discover"], tmp_path)
    assert shown.startswith("{")
    assert not modules & (TERMINAL | COMMANDS)
    assert modules >= RUN  # else the test above would name what no start imports


@pytest.mark.parametrize("arguments", [["--test"], ["--test=schema"], []])
def test_what_needs_settings(arguments: list[str], tmp_path: Path) -> None:
    """A test of the connection and a run import the tap, and end as they end without settings."""
    shown, modules = start(arguments, tmp_path, code=78)
    assert modules >= RUN
    assert shown == ""


@pytest.mark.parametrize("name", sorted(TERMINAL | COMMANDS))
def test_the_names(name: str) -> None:
    """What must not be imported exists."""
    assert find_spec(name) is not None
