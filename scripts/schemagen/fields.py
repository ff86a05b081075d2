"""Reads the third source: lists of fields that were seen or documented, a line a field."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from schemagen.shapes import NOTHING, Kind, Shape, merge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# A list of fields names a type as it was seen; an id is text.
_KINDS: Final[dict[str, frozenset[Kind]]] = {
    "any": frozenset({"array", "text"}),
    "array": frozenset({"array"}),
    "boolean": frozenset({"boolean"}),
    "date": frozenset({"date"}),
    "date-time": frozenset({"date-time"}),
    "id": frozenset({"text"}),
    "number": frozenset({"number"}),
    "object": frozenset({"object"}),
    "string": frozenset({"text"}),
}
REAL, DOCS = "real", "docs"
TWIN: Final = "_formatted"  # the same value, made for reading: it stays in additional_fields


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a stream: ``lines[].tax_id``, where it was seen, and how sure that is.

    ``editions`` are country codes, or ``any``; ``confidence`` is ``real`` for a field of a real
    response, ``docs`` for a documented one, ``code`` for one that public code reads.
    """

    stream: str
    path: str
    types: tuple[str, ...]
    editions: tuple[str, ...]
    confidence: str

    @property
    def shape(self) -> Shape:
        """The row that has this field alone."""
        kinds = frozenset(kind for one in self.types for kind in _KINDS[one])
        return _nest(self.path.split("."), Shape(kinds))


@dataclass(slots=True)
class Listed:
    """What lists of fields say of a stream's rows: of real responses, and by other sources."""

    real: Shape = field(default=NOTHING)
    declared: Shape = field(default=NOTHING)

    def add(self, one: Field) -> None:
        """Add a field."""
        if one.confidence == REAL:
            self.real = merge(self.real, one.shape)
        else:
            self.declared = merge(self.declared, one.shape)


def read_fields(files: Iterable[Path]) -> list[Field]:
    """Return the fields of tab-separated lists with a heading; twins are left out.

    The columns are stream, path, type (several joined by a slash), edition (several joined by a
    comma) and confidence; others are ignored.

    Raises:
        ValueError: If a type is none of those known.
    """
    found = []
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            found += [_read_row(row) for row in csv.DictReader(lines, delimiter="\t")]
    return [one for one in found if not one.path.endswith(TWIN)]


def join_fields(fields: Iterable[Field]) -> dict[str, Listed]:
    """Return what fields say of the rows of each stream."""
    streams: dict[str, Listed] = {}
    for one in fields:
        streams.setdefault(one.stream, Listed()).add(one)
    return streams


def _read_row(row: dict[str, str]) -> Field:
    types = tuple(row["type"].split("/"))
    if unknown := set(types) - set(_KINDS):
        msg = f"{row['stream']}, {row['path']}: no such type: {', '.join(sorted(unknown))}"
        raise ValueError(msg)
    editions = tuple(row["edition"].split(","))
    return Field(row["stream"], row["path"], types, editions, row["confidence"])


def _nest(steps: list[str], last: Shape) -> Shape:
    """Return the object that holds a value at the end of a path."""
    step, *rest = steps
    inner = _nest(rest, last) if rest else last
    if step.endswith("[]"):
        inner = Shape(frozenset({"array"}), items=inner)
    return Shape(frozenset({"object"}), {step.removesuffix("[]"): inner})
