"""Tables of records, with sorted indexes."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable
    from random import Random

Sortable: TypeAlias = "tuple[Any, ...]"
Result = TypeVar("Result")
YEARS_BACK = 730 * 86400
DAYS_OLD = 2 * 86400
BLOCK = 16


@dataclass(slots=True)
class Record:
    """A record before it is written as JSON; ``number`` determines all other fields.

    ``changes`` are the fields that were set since; ``created`` and ``modified`` are epoch seconds.
    """

    id: str
    number: int
    created: int
    modified: int
    parent: str = ""
    revision: int = 1
    changes: dict[str, Any] = field(default_factory=dict)


class SortedIndex:
    """Ids sorted by a key, and kept so when records are added, changed or deleted."""

    def __init__(self, key: Callable[[Record], Sortable], records: Iterable[Record]) -> None:
        """Sort the records."""
        self._key = key
        self._keys = {record.id: (*key(record), record.number) for record in records}
        self.entries = sorted((key, one) for one, key in self._keys.items())

    def put(self, record: Record) -> None:
        """Add a record, or move it to its new position."""
        self.drop(record.id)
        self._keys[record.id] = key = (*self._key(record), record.number)
        insort(self.entries, (key, record.id))

    def drop(self, record_id: str) -> None:
        """Remove a record."""
        key = self._keys.pop(record_id, None)
        if key is not None:
            del self.entries[bisect_left(self.entries, (key, record_id))]

    def find_position(self, *least: Any) -> int:
        """Find the position of the first entry that is not below a key."""
        return bisect_left(self.entries, (least, ""))


class Table:
    """The records of one collection of one organization; ``version`` grows with each change."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Store the given records."""
        self.records = {record.id: record for record in records}
        self.version = 0
        self._numbers = max((record.number for record in self.records.values()), default=0)
        self._indexes: dict[str, SortedIndex] = {}
        self._memory: dict[Hashable, Any] = {}

    def cache(self, question: Hashable, find: Callable[[], Result]) -> Result:
        """Return the cached result of a question, or find and cache it until a record changes."""
        if question not in self._memory:
            self._memory[question] = find()
        found: Result = self._memory[question]
        return found

    def get_index(self, column: str, key: Callable[[Record], Sortable]) -> SortedIndex:
        """Get the index on a column, built at the first request."""
        if column not in self._indexes:
            self._indexes[column] = SortedIndex(key, self.records.values())
        return self._indexes[column]

    def take_number(self) -> int:
        """Take a number that no record has had."""
        self._numbers += 1
        return self._numbers

    def put(self, record: Record) -> None:
        """Add a record, or update the indexes after its change."""
        self.records[record.id] = record
        self._touch()  # indexes read what is cached of the records
        for index in self._indexes.values():
            index.put(record)

    def delete(self, record_id: str) -> Record:
        """Delete a record.

        Raises:
            KeyError: There is no record of that id.
        """
        record = self.records.pop(record_id)
        for index in self._indexes.values():
            index.drop(record_id)
        self._touch()
        return record

    def find_children(self, parent: str) -> list[str]:
        """Find the ids of the records under a parent, oldest first."""
        return self.cache("children", self._group_by_parent).get(parent, [])

    def _group_by_parent(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for record in self.records.values():
            found.setdefault(record.parent, []).append(record.id)
        return found

    def _touch(self) -> None:
        self.version += 1
        self._memory.clear()


def draw_timeline(count: int, now: int, random: Random, bulk: int = 0) -> list[tuple[int, int]]:
    """Draw the times of creation and change of ``count`` rows over two years before ``now``.

    Changes are distinct, older than two days and not in the order of creation; the last ``bulk``
    rows share one second, as after an import.
    """
    if not count:
        return []
    start, end = now - YEARS_BACK, now - DAYS_OLD
    gap = max((end - start) // count, 1)
    slots = [end - gap * (count - position) for position in range(count)]
    pairs: list[tuple[int, int]] = []
    for block in range(0, count, BLOCK):
        modified = slots[block : block + BLOCK]
        created = [slot - gap * BLOCK for slot in modified]
        random.shuffle(modified)
        pairs += zip(created, modified, strict=True)
    for position in range(count - min(bulk, count), count):
        pairs[position] = (pairs[position][0], slots[-1])
    return pairs


def compute_created(count: int, number: int, now: int) -> int:
    """Compute the time of creation that ``draw_timeline`` gives to a row, in epoch seconds."""
    end = now - DAYS_OLD
    gap = max((end - (now - YEARS_BACK)) // max(count, 1), 1)
    return end - gap * (count - number + BLOCK)
