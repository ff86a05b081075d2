"""A tap by the SDK's template, as a program: `python -m benchmarks.plain_tap CONFIG SCHEMA`.

It imports nothing of this tap, so that its memory is what the SDK takes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from singer_sdk import RESTStream, Tap
from singer_sdk.pagination import PageNumberPaginator
from typing_extensions import override

if TYPE_CHECKING:
    import requests
    from singer_sdk.helpers.types import Context


class Pages(PageNumberPaginator):
    """Page numbers, for as long as the service says that there are more."""

    @override
    def has_more(self, response: requests.Response) -> bool:
        return bool(response.json()["page_context"]["has_more_page"])


class PlainStream(RESTStream[int]):
    """The invoices of one organization."""

    name = "invoices"
    path = "/books/v3/invoices"
    primary_keys = ("invoice_id",)
    replication_key: str | None = "last_modified_time"
    records_jsonpath = "$.invoices[*]"

    @property
    @override
    def url_base(self) -> str:
        return str(self.config["api_url"])

    @property
    @override
    def http_headers(self) -> dict[str, str]:
        return {"Authorization": f"Zoho-oauthtoken {self.config['access_token']}"}

    @override
    def get_new_paginator(self) -> Pages:
        return Pages(1)

    @override
    def get_url_params(
        self, context: Context | None, next_page_token: int | None
    ) -> dict[str, Any]:
        (organization,) = self.config["organization_ids"]
        return {"page": next_page_token, "per_page": 200, "sort_column": "last_modified_time",
                "organization_id": organization}  # fmt: skip


def main() -> None:
    """Read all pages."""
    config, schema = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:])

    class PlainTap(Tap):
        """The one stream."""

        name = "tap-plain"

        @override
        def discover_streams(self) -> list[PlainStream]:
            return [PlainStream(self, schema=schema)]

    PlainTap(config=config).sync_all()


if __name__ == "__main__":
    main()
