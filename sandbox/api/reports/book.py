"""The book of an organization as reports read it: legs by basis and date, and the accounts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from sandbox.api.reports.cash import CashBasis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sandbox.data.books.leg import Leg

Result = TypeVar("Result")
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


# The accounts of advances, beside those of what is owed.
ADVANCES: Final = {
    "accounts_receivable": {"Unearned Revenue"},
    "accounts_payable": {"Prepaid Expenses"},
}


@dataclass(slots=True)
class OpenItem:
    """A document that is open on a day; ``amount`` is negative if it is a credit."""

    first: Leg
    amount: Decimal = ZERO
    fcy_amount: Decimal = ZERO

    @property
    def is_document(self) -> bool:
        """Whether it is an invoice, a debit note or a bill, not a credit or a payment."""
        return self.first.collection in {"invoices", "debitnotes", "bills"}


@dataclass(slots=True)
class Book:
    """The legs and accounts of an organization; ``fiscal_month`` is 1 for January.

    ``rows`` returns the documents of a collection, with all their fields; ``activities`` what was
    created, updated and deleted.
    """

    id: str
    legs: Sequence[Leg]
    accounts: Mapping[str, Account]
    decimals: int
    fiscal_month: int
    currency: str
    rows: Callable[[str], list[dict[str, Any]]]
    activities: Callable[[], list[dict[str, Any]]]
    _cash: list[Leg] = field(default_factory=list)
    _memory: dict[tuple[Any, ...], Any] = field(default_factory=dict)

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
        legs = self.get_legs(is_cash=is_cash)
        dates = self.remember(("dates", is_cash), lambda: [leg.date for leg in legs])
        return islice(legs, bisect_left(dates, start), bisect_right(dates, end))

    def remember(self, key: tuple[Any, ...], compute: Callable[[], Result]) -> Result:
        """Return what was computed for a key, or compute it; a book never changes."""
        if key not in self._memory:
            self._memory[key] = compute()
        return cast("Result", self._memory[key])

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

    def list_open_items(self, day: str, kind: str) -> list[OpenItem]:
        """List what is open on a day on the accounts of a type, by document, oldest first.

        Advances are open items, too: those of customers beside receivables, of vendors beside
        payables.
        """
        names = ADVANCES[kind]
        wanted = {one.id for one in self.accounts.values() if one.kind == kind or one.name in names}
        found: dict[str, OpenItem] = {}
        for leg in self.legs:
            if leg.document_id and leg.account_id in wanted and leg.date <= day:
                item = found.get(leg.document_id)
                if item is None:
                    item = found[leg.document_id] = OpenItem(leg)
                elif leg.transaction_id == leg.document_id:
                    item.first = leg
                item.amount += leg.amount
                item.fcy_amount += leg.fcy_amount
        sign = 1 if kind == "accounts_receivable" else -1
        for item in found.values():
            item.amount, item.fcy_amount = sign * item.amount, sign * item.fcy_amount
        return [item for item in found.values() if item.amount or item.fcy_amount]

    @property
    def zero(self) -> Decimal:
        """Nothing, with the decimals of the organization's currency."""
        return Decimal(0).scaleb(-self.decimals)

    def find_fiscal_start(self, day: str) -> str:
        """Find the first day of the fiscal year of a day."""
        there = date.fromisoformat(day)
        year = there.year - (there.month < self.fiscal_month)
        return date(year, self.fiscal_month, 1).isoformat()
