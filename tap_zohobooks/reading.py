"""How the changes of a list are read: by time where the service lets us, else by place.

What an endpoint can do is read off its answers, never assumed; nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_zohobooks.errors import ParameterRefused
from tap_zohobooks.pagination import (
    MOST_ROWS,
    Ahead,
    Fetch,
    Page,
    Params,
    Scan,
    earlier,
    for_filter,
    one_by_one,
    time_of,
)
from tap_zohobooks.records import Row
from tap_zohobooks.resources import MODIFIED

if TYPE_CHECKING:
    from datetime import datetime

MOST_CHASED_PAGES = 50

# So many different times do not rise by chance; fewer, as after a bulk import, prove no order.
TELLING_TIMES = 10

# Pages of fewer times that are taken in order, once that is known, before it is seen to again.
MOST_UNSURE = 8

Item = tuple[Row | None, str | None]
Items = Generator[Item, None, bool]


@dataclass(slots=True)
class Ability:
    """What is known of an endpoint: None until an answer has shown it."""

    filters: bool | None = None
    sorts: bool | None = None


def _params(order: str | None = None, since: str | None = None) -> Params:
    params: dict[str, str | int] = {}
    if order:
        params |= {"sort_column": MODIFIED, "sort_order": order}
    if since:
        params[MODIFIED] = for_filter(since)
    return params


def _ignore(*_: object) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Reader:
    """Reads what has changed in one list since an instant, the cheapest sound way.

    Items are (row, frontier): once the row is emitted, everything that changed before the
    frontier has been. A frontier of None promises nothing; a row of None only moves it. Without
    `start`, `is_sure` tells at the end whether every row that stood in the list has been emitted.

    `timeless` tells whether rows were seen that do not say when they changed. Only a whole read
    finds such rows; whoever keeps it for the next run is told before the bookmark moves.
    """

    fetch: Fetch
    key: Callable[[Row], Hashable]
    size: int = MOST_ROWS
    ability: Ability = field(default_factory=Ability)
    tell: Callable[[str], None] = _ignore
    ahead: Ahead = one_by_one
    note_timeless: Callable[[], None] = _ignore
    is_sure: bool = True
    timeless: bool = False
    _in_hand: Page | None = None
    _reached: str | None = None
    _seen: set[Hashable] = field(default_factory=set)
    _opened: datetime | None = None
    _chased: int = 0
    _unsure: int = 0
    _is_inclusive: bool = False
    _is_end_timed: bool = False

    def read(self, start: str | None) -> Generator[Item, None, None]:
        """Yield the rows that changed at or after `start` (UTC text), or all."""
        done = False
        while not done:
            done = yield from self._guarded(self._way(start))

    def _way(self, start: str | None) -> Items:
        """Choose by what is known so far; what a way finds out about the endpoint bars that way."""
        if self.ability.sorts is False or (start and self.timeless):
            return self._whole(start)
        if self.ability.filters is not False:
            return self._by_time(start) if start else self._all_by_time()
        return self._newest_first(start) if start else self._oldest_first()

    def _guarded(self, items: Items) -> Items:
        """Pass items on; a parameter that is refused is one that the endpoint cannot do."""
        try:
            return (yield from items)
        except ParameterRefused as refused:
            self._in_hand = None
            if self.ability.filters is not False and "sort" not in refused.found:
                self._cannot_filter(f"refused: {refused.found}")
            elif self.ability.sorts is not False:
                self._cannot_sort(f"refused: {refused.found}")
            else:
                raise
            return False

    def _cannot_filter(self, why: str) -> None:
        self.ability.filters = False
        self.tell(f"The filter by time of change does not work here ({why}).")

    def _cannot_sort(self, why: str) -> None:
        self.ability.sorts = False
        self.tell(f"The order by time of change does not work here ({why}).")

    def _all_by_time(self) -> Items:
        """Read the whole list from time to time; rows without one would stand behind all others."""
        done = yield from self._by_time(None)
        is_told = self._opened is None or self._is_end_timed  # in one page, or asked before
        if done and not is_told and self._end("D") is None:
            self._cannot_sort("rows that do not say when they changed stand last")
            return False
        return done

    def _by_time(self, start: str | None) -> Items:
        """Ask each page from the last row's time: nothing that other rows do can shift it."""
        first = since = _before(start)
        done = None
        while done is None:
            scan, before = Scan(self.fetch, self.key, self.size, _params("A", since)), since
            for number, (rows, page) in enumerate(scan.pages(), 1):
                was_known = self.ability.sorts is True
                if number == 1 and not self._is_joined(page, since):
                    return False
                if not page.has_more and number == 1:
                    return (yield from self._last_page(page, since, start))
                if not self._is_honoured(page, since):
                    self._keep(page, start, is_first=number == 1, at_start=since == first)
                    return False
                self._in_hand = page if since is None else None  # in case the next one is a lie
                self._unsure += was_known and len(set(page.times)) < TELLING_TIMES
                yield from self._unseen([row for row in rows if _is_due(row, start)])
                done = self._outcome(page, since)
                if (done or self._unsure > MOST_UNSURE) and not (yield from self._vouched()):
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
        if self._is_inclusive or self._end("A", earlier(since, 1)) != since:
            return True
        self._cannot_filter("it leaves out the instant that it is given")
        return False

    def _vouched(self) -> Generator[Item, None, bool]:
        """See that the service still orders the list, where the pages themselves do not tell.

        Rows of one second are in order whoever puts them there; the bookmark waits for this.
        """
        if self._unsure:
            newest = self._end("D")
            if newest is None or (self._end("A") or newest) >= newest:
                self._cannot_sort("the list begins alike from both ends by now")
                return False
            self._unsure = 0
            yield None, self._reached
        return True

    def _outcome(self, page: Page, since: str | None) -> bool | None:
        """Tell whether a page of the key set was the last one; None where it goes on."""
        self._opened = self._opened or page.served
        opened = self._opened.isoformat()
        self._chased += all((time or "") > opened for time in page.times)
        if self._chased > MOST_CHASED_PAGES:
            self.tell("The list changes as fast as it is read; the next run goes on from here.")
            self.is_sure = False
            return True
        return None if page.has_more else self._is_all(page, since)

    def _is_honoured(self, page: Page, since: str | None) -> bool:
        """Check that a page obeys filter and order, and remember what it does not."""
        if since and any(time and time < since for time in page.times):
            self._cannot_filter("rows older than it came")
        return self._is_ordered(page, "A", since) and self.ability.filters is not False

    def _is_ordered(self, page: Page, order: str, since: str | None = None) -> bool:
        """Check that the service has ordered a page, not chance, and remember where it has not."""
        times = [time or "" for time in page.times]
        if not page.is_sorted(order):
            self._cannot_sort("the answer is in another order")
        elif self.ability.sorts is None and times and page.has_more:
            if len(set(times)) >= TELLING_TIMES or self._is_turned(times, order, since):
                self.ability.sorts = True
            else:
                self._cannot_sort("the list begins alike from both ends")
        return self.ability.sorts is not False

    def _is_turned(self, times: list[str], order: str, since: str | None) -> bool:
        """Tell whether the list begins beyond a page when it is asked for the other way round.

        Then it must still begin as the page does: else the list has changed, which shows nothing.
        """
        first, last = min(times), max(times)
        if order == "A":
            newest = self._end("D") or first
            return newest > first and newest >= last and self._end("A", since) == first
        oldest = self._end("A") or last
        return oldest < last and oldest <= first and self._end("D") == last

    def _end(self, order: str, since: str | None = None) -> str | None:
        page = self.fetch({**_params(order, since), "page": 1, "per_page": 1})
        end = time_of(page.rows[0]) if page.rows and page.is_sorted(order) else None
        self._is_end_timed = self._is_end_timed or (order == "D" and end is not None)
        return end

    def _keep(self, page: Page, start: str | None, *, is_first: bool, at_start: bool) -> None:
        """Keep a page that is the first one of the way in which the list is read next."""
        if self.ability.sorts is False:
            told = page.sort_column not in {None, MODIFIED}  # its order is the list's own
            serves = told and (at_start or self.ability.filters is False)
        else:
            serves = start is None
        self._in_hand = page if is_first and serves else None

    def _unseen(self, rows: list[Row]) -> Generator[Item, None, None]:
        """Emit rows in the order of time, those of the boundary second only once."""
        for row in rows:
            time, key = time_of(row), self.key(row)
            if time == self._reached and key in self._seen:
                continue
            if time != self._reached:
                self._seen.clear()
                self._reached = time
            self._seen.add(key)
            yield row, None if self._unsure else time

    def _last_page(self, page: Page, since: str | None, start: str | None) -> Items:
        """Emit a page that is the whole rest, in whatever order it came."""
        if since is None and not all(time_of(row) for row in page.rows):
            self._note_timeless()
        wanted = [row for row in page.rows if _is_due(row, start) and _is_due(row, since)]
        timed = [row for row in wanted if time_of(row)]
        timed.sort(key=lambda row: time_of(row) or "")
        for row in wanted:
            if not time_of(row):
                yield row, None
        yield from self._unseen(timed)
        return self._is_all(page, since) and (yield from self._vouched())

    def _is_all(self, page: Page, since: str | None) -> bool:
        """Tell whether a last page is the end; if it brings nothing newer, ask for the newest."""
        if since is None or not _is_only_at(since, page):
            return True
        newest = self._end("D")
        if newest is not None and newest <= since and self._is_in_order(newest):
            return True
        self._cannot_filter("it may hide rows that changed later")
        return False

    def _is_in_order(self, newest: str) -> bool:
        return self.ability.sorts is True or (self._end("A") or newest) < newest

    def _oldest_first(self) -> Items:
        """Read the whole list in the order of time, by place."""
        scan = self._scan(_params("A"), self._take())
        for rows, page in scan.pages():
            if not self._is_ordered(page, "A"):
                return False
            yield from self._unseen([row for row in rows if _is_due(row, self._reached)])
        return True

    def _newest_first(self, start: str) -> Items:
        """Read from the newest row down to `start`, then emit from the oldest up."""
        found: dict[Hashable, Row] = {}
        scan = self._scan(_params("D"))
        for rows, page in scan.pages():
            if page.rows and not self._is_ordered(page, "D"):
                return False
            for row in rows:
                if _is_due(row, start):
                    found.setdefault(self.key(row), row)
            if any(not _is_due(row, start) for row in page.rows):
                break
        yield from self._unseen(sorted(found.values(), key=lambda row: time_of(row) or ""))
        return True

    def _whole(self, start: str | None) -> Items:
        """Read every page; rows that changed before `start` are dropped here."""
        is_filtered = self.ability.filters is not False and not self.timeless
        since = _before(start) if is_filtered else None
        scan = self._scan(_params(None, since), self._take())
        newest, is_timeless = "", False
        for rows, page in scan.pages():
            if since and _is_only_at(since, page):
                self._cannot_filter("nothing newer came, which may be its fault")
                return False
            self._opened = self._opened or page.served
            opened = self._opened.isoformat()
            for row in rows:
                time = time_of(row) or ""
                is_timeless = is_timeless or not time
                if not _is_due(row, start):
                    continue
                if newest < time <= opened:  # later ones do not vouch for what was missed meanwhile
                    newest = time
                yield row, None
        self.is_sure = not scan.moved
        if since is None and is_timeless:
            self._note_timeless()
        if newest:
            yield None, newest
        return True

    def _scan(self, params: Params, in_hand: Page | None = None) -> Scan:
        """Read by place: what follows a page is known before it comes."""
        return Scan(self.fetch, self.key, self.size, params, in_hand, self.ahead)

    def _note_timeless(self) -> None:
        self.timeless = True
        self.note_timeless()
        self.tell("Some rows do not say when they changed: each run reads the list whole.")

    def _take(self) -> Page | None:
        page, self._in_hand = self._in_hand, None
        return page


def _before(start: str | None) -> str | None:
    """Return from when on to ask, as a filter may leave out the very instant that it is given."""
    return start and earlier(start, 1)


def _is_due(row: Row, start: str | None) -> bool:
    """Tell whether a row changed at or after `start`; one that does not say when is always due."""
    time = time_of(row)
    return start is None or time is None or time >= start


def _is_only_at(since: str, page: Page) -> bool:
    """Tell whether a page shows one instant only, as it would if the filter meant equality."""
    return all(time in {None, since} for time in page.times)
