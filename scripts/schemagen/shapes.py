"""What was seen of one place in an answer: kinds of value, and what lies inside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Kind: TypeAlias = Literal[
    "array",
    "boolean",
    "date",
    "date-time",
    "flag",  # "true", "false"
    "number",
    "numeral",  # text that reads as a number
    "object",
    "string",  # said to be text, no value shown
    "text",
]

CONTAINERS: Final[frozenset[Kind]] = frozenset({"array", "object"})

_TEXT_KINDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("date-time", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:?\d\d)")),
    ("numeral", re.compile(r"[+-]?\d+(\.\d+)?")),
    ("flag", re.compile(r"true|false")),
    ("text", re.compile(r".+", re.DOTALL)),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The kinds of value of one place; no kind means that only unset values were seen."""

    kinds: frozenset[Kind] = frozenset()
    fields: Mapping[str, Shape] = field(default_factory=dict)
    items: Shape | None = None

    @property
    def scalars(self) -> frozenset[Kind]:
        """The kinds that hold nothing."""
        return self.kinds - CONTAINERS

    @property
    def inside(self) -> Mapping[str, Shape]:
        """The fields of the object, or of the objects of the list."""
        return merge(self, self.items or NOTHING).fields


NOTHING: Final = Shape()


def merge(one: Shape, other: Shape) -> Shape:
    """Return what both saw, together."""
    names = [*one.fields, *(name for name in other.fields if name not in one.fields)]
    items = [shape.items for shape in (one, other) if shape.items is not None]
    return Shape(
        kinds=one.kinds | other.kinds,
        fields={
            name: merge(one.fields.get(name, NOTHING), other.fields.get(name, NOTHING))
            for name in names
        },
        items=reduce(merge, items) if items else None,
    )


def merge_all(shapes: Iterable[Shape]) -> Shape:
    """Return what all of them saw, together."""
    return reduce(merge, shapes, NOTHING)


def text_kinds(text: str) -> frozenset[Kind]:
    """Return the kind of a text; a blank one stands for an unset value and has none."""
    bare = text.strip()
    return frozenset([kind for kind, form in _TEXT_KINDS if form.fullmatch(bare)][:1])


def of_value(value: object) -> Shape:
    """Return the shape of a decoded JSON value."""
    match value:
        case dict():
            return Shape(
                frozenset({"object"}), {name: of_value(held) for name, held in value.items()}
            )
        case list():
            items = merge_all(map(of_value, value)) if value else None
            return Shape(frozenset({"array"}), items=items)
        case bool():
            return Shape(frozenset({"boolean"}))
        case int() | float():
            return Shape(frozenset({"number"}))
        case str():
            return Shape(text_kinds(value))
        case _:
            return NOTHING


def places(shape: Shape, name: str = "") -> Iterator[tuple[str, Shape]]:
    """Yield every place of the shape under its field's name, a list's items as ``name[]``."""
    yield name, shape
    if shape.items is not None:
        yield from places(shape.items, f"{name}[]")
    for inner, held in shape.fields.items():
        yield from places(held, inner)
