"""Find where in a list that is sorted by time of change an instant begins: by halving over pages.

Nothing here does I/O: the read's `fetch` is passed in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ResponseTooLarge
from tap_zohobooks.pagination.capabilities import MIN_DISTINCT_TIMES
from tap_zohobooks.pagination.page import list_params
from tap_zohobooks.pagination.page_range import PageRange

if TYPE_CHECKING:
    from tap_zohobooks.pagination.list_read import ListRead
    from tap_zohobooks.pagination.page import Page

MAX_GUESSES = 3  # pages that are chosen by their times; rows of one year come in near even steps
MAX_LEAP, GROWTH = 64, 4  # times the last page that is known: a guess at most, and the next one
MAX_PAGES = 100_000  # 20,000,000 rows, more than a day's quota reads


@dataclass(frozen=True, slots=True)
class Bracket:
    """What is known of the pages around an instant, in ascending order, numbered from 1.

    `low` begins before the instant, and page `low` ends at `low_end`; `oldest` is the time of the
    first row of the list. `high` begins at or after it, at `high_begin`, or is behind the end of
    the list; None if no such page is known. Times are UTC text.
    """

    low: int
    low_end: str
    oldest: str
    high: int | None = None
    high_begin: str | None = None

    def choose_page(self, since: str, requests: int) -> int:
        """Choose the page to request next: by the times of the first few, then by halving."""
        number = self._guess_page(since) if requests < MAX_GUESSES else None
        if number is None:
            number = (self.low + self.high) // 2 if self.high else self.low * GROWTH
        last = self.high - 1 if self.high else self.low * MAX_LEAP
        return min(max(number, self.low + 1), last)

    def _guess_page(self, since: str) -> int | None:
        """Return the page if rows changed in even steps; None if times do not show the steps."""
        if self.high is None:
            pages, span = self.low, seconds_between(self.oldest, self.low_end)
        elif self.high_begin is None:
            return None
        else:
            pages = self.high - 1 - self.low
            span = seconds_between(self.low_end, self.high_begin)
        if span <= 0:
            return None
        return self.low + int(seconds_between(self.low_end, since) * pages / span) + 1


def seconds_between(first: str, second: str) -> float:
    """Return the seconds from one instant to another, both UTC text."""
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)).total_seconds()


@dataclass(slots=True)
class StartSearch:
    """Finds the page on which the rows begin that changed at or after an instant.

    That page begins with an older row, so no such row stands before it, or it is the first of the
    list. Only the page and the times of others are held.
    """

    read: ListRead
    since: str

    def find(self) -> tuple[PageRange, Page] | None:
        """Return the page and where it stands; None if the list is not sorted after all.

        Raises:
            ServiceError: The list has more pages than any; or one row alone is too large.
        """
        while True:
            try:
                return self._find()
            except ResponseTooLarge:
                if self.read.size == 1:
                    raise
                self.read.note_size(self.read.size // 2)

    def _find(self) -> tuple[PageRange, Page] | None:
        """Search with one number of rows a page, from the first page on."""
        page, self.read.held_page = self.read.held_page or self._request(1), None
        if not self._verify(page):
            return None
        self._fit_size(page)
        bracket, requests = None, 0
        if page.entries and not page.entries[0].is_due(self.since):
            bracket = Bracket(1, _end(page), _begin(page))
        while bracket and bracket.high != bracket.low + 1 and not self._is_start(page):
            number, requests = bracket.choose_page(self.since, requests), requests + 1
            found = self._request(number, requests)
            if not (self._verify(found) and self._follows(found, bracket)):
                return None
            if not found.entries or found.entries[0].is_due(self.since):
                begin = _begin(found) if found.entries else None
                bracket = replace(bracket, high=number, high_begin=begin)
            else:
                page, bracket = found, replace(bracket, low=number, low_end=_end(found))
        number = bracket.low if bracket else 1
        return (PageRange(number, self.read.size), page) if self._confirm(number, page) else None

    def _request(self, number: int, requests: int = 0) -> Page:
        """Request a page.

        Raises:
            ServiceError: However far behind it is, the list does not end.
        """
        if number > MAX_PAGES:
            raise Reason.LIST_NEVER_ENDS.error(pages=requests)
        params = {**list_params("A"), "page": number, "per_page": self.read.size}
        return self.read.fetch(params)

    def _fit_size(self, page: Page) -> None:
        """Request no more rows a page than the service returns: their number places the pages."""
        if page.entries and page.has_more:
            self.read.size = min(self.read.size, len(page.entries))

    def _verify(self, page: Page) -> bool:
        """Verify that the service has sorted a page; one behind the end of the list has no rows."""
        return not page.entries or self.read.probe.verify_order(page, "A")

    def _follows(self, page: Page, bracket: Bracket) -> bool:
        """Verify that a page behind another one is not older: the list is sorted across pages."""
        if not page.entries or _begin(page) >= bracket.low_end:
            return True
        self.read.probe.mark_unsortable("a page is older than one before it")
        return False

    def _is_start(self, page: Page) -> bool:
        """Tell whether the rows that are due begin on this page, or are none."""
        return not page.has_more or page.entries[-1].is_due(self.since)

    def _confirm(self, number: int, page: Page) -> bool:
        """Verify that the list is sorted, if rows before a page are left out that proves no order.

        A service may have ceased to sort; rows of one second are in any order.
        """
        is_proof = number == 1 or page.distinct_times >= MIN_DISTINCT_TIMES
        return is_proof or self.read.probe.verify_sort()


def _begin(page: Page) -> str:
    return page.entries[0].time or ""


def _end(page: Page) -> str:
    return page.entries[-1].time or ""
