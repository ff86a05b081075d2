"""The runs that the suites share: each is made once a test run, for all workers."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import World
from sandbox.server.serving import serve
from tests.conftest import EPOCH
from tests.e2e.reading_reports import ONCE, log_deletion
from tests.e2e.tap_tester.runner import (
    ORGANIZATION,
    TIME,
    Sync,
    discover,
    file,
    kill,
    promises,
    run,
    selected,
)
from tests.sharing import once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.e2e.tap_tester.runner import Promise

ROWS, PAGE_SIZE, LARGEST_PAGE = 5, 2, 200
LOOKBACK = 60
PLENTY = 10**6
KILLED_AFTER = 500


def built() -> World:
    """Return the world that all runs read: always the same one, as its clock stands still."""
    world = World.build(
        rows=ROWS, clock=lambda: EPOCH, requests_per_minute=PLENTY, daily_quota=PLENTY
    )
    log_deletion(world)
    return world


@contextmanager
def service(**settings: Any) -> Iterator[dict[str, Any]]:
    """Serve the world, and yield the settings that reach it."""
    world = built()
    with serve(world) as base:
        yield {
            **asdict(world.credentials),
            "accounts_url": base,
            "api_url": base,
            "token_cache": "off",
            "requests_per_minute": PLENTY,
            "page_size": PAGE_SIZE,
            "lookback_seconds": LOOKBACK,
            **ONCE,
            **settings,
        }


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of the tap, kept where all workers find them."""

    root: Path

    def catalog(self) -> dict[str, Any]:
        """Return what discovery prints."""

        def make(folder: Path) -> None:
            with service() as config:
                discover(folder, config)

        path = once(self.root, "tap-tester-catalog", make)
        found: dict[str, Any] = json.loads((path / "messages.jsonl").read_text())
        return found

    def sync(
        self,
        name: str,
        state: dict[str, Any] | None = None,
        *,
        fields: bool = True,
        act: Callable[..., object] = run,
        **settings: Any,
    ) -> Sync:
        """Return what a run over every stream brings."""

        def make(folder: Path) -> None:
            catalog = file(folder, "catalog.json", selected(self.catalog(), fields=fields))
            more = ["--state", file(folder, "state.json", state)] if state else []
            with service(**settings) as config:
                act(folder, config, "--catalog", catalog, *more)

        once(self.root, f"tap-tester-{name}", make)
        return Sync.read(self.written(name))

    def written(self, name: str) -> Path:
        """Return the file that a run has written."""
        return self.root / f"tap-tester-{name}" / "messages.jsonl"


@pytest.fixture(scope="package")
def runs(shared: Path) -> Runs:
    """Return the maker of runs."""
    return Runs(shared)


@pytest.fixture(scope="package")
def promised() -> dict[str, Promise]:
    """Return what the documentation says of each stream."""
    return promises()


@pytest.fixture(scope="package")
def world() -> World:
    """Return the world that was read, to see what it holds."""
    return built()


@pytest.fixture(scope="package")
def catalog(runs: Runs) -> dict[str, dict[str, Any]]:
    """Return what discovery prints, by stream."""
    return {entry["tap_stream_id"]: entry for entry in runs.catalog()["streams"]}


@pytest.fixture(scope="package")
def full(runs: Runs) -> Sync:
    """Return a first run: all streams, all fields, small pages."""
    return runs.sync("full")


@pytest.fixture(scope="package")
def least(runs: Runs) -> Sync:
    """Return a first run with automatic fields only, pages as large as they may be."""
    return runs.sync("least", fields=False, page_size=LARGEST_PAGE)


@pytest.fixture(scope="package")
def middle(full: Sync) -> dict[tuple[str, str], str]:
    """Return the time in the middle of each incremental stream of each organization."""
    found = {}
    for stream, organization in full.bookmarks:
        times = sorted(
            record[TIME]
            for record in full.records[stream]
            if record[ORGANIZATION] == organization and record[TIME]
        )
        found[stream, organization] = times[len(times) // 2]
    return found


@pytest.fixture(scope="package")
def second(runs: Runs, full: Sync, middle: dict[tuple[str, str], str]) -> Sync:
    """Return a run whose bookmarks were put back to the middle of each stream."""
    state = json.loads(json.dumps(full.states[-1]))
    for stream, bookmark in state["bookmarks"].items():
        for partition in bookmark.get("partitions", []):
            place = stream, partition["context"][ORGANIZATION]
            if place in middle:
                partition["replication_key_value"] = middle[place]
    return runs.sync("second", state)


@pytest.fixture(scope="package")
def start(middle: dict[tuple[str, str], str]) -> str:
    """Return a start date that some rows of every stream are older than, and some younger."""
    return sorted(middle.values())[len(middle) // 2]


@pytest.fixture(scope="package")
def later(runs: Runs, start: str) -> Sync:
    """Return a first run from a later start date."""
    return runs.sync("later", start_date=start)


@pytest.fixture(scope="package")
def stopped(runs: Runs) -> Sync:
    """Return what came of a run before it was killed in the middle."""
    return runs.sync("stopped", act=kill(KILLED_AFTER))


@pytest.fixture(scope="package")
def resumed(runs: Runs, stopped: Sync) -> Sync:
    """Return the run after the one that was killed: it is told where that one was."""
    at_work = stopped.messages[-1].get("stream") or list(stopped.schemas)[-1]
    return runs.sync("resumed", {**stopped.states[-1], "currently_syncing": at_work})
