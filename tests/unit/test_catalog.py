"""The catalog as users get it.

After a change that is meant: `.venv/bin/pytest tests/unit/test_catalog.py --snapshot-update`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks.streams.records import RecordStream
from tests.conftest import Service

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

Make = Callable[..., Service]


def short(schema: dict[str, Any]) -> str | dict[str, object]:
    """Return a schema in few words: what holds what, and whether it may be null."""
    types = schema.get("type", [])
    kinds = [types] if isinstance(types, str) else types
    inner = ""
    if "properties" in schema:
        return {name: short(one) for name, one in sorted(schema["properties"].items())}
    if "items" in schema:
        inner = " of " + json.dumps(short(schema["items"]))
    if "format" in schema:
        inner = f" {schema['format']}"
    return "/".join(sorted(kinds)) + inner


def shown(entry: dict[str, Any]) -> str:
    """Return what a user can rely on of a stream, a line a field."""
    (own,) = (one["metadata"] for one in entry["metadata"] if not one["breadcrumb"])
    automatic = sorted(
        one["breadcrumb"][-1]
        for one in entry["metadata"]
        if one["metadata"].get("inclusion") == "automatic"
    )
    head: dict[str, object] = {
        "key": entry["key_properties"],
        "replication": [entry["replication_method"], entry.get("replication_key")],
        "selected by default": own["selected-by-default"],
        "automatic": automatic,
    }
    fields = short(entry["schema"])
    assert isinstance(fields, dict)
    return "\n".join(f"{name}: {json.dumps(value)}" for name, value in {**head, **fields}.items())


def test_the_catalog_is_the_known_one(service: Make, snapshot: SnapshotAssertion) -> None:
    """Streams, keys, replication, selection and every field are as they were."""
    entries = service().catalog({})["streams"]
    assert {entry["tap_stream_id"]: shown(entry) for entry in entries} == snapshot


@pytest.mark.parametrize("is_connected", [False, True])
def test_what_discovery_prints(service: Make, *, is_connected: bool) -> None:
    """Each stream, schema and piece of metadata is as in the SDK's own catalog, custom ones too."""
    place = service()
    tap = place.discovery(place.config() if is_connected else {})
    known = tap.catalog_dict
    assert json.loads(tap.catalog_json_text) == known
    assert any(entry["stream"].startswith("cm_") for entry in known["streams"]) == is_connected


def test_how_discovery_prints(service: Make) -> None:
    """A catalog is text that any terminal shows, and a schema in it may have any letters."""
    tap = service().discovery({})
    stream = tap.streams["invoices"]
    assert isinstance(stream, RecordStream)
    stream.columns["cf_name"] = {"title": "Zoë"}
    text = tap.catalog_json_text
    assert text.isascii()
    assert text.startswith('{\n  "streams": [\n    {\n      "tap_stream_id": ')
    entry = next(one for one in json.loads(text)["streams"] if one["stream"] == "invoices")
    assert entry["schema"]["properties"]["cf_name"]["title"] == "Zoë"
