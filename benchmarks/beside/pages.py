"""Pages from a file in place of a service, and what one more record costs to read from them."""

from __future__ import annotations

import gc
import io
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[["Pages"], int]

END = b'{"code":0,"page_context":{"has_more_page":false},"invoices":[]}'


class Pages(BaseAdapter):
    """Page n is line n of a file; `spent` is the processor time that this takes itself."""

    def __init__(self, file: Path) -> None:
        """Read the file."""
        super().__init__()
        self._bodies = file.read_bytes().splitlines()
        self.rows = sum(body.count(b'"invoice_id"') for body in self._bodies)
        self.spent = 0.0

    @override
    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Return the page that is requested; one without rows behind the last."""
        began = time.thread_time()
        number = int(parse_qs(urlsplit(str(request.url)).query)["page"][0])
        response = requests.Response()
        body = self._bodies[number - 1] if number <= len(self._bodies) else END
        response.status_code, response.raw = 200, io.BytesIO(body)
        response.url, response.request = str(request.url), request
        response.headers["Content-Type"] = "application/json"
        self.spent += time.thread_time() - began
        return response

    @override
    def close(self) -> None:
        """Nothing is open."""

    def replace_network(self) -> None:
        """Answer all requests of this process."""
        HTTPAdapter.send = lambda _, request, **__: self.send(request)  # type: ignore[method-assign]


def _measure(read: Read, file: Path) -> tuple[float, int]:
    """Return the seconds of processor time of reading a file, and its rows.

    Garbage is collected before, as in `benchmarks.records`.

    Raises:
        RuntimeError: Not all of them were read.
    """
    pages = Pages(file)
    gc.collect()
    began = time.process_time()
    found = read(pages)
    spent = time.process_time() - began - pages.spent
    if found != pages.rows:
        msg = f"{found} of {pages.rows} rows were read"
        raise RuntimeError(msg)
    return spent, found


def print_cost(read: Read) -> None:
    """Print the microseconds that one more record costs: a long file less a short one.

    The files are the arguments of the command line, the short one first. It is read once before,
    so that no module is imported meanwhile.
    """
    _measure(read, Path(sys.argv[1]))
    (few, few_rows), (many, many_rows) = (_measure(read, Path(name)) for name in sys.argv[1:])
    print((many - few) / (many_rows - few_rows) * 1e6)
