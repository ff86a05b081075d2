"""Each response ends within its time and its size, whatever the server sends."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import requests
import trustme

from tap_zohobooks.connection import build_session
from tap_zohobooks.errors import ConfigError
from tap_zohobooks.http import transport
from tap_zohobooks.http.transport import BodyTooLarge, was_sent
from tests.certificates import serve_tls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LIMIT, BUSY = 0.5, 5.0  # seconds
OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: 2\r\n\r\n{}"


@contextmanager
def serve(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve connections by a function, each in a thread; yield the base URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run(connection: socket.socket) -> None:
            with connection:
                try:
                    answer(connection)
                except OSError:
                    return  # the client has closed the connection

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return  # the test is over
                threading.Thread(target=run, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def drip(start: bytes, part: bytes, pause: float = 0.05) -> Callable[[socket.socket], None]:
    """Return an answer that begins so, and goes on with the same part for ever."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(start)
        while True:
            connection.sendall(part)
            time.sleep(pause)

    return answer


def get(url: str, timeout: float = LIMIT, *, stream: bool = False) -> requests.Response:
    """Request a URL once."""
    with build_session({"user_agent": "test"}, 1) as session:
        return session.get(url, timeout=timeout, allow_redirects=False, stream=stream)


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("start", "part"),
    [
        (b"", b"H"),
        (OK + b"X: ", b"a"),
        (OK, b"X: a\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (OK + b"Content-Length: 1000\r\n\r\n", b" "),
        (OK + b"\r\n", b" "),
        (CHUNKED, b"1\r\n \r\n"),
        (CHUNKED + b"1;", b"x"),
        (CHUNKED + b"0\r\n", b"X: a\r\n"),
        (b"", b""),
    ],
    ids=["status", "header", "headers", "continue", "length", "open", "chunks", "extension",
         "trailers", "silence"],
)  # fmt: skip
def test_slow_answers_end_in_time(start: bytes, part: bytes) -> None:
    """A byte a moment, in any part of a response, holds no request beyond its time."""
    began = time.monotonic()
    with serve(drip(start, part)) as url, pytest.raises(requests.RequestException) as caught:
        get(url)
    assert time.monotonic() - began < LIMIT + BUSY
    assert was_sent(caught.value)


@pytest.mark.parametrize(
    ("start", "part"),
    [
        (OK + b"\r\n", b" " * 65536),
        (CHUNKED, b"8000\r\n" + b" " * 0x8000 + b"\r\n"),
        (CHUNKED + b"1;", b"x" * 65536),
        (CHUNKED + b"0\r\nX: ", b"x" * 65536),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        (OK + b"Content-Length: 99999999999999\r\n\r\n", b" " * 65536),
    ],
    ids=["open", "chunks", "extension", "trailers", "continue", "length"],
)
def test_endless_answers_end(monkeypatch: pytest.MonkeyPatch, start: bytes, part: bytes) -> None:
    """No part of a response is read without bound, however quick it comes."""
    monkeypatch.setattr(transport, "MAX_BODY", 10**6)
    monkeypatch.setattr(transport, "MAX_HEAD", 10**5)
    began = time.monotonic()
    with serve(drip(start, part, 0)) as url, pytest.raises(requests.RequestException):
        get(url, timeout=60)
    assert time.monotonic() - began < BUSY


@pytest.mark.parametrize(("size", "is_whole"), [(1000, True), (1001, False)])
def test_the_largest_body(monkeypatch: pytest.MonkeyPatch, size: int, *, is_whole: bool) -> None:
    """A body of the very limit is read; one of a byte more is not."""
    monkeypatch.setattr(transport, "MAX_BODY", 1000)

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % size + b"x" * size)

    with serve(answer) as url:
        if is_whole:
            assert get(url).content == b"x" * size
        else:
            with pytest.raises(BodyTooLarge):
                get(url)


def test_a_connection_is_used_again() -> None:
    """A healthy response leaves its connection open, with a whole new time for the next one."""
    accepted = []

    def answer(connection: socket.socket) -> None:
        accepted.append(connection)
        while connection.recv(65536):
            time.sleep(0.6 * LIMIT)
            connection.sendall(WHOLE)

    with serve(answer) as url, build_session({"user_agent": "test"}, 1) as session:
        for _ in range(3):
            assert session.get(url, timeout=LIMIT).content == b"{}"
    assert len(accepted) == 1


def test_a_streamed_body_is_not_read() -> None:
    """Of a response that is to be streamed the head is enough, as for a webhook."""
    with serve(drip(OK + b"Content-Length: 1000\r\n\r\n", b" ")) as url:
        assert get(url, stream=True).status_code == 200
    with serve(drip(OK + b"X: ", b"a")) as url, pytest.raises(requests.RequestException):
        get(url, stream=True)


@pytest.mark.parametrize("location", ["http://[", "//", "http://a..b:99999/", "\x80"])
def test_no_redirect_is_looked_at(location: str) -> None:
    """A Location that is no URL is no reason to fail."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
        connection.sendall(head + location.encode() + b"\r\n\r\n")

    with serve(answer) as url:
        assert get(url).status_code == 302


def test_a_host_of_many_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses that do not answer share the time of the request."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.create_connection(full.getsockname()),
    ):
        place = (socket.AF_INET, socket.SOCK_STREAM, 6, "", full.getsockname())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [place] * 8)
        began = time.monotonic()
        with pytest.raises(requests.RequestException) as caught:
            get("http://127.0.0.1:9", timeout=2)
        assert time.monotonic() - began < 2 + BUSY
    assert isinstance(caught.value, requests.ConnectTimeout)
    assert not was_sent(caught.value)


def test_what_was_not_sent() -> None:
    """A server that refuses the connection, and a name that is unknown, have received nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://unknown.invalid"):
        with pytest.raises(requests.RequestException) as caught:
            get(url, timeout=5)
        assert not was_sent(caught.value)


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that the system does not know, and no variables about it."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    return trustme.CA()


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_an_authority_that_a_variable_names(
    authority: trustme.CA, variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file with a company's certificate is enough."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv(variable, str(tmp_path / "ca.pem"))
    with serve_tls(authority) as url, build_session({"user_agent": "test"}, 1) as session:
        assert session.get(url, timeout=10).status_code == 204


def test_an_authority_of_the_system(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A company's certificate in the trust store of the system is enough."""
    pem = authority.cert_pem.bytes()
    digest = subprocess.run(["openssl", "x509", "-hash", "-noout"], input=pem,  # noqa: S607
                            capture_output=True, check=True)  # fmt: skip
    (tmp_path / f"{digest.stdout.decode().strip()}.0").write_bytes(pem)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with serve_tls(authority) as url, build_session({"user_agent": "test"}, 1) as session:
        assert session.get(url, timeout=10).status_code == 204


@pytest.mark.parametrize(
    ("name", "problem"),
    [("127.0.0.1", "unable to get local issuer certificate"), ("127.0.0.2", "mismatch")],
)
def test_a_certificate_that_is_not_trusted(
    authority: trustme.CA, name: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host and the reason are named, whether the issuer is unknown or the host is another."""
    if problem == "mismatch":
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with serve_tls(authority, name) as url, build_session({"user_agent": "test"}, 1) as session:
        with pytest.raises(ConfigError, match=problem) as raised:
            session.get(f"{url}/oauth/v2/token?refresh_token=secret", timeout=10)
        assert raised.value.name == "certificate-untrusted"
        assert url in str(raised.value)
        assert "secret" not in str(raised.value)


def test_a_certificate_file_that_does_not_exist(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable is named."""
    monkeypatch.setenv("SSL_CERT_FILE", "/no/ca.pem")
    missing = pytest.raises(ConfigError, match="SSL_CERT_FILE names do not exist")
    with serve_tls(authority) as url, build_session({"user_agent": "test"}, 1) as session, missing:
        session.get(url, timeout=10)
