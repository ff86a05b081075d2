"""Documents written out: a record's facts in the shape of a list row, or of a whole document."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sandbox.facts import facts_of
from sandbox.numbers import mix, money
from sandbox.scene import kind_number
from sandbox.shapes import MISSING, shape, template
from sandbox.store import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.catalog import Endpoint
    from sandbox.kinds import Shape
    from sandbox.organizations import CustomField
    from sandbox.scene import Scene

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
    if one.parent and one.parent_key in made:
        made[one.parent_key] = parent
    custom = scene.spec.fields_of(one.path if one.path.startswith("cm_") else one.entity)
    if custom:
        made |= _custom(scene, custom, record, part, made)
    if "customer_custom_fields" in made:
        made |= _leaked(scene, record)
    return made


def _changed(changes: Mapping[str, Any], mine: Shape, other: Shape) -> dict[str, Any]:
    """The changed fields that belong here; one that no shape knows shows everywhere."""
    return {name: value for name, value in changes.items() if name in mine or name not in other}


def _custom(
    scene: Scene,
    fields: tuple[CustomField, ...],
    record: Record,
    part: str,
    made: Mapping[str, Any],
) -> dict[str, Any]:
    """The custom fields of a record in the three ways that the service writes them."""
    listed: list[dict[str, Any]] = []
    hashed: dict[str, Any] = {}
    for index, one in enumerate(fields):
        lot = mix(scene.chance("settings/customfields", record.number), index)
        if lot % 3 == 0:
            continue
        value, shown = custom_value(scene, one, lot >> 8)
        hashed |= {one.api_name: shown, f"{one.api_name}_unformatted": value}
        listed.append(
            {
                "customfield_id": custom_id(scene, one),
                "field_id": custom_id(scene, one),
                "index": index + 1,
                "label": one.label,
                "api_name": one.api_name,
                "placeholder": one.api_name,
                "data_type": one.data_type,
                "value": value,
                "value_formatted": shown,
                "is_active": True,
                "show_on_pdf": False,
                "show_in_all_pdf": False,
                "search_entity": one.entity,
                "is_dependent_field": False,
                **({"selected_option_id": scene.spec.id(804, lot % 97)} if one.options else {}),
            }
        )
    written: dict[str, Any] = {} if part == "document" else dict(hashed)
    if isinstance(made.get("custom_fields"), list):
        written["custom_fields"] = listed
    if "custom_field_hash" in made or part == "document":
        written["custom_field_hash"] = hashed
    return written


def _leaked(scene: Scene, record: Record) -> dict[str, Any]:
    """The customer's own custom fields, which leak into documents under their plain names."""
    theirs = scene.spec.fields_of("contact")
    written = _custom(scene, theirs, record, "row", {"custom_fields": [], "custom_field_hash": {}})
    listed, hashed = written.pop("custom_fields"), written.pop("custom_field_hash")
    return {**written, "customer_custom_fields": listed, "customer_custom_field_hash": hashed}


def custom_id(scene: Scene, one: CustomField) -> str:
    """The id of a custom field."""
    return scene.spec.id(805, mix(kind_number(one.entity), *one.api_name.encode()) % 10**7)


def custom_value(scene: Scene, one: CustomField, lot: int) -> tuple[Any, str]:
    """A value of a custom field, and how it is shown."""
    match one.data_type:
        case "decimal" | "percent":
            value: Any = Decimal(lot % 10**6).scaleb(-2).normalize() + 0
            return value, f"{value:.2f}"
        case "amount":
            value = money(lot % 10**7, scene.spec.decimals)
            return value, f"{scene.spec.symbol}{value:,}"
        case "number":
            return lot % 500, f"{lot % 500}"
        case "check_box":
            return lot % 2 == 0, str(lot % 2 == 0).lower()
        case "date":
            date = scene.date(1_700_000_000 + lot % 10**7)
            return date, "/".join(reversed(date.split("-")))
        case "date_time":
            moment = 1_700_000_000 + lot % 10**7
            return scene.local(moment), scene.shown(moment)
        case "multiselect":
            chosen = [option for place, option in enumerate(one.options) if lot >> place & 1]
            return chosen, ", ".join(chosen)
        case "dropdown":
            option = one.options[lot % len(one.options)]
            return option, option
        case "lookup":
            return scene.spec.id(806, lot % 10**6), scene.pools.word(lot)
        case _:
            text = f"{lot % 9000:04d}" if lot % 2 else scene.pools.word(lot)
            return text, text
