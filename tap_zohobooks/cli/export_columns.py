"""Columns of an exported table: from JSON schemas to SQL types, from values to their texts."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from singer_sdk.contrib.msgspec import encoder

from tap_zohobooks.transform.cleaner import ADDITIONAL
from tap_zohobooks.transform.numbers import MAX_DIGITS, MAX_EXPONENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

TEXT, JSON, WHOLE = "VARCHAR", "JSON", "BIGINT"
DIGITS, SCALE = 38, 10  # of DuckDB's longest decimal, and of an amount as a rule
WHOLE_DIGITS = 18  # every number of so many digits is a BIGINT
LINES, NUMBER = "line_items", "line_number"

_exact = Context(prec=MAX_DIGITS + MAX_EXPONENT)
_DECIMAL = re.compile(r"DECIMAL\(38,\s?(\d+)\)")


def find_type(schema: Mapping[str, Any]) -> str:
    """Return the SQL type of a column: text if a value may be of several types."""
    kinds = schema.get("type", [])
    types = sorted({kinds} if isinstance(kinds, str) else {*kinds} - {"null"})
    match types, schema.get("format"):
        case ["string"], "date-time":
            return "TIMESTAMP WITH TIME ZONE"
        case ["string"], "date":
            return "DATE"
        case ["boolean"], _:
            return "BOOLEAN"
        case ["integer"], _:
            return WHOLE
        case ["number"], _:
            return f"DECIMAL({DIGITS},{SCALE})"
        case ((["array"] | ["object"]), _):
            return JSON
    return TEXT


def find_scale(kind: str) -> int | None:
    """Return how many digits behind the point a type holds; None if it is no number."""
    if kind == WHOLE:
        return 0
    found = _DECIMAL.fullmatch(kind)
    return int(found[1]) if found else None


def combine_types(held: str, wanted: str) -> str:
    """Return the type of a column that has one already; text if the two do not go together."""
    if held == wanted or None not in (find_scale(held), find_scale(wanted)):
        return held
    return TEXT


def widen(kind: str, values: Iterable[object]) -> str:
    """Return the type that holds these numbers exactly: the same, a longer one, or text."""
    scale = find_scale(kind)
    if scale is None:
        return kind
    whole, fraction = 0, scale
    for value in values:
        if isinstance(value, (int, Decimal)):
            number = _exact.normalize(Decimal(value))
            whole = max(whole, number.adjusted() + 1)
            fraction = max(fraction, -int(number.as_tuple().exponent))
    if kind == WHOLE and not fraction and whole <= WHOLE_DIGITS:
        return kind
    return f"DECIMAL({DIGITS},{fraction})" if whole + fraction <= DIGITS else TEXT


def to_text(value: object, kind: str) -> str | None:
    """Return a value as the text that SQL converts to the type of its column, exactly."""
    if value is None or (isinstance(value, str) and kind != JSON):
        return value
    if isinstance(value, Decimal) and kind != JSON:
        return format(value, "f")
    return encoder.encode(value).decode()


def lines_table(stream: str) -> str:
    """Return the name of the table of a stream's lines."""
    return f"{stream.removesuffix('_details')}_lines"


def lines_schema(
    properties: Mapping[str, Any], keys: Sequence[str]
) -> dict[str, Mapping[str, Any]] | None:
    """Return the columns of the lines of documents; None if these have none.

    A line is identified by its document and its place there, counted from 1.
    """
    items = properties.get(LINES, {}).get("items", {}).get("properties")
    if not items:
        return None
    identity = {key: properties[key] for key in keys} | {NUMBER: {"type": "integer"}}
    return {**identity, **items, **identity, ADDITIONAL: {"type": "object"}}


def split_lines(
    record: Mapping[str, Any], keys: Sequence[str], columns: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield the lines of a document as rows; what has no column goes to additional_fields."""
    identity = {key: record[key] for key in keys}
    for number, line in enumerate(record[LINES], 1):
        fields = line if isinstance(line, dict) else {"value": line}
        row = {name: value for name, value in fields.items()
               if name in columns and name not in {*keys, NUMBER, ADDITIONAL}}  # fmt: skip
        rest = {name: value for name, value in fields.items()
                if name not in row and identity.get(name) != value}  # fmt: skip
        yield {**row, **identity, NUMBER: number, ADDITIONAL: rest or None}
