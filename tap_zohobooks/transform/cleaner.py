"""Rows made true: what Zoho wrote becomes what it meant, by rules compiled once a stream."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tap_zohobooks.transform.timestamps import to_date, to_utc

Row = dict[str, Any]
Rule = Callable[[object, "Unmapped", str], object]

ADDITIONAL = "additional_fields"

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


class Unmapped:
    """What one record holds that its schema does not: unknown fields and misfits."""

    __slots__ = ("found", "misfits")

    def __init__(self) -> None:
        """Start with nothing."""
        self.found: Row = {}
        self.misfits: set[str] = set()

    def misfit(self, path: str, value: object) -> None:
        """Keep a value that does not fit."""
        self.found[path] = value
        self.misfits.add(path)


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _as_text(value: object, surprises: Unmapped, path: str) -> object:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
    surprises.misfit(path, value)
    return None


def _as_number(value: object, surprises: Unmapped, path: str) -> object:
    match value:
        case bool():
            pass
        case int() | Decimal():
            return value
        case str() if _NUMBER.fullmatch(value.strip()):
            text = value.strip()
            return int(text) if text.lstrip("+-").isdigit() else Decimal(text)
    surprises.misfit(path, value)
    return None


def _as_boolean(value: object, surprises: Unmapped, path: str) -> object:
    match value:
        case bool():
            return value
        case str() if value.strip().lower() in _BOOLEANS:
            return _BOOLEANS[value.strip().lower()]
    surprises.misfit(path, value)
    return None


def _as_instant(value: object, surprises: Unmapped, path: str) -> object:
    moment = to_utc(value) if isinstance(value, str) else None
    if moment is None:
        surprises.misfit(path, value)
    return moment


def _as_date(value: object, surprises: Unmapped, path: str) -> object:
    day = to_date(value) if isinstance(value, str) else None
    if day is None:
        surprises.misfit(path, value)
    return day


def _as_anything(value: object, _surprises: Unmapped, _path: str) -> object:
    return value


def _object_rule(schema: Mapping[str, Any], *, is_open: bool) -> Rule:
    rules = compile_rules(schema.get("properties", {}), is_open=is_open)

    def as_object(value: object, surprises: Unmapped, path: str) -> object:
        if not isinstance(value, dict):
            surprises.misfit(path, value)
            return None
        return {name: _apply(rules.get(name), item, surprises, f"{path}.{name}")
                for name, item in value.items()}  # fmt: skip

    def as_columns(value: object, surprises: Unmapped, path: str) -> object:
        if not isinstance(value, dict):
            return as_object(value, surprises, path)
        surprises.found |= {f"{path}.{name}": item for name, item in value.items()
                            if name not in rules}  # fmt: skip
        return as_object({name: value[name] for name in value if name in rules}, surprises, path)

    return as_object if is_open or not rules else as_columns


def _array_rule(schema: Mapping[str, Any]) -> Rule:
    rule = compile_rule(schema.get("items") or {})

    def as_array(value: object, surprises: Unmapped, path: str) -> object:
        if not isinstance(value, list):
            surprises.misfit(path, value)
            return None
        return [_apply(rule, item, surprises, f"{path}.{at}") for at, item in enumerate(value)]

    return as_array


def _apply(rule: Rule | None, value: object, surprises: Unmapped, path: str) -> object:
    if value is None or _is_blank(value):
        return None
    return value if rule is None else rule(value, surprises, path)


_SIMPLE: dict[tuple[str, ...], Rule] = {
    ("string",): _as_text,
    ("number",): _as_number,
    ("integer",): _as_number,
    ("boolean",): _as_boolean,
}


# What passes as it is, by rule, and what a text becomes: most values need no more, and are spared
# some calls each.
_PASSING: dict[Rule, frozenset[type]] = {
    _as_anything: frozenset({str, int, Decimal, bool}),
    _as_boolean: frozenset({bool}),
    _as_number: frozenset({int, Decimal}),
    _as_text: frozenset({str}),
}
_READING: dict[Rule, Callable[[str], str | None]] = {_as_date: to_date, _as_instant: to_utc}
_NOTHING: frozenset[type] = frozenset()


def compile_rule(schema: Mapping[str, Any], *, is_open: bool = True) -> Rule:
    """Choose how values of one field are made true; an open object may hold unknown fields."""
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    match sorted(kinds - {"null"}), schema.get("format"):
        case ["string"], "date-time":
            return _as_instant
        case ["string"], "date":
            return _as_date
        case ["object"], _:
            return _object_rule(schema, is_open=is_open)
        case ["array"], _:
            return _array_rule(schema)
        case known, _:
            return _SIMPLE.get(tuple(known), _as_anything)


def compile_rules(
    properties: Mapping[str, Mapping[str, Any]], *, is_open: bool = True
) -> dict[str, Rule]:
    """Choose the rule of every field of an object."""
    return {name: compile_rule(schema, is_open=is_open) for name, schema in properties.items()}


class Cleaner:
    """Makes rows of one stream true; `report` hears of each surprise once (field, is misfit)."""

    def __init__(
        self,
        properties: Mapping[str, Mapping[str, Any]],
        *,
        is_selected: Callable[[str], bool],
        report: Callable[[str, bool], None],
        flattens: bool = False,
    ) -> None:
        """Compile the rules of a schema's properties.

        Where objects become columns, a field that they are not known to hold has none: it is kept
        apart, as an unknown field of the row is.
        """
        rules = compile_rules(properties, is_open=not flattens)
        self._rules = {name: rule for name, rule in rules.items() if is_selected(name)}
        self._passing = {name: _PASSING.get(rule, _NOTHING) for name, rule in self._rules.items()}
        self._reading = {name: _READING[rule] for name, rule in self._rules.items()
                         if rule in _READING}  # fmt: skip
        self._ignored = frozenset(rules.keys() - self._rules.keys())
        self._keeps = ADDITIONAL in self._rules
        self._report = report
        self._reported: set[str] = set()

    def __call__(self, row: Row) -> Row:
        """Return the record that a row means; the row itself stays as it is."""
        record = row.copy()  # most values stay as they are
        surprises = Unmapped()
        passing, reading = self._passing, self._reading
        for name, value in row.items():
            kinds, kind = passing.get(name), type(value)
            if kinds is None:
                del record[name]
                if name not in self._ignored:
                    surprises.found[name] = value
            elif kind in kinds and (kind is not str or value >= "!"):  # such a text is not blank
                pass
            elif kind is str and not value:
                record[name] = None
            elif kind is str and name in reading and (meant := reading[name](value)) is not None:
                record[name] = meant
            elif value is not None:
                record[name] = _apply(self._rules[name], value, surprises, name)
        if surprises.found:
            self._keep(record, surprises)
        return record

    def _keep(self, record: Row, surprises: Unmapped) -> None:
        for name in surprises.found:
            field = re.sub(r"\.\d+", "", name)
            if field not in self._reported:
                self._reported.add(field)
                self._report(field, name in surprises.misfits)
        if self._keeps:
            record[ADDITIONAL] = surprises.found
