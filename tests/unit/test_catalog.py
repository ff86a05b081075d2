"""The catalog as users get it, and what a whole run sends under it.

After a change that is meant: `.venv/bin/pytest tests/unit/test_catalog.py --snapshot-update`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator

from tap_zohobooks.resources import TABLE
from tests.conftest import Run, Service, made

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


@pytest.fixture(scope="module")
def everything() -> Run:
    """Every stream of three organizations of three editions, discovered and read."""
    three = made(rows=12, organizations=3, requests_per_minute=10**6, daily_quota=10**6)
    modules = [name for own in three.world.holdings.values() for name in own.spec.modules]
    return three.complete([*TABLE, *modules], discovers=True, requests_per_minute=10**6)


def test_every_stream_brings_rows(everything: Run) -> None:
    """There is no stream without a row, of modules neither."""
    assert {stream for stream, _ in everything.counts} == everything.tap.streams.keys()


def test_every_record_fits_its_schema(everything: Run) -> None:
    """Each record validates against the SCHEMA message that stands before it."""
    assert everything.counts
    validators: dict[str, Draft7Validator] = {}
    wrong = []
    for message in everything.messages:
        if message["type"] == "SCHEMA":
            validators[message["stream"]] = Draft7Validator(message["schema"])
        elif message["type"] == "RECORD":
            wrong += [
                f"{message['stream']}: {error.message}"
                for error in validators[message["stream"]].iter_errors(message["record"])
            ]
    assert wrong == []


def test_keys_are_unique(everything: Run) -> None:
    """No two records of a stream have the same key."""
    keys = {
        message["stream"]: message["key_properties"]
        for message in everything.messages
        if message["type"] == "SCHEMA"
    }
    assert everything.counts
    for stream, columns in keys.items():
        found = [tuple(record[name] for name in columns) for record in everything.records(stream)]
        assert len(set(found)) == len(found), stream
