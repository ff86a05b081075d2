"""What runs of the command line share: a served double, and a folder to run in."""

from __future__ import annotations

import array
import fcntl
import json
import os
import select
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

from demo.postgres import run_postgres
from sandbox import World
from sandbox.server.serving import serve
from tap_zohobooks.tap import TapZohoBooks
from tests.e2e.pipeline.places import served

if TYPE_CHECKING:
    import signal
    from collections.abc import Iterator, Mapping

    from demo.postgres import Database
    from tests.e2e.pipeline.places import Serve

COMMAND = [str(Path(sys.executable).with_name("tap-zohobooks"))]
PLENTY = 10**6


@pytest.fixture
def world() -> World:
    """A service of two organizations with 40 rows a list."""
    return World.build(rows=40, requests_per_minute=PLENTY, daily_quota=PLENTY)


@pytest.fixture
def config(world: World, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Serve the world and return a configuration that reaches it."""
    with serve(world) as base:
        yield {
            **asdict(world.credentials),
            "accounts_url": base,
            "api_url": base,
            "token_cache": str(tmp_path / "cache"),
            "requests_per_minute": PLENTY,
        }


class Shell:
    """Starts the tap in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder."""
        self.folder = folder

    def file(self, name: str, value: object) -> str:
        """Write a file: text as it is, anything else as JSON."""
        path = self.folder / name
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return str(path)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the tap to its end."""
        return subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            cwd=self.folder,
            env={**os.environ, **environment},
        )

    def sync(self, config: object, **files: object) -> subprocess.CompletedProcess[str]:
        """Run a sync with these files."""
        return self.run(*self._arguments(config, files)[len(COMMAND) :])

    @contextmanager
    def started(self, config: object, **files: object) -> Iterator[Started]:
        """Start a sync with these files, its log in a file, and see that it has ended after all."""
        log = self.folder / "log"
        with (
            log.open("wb") as told,
            subprocess.Popen(
                self._arguments(config, files), stdout=subprocess.PIPE, stderr=told, cwd=self.folder
            ) as process,
        ):
            try:
                yield Started(process, log)
            finally:
                process.kill()

    def _arguments(self, config: object, files: Mapping[str, object]) -> list[str]:
        arguments = [*COMMAND, "--config", self.file("config.json", config)]
        for name, value in files.items():
            arguments += [f"--{name}", self.file(f"{name}.json", value)]
        return arguments


@dataclass
class Started:
    """A tap that runs, and the file of its log."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def lines(self) -> IO[bytes]:
        """What it writes, to be read as a target does."""
        assert self.process.stdout is not None
        return self.process.stdout

    def await_log(self, text: str) -> None:
        """Wait until the log holds a text."""
        until = time.monotonic() + 30
        while text not in self.log.read_text():
            assert time.monotonic() < until
            assert self.process.poll() is None
            time.sleep(0.02)

    def await_full_pipe(self) -> None:
        """Wait until it can write no more, as the pipe is not read."""
        unread, since = 0, time.monotonic()
        while unread < select.PIPE_BUF or time.monotonic() - since < 1:
            found = array.array("i", [0])
            fcntl.ioctl(self.lines, termios.FIONREAD, found)
            if found[0] != unread:
                unread, since = found[0], time.monotonic()
            assert self.process.poll() is None
            time.sleep(0.02)

    def stop(self, number: signal.Signals) -> None:
        """Send a signal, and see that it ends the run within five seconds, with its exit code."""
        self.process.send_signal(number)
        assert self.process.wait(5) == 128 + number


def selecting(*streams: str) -> dict[str, Any]:
    """Return the static catalog with these streams selected."""
    tap = TapZohoBooks(config={}, validate_config=False, setup_mapper=False)
    catalog = tap.catalog_dict
    for entry in catalog["streams"]:
        (root,) = (one["metadata"] for one in entry["metadata"] if not one["breadcrumb"])
        root["selected"] = entry["stream"] in streams
    return catalog


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Return a shell in an empty folder."""
    return Shell(tmp_path)


@pytest.fixture(scope="session")
def server() -> Iterator[Database]:
    """A PostgreSQL server."""
    with run_postgres() as database:
        yield database


@pytest.fixture
def place(tmp_path: Path, shared: Path) -> Serve:
    """Return what serves a world for the length of a test."""
    return lambda **options: served(tmp_path, shared, **options)
