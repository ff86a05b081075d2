"""Profit and loss, balance sheet: trees of accounts, with the running profits of the service."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.api.reports.book import INCOME, PROFIT, Sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox.api.reports.book import Account, Book
    from sandbox.api.reports.query import Query
    from sandbox.faults import ReportKnobs

NONE: Final[list[Any]] = []
Node = dict[str, Any]


def build_leaves(
    book: Book, query: Query, sums: Mapping[str, Sums], kinds: Iterable[str]
) -> list[Node]:
    """Build the accounts of some types, children in the ``account_transactions`` of their parent.

    A parent is shown for its children even if it is 0 itself.
    """
    wanted = {one.id: one for one in book.accounts.values() if one.kind in set(kinds)}
    shown = {key for key in wanted if _is_shown(sums.get(key), query.show_rows)}
    shown |= {wanted[key].parent_id for key in shown} & wanted.keys()
    return [
        _build_leaf(book, sums, wanted[key], shown, wanted)
        for key in sorted(shown, key=lambda key: wanted[key].name)
        if wanted[key].parent_id not in wanted
    ]


def _is_shown(sums: Sums | None, show_rows: str) -> bool:
    if show_rows == "all":
        return True
    if sums is None:
        return False
    return bool(sums.net) if show_rows == "non_zero" else True


def _build_leaf(
    book: Book,
    sums: Mapping[str, Sums],
    account: Account,
    shown: set[str],
    wanted: Mapping[str, Account],
    depth: int = 0,
) -> Node:
    below = [
        _build_leaf(book, sums, wanted[key], shown, wanted, depth + 1)
        for key in sorted(shown, key=lambda key: wanted[key].name)
        if wanted[key].parent_id == account.id
    ]
    net = sums[account.id].net if account.id in sums else book.zero
    total = account.sign * net + book.zero
    leaf: Node = {
        "account_id": account.id,
        "name": account.name,
        "account_code": account.code,
        "depth": depth,
        "total": total,
        "total_sub_account": sum((add_up(one) for one in below), total) if below else book.zero,
        "is_child_present": bool(below),
        "is_collapsed_view": False,
        "previous_values": NONE,
        "previous_total": NONE,
        "previous_total_sub_account": NONE,
    }
    return {**leaf, "account_transactions": below} if below else leaf


def add_up(node: Node) -> Decimal:
    """Add up an account with its children, or the rows of a group."""
    rows = node.get("account_transactions", ())
    is_own = "account_id" in node or not rows
    own = Decimal(node["total"]) if is_own else Decimal(0)
    return own + sum((add_up(one) for one in rows), Decimal(0))


def build_group(name: str, rows: list[Node], zero: Decimal) -> Node:
    """Build a group of accounts and its total."""
    return {
        "name": name,
        "total": sum((add_up(one) for one in rows), zero),
        "total_label": f"Total {name}",
        "previous_values": NONE,
        "previous_total": NONE,
        "account_transactions": rows,
    }


PROFIT_GROUPS: Final = (
    ("Operating Income", "income"),
    ("Cost of Goods Sold", "cost_of_goods_sold"),
    ("Operating Expense", "expense"),
    ("Non Operating Income", "other_income"),
    ("Non Operating Expense", "other_expense"),
)


def build_profit_and_loss(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build profit and loss: three containers, whose totals are the running profits."""
    sums = book.sum_accounts(query.start, query.end, is_cash=query.is_cash)
    income, cost, expense, more, less = (
        build_group(name, build_leaves(book, query, sums, {kind}), book.zero)
        for name, kind in PROFIT_GROUPS
    )
    gross = income["total"] - cost["total"]
    operating = gross - expense["total"]
    net = operating + more["total"] - less["total"]
    if not knobs.running_profit:
        operating, net = -expense["total"], more["total"] - less["total"]
    tree = [
        {
            "name": name,
            "total": total,
            "previous_values": NONE,
            "previous_total": NONE,
            "account_transactions": rows,
        }
        for name, total, rows in (
            ("Gross Profit", gross, [income, cost]),
            ("Operating Profit", operating, [expense]),
            ("Net Profit/Loss", net, [more, less]),
        )
    ]
    return {"profit_and_loss": tree}


# The groups of the balance sheet, and the account types in each.
CURRENT_ASSETS: Final = (
    ("Cash", {"cash"}),
    ("Bank", {"bank"}),
    ("Accounts Receivable", {"accounts_receivable"}),
    ("Other Current Assets", {"other_current_asset", "stock"}),
)
LONG_ASSETS: Final = (("Fixed Assets", {"fixed_asset"}), ("Other Assets", {"other_asset"}))
LIABILITIES: Final = (
    ("Current Liabilities", {"accounts_payable", "credit_card", "other_current_liability"}),
    ("Non Current Liabilities", {"long_term_liability"}),
)


def build_balance_sheet(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build the balance sheet as of a day."""
    sums = book.sum_accounts("", query.end, is_cash=query.is_cash)

    def build(groups: tuple[tuple[str, set[str]], ...]) -> list[Node]:
        leaves = ((name, build_leaves(book, query, sums, kinds)) for name, kinds in groups)
        return [build_group(name, rows, book.zero) for name, rows in leaves]

    current = build_group("Current Assets", build(CURRENT_ASSETS), book.zero)
    equity = [*_build_earnings(book, query, knobs), *build_leaves(book, query, sums, {"equity"})]
    others = [
        build_group("Liabilities", build(LIABILITIES), book.zero),
        build_group("Equities", equity, book.zero),
    ]
    return {
        "balance_sheet": [
            build_group("Assets", [current, *build(LONG_ASSETS)], book.zero),
            build_group("Liabilities & Equities", others, book.zero),
        ]
    }


def _build_earnings(book: Book, query: Query, knobs: ReportKnobs) -> list[Node]:
    """Build the profit of the fiscal year and of those before: computed, without postings.

    The service was seen to keep an old figure of the current year: ``stale_earnings`` does so.
    """
    start = book.find_fiscal_start(query.end)
    total = book.compute_profit("", query.end, is_cash=query.is_cash)
    this_year = book.compute_profit(start, query.end, is_cash=query.is_cash)
    before = total - this_year
    if knobs.stale_earnings:
        key = (book.id, query.end, query.is_cash)
        this_year = knobs.known_earnings.setdefault(key, this_year)
    return [
        {"name": "Current Year Earnings", "total": this_year},
        {"name": "Retained Earnings", "total": before},
    ]


SECTIONS: Final = ("asset", "liability", "equity", "income", "expense")


def find_section(kind: str) -> str:
    """Find the section of an account type in the trial balance."""
    if kind in PROFIT:
        return "income" if kind in INCOME else "expense"
    if kind == "equity":
        return "equity"
    is_owed = kind in {
        "accounts_payable",
        "credit_card",
        "other_current_liability",
        "long_term_liability",
    }
    return "liability" if is_owed else "asset"
