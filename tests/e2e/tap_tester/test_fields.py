"""Automatic fields and all fields: what is selected arrives, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.e2e.reading_reports import ABSENT
from tests.e2e.tap_tester.runner import ORGANIZATION, automatic

if TYPE_CHECKING:
    from sandbox import World
    from tests.e2e.tap_tester.runner import Sync

KEPT_APART = "additional_fields"


def test_automatic_fields_only(catalog: dict[str, dict[str, Any]], least: Sync) -> None:
    """With every field left out, each record holds its keys and replication key, and no more."""
    wanted = {name: {frozenset(automatic(entry))} for name, entry in catalog.items()}
    assert {name: {frozenset(one) for one in records}
            for name, records in least.records.items()} == {
        name: one for name, one in wanted.items() if name not in ABSENT
    }  # fmt: skip
    assert {name: {frozenset(one["schema"]["properties"])}
            for name, one in least.schemas.items()} == wanted  # fmt: skip


def test_automatic_fields_are_enough(full: Sync, least: Sync) -> None:
    """Leaving fields out leaves no row out."""
    assert {name: least.keys(name) for name in least.schemas} == {
        name: full.keys(name) for name in full.schemas
    }


def test_all_fields_are_announced(catalog: dict[str, dict[str, Any]], full: Sync) -> None:
    """With every field selected, the SCHEMA message of a stream holds all fields of the catalog."""
    assert {name: one["schema"]["properties"].keys() for name, one in full.schemas.items()} == {
        name: entry["schema"]["properties"].keys() for name, entry in catalog.items()
    }


def test_no_field_comes_unannounced(full: Sync) -> None:
    """No record holds a field that its SCHEMA message does not."""
    strange = {name: unknown for name, records in full.records.items()
               if (unknown := {field for one in records for field in one}
                   - full.schemas[name]["schema"]["properties"].keys())}  # fmt: skip
    assert full.records
    assert strange == {}


def test_every_stream_has_more_than_its_key(catalog: dict[str, dict[str, Any]], full: Sync) -> None:
    """Of every stream some field arrives filled that is not one of its automatic ones."""
    empty = [name for name, records in full.records.items()
             if not {field for one in records for field, value in one.items() if value is not None}
             - automatic(catalog[name])]  # fmt: skip
    assert full.records
    assert empty == []


def test_all_that_the_service_sends_arrives(full: Sync, world: World) -> None:
    """Each field of each row and document is in its record, or kept apart: none is lost."""
    lost: dict[str, set[str]] = {}
    seen = 0
    for stream, collection in lists(full, world).items():
        show = world.document if stream.endswith("_details") else world.row
        for record in full.records[stream]:
            row = show(record[ORGANIZATION], collection, full.key(stream, record)[-1])
            arrived = record.keys() | (record.get(KEPT_APART) or {}).keys()
            # A custom field comes twice, as shown and as it is; its one column is named as shown.
            missing = {field.removesuffix("_unformatted") for field in row} - arrived
            seen += len(row)
            if missing:
                lost.setdefault(stream, set()).update(missing)
    assert lost == {}
    assert seen > 5_000


def lists(full: Sync, world: World) -> dict[str, str]:
    """Return the collections of those streams whose names tell them."""
    names = {name: name.removesuffix("_details") for name in full.schemas}
    plural = {name: f"{base}s" if base != name else name for name, base in names.items()}
    collections = {name: word.replace("_", "") for name, word in plural.items()}
    return {name: one for name, one in collections.items() if one in world.collections}
