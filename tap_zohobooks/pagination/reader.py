"""Read what has changed in one list: choose the strategy by what the endpoint can do.

Nothing here does I/O: a `Fetch` is passed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_zohobooks.errors import ParameterRefused
from tap_zohobooks.pagination.full_scan import AscendingScan, DescendingScan, FullScan
from tap_zohobooks.pagination.keyset import Keyset
from tap_zohobooks.pagination.list_read import ListRead

if TYPE_CHECKING:
    from collections.abc import Generator

    from tap_zohobooks.pagination.list_read import Item, Items


class Reader(ListRead):
    """Reads what has changed in one list since an instant, the cheapest way that loses no row.

    Items are (row, safe_bookmark): once the row is emitted, everything that changed before the
    safe_bookmark has been. A safe_bookmark of None promises nothing; a row of None only moves it.
    Without a start, `is_sure` is true at the end if every row of the list has been emitted.

    `has_timeless_rows` if the list has rows without a time of change, which only a full scan finds.
    `note_timeless` is called when the first is found, before the bookmark moves.
    """

    __slots__ = ()

    def read(self, start: str | None) -> Generator[Item, None, None]:
        """Yield the rows that changed at or after `start` (UTC text), or all.

        A strategy that finds out what the endpoint cannot do is not chosen again.
        """
        self.start = start
        is_done = False
        while not is_done:
            is_done = yield from self._attempt()

    def _attempt(self) -> Items:
        """Read by the strategy chosen; a parameter that is refused is one that it cannot use."""
        try:
            return (yield from self._choose_strategy().items())
        except ParameterRefused as refused:
            self.held_page = None
            if not self.probe.attribute_rejection(refused):
                raise
            return False

    def _choose_strategy(self) -> FullScan | Keyset | DescendingScan | AscendingScan:
        """Choose the cheapest strategy that what is known so far allows."""
        if self.capabilities.sorts is False or (self.start and self.has_timeless_rows):
            return FullScan(self)
        if self.capabilities.filters is not False:
            return Keyset(self)
        has_begun = self.reached and self.held_page  # the next rows are on the held page
        is_near = self.start and not (self.is_far or has_begun)
        return DescendingScan(self) if is_near else AscendingScan(self)
