"""A service of one organization behind a gateway, and a folder from which commands read it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sandbox import serve
from tests.e2e.pipeline.conftest import PLENTY, selecting
from tests.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def serve_gateway(folder: Path) -> Iterator[tuple[Gateway, dict[str, Any]]]:
    """Serve three rows a list; yield the gateway and the settings that reach it.

    The folder gets a catalog that selects `taxes`, and holds the cache.
    """
    world = Gateway.build(rows=3, organizations=1, requests_per_minute=PLENTY)
    assert isinstance(world, Gateway)
    (folder / "catalog.json").write_text(json.dumps(selecting("taxes")))
    with serve(world) as base:
        yield (
            world,
            {
                **asdict(world.credentials),
                "accounts_url": base,
                "api_url": base,
                "token_cache": str(folder / "cache"),
            },
        )
