"""Bound each HTTP response: its time as a whole, and its size.

`requests` bounds the silence between two packets only: a server that sends a byte a second holds a
request for ever. Here each read from the socket waits no longer than the request has left.
"""

from __future__ import annotations

import http.client
import io
import os
import socket
import ssl
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import requests
import truststore
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    DecodeError,
    HTTPError,
    MaxRetryError,
    NewConnectionError,
    ReadTimeoutError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from urllib3.poolmanager import PoolManager

# A page of 200 rows takes 0.2 to 1 MB, a large report 10 MB. Its objects take about ten times its
# size in memory, so that a run with 5 requests in flight stays below what a small machine has.
MAX_BODY = 64 * 1024 * 1024  # bytes, decompressed
MAX_HEAD = 1024 * 1024  # bytes of heads and of the sizes of chunks, beside the body
CHUNK = 64 * 1024  # bytes


class BodyTooLarge(requests.RequestException):
    """The body has more than MAX_BODY bytes once it is decompressed."""


class Allowance:
    """What one request has left: seconds until its end, and bytes that it may receive."""

    def __init__(self, seconds: float) -> None:
        """Start the clock."""
        self._end = time.monotonic() + seconds
        self._bytes = MAX_BODY + MAX_HEAD

    @property
    def seconds(self) -> float:
        """The seconds left.

        Raises:
            TimeoutError: There are none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            msg = "the response took longer than request_timeout"
            raise TimeoutError(msg)
        return left

    def count(self, received: int) -> None:
        """Count bytes as they arrive, before they are decompressed.

        Raises:
            OSError: There are more than any response may have.
        """
        self._bytes -= received
        if self._bytes < 0:
            msg = f"more than {MAX_BODY + MAX_HEAD} bytes came"
            raise OSError(msg)


class _Local(threading.local):
    """The allowance of the request that a thread sends now; None outside of one."""

    allowance: Allowance | None = None


_current = _Local()


class BoundedReader(io.RawIOBase):
    """Reads from a socket within the allowance of a request."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, allowance: Allowance) -> None:
        """Take over the socket's own reader."""
        self._raw = raw
        self._sock = sock
        self._allowance = allowance

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any, /) -> int | None:
        self._sock.settimeout(self._allowance.seconds)
        received = self._raw.readinto(buffer)
        self._allowance.count(received or 0)
        return received

    @override
    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _BoundedConnection(HTTPConnection):
    """A connection whose responses are read within the allowance of their request."""

    @override
    def _new_conn(self) -> socket.socket:
        """Connect within the time left, which the addresses of the host share."""
        if _current.allowance is not None:
            self.timeout = _current.allowance.seconds / self._count_addresses()
        return super()._new_conn()

    def _count_addresses(self) -> int:
        with suppress(OSError, UnicodeError):  # the connection reports that the name is unknown
            return len(socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM))
        return 1

    @override
    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        """Send within the time left: the socket still has that of the last response."""
        if self.sock is not None and _current.allowance is not None:
            self.sock.settimeout(_current.allowance.seconds)
        super().putrequest(*args, **kwargs)

    @override
    def response_class(  # type: ignore[override]  # http.client calls it as it would the class
        self, sock: socket.socket, *args: Any, **kwargs: Any
    ) -> http.client.HTTPResponse:
        """Return the response on a socket, before its head is read."""
        response = http.client.HTTPResponse(sock, *args, **kwargs)
        if _current.allowance is not None:
            raw = response.fp.detach()
            bounded = BoundedReader(raw, sock, _current.allowance)
            response.fp = io.BufferedReader(bounded, CHUNK)
        return response


CERTIFICATE_FILE = "SSL_CERT_FILE"


def build_trust() -> ssl.SSLContext:
    """Return a context that trusts what the system trusts, and what SSL_CERT_FILE names.

    Containers may have no certificates at all: those of `requests` are trusted as well, except
    where the system's own interface decides, which macOS and Windows have.

    Raises:
        OSError: There is no such file.
    """
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.platform not in {"darwin", "win32"}:
        context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if named := os.environ.get(CERTIFICATE_FILE):
        context.load_verify_locations(named)
    return context


class _BoundedTLSConnection(_BoundedConnection, HTTPSConnection):
    """The same over TLS, with the system's certificates unless REQUESTS_CA_BUNDLE is set."""

    @override
    def connect(self) -> None:
        """Connect with a context of its own: a shared one would make handshakes wait."""
        if self.ssl_context is None and self.ca_certs == DEFAULT_CA_BUNDLE_PATH:
            self.ssl_context, self.ca_certs = build_trust(), None
        super().connect()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _BoundedConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _BoundedTLSConnection


POOLS = {"http": _Pool, "https": _TLSPool}


class _Body(io.BytesIO):
    """A body that was received; `requests` takes it as it is, and no copy in parts of 10 kB."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Yield all of it."""
        yield self.read()


class BoundedAdapter(HTTPAdapter):
    """Sends requests; `timeout` is the time for a response as a whole, from connecting on.

    A response that is not to be streamed is read here, up to MAX_BODY bytes.
    """

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    @override
    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> PoolManager:
        manager: PoolManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager

    @override
    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request and receive its response.

        Raises:
            requests.RequestException: It is not here in time, or too large (BodyTooLarge).
        """
        _current.allowance = Allowance(timeout)
        options = {"timeout": timeout, "verify": verify, "cert": cert, "proxies": proxies}
        try:
            response = super().send(request, stream=True, **options)
            if not stream:
                response.raw = _Body(_read_body(response))
            response.headers.pop("Location", None)  # no redirect is followed, nor read
        finally:
            _current.allowance = None
        return response


def _read_body(response: requests.Response) -> bytes:
    """Return the body, decompressed."""
    body = bytearray()
    with _translate_errors():
        for chunk in response.raw.stream(CHUNK, decode_content=True):
            body += chunk
            if len(body) > MAX_BODY:
                response.close()
                msg = f"the body has more than {MAX_BODY} bytes"
                raise BodyTooLarge(msg, request=response.request)
    return bytes(body)


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Raise the errors of urllib3 as those of requests."""
    try:
        yield
    except ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from error
    except DecodeError as error:
        raise requests.exceptions.ContentDecodingError(error) from error
    except HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error


def was_sent(error: requests.RequestException) -> bool:
    """Tell whether a request that failed may have reached the server."""
    if isinstance(error, (requests.ConnectTimeout, requests.exceptions.SSLError)):
        return False
    cause = error.args[0] if error.args else None
    return not (isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError))
