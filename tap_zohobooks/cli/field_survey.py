"""Compare the fields of rows with a schema: their names and types, never their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.names import ITEM, collect_texts, write_custom, write_names
from tap_zohobooks.resources import ORGANIZATION
from tap_zohobooks.transform.cleaner import ADDITIONAL, compile_rule

if TYPE_CHECKING:
    from tap_zohobooks.transform.cleaner import Row, Rule

Schema = Mapping[str, Any]

OPEN: Schema = {"additionalProperties": True}
OWN = frozenset({ORGANIZATION, ADDITIONAL})  # columns of the tap
BLANK = "blank"
_FORMS = {
    "date": re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:?\d\d)", re.ASCII),
    "numeral": re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII),
    "flag": re.compile(r"true|false"),
}


def get_kind(value: object) -> str:
    """Return the kind of a JSON value; a text that reads as something else has a kind of its own.

    An unset value, a blank text or null, is blank.
    """
    match value:
        case None:
            return BLANK
        case bool():
            return "boolean"
        case int() | Decimal() | float():
            return "number"
        case dict():
            return "object"
        case list():
            return "array"
    text = str(value).strip()
    kinds = (kind for kind, form in _FORMS.items() if form.fullmatch(text))
    return next(kinds, "text") if text else BLANK


@dataclass(slots=True)
class FieldFinding:
    """What the rows show of one field: `finding` is what a schema has to be corrected for.

    That is `fits`, `missing` (no schema holds it), `contradicts` (the tap calls a value invalid),
    `custom` (it depends on the organization), or `open` (the schema leaves it open).
    """

    schema: Schema | None
    is_custom: bool
    rule: Rule | None = None
    kinds: set[str] = field(default_factory=set)
    seen: int = 0
    blank: int = 0
    is_invalid: bool = False

    def __post_init__(self) -> None:
        """Compile the rule by which the tap converts values of the field."""
        if self.schema:
            self.rule = compile_rule(self.schema, is_open=True)

    def add(self, value: object) -> None:
        """Count a value."""
        kind = get_kind(value)
        self.seen += 1
        self.blank += kind == BLANK or value in ([], {})
        if kind == BLANK:
            return
        self.kinds.add(kind)
        types = list_types(self.schema)
        if not types or self.rule is None:
            return
        if kind in {"object", "array"}:
            self.is_invalid = self.is_invalid or kind not in types
        else:
            unmapped: list[Any] = []
            self.rule.apply(value, unmapped, "")
            self.is_invalid = self.is_invalid or bool(unmapped)

    @property
    def finding(self) -> str:
        """What a schema has to be corrected for."""
        if self.is_custom:
            return "custom"
        if self.schema is None:
            return "missing"
        if self.is_invalid:
            return "contradicts"
        return "fits" if self.schema.get("type") else "open"

    def to_dict(self, rows: int) -> dict[str, Any]:
        """Return the finding for the report; `rows` is how many objects could hold the field."""
        described = {
            "types": sorted(self.kinds),
            "blank": _describe_share(self.blank, self.seen),
            "present": _describe_share(self.seen, max(rows, self.seen)),
            "finding": self.finding,
        }
        types = list_types(self.schema)
        if self.schema and types and not self.is_custom:
            described["schema"] = self.schema.get("format") or "|".join(types)
        return described


def list_types(schema: Schema | None) -> list[str]:
    """Return the types that a schema states, without null; none if it leaves the type open."""
    types = (schema or {}).get("type", ())
    return sorted({types} if isinstance(types, str) else set(types) - {"null"})


def _describe_share(part: int, whole: int) -> str:
    if not part:
        return "never"
    return "always" if part == whole else "sometimes"


@dataclass(slots=True)
class FieldSurvey:
    """Collects the fields of rows by path: `line_items[].rate`.

    `write` writes names that are data. Without a schema, as for reports, all fields are open.
    """

    schema: Schema | None
    write: Callable[[str], str]
    fields: dict[str, FieldFinding] = field(default_factory=dict)
    rows: int = 0

    def add(self, rows: Iterable[Row], texts: set[str] | None = None) -> None:
        """Add rows; `texts` are those of their response, else of each row."""
        for row in rows:
            self.rows += 1
            self._add_object("", row, self.schema or OPEN, texts or collect_texts(row), ITEM)

    def _add_object(
        self, path: str, fields: Row, schema: Schema | None, texts: set[str], within: str
    ) -> None:
        names = write_names(fields, within, texts, self.write)
        for name, value in fields.items():
            shown = names[name]
            is_custom = write_custom(name, self.write) is not None or shown != name
            inner = _get_property(schema, name)
            self._add_value(
                f"{path}.{shown}".lstrip("."), value, inner, texts, name, is_custom=is_custom
            )

    def _add_value(
        self,
        path: str,
        value: object,
        schema: Schema | None,
        texts: set[str],
        within: str,
        *,
        is_custom: bool,
    ) -> None:
        path = _fold(path)
        if path not in self.fields:
            self.fields[path] = FieldFinding(schema, is_custom)
        self.fields[path].add(value)
        match value:
            case dict():
                self._add_object(path, value, schema, texts, within)
            case list():
                items = None if schema is None else schema.get("items") or OPEN
                for one in value:
                    inner = within + ITEM
                    self._add_value(path + ITEM, one, items, texts, inner, is_custom=is_custom)

    def list_absent(self) -> list[str]:
        """Return the columns of the schema that no row held; none if there was no row."""
        columns = (self.schema or {}).get("properties", {})
        return sorted(columns.keys() - self.fields.keys() - OWN) if self.rows else []

    def to_dict(self) -> dict[str, Any]:
        """Return the fields for the report, sorted by path."""
        counts = {"": self.rows} | {path: one.seen - one.blank for path, one in self.fields.items()}
        return {
            path: one.to_dict(counts.get(path.rpartition(".")[0], 0))
            for path, one in sorted(self.fields.items())
        }


def _get_property(schema: Schema | None, name: str) -> Schema | None:
    """Return the schema of a field; None if its object has a schema that lacks it."""
    if schema is None:
        return None
    fields = schema.get("properties")
    found: Schema | None = fields.get(name) if fields else OPEN
    return found


def _fold(path: str) -> str:
    """Return a path in which a field that holds itself, as in a tree, is named once."""
    parts = path.split(".")
    names = [part.rstrip(ITEM) for part in parts]
    for length in range(1, len(parts) // 2 + 1):
        if names[-length:] == names[-2 * length : -length]:
            return ".".join((*parts[: -2 * length], *parts[-length:]))
    return path
