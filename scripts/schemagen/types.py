"""Decides the JSON Schema type of a place from what was seen of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from schemagen.shapes import CONTAINERS, NOTHING, Kind, Shape, merge, merge_all, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Schema: TypeAlias = dict[str, Any]

INSTANTS: Final = frozenset({"created_time", "last_modified_time", "updated_time"})

# Codes are text, leading zeros and all, whatever a source says.
_CODE: Final = re.compile(
    r"(^|_)(id|ids|code|fax|mobile|no|number|numbers|phone|prefix|suffix|zip|zipcode)$"
    r"|_formatted$"
)
_NUMBER: Final = re.compile(
    r"(^|_)(amount|balance|charges?|count|depth|percent|percentage|precision|price|quantity|rate"
    r"|sub_total|tax_total|total)$"
    r"|_(amount|total)_[bf]cy$"
)
_BOOLEAN: Final = re.compile(r"^(allow|can|has|is)_")
_CUSTOM_COLUMN: Final = re.compile(r"^cf_")
# Their keys are made by users, not by the service.
_FREE_OBJECT: Final = re.compile(r"custom_field_hash$")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was recorded and what is declared of a place, or of all places of one name."""

    real: Shape = NOTHING
    declared: Shape = NOTHING


@dataclass(frozen=True, slots=True)
class NameRules:
    """Types that a name has everywhere, and names whose inside is the same everywhere."""

    fixed: Mapping[str, Schema]
    alike: frozenset[str] = frozenset()


class Decider:
    """Decides types; where a place itself shows nothing, its name does, seen elsewhere."""

    def __init__(self, rows: Sequence[Evidence], rules: NameRules) -> None:
        """Take all rows of both sources, and what holds for a name wherever it stands."""
        real, declared = [row.real for row in rows], [row.declared for row in rows]
        self._rules = rules
        self._real = _by_name(real)
        self._declared = _by_name(declared)

    def properties(self, at: Evidence) -> dict[str, Schema]:
        """Return the property of every field of an object."""
        real, declared = at.real.inside, at.declared.inside
        return {
            name: self.decide(name, Evidence(real.get(name, NOTHING), declared.get(name, NOTHING)))
            for name in {*real, *declared}
            if not _CUSTOM_COLUMN.match(name)
        }

    def decide(self, name: str, at: Evidence) -> Schema:
        """Return the nullable schema of one place."""
        if name in self._rules.fixed:
            return self._rules.fixed[name]
        if name in self._rules.alike:
            at = self._anywhere(name)
        match sorted(self._kinds(name, at)):
            case ["array"]:
                return self._array(name, self._contents(name, at))
            case ["object"]:
                return self._object(name, self._contents(name, at))
            case kinds if CONTAINERS.intersection(kinds):
                return OPEN
            case _:
                return self._scalar(name, at)

    def _anywhere(self, name: str) -> Evidence:
        """Return what was seen of all places of a name."""
        return Evidence(self._real.get(name, NOTHING), self._declared.get(name, NOTHING))

    def _kinds(self, name: str, at: Evidence) -> frozenset[Kind]:
        """Return the kinds that tell lists, objects and plain values apart: a recording decides."""
        if at.real.kinds:
            return at.real.kinds
        said = at.declared.kinds - {"string"}
        elsewhere = self._real.get(name, NOTHING).kinds
        return elsewhere if elsewhere <= CONTAINERS and said <= CONTAINERS and elsewhere else said

    def _contents(self, name: str, at: Evidence) -> Evidence:
        """Return what shows the inside of a list or object: the place, or else its namesakes."""
        shown = CONTAINERS & (at.real.kinds | at.declared.kinds)
        return at if shown else self._anywhere(name)

    def _array(self, name: str, at: Evidence) -> Schema:
        """Return the schema of a list; what its items are may be unknown."""
        real, declared = at.real.items or NOTHING, at.declared.items or NOTHING
        if at.declared.fields:
            declared = merge(declared, Shape(frozenset({"object"}), at.declared.fields))
        if not real.kinds and declared.kinds <= {"string"} and not _CODE.search(name):
            return array()
        return array(self.decide(f"{name}[]", Evidence(real, declared)))

    def _object(self, name: str, at: Evidence) -> Schema:
        """Return the schema of an object that keeps what it is not known to hold."""
        return object_of({} if _FREE_OBJECT.search(name) else self.properties(at))

    def _scalar(self, name: str, at: Evidence) -> Schema:
        """Return the schema of a plain value."""
        bare = name.removesuffix("[]")
        if _CODE.search(bare):
            return nullable("string")
        for kinds in self._evidence(name, at):
            if kinds:
                return self._by_kinds(name, kinds)
        if _NUMBER.search(bare):
            return nullable("number")
        return nullable("boolean" if _BOOLEAN.match(bare) else "string")

    def _evidence(self, name: str, at: Evidence) -> tuple[frozenset[Kind], ...]:
        """Return what speaks for a type, the surest first: recorded, then said, here, elsewhere."""
        if name in INSTANTS:
            return at.real.scalars, frozenset({"date-time"})
        elsewhere = self._anywhere(name)
        unsure: frozenset[Kind] = frozenset({"date-time", "string"})
        return (
            at.real.scalars,
            elsewhere.real.scalars,
            at.declared.scalars - unsure,
            elsewhere.declared.scalars - unsure,
        )

    def _by_kinds(self, name: str, kinds: frozenset[Kind]) -> Schema:
        """Return the narrowest type that holds all these kinds."""
        match sorted(kinds):
            case ["boolean"] | ["flag"] | ["boolean", "flag"]:
                return nullable("boolean")
            case ["number"] | ["number", "numeral"]:
                return nullable("number")
            case ["numeral"] if self._counts(name):
                return nullable("number")
            case ["date" | "date-time" as form]:
                return nullable("string", format=form)
            case _:
                return nullable("string")

    def _counts(self, name: str) -> bool:
        """Say whether a text of digits is a quantity, by its name here or its type elsewhere."""
        seen = self._anywhere(name)
        named = _NUMBER.search(name) is not None and _BOOLEAN.match(name) is None
        return named or "number" in seen.real.kinds | seen.declared.kinds


def nullable(*types: str, **extra: object) -> Schema:
    """Return the schema of a value that may be unset."""
    return {"type": ["null", *sorted(types)], **extra}


def array(items: Schema | None = None) -> Schema:
    """Return the schema of a list."""
    return nullable("array", items=items or {})


def object_of(properties: Mapping[str, Schema]) -> Schema:
    """Return the schema of an object; unknown keys stay in place."""
    held = {"properties": dict(properties)} if properties else {}
    return nullable("object", additionalProperties=True, **held)


OPEN: Final = nullable("array", "boolean", "number", "object", "string", items={})


def _by_name(shapes: Iterable[Shape]) -> dict[str, Shape]:
    """Return what was seen of each field name anywhere."""
    seen: dict[str, list[Shape]] = {}
    for shape in shapes:
        for name, held in places(shape):
            seen.setdefault(name, []).append(held)
    return {name: merge_all(held) for name, held in seen.items()}
