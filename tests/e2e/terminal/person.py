"""A person at a browser for the tests: opens the consent page in Chromium, and clicks a button.

Run as `python person.py accept|reject ADDRESS`, which is what $BROWSER says. CHROMIUM names the
program; what the person sees at the end goes to HEADING.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 60  # seconds for a page to appear, on a machine that is busy
FLAGS = (
    "--headless",
    "--no-sandbox",  # which cannot be had as root, nor in most containers
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-pipe",
)
# Chromium takes commands on its descriptor 3, and answers on 4.
SHELL = 'exec "$0" "$@" 3<&{commands} 4>&{answers}'
HEADING = "document.readyState == 'complete' ? document.querySelector('h1')?.textContent : ''"
MIDDLE = (
    "(box => box && {{x: box.x + box.width / 2, y: box.y + box.height / 2}})"
    "(document.getElementById('{name}')?.getBoundingClientRect())"
)

Found = TypeVar("Found")


@dataclass
class Page:
    """The page that a browser shows, by way of its DevTools protocol."""

    commands: IO[bytes]
    answers: IO[bytes]
    session: str = ""
    asked: int = 0

    def attach(self) -> None:
        """Find the page."""
        targets = until(lambda: [one for one in self.call("Target.getTargets")["targetInfos"]
                                 if one["type"] == "page"])  # fmt: skip
        found = self.call("Target.attachToTarget", targetId=targets[0]["targetId"], flatten=True)
        self.session = found["sessionId"]

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol; empty where it fails, as while a page gives way."""
        self.asked += 1
        command = {"id": self.asked, "method": method, "params": params}
        if self.session:
            command["sessionId"] = self.session
        self.commands.write(json.dumps(command).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self.asked:
                return dict(answer.get("result", {}))

    def _next(self) -> dict[str, Any]:
        letters = bytearray()
        while (letter := self.answers.read(1)) != b"\0":
            if not letter:
                msg = "The browser is gone."
                raise EOFError(msg)
            letters += letter
        return dict(json.loads(letters))

    def value(self, expression: str) -> object:
        """Evaluate an expression on the page; None where it has no value yet."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return found.get("result", {}).get("value")

    @property
    def heading(self) -> str:
        """The heading of the page; blank while there is none."""
        return str(self.value(HEADING) or "")

    def click(self, name: str) -> bool:
        """Click on the element with an id, as a mouse does, if there is one."""
        place = self.value(MIDDLE.format(name=name))
        if not isinstance(place, dict):
            return False
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)
        return True


def until(look: Callable[[], Found]) -> Found:
    """Look again and again until there is something."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > deadline:
            msg = f"Nothing came up within {PATIENCE} seconds."
            raise TimeoutError(msg)
        time.sleep(0.02)
    return found


@contextmanager
def shown(address: str, folder: str) -> Iterator[Page]:
    """Open an address in a browser of its own, and yield the page."""
    (its_end, commands), (answers, its_voice) = os.pipe(), os.pipe()
    words = [os.environ["CHROMIUM"], *FLAGS, f"--user-data-dir={folder}", address]
    with subprocess.Popen(
        ["/bin/sh", "-c", SHELL.format(commands=its_end, answers=its_voice), *words],
        pass_fds=(its_end, its_voice),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as browser:
        os.close(its_end)
        os.close(its_voice)
        with os.fdopen(commands, "wb", buffering=0) as sent, os.fdopen(answers, "rb") as received:
            page = Page(sent, received)
            page.attach()
            yield page
        browser.wait(PATIENCE)  # it ends when its control pipe is closed


def visit(address: str, button: str) -> str:
    """Open a page, click on a button where there is one, and return the last heading."""
    with TemporaryDirectory() as folder, shown(address, folder) as page:
        first = until(lambda: page.heading)
        if not page.click(button):
            return first
        return until(lambda: page.heading.replace(first, ""))


def main(button: str, address: str) -> None:
    """Answer, and write down what is seen."""
    written = Path(os.environ["HEADING"])
    half = written.with_suffix(".half")
    half.touch()
    half.write_text(visit(address, button), encoding="utf-8")
    half.rename(written)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
