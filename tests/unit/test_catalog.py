"""The catalog as users get it.

After a change that is meant: `.venv/bin/pytest tests/unit/test_catalog.py --snapshot-update`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
