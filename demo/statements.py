"""The statements of the books that dbt has built, each figure beside the service's own report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from psycopg import sql

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    import psycopg

PERIODS = 2  # fiscal years of an organization: the last ones with postings

# What the rows of a mart say of a period: what its months add up to, the balance of its last month,
# or one side of what each account has moved.
MOVED, LAST = "sum(moved)", "sum(last)"
DEBITS, CREDITS = "sum(greatest(moved, 0))", "sum(greatest(-moved, 0))"


class Line(NamedTuple):
    """A figure of a statement: how the books know it, and in which row the service reports it."""

    statement: str
    name: str
    mart: str
    ours: str
    mart_key: str | None
    row_key: str
    theirs: str = "amount"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a statement of one organization and fiscal year."""

    organization: str
    statement: str
    name: str
    first_day: date
    last_day: date
    ours: Decimal | None
    theirs: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """The books less the report; None if one of them lacks the figure."""
        return None if self.ours is None or self.theirs is None else self.ours - self.theirs


_SHEET = "liabilities_equities"
LINES: Final = (
    Line("Profit and loss", "gross profit", "profit_and_loss", MOVED,
         "gross_profit", "gross_profit"),
    Line("Profit and loss", "operating profit", "profit_and_loss", MOVED,
         "operating_profit", "operating_profit"),
    Line("Profit and loss", "net profit", "profit_and_loss", MOVED,
         "net_profit", "net_profit_loss"),
    Line("Balance sheet", "assets", "balance_sheet", LAST, "total_asset", "assets"),
    Line("Balance sheet", "liabilities", "balance_sheet", LAST,
         "total_liability", f"{_SHEET}/liabilities"),
    Line("Balance sheet", "equity", "balance_sheet", LAST, "total_equity", f"{_SHEET}/equities"),
    Line("Balance sheet", "current year earnings", "balance_sheet", LAST,
         "equity/current_year_earnings", f"{_SHEET}/equities/current_year_earnings"),
    Line("Balance sheet", "retained earnings", "balance_sheet", LAST,
         "equity/retained_earnings", f"{_SHEET}/equities/retained_earnings"),
    Line("Cash flow", "net change in cash", "cash_flow", MOVED,
         "net_change", "net_change_in_cash"),
    Line("Cash flow", "cash at the end", "cash_flow", LAST,
         "ending_cash", "ending_cash_balance"),
    Line("Trial balance", "debits", "trial_balance", DEBITS, None,
         "total_for_trial_balance", "debit"),
    Line("Trial balance", "credits", "trial_balance", CREDITS, None,
         "total_for_trial_balance", "credit"),
)  # fmt: skip

_STATEMENT = "SELECT organization_id, period_end, row_key, amount FROM {} WHERE basis = 'accrual'"
_ROWS = {
    **{
        name: sql.SQL(_STATEMENT).format(sql.Identifier("books", name))
        for name in ("profit_and_loss", "balance_sheet", "cash_flow")
    },
    "trial_balance": sql.SQL(
        "SELECT organization_id, period_end, account_id AS row_key, movement AS amount"
        " FROM books.account_balances_monthly WHERE basis = 'accrual'"
    ),
}

_FIGURES = sql.SQL("""
    WITH periods AS (
        SELECT organization_id, from_date, to_date,
               row_number() OVER (PARTITION BY organization_id ORDER BY to_date DESC) AS place
        FROM books_staging.stg_zoho_books__trial_balance
        WHERE basis = 'accrual' AND row_key = 'total_for_trial_balance' AND debit <> 0
    ), months AS (
        SELECT periods.organization_id, periods.to_date, mart.row_key, sum(mart.amount) AS moved,
               (array_agg(mart.amount ORDER BY mart.period_end DESC))[1] AS last
        FROM periods JOIN ({rows}) AS mart ON mart.organization_id = periods.organization_id
             AND mart.period_end BETWEEN periods.from_date AND periods.to_date
        GROUP BY periods.organization_id, periods.to_date, mart.row_key
    ), ours AS (
        SELECT organization_id, to_date, {ours} AS amount
        FROM months WHERE row_key = coalesce({mart_key}, row_key)
        GROUP BY organization_id, to_date
    )
    SELECT periods.organization_id, periods.from_date, periods.to_date, ours.amount,
           reported.{theirs}
    FROM periods
    LEFT JOIN ours USING (organization_id, to_date)
    LEFT JOIN {report} AS reported
        ON reported.organization_id = periods.organization_id AND reported.basis = 'accrual'
        AND reported.from_date = periods.from_date AND reported.to_date = periods.to_date
        AND reported.row_key = {row_key}
    WHERE periods.place <= {count}
""")


def read_figures(connection: psycopg.Connection[tuple[Any, ...]]) -> list[Figure]:
    """Read the figures of the last fiscal years, by organization and year, in their order."""
    found = []
    for line in LINES:
        query = _FIGURES.format(
            rows=_ROWS[line.mart],
            ours=sql.SQL(line.ours),
            mart_key=sql.Literal(line.mart_key),
            theirs=sql.Identifier(line.theirs),
            report=sql.Identifier("books_staging", f"stg_zoho_books__{line.mart}"),
            row_key=sql.Literal(line.row_key),
            count=sql.Literal(PERIODS),
        )
        for organization, first, last, ours, theirs in connection.execute(query):
            found.append(Figure(organization, line.statement, line.name, first, last, ours, theirs))
    return sorted(found, key=lambda one: (one.organization, one.last_day))


def are_equal(figures: list[Figure], organizations: tuple[str, ...]) -> bool:
    """Whether each organization has figures, and each is the one that the service reports."""
    seen = {one.organization for one in figures}
    return seen == set(organizations) and all(one.difference == 0 for one in figures)
