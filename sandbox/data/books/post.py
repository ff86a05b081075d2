"""What each kind of document books: ``post`` is the only place that makes legs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.data.books import others, trade
from sandbox.data.facts.applications import DRAFT, VOID
from sandbox.data.facts.settlements import PURCHASES, SALES

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.data.books.entries import Context, Document
    from sandbox.data.books.leg import Entry, Leg

NOT_POSTED: Final = frozenset({DRAFT, VOID, "uncategorized"})
POSTERS: Final[dict[str, Callable[[Context, str, Document], list[Entry]]]] = {
    "invoices": trade.post_document,
    "debitnotes": trade.post_document,
    "bills": trade.post_document,
    "creditnotes": trade.post_credit,
    "vendorcredits": trade.post_credit,
    "customerpayments": trade.post_payment,
    "vendorpayments": trade.post_payment,
    "salesreceipts": others.post_receipt,
    "expenses": others.post_expense,
    "journals": others.post_journal,
    "banktransactions": others.post_bank_transaction,
    "basecurrencyadjustment": others.post_adjustment,
    SALES.refunds: others.post_credit_refund,
    PURCHASES.refunds: others.post_credit_refund,
    SALES.returns: others.post_payment_refund,
    PURCHASES.returns: others.post_payment_refund,
    "settings/openingbalances": others.post_opening_balance,
}


def post(context: Context, collection: str, document: Document) -> list[Leg]:
    """Post a document: the legs of all its transactions, none of a draft or void one."""
    if str(document.get("status", "")).lower() in NOT_POSTED:
        return []
    entries = POSTERS[collection](context, collection, document)
    return [leg for entry in entries for leg in entry.legs]
