"""What all kinds of report stream share: whole periods, in each basis, in the order of time.

A period is requested as a whole before its first row is written, its rows leave in one batch with
one `read_at`, and the bookmark passes it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import AccessDenied, NotFound
from tap_zohobooks.resources import ORGANIZATION, Report
from tap_zohobooks.singer.period_state import COVERAGE, PeriodCheckpoint
from tap_zohobooks.streams.base import ResourceStream
from tap_zohobooks.streams.partition_read import PartitionRead
from tap_zohobooks.streams.reports.books import Books, find_books
from tap_zohobooks.streams.reports.period_plan import PeriodPlan, request_fingerprint
from tap_zohobooks.transform.report_echo import find_mismatch
from tap_zohobooks.transform.report_plan import ACCRUAL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from singer_sdk.helpers.types import Context

    from tap_zohobooks.errors import TapError
    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.pagination.page import Params
    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.singer.stream import Step
    from tap_zohobooks.transform.cleaner import Row
    from tap_zohobooks.transform.periods import Period

BATCH = 1_000_000  # records: a period is one batch
PERIOD_KEYS = frozenset({"basis", "from_date", "to_date", "as_of", "aging_by"})


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """A period of a report in a basis, and the books of the organization."""

    period: Period
    basis: str
    books: Books

    @property
    def is_cash(self) -> bool:
        """Whether the basis is cash."""
        return self.basis != ACCRUAL

    @property
    def day(self) -> str:
        """The day that a report as of a day is read for: the last one that is not in the future."""
        return min(self.period.last, max(self.books.today, self.period.first)).isoformat()


class ReportStream(ResourceStream):
    """A report, read period by period; a subclass says what the rows of a period are."""

    selected_by_default = False
    is_incremental = True
    bookmark_key: ClassVar[str] = "to_date"
    calls_per_row: ClassVar[float] = 2.0  # requested after all streams that cost less
    calls_per_period: ClassVar[int] = 1

    def __init__(self, sync_context: SyncContext, resource: Report) -> None:
        """Make the stream of a report."""
        super().__init__(sync_context, resource)
        self.report = resource
        self._read_before: set[str] = set()

    @property
    @override
    def batch_size(self) -> int:
        return BATCH

    @override
    def start(self, context: Context | None) -> str | None:
        state = self.get_context_state(context)
        if state.get(COVERAGE):
            self._read_before.add(str((context or {}).get(ORGANIZATION, "")))
        if self.replication_method != REPLICATION_INCREMENTAL:
            return None
        found: str | None = state.get("replication_key_value")
        return found

    @override
    def read_partition(self, context: Context | None, start: str | None) -> Iterator[Step]:
        organization = str((context or {}).get(ORGANIZATION, ""))
        reading = PartitionRead(organization, start)
        rows = 0
        self.compile()
        try:
            for records, checkpoint in self._read_periods(reading, context):
                for record in records:
                    yield record, None, reading.served
                rows += len(records)
                yield None, checkpoint, reading.served
            self._row_counts[organization] = rows
        except (AccessDenied, NotFound) as denied:
            self._skip(organization, denied)
        finally:
            self.stats.add(self.stats.rows, self.name, rows)

    def read_period(self, reading: PartitionRead, request: ReportRequest) -> list[Row]:
        """Return all rows of a period, with their keys; `get_report` makes the requests.

        Raises:
            TapError: They cannot be read; none of them may leave then.
        """
        raise NotImplementedError

    def _read_periods(
        self, reading: PartitionRead, context: Context | None
    ) -> Iterator[tuple[Collection[Row], PeriodCheckpoint | None]]:
        """Yield the records of each period and basis, and what holds once they are written."""
        books = find_books(self.sync_context, reading.organization)
        plan = self.plan(books, context)
        is_incremental = self.replication_method == REPLICATION_INCREMENTAL
        if is_incremental and self.config["report_verify_closed"]:
            find = partial(request_fingerprint, self.sync_context, self.name, reading.organization)
            plan.compare(find, has_balances=self.report.has_balances)
        for period in plan.wanted.periods:
            for basis in plan.find_due_bases(period):
                request = ReportRequest(period, basis, books)
                yield self._read_whole(reading, request, context), None
            checkpoint = plan.pass_period(period)
            yield [], checkpoint if is_incremental else None

    def plan(self, books: Books, context: Context | None) -> PeriodPlan:
        """Return which periods are read, as settings and state say."""
        found = PeriodCheckpoint(self.bookmark_key)
        if self.replication_method == REPLICATION_INCREMENTAL:
            found = PeriodCheckpoint.load(self.bookmark_key, self.get_context_state(context))
        plan = PeriodPlan.create(self.report, self.config, books, found)
        if not plan.wanted.periods:
            self.logger.warning("Stream '%s': no period to read, as report_start_date is after "
                                "%s.", self.name, plan.wanted.last)  # fmt: skip
        if plan.is_restart:
            self.logger.info("Stream '%s' is read from its first period: other periods, bases or "
                             "days were read before.", self.name)  # fmt: skip
        return plan

    def _read_whole(
        self, reading: PartitionRead, request: ReportRequest, context: Context | None
    ) -> Collection[Row]:
        """Return the records of a period, all with the time of its first response.

        A period that was read before and has no rows any more gets one with blank ids: without it
        the rows of the earlier reading would be the newest of the period.
        """
        reading.served = None
        rows = self.read_period(reading, request)
        if not rows and reading.organization in self._read_before:
            rows = [dict.fromkeys((key for key in self.own_keys if key not in PERIOD_KEYS), "")]
        common = self._describe(reading, request, len(rows))
        return [self._to_record({**row, **common}, context) for row in rows]

    def _describe(self, reading: PartitionRead, request: ReportRequest, rows: int) -> Row:
        """Return the columns that all rows of a period share."""
        read_at = None if reading.served is None else reading.served.isoformat()
        common: Row = {"read_at": read_at, "period_rows": rows}
        if self.report.is_as_of:
            return {**common, "as_of": request.day, "aging_by": self.config["report_aging_by"]}
        period = request.period
        common |= {"from_date": period.first.isoformat(), "to_date": period.last.isoformat()}
        return {**common, "basis": request.basis} if self.report.has_basis else common

    def _to_record(self, row: Row, context: Context | None) -> Row:
        """Return the record of a row; a blank key stays, as it says that there is no entity."""
        record = self.post_process(row, context)
        for column in self.own_keys:
            if record.get(column) is None and row.get(column) == "":
                record[column] = ""
        return record

    def build_query(self, request: ReportRequest) -> dict[str, str | int]:
        """Return the parameters of a request of a period."""
        last = request.day if self.report.is_as_of else request.period.last.isoformat()
        return self.report.build_query(
            request.period.first.isoformat(),
            last,
            is_cash=request.is_cash,
            by_document=self.config["report_aging_by"] != "due_date",
        )

    def get_report(
        self, reading: PartitionRead, request: ReportRequest, params: Params
    ) -> Response:
        """Request a report, or a page of it, and check that it is what was requested.

        Raises:
            ServiceError: It is of another range or basis.
        """
        first = reading.served
        query = {**self.build_query(request), **params}
        response = self._get(reading, self.report.list_path, query)
        reading.served = first or response.served
        self.check_echo(reading, response, query)
        return response

    def check_echo(self, reading: PartitionRead, response: Response, query: Params) -> None:
        """Check that a response is of the range and basis of its request.

        Raises:
            ServiceError: It is not.
        """
        report = self.report
        found = find_mismatch(
            response.document, query, is_as_of=report.is_as_of, has_basis=report.has_basis
        )
        if found is not None:
            raise Reason.REPORT_MISMATCH.error(
                stream=self.name,
                organization=reading.organization,
                path=report.list_path,
                wanted=f"from {query['from_date']} to {query['to_date']}, "
                f"{'cash' if query['cash_based'] == 'true' else 'accrual'} basis",
                found=found,
            )

    @override
    def _skip(self, organization: str, denied: TapError) -> None:
        """Note that a report is not available, or may not be read: the summary says so once."""
        self.stats.skipped[self.name, organization] = denied
        self.block_deletes(f"organization {organization} was skipped")
        self.logger.info("Report '%s' of organization %s is not available here: %s",
                         self.name, organization, denied)  # fmt: skip
