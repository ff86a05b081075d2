"""Kills that always hit the same moment: the service holds its breath until it has happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

    from sandbox import World
    from sandbox.http import Request

PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Kill:
    """The end of a program at a certain call of the service, counted among those of a path."""

    victim: str
    path: str
    at_call: int
    reached: Event = field(default_factory=Event)
    happened: Event = field(default_factory=Event)

    def watch(self, world: World) -> Kill:
        """Wait in a world for the call to come."""
        world.before_call.append(self._hold)
        return self

    def _hold(self, world: World, request: Request) -> None:
        before = sum(self.path in call.path for call in world.log)
        if self.path in request.path and before == self.at_call and not self.reached.is_set():
            self.reached.set()
            assert self.happened.wait(PATIENCE)

    def strike(self, programs: dict[str, subprocess.Popen[bytes]]) -> None:
        """Kill the program as soon as the call has come."""
        assert self.reached.wait(PATIENCE)
        programs[self.victim].kill()
        programs[self.victim].wait(PATIENCE)
        self.happened.set()
