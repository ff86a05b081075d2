"""The shapes that an edition adds to rows and documents, read from ``editions.tsv``.

A line is a field that was seen in real responses of an edition, or is documented for it, and that
the shapes of ``shapes/`` lack: they come from other editions.
"""

from __future__ import annotations

from csv import DictReader
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sandbox.data.kinds import Kind, Shape

TABLE: Final = Path(__file__).with_name("editions.tsv")
ALIKE: Final = {"invoices": ("invoices", "debitnotes")}  # a debit note is a kind of invoice
LIST, OBJECT = "list", "object"


@lru_cache(maxsize=1)
def _load() -> dict[tuple[str, str, str], Shape]:
    """Load the shape of each edition, collection and part (``row`` or ``document``)."""
    shapes: dict[tuple[str, str, str], Shape] = {}
    with TABLE.open(encoding="utf-8") as lines:
        for line in DictReader(lines, delimiter="\t"):
            slug = line["collection"].replace("/", ".")
            for edition, one in product(line["editions"].split(), ALIKE.get(slug, (slug,))):
                shape = shapes.setdefault((edition, one, line["part"]), {})
                _put(shape, line["path"].split("."), line["kind"])
    return shapes


def _put(shape: Shape, steps: list[str], word: str) -> None:
    """Put a kind at the end of a path; a list or an object may be known by what it holds."""
    step, *rest = steps
    name = step.removesuffix("[]")
    if not rest:
        shape.setdefault(name, [] if word == LIST else {} if word == OBJECT else word)
        return
    inner: Shape = {}
    match shape.get(name):
        case dict() as known:
            inner = known
        case [dict() as known]:
            inner = known
        case _:
            shape[name] = [inner] if step.endswith("[]") else inner
    _put(inner, rest, word)


def get_edition_shape(edition: str, slug: str, part: str) -> Shape:
    """Get what an edition adds to a shape; often empty."""
    return _load().get((edition, slug, part), {})


def extend_shape(shape: Shape, more: Shape) -> Shape:
    """Return a shape with further fields, at every depth."""
    added = {name: _extend_kind(shape.get(name), kind) for name, kind in more.items()}
    return {**shape, **added}


def _extend_kind(known: Kind | None, more: Kind) -> Kind:
    match known, more:
        case dict(), dict():
            return extend_shape(known, more)
        case [dict() as inner], [dict() as other]:
            return [extend_shape(inner, other)]
        case None | [] | {} | str(), _:
            return more
        case _:
            return known
