"""Statements: trees of accounts, a row a node, with what their own rules leave over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.streams.reports.base import ReportStream
from tap_zohobooks.transform.report_echo import read_context
from tap_zohobooks.transform.report_trees import build_tree, list_rows
from tap_zohobooks.transform.tree_rules import apply_rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_zohobooks.resources import Report
    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.streams.reports.base import ReportRequest
    from tap_zohobooks.transform.cleaner import Row
    from tap_zohobooks.transform.report_trees import Node


class StatementStream(ReportStream):
    """A statement: one response a period and basis, without pages."""

    def __init__(self, sync_context: SyncContext, resource: Report) -> None:
        """Make the stream of a statement."""
        super().__init__(sync_context, resource)
        self._reported: set[str] = set()  # organizations whose trees do not add up

    @override
    def read_period(self, reading: PartitionRead, request: ReportRequest) -> list[Row]:
        document = self.get_report(reading, request, {}).document
        if self.report.rows not in document:
            raise Reason.NO_ROWS.error(keys=sorted(document), wanted=self.report.rows)
        trees = build_tree(self.name, document[self.report.rows])
        self._report_differences(reading, request, apply_rules(self.name, trees))
        common = {
            "currency_code": request.books.currency_code,
            "is_settled": find_settled(read_context(document)),
        }
        return [{**row, **common} for row in list_rows(trees)]

    def _report_differences(
        self, reading: PartitionRead, request: ReportRequest, nodes: Sequence[Node]
    ) -> None:
        """Log the first node of an organization that does not add up; the rows show all."""
        if nodes and reading.organization not in self._reported:
            self._reported.add(reading.organization)
            self.logger.warning(
                "Stream '%s' of organization %s: '%s' of %s (%s) does not add up: %s is left over. "
                "The service shows it so; column tree_difference holds this and others.",
                self.name, reading.organization, nodes[0].key, request.period, request.basis,
                nodes[0].difference,
            )  # fmt: skip


def find_settled(context: Mapping[str, Any]) -> bool | None:
    """Return whether the service is not recomputing values of stock; None if it does not say."""
    job, status = context.get("is_inv_txn_job_in_progress"), context.get("fifo_scheduler_status")
    is_done = status.get("is_job_status_completed") if isinstance(status, dict) else None
    if job is None and is_done is None:
        return None
    return job is not True and is_done is not False
