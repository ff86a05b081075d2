"""Things that go wrong on the way: server errors, outages, broken connections, dead tokens."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from sandbox.api.limits import too_many
from sandbox.messages import HTML, Answer, refusal, success

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

OUTAGE: Final = b"<html><head><title>502 Bad Gateway</title></head><body>ZGS</body></html>"


@dataclass
class Faults:
    """How often each thing goes wrong: shares of all calls, drawn by lot from ``seed``."""

    server_error: float = 0.0
    html: float = 0.0
    drop: float = 0.0
    cut: float = 0.0
    cancel_tokens: float = 0.0
    seed: int = 7

    def __post_init__(self) -> None:
        """Start the lottery."""
        self._random = Random(self.seed)

    def draw(self) -> str:
        """The fault of the next call, if it has one."""
        lot = self._random.random()
        for name, share in (
            ("500", self.server_error),
            ("html", self.html),
            ("drop", self.drop),
            ("cut", self.cut),
            ("cancel", self.cancel_tokens),
        ):
            if lot < share:
                return name
            lot -= share
        return ""


def next_fault(script: deque[str], faults: Faults) -> str:
    """What goes wrong with this call: as scripted, else as drawn."""
    return script.popleft() if script else faults.draw()


def play(fault: str, quota: int, cancel: Callable[[], None]) -> Answer | None:
    """The answer that a fault makes; None where the call goes on.

    A fault is ``500``, ``html``, ``html:STATUS``, ``drop``, ``cut``, ``cancel``, ``CODE`` or
    ``429:CODE``, and with a Retry-After ``429:CODE:SECONDS``; or ``bare``: all is well, and
    nothing else is said.

    Raises:
        ValueError: Where there is no such fault.
    """
    match fault.split(":"):
        case [""] | ["cut"]:
            return None
        case ["500"]:
            return refusal(500, 1000, "Internal Error")
        case ["html"]:
            return Answer(502, OUTAGE, {"Content-Type": HTML})
        case ["html", status]:
            return Answer(int(status), OUTAGE, {"Content-Type": HTML})
        case ["drop"]:
            return Answer(0, fault="drop")
        case ["bare"]:
            return success()
        case ["cancel"]:
            cancel()
            return None
        case ["429", code]:
            return too_many(int(code), quota, None)
        case ["429", code, seconds]:
            return too_many(int(code), quota, float(seconds))
        case [code] if code.isdigit():
            return too_many(int(code), quota, None)
        case _:
            msg = f"No such fault: {fault!r}."
            raise ValueError(msg)
