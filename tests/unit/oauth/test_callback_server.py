"""The browser's answer is taken once, on this machine, and only if it is for this login."""

from __future__ import annotations

import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
import requests

from tap_zohobooks.errors import ConfigError, ReauthorizationNeeded, ServiceError
from tap_zohobooks.oauth import callback_server
from tap_zohobooks.oauth.callback_server import Callback, listen, read_callback
from tests.ports import free_port

STATE = "the-state"
GOOD = {"code": "1000.c", "state": STATE, "location": "eu", "accounts-server": "https://a"}

RESET = struct.pack("ii", 1, 0)  # a connection that is closed is reset at once


def visit(port: int, path: str = "/callback", **params: str) -> requests.Response:
    """Let a browser come along."""
    return requests.get(f"http://127.0.0.1:{port}{path}", params, timeout=5)


def test_the_answer_is_taken() -> None:
    """What the browser brings is handed over, and the person is thanked."""
    port = free_port()
    with listen(port, STATE) as listener:
        page = visit(port, **GOOD)
        given = listener.wait(5)
    assert (page.status_code, "Thank you." in page.text) == (200, True)
    assert read_callback(given) == Callback("1000.c", "eu", "https://a")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "1000.c" not in page.text


def test_other_requests_are_not_the_answer() -> None:
    """An icon, another path, or nothing at all does not end the waiting."""
    port = free_port()
    with (
        listen(port, STATE) as listener,
        socket.create_connection(("127.0.0.1", port)),  # browsers do that, and never ask
    ):
        assert visit(port, "/favicon.ico").status_code == 404
        assert visit(port, "/", **GOOD).status_code == 404
        assert visit(port, "/callback").status_code == 404
        assert visit(port, **GOOD).status_code == 200
        assert listener.wait(5) == GOOD


def test_one_answer_is_taken() -> None:
    """A second answer is sent away, also at the same time."""
    port = free_port()
    with listen(port, STATE) as listener, ThreadPoolExecutor(8) as browsers:
        pages = list(
            browsers.map(lambda number: visit(port, code=str(number), state=STATE), range(8))
        )
        assert sorted(page.status_code for page in pages) == [200, *[410] * 7]
        listener.wait(5)
        assert listener.callbacks.empty()


def test_a_browser_that_hangs_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Connections that are reset are not reported."""
    port = free_port()
    with listen(port, STATE) as listener:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        assert visit(port, **GOOD).status_code == 200
        assert listener.wait(5) == GOOD
    assert capsys.readouterr().err == ""


def test_a_browser_that_does_not_wait_for_thanks(capsys: pytest.CaptureFixture[str]) -> None:
    """An answer whose browser is gone before it could be thanked is an answer."""
    port = free_port()
    with listen(port, STATE) as listener:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(f"GET /callback?{urlencode(GOOD)} HTTP/1.1\r\n\r\n".encode())
        assert listener.wait(5) == GOOD
    assert capsys.readouterr().err == ""


def test_a_defect_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What goes wrong with the page itself is not kept quiet."""
    port = free_port()
    monkeypatch.setattr(callback_server, "PAGE", "{nothing}")
    with listen(port, STATE) as listener, pytest.raises(requests.ConnectionError):
        visit(port, **GOOD)
    assert listener.wait(5) == GOOD
    assert "KeyError: 'nothing'" in capsys.readouterr().err


def test_nobody_else_can_reach_it() -> None:
    """It listens on the loopback address only, and on nothing once it is over."""
    port = free_port()
    with listen(port, STATE), socket.create_connection(("127.0.0.1", port)) as connection:
        assert connection.getpeername() == ("127.0.0.1", port)
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), timeout=2)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=2)


def test_waiting_ends() -> None:
    """Without an answer the waiting ends after its seconds."""
    with (
        listen(free_port(), STATE) as listener,
        pytest.raises(ReauthorizationNeeded, match="within 0 seconds"),
    ):
        listener.wait(0.05)


def test_a_port_that_is_taken() -> None:
    """The port and the option are named."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"Port {port} .*--port"), listen(port, STATE):
            pass


def test_a_port_that_is_not_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """A free port that the system refuses is not reported as taken."""
    monkeypatch.setattr(callback_server, "HOST", "203.0.113.1")  # an address that no machine has
    with (
        pytest.raises(ConfigError, match=r"Port 8765 .* is not available .*--port"),
        listen(8765, STATE),
    ):
        pass


@pytest.mark.parametrize("state", [None, "", "another", "the-state ", "thé-state"])
def test_an_answer_for_another_login(state: str | None) -> None:
    """An answer without this login's state is not used, and does not use up the one there is."""
    port, strange = free_port(), {"code": "c"} | ({} if state is None else {"state": state})
    with listen(port, STATE) as listener:
        page = visit(port, **strange)
        assert (page.status_code, "another login" in page.text) == (400, True)
        assert visit(port, **GOOD).status_code == 200
        assert listener.wait(5) == GOOD


def test_only_answers_for_other_logins() -> None:
    """Where nothing else comes, that is what is told."""
    port = free_port()
    with listen(port, STATE) as listener:
        visit(port, code="c", state="another")
        with pytest.raises(ServiceError, match="of another login"):
            listener.wait(0.05)


@pytest.mark.parametrize("path", ["http://[/callback", "//[?code=c", "*", "/callback?%ff[=&code"])
def test_an_address_that_is_none(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is asked for is answered."""
    port = free_port()
    with (
        listen(port, STATE) as listener,
        socket.create_connection(("127.0.0.1", port), timeout=5) as connection,
    ):
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        assert b" 404 " in connection.recv(100)
        assert listener.callbacks.empty()
    assert capsys.readouterr().err == ""


def test_a_no() -> None:
    """Denied access is told as the page said it."""
    with pytest.raises(ReauthorizationNeeded, match="access_denied"):
        read_callback({"error": "access_denied"})


def test_a_thread_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a thread the callback cannot be received, which is an error; no browser is opened."""

    def fail(_: threading.Thread) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    port = free_port()
    monkeypatch.setattr(threading.Thread, "start", fail)
    callback_server.open_browser("http://127.0.0.1:9/")
    with pytest.raises(ConfigError, match="can't start new thread"), listen(port, STATE):
        pass
    with socket.create_server(("127.0.0.1", port)):
        pass  # the port is free again
