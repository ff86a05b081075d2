"""The reports: path, date field, default period, pages, and what builds each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sandbox.api.reports import balances, statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.api.reports.book import Book
    from sandbox.api.reports.query import Query
    from sandbox.faults import ReportKnobs

Build: TypeAlias = "Callable[[Book, Query, ReportKnobs], dict[str, Any]]"
MONTH, TODAY = "ThisMonth", "Today"


@dataclass(frozen=True, slots=True)
class Report:
    """A report: ``path`` below ``reports/``, its title, and the function that builds it.

    ``default`` is its period if none is given; ``needs_filter`` is whether dates without
    ``filter_by`` are ignored, ``needs_dates`` whether it is refused without any; ``is_paged`` is
    whether its rows come in pages.
    """

    path: str
    title: str
    build: Build
    filter_field: str = "TransactionDate"
    default: str = MONTH
    is_as_of: bool = False
    is_paged: bool = False
    needs_filter: bool = False
    needs_dates: bool = False


REPORTS: Final = {
    one.path: one
    for one in (
        Report("profitandloss", "Profit and Loss", statements.build_profit_and_loss),
        Report(
            "balancesheet",
            "Balance Sheet",
            statements.build_balance_sheet,
            default=TODAY,
            is_as_of=True,
        ),
        Report("cashflow", "Cash Flow Statement", balances.build_cash_flow),
        Report("movementofequity", "Movement of Equity", balances.build_movement_of_equity),
        Report(
            "trialbalance",
            "Trial Balance",
            balances.build_trial_balance,
            default=TODAY,
            is_as_of=True,
            needs_filter=True,
        ),
        Report("generalledger", "General Ledger", balances.build_general_ledger),
    )
}
