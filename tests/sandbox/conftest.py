"""A world on a fixed clock, and a client of it."""

from __future__ import annotations

import pytest

from sandbox import World
from tests.sandbox.client import Client, Clock


@pytest.fixture
def clock() -> Clock:
    """Return a fixed clock."""
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    """Build two organizations of 30 rows."""
    return World.build(rows=30, clock=clock, requests_per_minute=10_000)


@pytest.fixture
def client(world: World, clock: Clock) -> Client:
    """Return a client of that world."""
    return Client(world, clock)


@pytest.fixture
def everywhere(clock: Clock) -> Client:
    """Return a client of organizations of six countries."""
    world = World.build(rows=30, organizations=6, clock=clock, requests_per_minute=10_000)
    return Client(world, clock)
