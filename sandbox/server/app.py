"""The double over HTTP: a Starlette application that passes requests to a world."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request as Incoming
from starlette.responses import Response as Outgoing
from starlette.routing import Mount, Route
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.http import Request
from sandbox.server.control import Control
from sandbox.server.damages import damage, send_start

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from sandbox.world import World


class Protocol(H11Protocol):
    """HTTP/1.1 that passes the connection to the application, which may break it."""

    @override
    def connection_made(self, transport: Any) -> None:
        """Put the connection into the state of each request."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Service:
    """The ASGI application of Books and Accounts."""

    def __init__(self, world: World) -> None:
        """Serve a world."""
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request after the latency of the response, with its fault."""
        incoming = Incoming(scope, receive)
        response = self._world.answer(await read_request(incoming))
        if response.latency:
            await asyncio.sleep(response.latency)
        transport = scope["state"].get("transport") if "state" in scope else None
        if response.fault and isinstance(transport, asyncio.Transport):
            await damage(response, transport, receive, send)
        else:
            await send_start(response, send)
            await send({"type": "http.response.body", "body": response.body})


async def read_request(incoming: Incoming) -> Request:
    """Read a request of Starlette as one of the world."""
    body = await incoming.body()
    kind = incoming.headers.get("content-type", "")
    form = kind.startswith("application/x-www-form-urlencoded")
    return Request(
        method=incoming.method,
        path=incoming.scope["path"],
        params=dict(incoming.query_params),
        headers=dict(incoming.headers),
        form=dict(parse_qsl(body.decode(), keep_blank_values=True)) if form else {},
        body=body,
        host=incoming.url.hostname or "",
    )


def build_application(world: World) -> Starlette:
    """Build the application of a world, with its controls under ``/sandbox/``."""
    control = Control(world)

    async def control_world(incoming: Incoming) -> Outgoing:
        request = await read_request(incoming)
        response = control.answer(request)
        return Outgoing(response.body, response.status, response.headers)

    return Starlette(
        routes=[
            Route("/sandbox/{verb}", control_world, methods=["GET", "POST"]),
            Mount("/", Service(world)),
        ]
    )
