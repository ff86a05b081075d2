"""Shapes of ``shapes/`` as templates that are filled with facts."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sandbox.data.editions import extend_shape, get_edition_shape
from sandbox.data.numbers import hash_name, mix, to_amount
from sandbox.data.pools import make_pools
from sandbox.data.times import format_date, format_display_date, format_display_time, format_time
from sandbox.data.vocabulary import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.data.kinds import Kind, Shape
    from sandbox.data.organizations import OrganizationSpec

FOLDER: Final = Path(__file__).with_name("shapes")
VARIANTS: Final = 6
EPOCH: Final = 1_750_000_000
SEVENTY_PERCENT: Final = 70
QUANTITIES: Final = frozenset({"bool", "count", "money", "number"})
NO_SHAPE: Final[dict[str, Any]] = {}
# Keys and values of facts: fields that are added to any shape, and the mark of a field to omit.
EXTRA: Final = "+"
MISSING: Final = object()


@lru_cache(maxsize=256)
def load_shape(slug: str, part: str) -> Shape:
    """Load the shape of a list's ``row`` or ``document``; empty if there is none."""
    file = FOLDER / f"{slug}.json"
    if not file.exists():
        return NO_SHAPE
    parts: dict[str, Shape] = msgspec.json.decode(file.read_bytes())
    return parts.get(part, NO_SHAPE)


class Filler:
    """Values of fields without a fact: plausible, and the same for the same seed."""

    def __init__(self, spec: OrganizationSpec, seed: int) -> None:
        """Fill shapes for one organization."""
        self._spec = spec
        self._pools = make_pools(seed)

    def fill(self, name: str, kind: str, variant: int) -> object:
        """Fill a field of a kind; a kind that may be blank is blank in 70 % of the variants."""
        chance = mix(hash_name(name), variant)
        if kind.endswith("?"):
            kind = kind[:-1]
            if chance % 100 < SEVENTY_PERCENT:
                return ""
        word = None if kind in QUANTITIES else WORDS.get(name)
        return word if word is not None else self._fill_kind(name, kind, chance)

    def _fill_kind(self, name: str, kind: str, chance: int) -> object:
        when = EPOCH + chance % 30_000_000
        zone = self._spec.time_zone
        match kind:
            case "id":
                return self._spec.make_id(900, hash_name(name) % 1_000_000)
            case "bool":
                return chance % 5 == 0
            case "money":
                return to_amount(0, self._spec.decimals)
            case "number":
                return Decimal("0.00")
            case "count":
                return chance % 10
            case "time":
                return format_time(when, zone)
            case "date":
                return format_date(when, zone)
            case "display-time":
                return format_display_time(when, zone)
            case "display-date":
                return format_display_date(when, zone)
            case _:
                return self._fill_text(name, kind, chance)

    def _fill_text(self, name: str, kind: str, chance: int) -> str:
        match kind:
            case "empty":
                return ""
            case "flag":
                return "true"
            case "display-money":
                return f"{self._spec.symbol}0.00"
            case "email":
                return self._pools.pick_person(chance).email
            case "url":
                # Recorded: the links to documents end in a blank.
                return f"https://books.example.com/{name}?id={chance % 10**9} "
            case "duration":
                return "00:00"
            case "digits":
                return str(chance % 10_000)
            case _:
                return self._pools.pick_word(chance)


class Template:
    """A shape with default values; ``make`` copies them and adds the facts of one document.

    Lists of objects that are among ``more``, and not among ``fields``, hold one by default.
    """

    def __init__(self, fields: Shape, filler: Filler, more: Shape = NO_SHAPE) -> None:
        """Fill the shape with defaults, once for each variant."""
        self._filled = {name for name, kind in more.items() if kind and name not in fields}
        self.fields = fields = extend_shape(fields, more)
        self.nested = {
            name: Template(inner, filler)
            for name, kind in fields.items()
            if (inner := _get_inner(kind)) is not None
        }
        self._variants = [
            {name: self._fill_default(name, kind, filler, variant) for name, kind in fields.items()}
            for variant in range(VARIANTS)
        ]

    def _fill_default(self, name: str, kind: Kind, filler: Filler, variant: int) -> object:
        match kind:
            case str():
                return filler.fill(name, kind, variant)
            case dict():
                return self.nested[name].make(variant, {})
            case [dict()] if name in self._filled:
                return [self.nested[name].make(variant, {})]
            case _:
                return []

    def make(self, number: int, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Make a document; facts that the shape does not have are left out."""
        made = self._variants[number % VARIANTS].copy()
        for name in facts.keys() & made.keys():
            inner = self.nested.get(name)
            made[name] = facts[name] if inner is None else inner.fill(number, facts[name])
            if made[name] is MISSING:
                del made[name]
        made.update(facts.get(EXTRA, NO_SHAPE))
        return made

    def fill(self, number: int, value: object) -> object:
        """Fill a value inside a document: an object, or a list of objects."""
        match value:
            case dict():
                return self.make(number, value)
            case list():
                return [
                    self.make(number + place, one) if isinstance(one, dict) else one
                    for place, one in enumerate(value)
                ]
            case _:
                return value


def _get_inner(kind: Kind) -> Shape | None:
    match kind:
        case dict():
            return kind
        case [dict() as inner]:
            return inner
        case _:
            return None


@lru_cache(maxsize=1024)
def get_template(slug: str, part: str, spec: OrganizationSpec, seed: int) -> Template:
    """Get the template of a list's rows or documents in an organization."""
    more = get_edition_shape(spec.edition, slug, part)
    return Template(load_shape(slug, part), Filler(spec, seed), more)
