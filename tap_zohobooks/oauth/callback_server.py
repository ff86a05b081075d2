"""Where the browser brings the grant code: one answer, on 127.0.0.1 only, for a while only."""

from __future__ import annotations

import sys
import webbrowser
from contextlib import contextmanager
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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOST = "127.0.0.1"
PATH = "/callback"
IDLE = 5.0  # seconds; browsers open connections on which they never ask
PAGE = (
    "<!doctype html><meta charset=utf-8><title>tap-zohobooks</title>"
    "<h1>{heading}</h1><p>You can close this page and go back to the terminal.</p>"
)


@dataclass(frozen=True, slots=True)
class Callback:
    """What came back from the consent page."""

    code: str
    location: str | None
    server: str | None


class Listener(ThreadingHTTPServer):
    """Waits for the one answer that bears a login's state."""

    daemon_threads = True

    def __init__(self, port: int, state: str) -> None:
        """Take the port; requests are served from `waiting` on."""
        self.answers: Queue[Mapping[str, str]] = Queue()
        self.first = Lock()
        self.was_strange = False
        self._state = state.encode()
        super().__init__((HOST, port), _Handler)

    def expects(self, given: Mapping[str, str]) -> bool:
        """Tell whether an answer is for this login, and remember where one is not."""
        is_ours = compare_digest(given.get("state", "").encode(), self._state)
        self.was_strange |= not is_ours
        return is_ours

    def received(self, timeout: float) -> Mapping[str, str]:
        """Wait for the answer.

        Raises:
            TapError: There is none within `timeout` seconds, or only those for other logins.
        """
        try:
            return self.answers.get(timeout=timeout)
        except Empty as error:
            if self.was_strange:
                raise Reason.OTHER_LOGIN.error() from error
            raise Reason.NO_BROWSER_ANSWER.error(seconds=f"{timeout:.0f}") from error

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of a defect; a browser may drop a connection whenever it likes."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    timeout = IDLE
    server: Listener

    def do_GET(self) -> None:
        """Take the answer; anything else is not for us."""
        path, _, query = self.path.partition("?")
        given = {name: values[0] for name, values in parse_qs(query).items()}
        if path != PATH or not {"code", "error"} & given.keys():
            self._reply(HTTPStatus.NOT_FOUND, "There is nothing here.")
            return
        if not self.server.expects(given):
            self._reply(HTTPStatus.BAD_REQUEST, "This answer is for another login.")
            return
        if not self.server.first.acquire(blocking=False):
            self._reply(HTTPStatus.GONE, "The answer has come already.")
            return
        try:
            self._reply(HTTPStatus.OK, "Access was denied." if "error" in given else "Thank you.")
        finally:  # the answer counts, even where the browser does not wait for thanks
            self.server.answers.put(given)

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
        """Log nothing: the address holds the code."""


@contextmanager
def waiting(port: int, state: str) -> Iterator[Listener]:
    """Listen for the one answer that bears the state.

    Raises:
        ConfigError: Another program listens there.
    """
    try:
        server = Listener(port, state)
    except OSError as error:
        state = "taken" if error.errno == EADDRINUSE else "not to be had"
        raise Reason.PORT_TAKEN.error(port=port, state=state, problem=error.strerror) from error
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def open_browser(url: str) -> None:
    """Open a page, beside what goes on here: some browsers return only when they are closed."""
    Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def understood(given: Mapping[str, str]) -> Callback:
    """Return what the answer says.

    Raises:
        ReauthorizationNeeded: It is a no.
    """
    if "code" not in given:
        raise Reason.CONSENT_DENIED.error(error=given.get("error"))
    return Callback(given["code"], given.get("location"), given.get("accounts-server"))
