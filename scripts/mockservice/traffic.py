"""Stands before the mock servers, and writes down every call of every stream."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Final

import requests
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.server.serving import get_base_url, listen
from tap_zohobooks.resources import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from starlette.requests import Request

    from mockservice.openapi import Description, Operation

TIMEOUT: Final = 60
# What the service says of a path that it does not know.
UNKNOWN: Final = {"code": 5, "message": "Invalid URL Passed"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call: of which stream, for what, with which parameters, and the answer's status."""

    stream: str
    path: str
    operation: Operation | None
    parameters: Mapping[str, str]
    status: int


@dataclass(frozen=True, slots=True)
class Recorder:
    """Passes calls on to the server whose document describes them; `servers` are base URLs."""

    description: Description
    servers: Sequence[str]
    calls: list[Call] = field(default_factory=list)

    def of(self, stream: str) -> list[Call]:
        """Return the calls of a stream."""
        return [call for call in self.calls if call.stream == stream]

    @property
    def application(self) -> Starlette:
        """What is served; a path begins with the name of the stream that makes the call."""
        return Starlette(routes=[Route("/{stream}/books/v3/{path:path}", self._answer)])

    def _answer(self, request: Request) -> Response:
        stream, path = request.path_params["stream"], request.path_params["path"]
        operation = self.description.find(path, names(stream))
        answer = self._pass_on(operation, path, request.url.query)
        parameters = dict(request.query_params)
        self.calls.append(Call(stream, path, operation, parameters, answer.status_code))
        return answer

    def _pass_on(self, operation: Operation | None, path: str, query: str) -> Response:
        if operation is None:
            return JSONResponse(UNKNOWN, 404)
        url = f"{self.servers[operation.document]}/{path}?{query}"
        got = requests.get(url, timeout=TIMEOUT)
        return Response(got.content, got.status_code, media_type="application/json")

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Listen on a free port; yields the base URL."""
        config = uvicorn.Config(self.application, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        with listen() as listener:
            thread = Thread(target=server.run, args=([listener],), daemon=True)
            thread.start()
            try:
                yield get_base_url(listener)
            finally:
                server.should_exit = True
                thread.join()


def names(stream: str) -> Sequence[str]:
    """Return the names of a stream and of the list that it reads."""
    return (stream, TABLE[stream].of) if stream in TABLE else (stream,)
