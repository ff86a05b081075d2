"""What discovery has learned, as it is stored, and for how long it is used: no I/O."""

from __future__ import annotations

import msgspec

from tap_zohobooks.transform.column_names import PREFIX
from tap_zohobooks.transform.custom_fields import TYPES, Field, get_type

DAY = 86_400.0  # seconds for which what was learned is used


class Learned(msgspec.Struct, frozen=True):
    """One successful answer: names, or the types of custom fields by name.

    `at` is in seconds since 1970. Another version of the tap may read an answer otherwise, so each
    uses its own.
    """

    at: float
    version: str
    names: list[str] = []
    types: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Check what a file holds.

        Raises:
            ValueError: A name is not that of a custom field, or there is no such type.
        """
        if not all(one.startswith(PREFIX) for one in self.types):
            msg = "it is not the name of a custom field"
            raise ValueError(msg)
        if not TYPES.keys() >= {*self.types.values()}:
            msg = "there is no such type"
            raise ValueError(msg)

    @property
    def fields(self) -> list[Field]:
        """The custom fields."""
        return [Field(name, TYPES[one]) for name, one in self.types.items()]

    def is_current(self, now: float, version: str) -> bool:
        """Tell whether it is still used; not if it is of a time to come, as a clock may jump."""
        return self.version == version and now - DAY < self.at <= now


class Discovered(msgspec.Struct):
    """What successful requests have shown, by what they were for; failures are not kept."""

    answers: dict[str, Learned] = {}

    def find(self, what: str, now: float, version: str) -> Learned | None:
        """Return an answer that is still used."""
        found = self.answers.get(what)
        return found if found is not None and found.is_current(now, version) else None

    def keep(self, what: str, learned: Learned) -> None:
        """Keep an answer, and forget those that are not used any more."""
        now, version = learned.at, learned.version
        self.answers = {
            name: one for name, one in self.answers.items() if one.is_current(now, version)
        } | {what: learned}


def to_types(fields: list[Field]) -> dict[str, str]:
    """Return the types of custom fields by name, as they are stored."""
    return {one.name: get_type(one.schema) for one in fields}
