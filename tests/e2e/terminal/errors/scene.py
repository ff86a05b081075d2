"""What the ways to an error share: a service, what may stand before it, a run, a command."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox import serve
from tests.e2e.pipeline.conftest import Shell, selecting
from tests.e2e.terminal.conftest import Terminal
from tests.gateway import Gateway
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    from sandbox.http import Response
    from tap_zohobooks.error_catalog import Reason
    from tests.e2e.terminal.conftest import Dialogue

    Way: TypeAlias = "Callable[[Scene], Outcome]"

FIRST, SECOND = "927270289", "60012345678"
PLENTY = 10**6


@dataclass(frozen=True, slots=True)
class Outcome:
    """How something has ended: its exit code, and the last that it has said."""

    code: int
    said: str


@dataclass
class Scene:
    """A folder, and services as a way needs them."""

    folder: Path
    stack: ExitStack = field(default_factory=ExitStack)

    def service(self, **options: Any) -> Service:
        """Serve a world; arguments are those of `World.build`."""
        world = Gateway.build(**{"rows": 5, "requests_per_minute": PLENTY, **options})
        assert isinstance(world, Gateway)
        world.accounts.consent.decision = "ask"
        return Service(self.folder, world, self.stack.enter_context(serve(world)))


@dataclass
class Service:
    """A service, the settings that reach it, and what is run against it."""

    folder: Path
    world: Gateway
    base: str

    @property
    def shell(self) -> Shell:
        """What starts the tap."""
        return Shell(self.folder)

    @property
    def terminal(self) -> Terminal:
        """What starts commands before a login."""
        one = Terminal(self.folder, self.world, self.base, free_port())
        one.environment["TAP_ZOHOBOOKS_TOKEN_CACHE"] = str(self.folder / "cache")
        return one

    @property
    def user(self) -> Terminal:
        """What starts commands after a login."""
        one = self.terminal
        one.store()
        return one

    def config(self, **settings: Any) -> dict[str, Any]:
        """Return settings that reach the service, of a run that waits for nothing."""
        return {
            **asdict(self.world.credentials),
            "accounts_url": self.base,
            "api_url": self.base,
            "token_cache": str(self.folder / "cache"),
            "requests_per_minute": PLENTY,
            "max_wait_seconds": 0,
            **settings,
        }

    def run(self, *streams: str, state: object = None, **settings: Any) -> Outcome:
        """Run the tap with these streams selected (`taxes` if none is named)."""
        files = {"catalog": selecting(*(streams or ("taxes",)))}
        return self.sync(**files, **({} if state is None else {"state": state}), config=settings)

    def sync(self, config: dict[str, Any], **files: Any) -> Outcome:
        """Run the tap with these settings and files."""
        done = self.shell.sync(self.config(**config), **files)
        assert "Traceback" not in done.stderr
        return Outcome(done.returncode, done.stderr.strip().splitlines()[-1])

    def reset(self, *scopes: str) -> None:
        """Let the refresh token see these areas only."""
        known = self.world.credentials
        self.world.scopes[known.refresh_token] = frozenset(
            f"ZohoBooks.{one}.READ" for one in scopes
        )


def ended(dialogue: Dialogue) -> Outcome:
    """Wait for the end of a command."""
    code = dialogue.end()
    return Outcome(code, dialogue.text)


class Ways(dict["Reason", "Way"]):
    """How each error is reached."""

    def to(self, reason: Reason) -> Callable[[Way], None]:
        """Enter a function as the way to an error."""
        return lambda way: self.update({reason: way})


def text_of(reason: Reason) -> re.Pattern[str]:
    """Return a pattern of what an error says: what was found, the next step, its name."""
    text = " ".join(f"{reason.found} {reason.next_step} [{reason.title}]".split())
    parts = (re.escape(part) for part in re.split(r"\{\w+\}", text))
    return re.compile(".*".join(parts))


def replaced(answer: Response, **document: Any) -> Response:
    """Return an answer with another document in it."""
    answer.body = json.dumps({"code": 0, "message": "success", **document}).encode()
    return answer
