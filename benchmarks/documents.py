"""What a document of 30 lines costs beside the SDK's plain way: `python -m benchmarks.documents`.

Both taps list the invoices of `benchmarks.records`, and request each: the plain one by a stream of
documents below that of the list. Ends with 1 where the median ratio is above the limit.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from singer_sdk import RESTStream
from typing_extensions import override

from benchmarks import records
from benchmarks.records import BASE, PlainStream, Service, read_by_tap, value
from tap_zohobooks.streams.records import SCHEMAS
from tap_zohobooks.tap import TapZohoBooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context, Record

STREAM = "invoice_details"
LINES, LINE_FIELDS = 30, 30
LIMIT = 0.25
FEW, MANY = 20, 420


class PacedTap(TapZohoBooks):
    """The tap with a window so short that it holds about 100 requests, as at the service's pace."""

    window = 0.1  # seconds


def schema() -> dict[str, Any]:
    """Return the schema of `invoices` as it is measured, and the lines, cut down alike."""
    lines = SCHEMAS.fetch_schema(STREAM)["properties"]["line_items"]
    flat = {name: one for name, one in lines["items"]["properties"].items()
            if not {"array", "object"} & set(one["type"])}  # fmt: skip
    items = {**lines["items"], "properties": dict([*flat.items()][:LINE_FIELDS])}
    cut = records.schema()
    return {**cut, "properties": {**cut["properties"], "line_items": {**lines, "items": items}}}


@dataclass
class Documents(Service):
    """The list, and each of its invoices with lines."""

    documents: dict[str, bytes] = field(default_factory=dict)

    @override
    def __post_init__(self) -> None:
        super().__post_init__()
        fields = schema()["properties"]["line_items"]["items"]["properties"]
        for number, body in enumerate(self.bodies):
            lines = [{name: value(name, one, LINES * number + line) for name, one in fields.items()}
                     for line in range(LINES)]  # fmt: skip
            row = {**json.loads(body), "line_items": lines}
            document = {"code": 0, "message": "success", "invoice": row}
            self.documents[row["invoice_id"]] = json.dumps(document).encode()

    @override
    def find_body(self, path: str, asked: dict[str, str]) -> bytes:
        """Return a document, or a page of the list."""
        found = self.documents.get(path.rpartition("/")[2])
        return self.page(asked) if found is None else found


class ParentStream(PlainStream):
    """The list, which gives the ids and is not written itself."""

    selected_by_default = False

    @override
    def get_child_context(self, record: Record, context: Context | None) -> dict[str, Any]:
        return {"invoice_id": record["invoice_id"]}


class DocumentStream(RESTStream[int]):
    """The documents of a list as the SDK's template reads them."""

    name = STREAM
    path = "/books/v3/invoices/{invoice_id}"
    url_base = BASE
    primary_keys = ("invoice_id",)
    records_jsonpath = "$.invoice"
    parent_stream_type = ParentStream
    ignore_parent_replication_keys = True
    state_partitioning_keys = ()

    def __init__(self, tap: Tap, service: Service) -> None:
        """Read from memory."""
        super().__init__(tap, schema=schema())
        self.requests_session.mount(BASE, service)


def plain(service: Service) -> None:
    """Read with the SDK's plain way."""
    records.read_plainly(service, ParentStream, DocumentStream)


def ours(service: Service) -> None:
    """Read with the tap."""
    read_by_tap(service, STREAM, schema(), PacedTap)


def microseconds(read: Callable[[Service], None]) -> float:
    """Return what one more document costs: a long run less a short one."""
    spent = [records.seconds(read, number, Documents) for number in (MANY, FEW)]
    return (spent[0] - spent[1]) / (MANY - FEW) * 1e6


def measure_ratio() -> float:
    """Return what a document costs beside the plain tap, in one turn."""
    return microseconds(ours) / microseconds(plain)


if __name__ == "__main__":
    sys.exit(records.print_ratio(__doc__, measure_ratio, LIMIT))
