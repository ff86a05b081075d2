"""The rows at the end of what was read that the list's order does not distinguish."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

MAX_MARKS = 50_000  # 10 MB; a day's quota in the largest plan is 2,000,000 rows

Mark = tuple[Hashable, Hashable]
"""The key of a row, and its revision: another one means that the row has changed."""


@dataclass(slots=True)
class TieGroup:
    """The last rows read that share one value of the sort column.

    The service may return them in another order on each page. They have all been read once there
    are as many different rows (`marks`) as places from `begin` to the end of the group.
    """

    begin: int = 0
    value: object = None
    marks: set[Mark] = field(default_factory=set)
    attempts: int = 0
    furthest: int = 0

    def count_leading(self, values: Sequence[object], offset: int) -> int:
        """Return how many rows of a page that begins at `offset` continue the group."""
        if self.begin >= offset:
            return 0
        return sum(1 for _ in takewhile(lambda value: value == self.value, values))

    def is_short(self, end: int) -> bool:
        """Tell whether fewer rows were read than there are places up to `end`."""
        return len(self.marks) < end - self.begin

    def add(self, marks: Iterable[Mark]) -> None:
        """Add rows that continue the group."""
        self.marks.update(marks)

    def shorten(self, offset: int, marks: Iterable[Mark]) -> bool:
        """Let a group of more rows than are held begin on its last page; tell whether it did.

        From there on it is not known whether all rows before have been read.
        """
        if len(self.marks) <= MAX_MARKS:
            return False
        self.begin, self.marks = offset, set(marks)
        return True

    def begin_after(self, values: Sequence[object], marks: Sequence[Mark], offset: int) -> None:
        """Replace the group by the one that ends a page and begins on it."""
        size = sum(1 for _ in takewhile(lambda value: value == values[-1], reversed(values)))
        first = len(values) - size
        if values[-1] != self.value:
            self.marks = set()
        self.begin, self.value = offset + first, values[-1]
        self.add(marks[first:])
        if self.begin > self.furthest:  # else the list moves, and may do so without end
            self.furthest, self.attempts = self.begin, 0
