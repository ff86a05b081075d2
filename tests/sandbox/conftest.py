"""A world on a clock that stands still, and a client of it."""

from __future__ import annotations

import pytest

from sandbox import World
from tests.sandbox.client import Client, Clock


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    """Two organizations of 30 rows."""
    return World.build(rows=30, clock=clock, requests_per_minute=10_000)


@pytest.fixture
def client(world: World, clock: Clock) -> Client:
    """A client of that world."""
    return Client(world, clock)
