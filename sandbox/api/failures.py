"""Responses of requests that fail: server errors, broken connections, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.http import HTML, Response, build_error, build_success

if TYPE_CHECKING:
    from collections.abc import Callable

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


def build_limit_error(code: int, quota: int, retry_after: float | None) -> Response:
    """Build the 429 of a limit; ``quota`` is API calls a day, ``retry_after`` seconds if sent."""
    message = LIMIT_MESSAGES.get(code, "Too many requests.").format(quota=f"{quota:,}")
    response = build_error(429, code, message)
    if retry_after is not None:
        response.headers["Retry-After"] = f"{retry_after:g}"
    return response


def build_fault(fault: str, quota: int, cancel: Callable[[], None]) -> Response | None:
    """Build the response of a fault; None if the request is then processed as usual.

    A fault is ``500``, ``html``, ``html:STATUS``, ``drop``, ``cut``, ``cancel``, ``CODE``,
    ``429:CODE``, ``429:CODE:SECONDS`` (with Retry-After), or ``bare`` (a success without content).

    Raises:
        ValueError: There is no such fault.
    """
    match fault.split(":"):
        case [""] | ["cut"]:
            return None
        case ["500"]:
            return build_error(500, 1000, "Internal Error")
        case ["html", *statuses]:
            return Response(int((*statuses, "502")[0]), OUTAGE, {"Content-Type": HTML})
        case ["drop"]:
            return Response(0, fault="drop")
        case ["bare"]:
            return build_success()
        case ["cancel"]:
            cancel()
            return None
        case ["429", code, seconds]:
            return build_limit_error(int(code), quota, float(seconds))
        case ["429", code] | [code] if code.isdigit():
            return build_limit_error(int(code), quota, None)
        case _:
            msg = f"No such fault: {fault!r}."
            raise ValueError(msg)
