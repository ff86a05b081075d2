"""A served world, and pipes from it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sandbox import World
from sandbox.server.serving import serve
from tests.conftest import Clock
from tests.e2e.pipeline.pipes import Pipe, discovered, selecting
from tests.sharing import once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    Serve = Callable[..., AbstractContextManager["Place"]]

PLENTY = 10**6


@dataclass(frozen=True, slots=True)
class Place:
    """A served world whose clock is moved by hand, and pipes from it."""

    world: World
    clock: Clock
    config: dict[str, Any]
    catalog: dict[str, Any]
    folder: Path

    @property
    def organizations(self) -> list[str]:
        """The ids of the organizations."""
        return [row["organization_id"] for row in self.world.organizations]

    def pipe(
        self,
        streams: Iterable[str],
        loader: str,
        loader_config: dict[str, Any],
        **settings: Any,
    ) -> Pipe:
        """Return a pipe of some streams into a loader."""
        folder = self.folder / f"{loader}-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        chosen = selecting(self.catalog, streams)
        return Pipe(folder, self.config | settings, chosen, loader, loader_config)


@contextmanager
def served(folder: Path, shared: Path, **options: Any) -> Iterator[Place]:
    """Serve a world of one, two or three organizations; the third counts in yen."""
    clock = Clock()
    limits = {"requests_per_minute": PLENTY, "daily_quota": PLENTY}
    world = World.build(clock=clock.utc, **{"rows": 12, **limits, **options})
    with serve(world) as base:
        config = {
            **asdict(world.credentials),
            "accounts_url": base,
            "api_url": base,
            "token_cache": "off",
            "requests_per_minute": PLENTY,
        }
        yield Place(world, clock, config, catalog_of(shared), folder)


def catalog_of(shared: Path) -> dict[str, Any]:
    """Return the catalog of the organizations, discovered once a test run."""

    def make(folder: Path) -> None:
        world = World.build(rows=1, organizations=3)
        with serve(world) as base:
            config = {**asdict(world.credentials), "accounts_url": base, "api_url": base}
            found = discovered(config, folder)
        (folder / "catalog.json").write_text(json.dumps(found))

    path = once(shared, "pipeline-catalog", make)
    catalog: dict[str, Any] = json.loads((path / "catalog.json").read_text())
    return catalog
