"""Receive the grant code from the browser: one request, on 127.0.0.1, within a time-out."""

from __future__ import annotations

import sys
import webbrowser
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EADDRINUSE
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from secrets import compare_digest
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.safe_text import add_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOST = "127.0.0.1"
PATH = "/callback"
IDLE = 5.0  # seconds; browsers open connections and send no request on them
PAGE = (
    "<!doctype html><meta charset=utf-8><title>tap-zohobooks</title>"
    "<h1>{heading}</h1><p>You can close this page and go back to the terminal.</p>"
)


@dataclass(frozen=True, slots=True)
class Callback:
    """The parameters that the consent page has sent."""

    code: str
    location: str | None
    server: str | None

    def __post_init__(self) -> None:
        """Mask the code in all output."""
        add_secret(self.code)


class Listener(ThreadingHTTPServer):
    """Waits for the one callback with the state of a login."""

    daemon_threads = True

    def __init__(self, port: int, state: str) -> None:
        """Open the port; `listen` serves the requests."""
        self.callbacks: Queue[Mapping[str, str]] = Queue()
        self.first = Lock()
        self.has_other_login = False
        self._state = state.encode()
        super().__init__((HOST, port), _Handler)

    def check_state(self, given: Mapping[str, str]) -> bool:
        """Return whether a callback is for this login; remember it if not."""
        is_ours = compare_digest(given.get("state", "").encode(), self._state)
        self.has_other_login |= not is_ours
        return is_ours

    def wait(self, timeout: float) -> Mapping[str, str]:
        """Return the parameters of the callback.

        Raises:
            TapError: There is none within `timeout` seconds, or only of other logins.
        """
        try:
            return self.callbacks.get(timeout=timeout)
        except Empty as error:
            if self.has_other_login:
                raise Reason.OTHER_LOGIN.error() from error
            raise Reason.NO_BROWSER_ANSWER.error(seconds=f"{timeout:.0f}") from error

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print a defect, but not that the browser has closed a connection."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    timeout = IDLE
    server: Listener

    def do_GET(self) -> None:
        """Accept the first callback of this login, and refuse other requests."""
        path, _, query = self.path.partition("?")
        given = {name: values[0] for name, values in parse_qs(query).items()}
        if path != PATH or not {"code", "error"} & given.keys():
            self._reply(HTTPStatus.NOT_FOUND, "There is nothing here.")
            return
        if not self.server.check_state(given):
            self._reply(HTTPStatus.BAD_REQUEST, "This callback is of another login.")
            return
        if not self.server.first.acquire(blocking=False):
            self._reply(HTTPStatus.GONE, "The callback was received already.")
            return
        try:
            self._reply(HTTPStatus.OK, "Access was denied." if "error" in given else "Thank you.")
        finally:  # the callback counts, even if the browser closes the connection
            self.server.callbacks.put(given)

    def _reply(self, status: HTTPStatus, heading: str) -> None:
        body = PAGE.format(heading=heading).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the path holds the code."""


@contextmanager
def listen(port: int, state: str) -> Iterator[Listener]:
    """Listen on a port of 127.0.0.1 for the callback with this state.

    Raises:
        ConfigError: The port cannot be opened.
    """
    try:
        server = Listener(port, state)
    except OSError as error:
        state = "in use" if error.errno == EADDRINUSE else "not available"
        raise Reason.PORT_TAKEN.error(port=port, state=state, problem=error.strerror) from error
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    try:
        thread.start()
    except (RuntimeError, MemoryError) as error:
        server.server_close()
        raise Reason.PORT_TAKEN.error(port=port, state="not available", problem=error) from error
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def open_browser(url: str) -> None:
    """Open a page in a thread: some browsers return only when they are closed.

    Without a thread it is not opened: its address is shown all the same.
    """
    with suppress(RuntimeError, MemoryError):
        Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def read_callback(given: Mapping[str, str]) -> Callback:
    """Return the parameters of a callback.

    Raises:
        ReauthorizationNeeded: Consent was denied.
    """
    if "code" not in given:
        raise Reason.CONSENT_DENIED.error(error=given.get("error"))
    return Callback(given["code"], given.get("location"), given.get("accounts-server"))
