"""The API calls of reports in a plan: periods and bases, counted before a run spends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli.cost import Cost
from tap_zohobooks.cli.row_count import find_partition
from tap_zohobooks.resources import Report
from tap_zohobooks.singer.period_state import PeriodCheckpoint
from tap_zohobooks.streams.reports.activities import ActivityPlan, ActivityStream
from tap_zohobooks.streams.reports.base import ReportStream
from tap_zohobooks.streams.reports.books import find_books
from tap_zohobooks.streams.reports.lists import BalanceStream
from tap_zohobooks.streams.reports.period_plan import PeriodPlan
from tap_zohobooks.streams.reports.statements import StatementStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_zohobooks.cli.common import SelectedStream
    from tap_zohobooks.tap import TapZohoBooks
    from tap_zohobooks.transform.periods import Period

A_PAGE = "at least, a page a period"
CLOSED_YEARS = "(closed years)"


def estimate_reports(
    tap: TapZohoBooks,
    streams: Sequence[SelectedStream],
    state: Mapping[str, Any],
    organization: str,
) -> Iterator[Cost]:
    """Yield the cost of each report, and of the closed years that all reports compare.

    It is exact for statements if no closed year has changed; other reports have pages.
    """
    checks: set[tuple[Period, str]] = set()
    for one in streams:
        if not isinstance(one.resource, Report):
            continue
        partition = find_partition(state, one.name, organization)
        calls, compared = _count(one, one.resource, tap, organization, partition)
        checks.update(compared if one.is_incremental else ())
        is_exact = issubclass(one.kind, StatementStream)
        yield Cost(one.name, organization, None, calls, is_exact, "" if is_exact else A_PAGE)
    if checks and tap.config["report_verify_closed"]:
        yield Cost(CLOSED_YEARS, organization, None, len(checks), is_exact=True)


def _count(
    stream: SelectedStream,
    report: Report,
    tap: TapZohoBooks,
    organization: str,
    partition: Mapping[str, Any],
) -> tuple[int, Sequence[tuple[Period, str]]]:
    """Return the calls of a report, a page a period, and the closed years that it compares."""
    if not issubclass(stream.kind, ReportStream) or issubclass(stream.kind, BalanceStream):
        return 1, ()
    key = stream.kind.bookmark_key
    found = PeriodCheckpoint(key)
    if stream.is_incremental:
        found = PeriodCheckpoint.load(key, partition)
    books = find_books(tap.sync_context, organization)
    if issubclass(stream.kind, ActivityStream):
        return len(ActivityPlan.create(tap.config, books, found).parts), ()
    plan = PeriodPlan.create(report, tap.config, books, found)
    return plan.count_requests() * stream.kind.calls_per_period, plan.checks
