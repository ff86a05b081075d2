"""Convert Zoho's JSON values to the types of the stream's schema, by rules compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from tap_zohobooks.transform.numbers import parse_number
from tap_zohobooks.transform.timestamps import to_date, to_utc

Row = dict[str, Any]
Schema = Mapping[str, Any]

ADDITIONAL = "additional_fields"
MAX_REPORTED = 100  # fields a stream; a service that makes up names would fill memory and log
MAX_NAME = 100  # characters

_BOOLEANS = {"true": True, "false": False}


class Unmapped(NamedTuple):
    """A value that its record cannot hold: one of an unknown field, or an invalid one."""

    path: str  # of the field, as `lines.1.rate`
    value: object  # as it came
    is_invalid: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """How the values of one field are converted.

    `unchanged` holds the types of the values that need no conversion (a text: if it is not blank).
    `parse` converts a text, and returns None if it is blank or invalid. `convert` converts a value
    of another type; it adds an invalid one to `Unmapped`, under the path of the field.
    """

    unchanged: frozenset[type]
    parse: Callable[[str], object]
    convert: Callable[[Any, list[Unmapped], str], object]

    def apply(self, value: object, unmapped: list[Unmapped], path: str) -> object:
        """Return the value in the schema's type; None if it is blank or invalid."""
        if isinstance(value, str):
            converted = self.parse(value)
            if converted is None and value.strip():
                unmapped.append(Unmapped(path, value, is_invalid=True))
            return converted
        if value is None or type(value) in self.unchanged:
            return value
        return self.convert(value, unmapped, path)


def _keep_text(text: str) -> str | None:
    return text if text.strip() else None


def _parse_boolean(text: str) -> bool | None:
    return _BOOLEANS.get(text.strip().lower())


def _reject_text(_: str) -> None:
    return None


def _keep(value: object, _unmapped: list[Unmapped], _path: str) -> object:
    return value


def _reject(value: object, unmapped: list[Unmapped], path: str) -> None:
    unmapped.append(Unmapped(path, value, is_invalid=True))


def _format_text(value: object, unmapped: list[Unmapped], path: str) -> str | None:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
    _reject(value, unmapped, path)
    return None


_NOTHING: frozenset[type] = frozenset()
_ANY = Rule(frozenset({str, int, Decimal, bool}), _keep_text, _keep)
_COLUMN_OF_ANY = Rule(frozenset({str, dict, list}), _keep_text, _format_text)
_INSTANT = Rule(_NOTHING, to_utc, _reject)
_DATE = Rule(_NOTHING, to_date, _reject)
_NUMERIC = Rule(frozenset({int, Decimal}), parse_number, _reject)
_SCALARS = {
    ("string",): Rule(frozenset({str}), _keep_text, _format_text),
    ("number",): _NUMERIC,
    ("integer",): _NUMERIC,
    ("boolean",): Rule(frozenset({bool}), _parse_boolean, _reject),
}


@dataclass(frozen=True, slots=True)
class ObjectConverter:
    """Converts the fields of one kind of JSON object.

    A field without a rule stays in an open object; a closed one leaves it to `unmapped`, unless
    the user has deselected it.
    """

    rules: Mapping[str, Rule]
    is_open: bool
    deselected: frozenset[str] = frozenset()
    _texts: frozenset[str] = field(init=False)  # the fields that keep a text that is not blank
    _unchanged: Mapping[str, frozenset[type]] = field(init=False)  # what else needs no conversion

    def __post_init__(self) -> None:
        """Note what needs no conversion, as nearly all values need none."""
        texts = frozenset(name for name, rule in self.rules.items() if str in rule.unchanged)
        unchanged = {name: rule.unchanged | {type(None)} for name, rule in self.rules.items()}
        object.__setattr__(self, "_texts", texts)
        object.__setattr__(self, "_unchanged", unchanged)

    def convert(self, row: Row, unmapped: list[Unmapped], prefix: str = "") -> Row:
        """Return a copy of the object with each value in its schema's type, blanks as None."""
        record = row.copy()  # most values stay unchanged
        rules, texts, unchanged = self.rules, self._texts, self._unchanged
        for name, value in row.items():
            kind = type(value)
            if kind is str:
                if value >= "!" and name in texts:  # not blank
                    continue
            elif kind in unchanged.get(name, _NOTHING):
                continue
            rule = rules.get(name)
            if rule is None:
                self._convert_unknown(record, name, unmapped, prefix)
            elif kind is not str:
                record[name] = rule.convert(value, unmapped, prefix + name)
            elif not value:
                record[name] = None
            elif (parsed := rule.parse(value)) is not None:
                record[name] = parsed
            else:
                record[name] = rule.apply(value, unmapped, prefix + name)
        return record

    def _convert_unknown(
        self, record: Row, name: str, unmapped: list[Unmapped], prefix: str
    ) -> None:
        if self.is_open:
            record[name] = _ANY.apply(record[name], unmapped, prefix + name)
            return
        value = record.pop(name)
        if name not in self.deselected:
            unmapped.append(Unmapped(prefix + name, value, is_invalid=False))


def _compile_object(schema: Schema, *, is_open: bool) -> Rule:
    rules = compile_rules(schema.get("properties", {}), is_open=is_open)
    fields = ObjectConverter(rules, is_open=is_open or not rules)

    def convert_object(value: object, unmapped: list[Unmapped], path: str) -> Row | None:
        if isinstance(value, dict):
            return fields.convert(value, unmapped, f"{path}.")
        _reject(value, unmapped, path)
        return None

    return Rule(_NOTHING, _reject_text, convert_object)


def _compile_array(schema: Schema) -> Rule:
    rule = compile_rule(schema.get("items") or {}, is_open=True)

    def convert_array(value: object, unmapped: list[Unmapped], path: str) -> list[object] | None:
        if isinstance(value, list):
            return [rule.apply(one, unmapped, f"{path}.{at}") for at, one in enumerate(value)]
        _reject(value, unmapped, path)
        return None

    return Rule(_NOTHING, _reject_text, convert_array)


def compile_rule(schema: Schema, *, is_open: bool) -> Rule:
    """Return the rule of a field; `is_open` lets an object keep fields that `schema` lacks.

    If it does not, objects become columns: one that is an object or another value is text then.
    """
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    types = sorted(kinds - {"null"})
    match types, schema.get("format"):
        case ["string"], "date-time":
            return _INSTANT
        case ["string"], "date":
            return _DATE
        case ["object"], _:
            return _compile_object(schema, is_open=is_open)
        case ["array"], _:
            return _compile_array(schema)
    is_text = not is_open and not {"array", "object"}.isdisjoint(types)
    return _SCALARS.get(tuple(types), _COLUMN_OF_ANY if is_text else _ANY)


def compile_rules(properties: Mapping[str, Schema], *, is_open: bool) -> dict[str, Rule]:
    """Return the rule of each field of an object; `is_open` counts for the objects within."""
    return {name: compile_rule(schema, is_open=is_open) for name, schema in properties.items()}


class Cleaner:
    """Converts rows of one stream to records of its schema.

    `report(field, is_invalid)` is called once for each field (`lines.rate`) that is unknown or
    holds an invalid value, for 100 of them; `unreported` counts the values of all others. With
    `flattens`, objects become columns, so that their unknown fields go to `additional_fields` like
    those of the row, and one that is null is left out: it has no column of its own.
    """

    def __init__(
        self,
        properties: Mapping[str, Schema],
        *,
        deselected: AbstractSet[str] = frozenset(),
        report: Callable[[str, bool], None],
        flattens: bool = False,
    ) -> None:
        """Compile the rules of a schema's properties."""
        rules = compile_rules(properties, is_open=not flattens)
        selected = {name: rules[name] for name in rules if name not in deselected}
        self._fields = ObjectConverter(selected, is_open=False, deselected=frozenset(deselected))
        objects = (name for name in selected if properties[name].get("properties"))
        self._objects = [*objects] if flattens else []
        self._has_additional = ADDITIONAL in selected
        self._report = report
        self._reported: set[str] = set()
        self.unreported = 0

    def __call__(self, row: Row) -> Row:
        """Return the record of a row; the row itself stays unchanged."""
        unmapped: list[Unmapped] = []
        record = self._fields.convert(row, unmapped)
        for name in self._objects:
            if record.get(name) is None:
                record.pop(name, None)
        if unmapped:
            self._report_new(unmapped)
            if self._has_additional:
                record[ADDITIONAL] = {one.path: one.value for one in unmapped}
        return record

    def _report_new(self, unmapped: Iterable[Unmapped]) -> None:
        for path, _, is_invalid in unmapped:
            field = re.sub(r"\.\d+", "", path)
            if field in self._reported:
                continue
            if len(self._reported) >= MAX_REPORTED:
                self.unreported += 1
            else:
                self._reported.add(field)
                self._report(field[:MAX_NAME], is_invalid)
