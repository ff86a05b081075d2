"""Put the rows of a list into the order of time, holding a bounded number of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.pagination.offset_scan import MAX_REREADS
from tap_zohobooks.pagination.page import row_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.transform.cleaner import Row

MAX_HELD_ROWS = 5_000  # 50 MB, and 25 requests that are made again if there are more

Place = tuple[str, str]  # of a row in the order: its time of change (UTC text), and its id


@dataclass(slots=True)
class TimeOrder:
    """Yields the rows of a list oldest change first, each with the bookmark that it moves.

    Rows without a bookmark are held until one comes, or the list ends. If they are more than
    `MAX_HELD_ROWS`, the newest are left out, and the list is read again for what stands behind the
    last row that was yielded. `read` returns the items of one whole read; `note_reread` is called
    before each further one.
    """

    read: Callable[[], Iterable[Item]]
    find_id: Callable[[Row], str]
    note_reread: Callable[[], object]
    _held: dict[Place, Row] = field(default_factory=dict)
    _reached: Place = ("", "")
    _left_out: int = 0
    _limit: Place | None = None

    def items(self) -> Iterator[Item]:
        """Yield all rows in the order of time.

        Raises:
            ServiceError: The list grows as fast as it is read.
        """
        yield from self._read_once()
        growths = 0
        while before := self._left_out:
            self.note_reread()
            yield from self._read_once()
            growths += self._left_out >= before
            if growths > MAX_REREADS:
                raise Reason.LIST_NEVER_RESTS.error(attempts=MAX_REREADS)

    def _read_once(self) -> Iterator[Item]:
        """Yield the oldest rows that no read before has yielded; count those left out."""
        self._left_out, self._limit = 0, None
        begin, safe_bookmark = self._reached, ""
        for row, bookmark in self.read():
            safe_bookmark = bookmark or safe_bookmark
            place = ("", "") if row is None else (row_time(row) or "", self.find_id(row))
            if row is not None and place > begin:
                self._hold(place, row)
            if bookmark and not self._left_out:
                yield from self._release(bookmark)
        yield from self._release(safe_bookmark)

    def _hold(self, place: Place, row: Row) -> None:
        """Hold a row, unless an older one was left out; of too many, leave out the newest tenth."""
        if self._limit and place >= self._limit:
            self._left_out += 1
            return
        self._held[place] = row
        if len(self._held) > MAX_HELD_ROWS:
            newest = sorted(self._held)[MAX_HELD_ROWS * 9 // 10 :]
            self._limit = newest[0]
            self._left_out += len(newest)
            for one in newest:
                del self._held[one]

    def _release(self, safe_bookmark: str) -> Iterator[Item]:
        """Yield what is held; no bookmark passes that of the list."""
        for place in sorted(self._held):
            self._reached = place
            yield self._held.pop(place), min(place[0], safe_bookmark) or None
