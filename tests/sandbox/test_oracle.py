"""Beancount, which shares no code with the double, agrees with its reports to the last digit."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from beancount.core.data import Transaction
from beancount.core.inventory import Inventory
from beancount.loader import load_string

from sandbox import World
from sandbox.api.reports.answers import read_book
from tests.sandbox.client import Client, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sandbox.data.books.leg import Leg

ROOTS = {
    "income": "Income",
    "other_income": "Income",
    "expense": "Expenses",
    "other_expense": "Expenses",
    "cost_of_goods_sold": "Expenses",
    "equity": "Equity",
    "accounts_payable": "Liabilities",
    "credit_card": "Liabilities",
    "other_current_liability": "Liabilities",
    "long_term_liability": "Liabilities",
}
ZERO = Decimal(0)
CHANGED = ("invoices", "bills", "creditnotes", "customerpayments", "journals")
PERIODS = [("2025-01-01", "2025-12-31"), ("2025-04-01", "2026-03-31"), ("2026-02-01", "2026-02-28")]
Case: TypeAlias = "tuple[int, bool, tuple[str, str]]"
CASES = [
    (place, is_cash, period)
    for place in range(2)
    for is_cash in (False, True)
    for period in PERIODS
]


class Oracle:
    """The legs of an organization, loaded by beancount."""

    def __init__(self, legs: Sequence[Leg], kinds: dict[str, str], currency: str) -> None:
        """Write the legs as beancount's text and let it load and check them."""
        self._names = {key: f"{ROOTS.get(kind, 'Assets')}:A{key}" for key, kind in kinds.items()}
        lines = [f"1970-01-01 open {name}" for name in self._names.values()]
        for (day, key), entry in groupby(legs, key=lambda leg: (leg.date, leg.transaction_id)):
            lines.append(f'{day} * "{key}"')
            lines += [
                f"  {self._names[leg.account_id]}  {leg.amount:f} {currency}" for leg in entry
            ]
        loaded, errors, _ = load_string("\n".join(lines))
        assert errors == []
        self._entries = [one for one in loaded if isinstance(one, Transaction)]
        assert len(self._entries) > 100

    def sum_accounts(self, start: str, end: str) -> dict[str, Decimal]:
        """Sum the postings of each account in a period; those of 0 are left out."""
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        found: dict[str, Inventory] = defaultdict(Inventory)
        for entry in self._entries:
            if first <= entry.date <= last:
                for posting in entry.postings:
                    assert posting.units is not None
                    found[posting.account].add_amount(posting.units)
        sums = {
            key: sum((one.units.number or ZERO for one in found[name].values()), ZERO)
            for key, name in self._names.items()
        }
        return {key: amount for key, amount in sums.items() if amount}

    def sum_roots(self, start: str, end: str) -> dict[str, Decimal]:
        """Sum the postings of a period by root: Assets, Liabilities, Equity, Income, Expenses."""
        found = dict.fromkeys(("Assets", "Liabilities", "Equity", "Income", "Expenses"), ZERO)
        for key, amount in self.sum_accounts(start, end).items():
            found[self._names[key].partition(":")[0]] += amount
        return found


@pytest.fixture(scope="module")
def client() -> Client:
    """Return a client of a world of two organizations: calendar year, and year from April."""
    clock = Clock()
    world = World.build(seed=11, rows=90, organizations=2, clock=clock, requests_per_minute=10**6)
    return Client(world, clock)


ORACLES: dict[tuple[str, bool], Oracle] = {}


def make_oracle(client: Client, place: int, *, is_cash: bool) -> Oracle:
    """Choose an organization and load its legs into beancount."""
    client.organization_id = list(client.world.holdings)[place]
    key = (client.organization_id, is_cash)
    if key not in ORACLES:
        own = client.world.holdings[client.organization_id]
        book = read_book(own)
        kinds = {one.id: one.kind for one in book.accounts.values()}
        ORACLES[key] = Oracle(book.get_legs(is_cash=is_cash), kinds, own.spec.currency)
    return ORACLES[key]


def walk_leaves(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Walk the accounts of a tree."""
    if "account_id" in node:
        yield node
    for below in node.get("account_transactions", ()):
        yield from walk_leaves(below)


def ask(client: Client, path: str, period: tuple[str, str], *, is_cash: bool) -> dict[str, Any]:
    """Request a report of a period and basis."""
    return client.get(
        f"reports/{path}",
        filter_by="TransactionDate.CustomDate",
        from_date=period[0],
        to_date=period[1],
        cash_based=str(is_cash).lower(),
        show_rows="all",
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_trial_balance(client: Client, case: Case) -> None:
    """Debit less credit of every account is beancount's sum, and all of them are 0."""
    place, is_cash, period = case
    oracle = make_oracle(client, place, is_cash=is_cash)
    (tree,) = ask(client, "trialbalance", period, is_cash=is_cash)["trialbalance"]
    found = {
        leaf["account_id"]: (leaf["net_debit_total"] or 0) - (leaf["net_credit_total"] or 0)
        for leaf in walk_leaves(tree)
    }
    assert {key: one for key, one in found.items() if one} == oracle.sum_accounts(*period)
    assert tree["net_debit_total"] == tree["net_credit_total"] > 0


@pytest.mark.parametrize("case", CASES, ids=str)
def test_profit_and_loss(client: Client, case: Case) -> None:
    """Every account and the net profit are beancount's; containers hold the running profit."""
    place, is_cash, period = case
    oracle = make_oracle(client, place, is_cash=is_cash)
    gross, operating, net = ask(client, "profitandloss", period, is_cash=is_cash)["profit_and_loss"]
    roots = oracle.sum_roots(*period)
    assert net["total"] == -roots["Income"] - roots["Expenses"]
    income, cost = (one["total"] for one in gross["account_transactions"])
    (expense,) = (one["total"] for one in operating["account_transactions"])
    more, less = (one["total"] for one in net["account_transactions"])
    assert gross["total"] == income - cost
    assert operating["total"] == gross["total"] - expense
    assert net["total"] == operating["total"] + more - less
    sums = oracle.sum_accounts(*period)
    leaves = [leaf for tree in (gross, operating, net) for leaf in walk_leaves(tree)]
    assert leaves
    for leaf in leaves:
        assert abs(leaf["total"]) == abs(sums.get(leaf["account_id"], ZERO))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_balance_sheet(client: Client, case: Case) -> None:
    """Assets are liabilities and equity; earnings are split by the organization's fiscal year."""
    place, is_cash, period = case
    oracle = make_oracle(client, place, is_cash=is_cash)
    assets, others = ask(client, "balancesheet", period, is_cash=is_cash)["balance_sheet"]
    roots = oracle.sum_roots("1970-01-02", period[1])
    assert assets["total"] == roots["Assets"] == others["total"]
    liabilities, equities = others["account_transactions"]
    assert liabilities["total"] == -roots["Liabilities"]
    this_year, before = equities["account_transactions"][:2]
    end = date.fromisoformat(period[1])
    month = (1, 4)[place]
    start = date(end.year - (end.month < month), month, 1)
    parts = [
        oracle.sum_roots(start.isoformat(), period[1]),
        oracle.sum_roots("1970-01-02", (start - timedelta(days=1)).isoformat()),
    ]
    expected = [-one["Income"] - one["Expenses"] for one in parts]
    assert [this_year["total"], before["total"]] == expected
    assert all(expected)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cash_flow(client: Client, case: Case) -> None:
    """Beginning and change make the end; the end is what the cash and bank accounts hold."""
    place, is_cash, period = case
    make_oracle(client, place, is_cash=is_cash)
    first, change, last = ask(client, "cashflow", period, is_cash=is_cash)["cash_flow"]
    assert first["total"] + change["total"] == last["total"]
    (tree, _) = ask(client, "balancesheet", period, is_cash=is_cash)["balance_sheet"]
    current = tree["account_transactions"][0]["account_transactions"]
    held = sum(one["total"] for one in current if one["name"] in {"Cash", "Bank"})
    assert last["total"] == held


def test_cash_basis_is_another_one(client: Client) -> None:
    """Cash basis has no receivables, another profit, and the same cash."""
    client.organization_id = next(iter(client.world.holdings))
    sheets = [
        ask(client, "balancesheet", PERIODS[0], is_cash=is_cash)["balance_sheet"][0]
        for is_cash in (False, True)
    ]
    current = [sheet["account_transactions"][0]["account_transactions"] for sheet in sheets]
    groups = [{one["name"]: one["total"] for one in rows} for rows in current]
    assert groups[0]["Accounts Receivable"]
    assert not groups[1]["Accounts Receivable"]
    assert groups[0]["Bank"] == groups[1]["Bank"]


def test_changes_are_in_the_books_of_both() -> None:
    """After documents of closed years were changed, voided and deleted, beancount still agrees."""
    clock = Clock()
    world = World.build(seed=5, rows=40, organizations=2, clock=clock, requests_per_minute=10**6)
    client = Client(world, clock)
    for place, organization in enumerate(world.holdings):
        ids = {name: sorted(world.ids(organization, name)) for name in CHANGED}
        world.delete(organization, "invoices", ids["invoices"][9])
        world.change(organization, "bills", ids["bills"][8], status="void")
        world.change(organization, "creditnotes", ids["creditnotes"][7], total=900)
        world.delete(organization, "customerpayments", ids["customerpayments"][6])
        world.change(organization, "journals", ids["journals"][5], journal_date="2025-02-02")
        for is_cash in (False, True):
            ORACLES.pop((organization, is_cash), None)
            oracle = make_oracle(client, place, is_cash=is_cash)
            (tree,) = ask(client, "trialbalance", PERIODS[0], is_cash=is_cash)["trialbalance"]
            found = {
                leaf["account_id"]: (leaf["net_debit_total"] or 0) - (leaf["net_credit_total"] or 0)
                for leaf in walk_leaves(tree)
            }
            assert {key: one for key, one in found.items() if one} == oracle.sum_accounts(
                *PERIODS[0]
            )
            del ORACLES[organization, is_cash]
