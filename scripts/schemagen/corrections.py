"""What a reviewer knows better than both sources, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from schemagen.types import OPEN, NameRules, Schema, array, nullable, object_of
from tap_zohobooks.transform.column_names import to_snake_case

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES: Final[dict[str, Schema]] = {
    "any": nullable("array", "boolean", "number", "string", items={}),
    "boolean": nullable("boolean"),
    "date": nullable("string", format="date"),
    "date-time": nullable("string", format="date-time"),
    "number": nullable("number"),
    "open": OPEN,
    "ordinal": {"type": "integer"},
    "string": nullable("string"),
}


@dataclass(frozen=True, slots=True)
class Corrections:
    """Rules of names, fields that come together, and fields of some streams."""

    names: NameRules
    beside: Mapping[str, Mapping[str, Schema]]
    streams: Mapping[str, Mapping[str, Schema]]

    def apply(self, name: str, properties: Mapping[str, Schema]) -> dict[str, Schema]:
        """Return the properties of a stream put right; two spellings of a name are one column."""
        whole = self._complete(_overlaid(properties, self.streams.get(name, {})))
        return {
            name: schema
            for name, schema in whole.items()
            if (snake := to_snake_case(name)) == name or snake not in whole
        }

    def _complete(self, properties: Mapping[str, Schema]) -> dict[str, Schema]:
        """Add the fields that come with another one, at every depth."""
        beside = [fields for name, fields in self.beside.items() if name in properties]
        whole = {name: held for fields in beside for name, held in fields.items()}
        return whole | {name: self._inside(held) for name, held in properties.items()}

    def _inside(self, schema: Schema) -> Schema:
        """Return a schema with what it holds completed."""
        match schema:
            case {"properties": properties}:
                return schema | {"properties": self._complete(properties)}
            case {"items": items}:
                return schema | {"items": self._inside(items)}
            case _:
                return schema


def read_corrections(notes: Mapping[str, Any]) -> Corrections:
    """Return the corrections of a file's four lists."""
    streams: dict[str, dict[str, Schema]] = {}
    for note in notes["streams"]:
        for name in note["streams"]:
            streams[name] = _overlaid(streams.get(name, {}), schemas_of(note["fields"]))
    return Corrections(
        names=NameRules(
            fixed={
                name: schema_of(note["type"])
                for note in notes["everywhere"]
                for name in note["names"]
            },
            alike=frozenset(name for note in notes["alike"] for name in note["names"]),
        ),
        beside={note["field"]: schemas_of(note["fields"]) for note in notes["beside"]},
        streams=streams,
    )


def schemas_of(fields: Mapping[str, object]) -> dict[str, Schema]:
    """Return the properties that short notation stands for."""
    return {name: schema_of(short) for name, short in fields.items()}


def schema_of(short: object) -> Schema:
    """Return the schema that stands for ``"number"``, ``{"a": ...}``, ``[...]`` or ``[]``."""
    match short:
        case str():
            return _TYPES[short]
        case dict():
            return object_of(schemas_of(short))
        case [held]:
            return array(schema_of(held))
        case []:
            return array()
        case _:
            msg = f"A correction is a type, an object or a list of one item, not {short!r}"
            raise ValueError(msg)


def short_of(schema: Schema) -> str:
    """Return the short notation of a scalar's schema; `any` for one that has none of its own."""
    return next((short for short, held in _TYPES.items() if held == schema), "any")


def _overlaid(properties: Mapping[str, Schema], over: Mapping[str, Schema]) -> dict[str, Schema]:
    """Lay fields over others: the same kind of container is joined, anything else replaced."""
    known = {name: _join(properties[name], over[name]) for name in over if name in properties}
    return {**properties, **over, **known}


def _join(below: Schema, above: Schema) -> Schema:
    """Return the upper schema, with what the lower one holds where both are alike."""
    if below["type"] != above["type"]:
        return above
    match below, above:
        case {"properties": under}, {"properties": over}:
            return above | {"properties": _overlaid(under, over)}
        case {"items": {"type": _} as under}, {"items": {"type": _} as over}:
            return above | {"items": _join(under, over)}
        case {"properties": _} | {"items": _}, _:
            return below
        case _:
            return above
