"""Prism, the mock server: put in place by npm at a pinned version, and served for a while."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sandbox.server.serving import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE: Final = 60.0

_PINNED: Final = Path(__file__).with_name("prism")
_TOOLS: Final = Path(__file__).parents[2] / ".tools"
_NUMBER: Final = re.compile(r"\d+")


def version(text: str) -> tuple[int, ...]:
    """Return the numbers of a version."""
    return tuple(map(int, _NUMBER.findall(text)))


def install(tools: Path = _TOOLS) -> Path:
    """Return the pinned Prism's command, installed if it is not there yet.

    Raises:
        SystemExit: Node.js or npm is missing or too old, or npm fails.
    """
    wanted = json.loads((_PINNED / "package.json").read_text(encoding="utf-8"))
    folder = tools / f"prism-{wanted['dependencies']['@stoplight/prism-cli']}"
    npm = _npm(wanted["engines"]["node"])
    if not folder.is_dir():
        half = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(_PINNED, half)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        if subprocess.run(command, cwd=half, stdin=subprocess.DEVNULL, check=False).returncode:
            msg = "npm could not install Prism; what it has said stands above."
            raise SystemExit(msg)
        half.rename(folder)
    return folder / "node_modules" / ".bin" / "prism"


def _npm(engine: str) -> str:
    """Return npm's command."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        msg = f"Prism needs Node.js {engine} with npm; install them (Debian: apt install npm)."
        raise SystemExit(msg)
    found = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout
    if version(found) < version(engine):
        msg = f"Prism needs Node.js {engine}; this is {found.strip()} ({node})."
        raise SystemExit(msg)
    return npm


@contextmanager
def serve(prism: Path, document: Path) -> Iterator[str]:
    """Serve a document from a free port; yields the base URL.

    Raises:
        SystemExit: Prism does not start.
    """
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    command = [str(prism), "mock", "--host", LOOPBACK, "--port", str(port), str(document)]
    log = document.with_suffix(".log")
    with (
        log.open("w", encoding="utf-8") as out,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        ) as server,
    ):
        try:
            _await(server, port, log)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            server.terminate()


def _await(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until a server takes connections."""
    give_up = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < give_up:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.1)
    msg = f"Prism did not start:\n{log.read_text(encoding='utf-8')[-2000:]}"
    raise SystemExit(msg)
