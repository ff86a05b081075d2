"""The commands as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from sandbox import World, serve
from tap_zohobooks.cli.main import PROGRAM


@pytest.mark.parametrize(
    "arguments",
    [
        ["organizations"],
        ["organizations", "--json"],
        ["--help"],
        ["plan", "--help"],
        ["completion", "bash"],
    ],
)
def test_output_that_cannot_be_written(arguments: list[str], tmp_path: Path) -> None:
    """The error of a full disk is one line."""
    world = World.build(rows=5)
    program = str(Path(sys.executable).with_name(PROGRAM))
    with serve(world) as base, Path("/dev/full").open("w") as full:
        known = asdict(world.credentials) | {"accounts_url": base, "api_url": base}
        own = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        given = {f"TAP_ZOHOBOOKS_{name.upper()}": value for name, value in known.items()}
        done = subprocess.run([program, *arguments], cwd=tmp_path, env=own | given, stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False)  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: Standard output cannot be written (No ")
    assert "Traceback" not in done.stderr


def test_the_module_loads_everywhere() -> None:
    """The module can be imported on a system without calls for pipes."""
    code = (
        "import sys, singer_sdk.contrib.msgspec; sys.platform = 'win32'; "
        "sys.modules |= {'fcntl': None, 'termios': None}; import tap_zohobooks.singer.stdout"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
