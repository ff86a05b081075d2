"""Read back from the newest row to the start: of an endpoint that sorts only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_zohobooks.pagination.page import select_due, sort_by_time

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tap_zohobooks.pagination.list_read import Items, ListRead
    from tap_zohobooks.pagination.page import Entry


@dataclass(slots=True)
class DescendingScan:
    """Reads pages newest row first until one holds an older row than the start.

    It holds what it has read, and emits it oldest row first, so that the bookmark can move.
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
        yield from self.read.emit(sort_by_time(found.values()))
        return True
