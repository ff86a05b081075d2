"""Custom fields as columns: their types, and their values from wherever a row holds them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tap_zohobooks.transform.column_names import (
    ENDS,
    FORMATTED,
    PREFIX,
    RAW,
    ColumnNames,
    to_column,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tap_zohobooks.transform.cleaner import Row

Schema = dict[str, Any]

TEXT: Schema = {"type": ["null", "string"]}
NUMBER: Schema = {"type": ["null", "number"]}
BOOLEAN: Schema = {"type": ["null", "boolean"]}
LIST: Schema = {"type": ["array", "null"], "items": TEXT}
DATE: Schema = {**TEXT, "format": "date"}
INSTANT: Schema = {**TEXT, "format": "date-time"}
# The types that a column may have, by the name under which discovery stores them.
TYPES: dict[str, Schema] = {
    "boolean": BOOLEAN,
    "date": DATE,
    "instant": INSTANT,
    "list": LIST,
    "number": NUMBER,
    "text": TEXT,
}
_DATA_TYPES: dict[str, Schema] = {
    "amount": NUMBER,
    "check_box": BOOLEAN,
    "date": DATE,
    "date_time": INSTANT,
    "decimal": NUMBER,
    "multiselect": LIST,
    "number": NUMBER,
    "percent": NUMBER,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field: its name (`cf_...`) and the JSON schema of its column."""

    name: str
    schema: Mapping[str, Any]

    @property
    def column(self) -> str:
        """The name of its column, which loaders can take."""
        return to_column(self.name)


def get_type(schema: Mapping[str, Any]) -> str:
    """Return the name of a column's type."""
    return next(name for name, one in TYPES.items() if one == schema)


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
        Field(name, _DATA_TYPES.get(str(entry.get("data_type")), TEXT))
        for entry in entries
        if (name := _get_name(entry))
    ]


def infer_fields(rows: Iterable[Row]) -> list[Field]:
    """Return the custom fields that rows hold, sorted by name; text unless all values agree.

    A text alone may be the formatted text of a value, so it counts only if no row holds a value.
    """
    values: dict[str, list[Any]] = {}
    texts: set[str] = set()
    for row in rows:
        array, hashed = _read_array(row), _read_hash(row)
        names = {name.removesuffix(RAW) for name in (*row, *hashed) if name.startswith(PREFIX)}
        for name in {one for one in names if not one.endswith(FORMATTED)} | array.keys():
            value = _find_value(row, name, array, hashed)
            if value not in (None, ""):
                values.setdefault(name, []).append(value)
            elif row.get(name) or hashed.get(name):
                texts.add(name)
    found = dict.fromkeys(texts, TEXT) | {name: _infer_schema(values[name]) for name in values}
    return [Field(name, schema) for name, schema in sorted(found.items())]


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
        first = columns.setdefault(field.column, dict(field.schema))
        if first != field.schema:
            columns[field.column] = TEXT
            conflicts.add(field.column)
    return columns, sorted(conflicts)


def _read_array(row: Row, find: Callable[[str], str] = str) -> dict[str, Any]:
    """Return the values of the array `custom_fields` by column; a document holds them there.

    `find` returns the column of a field. Of several fields, the one that is spelt like it counts,
    or else the first in order that has a value.
    """
    entries = row.get("custom_fields")
    if not isinstance(entries, list):
        return {}
    values = {name: entry.get("value") for entry in entries
              if isinstance(entry, dict) and (name := _get_name(entry))}  # fmt: skip
    found: dict[str, Any] = {}
    for name in sorted(values, key=lambda one: (find(one) != one, one)):
        if found.get(find(name)) in (None, ""):
            found[find(name)] = values[name]
    return found


def _read_hash(row: Row) -> Row:
    """Return the object `custom_field_hash`, which a row may hold beside the other forms."""
    hashed = row.get("custom_field_hash")
    return hashed if isinstance(hashed, dict) else {}


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

    A field with a column under another spelling is renamed. The formatted text is kept in
    `cf_..._formatted` if the value does not tell it, as with the name of a lookup.
    """

    def __init__(self, properties: Mapping[str, Mapping[str, Any]]) -> None:
        """Find the columns of a schema that are custom fields."""
        self._is_text = {
            name: "string" in schema.get("type", ()) and "format" not in schema
            for name, schema in properties.items()
            if name.startswith(PREFIX)
        }
        self._names = ColumnNames(properties)
        self._names_in_hash = ColumnNames(self._is_text)
        self._replaced = frozenset(name + end for name in self._is_text for end in ENDS)

    def __call__(self, row: Row) -> Row:
        """Return the row, or a copy of it with one value for each custom field."""
        row = self._names(row)
        if not self._is_text:
            return row
        array = _read_array(row, self._names.find)
        hashed = self._names_in_hash(_read_hash(row))
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
