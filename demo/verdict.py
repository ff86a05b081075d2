"""What arrived, held against what the service holds; decided here, without I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.warehouse import Key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from demo.warehouse import Holding


@dataclass(frozen=True, slots=True)
class Match:
    """One stream of one organization: what the service holds, and what the database does."""

    stream: str
    organization: str
    held: int
    arrived: int
    missing: int
    unknown: int

    @property
    def is_whole(self) -> bool:
        """Whether exactly the service's rows are there."""
        return not self.missing and not self.unknown


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What a further run has loaded, told apart."""

    changed: frozenset[Key]
    reread: frozenset[Key]
    lost: frozenset[Key]


def matches(held: Iterable[Key], arrived: Iterable[Key]) -> list[Match]:
    """Compare the two, row by row, for every stream and organization that either of them has."""
    wanted, found = _grouped(held), _grouped(arrived)
    made = []
    for group in sorted(wanted.keys() | found.keys()):
        theirs, ours = wanted.get(group, set()), found.get(group, set())
        made.append(
            Match(*group, len(theirs), len(ours), len(theirs - ours), len(ours - theirs)),
        )
    return made


def _grouped(keys: Iterable[Key]) -> dict[tuple[str, str], set[Key]]:
    groups: dict[tuple[str, str], set[Key]] = {}
    for key in keys:
        groups.setdefault((key.stream, key.organization), set()).add(key)
    return groups


def arrivals(before: Holding, after: Holding) -> Arrivals:
    """Tell rows whose content a run has changed from those that it has only written again."""
    touched = {key for key, row in after.items() if key not in before or row != before[key]}
    changed = {
        key for key in touched if key not in before or after[key].digest != before[key].digest
    }
    return Arrivals(
        frozenset(changed), frozenset(touched - changed), frozenset(before.keys() - after.keys())
    )


def expected(changes: Iterable[Key], streams: dict[str, str]) -> frozenset[Key]:
    """Name the rows that changed documents must show up in, given the collection of each stream."""
    return frozenset(
        Key(stream, change.organization, change.id)
        for change in changes
        for stream, collection in streams.items()
        if collection == change.stream
    )
