"""Custom fields: their values, and the three ways in which the service writes them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.data.numbers import hash_name, mix, to_amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.data.organizations import CustomField
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record


def build_custom_fields(
    scene: Scene,
    fields: tuple[CustomField, ...],
    record: Record,
    part: str,
    made: Mapping[str, Any],
) -> dict[str, Any]:
    """Build the custom fields of a record: by name in a row, as a hash, and as an array."""
    listed: list[dict[str, Any]] = []
    hashed: dict[str, Any] = {}
    chance = scene.draw("settings/customfields", record.number)
    for index, one in enumerate(fields):
        lot = mix(chance, index)
        if lot % 3 == 0:
            continue
        value, shown = draw_value(scene, one, lot >> 8)
        hashed |= {one.api_name: shown, f"{one.api_name}_unformatted": value}
        option = {"selected_option_id": scene.spec.make_id(804, lot % 97)} if one.options else {}
        values = {"index": index + 1, "value": value, "value_formatted": shown}
        listed.append({**_describe_field(scene, one), **values, **option})
    written: dict[str, Any] = {} if part == "document" else dict(hashed)
    if isinstance(made.get("custom_fields"), list):
        written["custom_fields"] = listed
    if "custom_field_hash" in made or part == "document":
        written["custom_field_hash"] = hashed
    return written


def _describe_field(scene: Scene, one: CustomField) -> dict[str, Any]:
    return {
        "customfield_id": make_field_id(scene, one),
        "field_id": make_field_id(scene, one),
        "label": one.label,
        "api_name": one.api_name,
        "placeholder": one.api_name,
        "data_type": one.data_type,
        "is_active": True,
        "show_on_pdf": False,
        "show_in_all_pdf": False,
        "search_entity": one.entity,
        "is_dependent_field": False,
    }


def build_customer_fields(scene: Scene, record: Record) -> dict[str, Any]:
    """Build the customer's custom fields, which the service adds to documents of that customer."""
    theirs = scene.spec.get_fields("contact")
    written = build_custom_fields(
        scene, theirs, record, "row", {"custom_fields": [], "custom_field_hash": {}}
    )
    listed, hashed = written.pop("custom_fields"), written.pop("custom_field_hash")
    return {**written, "customer_custom_fields": listed, "customer_custom_field_hash": hashed}


def make_field_id(scene: Scene, one: CustomField) -> str:
    """Make the id of a custom field."""
    return scene.spec.make_id(805, hash_name(f"{one.entity}.{one.api_name}") % 10**7)


def draw_value(scene: Scene, one: CustomField, lot: int) -> tuple[Any, str]:
    """Draw a value of a custom field, and format it."""
    match one.data_type:
        case "decimal" | "percent":
            value: Any = Decimal(lot % 10**6).scaleb(-2).normalize() + 0
            return value, f"{value:.2f}"
        case "amount":
            value = to_amount(lot % 10**7, scene.spec.decimals)
            return value, f"{scene.spec.symbol}{value:,}"
        case "number":
            return lot % 500, f"{lot % 500}"
        case "check_box":
            return lot % 2 == 0, str(lot % 2 == 0).lower()
        case "date":
            date = scene.format_date(1_700_000_000 + lot % 10**7)
            return date, "/".join(reversed(date.split("-")))
        case "date_time":
            moment = 1_700_000_000 + lot % 10**7
            return scene.format_time(moment), scene.format_display_time(moment)
        case "multiselect":
            chosen = [option for place, option in enumerate(one.options) if lot >> place & 1]
            return chosen, ", ".join(chosen)
        case "dropdown":
            option = one.options[lot % len(one.options)]
            return option, option
        case "lookup":
            return scene.spec.make_id(806, lot % 10**6), scene.pools.pick_word(lot)
        case _:
            text = f"{lot % 9000:04d}" if lot % 2 else scene.pools.pick_word(lot)
            return text, text
