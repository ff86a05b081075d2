"""Pages of a list that changes while it is read: overlapping windows that notice a shift.

Nothing here does I/O: a `Fetch` is passed in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import (
    Callable,
    Container,
    Generator,
    Hashable,
    Sequence,
)
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.pagination.page import MAX_ROWS, Fetch, Page, Params
from tap_zohobooks.resources import MODIFIED

if TYPE_CHECKING:
    from tap_zohobooks.transform.cleaner import Row

MAX_REREADS = 20
MAX_STALE_PAGES = 3
MAX_ROWS_KNOWN = 5 * MAX_ROWS
MIN_DISTINCT_ROWS = 10  # no list shifts by exactly so many rows between each of several calls


_Mark = tuple[Hashable, Hashable]


def next_window(position: int, size: int) -> tuple[int, int]:
    """Choose page and per_page that reach furthest past `position` rows, and overlap by a row.

    A page begins at (page - 1) x per_page. Only a per_page that does not divide the position
    gives a page that begins before it and ends behind it.
    """
    if position == 0:
        return 1, size
    fitting = [rows for rows in range(size // 2, size + 1) if rows and position % rows]
    if not fitting:
        fitting = [next(rows for rows in range(2, position + 3) if position % rows)]
    best = max(fitting, key=lambda rows: ((position - 1) // rows + 1) * rows)
    return (position - 1) // best + 1, best


@dataclass(slots=True)
class TieGroup:
    """The last rows read that the list's order does not tell apart.

    Nothing says that they stand in the same order on the next page that is asked for: all of them
    were read only once they are as many as their places.
    """

    begin: int = 0
    value: object = None
    marks: set[_Mark] = field(default_factory=set)
    attempts: int = 0
    furthest: int = 0

    def follow(self, page: Page, marks: Sequence[_Mark], offset: int) -> tuple[int, bool]:
        """Go on over a page; return how many of its rows may be taken, and whether some lack."""
        values = [row.get(page.sort_column, row) if page.sort_column else row for row in page.rows]
        own = 0
        if self.begin < offset:
            own = next((at for at, one in enumerate(values) if one != self.value), len(values))
            self.marks.update(marks[:own])
            if len(self.marks) < offset + own - self.begin:
                self.attempts += 1
                return own, True
        if own < len(values):
            self._begin_anew(values, marks, offset)
        return len(values), False

    def _begin_anew(self, values: list[object], marks: Sequence[_Mark], offset: int) -> None:
        """Note the rows that end a page and began on it."""
        first = len(values)
        while first and values[first - 1] == values[-1]:
            first -= 1
        if values[-1] != self.value:
            self.marks = set()
        self.begin, self.value = offset + first, values[-1]
        self.marks.update(marks[first:])
        if self.begin > self.furthest:  # else the list moves, and may do so for ever
            self.furthest, self.attempts = self.begin, 0


def _is_unpaged(page: Page, per_page: int) -> bool:
    return not page.has_more_known and len(page.rows) > per_page


@dataclass(slots=True)
class OffsetScan:
    """Reads a list by place; pages overlap, so that a shift between two of them is noticed.

    A page follows without a gap if it holds a row that was read before and has not changed
    since: every row that is unread, and unchanged, stands behind that one. `moved` tells of any
    shift: an unread row that changed meanwhile may have moved to where nobody reads any more.
    """

    fetch: Fetch
    key: Callable[[Row], Hashable]
    size: int
    params: Params = field(default_factory=dict)
    held_page: Page | None = None
    position: int = 0
    moved: bool = False
    _tail: list[_Mark] = field(default_factory=list)
    _read: deque[_Mark] = field(default_factory=lambda: deque(maxlen=MAX_ROWS_KNOWN))
    _rereads: int = 0
    _stale: int = 0
    _repeated: int = 0
    _order: tuple[str | None, str | None] | None = None
    _equals: TieGroup = field(default_factory=TieGroup)

    def pages(self) -> Generator[tuple[list[Row], Page], None, None]:
        """Yield the rows not read before, page by page.

        Raises:
            ServiceError: The list moves faster than it can be read, or repeats itself.
        """
        while True:
            number, per_page = next_window(self.position, self._next_size)
            asked = {**self.params, "page": number, "per_page": per_page}
            page, self.held_page = self.held_page or self.fetch(asked), None
            if self._is_reordered(page):
                continue
            offset = (number - 1) * (page.per_page or per_page)
            if _is_unpaged(page, per_page):
                offset = 0
            marks = [self._mark(row) for row in page.rows]
            known = self._equals.marks.union(self._read)
            follows = self._follows(marks, offset)
            self.moved = self.moved or not follows
            repeats = follows or (marks == self._tail and len(marks) >= MIN_DISTINCT_ROWS)
            if self.position and offset and known.isdisjoint(marks):
                self._step_back()
                continue
            taken, is_lacking = self._equals.follow(page, marks, offset)
            fresh = self._fresh(page, marks[:taken], known)
            if is_lacking:
                yield fresh, replace(page, rows=page.rows[:taken], has_more=True)
                self._look_again(page)
                continue
            self.position = max(1, offset + len(page.rows))
            yield fresh, page
            if self._is_last(page, fresh, per_page):
                return
            self._fit(page, per_page)
            self._count_stale(fresh, repeats=repeats)

    def _fresh(self, page: Page, marks: list[_Mark], known: Container[_Mark]) -> list[Row]:
        """Return the rows that were not read before; from now on they were."""
        self._tail = marks
        self._read.extend(mark for mark in marks if mark not in known)
        return [row for row, mark in zip(page.rows, marks, strict=False) if mark not in known]

    def _follows(self, marks: list[_Mark], offset: int) -> bool:
        """Tell whether a page begins with the rows that ended the last one, where they stood."""
        overlap = self.position - offset
        if overlap <= 0:
            return not self.position
        tail = self._tail[-overlap:]  # a page may begin before the last one did
        return marks[overlap - len(tail) : overlap] == tail

    @property
    def _next_size(self) -> int:
        """Rows to ask for: another number each time that equal rows shall stand otherwise."""
        return self.size - self._equals.attempts % (self.size // 2 or 1)

    def _is_last(self, page: Page, fresh: list[Row], per_page: int) -> bool:
        """Tell whether all is read; where nobody says so, a short page with nothing new does."""
        if page.has_more_known or not page.rows:
            return not page.has_more
        return _is_unpaged(page, per_page) or (not fresh and len(page.rows) < per_page)

    def _fit(self, page: Page, per_page: int) -> None:
        """Ask for no larger pages than the service gives, by its word or by what came."""
        given = page.per_page or (per_page if page.has_more_known else len(page.rows))
        if given < per_page:
            self.size = given

    def _mark(self, row: Row) -> _Mark:
        """Tell a row from others, and from what it was before it last moved."""
        time = row.get(MODIFIED) if "sort_column" in self.params else None
        return (self.key(row), time or hash(msgspec.json.encode(row)))

    def _is_reordered(self, page: Page) -> bool:
        """Start anew where the service says that it has changed the order of the list."""
        order = page.sort_column, page.sort_order
        known, self._order = self._order, order
        if known is None or known == order or not self.position:
            return False
        self.moved = True
        self._read.clear()
        self._equals = TieGroup()
        self._step_back()
        self.position = 0
        return True

    def _step_back(self) -> None:
        self._rereads += 1
        if self._rereads > MAX_REREADS:
            raise Reason.LIST_NEVER_RESTS.error(attempts=MAX_REREADS)
        self.position = max(0, self.position - self.size)

    def _look_again(self, page: Page) -> None:
        """Go back to the first of some equal rows, of which fewer came than there are places."""
        self.moved = True
        if self._equals.attempts > MAX_REREADS:
            raise Reason.LIST_HIDES_ROWS.error(column=page.sort_column, attempts=MAX_REREADS)
        self.position = self._equals.begin + 1

    def _count_stale(self, fresh: list[Row], *, repeats: bool) -> None:
        """Count pages in a row that brought nothing new; in a list that moves it comes later."""
        if fresh or self._equals.attempts:
            self._stale = self._repeated = 0
            return
        self._stale += 1
        self._repeated += repeats
        if self._repeated > MAX_STALE_PAGES or self._stale > MAX_REREADS:
            raise Reason.LIST_NEVER_ENDS.error(pages=self._stale)
