"""Reports that are lists: of entities, of documents, of what is open, of balances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.pagination.page import find_rows
from tap_zohobooks.streams.reports.base import PERIOD_KEYS, ReportRequest, ReportStream
from tap_zohobooks.streams.reports.books import find_books
from tap_zohobooks.transform.periods import Period
from tap_zohobooks.transform.report_echo import read_context
from tap_zohobooks.transform.report_plan import ACCRUAL
from tap_zohobooks.transform.report_rows import (
    assign_keys,
    find_inner,
    find_leaves,
    rename_contact,
    rename_document,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from singer_sdk.helpers.types import Context

    from tap_zohobooks.singer.period_state import PeriodCheckpoint
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.transform.cleaner import Row

MAX_EMPTY_PAGES = 3


class EntityStream(ReportStream):
    """A list of entities or documents, page by page."""

    @override
    def read_period(self, reading: PartitionRead, request: ReportRequest) -> list[Row]:
        rows = [self.rename(row) for row in self._read_pages(reading, request)]
        columns = [name for name in self.report.keys if name not in PERIOD_KEYS]
        rows = assign_keys(rows, self._rename_id(), columns)
        if any("#" in str(row[columns[0]]) for row in rows):
            self.logger.info(
                "Stream '%s' of organization %s: several rows of %s have one key; they are "
                "numbered.", self.name, reading.organization, request.period,
            )  # fmt: skip
        return rows

    def rename(self, row: Row) -> Row:
        """Return a row with the names of its columns."""
        return row

    def _rename_id(self) -> str:
        return self.report.id

    def find_rows(self, document: dict[str, Any]) -> list[Row]:
        """Return the rows of a response.

        Raises:
            ServiceError: It has no place for them.
        """
        outer, *inner = self.report.rows.split()
        return find_inner(find_rows(document, *outer.split("|")), inner)

    def _read_pages(self, reading: PartitionRead, request: ReportRequest) -> list[Row]:
        """Return the rows of all pages; the row before a page may be served again.

        Raises:
            ServiceError: Pages follow that hold nothing new.
        """
        rows: list[Row] = []
        page = empty = 0
        while empty < MAX_EMPTY_PAGES:
            page += 1
            params = {"page": page, "per_page": self.sync_context.page_size}
            document = self.get_report(reading, request, params).document
            found = self.find_rows(document)
            if rows and found and found[0] == rows[-1]:
                del found[0]
            rows += found
            empty = 0 if found else empty + 1
            if read_context(document).get("has_more_page") is not True:
                return rows
        raise Reason.LIST_NEVER_ENDS.error(pages=MAX_EMPTY_PAGES)


class AgingSummaryStream(EntityStream):
    """What each contact owes, or is owed, as of a day."""

    bookmark_key: ClassVar[str] = "as_of"

    @override
    def find_rows(self, document: dict[str, Any]) -> list[Row]:
        return [*find_leaves(super().find_rows(document))]

    @override
    def rename(self, row: Row) -> Row:
        return rename_contact(row)

    @override
    def _rename_id(self) -> str:
        return "contact_id"


class AgingDetailStream(EntityStream):
    """Each open document as of a day."""

    bookmark_key: ClassVar[str] = "as_of"

    @override
    def find_rows(self, document: dict[str, Any]) -> list[Row]:
        return [*find_leaves(super().find_rows(document))]

    @override
    def rename(self, row: Row) -> Row:
        return rename_document(row)

    @override
    def _rename_id(self) -> str:
        return "transaction_id"


class BalanceStream(EntityStream):
    """Balances of contacts as they are now, whatever date is requested: read whole each run."""

    is_incremental = False
    is_complete = True

    @override
    def _read_periods(
        self, reading: PartitionRead, context: Context | None
    ) -> Iterator[tuple[Collection[Row], PeriodCheckpoint | None]]:
        books = find_books(self.sync_context, reading.organization)
        today = Period(books.today, books.today)
        request = ReportRequest(today, ACCRUAL, books)
        records = self._read_whole(reading, request, context)
        if not records and self._had_rows(context):  # a second look before a table is emptied
            records = self._read_whole(reading, request, context)
        yield records, None

    @override
    def _describe(self, reading: PartitionRead, request: ReportRequest, rows: int) -> Row:
        common = super()._describe(reading, request, rows)
        return {name: common[name] for name in ("read_at", "period_rows")}
