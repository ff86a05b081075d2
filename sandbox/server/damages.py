"""Responses that break off, come slowly, never end, or have a broken head."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import Receive, Send

    from sandbox.http import Response

BODY: Final = "http.response.body"
BLANKS: Final = b" " * 65536


async def damage(
    response: Response, transport: asyncio.Transport, receive: Receive, send: Send
) -> None:
    """Send a response with its fault, and close the connection."""
    kind, _, text = response.fault.partition(":")
    match kind:
        case "drop":
            transport.abort()
        case "cut":
            await send_start(response, send)
            half = response.body[: len(response.body) // 2]
            await send({"type": BODY, "body": half, "more_body": True})
            transport.close()
        case "drip":
            await _drip_body(response, transport, send, float(text))
        case "drip-head":
            await _drip_head(transport, float(text))
        case "raw-head":
            _send_raw_head(response, transport, text)
        case _:
            await _send_endless(response, transport, send)
    while (await receive())["type"] != "http.disconnect":
        continue


async def send_start(response: Response, send: Send, *, has_length: bool = True) -> None:
    """Send the head of a response; a header with several lines once for each."""
    length = {"Content-Length": str(len(response.body))} if has_length else {}
    pairs = [
        (name.lower().encode(), line.encode("latin-1"))
        for name, value in {**response.headers, **length}.items()
        for line in value.split("\n")
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": pairs})


async def _drip_body(
    response: Response, transport: asyncio.Transport, send: Send, seconds: float
) -> None:
    await send_start(response, send)
    for byte in response.body:
        if transport.is_closing():
            return
        await send({"type": BODY, "body": bytes([byte]), "more_body": True})
        await asyncio.sleep(seconds)
    await send({"type": BODY, "body": b""})


async def _drip_head(transport: asyncio.Transport, seconds: float) -> None:
    transport.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not transport.is_closing():
        transport.write(b"a")
        await asyncio.sleep(seconds)


def _send_raw_head(response: Response, transport: asyncio.Transport, text: str) -> None:
    """Send a response with a text among the lines of its head, whatever HTTP allows there."""
    length = f"Content-Length: {len(response.body)}"
    lines = [f"HTTP/1.1 {response.status} ZGS", length, "Connection: close", text, "", ""]
    transport.write("\r\n".join(lines).encode("latin-1") + response.body)
    transport.close()


async def _send_endless(response: Response, transport: asyncio.Transport, send: Send) -> None:
    await send_start(response, send, has_length=False)
    while not transport.is_closing():
        await send({"type": BODY, "body": BLANKS, "more_body": True})
        await asyncio.sleep(0)
