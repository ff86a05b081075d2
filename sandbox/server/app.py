"""The double over HTTP: a thin Starlette application round a world."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request as Incoming
from starlette.responses import Response
from starlette.routing import Mount, Route
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.messages import Request
from sandbox.server.control import Control

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from sandbox.messages import Answer
    from sandbox.world import World


class Protocol(H11Protocol):
    """HTTP/1.1 that lets the application get at its connection, to break it."""

    @override
    def connection_made(self, transport: Any) -> None:
        """Keep the connection where a request finds it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Service:
    """The ASGI application of Books and Accounts."""

    def __init__(self, world: World) -> None:
        """Serve a world."""
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, with the delay and the damage that the answer asks for."""
        incoming = Incoming(scope, receive)
        answer = self._world.answer(await understood(incoming))
        if answer.latency:
            await asyncio.sleep(answer.latency)
        transport = scope["state"].get("transport") if "state" in scope else None
        match answer.fault, transport:
            case "drop", asyncio.Transport():
                transport.abort()
                await _gone(receive)
            case "cut", asyncio.Transport():
                await _start(answer, send)
                half = answer.body[: len(answer.body) // 2]
                await send({"type": "http.response.body", "body": half, "more_body": True})
                transport.close()
                await _gone(receive)
            case _:
                await _start(answer, send)
                await send({"type": "http.response.body", "body": answer.body})


async def _start(answer: Answer, send: Send) -> None:
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})


async def _gone(receive: Receive) -> None:
    """Wait until the server has noticed that the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        continue


async def understood(incoming: Incoming) -> Request:
    """A request in the world's words."""
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


def application(world: World) -> Starlette:
    """The application of a world, with its controls under ``/sandbox/``."""
    control = Control(world)

    async def steer(incoming: Incoming) -> Response:
        request = await understood(incoming)
        answer = control.answer(request)
        return Response(answer.body, answer.status, answer.headers)

    return Starlette(
        routes=[
            Route("/sandbox/{verb}", steer, methods=["GET", "POST"]),
            Mount("/", Service(world)),
        ]
    )
