"""Trial balance, general ledger, cash flow and movement of equity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.api.reports.book import Sums
from sandbox.api.reports.statements import SECTIONS, build_leaves, find_section

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from sandbox.api.reports.book import Account, Book
    from sandbox.api.reports.query import Query
    from sandbox.faults import ReportKnobs

CASH: Final = frozenset({"cash", "bank"})
INVESTING: Final = frozenset({"fixed_asset", "other_asset"})
FINANCING: Final = frozenset({"long_term_liability", "equity"})
KINDS: Final = {
    "asset": {
        "cash",
        "bank",
        "accounts_receivable",
        "other_current_asset",
        "stock",
        "fixed_asset",
        "other_asset",
    },
    "liability": {
        "accounts_payable",
        "credit_card",
        "other_current_liability",
        "long_term_liability",
    },
    "equity": {"equity"},
    "income": {"income", "other_income"},
    "expense": {"cost_of_goods_sold", "expense", "other_expense"},
}


def _build_sides(net: Decimal, prefix: str = "net_", suffix: str = "_total") -> dict[str, Any]:
    """Build debit and credit of a net amount: one of them is filled, the other is blank."""
    return {
        f"{prefix}debit{suffix}": net if net > 0 else "",
        f"{prefix}credit{suffix}": -net if net < 0 else "",
    }


def build_trial_balance(book: Book, query: Query, _knobs: ReportKnobs) -> dict[str, Any]:
    """Build the trial balance: activity of a range, or all until today if no range is given."""
    sums = book.sum_accounts(query.start, query.end, is_cash=query.is_cash)
    retained = book.zero
    if query.is_default:
        start = book.find_fiscal_start(query.end)
        sums = book.sum_accounts("", query.end, is_cash=query.is_cash)
        year = book.sum_accounts(start, query.end, is_cash=query.is_cash)
        for key, account in book.accounts.items():
            if find_section(account.kind) in {"income", "expense"} and key in sums:
                retained += sums[key].net - year.get(key, Sums()).net
                sums[key] = year.get(key, Sums())
    sections = [_build_section(book, query, sums, name, retained) for name in SECTIONS]
    debit, credit = book.zero, book.zero
    for row in (row for section in sections for row in _walk(section["account_transactions"])):
        debit += row["net_debit_total"] or 0
        credit += row["net_credit_total"] or 0
    total = {"net_debit_total": debit, "net_credit_total": credit}
    twins = {f"{name}_sub_account": amount for name, amount in total.items()}
    tree = {
        "name": "Total for Trial Balance",
        **total,
        **twins,
        "account_type_col_span_list": [],
        "is_collapsed_view": False,
        "values": [total],
        "previous_values": [],
        "account_transactions": sections,
    }
    return {"trialbalance": [tree]}


def _walk(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for row in rows for one in (row, *_walk(row.get("account_transactions", [])))]


def _build_section(
    book: Book, query: Query, sums: Mapping[str, Sums], name: str, retained: Decimal
) -> dict[str, Any]:
    leaves = build_leaves(book, query, sums, KINDS[name])
    rows = [_build_row(book, leaf) for leaf in leaves]
    if name == "equity" and retained:
        row = {"account_id": "", "name": "Retained Earnings", "account_code": "", "depth": 0}
        rows.append({**row, **_build_sides(retained), "is_retained_earnings": True})
    return {
        "name": name.title(),
        "account_type": name,
        "account_type_col_span": len(rows),
        "account_transactions": rows,
    }


def _build_row(book: Book, leaf: dict[str, Any]) -> dict[str, Any]:
    sign = book.accounts[leaf["account_id"]].sign
    sides = _build_sides(leaf["total"] * sign)
    family = _build_sides(leaf["total_sub_account"] * sign)
    twins = {f"{name}_sub_account": amount for name, amount in family.items()}
    copied = ("account_id", "name", "account_code", "depth", "is_child_present")
    row = {
        **{name: leaf[name] for name in copied},
        **sides,
        **twins,
        "is_collapsed_view": False,
        "previous_values": [],
        "values": [sides | twins],
    }
    below = [_build_row(book, one) for one in leaf.get("account_transactions", ())]
    return {**row, "account_transactions": below} if below else row


def build_general_ledger(book: Book, query: Query, _knobs: ReportKnobs) -> dict[str, Any]:
    """Build the general ledger: the sums of each account; those without movement are left out."""
    sums = book.sum_accounts(query.start, query.end, is_cash=query.is_cash)
    before = book.sum_accounts("", _before(query.start), is_cash=query.is_cash)
    accounts = [book.accounts[key] for key in sums]
    rows = [
        _build_ledger_row(book, account, sums[account.id], before.get(account.id, Sums()))
        for account in sorted(accounts, key=lambda one: (one.name, one.id))
    ]
    return {"generalledger": rows}


def _before(day: str) -> str:
    """Get a text that is later than all days before this one, and not later than it."""
    return day[:-1] + chr(ord(day[-1]) - 1) + "~" if day else ""


def _build_ledger_row(book: Book, account: Account, sums: Sums, before: Sums) -> dict[str, Any]:
    values = {
        "debit_total": sums.debit + book.zero,
        "credit_total": sums.credit + book.zero,
        "balance": abs(sums.net) + book.zero,
    }
    return {
        "name": account.name,
        "account_id": account.id,
        "account_code": account.code,
        "account_group": find_section(account.kind),
        **values,
        "is_debit": sums.net >= 0,
        "opening_balance": account.sign * before.net + book.zero,
        "closing_balance": account.sign * (before.net + sums.net) + book.zero,
        "depth": 1 if account.parent_id else 0,
        "is_child_present": False,
        "is_collapsed_view": False,
        "previous_values": [],
        "values": [values],
    }


def build_cash_flow(book: Book, query: Query, _knobs: ReportKnobs) -> dict[str, Any]:
    """Build the cash flow: profit, and the change of every account that is not cash."""
    sums = book.sum_accounts(query.start, query.end, is_cash=query.is_cash)
    opening = book.sum_accounts("", _before(query.start), is_cash=query.is_cash)
    cash = [one.id for one in book.accounts.values() if one.kind in CASH]
    beginning = sum((opening[key].net for key in cash if key in opening), book.zero)
    groups = _group_changes(book, query, sums)
    totals = {name: sum((row["total"] for row in rows), book.zero) for name, rows in groups.items()}
    nodes = [
        {
            "name": f"Cash Flow from {name} Activities",
            "total": totals[name],
            "account_transactions": rows,
        }
        for name, rows in groups.items()
    ]
    change = sum(totals.values(), book.zero)
    return {
        "cash_flow": [
            {"name": "Beginning Cash Balance", "total": beginning},
            {"name": "Net Change in cash", "total": change, "account_transactions": nodes},
            {"name": "Ending Cash Balance", "total": beginning + change},
        ]
    }


def _group_changes(
    book: Book, query: Query, sums: Mapping[str, Sums]
) -> dict[str, list[dict[str, Any]]]:
    """Group profit, and the changes of accounts that are not cash, by activity."""
    net = book.compute_profit(query.start, query.end, is_cash=query.is_cash)
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in ACTIVITIES}
    groups["Operating"].append({"name": "Net Income", "total": net})
    for account in sorted(book.accounts.values(), key=lambda one: (one.name, one.id)):
        amount = -sums[account.id].net if account.id in sums else book.zero
        if find_section(account.kind) in {"income", "expense"} or account.kind in CASH:
            continue
        if amount or query.show_rows == "all":
            row = {"name": account.name, "account_id": account.id, "total": amount}
            groups[_find_activity(account.kind)].append(row)
    return groups


ACTIVITIES: Final = ("Operating", "Investing", "Financing")


def _find_activity(kind: str) -> str:
    """Find the activity of an account type; credit cards are operating, depreciation investing."""
    if kind in INVESTING:
        return "Investing"
    return "Financing" if kind in FINANCING else "Operating"


def build_movement_of_equity(book: Book, query: Query, _knobs: ReportKnobs) -> dict[str, Any]:
    """Build the movement of equity: an object, not an array."""
    sums = book.sum_accounts(query.start, query.end, is_cash=query.is_cash)
    before = book.sum_accounts("", _before(query.start), is_cash=query.is_cash)
    earned = book.compute_profit("", _before(query.start), is_cash=query.is_cash)
    net = book.compute_profit(query.start, query.end, is_cash=query.is_cash)
    leaves = build_leaves(book, query, sums, {"equity"})
    equity = [one for one in book.accounts.values() if one.kind == "equity"]
    opening = earned - sum((before[one.id].net for one in equity if one.id in before), book.zero)
    moved = -sum((sums[one.id].net for one in equity if one.id in sums), book.zero)
    rows = [
        _build_node("Opening Balance", opening),
        _build_node("Profit/Loss for the period", net),
        *(
            {
                **_build_node(leaf["name"], leaf["total"]),
                "account_id": leaf["account_id"],
                "account_code": leaf["account_code"],
            }
            for leaf in leaves
        ),
        _build_node("Closing Balance", opening + net + moved),
    ]
    top = _build_node("Total Equity", opening + net + moved)
    return {"movement_of_equity": {**top, "account_transactions": rows}}


def _build_node(name: str, total: Decimal) -> dict[str, Any]:
    return {
        "node_name": name,
        "name": name,
        "has_total": True,
        "values": [{"total": total}],
        "account_transactions": [],
    }
