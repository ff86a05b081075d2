"""Rows made true: what Zoho wrote becomes what it meant, by rules compiled once a stream."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any

Row = dict[str, Any]
Rule = Callable[[object, "Surprises", str], object]

ADDITIONAL = "additional_fields"

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,6})?\d*(Z|[+-]\d{2}:?\d{2})", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


class _Misfit:
    """Says that a value fits its field in no way."""


MISFIT = _Misfit()


@lru_cache(maxsize=4096)
def utc(text: str) -> str | None:
    """Rewrite an instant as `2026-06-09T17:15:37+00:00`; None where the text is no instant.

    Text without an offset is none: nothing says which instant it means.
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        return None
    day, clock, fraction, offset = match.groups()
    digits = "+0000" if offset == "Z" else offset.replace(":", "")
    shift = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    try:
        local = datetime.fromisoformat(f"{day}T{clock}")
        moment = local - shift if digits[0] == "+" else local + shift
    except (ValueError, OverflowError):
        return None
    moment = moment.replace(tzinfo=timezone.utc)
    if fraction:
        moment = moment.replace(microsecond=int(fraction[1:].ljust(6, "0")))
    return moment.isoformat()


class Surprises:
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


def _as_text(value: object, surprises: Surprises, path: str) -> object:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
    surprises.misfit(path, value)
    return None


def _as_number(value: object, surprises: Surprises, path: str) -> object:
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


def _as_boolean(value: object, surprises: Surprises, path: str) -> object:
    match value:
        case bool():
            return value
        case str() if value.strip().lower() in _BOOLEANS:
            return _BOOLEANS[value.strip().lower()]
    surprises.misfit(path, value)
    return None


def _as_instant(value: object, surprises: Surprises, path: str) -> object:
    moment = utc(value) if isinstance(value, str) else None
    if moment is None:
        surprises.misfit(path, value)
    return moment


def _as_date(value: object, surprises: Surprises, path: str) -> object:
    if isinstance(value, str) and _DATE.fullmatch(value.strip()):
        try:
            return datetime.fromisoformat(value.strip()).date().isoformat()
        except ValueError:
            pass  # a day that no calendar has is a misfit like any other text
    surprises.misfit(path, value)
    return None


def _as_anything(value: object, _surprises: Surprises, _path: str) -> object:
    return value


def _object_rule(schema: Mapping[str, Any]) -> Rule:
    rules = compile_rules(schema.get("properties", {}))

    def as_object(value: object, surprises: Surprises, path: str) -> object:
        if not isinstance(value, dict):
            surprises.misfit(path, value)
            return None
        return {name: _apply(rules.get(name), item, surprises, f"{path}.{name}")
                for name, item in value.items()}  # fmt: skip

    return as_object


def _array_rule(schema: Mapping[str, Any]) -> Rule:
    rule = compile_rule(schema.get("items") or {})

    def as_array(value: object, surprises: Surprises, path: str) -> object:
        if not isinstance(value, list):
            surprises.misfit(path, value)
            return None
        return [_apply(rule, item, surprises, f"{path}.{at}") for at, item in enumerate(value)]

    return as_array


def _apply(rule: Rule | None, value: object, surprises: Surprises, path: str) -> object:
    if value is None or _is_blank(value):
        return None
    return value if rule is None else rule(value, surprises, path)


_SIMPLE: dict[tuple[str, ...], Rule] = {
    ("string",): _as_text,
    ("number",): _as_number,
    ("integer",): _as_number,
    ("boolean",): _as_boolean,
}


def compile_rule(schema: Mapping[str, Any]) -> Rule:
    """Choose how values of one field are made true."""
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    match sorted(kinds - {"null"}), schema.get("format"):
        case ["string"], "date-time":
            return _as_instant
        case ["string"], "date":
            return _as_date
        case ["object"], _:
            return _object_rule(schema)
        case ["array"], _:
            return _array_rule(schema)
        case known, _:
            return _SIMPLE.get(tuple(known), _as_anything)


def compile_rules(properties: Mapping[str, Mapping[str, Any]]) -> dict[str, Rule]:
    """Choose the rule of every field of an object."""
    return {name: compile_rule(schema) for name, schema in properties.items()}


class Cleaner:
    """Makes rows of one stream true; `report` hears of each surprise once (field, is misfit)."""

    def __init__(
        self,
        properties: Mapping[str, Mapping[str, Any]],
        *,
        is_selected: Callable[[str], bool],
        report: Callable[[str, bool], None],
    ) -> None:
        """Compile the rules of a schema's properties."""
        self._rules = compile_rules(properties)
        self._passing = frozenset(
            name for name, rule in self._rules.items() if rule in (_as_text, _as_anything)
        )
        self._selected = frozenset(name for name in properties if is_selected(name))
        self._keeps = ADDITIONAL in self._selected
        self._report = report
        self._reported: set[str] = set()

    def __call__(self, row: Row) -> Row:
        """Return the record that a row means; the row itself stays as it is."""
        record: Row = {}
        surprises = Surprises()
        rules, selected, passing = self._rules, self._selected, self._passing
        for name, value in row.items():
            rule = rules.get(name)
            if rule is None:
                surprises.found[name] = value
            elif name not in selected:
                continue
            elif value is None or value == "":
                record[name] = None
            elif type(value) is str and name in passing:
                record[name] = value if value[0] > " " else _apply(rule, value, surprises, name)
            else:
                record[name] = _apply(rule, value, surprises, name)
        if surprises.found:
            self._keep(record, surprises)
        return record

    def _keep(self, record: Row, surprises: Surprises) -> None:
        for name in surprises.found:
            field = re.sub(r"\.\d+", "", name)
            if field not in self._reported:
                self._reported.add(field)
                self._report(field, name in surprises.misfits)
        if self._keeps:
            record[ADDITIONAL] = surprises.found
