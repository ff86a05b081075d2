"""Sync canary: with everything selected, everything answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.e2e.reading_reports import ABSENT

if TYPE_CHECKING:
    from tests.e2e.tap_tester.runner import Sync


def test_every_stream_brings_something(catalog: dict[str, Any], full: Sync) -> None:
    """Each stream of the catalog announces itself and brings records, but for absent reports."""
    assert full.schemas.keys() == catalog.keys()
    assert {name for name in catalog if not full.records.get(name)} == ABSENT


def test_the_order_of_messages(full: Sync) -> None:
    """A SCHEMA comes before the records of its stream, and a STATE comes last."""
    announced: set[str] = set()
    for message in full.messages:
        if message["type"] == "SCHEMA":
            announced.add(message["stream"])
        elif message["type"] == "RECORD":
            assert message["stream"] in announced
    assert full.messages[-1]["type"] == "STATE"
