"""How the changes of a list are read: by time where the service lets us, else by place.

What an endpoint can do is read off its answers, never assumed; nothing here does I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_zohobooks.errors import ParameterRefused
from tap_zohobooks.pagination import MOST_ROWS, Fetch, Page, Params, Scan, for_filter, time_of
from tap_zohobooks.records import Row
from tap_zohobooks.resources import MODIFIED

if TYPE_CHECKING:
    from datetime import datetime

MOST_CHASED_PAGES = 50

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


def _ignore(_: str) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Reader:
    """Reads what has changed in one list since an instant, the cheapest sound way.

    Items are (row, frontier): once the row is emitted, everything that changed before the
    frontier has been. A frontier of None promises nothing; a row of None only moves it.
    """

    fetch: Fetch
    key: Callable[[Row], Hashable]
    size: int = MOST_ROWS
    ability: Ability = field(default_factory=Ability)
    tell: Callable[[str], None] = _ignore
    _in_hand: Page | None = None
    _reached: str | None = None
    _seen: set[Hashable] = field(default_factory=set)
    _opened: datetime | None = None
    _chased: int = 0

    def read(self, start: str | None) -> Generator[Item, None, None]:
        """Yield the rows that changed at or after `start` (UTC text), or all."""
        done = False
        while not done:
            done = yield from self._guarded(self._way(start))

    def _way(self, start: str | None) -> Items:
        """Choose by what is known so far; what a way finds out about the endpoint bars that way."""
        if self.ability.sorts is False:
            return self._whole(start)
        if self.ability.filters is not False:
            return self._by_time(start)
        return self._newest_first(start) if start else self._oldest_first()

    def _guarded(self, items: Items) -> Items:
        """Pass items on; a parameter that is refused is one that the endpoint cannot do."""
        try:
            return (yield from items)
        except ParameterRefused as refused:
            self._in_hand = None
            if self.ability.filters is not False and "sort" not in str(refused):
                self._cannot_filter(f"refused: {refused}")
            elif self.ability.sorts is not False:
                self._cannot_sort(f"refused: {refused}")
            else:
                raise
            return False

    def _cannot_filter(self, why: str) -> None:
        self.ability.filters = False
        self.tell(f"The filter by time of change does not work here ({why}).")

    def _cannot_sort(self, why: str) -> None:
        self.ability.sorts = False
        self.tell(f"The order by time of change does not work here ({why}).")

    def _by_time(self, start: str | None) -> Items:
        """Ask each page from the last row's time: nothing that other rows do can shift it."""
        since, done = start, None
        while done is None:
            scan, before = Scan(self.fetch, self.key, self.size, _params("A", since)), since
            for number, (rows, page) in enumerate(scan.pages(), 1):
                if not page.has_more and number == 1:
                    return (yield from self._last_page(page, since))
                if not self._is_honoured(page, since):
                    self._keep(page, start, is_first=number == 1, at_start=since == start)
                    return False
                self._in_hand = page if since is None else None  # in case the next one is a lie
                yield from self._unseen(rows)
                done = self._outcome(page)
                if done is not None or self._reached != before:
                    since = self._reached
                    break
        return done

    def _outcome(self, page: Page) -> bool | None:
        """Tell whether a page of the key set was the last one; None where it goes on."""
        self._opened = self._opened or page.served
        opened = self._opened.isoformat()
        self._chased += all((time_of(row) or "") > opened for row in page.rows)
        if self._chased > MOST_CHASED_PAGES:
            self.tell("The list changes as fast as it is read; the next run goes on from here.")
            return True
        return None if page.has_more else True

    def _is_honoured(self, page: Page, since: str | None) -> bool:
        """Check that a page obeys filter and order, and remember what it does not."""
        if since and any(not _is_due(row, since) for row in page.rows):
            self._cannot_filter("rows older than it came")
        if not page.is_sorted("A"):
            self._cannot_sort("the answer is in another order")
        return self.ability.filters is not False and self.ability.sorts is not False

    def _keep(self, page: Page, start: str | None, *, is_first: bool, at_start: bool) -> None:
        """Keep a page that is the first one of the way in which the list is read next."""
        if self.ability.sorts is False:
            serves = at_start or self.ability.filters is False
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
            yield row, time

    def _last_page(self, page: Page, since: str | None) -> Items:
        """Emit a page that is the whole rest, in whatever order it came."""
        wanted = [row for row in page.rows if _is_due(row, since)]
        timed = [row for row in wanted if time_of(row)]
        timed.sort(key=lambda row: time_of(row) or "")
        for row in wanted:
            if not time_of(row):
                yield row, None
        yield from self._unseen(timed)
        has_newer = any((time_of(row) or "") > (since or "") for row in timed)
        trusted = since is None or len(wanted) < len(page.rows) or has_newer
        return trusted or self._confirm(since or "")

    def _confirm(self, since: str) -> bool:
        """Ask for the newest row: a filter that hides it is a filter that lies."""
        newest = self.fetch({**_params("D"), "page": 1, "per_page": 1})
        if not newest.rows:
            return True
        time = time_of(newest.rows[0])
        if newest.is_sorted("D") and time is not None and time <= since:
            return True
        self._cannot_filter("it hides rows that changed later")
        return False

    def _oldest_first(self) -> Items:
        """Read the whole list in the order of time, by place."""
        scan = Scan(self.fetch, self.key, self.size, _params("A"), in_hand=self._take())
        for rows, page in scan.pages():
            if not page.is_sorted("A"):
                self._cannot_sort("the answer is in another order")
                return False
            yield from self._unseen([row for row in rows if _is_due(row, self._reached)])
        return True

    def _newest_first(self, start: str) -> Items:
        """Read from the newest row down to `start`, then emit from the oldest up."""
        found: dict[Hashable, Row] = {}
        scan = Scan(self.fetch, self.key, self.size, _params("D"))
        for rows, page in scan.pages():
            if page.rows and not page.is_sorted("D"):
                self._cannot_sort("the answer is in another order")
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
        since = start if self.ability.filters is not False else None
        page = self._take()
        params = _params("A" if page else None, since)  # page by page in the same order
        scan = Scan(self.fetch, self.key, self.size, params, in_hand=page)
        newest = ""
        for rows, _ in scan.pages():
            for row in rows:
                if _is_due(row, start):
                    newest = max(newest, time_of(row) or "")
                    yield row, None
        if since and newest <= since:
            self._cannot_filter("nothing newer came, which may be its fault")
            return False
        if newest:
            yield None, newest
        return True

    def _take(self) -> Page | None:
        page, self._in_hand = self._in_hand, None
        return page


def _is_due(row: Row, start: str | None) -> bool:
    """Tell whether a row changed at or after `start`; one that does not say when is always due."""
    time = time_of(row)
    return start is None or time is None or time >= start
