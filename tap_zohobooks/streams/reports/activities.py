"""Kinds of stream that read the activity log, by whole days: its events, and deletions alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import RangeTooLarge
from tap_zohobooks.pagination.page import is_key, to_row
from tap_zohobooks.reports.activities import Deletion, choose_days, find_bookmark
from tap_zohobooks.singer.period_state import PeriodCheckpoint
from tap_zohobooks.streams.reports.base import ReportRequest, ReportStream
from tap_zohobooks.streams.reports.books import find_books
from tap_zohobooks.transform.report_echo import read_context
from tap_zohobooks.transform.report_plan import ACCRUAL, ReportRange

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Context

    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.pagination.page import Params
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.streams.reports.books import Books
    from tap_zohobooks.transform.cleaner import Row
    from tap_zohobooks.transform.periods import Period

MAX_REPEATED = 3  # pages in a row that hold no new event
EVENT, DATE = "activity_id", "date"
SPELLINGS = ("activity_logs", "activitylogs", "activities")


@dataclass(frozen=True, slots=True)
class ActivityPlan:
    """The days that a run reads, in parts, and what the state says before them."""

    parts: Sequence[Period]
    checkpoint: PeriodCheckpoint

    @classmethod
    def create(
        cls, config: Mapping[str, Any], books: Books, found: PeriodCheckpoint
    ) -> ActivityPlan:
        """Return the days after the bookmark, if it stands for all days that the settings ask."""
        wanted = ReportRange.create(config, books.fiscal_month, books.today)
        first = wanted.first.isoformat()
        if found.coverage and found.coverage <= first:
            checkpoint = PeriodCheckpoint(found.key, found.last, found.coverage)
        else:
            checkpoint = PeriodCheckpoint(found.key, None, first)
        last = min(wanted.last, books.today)
        return cls(choose_days(wanted.first, last, checkpoint.last), checkpoint)


class ActivityStream(ReportStream):
    """The events of the activity log; the last days are read again, as events may come late."""

    bookmark_key: ClassVar[str] = DATE

    @property
    @override
    def batch_size(self) -> int:
        return super(ReportStream, self).batch_size

    @override
    def _read_periods(
        self, reading: PartitionRead, context: Context | None
    ) -> Iterator[tuple[Collection[Row], PeriodCheckpoint | None]]:
        books = find_books(self.sync_context, reading.organization)
        is_incremental = self.replication_method == REPLICATION_INCREMENTAL
        found = PeriodCheckpoint(self.bookmark_key)
        if is_incremental:
            found = PeriodCheckpoint.load(self.bookmark_key, self.get_context_state(context))
        plan = ActivityPlan.create(self.config, books, found)
        checkpoint = plan.checkpoint
        for days in plan.parts:
            for page in self._read_pages(reading, ReportRequest(days, ACCRUAL, books)):
                rows = self.find_rows(page)
                yield [self._to_record(row, context) for row in rows], None
            checkpoint = checkpoint.pass_period(find_bookmark(days, books.today))
            yield [], checkpoint if is_incremental else None

    def find_rows(self, events: Iterable[Row]) -> list[Row]:
        """Return the rows that events stand for."""
        return [*events]

    def _read_pages(self, reading: PartitionRead, request: ReportRequest) -> Iterator[list[Row]]:
        """Yield the events of each page of some days, each event once."""
        seen: set[str] = set()
        page = repeated = 0
        has_more = True
        while has_more:
            page += 1
            params = {"page": page, "per_page": self.sync_context.page_size}
            try:
                response = self.get_report(reading, request, params)
            except RangeTooLarge:
                pieces = request.period.split()
                if not pieces:
                    raise
                for piece in pieces:
                    yield from self._read_pages(reading, replace(request, period=piece))
                return
            listed = find_events(response.document)
            events = self._select_new(reading, listed, seen)
            yield events
            repeated = 0 if events else repeated + 1
            has_more = _has_more(response.document, listed, repeated)

    def _select_new(
        self, reading: PartitionRead, listed: Iterable[Any], seen: set[str]
    ) -> list[Row]:
        """Return the events that were not seen before; what identifies none is counted."""
        found = []
        for row in map(to_row, listed):
            number = row.get(EVENT)
            if not is_key(number):
                self._skip_row(reading, row, [EVENT], None)
            elif str(number) not in seen:
                seen.add(str(number))
                found.append(row)
        return found

    @override
    def build_query(self, request: ReportRequest) -> dict[str, str | int]:
        query = super().build_query(request)
        return {name: query[name] for name in ("filter_by", "from_date", "to_date")}

    @override
    def check_echo(self, reading: PartitionRead, response: Response, query: Params) -> None:
        """Check the range of days, if the response says it: no source shows that it does."""
        if read_context(response.document).get("to_date"):
            super().check_echo(reading, response, {"cash_based": "false", **query})


class DeletionStream(ActivityStream):
    """What the activity log says was deleted, a row for each document."""

    bookmark_key: ClassVar[str] = "seen_on"

    @override
    def find_rows(self, events: Iterable[Row]) -> list[Row]:
        return [_write_deletion(one, event) for event in events if (one := Deletion.read(event))]


def _write_deletion(deletion: Deletion, event: Row) -> Row:
    return {
        "entity": deletion.entity,
        "id": deletion.id,
        "seen_on": event.get(DATE),
        "stream": deletion.stream,
        EVENT: event[EVENT],
        "name": deletion.name,
    }


def find_events(document: Mapping[str, Any]) -> list[Any]:
    """Return what a response lists under one of the names that sources give.

    Raises:
        ServiceError: It has none of them: that does not say that there are no events.
    """
    for name in SPELLINGS:
        listed = document.get(name)
        if isinstance(listed, list):
            return listed
    raise Reason.NO_ROWS.error(keys=sorted(document), wanted=SPELLINGS[0])


def _has_more(document: Mapping[str, Any], listed: Iterable[Any], repeated: int) -> bool:
    """Tell whether another page follows.

    Raises:
        ServiceError: Pages are said to follow, and hold nothing that is new.
    """
    stated = read_context(document).get("has_more_page")
    if stated is True and repeated >= MAX_REPEATED:
        raise Reason.LIST_NEVER_ENDS.error(pages=MAX_REPEATED)
    return stated is True or (stated is not False and bool(listed) and not repeated)
