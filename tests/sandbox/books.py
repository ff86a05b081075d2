"""What tests read of the books: open items by the legs, and by the documents."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox import World
    from sandbox.data.books.leg import Leg

# Each collection of open items: its key, the sign of its balance, and the field that holds it.
OPEN_ITEMS = {
    "invoices": ("invoice_id", 1, "balance"),
    "debitnotes": ("invoice_id", 1, "balance"),
    "creditnotes": ("creditnote_id", -1, "balance"),
    "customerpayments": ("payment_id", -1, "unused_amount"),
    "bills": ("bill_id", -1, "balance"),
    "vendorcredits": ("vendor_credit_id", 1, "balance"),
    "vendorpayments": ("payment_id", 1, "balance"),
}


def get_legs(world: World, organization: str) -> Sequence[Leg]:
    """Return the legs of an organization."""
    return world.holdings[organization].ledger.legs


def add_transactions(legs: Sequence[Leg]) -> dict[tuple[str, str], Decimal]:
    """Add up the legs of each transaction."""
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for leg in legs:
        found[leg.transaction_id, leg.date] += leg.amount
    return found


def compare_open_items(
    world: World, organization: str
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Return what each document leaves open: by the document, and by the legs that name it."""
    stated: dict[str, Decimal] = {}
    booked: dict[str, Decimal] = defaultdict(Decimal)
    for leg in get_legs(world, organization):
        if leg.document_id:
            booked[leg.document_id] += leg.fcy_amount
    for collection, (key, sign, field) in OPEN_ITEMS.items():
        for row in world.rows(organization, collection):
            is_posted = row.get("status") not in {"draft", "void"}
            stated[row[key]] = sign * row[field] if is_posted else Decimal(0)
    return {k: v for k, v in stated.items() if v}, {k: v for k, v in booked.items() if v}
