"""The commands as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox import World, serve
from tap_zohobooks.cli.main import PROGRAM
from tests.e2e.pipeline.conftest import selecting

if TYPE_CHECKING:
    from collections.abc import Iterator


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


WITHOUT_NAMES = """
import os, select, sys
import singer_sdk.contrib.msgspec
del os.set_blocking
{more}
sys.modules |= {{"fcntl": None, "termios": None}}
sys.argv = {arguments}
from tap_zohobooks.start import {start}
{start}()
"""


@dataclass
class Bare:
    """Commands on a system without some calls, and a service."""

    folder: Path
    environment: dict[str, str]

    def start(self, command: str, *arguments: str, more: str = "") -> subprocess.Popen[str]:
        """Start a command; `more` is code that takes away more names."""
        code = WITHOUT_NAMES.format(start=command, arguments=["x", *arguments], more=more)
        return subprocess.Popen([sys.executable, "-c", code], cwd=self.folder, text=True,
                                env=self.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)  # fmt: skip


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Bare]:
    """Serve two organizations with 5 rows a list."""
    world = World.build(rows=5)
    with serve(world) as base:
        known = asdict(world.credentials) | {"accounts_url": base, "api_url": base}
        own = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        given = {f"TAP_ZOHOBOOKS_{name.upper()}": value for name, value in known.items()}
        catalog = {**selecting("taxes", "contacts")}
        (tmp_path / "catalog.json").write_text(json.dumps(catalog))
        yield Bare(tmp_path, own | given)


@pytest.mark.parametrize("more", ["", "del select.poll"])
def test_a_run_without_calls_for_pipes(bare: Bare, more: str) -> None:
    """A run is complete where neither fcntl, termios nor os.set_blocking exist, nor poll."""
    with bare.start("run_tap", "--config=ENV", "--catalog=catalog.json", more=more) as process:
        said, log = process.communicate(timeout=60)
    assert process.returncode == 0, log
    messages = [json.loads(line) for line in said.splitlines()]
    found = {one["stream"] for one in messages if one["type"] == "RECORD"}
    assert found == {"contacts", "taxes"}
    assert messages[-1]["type"] == "STATE"


@pytest.mark.parametrize(
    "arguments",
    ["organizations --json", "catalog --stream=taxes", "plan --json", "export taxes --to=books"],
)
def test_commands_without_calls_for_pipes(bare: Bare, arguments: str) -> None:
    """`zohobooks` works there, too."""
    with bare.start("run_command", *arguments.split()) as process:
        said, log = process.communicate(timeout=120)
    assert process.returncode == 0, log
    assert said
    assert "Traceback" not in log


def test_a_signal_without_calls_for_pipes(bare: Bare) -> None:
    """A run is stopped by a signal there, with its state as the last line."""
    with bare.start("run_tap", "--config=ENV", "--catalog=catalog.json") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        said, log = process.communicate(timeout=60)
    assert process.returncode in {0, 143}, log
    assert json.loads(said.splitlines()[-1])["type"] == "STATE"


EINVAL = """
import errno
write = os.write
def fail(descriptor, data):
    if descriptor == 1:
        raise OSError(errno.EINVAL, "Invalid argument")
    return write(descriptor, data)
os.write = fail
"""


def test_a_closed_pipe_that_is_an_invalid_argument(bare: Bare) -> None:
    """Windows reports a pipe without a reader as EINVAL: the run says that the target closed it."""
    with bare.start("run_tap", "--config=ENV", "--catalog=catalog.json", more=EINVAL) as process:
        _, log = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The target closed the pipe." in log
