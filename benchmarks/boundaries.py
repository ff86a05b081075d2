"""Count the module boundaries that one row crosses: `python -m benchmarks.boundaries`.

The tap's command syncs `invoices` of one organization, whose list is one page in memory. Counted
are the functions of the package that are called, in any thread, from the moment at which the
answer of that page is handed over until its last RECORD line is written.

A module change is a call of a function that is in another module than the function which the same
thread called before it (for the first call of a thread: than the function that it was in). So the
return into a module counts once that module calls the next function.

A crossing is a call whose caller is in another module. Where the SDK or a library lies between,
the caller is the nearest function of the package up the stack. Returns do not count.

Both are counted for a list of one row, which includes what is done once a page and once a stream,
and for a list of two rows; the difference is what a second row adds. The settings are the default
ones, with which one thread reads and another one writes. A run before these imports all modules.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from typing_extensions import override

from tap_zohobooks.tap import TapZohoBooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType
    from typing import TypeAlias

    from tap_zohobooks.http.session import ServiceSession

    Write: TypeAlias = Callable[[int, "bytes | memoryview"], int]

PACKAGE = TapZohoBooks.__module__.partition(".")[0]
BASE = "http://127.0.0.1:9"
ORGANIZATION, STREAM, KEY = "1", "invoices", "invoice_id"
ROWS = 2
Boundary = tuple[str, str]


def module_of(frame: FrameType | None) -> str:
    """Return the name of the package's module that a frame runs in; blank for any other."""
    name = str(frame.f_globals.get("__name__", "")) if frame else ""
    return name if name.startswith(f"{PACKAGE}.") else ""


def caller_of(frame: FrameType) -> str:
    """Return the module of the nearest function of the package up the stack; blank if none is."""
    above = frame.f_back
    while above and not module_of(above):
        above = above.f_back
    return module_of(above)


@dataclass
class Trace:
    """What was counted between the answer and the last record."""

    rows: int
    is_on: bool = False
    changes: Counter[Boundary] = field(default_factory=Counter)
    crossings: Counter[Boundary] = field(default_factory=Counter)
    _called: dict[int, str] = field(default_factory=dict)

    def count_call(self, frame: FrameType, event: str, _: object) -> None:
        """Count a call; this is the profile function of all threads."""
        if not self.is_on or event != "call" or not (module := module_of(frame)):
            return
        caller, thread = caller_of(frame), threading.get_ident()
        before, self._called[thread] = self._called.get(thread, caller), module
        self.changes[before, module] += before != module
        self.crossings[caller, module] += caller not in {"", module}

    def write(self, descriptor: int, data: bytes | memoryview, write: Write = os.write) -> int:
        """Write as `os.write` does, and stop counting at the last RECORD line."""
        if lines := bytes(data).count(b'"RECORD"'):
            self.rows -= lines
            self.is_on = self.is_on and self.rows > 0
        return write(descriptor, data)


@dataclass
class Service(BaseAdapter):
    """An organization, and one page of the list; handing that over starts the count."""

    rows: list[dict[str, object]]
    trace: Trace

    @override
    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        is_list = urlsplit(str(request.url)).path.endswith(f"/{STREAM}")
        context = {"has_more_page": False, "per_page": 200, "sort_column": "last_modified_time",
                   "sort_order": "A"}  # fmt: skip
        page = {"page_context": context, STREAM: self.rows}
        document = page if is_list else {"organizations": [{"organization_id": ORGANIZATION}]}
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, str(request.url), request
        answer.raw = io.BytesIO(json.dumps({"code": 0, **document}).encode())
        answer.headers["Date"] = "Mon, 23 Nov 2026 12:00:00 GMT"
        self.trace.is_on = is_list
        return answer

    @override
    def close(self) -> None:
        """Nothing is open."""


def value(described: Mapping[str, Any], number: int) -> object:
    """Return what the service writes in a field of one value; None for any other field."""
    kinds = set(described.get("type", []))
    match described.get("format"):
        case _ if {"array", "object"} & kinds:
            return None
        case "date-time":
            return f"2026-01-01T00:00:{number:02}+0000"
        case "date":
            return "2026-03-04"
        case _ if {"number", "integer"} & kinds:
            return number
        case _:
            return True if "boolean" in kinds else f"text {number}"


def entry() -> dict[str, Any]:
    """Return the stream's entry of the catalog that needs no service."""
    found = TapZohoBooks(config={}, validate_config=False, setup_mapper=False).catalog_dict
    return next(dict(one) for one in found["streams"] if one["stream"] == STREAM)


def trace_sync(count: int) -> Trace:
    """Sync a list of so many rows through the tap's command, and return what was counted."""
    catalog = entry()
    fields = catalog["schema"]["properties"].items()
    told = [{name: value(one, number) for name, one in fields} for number in range(count)]
    rows = [{**row, KEY: str(10**18 + number)} for number, row in enumerate(told)]
    service = Service(rows, Trace(count))

    class InMemory(TapZohoBooks):
        @cached_property
        @override
        def session(self) -> ServiceSession:
            session = super().session
            session.mount(BASE, service)
            return session

    with tempfile.TemporaryDirectory() as folder:
        run(InMemory, Path(folder), {"streams": [catalog]}, service.trace)
    if service.trace.rows:
        msg = f"{service.trace.rows} of {count} RECORD lines were not seen."
        raise RuntimeError(msg)
    return service.trace


def run(tap: type[TapZohoBooks], folder: Path, catalog: dict[str, Any], trace: Trace) -> None:
    """Run the command of a tap with a trace on, its output in a file of the folder."""
    config = {**dict.fromkeys(("client_id", "client_secret", "access_token"), "x"), "region": "us",
              "api_url": BASE, "organization_ids": [ORGANIZATION], "token_cache": "off",
              "requests_per_minute": 10**6}  # fmt: skip
    words = []
    for name, content in (("config", config), ("catalog", catalog)):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        words += [f"--{name}", str(path)]
    with (
        (folder / "output").open("w", encoding="utf-8") as output,
        patch.object(sys, "stdout", output),
        patch.object(os, "write", trace.write),
    ):
        threading.setprofile(trace.count_call)
        sys.setprofile(trace.count_call)
        try:
            tap.cli.main(words, standalone_mode=False)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)


def main() -> int:
    """Count, and print totals and boundaries."""
    logging.disable(logging.CRITICAL)
    trace_sync(1)
    one, two = trace_sync(1), trace_sync(ROWS)
    for name, first, second in (("module changes", one.changes, two.changes),
                                ("crossings", one.crossings, two.crossings)):  # fmt: skip
        total = first.total()
        print(f"{name}: {total} for one row on a page, {second.total() - total} for a second row")
        print(f"{'of one':>8}{'a second':>10}  from -> to")
        shown = {pair: (first[pair], second[pair] - first[pair]) for pair in first | second}
        for (source, target), counts in sorted(shown.items(), key=lambda pair: (-pair[1][0], pair)):
            if any(counts):
                print(f"{counts[0]:8}{counts[1]:10}  {source} -> {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
