"""What goes in and out of the double: requests, answers, and the log of calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Fault: TypeAlias = Literal["", "drop", "cut"]
JSON: Final = "application/json;charset=UTF-8"
HTML: Final = "text/html;charset=UTF-8"

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def encode(value: object) -> bytes:
    """JSON with decimals as numbers, their padding kept: ``1000.00``."""
    return _ENCODER.encode(value)


@dataclass(frozen=True, slots=True)
class Request:
    """One request; ``headers`` have lower-case names, ``host`` is empty where nobody cares."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    host: str = ""


@dataclass(slots=True)
class Answer:
    """One answer; ``latency`` (seconds) and ``fault`` are for the layer below to act out."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    latency: float = 0.0
    fault: Fault = ""
    code: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A line of the log; ``status`` 0 is a connection that was dropped."""

    time: datetime
    method: str
    path: str
    params: dict[str, str]
    organization_id: str
    status: int
    code: int
    token_id: str
    duration: float


def success(**content: Any) -> Answer:
    """An answer of Books that went well."""
    return Answer(200, encode({"code": 0, "message": "success", **content}), {"Content-Type": JSON})


def refusal(status: int, code: int | None, message: str) -> Answer:
    """An answer of Books that did not; a few refusals have no code."""
    content = {"message": message} if code is None else {"code": code, "message": message}
    return Answer(status, encode(content), {"Content-Type": JSON}, code=code or 0)
