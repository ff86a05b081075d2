"""What a record costs a declarative source of the Airbyte CDK, written as a line of JSON."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.sources.declarative.concurrent_declarative_source import (
    ConcurrentDeclarativeSource,
)

from benchmarks.beside.pages import Pages, print_cost

MANIFEST = Path(__file__).with_name("airbyte_manifest.json")
SCHEMA = Path(__file__).parents[2] / "tap_zohobooks" / "schemas" / "invoices.json"


def read(pages: Pages) -> int:
    """Write all records, and return their number."""
    pages.replace_network()
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    manifest["streams"][0]["schema_loader"]["schema"] = schema
    stream = {"name": "invoices", "json_schema": schema,
              "supported_sync_modes": ["full_refresh", "incremental"]}  # fmt: skip
    entry = {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append",
             "cursor_field": ["last_modified_time"]}  # fmt: skip
    catalog = ConfiguredAirbyteCatalogSerializer.load({"streams": [entry]})
    config: dict[str, Any] = {}
    source = ConcurrentDeclarativeSource(
        catalog=catalog, config=config, state=[], source_config=manifest
    )
    out, rows = io.StringIO(), 0
    for message in source.read(logging.getLogger("airbyte"), config, catalog, []):
        out.write(AirbyteEntrypoint.airbyte_message_to_string(message) + "\n")
        rows += message.type.value == "RECORD"
    return rows


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    print_cost(read)
