"""Processes that come at the same time share what one of them has minted."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import pytest

from sandbox import World
from sandbox.server.serving import serve
from tap_zohobooks.oauth.credentials import Grant
from tests.e2e import across

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUNS = 14


@pytest.fixture
def world() -> World:
    """A service that is asked for tokens."""
    return World.build(organizations=1, rows=1)


@pytest.fixture
def access(world: World, tmp_path: Path) -> Iterator[across.Access]:
    """Serve the world, and return what its clients need."""
    client = world.credentials
    grant = Grant(client.client_id, client.client_secret, client.refresh_token)
    with serve(world) as base:
        yield across.Access(grant, base, tmp_path / "cache")


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """As many processes as there are runs."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([across.__name__])
    with ProcessPoolExecutor(RUNS, context) as pool:
        yield pool


def test_runs_at_the_same_time_mint_once(
    processes: ProcessPoolExecutor, world: World, access: across.Access
) -> None:
    """Fourteen processes that start together have one token minted."""
    tokens = set(processes.map(across.token, [access] * RUNS))
    assert len(tokens) == 1
    assert len(world.mints) == 1


def test_a_refused_token_is_minted_anew_once(
    processes: ProcessPoolExecutor, world: World, access: across.Access
) -> None:
    """Fourteen processes whose shared token is refused have one other minted."""
    first = across.token(access)
    found = list(processes.map(across.renewed, [access] * RUNS, [first] * RUNS))
    assert len({token.value for token in found} - {first.value}) == 1
    assert len(world.mints) == 2
