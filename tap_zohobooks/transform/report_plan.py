"""Choose the periods of a report that a run reads; no clock is read, and nothing is requested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from tap_zohobooks.transform.periods import (
    WHOLE,
    YEAR,
    Period,
    cut,
    find_default_start,
    find_unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ACCRUAL, BOTH = "accrual", "both"
BASES = (ACCRUAL, "cash")


@dataclass(frozen=True, slots=True)
class ReportRange:
    """What the settings ask of the reports of an organization, on a day there.

    `kind` is the length of the periods, `fiscal_month` the first month of a year (1 is January).
    """

    kind: str
    bases: Sequence[str]
    first: date
    last: date
    today: date
    fiscal_month: int
    aging_by: str

    @classmethod
    def create(cls, config: Mapping[str, Any], fiscal_month: int, today: date) -> ReportRange:
        """Return what settings ask; without an end, the period of today is asked whole."""
        kind, basis = str(config["report_period"]), config["report_basis"]
        end, start = config.get("report_end_date"), config.get("report_start_date")
        last = date.fromisoformat(end) if end else today
        default = find_default_start(min(last, today), fiscal_month)
        if not end and kind != WHOLE:
            last = find_unit(today, kind, fiscal_month).last
        return cls(
            kind,
            BASES if basis == BOTH else (basis,),
            date.fromisoformat(start) if start else default,
            last,
            today,
            fiscal_month,
            str(config["report_aging_by"]),
        )

    @property
    def periods(self) -> list[Period]:
        """All periods, oldest first."""
        return cut(self.first, self.last, self.kind, self.fiscal_month)

    @property
    def closed_years(self) -> list[Period]:
        """The fiscal years that are over, as far as they are covered, oldest first."""
        years = cut(self.first, self.last, YEAR, self.fiscal_month)
        return [one for one in years if find_unit(one.last, YEAR, self.fiscal_month).last
                < self.today]  # fmt: skip

    @property
    def coverage(self) -> str:
        """What a bookmark of these settings stands for, as text for the state."""
        return " ".join((self.kind, self.aging_by, self.first.isoformat(), *self.bases))

    def covers(self, coverage: str) -> bool:
        """Tell whether a bookmark of other settings stands for all that these settings ask."""
        match coverage.split():
            case [self.kind, self.aging_by, first, *bases]:
                return first <= self.first.isoformat() and set(self.bases) <= set(bases)
            case _:
                return False

    def choose(self, bookmark: str | None, lookback: int) -> list[Period]:
        """Return the periods that a run reads in any case, oldest first.

        They are those after the bookmark (`2026-01-31`, the last day that was read), the last
        closed ones, and the open ones.
        """
        periods = self.periods
        closed = [one for one in periods if one.is_closed(self.today)]
        again = closed[max(0, len(closed) - lookback) :]
        since = "" if bookmark is None else bookmark
        return [one for one in periods if one in again or not one.is_closed(self.today)
                or one.last.isoformat() > since]  # fmt: skip


def choose_of_year(periods: Sequence[Period], year: Period, *, has_balances: bool) -> list[Period]:
    """Return the periods whose figures change with a closed year: balances of all days after."""
    if has_balances:
        return [one for one in periods if one.last >= year.first]
    return [one for one in periods if one.overlaps(year)]
