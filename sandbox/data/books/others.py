"""What refunds, expenses, journals, receipts, banks, revaluations and opening balances book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.data import chart
from sandbox.data.books.entries import begin, cumulate
from sandbox.data.books.leg import ONE, ZERO
from sandbox.data.books.trade import post_cost, post_lines
from sandbox.data.facts.applications import DRAFT, VOID
from sandbox.data.facts.settlements import PURCHASES, SALES, SIDES
from sandbox.data.numbers import parse_amount

if TYPE_CHECKING:
    from sandbox.data.books.entries import Context, Document
    from sandbox.data.books.leg import Entry


def post_receipt(context: Context, collection: str, document: Document) -> list[Entry]:
    """Post a sales receipt: a sale and its payment in one."""
    entry = begin(context, collection, document, "sales_receipt", "sales_receipt_id")
    post_lines(context, entry, document, 1, context.get_account(chart.UNDEPOSITED))
    post_cost(context, entry, document, 1)
    return [entry]


def post_expense(context: Context, collection: str, document: Document) -> list[Entry]:
    """Post an expense, paid from an account at once."""
    entry = begin(context, collection, document, "expense", "expense_id")
    post_lines(context, entry, document, -1, str(document["paid_through_account_id"]))
    return [entry]


def post_journal(context: Context, collection: str, document: Document) -> list[Entry]:
    """Post a manual journal: its lines."""
    entry = begin(context, collection, document, "journal", "journal_id")
    for line in document["line_items"]:
        sign = 1 if line["debit_or_credit"] == "debit" else -1
        contact = str(line.get("customer_id", ""))
        entry.add(line["account_id"], sign * parse_amount(line["amount"]), contact_id=contact)
    return [entry]


def post_bank_transaction(context: Context, collection: str, document: Document) -> list[Entry]:
    """Post a deposit, an expense or a transfer: from one account to another."""
    kind = str(document["transaction_type"])
    entry = begin(context, collection, document, kind, "transaction_id")
    amount = parse_amount(document["amount"])
    entry.add(document["to_account_id"], amount)
    entry.add(document["from_account_id"], -amount)
    return [entry]


def post_adjustment(context: Context, collection: str, document: Document) -> list[Entry]:
    """Post a revaluation: the gain or loss of each account."""
    key, kind = "base_currency_adjustment_id", "base_currency_adjustment"
    entry = begin(context, collection, document, kind, key)
    entry.head["date"] = str(document["adjustment_date"])
    for row in document["accounts"]:
        entry.add(row["account_id"], ZERO, parse_amount(row["gain_or_loss"]))
    entry.close(context.get_account(chart.EXCHANGE_GAIN))
    return [entry]


def post_opening_balance(context: Context, collection: str, document: Document) -> list[Entry]:
    """Post the opening balances; what they leave over goes to an account of its own."""
    entry = begin(context, collection, document, "opening_balance", "opening_balance_id")
    for row in document["accounts"]:
        sign = 1 if row["debit_or_credit"] == "debit" else -1
        entry.currency = str(row["currency_code"])
        entry.rate = parse_amount(row["exchange_rate"] or ONE)
        amount, base = parse_amount(row["amount"]), parse_amount(row["bcy_amount"])
        entry.add(row["account_id"], sign * amount, sign * base)
    entry.currency, entry.rate = context.currency, ONE
    entry.add(context.get_account(chart.OPENING_ADJUSTMENTS), -entry.difference)
    return [entry]


def post_credit_refund(context: Context, collection: str, document: Document) -> list[Entry]:
    """Post a refund of a credit note or vendor credit."""
    side = SALES if collection == SALES.refunds else PURCHASES
    key, name = (
        ("creditnote_refund_id", "creditnote")
        if side.is_sale
        else ("vendor_credit_refund_id", "vendor_credit")
    )
    control = context.get_account(chart.RECEIVABLE if side.is_sale else chart.PAYABLE)
    owner = (side.credits, str(document.get(f"{name}_id", "")))
    kind = f"{name}_refund"
    return _post_refund(context, collection, document, (kind, key), owner, control)


def post_payment_refund(context: Context, collection: str, document: Document) -> list[Entry]:
    """Post a refund of what is not used of a payment."""
    side = SALES if collection == SALES.returns else PURCHASES
    key = "payment_refund_id" if side.is_sale else "vendorpayment_refund_id"
    kind = f"{'customer' if side.is_sale else 'vendor'}_payment_refund"
    place = chart.UNEARNED_REVENUE if side.is_sale else chart.PREPAID_EXPENSES
    owner = (side.payments, str(document["payment_id"]))
    return _post_refund(
        context, collection, document, (kind, key), owner, context.get_account(place)
    )


def _post_refund(
    context: Context,
    collection: str,
    document: Document,
    names: tuple[str, str],
    owner: tuple[str, str],
    account: str,
) -> list[Entry]:
    """Post a refund: what it was owed for at its own rate, the bank at the refund's."""
    above = context.find(*owner)
    if above is None or above.get("status") in {DRAFT, VOID}:
        return []
    side = SIDES[owner[0]]
    sign, is_credit = 1 if side.is_sale else -1, owner[0] == side.credits
    entry = begin(context, collection, document, *names)
    noun = names[0].removesuffix("_refund") if is_credit else "payment"
    entry.head["number"] = str(document.get(f"{noun}_number", ""))
    amount = parse_amount(document["amount"])
    applied = context.list_applications(*owner) if is_credit else []
    uses = [one.amount for one in applied]
    uses += context.list_refunded(*owner, str(document[names[1]]))
    base = cumulate(entry, uses, len(uses) - 1, parse_amount(above["exchange_rate"]))
    entry.add(account, sign * amount, sign * base, document_id=owner[1])
    entry.add(context.get_account(chart.CHECKING), -sign * amount)
    entry.close(context.get_account(chart.EXCHANGE_GAIN))
    return [entry]
