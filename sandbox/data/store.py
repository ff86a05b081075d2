"""What the service holds: a table a collection, with its sorted indexes."""

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
    """One document, before it is written out: everything else follows from ``number``.

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
    """Ids in the order of a key, kept in order while records come and go."""

    def __init__(self, key: Callable[[Record], Sortable], records: Iterable[Record]) -> None:
        """Sort once."""
        self._key = key
        self._keys = {record.id: (*key(record), record.number) for record in records}
        self.entries = sorted((key, one) for one, key in self._keys.items())

    def put(self, record: Record) -> None:
        """Take a record in, or move it to where it now belongs."""
        self.drop(record.id)
        self._keys[record.id] = key = (*self._key(record), record.number)
        insort(self.entries, (key, record.id))

    def drop(self, record_id: str) -> None:
        """Forget a record."""
        key = self._keys.pop(record_id, None)
        if key is not None:
            del self.entries[bisect_left(self.entries, (key, record_id))]

    def find_position(self, *least: Any) -> int:
        """The position of the first entry that is not below a key."""
        return bisect_left(self.entries, (least, ""))


class Table:
    """The records of one collection of one organization; ``version`` grows with each change."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Hold the records given."""
        self.records = {record.id: record for record in records}
        self.version = 0
        self._numbers = max((record.number for record in self.records.values()), default=0)
        self._indexes: dict[str, SortedIndex] = {}
        self._memory: dict[Hashable, Any] = {}

    def cache(self, question: Hashable, find: Callable[[], Result]) -> Result:
        """What was found for a question, until something changes."""
        if question not in self._memory:
            self._memory[question] = find()
        found: Result = self._memory[question]
        return found

    def get_index(self, column: str, key: Callable[[Record], Sortable]) -> SortedIndex:
        """The index on a column, made when it is first asked for."""
        if column not in self._indexes:
            self._indexes[column] = SortedIndex(key, self.records.values())
        return self._indexes[column]

    def take_number(self) -> int:
        """A number that no record ever had."""
        self._numbers += 1
        return self._numbers

    def put(self, record: Record) -> None:
        """Add a record, or note that it changed."""
        self.records[record.id] = record
        for index in self._indexes.values():
            index.put(record)
        self._touch()

    def delete(self, record_id: str) -> Record:
        """Remove a record.

        Raises:
            KeyError: Where there is none of that id.
        """
        record = self.records.pop(record_id)
        for index in self._indexes.values():
            index.drop(record_id)
        self._touch()
        return record

    def find_children(self, parent: str) -> list[str]:
        """The ids of the records under a parent, oldest first."""
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
    """Times of creation and last change for so many rows over two years before ``now``.

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
