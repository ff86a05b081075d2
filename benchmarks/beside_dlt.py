"""What a record costs beside dlt: `uv run --with dlt python -m benchmarks.beside_dlt`.

Both read the rows of `benchmarks.records`, by turns. dlt's time is taken at the end of its
extraction, before it types and writes anything for a target. Ends with 1 where the tap costs more.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import dlt
import requests
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator
from typing_extensions import override

from benchmarks.records import BASE, FEW, Service, microseconds, ours

if TYPE_CHECKING:
    from collections.abc import Iterator


class Pages(PageNumberPaginator):  # type: ignore[misc]  # dlt is not among what is checked
    """Page numbers, for as long as the service says that there are more."""

    @override
    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        super().update_state(response, data)
        self._has_next_page = response.json()["page_context"]["has_more_page"]


def extract(rows: int) -> float:
    """Return the processor's time of a whole extraction, the service's own left out."""
    service = Service(rows)
    session = requests.Session()
    session.mount(BASE, service)
    client = RESTClient(BASE, session=session)
    since = dlt.sources.incremental("last_modified_time")

    def invoices(_since: object = since) -> Iterator[Any]:
        yield from client.paginate(
            "/books/v3/invoices",
            params={"per_page": 200, "sort_column": "last_modified_time"},
            paginator=Pages(base_page=1, page_param="page", total_path=None),
            data_selector="invoices",
        )

    with TemporaryDirectory() as folder:
        began = time.process_time()
        pipeline = dlt.pipeline("records", destination="filesystem", pipelines_dir=folder)
        told = pipeline.extract(dlt.resource(invoices, name="invoices", primary_key="invoice_id"))
        spent = time.process_time() - began - service.spent
    read = sum(one["table_metrics"]["invoices"].items_count for packages in told.metrics.values()
               for one in packages if "invoices" in one["table_metrics"])  # fmt: skip
    if read != rows:
        msg = f"{read} of {rows} rows were read"
        raise RuntimeError(msg)
    return spent


def main() -> int:
    """Measure by turns, and print medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--turns", type=int, default=5)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    theirs, tap = [], []
    for _ in range(asked.turns):
        one = (extract(asked.rows) - extract(FEW)) / (asked.rows - FEW) * 1e6
        theirs.append(one)
        tap.append(microseconds(ours, asked.rows))
    sys.stdout.write(f"dlt: {median(theirs):.0f} us a record (of {asked.turns} turns)\n")
    sys.stdout.write(f"this tap: {median(tap):.0f} us a record\n")
    ratio = median(tap) / median(theirs)
    sys.stdout.write(f"ratio {ratio:.2f}, limit 1\n")
    return int(ratio > 1)


if __name__ == "__main__":
    sys.exit(main())
