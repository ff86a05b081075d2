"""Kinds of stream that read postings: each leg of each transaction, once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from tap_zohobooks.reports.posting_reader import PostingReader
from tap_zohobooks.reports.postings import ACCOUNT, JOURNAL, LEDGER, TRANSACTION, PostingReport
from tap_zohobooks.streams.reports.base import ReportRequest, ReportStream
from tap_zohobooks.streams.reports.day_spool import DaySpool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from singer_sdk.helpers.types import Context

    from tap_zohobooks.reports.posting_reader import Params
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.transform.cleaner import Row
    from tap_zohobooks.transform.periods import Period

EMPTY = "empty"
BLANK = {ACCOUNT: "", "transaction_type": ""}  # of lines that book nothing


@dataclass(frozen=True, slots=True)
class SpooledRecords(Collection["Row"]):
    """The records of a period, made from its spool one day at a time; read once."""

    spool: DaySpool
    size: int
    make_records: Callable[[str], Iterator[Row]]

    @override
    def __len__(self) -> int:
        return self.size

    @override
    def __contains__(self, row: object) -> bool:
        return any(row == one for one in self)

    @override
    def __iter__(self) -> Iterator[Row]:
        try:
            for day in self.spool.list_days():
                yield from self.make_records(day)
        finally:
            self.spool.close()


class PostingReportStream(ReportStream):
    """Postings of a report: whole transactions, whose lines are numbered by their content."""

    calls_per_period: ClassVar[int] = 2  # a count, and a page
    postings: ClassVar[PostingReport]

    @property
    @override
    def batch_size(self) -> int:
        return super(ReportStream, self).batch_size  # not a period: it may have many postings

    @override
    def _read_whole(
        self, reading: PartitionRead, request: ReportRequest, context: Context | None
    ) -> Collection[Row]:
        reading.served = None
        spool = DaySpool()
        try:
            self._fill(spool, reading, request)
        except BaseException:
            spool.close()
            raise
        size = len(spool)
        if not size and reading.organization in self._read_before:
            spool.close()
            return [self._to_record(self._build_empty(reading, request), context)]
        common = self._describe(reading, request, size)

        def make_records(day: str) -> Iterator[Row]:
            first, last = day or request.period.first.isoformat(), None
            for row in self.postings.number_day(self._read_day(spool, day, reading), first):
                if row["is_balanced"] is False and row[TRANSACTION] != last:
                    last = row[TRANSACTION]
                    self._report_difference(reading, row)
                yield self._to_record({**BLANK, **row, **common}, context)

        return SpooledRecords(spool, size, make_records)

    def _read_day(self, spool: DaySpool, day: str, reading: PartitionRead) -> Iterator[Row]:
        """Yield the legs of a day; what is listed and is no leg is counted."""
        for leg in spool.read(day):
            if leg:
                yield leg
            else:
                self._skip_row(reading, leg, self.own_keys, None)

    def _build_empty(self, reading: PartitionRead, request: ReportRequest) -> Row:
        """Return a row that says that a period has no postings any more.

        Without it the rows of an earlier reading would be the newest of the period.
        """
        number = f"{EMPTY}:{request.period.first}"
        common = self._describe(reading, request, 1)
        return {**BLANK, TRANSACTION: number, "line_number": 1, "row_type": EMPTY, **common}

    def _fill(self, spool: DaySpool, reading: PartitionRead, request: ReportRequest) -> None:
        """Read the postings of a period.

        Raises:
            TapError: They cannot be read whole.
        """

        def fetch(part: Period, params: Params) -> Mapping[str, Any]:
            return self.get_report(reading, replace(request, period=part), params).document

        def note(text: str) -> None:
            self.logger.info(
                "Stream '%s' of organization %s: %s", self.name, reading.organization, text
            )

        size = self.sync_context.page_size
        if not PostingReader(fetch, self.postings, size, spool, note).read(request.period):
            self.logger.warning(
                "Stream '%s' of organization %s: the ledger from %s changed twice while its parts "
                "were read. A transaction that moved from one part to another may be missing until "
                "this period is read again.",
                self.name, reading.organization, request.period,
            )  # fmt: skip

    def _report_difference(self, reading: PartitionRead, row: Row) -> None:
        """Report the first transaction whose debits and credits differ; the summary counts all."""
        if self.stats.add(self.stats.unbalanced, self.name) == 1:
            self.logger.warning(
                "Stream '%s' of organization %s: the debits of transaction %s of %s differ from "
                "its credits. Its rows have is_balanced false; further ones are counted.",
                self.name, reading.organization, row[TRANSACTION], row["date"],
            )  # fmt: skip


class JournalStream(PostingReportStream):
    """The journal: the legs of whole transactions, as the service has posted them."""

    postings = JOURNAL


class LedgerStream(PostingReportStream):
    """The transactions of all accounts, in an accounting basis."""

    postings = LEDGER
