"""Which payments, credits and refunds belong to which document, and for how much.

All is drawn from numbers alone: a payment finds its documents, and a document its payments,
without a search. The rows under a document say how many payments it has.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sandbox.data.catalog import get_endpoint
from sandbox.data.numbers import is_nth, mix
from sandbox.data.scene import get_kind_number

if TYPE_CHECKING:
    from sandbox.data.scene import Party, Scene

DAY: Final = 86400


@dataclass(frozen=True, slots=True)
class Side:
    """The collections of sales or of purchases that settle each other.

    ``paid`` are the payments under a document, ``credited`` the documents under a credit,
    ``refunds`` those of credits, ``returns`` those under a payment; ``word`` is for open documents.
    """

    documents: str
    credits: str
    payments: str
    paid: str
    credited: str
    applied: str
    refunds: str
    returns: str
    is_sale: bool
    word: str


SALES: Final = Side(
    "invoices",
    "creditnotes",
    "customerpayments",
    "invoices/{invoice_id}/payments",
    "creditnotes/{creditnote_id}/invoices",
    "invoices/{invoice_id}/creditsapplied",
    "creditnotes/refunds",
    "customerpayments/{payment_id}/refunds",
    is_sale=True,
    word="sent",
)
PURCHASES: Final = Side(
    "bills",
    "vendorcredits",
    "vendorpayments",
    "bills/{bill_id}/payments",
    "vendorcredits/{vendor_credit_id}/bills",
    "",
    "vendorcredits/refunds",
    "vendorpayments/{payment_id}/refunds",
    is_sale=False,
    word="open",
)
# Debit notes of customers are open until they are paid; no payment is applied to one here.
DEBITS: Final = "debitnotes"
SIDES: Final = {
    name: side
    for side in (SALES, PURCHASES)
    for name in (side.documents, side.credits, side.payments)
}


def count_children(collection: str, parent: int) -> int:
    """Count the rows that a seeded record has under it."""
    return mix(get_kind_number(collection), parent) % (get_endpoint(collection).most + 1)


@lru_cache(maxsize=256)
def count_before(collection: str, parents: int) -> tuple[int, ...]:
    """Count the rows before those of each parent, in the order of the parents, and all of them."""
    counts = [0]
    for parent in range(parents):
        counts.append(counts[-1] + count_children(collection, parent))
    return tuple(counts)


def find_parent(collection: str, parents: int, number: int) -> int | None:
    """Find the number of the parent of a seeded row; None if no parent has it."""
    starts = count_before(collection, parents)
    return bisect_right(starts, number) - 1 if 0 <= number < starts[-1] else None


def find_paid(scene: Scene, side: Side, row: int) -> int | None:
    """Find the document of a row of payments; None if there is no such row."""
    parent = find_parent(side.paid, scene.count(side.documents), row)
    return parent if row < scene.count(side.payments) else None


def list_payments(scene: Scene, side: Side, document: int) -> range:
    """List the rows of payments under a document."""
    if not 0 <= document < scene.count(side.documents):
        return range(0)
    starts = count_before(side.paid, scene.count(side.documents))
    most = scene.count(side.payments)
    return range(min(starts[document], most), min(starts[document + 1], most))


def find_payment(scene: Scene, side: Side, row: int) -> int:
    """Find the payment of a row: its own, or that of the document before, of the same party."""
    document = find_paid(scene, side, row)
    if document is None or not has_party_of_previous(document) or not row:
        return row
    is_first = list_payments(scene, side, document)[0] == row
    return row - 1 if is_first and find_paid(scene, side, row - 1) == document - 1 else row


def list_paid(scene: Scene, side: Side, payment: int) -> list[int]:
    """List the rows of a payment: one, two, or none if it is not applied."""
    key = ("paid", side.payments, payment)
    if key not in scene.memory:
        scene.memory[key] = _list_paid(scene, side, payment)
    found: list[int] = scene.memory[key]
    return found


def _list_paid(scene: Scene, side: Side, payment: int) -> list[int]:
    rows = (payment, payment + 1)
    return [
        row
        for row in rows
        if find_paid(scene, side, row) is not None and find_payment(scene, side, row) == payment
    ]


def has_party_of_previous(document: int) -> bool:
    """Whether a document is for the same party as the one before it."""
    return is_nth(5, document, 1)


def list_credits(scene: Scene, side: Side, document: int) -> range:
    """List the rows by which a credit is applied to the document of its number."""
    size = scene.count(side.credits)
    if not 0 <= document < min(size, scene.count(side.documents)):
        return range(0)
    starts = count_before(side.credited, size)
    return range(starts[document], starts[document + 1])


def list_refunds(scene: Scene, side: Side, credit: int) -> range:
    """List the refunds of a credit: two of every other one, if there are as many."""
    size = scene.count(side.refunds)
    is_refunded = credit % 2 == 0 and 0 <= credit < scene.count(side.credits)
    return range(min(credit, size), min(credit + 2, size)) if is_refunded else range(0)


def find_refunded(scene: Scene, side: Side, refund: int) -> int | None:
    """Find the credit of a refund; None if there is none."""
    credit = refund - refund % 2
    return credit if refund in list_refunds(scene, side, credit) else None


def list_returns(scene: Scene, side: Side, payment: int) -> range:
    """List the rows by which a payment is refunded."""
    size = scene.count(side.payments)
    if not 0 <= payment < size:
        return range(0)
    starts = count_before(side.returns, size)
    return range(starts[payment], starts[payment + 1])


def draw_party(scene: Scene, collection: str, number: int, *, is_sale: bool) -> Party:
    """Draw the party of a document: that of the document which it settles, if it settles one."""
    side = SIDES.get(collection)
    if side is not None:
        collection, number = _find_settled(scene, side, collection, number)
    chance = scene.draw(collection, number)
    return scene.pick_customer(chance) if is_sale else scene.pick_vendor(chance)


def _find_settled(scene: Scene, side: Side, collection: str, number: int) -> tuple[str, int]:
    target: int | None = number
    if collection == side.payments:
        rows = list_paid(scene, side, number)
        target = find_paid(scene, side, rows[0]) if rows else None
    elif collection == side.credits and number >= scene.count(side.documents):
        target = None
    if target is None:
        return collection, number
    return side.documents, target - has_party_of_previous(target)


def compute_payment_epoch(scene: Scene, side: Side, payment: int) -> int:
    """Compute when a payment was made: 3 to 47 days after its document, or 10 before it."""
    rows = list_paid(scene, side, payment)
    if not rows:
        return scene.get_created(side.payments, payment)
    document = find_paid(scene, side, rows[0]) or 0
    lot = scene.draw(side.payments, payment) >> 7
    days = -10 if is_nth(6, lot, 2) else 3 + lot % 45
    return min(scene.get_created(side.documents, document) + days * DAY, scene.now)


def list_children(scene: Scene, collection: str, parent: int) -> range | None:
    """List the rows of payments, credits or refunds under a record; None for other rows."""
    for side in (SALES, PURCHASES):
        if collection == side.paid:
            return list_payments(scene, side, parent)
        if collection in {side.credited, side.applied}:
            return list_credits(scene, side, parent)
        if collection == side.returns:
            return list_returns(scene, side, parent)
    return None
