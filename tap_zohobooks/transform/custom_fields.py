"""Custom fields as columns: their types, and their values from wherever a row holds them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tap_zohobooks.transform.cleaner import Row

Schema = dict[str, Any]

PREFIX = "cf_"
RAW, FORMATTED = "_unformatted", "_formatted"

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
    """The column of a custom field: its name (`cf_...`) and its JSON schema."""

    name: str
    schema: Mapping[str, Any]


def _get_name(metadata: Mapping[str, Any]) -> str:
    """Return a field's name; `placeholder` holds it if `api_name` is absent."""
    for key in ("api_name", "placeholder"):
        name = metadata.get(key)
        if isinstance(name, str) and name.startswith(PREFIX):
            return name
    return ""


def parse_metadata(entries: Iterable[Mapping[str, Any]]) -> list[Field]:
    """Return the custom fields that the service's metadata describe; skip other fields."""
    return [
        Field(name, _TYPES.get(str(entry.get("data_type")), TEXT))
        for entry in entries
        if (name := _get_name(entry))
    ]


def infer_fields(rows: Iterable[Row]) -> list[Field]:
    """Return the custom fields that rows hold, sorted by name; text unless all values agree."""
    values: dict[str, list[Any]] = {}
    for row in rows:
        names = {name.removesuffix(RAW) for name in row if name.startswith(PREFIX)}
        array = _read_array(row)
        for name in {one for one in names if not one.endswith(FORMATTED)} | array.keys():
            value = _find_value(row, name, array, {})
            if value not in (None, ""):
                values.setdefault(name, []).append(value)
    return [Field(name, _infer_schema(found)) for name, found in sorted(values.items())]


def _infer_schema(values: Sequence[Any]) -> Schema:
    for kinds, schema in (((bool,), BOOLEAN), ((int, Decimal), NUMBER), ((list,), LIST)):
        if all(type(value) in kinds for value in values):
            return schema
    return TEXT


def merge_columns(fields: Iterable[Field]) -> tuple[dict[str, Schema], list[str]]:
    """Return the columns of several organizations' fields, and the names of those that conflict.

    A column whose types conflict is text, which can hold them all.
    """
    columns: dict[str, Schema] = {}
    conflicts: set[str] = set()
    for field in fields:
        first = columns.setdefault(field.name, dict(field.schema))
        if first != field.schema:
            columns[field.name] = TEXT
            conflicts.add(field.name)
    return columns, sorted(conflicts)


def _read_array(row: Row) -> dict[str, Any]:
    """Return the values of the array `custom_fields` by name; a document holds them there."""
    entries = row.get("custom_fields")
    if not isinstance(entries, list):
        return {}
    return {name: entry.get("value") for entry in entries
            if isinstance(entry, dict) and (name := _get_name(entry))}  # fmt: skip


def _find_value(row: Row, name: str, array: Row, hashed: Row) -> object:
    """Return a field's value; None if the row holds only its formatted text."""
    if name in array:
        return array[name]
    for place in (row, hashed):
        if name + RAW in place:
            return place[name + RAW]
        value = place.get(name)
        if value is not None and (not isinstance(value, str) or name + FORMATTED in place):
            return value
    return None


class Flattener:
    """Writes each custom field of a row to its column; fields without a column stay unchanged.

    The formatted text is kept in `cf_..._formatted` if the value does not tell it, as with the
    name of a lookup.
    """

    def __init__(self, properties: Mapping[str, Mapping[str, Any]]) -> None:
        """Find the columns of a schema that are custom fields."""
        self._is_text = {
            name: "string" in schema.get("type", ()) and "format" not in schema
            for name, schema in properties.items()
            if name.startswith(PREFIX)
        }
        ends = ("", RAW, FORMATTED)
        self._replaced = frozenset(name + end for name in self._is_text for end in ends)

    def __call__(self, row: Row) -> Row:
        """Return a copy of the row with one value for each custom field."""
        if not self._is_text:
            return row
        array, hashed = _read_array(row), row.get("custom_field_hash")
        hashed = hashed if isinstance(hashed, dict) else {}
        flat = {name: value for name, value in row.items() if name not in self._replaced}
        for name, is_text in self._is_text.items():
            value = _find_value(row, name, array, hashed)
            formatted = row.get(name + FORMATTED, row.get(name, hashed.get(name)))
            if value is None and is_text:
                value = formatted
            flat[name] = value
            is_lost = formatted not in (None, "") and str(formatted) != str(value)
            if is_lost and name not in array and (is_text or value is None):
                flat[name + FORMATTED] = formatted
        return flat
