"""Serve a world on a loopback port."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

import uvicorn

from sandbox.server.app import Protocol, build_application

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.world import World

LOOPBACK = "127.0.0.1"


def listen(host: str = LOOPBACK, port: int = 0) -> socket.socket:
    """Open a listening socket; port 0 takes a free one."""
    listener = socket.create_server((host, port), backlog=128)
    # asyncio does this only for sockets that name their protocol. Without it the head and the body
    # of a response are 40 milliseconds apart. Connections inherit it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def get_base_url(listener: socket.socket) -> str:
    """Get the base URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


def build_server(world: World) -> uvicorn.Server:
    """Build the server of a world; it does not run yet."""
    config = uvicorn.Config(
        build_application(world),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


@contextmanager
def serve(world: World, port: int = 0) -> Iterator[str]:
    """Serve a world from a thread; yields the base URL."""
    with listen(port=port) as listener:
        running = build_server(world)
        world.accounts.base_url = get_base_url(listener)
        thread = Thread(target=running.run, args=([listener],), name="sandbox", daemon=True)
        thread.start()
        try:
            yield get_base_url(listener)
        finally:
            running.should_exit = True
            thread.join()
            world.accounts.base_url = ""
