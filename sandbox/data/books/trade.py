"""What sales and purchases book: documents, credits, payments and their applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.data import chart
from sandbox.data.books.entries import (
    WRITE_OFF,
    begin,
    cumulate,
    get_settled_base,
)
from sandbox.data.books.leg import ONE, ZERO
from sandbox.data.facts.settlements import SIDES
from sandbox.data.numbers import parse_amount

if TYPE_CHECKING:
    from sandbox.data.books.entries import Context, Document
    from sandbox.data.books.leg import Entry
    from sandbox.data.facts.settlements import Side

SETTLED: Final = frozenset({"salesreceipts", "expenses"})
OUTPUT: Final = frozenset({"invoices", "debitnotes", "creditnotes", "salesreceipts"})


def post_lines(context: Context, entry: Entry, document: Document, sign: int, total: str) -> None:
    """Post control, lines, discount, taxes, shipping and adjustment; credits have sign -1."""
    amount = parse_amount(document["total"])
    is_open = entry.head["collection"] not in SETTLED
    entry.add(total, sign * amount, document_id=entry.head["transaction_id"] if is_open else "")
    is_output = entry.head["collection"] in OUTPUT
    for line in document.get("line_items", ()):
        if line.get("item_total"):
            item = {"item_id": line.get("item_id", ""), "quantity": parse_amount(line["quantity"])}
            entry.add(line["account_id"], -sign * parse_amount(line["item_total"]), **item)
    places = (chart.DISCOUNT if is_output else chart.PURCHASE_DISCOUNTS, chart.SHIPPING)
    entry.add(context.get_account(places[0]), sign * parse_amount(document["discount_total"]))
    for tax in document.get("taxes", ()):
        account = context.get_tax_account(tax["tax_id"], is_output=is_output)
        entry.add(
            account,
            -sign * parse_amount(tax["tax_amount"]),
            tax_id=tax["tax_id"],
            tax_name=tax["tax_name"],
            tax_percentage=parse_amount(tax["tax_percentage"]),
        )
    entry.add(context.get_account(places[1]), -sign * parse_amount(document["shipping_charge"]))
    # The adjustment, and what changed fields leave over: a document is booked as its total says.
    rest = sum((leg.fcy_amount for leg in entry.legs), ZERO)
    entry.add(context.get_account(chart.OTHER_CHARGES), -rest)
    entry.spread()


def post_cost(context: Context, entry: Entry, document: Document, sign: int) -> None:
    """Post the cost of the goods that were sold, or that came back."""
    for line in document.get("line_items", ()):
        cost = context.get_cost(line.get("item_id", "")) * parse_amount(line.get("quantity"))
        base = sign * entry.convert(cost, ONE)
        item_id = line.get("item_id", "")
        entry.add(context.get_account(chart.COST_OF_GOODS), ZERO, base, item_id=item_id)
        entry.add(context.get_account(chart.INVENTORY), ZERO, -base, item_id=item_id)


def post_document(context: Context, collection: str, document: Document) -> list[Entry]:
    """Post an invoice, a debit note or a bill, and what is written off."""
    is_sale = collection != "bills"
    sign = 1 if is_sale else -1
    key, kind = ("invoice_id", "invoice") if is_sale else ("bill_id", "bill")
    control = context.get_account(chart.RECEIVABLE if is_sale else chart.PAYABLE)
    entry = begin(context, collection, document, kind, key)
    post_lines(context, entry, document, sign, control)
    if is_sale:
        post_cost(context, entry, document, 1)
    written_off = parse_amount(document.get("write_off_amount"))
    if collection == "debitnotes" or not written_off:
        return [entry]
    lost = begin(context, collection, document, "invoice_write_off", key)
    before = [one.amount for one in context.list_applications(collection, str(document[key]))]
    lost.head["transaction_id"] = context.derive_id(WRITE_OFF, str(document[key]))
    lost.head["date"] = document.get("last_payment_date") or document["date"]
    base = cumulate(lost, [*before, written_off], len(before))
    lost.add(context.get_account(chart.BAD_DEBT), written_off, base)
    lost.add(control, -written_off, -base, document_id=str(document[key]))
    return [entry, lost]


def post_credit(context: Context, collection: str, document: Document) -> list[Entry]:
    """Post a credit note or vendor credit, and each of its applications."""
    side = SIDES[collection]
    sign = 1 if side.is_sale else -1
    key, kind = (
        ("creditnote_id", "creditnote") if side.is_sale else ("vendor_credit_id", "vendor_credit")
    )
    control = context.get_account(chart.RECEIVABLE if side.is_sale else chart.PAYABLE)
    entry = begin(context, collection, document, kind, key)
    post_lines(context, entry, document, -sign, control)
    if side.is_sale:
        post_cost(context, entry, document, -1)
    entries = [entry]
    uses = context.list_applications(collection, str(document[key]))
    for place, one in enumerate(uses):
        more = begin(context, collection, document, f"{kind}_application", key)
        more.head |= {"transaction_id": one.id, "date": one.date}
        own = cumulate(more, [use.amount for use in uses], place)
        more.add(control, sign * one.amount, sign * own, document_id=one.source)
        base = get_settled_base(context, more, side, one)
        more.add(control, -sign * one.amount, -sign * base, document_id=one.target)
        more.close(context.get_account(chart.EXCHANGE_GAIN))
        entries.append(more)
    return entries


def _get_accounts(context: Context, side: Side) -> tuple[str, str]:
    """Get the accounts of what a side owes, and of what is paid in advance."""
    places = (
        (chart.RECEIVABLE, chart.UNEARNED_REVENUE)
        if side.is_sale
        else (chart.PAYABLE, chart.PREPAID_EXPENSES)
    )
    return context.get_account(places[0]), context.get_account(places[1])


def post_payment(context: Context, collection: str, document: Document) -> list[Entry]:
    """Post a payment; what is applied later, or not at all, is an advance until then."""
    side = SIDES[collection]
    sign, kind = (1, "customer_payment") if side.is_sale else (-1, "vendor_payment")
    control, advance = _get_accounts(context, side)
    payment_id, left = str(document["payment_id"]), parse_amount(document["amount"])
    charges = parse_amount(document.get("bank_charges"))
    entry = begin(context, collection, document, kind, "payment_id")
    bank = document["account_id" if side.is_sale else "paid_through_account_id"]
    entry.add(bank, sign * left - charges)
    entry.add(context.get_account(chart.BANK_FEES), charges)
    entries = [entry]
    for one in context.list_applications(collection, payment_id):
        base = get_settled_base(context, entry, side, one)
        left -= one.amount
        is_later = one.date > entry.head["date"]
        target = entry
        if is_later:
            entry.add(advance, -sign * one.amount, document_id=payment_id)
            target = begin(context, collection, document, f"{kind}_application", "payment_id")
            target.head |= {"transaction_id": one.id, "date": one.date}
            target.add(advance, sign * one.amount, document_id=payment_id)
            entries.append(target)
        target.add(control, -sign * one.amount, -sign * base, document_id=one.target)
    entry.add(advance, -sign * left, document_id=payment_id)
    for each in entries:
        each.close(context.get_account(chart.EXCHANGE_GAIN))
    return entries
