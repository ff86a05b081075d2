"""Responses of token requests that fail, or state an odd lifetime."""

from __future__ import annotations

from typing import Final

from sandbox.http import HTML, JSON, Response, encode

RATE_LIMITED: Final = {
    "error_description": "You have made too many requests continuously. Please try again after"
    " some time.",
    "error": "Access Denied",
    "status": "failure",
}


def build_token_fault(fault: str) -> Response | None:
    """Build the response of a fault; None if the request is then processed as usual."""
    match fault.split(":"):
        case ["throttle"]:
            return Response(400, encode(RATE_LIMITED), {"Content-Type": JSON})
        case ["500"]:
            return Response(500, b"{}", {"Content-Type": JSON})
        case ["html"]:
            return Response(502, b"<html><body>Bad Gateway</body></html>", {"Content-Type": HTML})
        case ["drop"]:
            return Response(0, fault="drop")
        case [status, error] if status.isdigit():
            return Response(int(status), encode({"error": error}), {"Content-Type": JSON})
        case _:
            return None


def change_lifetime(response: Response, text: str) -> None:
    """Let a token response state another lifetime, as JSON."""
    response.body = response.body.replace(b'"expires_in":3600', b'"expires_in":' + text.encode())
