"""Read a list by page number: in its own order, from its oldest row on, or from its newest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_zohobooks.pagination.page import select_due, sort_by_time
from tap_zohobooks.pagination.start_search import StartSearch, seconds_between

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable

    from tap_zohobooks.pagination.list_read import Item, Items, ListRead
    from tap_zohobooks.pagination.offset_scan import OffsetScan
    from tap_zohobooks.pagination.page import Entry, Page

MAX_NEWEST_PAGES = 3  # 600 rows, 3 MB; requests that are made again if there are more


@dataclass(slots=True)
class FullScan:
    """Reads an endpoint that does not sort, filtered if it can; the bookmark moves at the end.

    It moves to the newest row that was settled when the scan began: a row that changed during the
    scan does not prove that the scan has missed none that changed before it.
    """

    read: ListRead
    _newest: str = ""
    _has_times: bool = False
    _is_timeless: bool = False

    def items(self) -> Items:
        """Yield all rows, without those that changed before the start."""
        read = self.read
        is_filtered = read.capabilities.filters is not False and not read.has_timeless_rows
        since = read.filter_start if is_filtered else None
        scan = read.resume_scan(since=since)
        for fresh, page in scan.pages():
            if since and page.is_only_at(since):
                read.probe.mark_unfilterable("nothing newer came, which may be its fault")
                return False
            yield from self._emit(fresh, limit=read.find_limit(page))
        read.is_sure = not scan.has_moved
        if since is None and self._is_timeless:
            read.record_timeless_rows()
        if self._has_times:
            yield None, self._newest or read.opened
        return True

    def _emit(self, entries: list[Entry], limit: str) -> Generator[Item, None, None]:
        for entry in entries:
            time = entry.time or ""
            self._is_timeless = self._is_timeless or not time
            if not entry.row:  # its time is that of a neighbour
                yield entry.row, None
            elif entry.is_due(self.read.start):
                self._has_times = self._has_times or bool(time)
                if self._newest < time <= limit:
                    self._newest = time
                yield entry.row, None


@dataclass(slots=True)
class AscendingScan:
    """Reads an endpoint that sorts but does not filter, oldest row first.

    It begins where the rows begin that were not emitted yet. The bookmark moves with every row.
    """

    read: ListRead

    def items(self) -> Items:
        """Yield the rows that changed at or after the start, or all."""
        read = self.read
        if not (yield from read.confirm_sort()):
            return False
        scan = self._open_scan()
        if scan is None:
            return False
        for fresh, page in scan.pages():
            if not read.probe.verify_order(page, "A"):
                return False
            yield from read.emit(select_due(fresh, read.since))
        return True

    def _open_scan(self) -> OffsetScan | None:
        """Return a scan from the page on which unread rows begin; None if nothing is sorted."""
        read = self.read
        if read.since is None:
            return read.resume_scan("A")
        found = StartSearch(read, read.since).find()
        return found and read.scan_from(*found)


@dataclass(slots=True)
class DescendingScan:
    """Reads the newest pages until one holds an older row than the start: a quiet list costs one.

    It holds what it has read, and emits it oldest row first, so that the bookmark can move. If
    there is more than a few pages hold, the list is read from its start on.
    """

    read: ListRead

    def items(self) -> Items:
        """Yield the rows that changed at or after the start."""
        read, since = self.read, self.read.since
        if not (yield from read.confirm_sort()):
            return False
        found: dict[Hashable, Entry] = {}
        for number, (fresh, page) in enumerate(read.scan("D").pages(), 1):
            if page.entries and not read.probe.verify_order(page, "D"):
                read.held_page = None
                return False
            for entry in select_due(fresh, since):
                found.setdefault(entry.key, entry)
            if not all(entry.is_due(since) for entry in page.entries):
                break
            if page.has_more and self._is_far(page, number):
                read.is_far = True
                return False
        yield from read.emit(sort_by_time(found.values()))
        return True

    def _is_far(self, page: Page, number: int) -> bool:
        """Tell whether pages as long as this one do not reach the start before the last allowed."""
        since, times = self.read.since, sorted(time for time in page.times if time)
        if number >= MAX_NEWEST_PAGES or not (since and times):
            return number >= MAX_NEWEST_PAGES
        steps = MAX_NEWEST_PAGES - number
        return seconds_between(since, times[0]) > steps * seconds_between(times[0], times[-1])
