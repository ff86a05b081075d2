"""Pages of a list that changes while it is read: overlapping windows that notice a shift.

Nothing here does I/O: a `Fetch` is passed in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import msgspec

from tap_zohobooks.errors import ServiceError
from tap_zohobooks.records import Row, utc
from tap_zohobooks.resources import MODIFIED

MOST_ROWS = 200
MOST_REREADS = 20
MOST_STALE_PAGES = 3
REMEMBERED = 5 * MOST_ROWS

Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, with what the service said of it."""

    rows: list[Row]
    has_more: bool
    served: datetime
    per_page: int | None = None
    sort_column: str | None = None
    sort_order: str | None = None

    def is_sorted(self, order: str) -> bool:
        """Tell whether the echo and the rows both say that the time of change orders the page."""
        times = [time_of(row) for row in self.rows]
        if any(time is None for time in times):
            return False
        known = [time for time in times if time is not None]
        rising = sorted(known) == (known if order == "A" else known[::-1])
        return rising and (self.sort_column, self.sort_order) == (MODIFIED, order)


Fetch = Callable[[Params], Page]


def time_of(row: Row) -> str | None:
    """Return when a row last changed, as UTC text whose order is time order."""
    value = row.get(MODIFIED)
    return utc(value) if isinstance(value, str) else None


def for_filter(instant: str) -> str:
    """Write UTC text in the only form that the service takes as a filter."""
    return instant[:19] + "+0000"


def earlier(instant: str, seconds: int) -> str:
    """Return the instant some seconds before; what time cannot hold is the first instant."""
    moment = datetime.fromisoformat(instant[:19]).replace(tzinfo=timezone.utc)
    try:
        return (moment - timedelta(seconds=seconds)).isoformat()
    except OverflowError:
        return datetime.min.replace(tzinfo=timezone.utc).isoformat()


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


def _mark(row: Row, key: Hashable) -> Hashable:
    time = row.get(MODIFIED)
    return (key, time) if time else (key, hash(msgspec.json.encode(row)))


@dataclass(slots=True)
class Scan:
    """Reads a list by place; pages overlap, so that a shift between two of them is noticed.

    A page follows without a gap if it holds a row that was read before and has not changed
    since: every row that is unread, and unchanged, stands behind that one.
    """

    fetch: Fetch
    key: Callable[[Row], Hashable]
    size: int
    params: Params = field(default_factory=dict)
    in_hand: Page | None = None
    position: int = 0
    _read: deque[Hashable] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _rereads: int = 0
    _stale: int = 0

    def pages(self) -> Iterator[tuple[list[Row], Page]]:
        """Yield the rows not read before, page by page.

        Raises:
            ServiceError: The list moves faster than it can be read, or repeats itself.
        """
        while True:
            number, per_page = next_window(self.position, self.size)
            page, self.in_hand = self.in_hand or self._ask(number, per_page), None
            offset = (number - 1) * (page.per_page or per_page)
            known = set(self._read)
            marks = [_mark(row, self.key(row)) for row in page.rows]
            if self.position and offset and known.isdisjoint(marks):
                self._step_back()
                continue
            fresh = [row for row, mark in zip(page.rows, marks, strict=True) if mark not in known]
            self._read.extend(mark for mark in marks if mark not in known)
            self.position = max(1, offset + len(page.rows))
            yield fresh, page
            if not page.has_more:
                return
            self._count_stale(fresh)

    def _ask(self, number: int, per_page: int) -> Page:
        return self.fetch({**self.params, "page": number, "per_page": per_page})

    def _step_back(self) -> None:
        self._rereads += 1
        if self._rereads > MOST_REREADS:
            msg = (
                f"The list changed between all of {MOST_REREADS} attempts to read on: it never "
                "rests. State is kept; run again when fewer people and programs write to it."
            )
            raise ServiceError(msg)
        self.position = max(0, self.position - self.size)

    def _count_stale(self, fresh: list[Row]) -> None:
        self._stale = 0 if fresh else self._stale + 1
        if self._stale > MOST_STALE_PAGES:
            msg = (
                f"The service says that there are more rows, but {self._stale} pages in a row "
                "brought none that is new. State is kept; report this with the stream's name."
            )
            raise ServiceError(msg)
