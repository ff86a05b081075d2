"""HTTP requests, responses and the log entry of a request, independent of any server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

JSON: Final = "application/json;charset=UTF-8"
HTML: Final = "text/html;charset=UTF-8"

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def encode(value: object) -> bytes:
    """Encode JSON with decimals as numbers that keep their trailing zeros: ``1000.00``."""
    return _ENCODER.encode(value)


@dataclass(frozen=True, slots=True)
class Request:
    """A request; ``headers`` have lower-case names, ``host`` may be empty."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    host: str = ""


@dataclass(slots=True)
class Response:
    """A response; the server waits ``latency`` seconds and applies ``fault`` to the connection.

    ``fault`` is ``drop`` (close the connection without a response), ``cut`` (close it after half
    of the body), and over a socket also ``drip:SECONDS`` (a byte of the body in so many seconds),
    ``drip-head:SECONDS`` (of the head, which has no end), ``raw-head:TEXT`` (a text among the lines
    of the head, as it is), or ``endless`` (chunks without end). A header with several lines is sent
    once for each. ``code`` is the code of the JSON body, 0 if it has none.
    """

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    latency: float = 0.0
    fault: str = ""
    code: int = 0


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """An entry of the log; ``status`` 0 is a connection that was dropped.

    ``GET /sandbox/log`` and ``--log`` write these fields as JSON; ``duration`` is in seconds.
    """

    time: datetime
    method: str
    path: str
    params: dict[str, str]
    organization_id: str
    status: int
    code: int
    token_id: str
    duration: float


def build_success(**content: Any) -> Response:
    """Build a response of Books with code 0."""
    body = encode({"code": 0, "message": "success", **content})
    return Response(200, body, {"Content-Type": JSON})


def build_error(status: int, code: int | None, message: str) -> Response:
    """Build an error response of Books; some errors of the service have no code (None)."""
    content = {"message": message} if code is None else {"code": code, "message": message}
    return Response(status, encode(content), {"Content-Type": JSON}, code=code or 0)
