"""What the strategies of one read share: what was emitted, held, and found out so far."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_zohobooks.pagination.capabilities import CapabilityProbe, EndpointCapabilities
from tap_zohobooks.pagination.offset_scan import OffsetScan, ignore
from tap_zohobooks.pagination.page import MAX_ROWS, list_params
from tap_zohobooks.transform.cleaner import Row
from tap_zohobooks.transform.timestamps import subtract_lookback, subtract_seconds

if TYPE_CHECKING:
    from tap_zohobooks.pagination.page import Entry, Fetch, Page
    from tap_zohobooks.pagination.page_range import PageRange

# Keys of rows that changed in one second; of a larger bulk change, some rows are emitted twice.
MAX_KEYS_REACHED = 50_000

Item = tuple[Row | None, str | None]
Items = Generator[Item, None, bool]


@dataclass(slots=True)
class ListRead:
    """One read of one list, from `start` (UTC text) or from its beginning.

    `held_page` is the first page of a later strategy, if that need not request it. `opened` is
    when the first page was served; rows that come late do so by at most `lookback` seconds. Of the
    rows emitted in the order of time, `reached` is the last one's time. While some pages were
    accepted in an order that they do not prove (`unconfirmed_pages`), rows promise nothing.
    `is_far` if more has changed since the start than the newest pages hold.
    """

    fetch: Fetch
    size: int = MAX_ROWS
    capabilities: EndpointCapabilities = field(default_factory=EndpointCapabilities)
    log: Callable[[str], None] = ignore
    note_timeless: Callable[[], None] = ignore
    has_timeless_rows: bool = False
    lookback: int = 0
    start: str | None = None
    is_sure: bool = True
    held_page: Page | None = None
    opened: str | None = None
    reached: str | None = None
    unconfirmed_pages: int = 0
    is_far: bool = False
    probe: CapabilityProbe = field(init=False)
    _keys_reached: set[Hashable] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Probe the endpoint by the same requests."""
        self.probe = CapabilityProbe(self.fetch, self.capabilities, self.log)

    @property
    def since(self) -> str | None:
        """The instant from which on rows are to be emitted; None if all are."""
        return self.reached or self.start

    @property
    def filter_start(self) -> str | None:
        """The instant to filter from: a second early, as a filter may exclude its own instant."""
        return self.start and subtract_seconds(self.start, 1)

    def scan(self, order: str | None = None, since: str | None = None) -> OffsetScan:
        """Return a scan of the list in an order, of what changed at or after an instant."""
        return OffsetScan(
            self.fetch, self.size, list_params(order, since), note_size=self.note_size,
            note_unsure=self._note_unsure,
        )  # fmt: skip

    def _note_unsure(self) -> None:
        """Record that rows may be unread, so that no target deletes them."""
        self.is_sure = False
        self.log("Too many rows share one value of the order to tell whether all of them came.")

    def note_size(self, size: int) -> None:
        """Request so many rows a page from now on, in the scans that follow as well."""
        self.size = size
        self.log(f"A page is too large; from now on {size} rows a page are requested.")

    def resume_scan(self, order: str | None = None, since: str | None = None) -> OffsetScan:
        """Return a scan that begins with the held page, if there is one."""
        scan = self.scan(order, since)
        scan.held_page, self.held_page = self.held_page, None
        return scan

    def scan_from(self, begin: PageRange, page: Page) -> OffsetScan:
        """Return an ascending scan that begins with a page that was read already."""
        scan = self.scan("A")
        scan.begin_with(begin, page)
        return scan

    def open(self, page: Page) -> str:
        """Record when the first page was served, and return that."""
        self.opened = self.opened or page.served.isoformat()
        return self.opened

    def find_limit(self, page: Page) -> str:
        """Return the newest instant whose rows are settled, by when the first page was served."""
        return subtract_lookback(self.open(page), self.lookback)

    def emit(self, entries: Iterable[Entry]) -> list[Item]:
        """Return the items of rows in the order of time; those of the boundary second once."""
        items: list[Item] = []
        keys, is_unconfirmed = self._keys_reached, self.unconfirmed_pages > 0
        for entry in entries:
            row, time = entry.row, entry.time
            if not row:  # its time is that of a neighbour
                items.append((row, None))
                continue
            if time != self.reached:
                keys.clear()
                self.reached = time
            elif entry.key in keys:
                continue
            if len(keys) < MAX_KEYS_REACHED:
                keys.add(entry.key)
            items.append((row, None if is_unconfirmed else time))
        return items

    def verify_timed_end(self, page: Page) -> bool:
        """Verify, before the bookmark moves, that rows without a time do not stand behind others.

        A run that ends early would leave a bookmark from which no later run finds them.
        """
        is_known = self.start is not None or self.probe.has_timed_end or not page.has_more
        if is_known or self.probe.probe_end("D") is not None:
            return True
        self.probe.mark_unsortable("rows that do not say when they changed stand last")
        return False

    def confirm_sort(self) -> Items:
        """Verify that the service still sorts the list, if some pages do not prove it.

        Rows of one second are in any order; the bookmark waits for this.
        """
        if self.unconfirmed_pages:
            if not self.probe.verify_sort():
                return False
            self.unconfirmed_pages = 0
            yield None, self.reached
        return True

    def record_timeless_rows(self) -> None:
        """Record that rows without a time of change exist: only a full scan finds them."""
        self.has_timeless_rows = True
        self.note_timeless()
        self.log("Some rows do not say when they changed: only reading the list whole finds them.")
