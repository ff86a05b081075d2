"""A server over TLS with a certificate of one's own authority."""

from __future__ import annotations

import http.server
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterator

    import trustme


@contextmanager
def serve_tls(authority: trustme.CA, name: str = "127.0.0.1") -> Iterator[str]:
    """Serve empty responses over TLS, with a certificate for a name; yield the URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    with http.server.HTTPServer(("127.0.0.1", 0), Empty) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Empty(http.server.BaseHTTPRequestHandler):
    """Answers each request with nothing."""

    def do_GET(self) -> None:  # the name of the standard library
        """Answer 204."""
        self.send_response(204)
        self.end_headers()

    @override
    def log_message(self, *_: object) -> None:
        """Log nothing."""
