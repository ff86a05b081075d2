"""A transport for ``requests`` that asks a world directly, without a socket."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as Disconnected
from requests.exceptions import ReadTimeout
from typing_extensions import override
from urllib3.response import HTTPResponse

from sandbox.messages import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import PreparedRequest, Response

    from sandbox.messages import Answer
    from sandbox.world import World


def no_sleep(_seconds: float) -> None:
    """Let no time pass."""


class WorldAdapter(HTTPAdapter):
    """Mount it on a session: every request of that session is answered by the world.

    ``sleep`` is told the latency of each answer; faults become the exceptions of ``requests``.
    """

    def __init__(self, world: World, sleep: Callable[[float], None] = no_sleep) -> None:
        """Answer from a world."""
        super().__init__()
        self.world = world
        self._sleep = sleep

    @override
    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Answer a prepared request.

        Raises:
            requests.ReadTimeout: Where the world takes longer than the timeout.
            requests.ConnectionError: Where it drops the connection.
        """
        answer = self.world.answer(understood(request))
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        if patience is not None and answer.latency > patience:
            self._sleep(patience)
            msg = "Read timed out."
            raise ReadTimeout(msg, request=request)
        self._sleep(answer.latency)
        if answer.fault == "drop":
            msg = "Connection aborted: remote end closed the connection without an answer."
            raise Disconnected(msg, request=request)
        return self.build_response(request, wire(answer, request.method or "GET"))


def wire(answer: Answer, method: str) -> HTTPResponse:
    """An answer as it would arrive: a cut body is shorter than its announced length."""
    body = answer.body[: len(answer.body) // 2] if answer.fault == "cut" else answer.body
    return HTTPResponse(
        body=BytesIO(body),
        headers={**answer.headers, "Content-Length": str(len(answer.body))},
        status=answer.status,
        preload_content=False,
        enforce_content_length=True,
        request_method=method,
    )


def understood(request: PreparedRequest) -> Request:
    """A prepared request in the world's words."""
    parts = urlsplit(request.url or "")
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    body = request.body or b""
    raw = body.encode() if isinstance(body, str) else bytes(body)
    form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return Request(
        method=request.method or "GET",
        path=unquote(parts.path),
        params=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers=headers,
        form=dict(parse_qsl(raw.decode(), keep_blank_values=True)) if form else {},
        body=raw,
        host=parts.hostname or "",
    )
