#!/usr/bin/env python
"""Draw the README's picture: a login, a doctor and a run, as a real terminal has shown them.

Usage: python scripts/picture.py   (writes docs/images/first-row.svg)

The commands are run in a shell against the double of the service. Nothing of what they say is
changed; their log bears no times, and its measurements are left out.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from io import StringIO
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pexpect
import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

from sandbox import World, serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyte.screens import Char

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "first-row.svg"
TITLE = "From nothing to the first row"
PORT = 8765
WIDTH, HEIGHT = 108, 100
PATIENCE = 120  # seconds for a command
PROMPT = "\x1b[1;36m$\x1b[0m "
STREAMS = ("contacts", "invoices")
SELECTION = " ".join(f"--stream {name}" for name in STREAMS)
RUN = "tap-zohobooks --config ENV --catalog catalog.json > rows.jsonl"
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
LOG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(message)s"}},
    "filters": {
        "no metrics": {
            "()": "singer_sdk.metrics.MetricExclusionFilter",
            "types": ["counter", "gauge", "timer"],
        }
    },
    "handlers": {
        "terminal": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["no metrics"],
        }
    },
    "loggers": {"tap-zohobooks": {"level": "INFO"}},
    "root": {"level": "WARNING", "handlers": ["terminal"]},
}
COLOURS = {"brown": "yellow", "default": None}  # as pyte calls them


class Session:
    """A shell at a terminal, and what is typed into it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Start the shell; its prompt shows the exit code of what has failed."""
        self._said = StringIO()
        self._child = pexpect.spawn(
            "/bin/sh",
            env={**environment, "PS1": "\n${?#0}" + PROMPT},
            cwd=folder,
            encoding="utf-8",
            timeout=PATIENCE,
            dimensions=(HEIGHT, WIDTH),
        )
        self._child.logfile_read = self._said
        self._child.expect_exact(PROMPT)

    def type(self, command: str, **answers: str) -> None:
        """Type a command and, as it asks, the answers by what it asks with; see it end well."""
        self._child.sendline(command)
        for question, answer in answers.items():
            self._child.expect_exact(question)
            self._child.sendline(answer)
        self._child.expect_exact(f"\n{PROMPT}")

    def screen(self) -> list[Text]:
        """Close the shell, and return what its terminal shows, line by line."""
        self._child.close()
        screen = pyte.Screen(WIDTH, HEIGHT)
        pyte.Stream(screen).feed(self._said.getvalue().removesuffix(PROMPT))
        lines = [_style_row(screen.buffer[row]) for row in range(HEIGHT)]
        while not lines[-1].plain:
            lines.pop()
        return lines[1:]  # the first prompt has nothing above it


def _style_row(row: Mapping[int, Char]) -> Text:
    line = Text()
    for style, chars in groupby((row[column] for column in range(WIDTH)), _style):
        line.append("".join(char.data for char in chars), style)
    line.rstrip()
    return line


def _style(char: Char) -> Style:
    """Return how a character looks; spaces look otherwise, so that each word has its own place."""
    colour = COLOURS.get(char.fg, char.fg)
    return Style(color=colour, bold=char.bold, italic=char.data == " ")


@contextmanager
def _machine(port: int) -> Iterator[tuple[Path, World, dict[str, str]]]:
    """Serve the double, and yield the folder and the environment of a new user."""
    world = World.build(requests_per_minute=6000)
    with TemporaryDirectory() as name, serve(world, port) as base:
        folder = Path(name)
        log = folder / "log.json"
        log.write_text(json.dumps(LOG))
        yield (
            folder,
            world,
            {
                "PYTHONWARNINGS": "ignore:Python 3:FutureWarning",  # the SDK's, where it is old
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "HOME": name,
                "LANG": "C.UTF-8",
                "TERM": "xterm-256color",
                "SINGER_SDK_LOG_CONFIG": str(log),
                "TAP_ZOHOBOOKS_ACCOUNTS_URL": base,
                "TAP_ZOHOBOOKS_API_URL": base,
                "TAP_ZOHOBOOKS_MAX_CONCURRENCY": "1",  # what is read in turn is told in turn
                "TAP_ZOHOBOOKS_TOKEN_CACHE": "~/.cache/tap-zohobooks",
            },
        )


def _select(folder: Path, environment: dict[str, str]) -> None:
    """Write the catalog of what the service holds, with the streams selected."""
    program = Path(sys.executable).with_name("tap-zohobooks")
    discovered = subprocess.run([program, "--config", "ENV", "--discover"], cwd=folder,
                                env=environment, check=True, capture_output=True)  # fmt: skip
    catalog = json.loads(discovered.stdout)
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = entry["stream"] in STREAMS
    (folder / "catalog.json").write_text(json.dumps(catalog))


def record(port: int = PORT) -> list[Text]:
    """Log in, ask the doctor, run, and return what the terminal shows."""
    with _machine(port) as (folder, world, environment):
        session = Session(folder, environment)
        known = world.credentials
        session.type(
            f"zohobooks login {SELECTION}",
            **{
                "Client ID: ": known.client_id,
                "Client secret: ": known.client_secret,
                "[client]: ": "",
                "Manage Organizations): ": world.organizations[0]["organization_id"],
            },
        )
        session.type(f"zohobooks doctor {SELECTION}")
        _select(folder, environment)
        session.type(RUN)
        session.type("""grep -c '"type":"RECORD"' rows.jsonl""")
        return session.screen()


def draw(lines: list[Text]) -> str:
    """Return the picture of lines; it needs no other fonts than the reader has."""
    console = Console(record=True, width=WIDTH, file=StringIO(), legacy_windows=False)
    for line in lines:
        console.print(line, no_wrap=True, crop=False)
    svg = console.export_svg(title=TITLE, unique_id="terminal")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code, monospace", FONTS).replace(
        "font-family: arial", "font-family: sans-serif"
    )
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def text_in(svg: str) -> list[str]:
    """Return what a picture says, line by line, without spaces."""
    found: dict[float, str] = {}
    for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314  # our own
        height = float(one.get("y", 0))
        found[height] = found.get(height, "") + "".join("".join(one.itertext()).split())
    return [line for _, line in sorted(found.items())]


def main() -> None:
    """Draw, and write the picture."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw(record()), encoding="utf-8")
    print(f"{PICTURE} is drawn.")


if __name__ == "__main__":
    main()
