"""A transport for ``requests`` that passes requests to a world, without a socket."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as Disconnected
from requests.exceptions import ReadTimeout
from typing_extensions import override
from urllib3.response import HTTPResponse

from sandbox.http import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import PreparedRequest
    from requests import Response as Received

    from sandbox.http import Response
    from sandbox.world import World


def skip_sleep(_seconds: float) -> None:
    """Return at once."""


class WorldAdapter(HTTPAdapter):
    """An adapter to mount on a session, so that a world answers its requests.

    ``sleep`` is called with the latency of each response (seconds); faults become the exceptions of
    ``requests``.
    """

    def __init__(self, world: World, sleep: Callable[[float], None] = skip_sleep) -> None:
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
    ) -> Received:
        """Answer a prepared request.

        Raises:
            requests.ReadTimeout: The latency is longer than the timeout.
            requests.ConnectionError: The connection is dropped.
        """
        response = self.world.answer(convert_request(request))
        limit = timeout[1] if isinstance(timeout, tuple) else timeout
        if limit is not None and response.latency > limit:
            self._sleep(limit)
            msg = "Read timed out."
            raise ReadTimeout(msg, request=request)
        self._sleep(response.latency)
        if response.fault == "drop":
            msg = "Connection aborted: remote end closed the connection without a response."
            raise Disconnected(msg, request=request)
        return self.build_response(request, build_wire_response(response, request.method or "GET"))


def build_wire_response(response: Response, method: str) -> HTTPResponse:
    """Build a response of urllib3; a cut body is shorter than its Content-Length."""
    body = response.body[: len(response.body) // 2] if response.fault == "cut" else response.body
    return HTTPResponse(
        body=BytesIO(body),
        headers={**response.headers, "Content-Length": str(len(response.body))},
        status=response.status,
        preload_content=False,
        enforce_content_length=True,
        request_method=method,
    )


def convert_request(request: PreparedRequest) -> Request:
    """Convert a prepared request to one of the world."""
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
