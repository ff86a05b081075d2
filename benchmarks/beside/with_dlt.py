"""What a record costs dlt, up to the end of its extraction, before it types and writes it."""

from __future__ import annotations

import logging
import os
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import dlt
import requests
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator

from benchmarks.beside.pages import Pages, print_cost

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "http://127.0.0.1:9"


class Paginator(PageNumberPaginator):  # type: ignore[misc]  # dlt is not among what is checked
    """Page numbers, for as long as the service says that there are more."""

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        """Read whether there are more."""
        super().update_state(response, data)
        self._has_next_page = response.json()["page_context"]["has_more_page"]


def read(pages: Pages) -> int:
    """Extract all rows, and return their number."""
    session = requests.Session()
    session.mount(BASE, pages)
    client = RESTClient(BASE, session=session)
    since = dlt.sources.incremental("last_modified_time")

    def invoices(_since: object = since) -> Iterator[Any]:
        yield from client.paginate(
            "/books/v3/invoices",
            params={"per_page": 200, "sort_column": "last_modified_time"},
            paginator=Paginator(base_page=1, page_param="page", total_path=None),
            data_selector="invoices",
        )

    with TemporaryDirectory() as folder:
        pipeline = dlt.pipeline("records", destination="filesystem", pipelines_dir=folder)
        told = pipeline.extract(dlt.resource(invoices, name="invoices", primary_key="invoice_id"))
    return sum(
        one["table_metrics"]["invoices"].items_count
        for packages in told.metrics.values()
        for one in packages
        if "invoices" in one["table_metrics"]
    )


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    print_cost(read)
