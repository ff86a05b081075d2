"""The double behind a gateway that changes its responses, and taps that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from sandbox import Request, World
from tests.conftest import Clock, Service

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.http import Response


class Gateway(World):
    """The service behind a gateway that answers its calls of Books in its own way."""

    def __init__(self, *args: Any) -> None:
        """Let everything pass."""
        super().__init__(*args)
        self.meddle: Callable[[Request, Response], Response] = lambda _, answer: answer

    @override
    def answer(self, request: Request) -> Response:
        return self.meddle(request, super().answer(request))


class Place(Service):
    """A service behind a gateway, and taps that read it."""

    gateway: Gateway

    def heal(self) -> None:
        """Let the service work again."""
        self.world.refusals.clear()
        self.gateway.meddle = lambda _, answer: answer


def make_place(rows: int, organizations: int = 1) -> Place:
    """Return a service of some organizations that hold a few rows a list, without limits."""
    clock = Clock()
    gateway = Gateway.build(
        clock=clock.utc, rows=rows, organizations=organizations,
        requests_per_minute=10**6, daily_quota=10**6,
    )  # fmt: skip
    assert isinstance(gateway, Gateway)
    place = Place(gateway, clock)
    place.gateway = gateway
    return place
