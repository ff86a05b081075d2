"""Which periods of a report a run reads: new ones, the last ones, and closed years that changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import AccessDenied, NotFound, RangeTooLarge, ResponseTooLarge
from tap_zohobooks.resources import TRIAL_BALANCE
from tap_zohobooks.singer.period_state import PeriodCheckpoint
from tap_zohobooks.transform.report_echo import find_mismatch
from tap_zohobooks.transform.report_plan import ACCRUAL, ReportRange, choose_of_year
from tap_zohobooks.transform.report_trees import make_fingerprint, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_zohobooks.resources import Report
    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.streams.reports.books import Books
    from tap_zohobooks.transform.periods import Period


@dataclass(slots=True)
class PeriodPlan:
    """The periods that a run reads of a report of an organization, and what the state says then.

    `pending` holds the fingerprint of each changed year, by state key, and the periods that are to
    be read before it counts.
    """

    wanted: ReportRange
    checkpoint: PeriodCheckpoint
    lookback: int
    is_restart: bool = False  # a bookmark of other settings does not count
    due: dict[str, set[Period]] = field(init=False)
    pending: dict[str, tuple[str, list[Period]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Choose what is read in any case."""
        chosen = self.wanted.choose(self.checkpoint.last, self.lookback)
        self.due = {basis: set(chosen) for basis in self.wanted.bases}

    @classmethod
    def create(
        cls, report: Report, config: Mapping[str, Any], books: Books, found: PeriodCheckpoint
    ) -> PeriodPlan:
        """Return the plan of a report, as settings ask and as the state says that it was read."""
        basis = config["report_basis"] if report.has_basis else ACCRUAL
        aging_by = config["report_aging_by"] if report.is_as_of else "-"
        config = {**config, "report_basis": basis, "report_aging_by": aging_by}
        wanted = ReportRange.create(config, books.fiscal_month, books.today)
        is_covered = wanted.covers(found.coverage)
        last, closed = (found.last, found.closed) if is_covered else (None, {})
        checkpoint = PeriodCheckpoint(found.key, last, wanted.coverage, closed)
        lookback = int(config["report_lookback_periods"])
        return cls(wanted, checkpoint, lookback, bool(found.last) and not is_covered)

    def count_requests(self) -> int:
        """Return how many requests a report without pages takes, if no closed year has changed."""
        return sum(len(periods) for periods in self.due.values())

    @property
    def checks(self) -> list[tuple[Period, str]]:
        """The closed years that are compared, each in each basis."""
        return [(year, basis) for year in self.wanted.closed_years for basis in self.wanted.bases]

    def compare(
        self, find_fingerprint: Callable[[Period, str], str | None], *, has_balances: bool
    ) -> None:
        """Add the periods of each closed year whose accounts have changed.

        Raises:
            TapError: The trial balance of a year cannot be read.
        """
        periods = self.wanted.periods
        for year, basis in self.checks:
            found, key = find_fingerprint(year, basis), f"{year.last} {basis}"
            if found is None or self.checkpoint.closed.get(key) == found:
                continue
            changed = choose_of_year(periods, year, has_balances=has_balances)
            self.due[basis].update(changed)
            self.pending[key] = found, changed

    def find_due_bases(self, period: Period) -> list[str]:
        """Return the bases in which a period is to be read."""
        return [basis for basis, periods in self.due.items() if period in periods]

    def pass_period(self, period: Period) -> PeriodCheckpoint:
        """Return what holds once a period was read, or was left out as it is read already."""
        if period.is_closed(self.wanted.today):
            self.checkpoint = self.checkpoint.pass_period(period.last.isoformat())
        for key, (fingerprint, periods) in [*self.pending.items()]:
            if periods[-1] <= period:
                self.checkpoint = self.checkpoint.close_year(key, fingerprint)
                del self.pending[key]
        return self.checkpoint


def request_fingerprint(
    sync_context: SyncContext, stream: str, organization: str, year: Period, basis: str
) -> str | None:
    """Return the fingerprint of a year, requested once a run; None if it may not be read.

    Raises:
        TapError: The trial balance cannot be read, or is of another range or basis.
    """

    def request() -> str | None:
        try:
            return shorten(_request_sums(sync_context, stream, organization, year, basis))
        except (AccessDenied, NotFound) as denied:
            sync_context.logger.warning(
                "Closed fiscal years of organization %s are not verified: %s", organization, denied
            )
            return None

    return sync_context.once.get(("fingerprint", organization, year, basis), request)


def _request_sums(
    sync_context: SyncContext, stream: str, organization: str, period: Period, basis: str
) -> str:
    """Request a trial balance; if the service refuses its range, those of shorter ones."""
    days = period.first.isoformat(), period.last.isoformat()
    query = TRIAL_BALANCE.build_query(*days, is_cash=basis != ACCRUAL)
    sync_context.stats.add(sync_context.stats.calls, stream)
    try:
        response = sync_context.get_client().get(TRIAL_BALANCE.list_path, query, organization)
    except (RangeTooLarge, ResponseTooLarge):
        if not (pieces := period.split()):
            raise
        found = (_request_sums(sync_context, stream, organization, one, basis) for one in pieces)
        return ".".join(found)
    if mismatch := find_mismatch(response.document, query, is_as_of=True, has_basis=True):
        raise Reason.REPORT_MISMATCH.error(
            stream=stream, organization=organization, path=TRIAL_BALANCE.list_path,
            wanted=f"for {period}", found=mismatch,
        )  # fmt: skip
    return make_fingerprint(response.document.get(TRIAL_BALANCE.rows))
