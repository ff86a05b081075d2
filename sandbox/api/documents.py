"""Documents written out: a record's facts in the shape of a list row, or of a whole document."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.custom_fields import custom_fields, leaked
from sandbox.data.facts import facts_of
from sandbox.data.shapes import MISSING, shape, template
from sandbox.data.store import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.data.catalog import Endpoint
    from sandbox.data.kinds import Shape
    from sandbox.data.scene import Scene

# Where a change shows when no field is named: the first of these that a row has.
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


def shape_name(one: Endpoint) -> str:
    """The shape file that an endpoint goes by."""
    if one.path.startswith("cm_"):
        return "cm_module"
    if one.path.endswith("/comments") and not shape(one.slug, "row"):
        return SHARED_SHAPES["comments"]
    return one.slug


def visible_field(one: Endpoint) -> str:
    """The field of a row that tells its revision once it was changed."""
    row = shape(shape_name(one), "row")
    return next((name for name in VISIBLE if name in row), one.key)


@lru_cache(maxsize=256)
def row_fields(one: Endpoint) -> frozenset[str]:
    """The fields that a row of a list may have."""
    return frozenset({*shape(shape_name(one), "row"), one.key})


def row(scene: Scene, one: Endpoint, record: Record) -> dict[str, Any]:
    """A record as its list shows it."""
    return _write(scene, one, record, "row")


def document(scene: Scene, one: Endpoint, record: Record) -> dict[str, Any]:
    """A record as its own page shows it; one without a page looks as in the list."""
    part = "document" if shape(shape_name(one), "document") else "row"
    return _write(scene, one, record, part)


def whole(scene: Scene, one: Endpoint, record: Record) -> dict[str, Any]:
    """All that the service holds of a record: the document, and what only the list shows."""
    return {**row(scene, one, record), **document(scene, one, record)}


def _write(scene: Scene, one: Endpoint, record: Record, part: str) -> dict[str, Any]:
    made = _seeded(
        scene, one, part, record.id, record.number, record.created, record.modified, record.parent
    )
    if not record.changes:
        return made
    name = shape_name(one)
    other = shape(name, "row" if part == "document" else "document")
    return made | _changed(record.changes, shape(name, part), other)


# Most rows never change, and a world with the same seed has the same ones: write each out once.
@lru_cache(maxsize=4096)
def _seeded(
    scene: Scene,
    one: Endpoint,
    part: str,
    record_id: str,
    number: int,
    created: int,
    modified: int,
    parent: str,
) -> dict[str, Any]:
    """A record as it was seeded; callers share what comes back and must not change it."""
    record = Record(record_id, number, created, modified, parent)
    facts = facts_of(one.path)(scene, record, whole=part == "document")
    made = template(shape_name(one), part, scene.spec, scene.seed).make(number, facts)
    key = facts.get(one.key, record_id)
    if key is MISSING:
        made.pop(one.key, None)
    else:
        made[one.key] = key
    if not modified and "last_modified_time" in made:
        made["last_modified_time"] = ""
    if one.parent and shape_name(one) != one.slug:
        made[one.parent_key] = made.pop("invoice_id", parent)
    if one.parent and one.parent_key in made:
        made[one.parent_key] = parent
    custom = scene.spec.fields_of(one.path if one.path.startswith("cm_") else one.entity)
    if custom:
        made |= custom_fields(scene, custom, record, part, made)
    if "customer_custom_fields" in made:
        made |= leaked(scene, record)
    return made


def _changed(changes: Mapping[str, Any], mine: Shape, other: Shape) -> dict[str, Any]:
    """The changed fields that belong here; one that no shape knows shows everywhere."""
    return {name: value for name, value in changes.items() if name in mine or name not in other}
