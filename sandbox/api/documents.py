"""Records as JSON objects: the facts of a record in the shape of a list row or a document."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.custom_fields import build_custom_fields, build_customer_fields
from sandbox.data.facts.registry import get_facts
from sandbox.data.shapes import MISSING, get_template, load_shape
from sandbox.data.store import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.data.catalog import Endpoint
    from sandbox.data.kinds import Shape
    from sandbox.data.scene import Scene

# A change without a field is written to the first of these that a row has.
VISIBLE: Final = (
    "reference_number",
    "description",
    "notes",
    "website",
    "twitter",
    "company_name",
    "bank_name",
    "tax_name",
    "currency_name",
    "name",
    "record_name",
    "first_name",
    "address",
    "recurrence_name",
)
SHARED_SHAPES: Final = {"comments": "invoices.comments"}


def get_shape_name(one: Endpoint) -> str:
    """Get the name of the shape file of an endpoint."""
    if one.path.startswith("cm_"):
        return "cm_module"
    if one.path.endswith("/comments") and not load_shape(one.slug, "row"):
        return SHARED_SHAPES["comments"]
    return one.slug


def find_visible_field(one: Endpoint) -> str:
    """Find the field of a row that holds its revision after a change."""
    row = load_shape(get_shape_name(one), "row")
    return next((name for name in VISIBLE if name in row), one.key)


@lru_cache(maxsize=256)
def list_row_fields(one: Endpoint) -> frozenset[str]:
    """List the fields that a row of a list may have."""
    return frozenset({*load_shape(get_shape_name(one), "row"), one.key})


def write_row(scene: Scene, one: Endpoint, record: Record) -> dict[str, Any]:
    """Write a record as a row of its list."""
    return _write(scene, one, record, "row")


def write_document(scene: Scene, one: Endpoint, record: Record) -> dict[str, Any]:
    """Write a record as a document; as a row if its list has no documents."""
    part = "document" if load_shape(get_shape_name(one), "document") else "row"
    return _write(scene, one, record, part)


def write_fields(
    scene: Scene, one: Endpoint, record: Record, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Write a row of given facts that is no record of a table."""
    return {**_build(scene, one, "row", record, fields), one.key: record.id}


def write_all_fields(scene: Scene, one: Endpoint, record: Record) -> dict[str, Any]:
    """Write all fields of a record: those of the document, and those that only the row has."""
    return {**write_row(scene, one, record), **write_document(scene, one, record)}


def _write(scene: Scene, one: Endpoint, record: Record, part: str) -> dict[str, Any]:
    live = scene.get_live_fields(one.path, record, part)
    if live:
        made = _build(scene, one, part, record, live)
    else:
        made = _write_unchanged(
            scene,
            one,
            part,
            record.id,
            record.number,
            record.created,
            record.modified,
            record.parent,
        )
    if not record.changes:
        return made
    name = get_shape_name(one)
    other = load_shape(name, "row" if part == "document" else "document")
    return made | _select_changes(record.changes, load_shape(name, part), other)


# Most rows never change, and worlds of one seed have the same rows: write each one once.
@lru_cache(maxsize=4096)
def _write_unchanged(
    scene: Scene,
    one: Endpoint,
    part: str,
    record_id: str,
    number: int,
    created: int,
    modified: int,
    parent: str,
) -> dict[str, Any]:
    """Write a record without its changes; the result is cached, callers must not change it."""
    record = Record(record_id, number, created, modified, parent)
    return _build(scene, one, part, record, {})


def _build(
    scene: Scene, one: Endpoint, part: str, record: Record, live: Mapping[str, Any]
) -> dict[str, Any]:
    """Build a record in its shape; ``live`` are facts that changes of others have changed."""
    facts = {**get_facts(one.path)(scene, record, whole=part == "document"), **live}
    made = get_template(get_shape_name(one), part, scene.spec, scene.seed).make(
        record.number, facts
    )
    _set_keys(made, one, facts.get(one.key, record.id), record.parent)
    if not record.modified and "last_modified_time" in made:
        made["last_modified_time"] = ""
    custom = scene.spec.get_fields(one.path if one.path.startswith("cm_") else one.entity)
    if custom:
        made |= build_custom_fields(scene, custom, record, part, made)
    if "customer_custom_fields" in made:
        made |= build_customer_fields(scene, record)
    return made


def _set_keys(made: dict[str, Any], one: Endpoint, key: object, parent: str) -> None:
    """Set the key of a record, and that of its parent if its shape has one."""
    if key is MISSING:
        made.pop(one.key, None)
    else:
        made[one.key] = key
    if one.parent and get_shape_name(one) != one.slug:
        made[one.parent_key] = made.pop("invoice_id", parent)
    if one.parent and one.parent_key in made:
        made[one.parent_key] = parent


def _select_changes(changes: Mapping[str, Any], mine: Shape, other: Shape) -> dict[str, Any]:
    """Select the changed fields of this part; a field that is in no shape is in both parts."""
    return {name: value for name, value in changes.items() if name in mine or name not in other}
