"""Read a list from time to time: of an endpoint that filters and sorts by time of change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_zohobooks.pagination.capabilities import MIN_DISTINCT_TIMES
from tap_zohobooks.pagination.page import select_due, split_by_time
from tap_zohobooks.resources import MODIFIED

if TYPE_CHECKING:
    from collections.abc import Generator

    from tap_zohobooks.pagination.list_read import Item, Items, ListRead
    from tap_zohobooks.pagination.page import Entry, Page

MAX_CHASED_PAGES = 50

# Pages of fewer times that are accepted in a proven order before the order is verified again.
MAX_UNCONFIRMED = 8


@dataclass(slots=True)
class Keyset:
    """Requests each page from the last row's time: no change of other rows can shift it.

    Only while a page holds one second alone the page number goes up.
    """

    read: ListRead
    _chased_pages: int = 0
    _is_inclusive: bool = False

    def items(self) -> Items:
        """Yield the rows that changed at or after the start, or all."""
        since, is_done = self.read.filter_start, None
        while is_done is None:
            is_done = yield from self._read_from(since)
            since = self.read.reached or since
        return is_done

    def _read_from(self, since: str | None) -> Generator[Item, None, bool | None]:
        """Read pages from an instant on until a row changed later; None if the list goes on."""
        for number, (fresh, page) in enumerate(self.read.scan("A", since).pages(), 1):
            if not self._accept(page, since, is_first=number == 1):
                return False
            if number == 1 and not page.has_more:
                return (yield from self._read_rest(page, since))
            is_done = yield from self._read_page(fresh, page, since)
            if is_done is not None or self.read.reached not in {None, since}:
                return is_done
        return None

    def _accept(self, page: Page, since: str | None, *, is_first: bool) -> bool:
        """Verify a page; hold a rejected one that the next strategy would request again."""
        if is_first and not self._verify_boundary(page, since):
            return False
        if is_first and not page.has_more:  # all that is left, which needs no order
            return True
        is_accepted = self._verify_page(page, since) and self.read.verify_timed_end(page)
        if not is_accepted:
            self.read.held_page = page if is_first and self._is_reusable(page, since) else None
        return is_accepted

    def _verify_boundary(self, page: Page, since: str | None) -> bool:
        """Verify that the filter includes the very instant at which the last page ended.

        Its rows may all have changed since: then none is shown that was not there before.
        """
        if since is None or since != self.read.reached or self._is_inclusive:
            return True
        self._is_inclusive = since in page.times
        return self._is_inclusive or self.read.probe.verify_inclusive(since)

    def _verify_page(self, page: Page, since: str | None) -> bool:
        """Verify filter and order; count a page whose order only earlier ones have proven."""
        is_proven = self.read.capabilities.sorts is True
        if not self.read.probe.verify_page(page, since):
            return False
        if is_proven and page.distinct_times < MIN_DISTINCT_TIMES:
            self.read.unconfirmed_pages += 1
        return True

    def _is_reusable(self, page: Page, since: str | None) -> bool:
        """Tell whether the next strategy would get this page by its first request."""
        capabilities = self.read.capabilities
        if capabilities.sorts is not False:  # next the whole list in this order
            return True
        is_own_order = page.sort_column not in {None, MODIFIED}
        return is_own_order and (since == self.read.filter_start or capabilities.filters is False)

    def _read_page(
        self, fresh: list[Entry], page: Page, since: str | None
    ) -> Generator[Item, None, bool | None]:
        """Emit a page; return whether the list ends there, by its word or as it changes too fast.

        Return None if it goes on, and False if the endpoint does not honour what was requested.
        """
        self.read.held_page = page if since is None else None  # if the next page is rejected
        yield from self.read.emit(select_due(fresh, self.read.start))
        opened = self.read.open(page)
        self._chased_pages += all((time or "") > opened for time in page.times)
        is_done = self._conclude(page, since)
        is_doubtful = self.read.unconfirmed_pages > MAX_UNCONFIRMED
        if (is_done or is_doubtful) and not (yield from self.read.confirm_sort()):
            return False
        return is_done

    def _conclude(self, page: Page, since: str | None) -> bool | None:
        """Verify the end of the list, or give up one that changes too fast; None if it goes on."""
        if self._chased_pages > MAX_CHASED_PAGES:
            self.read.log("The list changes as fast as it is read; the next run goes on from here.")
            self.read.is_sure = False
            return True
        return None if page.has_more else self._verify_end(page, since)

    def _read_rest(self, page: Page, since: str | None) -> Items:
        """Emit a page that is the whole rest of the list, in whatever order it came."""
        if since is None and not all(page.times):
            self.read.record_timeless_rows()
        due = select_due(select_due(page.entries, self.read.start), since)
        timeless, timed = split_by_time(due)
        for entry in timeless:
            yield entry.row, None
        yield from self.read.emit(timed)
        return self._verify_end(page, since) and (yield from self.read.confirm_sort())

    def _verify_end(self, page: Page, since: str | None) -> bool:
        """Verify that a last page without anything newer than the filter's instant is the end."""
        if since is None or not page.is_only_at(since):
            return True
        return self.read.probe.verify_newest(since)
