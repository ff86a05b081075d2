"""Lists whose rows have a date and no time of change: read whole when due, else from a day on.

A row seldom changes long after its date, so most runs request the last days only. What changes or
is deleted before them arrives with the next whole read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_zohobooks.errors import ParameterRefused, UnexpectedResponse
from tap_zohobooks.pagination.capabilities import DATES
from tap_zohobooks.pagination.offset_scan import OffsetScan
from tap_zohobooks.pagination.page import find_rows, to_row
from tap_zohobooks.pagination.view import find_hiding_filter
from tap_zohobooks.resources import ORGANIZATION, Dated
from tap_zohobooks.singer.catalog import find_interval
from tap_zohobooks.singer.whole_reads import DAY, WholeRead
from tap_zohobooks.streams.lists import ListStream

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from singer_sdk.helpers.types import Context

    from tap_zohobooks.errors import TapError
    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.pagination.page import Page, Params
    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.streams.partition_read import PartitionRead

LOOKBACK = timedelta(days=31)  # before the last whole read
AHEAD = timedelta(days=3650)  # after now: rows may be dated in the future
TOLERANCE = timedelta(days=1)  # the service may reckon days in another time zone
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def choose_dated_interval(own: int | None, config: Mapping[str, Any]) -> int:
    """Return the seconds between two whole reads: `own` of the metadata, the setting, or a day."""
    return own if own is not None else int(config["full_refresh_interval"]) or DAY


def takes_part(own: int | None, config: Mapping[str, Any]) -> bool:
    """Tell whether a run between two whole reads requests the last days.

    The setting leaves the list out of it, as any without a time of change: a call an hour for each
    of these lists is 24 of the 1,000 of a day. What the metadata give (`own`) does not.
    """
    return own is not None or not int(config["full_refresh_interval"])


def build_window(listed: Dated, read_at: float, now: float) -> dict[str, str]:
    """Return the parameters for the rows that a run after a whole read requests.

    They reach back from that read, not from now: so no day is left out between two runs, however
    long the pause is.
    """
    first, last = _find_day(read_at) - LOOKBACK, _find_day(now) + AHEAD
    return listed.build_window(f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}")


def find_disregard(
    listed: Dated, document: Mapping[str, Any], query: Params, read_at: float
) -> str | None:
    """Return what shows that a response disregards the days requested; None if nothing does.

    A response without rows, or whose rows all have such a date, proves nothing.
    """
    limit = f"{_find_day(read_at) - LOOKBACK - TOLERANCE:%Y-%m-%d}"
    dates = (to_row(row).get(listed.day) for row in find_rows(document, *listed.rows_keys))
    early = next((one for one in dates if _is_before(one, limit)), None)
    if early is not None:
        return f"a row dated {early} came"
    hiding = find_hiding_filter(document, query)
    return None if hiding is None else f"{hiding} was applied"


def _find_day(instant: float) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


def _is_before(value: object, limit: str) -> bool:
    return isinstance(value, str) and bool(_DAY.fullmatch(value)) and value < limit


class DaysDisregarded(Exception):
    """A response shows that the service disregards the days requested."""

    def __init__(self, found: str) -> None:
        """Keep what the response shows."""
        self.found = found
        super().__init__(found)


class DatedStream(ListStream):
    """A list that is read whole when it is due, and from a day on in other runs.

    A run from a day on deletes nothing, and gives its records the version of the last whole read:
    a new one, never activated, would hide them in some targets. If the service refuses or ignores
    the range of days, that run and each of a week treat the list as any without a time of change:
    it is read whole, unless an interval leaves it out.
    """

    def __init__(self, sync_context: SyncContext, resource: Dated) -> None:
        """Start with each organization read whole."""
        super().__init__(sync_context, resource)
        self._dated = resource
        self._whole_reads: dict[str, WholeRead] = {}
        self.own_interval: int | None = None
        """Seconds between two whole reads, if not those of its metadata."""

    @property
    @override
    def refresh_interval(self) -> int | None:
        return choose_dated_interval(self._chosen_interval, self.config)

    @property
    def _chosen_interval(self) -> int | None:
        if self.own_interval is not None:
            return self.own_interval
        return find_interval(self._tap_input_catalog, self.name)

    @property
    def _waits(self) -> bool:
        """Whether a list that is not due, and cannot be requested from a day on, is left out."""
        return bool(super().refresh_interval)

    @override
    def choose_left_out(self, not_due: Mapping[str, tuple[WholeRead, float]]) -> dict[str, float]:
        if not takes_part(self._chosen_interval, self.config):
            return super().choose_left_out(not_due)
        left_out = {}
        for organization, (read, time) in not_due.items():
            if self.recall_capabilities(organization, self.listed).dates is not False:
                self._whole_reads[organization] = read
            elif self._waits:
                left_out[organization] = time
        self.reads_part = bool(self._whole_reads)
        if self.reads_part:
            first = min(one.at or 0 for one in self._whole_reads.values())
            due = min(not_due[name][1] for name in self._whole_reads)
            self.logger.info(
                "Stream '%s': this run reads the rows dated %s or later; a whole read is due at %s "
                "(full_refresh_interval).", self.name, f"{_find_day(first) - LOOKBACK:%Y-%m-%d}",
                _find_day(due).isoformat(timespec="seconds"),
            )  # fmt: skip
        return left_out

    @override
    def begin(self) -> None:
        super().begin()
        known = [one.version for one in self._whole_reads.values() if one.version is not None]
        if known and self._stream_version is not None:
            self._stream_version = max(known)

    @property
    @override
    def version_to_keep(self) -> int | None:
        return self._stream_version

    @override
    def end(self) -> None:
        for organization in self._whole_reads:  # these are not all rows
            self._row_counts.pop(organization, None)
        super().end()

    @override
    def _had_rows(self, context: Context | None) -> bool:
        return (context or {}).get(ORGANIZATION) not in self._whole_reads and super()._had_rows(
            context
        )

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        last = self._whole_reads.get(reading.organization)
        refused = None
        if last is not None:
            reading.is_whole = False
            refused = yield from self._read_window(reading, last.at or 0)
        if last is None or (refused is not None and not self._waits):
            yield from super()._read(reading)
        if isinstance(refused, (ParameterRefused, DaysDisregarded)):  # and the list is not refused
            known = self._find_capabilities(reading, self.listed)
            known.dates = False
            known.limits.add(DATES)

    def _read_window(
        self, reading: PartitionRead, read_at: float
    ) -> Generator[Item, None, TapError | DaysDisregarded | None]:
        """Yield the rows of the last days; return why not, if these cannot be requested."""
        window = build_window(self._dated, read_at, self.sync_context.get_now())
        scan = OffsetScan(
            lambda params: self._window_page(reading, read_at, {**window, **params}),
            self.sync_context.page_size,
        )
        try:
            for entries, _ in scan.pages():
                for entry in entries:
                    yield entry.row, None
        except (ParameterRefused, UnexpectedResponse, DaysDisregarded) as refused:
            self.logger.warning(
                "Stream '%s' of organization %s: the service does not take a range of days (%s); "
                "the list is %s.", self.name, reading.organization, refused.found,
                "left until a whole read is due" if self._waits else "read whole",
            )  # fmt: skip
            return refused
        return None

    def _window_page(self, reading: PartitionRead, read_at: float, params: Params) -> Page:
        """Return a page of the last days.

        Raises:
            DaysDisregarded: The response shows that the range was ignored, or replaced.
            TapError: The range, or the list, may not be read.
        """
        query = {**self._query, **params}
        response = self._get(reading, self._path, query)
        page = self.parse_response_page(reading, response)
        if found := find_disregard(self._dated, response.document, query, read_at):
            raise DaysDisregarded(found)
        return page
