"""Read a list by page number: in its own order, from its oldest row on, or from its newest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_zohobooks.pagination.page import select_due, sort_by_time

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable

    from tap_zohobooks.pagination.list_read import Item, Items, ListRead
    from tap_zohobooks.pagination.page import Entry

MAX_HELD_ROWS = 5_000  # 50 MB, and 25 requests that are made again if there are more


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
            if entry.is_due(self.read.start):
                self._has_times = self._has_times or bool(time)
                if self._newest < time <= limit:
                    self._newest = time
                yield entry.row, None


@dataclass(slots=True)
class AscendingScan:
    """Reads an endpoint that sorts but does not filter; the bookmark moves with every row."""

    read: ListRead

    def items(self) -> Items:
        """Yield all rows, or those that no strategy before has emitted."""
        read = self.read
        for fresh, page in read.resume_scan("A").pages():
            if not read.probe.verify_order(page, "A"):
                return False
            yield from read.emit(select_due(fresh, read.reached or read.start))
        return True


@dataclass(slots=True)
class DescendingScan:
    """Reads pages newest row first until one holds an older row than the start.

    It holds what it has read, and emits it oldest row first, so that the bookmark can move. If
    there is more than it may hold, the list is read from its oldest row on.
    """

    read: ListRead

    def items(self) -> Items:
        """Yield the rows that changed at or after the start."""
        start = self.read.start
        found: dict[Hashable, Entry] = {}
        for fresh, page in self.read.scan("D").pages():
            if page.entries and not self.read.probe.verify_order(page, "D"):
                return False
            for entry in select_due(fresh, start):
                found.setdefault(entry.key, entry)
            if not all(entry.is_due(start) for entry in page.entries):
                break
            if len(found) > MAX_HELD_ROWS:
                self.read.is_far = True
                return False
        yield from self.read.emit(sort_by_time(found.values()))
        return True
