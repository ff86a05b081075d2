"""The book of an organization as reports read it: legs by basis and date, and the accounts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sandbox.api.reports.cash import CashBasis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sandbox.data.books.leg import Leg

ZERO: Final = Decimal(0)
CONTROLS: Final = frozenset({"accounts_receivable", "accounts_payable"})
INCOME: Final = frozenset({"income", "other_income"})
EXPENSE: Final = frozenset({"cost_of_goods_sold", "expense", "other_expense"})
PROFIT: Final = INCOME | EXPENSE
LIABILITY: Final = frozenset(
    {"accounts_payable", "other_current_liability", "credit_card", "long_term_liability"}
)
CREDITS: Final = LIABILITY | INCOME | {"equity"}


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the chart."""

    id: str
    name: str
    code: str
    kind: str
    parent_id: str

    @property
    def sign(self) -> int:
        """1 if its balance is usually a debit, -1 if it is a credit."""
        return -1 if self.kind in CREDITS else 1


@dataclass(slots=True)
class Sums:
    """The debits and credits of an account."""

    debit: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """Debits less credits."""
        return self.debit - self.credit


@dataclass(slots=True)
class Book:
    """The legs and accounts of an organization; ``fiscal_month`` is 1 for January."""

    id: str
    legs: Sequence[Leg]
    accounts: Mapping[str, Account]
    decimals: int
    fiscal_month: int
    currency: str
    _cash: list[Leg] = field(default_factory=list)

    def get_legs(self, *, is_cash: bool) -> Sequence[Leg]:
        """Get all legs of a basis, in the order of their dates."""
        if not is_cash:
            return self.legs
        if not self._cash:
            controls = frozenset(one.id for one in self.accounts.values() if one.kind in CONTROLS)
            self._cash = CashBasis(self.legs, controls, self.decimals).convert()
        return self._cash

    def select(self, start: str, end: str, *, is_cash: bool) -> Iterator[Leg]:
        """Select the legs from one date to another, both included; a blank start is any."""
        return (leg for leg in self.get_legs(is_cash=is_cash) if start <= leg.date <= end)

    def sum_accounts(self, start: str, end: str, *, is_cash: bool) -> dict[str, Sums]:
        """Sum the debits and credits of each account in a period."""
        found: dict[str, Sums] = defaultdict(Sums)
        for leg in self.select(start, end, is_cash=is_cash):
            if leg.amount > 0:
                found[leg.account_id].debit += leg.amount
            else:
                found[leg.account_id].credit -= leg.amount
        return found

    def compute_profit(self, start: str, end: str, *, is_cash: bool) -> Decimal:
        """Compute income less expense in a period."""
        sums = self.sum_accounts(start, end, is_cash=is_cash)
        nets = (one.net for key, one in sums.items() if self.accounts[key].kind in PROFIT)
        return -sum(nets, self.zero)

    @property
    def zero(self) -> Decimal:
        """Nothing, with the decimals of the organization's currency."""
        return Decimal(0).scaleb(-self.decimals)

    def find_fiscal_start(self, day: str) -> str:
        """Find the first day of the fiscal year of a day."""
        there = date.fromisoformat(day)
        year = there.year - (there.month < self.fiscal_month)
        return date(year, self.fiscal_month, 1).isoformat()
