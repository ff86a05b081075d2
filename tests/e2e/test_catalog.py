"""What a whole run over every stream sends under the catalog."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft7Validator
from typing_extensions import override

from tap_zohobooks.resources import TABLE
from tests.conftest import Run, made
from tests.e2e.reading_reports import ABSENT, ONCE, log_deletion

if TYPE_CHECKING:
    from collections.abc import Iterator


class Misfits(logging.Handler):
    """Collects the log lines of values that do not fit the type of their column."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.texts: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if "does not fit its type" in text:
            self.texts.append(text)


@pytest.fixture(scope="module")
def whole() -> Iterator[tuple[Run, list[str]]]:
    """Every stream of three organizations of three editions, and its misfits."""
    three = made(rows=12, organizations=3, requests_per_minute=10**6, daily_quota=10**6)
    log_deletion(three.world)
    modules = [stream for own in three.world.holdings.values() for name in own.spec.modules
               for stream in (name, f"{name}_details")]  # fmt: skip
    misfits = Misfits()
    logging.getLogger().addHandler(misfits)
    run = three.complete([*TABLE, *modules], discovers=True, requests_per_minute=10**6, **ONCE)
    yield run, misfits.texts
    logging.getLogger().removeHandler(misfits)


@pytest.fixture
def everything(whole: tuple[Run, list[str]]) -> Run:
    """Every stream of three organizations of three editions, discovered and read."""
    return whole[0]


def test_every_stream_brings_rows(everything: Run) -> None:
    """There is no stream without a row, of modules neither, but for reports that are absent."""
    found = {stream for stream, _ in everything.counts}
    assert found == everything.tap.streams.keys() - ABSENT


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


def test_every_value_fits_its_type(whole: tuple[Run, list[str]]) -> None:
    """The double sends no value that does not fit the type of its column."""
    run, misfits = whole
    assert run.counts
    assert misfits == []
