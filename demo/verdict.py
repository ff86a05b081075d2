"""Compare the rows of the database with those of the service, without I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.warehouse import Key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from demo.warehouse import Holding


@dataclass(frozen=True, slots=True)
class Match:
    """The rows of one stream of one organization: in the service, in the database, different."""

    stream: str
    organization: str
    held: int
    arrived: int
    missing: int
    unknown: int

    @property
    def is_whole(self) -> bool:
        """Whether the database holds exactly the service's rows."""
        return not self.missing and not self.unknown


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The rows that a later run changed, wrote again without a change, or lost."""

    changed: frozenset[Key]
    reread: frozenset[Key]
    lost: frozenset[Key]


def compare_rows(held: Iterable[Key], arrived: Iterable[Key]) -> list[Match]:
    """Compare service and database row by row, for every stream and organization of either."""
    wanted, found = _group(held), _group(arrived)
    made = []
    for group in sorted(wanted.keys() | found.keys()):
        theirs, ours = wanted.get(group, set()), found.get(group, set())
        made.append(
            Match(*group, len(theirs), len(ours), len(theirs - ours), len(ours - theirs)),
        )
    return made


def _group(keys: Iterable[Key]) -> dict[tuple[str, str], set[Key]]:
    groups: dict[tuple[str, str], set[Key]] = {}
    for key in keys:
        groups.setdefault((key.stream, key.organization), set()).add(key)
    return groups


def compare_runs(before: Holding, after: Holding) -> Arrivals:
    """Separate rows whose content a run has changed from those written again unchanged."""
    touched = {key for key, row in after.items() if key not in before or row != before[key]}
    changed = {
        key for key in touched if key not in before or after[key].digest != before[key].digest
    }
    return Arrivals(
        frozenset(changed), frozenset(touched - changed), frozenset(before.keys() - after.keys())
    )


def expect_changes(changes: Iterable[Key], streams: dict[str, str]) -> frozenset[Key]:
    """List the rows that must change with documents, given the collection of each stream."""
    return frozenset(
        Key(stream, change.organization, change.id)
        for change in changes
        for stream, collection in streams.items()
        if collection == change.stream
    )
