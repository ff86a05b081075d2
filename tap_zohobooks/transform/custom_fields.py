"""Custom fields as columns: their types, and their values wherever the service wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tap_zohobooks.transform.cleaner import Row

Schema = dict[str, Any]

PREFIX = "cf_"
RAW, SHOWN = "_unformatted", "_formatted"

TEXT: Schema = {"type": ["null", "string"]}
NUMBER: Schema = {"type": ["null", "number"]}
BOOLEAN: Schema = {"type": ["null", "boolean"]}
LIST: Schema = {"type": ["array", "null"], "items": TEXT}
_TYPES: dict[str, Schema] = {
    "amount": NUMBER,
    "check_box": BOOLEAN,
    "date": {**TEXT, "format": "date"},
    "date_time": {**TEXT, "format": "date-time"},
    "decimal": NUMBER,
    "multiselect": LIST,
    "number": NUMBER,
    "percent": NUMBER,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field: the name of its column, and the column's type."""

    name: str
    schema: Mapping[str, Any]


def _name(described: Mapping[str, Any]) -> str:
    """Return a field's name; `placeholder` holds it where `api_name` is absent."""
    for key in ("api_name", "placeholder"):
        name = described.get(key)
        if isinstance(name, str) and name.startswith(PREFIX):
            return name
    return ""


def told(described: Iterable[Mapping[str, Any]]) -> list[Field]:
    """Return the custom fields that metadata tell of; other fields are left out."""
    return [
        Field(name, _TYPES.get(str(one.get("data_type")), TEXT))
        for one in described
        if (name := _name(one))
    ]


def _shown_types(values: Sequence[Any]) -> Schema:
    for kinds, schema in (((bool,), BOOLEAN), ((int, Decimal), NUMBER), ((list,), LIST)):
        if all(type(value) in kinds for value in values):
            return schema
    return TEXT


def seen(rows: Iterable[Row]) -> list[Field]:
    """Return the custom fields that rows show; what is not surely something else is text."""
    values: dict[str, list[Any]] = {}
    for row in rows:
        names = {name.removesuffix(RAW) for name in row if name.startswith(PREFIX)}
        listed = _listed(row)
        for name in {one for one in names if not one.endswith(SHOWN)} | listed.keys():
            value = _value(row, name, listed, {})
            if value not in (None, ""):
                values.setdefault(name, []).append(value)
    return [Field(name, _shown_types(found)) for name, found in sorted(values.items())]


def union(fields: Iterable[Field]) -> tuple[dict[str, Schema], list[str]]:
    """Return the columns of several organizations' fields, and those whose types disagree.

    A column whose types disagree is text, which can hold them all.
    """
    columns: dict[str, Schema] = {}
    at_odds: list[str] = []
    for one in fields:
        known = columns.setdefault(one.name, dict(one.schema))
        if known != one.schema:
            columns[one.name] = TEXT
            at_odds.append(one.name)
    return columns, sorted(set(at_odds))


def _listed(row: Row) -> dict[str, Any]:
    fields = row.get("custom_fields")
    if not isinstance(fields, list):
        return {}
    described = [one for one in fields if isinstance(one, dict)]
    return {name: one.get("value") for one in described if (name := _name(one))}


def _value(row: Row, name: str, listed: Row, hashed: Row) -> object:
    """Return a field's value, never its formatted text; None where there is only that."""
    if name in listed:
        return listed[name]
    for place in (row, hashed):
        if name + RAW in place:
            return place[name + RAW]
        value = place.get(name)
        if value is not None and (not isinstance(value, str) or name + SHOWN in place):
            return value
    return None


class Flattener:
    """Gives each custom field of a row its column; fields that have none stay as they came.

    The shown text of a value is kept where it tells more than the value: the name of a lookup.
    """

    def __init__(self, properties: Mapping[str, Mapping[str, Any]]) -> None:
        """Find the columns of a schema that are custom fields."""
        self._is_text = {
            name: "string" in schema.get("type", ()) and "format" not in schema
            for name, schema in properties.items()
            if name.startswith(PREFIX)
        }
        self._twins = frozenset(name + end for name in self._is_text for end in ("", RAW, SHOWN))

    def __call__(self, row: Row) -> Row:
        """Return the row with one typed value a custom field."""
        if not self._is_text:
            return row
        listed, hashed = _listed(row), row.get("custom_field_hash")
        hashed = hashed if isinstance(hashed, dict) else {}
        flat = {name: value for name, value in row.items() if name not in self._twins}
        for name, is_text in self._is_text.items():
            value = _value(row, name, listed, hashed)
            shown = row.get(name + SHOWN, row.get(name, hashed.get(name)))
            if value is None and is_text:
                value = shown  # a text is shown as it is
            flat[name] = value
            is_lost = shown not in (None, "") and str(shown) != str(value) and name not in listed
            if is_lost and (is_text or value is None):
                flat[name + SHOWN] = shown
        return flat
