"""How the changes of a list are read: by time where the service lets us, else by place.

Nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_zohobooks.errors import ParameterRefused
from tap_zohobooks.pagination.capabilities import (
    MIN_DISTINCT_TIMES,
    CapabilityProbe,
    EndpointCapabilities,
)
from tap_zohobooks.pagination.offset_scan import OffsetScan
from tap_zohobooks.pagination.page import (
    MAX_ROWS,
    Entry,
    Fetch,
    Page,
    Params,
    list_params,
)
from tap_zohobooks.resources import MODIFIED
from tap_zohobooks.transform.cleaner import Row
from tap_zohobooks.transform.timestamps import subtract_seconds

if TYPE_CHECKING:
    from datetime import datetime

MAX_CHASED_PAGES = 50

# Pages of fewer times that are taken in order, once that is known, before it is seen to again.
MAX_UNCONFIRMED = 8

Item = tuple[Row | None, str | None]
Items = Generator[Item, None, bool]


def _ignore(*_: object) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Reader:
    """Reads what has changed in one list since an instant, the cheapest sound way.

    Items are (row, safe_bookmark): once the row is emitted, everything that changed before the
    safe_bookmark has been. A safe_bookmark of None promises nothing; a row of None only moves it.
    Without `start`, `is_sure` is True at the end if every row of the list has been emitted.

    `timeless` tells whether rows were seen that do not say when they changed. Only a whole read
    finds such rows; whoever keeps it for the next run is told before the bookmark moves.
    """

    fetch: Fetch
    size: int = MAX_ROWS
    capabilities: EndpointCapabilities = field(default_factory=EndpointCapabilities)
    tell: Callable[[str], None] = _ignore
    note_timeless: Callable[[], None] = _ignore
    is_sure: bool = True
    timeless: bool = False
    _held_page: Page | None = None
    _reached: str | None = None
    _seen: set[Hashable] = field(default_factory=set)
    _opened: datetime | None = None
    _chased: int = 0
    _unsure: int = 0
    _is_inclusive: bool = False
    _judge: CapabilityProbe = field(init=False)

    def __post_init__(self) -> None:
        """Probe the endpoint by the responses that it gives here."""
        self._judge = CapabilityProbe(self.fetch, self.capabilities, self.tell)

    def read(self, start: str | None) -> Generator[Item, None, None]:
        """Yield the rows that changed at or after `start` (UTC text), or all."""
        done = False
        while not done:
            done = yield from self._guarded(self._way(start))

    def _way(self, start: str | None) -> Items:
        """Choose by what is known so far; what a way finds out about the endpoint bars that way."""
        if self.capabilities.sorts is False or (start and self.timeless):
            return self._full_scan(start)
        if self.capabilities.filters is not False:
            return self._keyset(start) if start else self._all_by_time()
        return self._descending(start) if start else self._ascending()

    def _guarded(self, items: Items) -> Items:
        """Pass items on; a parameter that is refused is one that the endpoint cannot do."""
        try:
            return (yield from items)
        except ParameterRefused as refused:
            self._held_page = None
            if not self._judge.attribute_rejection(refused):
                raise
            return False

    def _all_by_time(self) -> Items:
        """Read the whole list from time to time; rows without one would stand behind all others."""
        done = yield from self._keyset(None)
        has_more_known = (
            self._opened is None or self._judge.has_timed_end
        )  # in one page, or asked before
        if done and not has_more_known and self._judge.probe_end("D") is None:
            self._judge.mark_unsortable("rows that do not say when they changed stand last")
            return False
        return done

    def _keyset(self, start: str | None) -> Items:
        """Ask each page from the last row's time: nothing that other rows do can shift it."""
        first = since = _before(start)
        done = None
        while done is None:
            scan, before = (
                OffsetScan(self.fetch, self.size, list_params("A", since)),
                since,
            )
            for number, (rows, page) in enumerate(scan.pages(), 1):
                was_known = self.capabilities.sorts is True
                if number == 1 and not self._is_joined(page, since):
                    return False
                if not page.has_more and number == 1:
                    return (yield from self._last_page(page, since, start))
                if not self._judge.verify_page(page, since):
                    self._keep(page, start, is_first=number == 1, at_start=since == first)
                    return False
                self._held_page = page if since is None else None  # in case the next one is a lie
                self._unsure += was_known and len(set(page.times)) < MIN_DISTINCT_TIMES
                yield from self._unseen([row for row in rows if _is_due(row, start)])
                done = self._outcome(page, since)
                if (done or self._unsure > MAX_UNCONFIRMED) and not (
                    yield from self._confirm_sort()
                ):
                    return False
                if done is not None or self._reached not in {None, before}:
                    since = self._reached
                    break
        return done

    def _is_joined(self, page: Page, since: str | None) -> bool:
        """Check that the filter lets through the very instant at which the last page ended.

        Its rows may all have changed meanwhile; then none shows that was not there before.
        """
        if since is None or since != self._reached or self._is_inclusive:
            return True
        self._is_inclusive = since in page.times
        return self._is_inclusive or self._judge.verify_inclusive(since)

    def _confirm_sort(self) -> Generator[Item, None, bool]:
        """See that the service still orders the list, where the pages themselves do not tell.

        Rows of one second are in order whoever puts them there; the bookmark waits for this.
        """
        if self._unsure:
            if not self._judge.verify_sort():
                return False
            self._unsure = 0
            yield None, self._reached
        return True

    def _outcome(self, page: Page, since: str | None) -> bool | None:
        """Tell whether a page of the key set was the last one; None where it goes on."""
        self._opened = self._opened or page.served
        opened = self._opened.isoformat()
        self._chased += all((time or "") > opened for time in page.times)
        if self._chased > MAX_CHASED_PAGES:
            self.tell("The list changes as fast as it is read; the next run goes on from here.")
            self.is_sure = False
            return True
        return None if page.has_more else self._is_all(page, since)

    def _keep(self, page: Page, start: str | None, *, is_first: bool, at_start: bool) -> None:
        """Keep a page that is the first one of the way in which the list is read next."""
        if self.capabilities.sorts is False:
            told = page.sort_column not in {None, MODIFIED}  # its order is the list's own
            serves = told and (at_start or self.capabilities.filters is False)
        else:
            serves = start is None
        self._held_page = page if is_first and serves else None

    def _unseen(self, entries: list[Entry]) -> Generator[Item, None, None]:
        """Emit rows in the order of time, those of the boundary second only once."""
        for entry in entries:
            if entry.time == self._reached and entry.key in self._seen:
                continue
            if entry.time != self._reached:
                self._seen.clear()
                self._reached = entry.time
            self._seen.add(entry.key)
            yield entry.row, None if self._unsure else entry.time

    def _last_page(self, page: Page, since: str | None, start: str | None) -> Items:
        """Emit a page that is the whole rest, in whatever order it came."""
        if since is None and not all(page.times):
            self._note_timeless()
        wanted = [one for one in page.entries if _is_due(one, start) and _is_due(one, since)]
        timed = [one for one in wanted if one.time]
        timed.sort(key=lambda one: one.time or "")
        for one in wanted:
            if not one.time:
                yield one.row, None
        yield from self._unseen(timed)
        return self._is_all(page, since) and (yield from self._confirm_sort())

    def _is_all(self, page: Page, since: str | None) -> bool:
        """Tell whether a last page is the end; if it brings nothing newer, ask for the newest."""
        if since is None or not _is_only_at(since, page):
            return True
        return self._judge.verify_newest(since)

    def _ascending(self) -> Items:
        """Read the whole list in the order of time, by place."""
        scan = self._scan(list_params("A"), self._take())
        for rows, page in scan.pages():
            if not self._judge.verify_order(page, "A"):
                return False
            yield from self._unseen([row for row in rows if _is_due(row, self._reached)])
        return True

    def _descending(self, start: str) -> Items:
        """Read from the newest row down to `start`, then emit from the oldest up."""
        found: dict[Hashable, Entry] = {}
        scan = self._scan(list_params("D"))
        for rows, page in scan.pages():
            if page.entries and not self._judge.verify_order(page, "D"):
                return False
            for row in rows:
                if _is_due(row, start):
                    found.setdefault(row.key, row)
            if any(not _is_due(row, start) for row in page.entries):
                break
        yield from self._unseen(sorted(found.values(), key=lambda row: row.time or ""))
        return True

    def _full_scan(self, start: str | None) -> Items:
        """Read every page; rows that changed before `start` are dropped here."""
        is_filtered = self.capabilities.filters is not False and not self.timeless
        since = _before(start) if is_filtered else None
        scan = self._scan(list_params(None, since), self._take())
        newest, is_timeless = "", False
        for rows, page in scan.pages():
            if since and _is_only_at(since, page):
                self._judge.mark_unfilterable("nothing newer came, which may be its fault")
                return False
            self._opened = self._opened or page.served
            opened = self._opened.isoformat()
            for row in rows:
                time = row.time or ""
                is_timeless = is_timeless or not time
                if not _is_due(row, start):
                    continue
                if newest < time <= opened:  # later ones do not vouch for what was missed meanwhile
                    newest = time
                yield row.row, None
        self.is_sure = not scan.has_moved
        if since is None and is_timeless:
            self._note_timeless()
        if newest:
            yield None, newest
        return True

    def _scan(self, params: Params, held_page: Page | None = None) -> OffsetScan:
        """Read by place: what follows a page is known before it comes."""
        return OffsetScan(self.fetch, self.size, params, held_page)

    def _note_timeless(self) -> None:
        self.timeless = True
        self.note_timeless()
        self.tell("Some rows do not say when they changed: each run reads the list whole.")

    def _take(self) -> Page | None:
        page, self._held_page = self._held_page, None
        return page


def _before(start: str | None) -> str | None:
    """Return from when on to ask, as a filter may leave out the very instant that it is given."""
    return start and subtract_seconds(start, 1)


def _is_due(row: Entry, start: str | None) -> bool:
    """Tell whether a row changed at or after `start`; one that does not say when is always due."""
    return start is None or row.time is None or row.time >= start


def _is_only_at(since: str, page: Page) -> bool:
    """Tell whether a page shows one instant only, as it would if the filter meant equality."""
    return all(time in {None, since} for time in page.times)
