"""Kinds of value: what a field holds, without its value.

A kind is a word (``id``, ``money``, ``time``, ...), followed by ``?`` if the service leaves
the field blank at times; an object is a dict of kinds, an array a list of at most one kind.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias, Union

Kind: TypeAlias = Union[str, "Shape", "list[Kind]"]
Shape: TypeAlias = "dict[str, Kind]"

EMPTY: Final = "empty"
_PATTERNS: Final = (
    ("id", re.compile(r"-?\d{15,19}|-1")),
    ("time", re.compile(r"\d{4}-\d\d-\d\dT.*")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("display-time", re.compile(r"\d\d \w{3} \d{4} \d\d:\d\d [AP]M")),
    ("display-date", re.compile(r"\d\d \w{3} \d{4}|\d\d/\d\d/\d{4}")),
    ("display-money", re.compile(r"\W[\d,]+\.\d\d")),
    ("email", re.compile(r"[^@\s]+@[^@\s]+")),
    ("url", re.compile(r"https?://.*", re.DOTALL)),
    ("duration", re.compile(r"\d\d:\d\d")),
    ("digits", re.compile(r"-?\d+(\.\d+)?")),
)
_COUNTS: Final = re.compile(
    r"(precision|(^|_)order|(^|_)count|terms|_days|depth|number_of|page|sent|year|month|minutes|period)$"
)
_MONEY: Final = re.compile(
    r"(total|amount|balance|rate|price|charge|adjustment|credit|debit|bcy|fcy|discount|paid"
    r"|payment|made|cost|limit|value|refund|payable|receivable|withheld|write_off)"
)

_NUMERIC: Final = re.compile(r"(_amount|_total|_order|_percentage|_on_hand|_value|repeat_every)$")

_ENDINGS: Final = (
    ("_formatted", EMPTY),
    ("_id", "id"),
    ("_time", "time"),
    ("email", "email"),
    ("_date", "date"),
    ("date", "date"),
    ("_url", "url"),
)


def _classify_number(name: str) -> str:
    if _COUNTS.search(name):
        return "count"
    if "percent" in name or "exchange_rate" in name:
        return "number"
    return "money" if _MONEY.search(name) else "number"


def _classify_text(name: str, value: str) -> str:
    if not value.strip():
        return EMPTY
    for kind, pattern in _PATTERNS:
        if pattern.fullmatch(value.strip()):
            return "id" if kind == "digits" and name.endswith("_id") else kind
    return "text"


def _classify_name(name: str) -> str:
    """Classify a text field that is always blank by its name."""
    return next((kind for ending, kind in _ENDINGS if name.endswith(ending)), EMPTY)


def _classify_documented_text(name: str) -> str:
    """Classify a field that a file describes as text; amounts and places are ``digits`` even so."""
    if name.startswith("is_"):
        return "bool"
    if _NUMERIC.search(name):
        return "digits"
    return "text" if _classify_name(name) == EMPTY else _classify_name(name)


def infer_shape(values: list[dict[str, Any]]) -> Shape:
    """Infer the shape of recorded objects; a field that some of them lack is part of it."""
    names = {name: None for value in values for name in value}
    return {
        name: _infer_kind(name, [value[name] for value in values if name in value])
        for name in names
    }


def _infer_kind(name: str, values: list[Any]) -> Kind:
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        return infer_shape(objects)
    arrays = [value for value in values if isinstance(value, list)]
    if arrays:
        members = [member for array in arrays for member in array]
        return [_infer_kind(name, members)] if members else []
    kinds = {_classify_scalar(name, value) for value in values}
    filled = sorted(kinds - {EMPTY})
    if not filled:
        return EMPTY
    first = "text" if len(filled) > 1 and "id" not in filled else filled[0]
    return f"{first}?" if EMPTY in kinds else first


def _classify_scalar(name: str, value: object) -> str:
    match value:
        case bool():
            return "bool"
        case int() | float():
            return _classify_number(name)
        case _:
            return _classify_text(name, str(value))


def convert_schema(name: str, schema: dict[str, Any], described: dict[str, Any]) -> Kind:
    """Convert an OpenAPI schema to a kind, with its references resolved."""
    while "$ref" in schema:
        target: Any = described
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    if "properties" in schema:
        return {
            field: convert_schema(field, inner, described)
            for field, inner in schema["properties"].items()
        }
    match schema.get("type"):
        case "array":
            items = schema.get("items") or {}
            return [convert_schema(name, items, described)] if items else []
        case "object":
            return {}
        case "boolean":
            return "bool"
        case "number" | "integer":
            return "id" if name.endswith("_id") else _classify_number(name)
        case _:
            example = _classify_text(name, str(schema.get("example") or ""))
            if example not in {EMPTY, "digits", "text"}:
                return example
            return _classify_documented_text(name)


def merge_shapes(seen: Shape, described: Shape) -> Shape:
    """Merge a recorded shape with the kinds that a file has for blank fields and empty arrays."""
    return {name: _merge_kinds(name, kind, described.get(name)) for name, kind in seen.items()}


def _merge_kinds(name: str, seen: Kind, described: Kind | None) -> Kind:
    match seen, described:
        case "empty", str() if described.rstrip("?") not in {EMPTY, "text"}:
            return f"{described.rstrip('?')}?"
        case "empty", None if _classify_name(name) != EMPTY:
            return f"{_classify_name(name)}?"
        case "empty", "text" if not _MONEY.search(name) and "stock" not in name:
            return "text?"
        case dict(), dict():
            return merge_shapes(seen, described)
        case [], [dict() | str()]:
            return described
        case [dict() as inner], [dict() as other]:
            return [merge_shapes(inner, other)]
        case _:
            return seen
