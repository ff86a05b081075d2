"""What a whole run over every stream sends under the catalog."""

from __future__ import annotations

import pytest
from jsonschema import Draft7Validator

from tap_zohobooks.resources import TABLE
from tests.conftest import Run, made


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
