"""Postings as reports: journal, account transactions, and the details of the general ledger."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from sandbox.api.reports.query import build_paging

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from sandbox.api.reports.book import Book
    from sandbox.api.reports.query import Query
    from sandbox.data.books.leg import Leg
    from sandbox.faults import ReportKnobs

COUNT_ONLY: Final = "2"


def select_legs(book: Book, query: Query) -> list[Leg]:
    """Select the legs of a period by account rule, in the order of dates; newest first if D."""
    order = query.params.get("sort_order", "A")[:1].upper()
    key = ("legs", query.start, query.end, query.is_cash, query.params.get("rule", ""), order)
    return list(book.remember(key, lambda: _select_legs(book, query, order)))


def _select_legs(book: Book, query: Query, order: str) -> list[Leg]:
    wanted = find_rule_accounts(query)
    legs = [
        leg
        for leg in book.select(query.start, query.end, is_cash=query.is_cash)
        if not wanted or leg.account_id in wanted
    ]
    if order == "D":
        legs.sort(key=lambda leg: leg.date, reverse=True)
    return legs


def find_rule_accounts(query: Query) -> set[str]:
    """Find the accounts that a ``rule`` selects; none if it selects no accounts."""
    columns = query.rule.get("columns", [])
    return {
        str(value)
        for column in columns
        if column.get("field") == "account_id" and column.get("comparator", "in") == "in"
        for value in column.get("value", [])
    }


def take_page(query: Query, rows: Sequence[Any], knobs: ReportKnobs) -> tuple[list[Any], bool]:
    """Take a page of rows; the row before it is served again if borders repeat."""
    first = query.first
    start = max(first - (knobs.repeats_borders and first > 0), 0)
    return list(rows[start : first + query.per_page]), first + query.per_page < len(rows)


def build_account_transactions(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build the postings of a period, in wrappers that each page repeats.

    ``response_option=2`` is answered with the count only. Without ``group_by`` there is one
    wrapper; by account there are as many as accounts, with opening and closing balances.
    """
    legs = select_legs(book, query)
    if query.params.get("response_option") == COUNT_ONLY:
        pages = -(-len(legs) // query.per_page)
        return {"page_context": {"total": len(legs), "total_pages": pages}}
    if query.params.get("group_by", "none") in {"account", "account_name"}:
        legs.sort(key=lambda leg: (leg.account_id, leg.date, leg.transaction_id))
        page, has_more = take_page(query, legs, knobs)
        wrappers = [
            _build_wrapper(book, query, key, list(rows))
            for key, rows in groupby(page, key=lambda leg: leg.account_id)
        ]
    else:
        page, has_more = take_page(query, legs, knobs)
        wrappers = [{"name": "", "account_transactions": [_build_row(book, leg) for leg in page]}]
    paging = build_paging(query, "Account Transactions", has_more=has_more)
    return {"account_transactions": wrappers, "page_context": paging}


def _build_wrapper(book: Book, query: Query, account_id: str, legs: list[Leg]) -> dict[str, Any]:
    """Build the postings of one account, between lines of its opening and closing balance."""
    account = book.accounts[account_id]
    opening = book.zero
    for leg in book.get_legs(is_cash=query.is_cash):
        if leg.account_id == account_id and leg.date < query.start:
            opening += leg.amount
    closing = opening
    for leg in book.select(query.start, query.end, is_cash=query.is_cash):
        closing += leg.amount if leg.account_id == account_id else 0
    rows = [_build_row(book, leg) for leg in legs]
    lines = [_build_line(book, account_id, "Opening Balance", opening)]
    last = [_build_line(book, account_id, "Closing Balance", closing)]
    return {
        "name": account.name,
        "account_transactions": [*lines, *rows, *last],
        "opening_balance": account.sign * opening,
        "closing_balance": account.sign * closing,
    }


def _build_line(book: Book, account_id: str, label: str, amount: Decimal) -> dict[str, Any]:
    """Build an opening or closing line: it has no transaction and no date."""
    account = book.accounts[account_id]
    return {
        "date": "",
        "account_id": account_id,
        "account_name": account.name,
        "transaction_type": "",
        "transaction_id": "",
        "transaction_details": label,
        "debit": amount if amount > 0 else "",
        "credit": -amount if amount < 0 else "",
        "net_amount": str(amount),
    }


def _build_row(book: Book, leg: Leg) -> dict[str, Any]:
    account = book.accounts[leg.account_id]
    amount, is_own = leg.amount + book.zero, leg.document_id == leg.transaction_id
    return {
        "date": leg.date,
        "account_id": leg.account_id,
        "account_name": account.name,
        "account": {
            "account_group": account.kind,
            "account_type": account.kind,
            "account_code": account.code,
        },
        "transaction_type": leg.transaction_type,
        "transaction_id": leg.transaction_id,
        "reference_transaction_id": "" if is_own else leg.document_id,
        "transaction_details": leg.contact_name,
        "entity_number": leg.number,
        "reference_number": leg.reference,
        "debit": amount if amount >= 0 else "",
        "credit": -amount if amount < 0 else "",
        "net_amount": str(account.sign * amount),
        "contact_id": leg.contact_id,
        "currency_code": leg.currency,
        "fcy_debit": leg.fcy_amount if amount >= 0 else "",
        "fcy_credit": -leg.fcy_amount if amount < 0 else "",
        "exchange_rate": leg.rate,
        "total": abs(amount),
        **BLANK,
    }


# What postings have blank, if no tags, branches and projects are used.
BLANK: Final = dict.fromkeys(
    ("offset_account_id", "offset_account_type", "project_ids", "reporting_tag", "branch"), ""
)


def build_journal(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build the journal: whole transactions, with dates in the display format."""
    key = ("entries", query.start, query.end, query.is_cash)
    entries = book.remember(key, lambda: _group_entries(book, query))
    if query.params.get("response_option") == COUNT_ONLY:
        pages = -(-len(entries) // query.per_page)
        return {"page_context": {"total": len(entries), "total_pages": pages}}
    page, has_more = take_page(query, entries, knobs)
    rows = [_build_transaction(book, legs) for legs in page]
    if not knobs.journal_ids:
        rows = [{name: row[name] for name in ("date", "account_transactions")} for row in rows]
    paging = build_paging(query, "Journal Report", has_more=has_more)
    return {"journal": rows, "page_context": paging}


def _group_entries(book: Book, query: Query) -> list[list[Leg]]:
    legs = book.select(query.start, query.end, is_cash=query.is_cash)
    groups = groupby(legs, key=lambda leg: (leg.date, leg.transaction_id, leg.transaction_type))
    return [list(entry) for _, entry in groups]


def _build_transaction(book: Book, legs: list[Leg]) -> dict[str, Any]:
    first = legs[0]
    return {
        "date": date.fromisoformat(first.date).strftime("%d %b %Y"),
        "transaction_id": first.transaction_id,
        "transaction_type": first.transaction_type,
        "entity_number": first.number,
        "reference_number": first.reference,
        "contact_id": first.contact_id,
        "contact_name": first.contact_name,
        "currency_code": first.currency,
        "exchange_rate": first.rate,
        "account_transactions": [_build_journal_leg(book, leg) for leg in legs],
    }


def _build_journal_leg(book: Book, leg: Leg) -> dict[str, Any]:
    account = book.accounts[leg.account_id]
    return {
        "account_id": leg.account_id,
        "account_code": account.code,
        "name": account.name,
        "debit_amount": leg.debit + book.zero,
        "credit_amount": leg.credit + book.zero,
        "fcy_debit_amount": max(leg.fcy_amount, book.zero * 0),
        "fcy_credit_amount": max(-leg.fcy_amount, book.zero * 0),
    }


def build_ledger_details(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build the details of the general ledger: postings by account."""
    legs = sorted(
        select_legs(book, query),
        key=lambda leg: (book.accounts[leg.account_id].name, leg.account_id, leg.date),
    )
    page, has_more = take_page(query, legs, knobs)
    names = (
        "date", "account_name", "transaction_details", "transaction_type", "entity_number",
        "reference_number", "debit", "credit", "net_amount",
    )  # fmt: skip
    wrappers = []
    for key, group in groupby(page, key=lambda leg: leg.account_id):
        rows = [_build_row(book, leg) for leg in group]
        wrappers.append(
            {
                "name": book.accounts[key].name,
                "account_transactions": [{name: row[name] for name in names} for row in rows],
            }
        )
    paging = build_paging(query, "Detailed General Ledger", has_more=has_more)
    return {"account_transactions": wrappers, "page_context": paging}
