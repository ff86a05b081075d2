"""A terminal, a person in front of it, and a test double of the service."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pexpect
import pytest
from dotenv import dotenv_values

import chromium
from sandbox import World, serve
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMMAND = str(Path(sys.executable).with_name("zohobooks"))
PERSON = Path(__file__).with_name("person.py")
ROOT = Path(__file__).parents[3]
STYLE = re.compile(r"\x1b\[[\d;?]*[a-zA-Z]")
COLOUR = re.compile(r"\x1b\[(?:\d+;)*[349]\d")
TOKEN = re.compile(r"1000\.[0-9a-f]{20}\.[0-9a-f]{16}")  # a token, or a code, of the double
PRIVATE = (".env", "tokenstore-")  # files in which secrets belong: a store shares a token
KEPT = ("LANG", "LC_ALL", "PYTHONPATH", "COVERAGE_PROCESS_START")
LONGEST_VISIT = 90  # seconds, on a machine that is busy

browser = cache(chromium.program)  # the same for all tests


@dataclass
class Dialogue:
    """A command at a terminal, and its output so far."""

    child: pexpect.spawn[str]
    said: StringIO

    def expect(self, *texts: str) -> None:
        """Wait for texts, in order."""
        for text in texts:
            self.child.expect_exact(text)

    def answer(self, question: str, reply: str) -> None:
        """Wait for a question, and answer it."""
        self.expect(question)
        self.child.sendline(reply)

    def interrupt(self) -> int:
        """Press Ctrl-C, wait for the end, and return the exit code.

        It is pressed again if it had no effect: Python does not notice a signal that comes just
        before it begins to read a line.
        """
        for _ in range(5):
            self.child.sendintr()
            if self.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=10) == 0:
                break
        return self.end()

    def end(self) -> int:
        """Wait for the end, and return the exit code."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        assert "Traceback" not in self.said.getvalue()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -1)

    @property
    def text(self) -> str:
        """The text on the screen, without colours and line breaks."""
        return " ".join(STYLE.sub("", self.said.getvalue()).split())


def enable_interrupts() -> None:
    """Let Ctrl-C interrupt, as at a terminal: background programs inherit that it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass
class Terminal:
    """A folder of a new user with a browser, and a service."""

    folder: Path
    world: World
    base: str
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    dialogues: list[Dialogue] = field(default_factory=list)

    def run(self, *arguments: str, button: str = "accept", **more: str) -> Dialogue:
        """Start a command; `button` is what the person clicks in the browser."""
        return self._start([COMMAND, *arguments], button, more)

    def shell(self, line: str) -> Dialogue:
        """Start a line of a shell."""
        return self._start(["/bin/sh", "-c", line], "accept", {})

    def _start(self, command: list[str], button: str, more: dict[str, str]) -> Dialogue:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        person = f"{shlex.quote(sys.executable)} {shlex.quote(str(PERSON))} {button} %s &"
        environment = {
            **kept,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "TERM": "xterm-256color",
            "NO_COLOR": "1",
            "BROWSER": person,
            "CHROMIUM": browser(),
            "HEADING": str(self.folder / "heading"),
            "TAP_ZOHOBOOKS_ACCOUNTS_URL": self.base,
            "TAP_ZOHOBOOKS_API_URL": self.base,
            "TAP_ZOHOBOOKS_REQUESTS_PER_MINUTE": "6000",
            **self.environment,
            **more,
        }
        said = StringIO()
        child = pexpect.spawn(
            command[0],
            command[1:],
            env=environment,
            cwd=self.folder,
            encoding="utf-8",
            timeout=60,  # a browser may have to start first, on a machine that is busy
            dimensions=(50, 200),
            preexec_fn=enable_interrupts,
        )
        child.logfile_read = said
        self.dialogues.append(Dialogue(child, said))
        return self.dialogues[-1]

    def login(self, *arguments: str, **options: str) -> Dialogue:
        """Start a login, and enter id and secret."""
        known = self.world.credentials
        dialogue = self.run("login", f"--port={self.port}", *arguments, **options)
        dialogue.answer("Client ID: ", known.client_id)
        dialogue.answer("Client secret: ", known.client_secret)
        return dialogue

    def store(self, **settings: str) -> None:
        """Write the settings of an earlier login."""
        known = self.world.credentials
        values = {
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "refresh_token": known.refresh_token,
            **settings,
        }
        lines = [f"TAP_ZOHOBOOKS_{name.upper()}={value}\n" for name, value in values.items()]
        (self.folder / ".env").write_text("".join(lines))

    @property
    def settings(self) -> dict[str, str | None]:
        """What .env holds, by setting."""
        found = dotenv_values(self.folder / ".env", interpolate=False)
        return {name.removeprefix("TAP_ZOHOBOOKS_").lower(): value for name, value in found.items()}

    @property
    def seen(self) -> str:
        """The heading of the last page that the person saw in the browser."""
        heading = self.folder / "heading"
        wait_until(heading.exists)
        return heading.read_text(encoding="utf-8")

    def leave(self) -> None:
        """Wait until the person, if one was called, has closed the browser."""
        wait_until(lambda: not (self.folder / "heading.half").exists())

    def check_secrets(self) -> None:
        """Check that no dialogue and no file but the private ones holds a secret."""
        for dialogue in self.dialogues:
            said = dialogue.said.getvalue()
            self.assert_discreet(said)
            assert not COLOUR.search(said), "NO_COLOR is set."
        for file in self.folder.rglob("*"):
            if file.is_file() and not file.name.startswith(PRIVATE):
                self.assert_discreet(file.read_text(encoding="utf-8", errors="replace"))

    def assert_discreet(self, text: str) -> None:
        """Check that a text holds neither the secret of the client nor any token or code."""
        assert self.world.credentials.client_secret not in text
        assert not TOKEN.search(text)


def wait_until(is_done: Callable[[], bool]) -> None:
    """Wait for the person at the browser."""
    deadline = time.monotonic() + LONGEST_VISIT
    while not is_done():
        assert time.monotonic() < deadline, "The person at the browser does not get on."
        time.sleep(0.02)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Return a function that makes terminals; its arguments are those of `World.build`."""
    with ExitStack() as stack:

        def make(**options: Any) -> Terminal:
            world = World.build(
                **{"rows": 12, "requests_per_minute": 6000, "concurrency": 50, **options}
            )
            world.accounts.consent.decision = "ask"
            base = stack.enter_context(serve(world))
            made = Terminal(tmp_path, world, base, free_port())
            stack.callback(made.check_secrets)
            stack.callback(made.leave)
            return made

        yield make
