"""Responses of requests that fail: server errors, broken connections, limits."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from sandbox.http import HTML, Response, build_error, build_success

if TYPE_CHECKING:
    from collections.abc import Callable

MB: Final = 1 << 20
OUTAGE: Final = b"<html><head><title>502 Bad Gateway</title></head><body>ZGS</body></html>"
LIMIT_MESSAGES: Final = {
    43: "For security reasons you have been blocked for some time as you have exceeded the maximum"
    " number of requests per minute.",
    44: "For security reasons your organization has been blocked as it have exceeded the maximum"
    " number of requests per minute.",
    45: "The API call for this organization has exceeded the maximum call rate limit of {quota}",
    1070: "You have reached the maximum number of in process requests allowed. Kindly try again"
    " after some time.",
}


def build_limit_error(code: int, quota: int, retry_after: float | str | None) -> Response:
    """Build the 429 of a limit; ``quota`` is API calls a day, ``retry_after`` seconds if sent.

    A text is sent as it is.
    """
    message = LIMIT_MESSAGES.get(code, "Too many requests.").format(quota=f"{quota:,}")
    response = build_error(429, code, message)
    if retry_after is not None:
        response.headers["Retry-After"] = (
            retry_after if isinstance(retry_after, str) else f"{retry_after:g}"
        )
    return response


def build_fault(fault: str, quota: int, cancel: Callable[[], None]) -> Response | None:
    """Build the response of a fault; None if the request is then processed as usual.

    It is ``500``, ``html``, ``html:STATUS``, ``drop``, ``cancel``, ``CODE``, ``429:CODE:TEXT`` (of
    Retry-After), ``bare`` (empty), ``bomb:MB:gzip`` or ``:deflate``, or one of ``damage``.

    Raises:
        ValueError: There is no such fault.
    """
    match fault.split(":"):
        case ["" | "cut" | "drip" | "drip-head" | "raw-head" | "endless" | "header", *_]:
            return None
        case ["bomb", size, encoding]:
            return compress(build_success(), int(size) * MB, encoding)
        case ["500"]:
            return build_error(500, 1000, "Internal Error")
        case ["html", *status]:
            return Response(int([*status, "502"][0]), OUTAGE, {"Content-Type": HTML})
        case ["drop"]:
            return Response(0, fault="drop")
        case ["bare"]:
            return build_success()
        case ["cancel"]:
            cancel()
            return None
        case ["429", code, *text]:
            return build_limit_error(int(code), quota, ":".join(text) if text else None)
        case [code]:
            return build_limit_error(int(code), quota, None)
    raise ValueError(fault)


def compress(response: Response, blanks: int, encoding: str = "gzip") -> Response:
    """Put so many blanks into the JSON of a response, and compress it."""
    shape = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}[encoding]
    packer = zlib.compressobj(1, zlib.DEFLATED, shape)
    parts = [packer.compress(response.body[:1])]
    parts += [packer.compress(b" " * min(MB, blanks - start)) for start in range(0, blanks, MB)]
    parts += [packer.compress(response.body[1:]), packer.flush()]
    response.body = b"".join(parts)
    response.headers["Content-Encoding"] = encoding
    return response


def damage(response: Response, fault: str) -> None:
    """Apply to the usual response a fault of ``Response.fault``, or ``header:NAME:TEXT``."""
    kind, _, rest = fault.partition(":")
    if kind == "header":
        name, _, text = rest.partition(":")
        response.headers[name] = text
    elif kind in {"cut", "drip", "drip-head", "raw-head", "endless"}:
        response.fault = fault
