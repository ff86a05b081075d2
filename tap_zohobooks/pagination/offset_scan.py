"""Read a list by page number while it changes: pages overlap, so that a shift is noticed.

Nothing here does I/O: a `Fetch` is passed in.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ResponseTooLarge
from tap_zohobooks.pagination.page import MAX_ROWS, Entry, Fetch, Page, Params
from tap_zohobooks.pagination.page_range import PageRange, next_range
from tap_zohobooks.pagination.placed_page import PlacedPage, is_unpaged
from tap_zohobooks.pagination.tie_group import Mark, TieGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

MAX_REREADS = 20
MAX_STALE_PAGES = 3
MAX_ROWS_KNOWN = 5 * MAX_ROWS
MIN_DISTINCT_ROWS = 10  # no list shifts by exactly so many rows between each of several requests


def ignore(*_: object) -> None:
    """Do nothing."""


@dataclass(slots=True)
class OffsetScan:
    """Reads a list by page number; `has_moved` if rows shifted between two of its pages.

    A page that is too large is requested with half as many rows, at least 1, or as few as overlap;
    `note_size` is called with the new number. `note_unsure` is called if a tie group is too
    large to tell whether all of its rows came.

    A page continues without a gap if it holds a row that was read before and has not changed
    since: every unread, unchanged row stands behind that one. After a shift, a row that changed
    before it was read may be on no page.

    A service may return fewer rows a page than requested, and state so or not. Where no page of so
    few rows crosses a boundary, the row before the boundary is requested once more.
    """

    fetch: Fetch
    size: int
    params: Params = field(default_factory=dict)
    held_page: Page | None = None
    has_moved: bool = False
    note_size: Callable[[int], None] = ignore
    note_unsure: Callable[[], None] = ignore
    _begin: PageRange | None = None
    _most: int | None = None
    _cut: int = 0
    _position: int = 0
    _furthest: int = 0
    _tail: list[Mark] = field(default_factory=list)
    _read: deque[Mark] = field(default_factory=lambda: deque(maxlen=MAX_ROWS_KNOWN))
    _rereads: int = 0
    _stale: int = 0
    _repeated: int = 0
    _order: tuple[str | None, str | None] | None = None
    _ties: TieGroup = field(default_factory=TieGroup)

    def begin_with(self, begin: PageRange, page: Page) -> None:
        """Take a page that was read already as the first one; no row before it is read."""
        self.held_page, self._begin = page, begin
        self._ties = TieGroup(begin=(begin.number - 1) * (page.per_page or begin.per_page))

    def pages(self) -> Iterator[tuple[list[Entry], Page]]:
        """Yield page by page the rows that were not read before.

        Raises:
            ServiceError: The list moves faster than it can be read, or repeats itself.
        """
        is_done = False
        while not is_done:
            placed = self._next_page()
            if self._is_cut(placed):
                self._limit_size(len(placed.marks))
                continue
            self.has_moved = self.has_moved or not placed.is_joined
            if self._is_reordered(placed.page):
                self._restart(placed.page)
            elif self._has_gap(placed):
                self._step_back()
            else:
                is_done = yield from self._take(placed)

    def _next_page(self) -> PlacedPage:
        """Request the next page, or take the one that is held, and compare it."""
        (number, per_page), page = self._request()
        self.held_page = self._begin = None
        offset = 0 if is_unpaged(page, per_page) else (number - 1) * (page.per_page or per_page)
        marks = [self._mark(entry) for entry in page.entries]
        values = [entry.row.get(page.sort_column or "", entry.row) for entry in page.entries]
        known = self._ties.marks.union(self._read)
        is_behind, is_same = offset == self._position > 0, marks == self._tail
        is_joined = self._is_joined(marks, offset) or (
            is_behind and (self._is_whole(page, marks) if is_same else
                           known.isdisjoint(marks) and self._continues_at(offset))
        )  # fmt: skip
        is_same = is_same and (is_behind or len(marks) >= MIN_DISTINCT_ROWS)
        return PlacedPage(
            page, per_page, offset, marks, values, known, is_joined,
            is_repeated=is_joined or is_same, is_behind=is_behind,
        )  # fmt: skip

    def _request(self) -> tuple[PageRange, Page]:
        """Request the page at the position, with half as many rows as long as it is too large.

        Raises:
            ResponseTooLarge: The fewest rows that can be requested are too many.
        """
        while True:
            # Another size for each attempt may change the order of equal rows.
            size = self.size - self._ties.attempts % (self.size // 2 or 1)
            asked = self._begin or next_range(self._position, size, self._most)
            params = {**self.params, "page": asked.number, "per_page": asked.per_page}
            try:
                return asked, self.held_page or self.fetch(params)
            except ResponseTooLarge:
                if self.size == 1:
                    raise
            self.size //= 2
            self.note_size(self.size)

    def _mark(self, entry: Entry) -> Mark:
        """Return what identifies a row and its present state."""
        time = entry.time if "sort_column" in self.params else None
        return entry.key, time or hash(msgspec.json.encode(entry.row))

    def _is_joined(self, marks: list[Mark], offset: int) -> bool:
        """Tell whether a page begins with the rows that ended the last one, where they stood."""
        overlap = self._position - offset
        if overlap <= 0:
            return not self._position
        tail = self._tail[-overlap:]  # a page may begin before the last one did
        return marks[overlap - len(tail) : overlap] == tail

    def _is_whole(self, page: Page, marks: list[Mark]) -> bool:
        """Tell whether a service that states no end has sent all of its few rows once more."""
        return not page.has_more_known and self._position == len(marks)

    def _continues_at(self, offset: int) -> bool:
        """Verify that the row before a page is the last one read: no rows have shifted."""
        page = self.fetch({**self.params, "page": offset, "per_page": 1})
        return [self._mark(entry) for entry in page.entries][-1:] == self._tail[-1:]

    def _is_cut(self, placed: PlacedPage) -> bool:
        """Tell whether the service returns fewer rows a page than were requested of this one.

        It need not say so: two pages show it that are short by its word, with as many rows each, or
        one of more rows than usual. Such a page may begin behind as many pages of so few rows.
        """
        page, count, before = placed.page, len(placed.marks), self._cut
        if not page.has_more or count >= placed.per_page:
            return False
        if placed.per_page > self.size:
            return True
        if count == page.per_page or not page.has_more_known:
            return False
        self._cut = count
        return 0 < count == before

    def _is_reordered(self, page: Page) -> bool:
        """Tell whether the service has changed the order of the list since the last page."""
        return bool(self._position) and self._order not in (None, page.order)

    def _has_gap(self, placed: PlacedPage) -> bool:
        """Tell whether rows may be missing between the last page and this one."""
        is_apart = bool(self._position and placed.offset) and not placed.is_joined
        return is_apart and placed.known.isdisjoint(placed.marks)

    def _is_last(self, placed: PlacedPage, fresh: Sequence[Entry]) -> bool:
        """Tell whether all is read: as the page says, or by one without unread rows."""
        page = placed.page
        if page.has_more_known or not page.entries:
            return not page.has_more
        is_short = len(page.entries) < placed.per_page
        return is_unpaged(page, placed.per_page) or (
            not fresh and (is_short or (placed.is_behind and placed.is_joined))
        )

    def _take(self, placed: PlacedPage) -> Generator[tuple[list[Entry], Page], None, bool]:
        """Yield the unread rows of a page, and go on behind it; return whether the list ends there.

        If some rows of a tie group lack, the page is cut behind the group, which is read again.
        """
        if placed.is_behind and not placed.known.isdisjoint(placed.marks):  # rows have shifted
            self._ties = TieGroup(begin=placed.offset, value=self._ties.value)
        page, ties = placed.page, self._ties
        count = ties.count_leading(placed.values, placed.offset)
        ties.add(placed.marks[:count])
        if ties.is_short(placed.offset + count):
            cut = replace(page, entries=page.entries[:count], has_more=True)
            yield self._record(placed, count), cut
            self._reread_ties(page)
            return False
        if count < len(placed.values):
            ties.begin_after(placed.values, placed.marks, placed.offset)
        elif ties.shorten(placed.offset, placed.marks):
            self.has_moved = True
            self.note_unsure()
        fresh = self._record(placed, len(placed.marks))
        before, self._position = self._position, max(1, placed.offset + len(placed.marks))
        yield fresh, page
        if self._is_last(placed, fresh):
            return True
        self._fit_size(placed)
        is_new = bool(fresh) or (self._is_reread() and self._reaches_further(before))
        self._count_stale(is_new=is_new, is_repeated=placed.is_repeated)
        self._furthest = max(self._furthest, self._position)
        return False

    def _record(self, placed: PlacedPage, count: int) -> list[Entry]:
        """Record the first rows of a page as read; return those that were not before."""
        self._order = (placed.page.sort_column, placed.page.sort_order)
        self._tail = placed.marks[:count]
        self._read.extend(mark for mark in self._tail if mark not in placed.known)
        entries = zip(placed.page.entries, self._tail, strict=False)
        return [entry for entry, mark in entries if mark not in placed.known]

    def _fit_size(self, placed: PlacedPage) -> None:
        """Request no more rows a page than the service returns, by its word or by what came."""
        page = placed.page
        given = page.per_page or (placed.per_page if page.has_more_known else len(page.entries))
        if given < placed.per_page:
            self._limit_size(given)

    def _limit_size(self, most: int) -> None:
        """Request no more rows a page than the service returns."""
        self._most, self.size = most, min(self.size, most)

    def _restart(self, page: Page) -> None:
        """Read the list from its beginning, in the order that the service has now."""
        self.has_moved = True
        self._order = page.order
        self._read.clear()
        self._ties = TieGroup()
        self._step_back()
        self._position = 0

    def _step_back(self) -> None:
        """Request earlier rows again: a page before."""
        self._rereads += 1
        if self._rereads > MAX_REREADS:
            raise Reason.LIST_NEVER_RESTS.error(attempts=MAX_REREADS)
        self._position = max(0, self._position - self.size)

    def _reread_ties(self, page: Page) -> None:
        """Go back to the first row of a tie group of which fewer rows came than it has places."""
        self.has_moved = True
        self._ties.attempts += 1
        if self._ties.attempts > MAX_REREADS:
            raise Reason.LIST_HIDES_ROWS.error(column=page.sort_column, attempts=MAX_REREADS)
        self._position = self._ties.begin + 1

    def _reaches_further(self, before: int) -> bool:
        """Tell whether a page ends behind the position from which it was requested."""
        return self._position > before

    def _is_reread(self) -> bool:
        """Tell whether rows are read again on purpose, by pages that bring none that is new."""
        return bool(self._ties.attempts) or self._position < self._furthest

    def _count_stale(self, *, is_new: bool, is_repeated: bool) -> None:
        """Count pages in a row without an unread row: more may come later if the list moves.

        Pages that are read again on purpose bring none, but each reaches further.
        """
        if is_new:
            self._stale = self._repeated = 0
            return
        self._stale += 1
        self._repeated += is_repeated
        if self._repeated > MAX_STALE_PAGES or self._stale > MAX_REREADS:
            raise Reason.LIST_NEVER_ENDS.error(pages=self._stale)
