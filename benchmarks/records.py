"""What a record costs beside the SDK's plain way: `python -m benchmarks.records`.

Both taps read the same rows of 55 fields from memory and write them into a file, in this process,
by turns; the time that the rows' maker takes is left out. Ends with 1 where the median ratio is
above the limit.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import logging
import sys
import time
from bisect import bisect_left
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter
from singer_sdk import RESTStream, Tap
from typing_extensions import override

from benchmarks import plain_tap
from tap_zohobooks.singer.stdout import LineWriter
from tap_zohobooks.streams.records import SCHEMAS
from tap_zohobooks.tap import TapZohoBooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BASE = "http://127.0.0.1:9"
ORGANIZATION = "1"
FIELDS = 55
LIMIT = 0.22
FEW = 200
YEAR = {"fiscal_year_start_month": 0, "time_zone": "UTC"}  # of an organization; 0 is January
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
CONFIG = {
    **dict.fromkeys(("client_id", "client_secret", "access_token"), "x"),
    "region": "us",
    "api_url": BASE,
    "organization_ids": [ORGANIZATION],
    "requests_per_minute": 10**6,
}


def schema() -> dict[str, Any]:
    """Return the schema of invoices, cut down to the fields that are written."""
    whole = SCHEMAS.fetch_schema("invoices")
    must = ["additional_fields", "invoice_id", "last_modified_time", "organization_id"]
    flat = [name for name, one in whole["properties"].items()
            if not {"array", "object"} & set(one["type"]) and name not in must]  # fmt: skip
    names = [*must, *flat[: FIELDS - 3]]
    return {**whole, "properties": {name: whole["properties"][name] for name in names}}


def value(name: str, described: dict[str, Any], number: int) -> object:
    """Return what the service would write: times with its offset, and blanks now and then."""
    match described.get("type"), described.get("format"):
        case _, "date-time":
            moment = EPOCH + timedelta(seconds=number)
            return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")
        case _, "date":
            return "2026-03-04" if number % 3 else ""
        case kinds, _ if "number" in (kinds or ()):
            return number * 1.25
        case kinds, _ if "boolean" in (kinds or ()):
            return number % 2 == 0
        case _:
            return f"{name} {number}" if number % 4 else ""


def build_row(cut: dict[str, Any], key: str, number: int) -> dict[str, Any]:
    """Return a row of a list: the fields of a schema that hold one value, and a key of its own."""
    row = {name: value(name, one, number) for name, one in cut["properties"].items()
           if name != "organization_id" and not {"array", "object"} & set(one["type"])}  # fmt: skip
    return {**row, key: str(10**18 + number)}


@dataclass
class Service(BaseAdapter):
    """A list that honours filter and sort; `spent` is the time that it has taken itself."""

    collection: ClassVar[str] = "invoices"
    rows: int
    spent: float = 0.0
    times: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Write the rows out once."""
        super().__init__()
        for moment, row in self.build_rows():
            self.times.append(moment)
            self.bodies.append(json.dumps(row).encode())

    def build_rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the rows of the list, each with its time, oldest first."""
        cut = schema()
        for number in range(self.rows):
            row = build_row(cut, "invoice_id", number)
            yield str(row["last_modified_time"]), row

    @override
    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        began = time.thread_time()  # others go on meanwhile
        parts = urlsplit(str(request.url))
        asked = {name: found[0] for name, found in parse_qs(parts.query).items()}
        if parts.path.endswith("/organizations"):
            body = json.dumps(
                {"code": 0, "organizations": [{"organization_id": ORGANIZATION, **YEAR}]}
            ).encode()
        else:
            body = self.find_body(parts.path, asked)
        answer = requests.Response()
        answer.status_code, answer.raw, answer.url = 200, io.BytesIO(body), str(request.url)
        answer.headers["Date"] = "Mon, 23 Nov 2026 12:00:00 GMT"
        answer.request = request
        with self.lock:
            self.spent += time.thread_time() - began
        return answer

    def find_body(self, _: str, asked: dict[str, str]) -> bytes:
        """Return what a path below the list's own brings."""
        return self.page(asked)

    def page(self, asked: dict[str, str]) -> bytes:
        """Return a page from the filter's instant on."""
        since, order = asked.get("last_modified_time", ""), asked.get("sort_order", "A")
        number, size = int(asked.get("page", 1)), int(asked.get("per_page", 200))
        shown = self.bodies[bisect_left(self.times, since) :]
        shown = shown if order == "A" else shown[::-1]
        start = (number - 1) * size
        context = {"page": number, "per_page": size, "has_more_page": start + size < len(shown),
                   "sort_column": "last_modified_time", "sort_order": order}  # fmt: skip
        return b'{"code":0,"page_context":%b,"%b":[%b]}' % (
            json.dumps(context).encode(),
            self.collection.encode(),
            b",".join(shown[start : start + size]),
        )

    @override
    def close(self) -> None:
        """Nothing is open."""


class PlainStream(plain_tap.PlainStream):
    """A list as the SDK's template reads it, from memory."""

    make_schema = staticmethod(schema)

    def __init__(self, tap: Tap, service: Service) -> None:
        """Read from memory."""
        super().__init__(tap, schema=self.make_schema())
        self.requests_session.mount(BASE, service)


def plain(service: Service) -> None:
    """Read with the SDK's plain way."""
    read_plainly(service, PlainStream)


def read_plainly(service: Service, *streams: Callable[[Tap, Service], RESTStream[int]]) -> None:
    """Read streams with the SDK's plain way."""

    class PlainTap(Tap):
        name = "tap-plain"

        @override
        def discover_streams(self) -> list[RESTStream[int]]:
            return [stream(self, service) for stream in streams]

    PlainTap(config=CONFIG).sync_all()


def ours(service: Service) -> None:
    """Read with the tap."""
    read_by_tap(service, "invoices", schema())


def read_by_tap(
    service: Service,
    stream: str,
    cut: dict[str, Any],
    tap_class: type[TapZohoBooks] = TapZohoBooks,
    **settings: str,
) -> None:
    """Read a stream with a schema, and write as the command does.

    The window of requests is shared with no other run.
    """
    found = TapZohoBooks(config={}, validate_config=False, setup_mapper=False).catalog_dict
    (entry,) = (one for one in found["streams"] if one["stream"] == stream)
    entry["schema"] = cut
    known = {None, *cut["properties"]}
    entry["metadata"] = [
        one for one in entry["metadata"] if (one["breadcrumb"] or [None])[-1] in known
    ]
    for one in entry["metadata"]:
        one["metadata"]["selected"] = True
    with TemporaryDirectory() as folder:
        config = {**CONFIG, "token_cache": folder, **settings}
        writer = LineWriter(sys.stdout.fileno())
        tap = tap_class(config=config, catalog={"streams": [entry]}, message_writer=writer)
        tap.session.mount(BASE, service)
        tap.sync_all()


def seconds(
    read: Callable[[Service], None], rows: int, make: Callable[[int], Service] = Service
) -> float:
    """Return the processor's time of a whole run, the service's own left out.

    Garbage is collected before it: the start of a run makes so many objects that one of two runs
    would look through all of them, which takes as long as 1,000 records.
    """
    service = make(rows)
    gc.collect()
    with TemporaryFile("w+") as out:
        began = time.process_time()
        with redirect_stdout(out):
            read(service)
        spent = time.process_time() - began - service.spent
        out.seek(0)
        written = sum('"RECORD"' in line for line in out)
    if written != rows:
        msg = f"{written} records were written of {rows} rows"
        raise RuntimeError(msg)
    return spent


def microseconds(
    read: Callable[[Service], None], rows: int, make: Callable[[int], Service] = Service
) -> float:
    """Return what one more record costs: a long run less a short one."""
    return (seconds(read, rows, make) - seconds(read, FEW, make)) / (rows - FEW) * 1e6


def print_ratio(description: str | None, measure: Callable[[], float], limit: float | None) -> int:
    """Measure a ratio by turns, as the command line says, and print the median.

    Returns:
        1 if it is above the limit, else 0.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--turns", type=int, default=5)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    ratio = median(measure() for _ in range(asked.turns))
    shown = "" if limit is None else f", limit {limit}"
    sys.stdout.write(f"ratio {ratio:.2f} (of {asked.turns} turns){shown}\n")
    return int(limit is not None and ratio > limit)


def main() -> int:
    """Measure by turns, and print medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--turns", type=int, default=5)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    found: dict[str, list[float]] = {"plain SDK": [], "this tap": []}
    for _ in range(asked.turns):
        found["plain SDK"].append(microseconds(plain, asked.rows))
        found["this tap"].append(microseconds(ours, asked.rows))
    for name, times in found.items():
        sys.stdout.write(f"{name}: {median(times):.0f} us a record (of {asked.turns} turns)\n")
    ratio = median(found["this tap"]) / median(found["plain SDK"])
    sys.stdout.write(f"ratio {ratio:.2f}, limit {LIMIT}\n")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
