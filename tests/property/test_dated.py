"""Random histories of lists with a date: what a run requests arrives, a whole read mends all."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.test_dated import LISTS, Target, find_day
from tests.e2e.test_whole_reads import run_with_metadata
from tests.gateway import Place, make_place

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Request, World
    from sandbox.data.catalog import Treatment

HOUR = 3600
DAYS = ["2025-01-05", "2026-10-21", "2026-10-23", "2026-11-22", "2026-11-24", "2031-01-01"]
HABITS: list[Treatment] = ["honoured", "honoured", "ignored", "refused"]
MARK = {"bank_transactions": "payee", "time_entries": "notes"}


class Story:
    """A service that changes while and between it is read, and a target of all runs."""

    def __init__(self, stream: str, seed: int, folder: str) -> None:
        """Start with two organizations of 15 rows a list."""
        self.stream, self.path, self.random = stream, LISTS[stream], Random(seed)  # noqa: S311
        self.place: Place = make_place(15, 2)
        self.settings: dict[str, Any] = {
            "page_size": 4,
            "token_cache": folder if seed % 2 else "off",
        }
        self.root = self.random.choice([{}, {"full-refresh-interval": "5h"}])
        self.target, self.state = Target(stream), dict[str, Any]()
        self.changes = 0

    def change(self) -> None:
        """Insert, change or delete a row, of some date."""
        owner = self.random.choice(self.place.organizations)
        ids, world = sorted(self.place.world.ids(owner, self.path)), self.place.world
        self.changes += 1
        fields = {MARK[self.stream]: f"mark {self.changes}"}
        if self.random.random() < 0.5:
            fields[find_day(self.stream)] = self.random.choice(DAYS)
        match self.random.choice(["insert", "change", "delete"]) if ids else "insert":
            case "insert":
                world.insert(owner, self.path, **fields)
            case "change":
                world.change(owner, self.path, self.random.choice(ids), **fields)
            case _:
                world.delete(owner, self.path, self.random.choice(ids))

    def run(self, *, is_quiet: bool = True) -> None:
        """Run the tap, which may be killed; the target loads what it has sent by then."""

        def disturb(world: World, request: Request) -> None:
            del world
            if self.path in request.path and self.random.random() < 0.3:
                self.change()

        hooks = self.place.world.before_call
        hooks.extend([] if is_quiet else [disturb])
        messages = run_with_metadata(
            self.place, self.stream, self.root, deepcopy(self.state), **self.settings
        ).messages
        hooks.clear()
        if not is_quiet and self.random.random() < 0.4:
            messages = messages[: self.random.randrange(len(messages))]
        self.target.load(messages)
        states = [one["value"] for one in messages if one["type"] == "STATE"]
        self.state = states[-1] if states else self.state

    def list_wrong(self, first: str = "") -> set[tuple[str, str]]:
        """Return the rows from a day on that the target holds otherwise than the service."""
        day, mark = find_day(self.stream), MARK[self.stream]
        served = {
            (owner, key): self.place.world.row(owner, self.path, key)
            for owner in self.place.organizations
            for key in self.place.world.ids(owner, self.path)
        }
        return {
            key for key, row in served.items()
            if row[day] >= first
            and (key not in self.target.rows or self.target.rows[key][mark] != row[mark])
        } | ({*self.target.rows} - {*served} if not first else set())  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("stream", [*LISTS])
def test_random_histories(stream: str, seed: int, tmp_path: Path) -> None:
    """A quiet run brings all rows of the last days, and a whole read leaves the target equal."""
    story = Story(stream, seed, str(tmp_path / "cache"))
    for _ in range(5):
        for _ in range(story.random.randrange(4)):
            story.change()
        story.place.world.behaviour[story.path].days = story.random.choice(HABITS)
        story.place.clock.sleep(HOUR * story.random.choice([1, 1, 7, 30]))
        story.run(is_quiet=story.random.random() < 0.3)
    story.place.world.behaviour[story.path].days = "honoured"
    story.place.clock.sleep(HOUR)
    story.settings["token_cache"] = "off"  # nothing is left out for what was learned
    story.run()
    assert story.list_wrong("2026-10-25") == set()
    story.place.clock.sleep(25 * HOUR)
    story.run()
    assert story.list_wrong() == set()
