"""What the changed fields of a record say about the documents that it settles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.data.facts.applications import Application, list_applications, list_applications_of
from sandbox.data.facts.settlements import PURCHASES, SALES, SIDES, find_refunded
from sandbox.data.numbers import parse_amount

if TYPE_CHECKING:
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record

# The field of a payment or credit that lists its documents, and the key of a document in it.
APPLIED: Final = {
    "customerpayments": ("invoices", "invoice_id", "invoice_payment_id"),
    "creditnotes": ("invoices_credited", "invoice_id", "creditnote_invoice_id"),
    "vendorpayments": ("bills", "bill_id", "bill_payment_id"),
    "vendorcredits": ("bills_credited", "bill_id", "vendor_credit_bill_id"),
}


def parse_applications(collection: str, record: Record) -> list[Application] | None:
    """Parse the documents that a payment or credit was changed to settle; None if it was not."""
    field, key, row_key = APPLIED[collection]
    given = record.changes.get(field)
    if not isinstance(given, list):
        return None
    is_payment = collection == SIDES[collection].payments
    return [
        Application(
            str(one.get(row_key, f"{record.id}{place:02d}")),
            record.id,
            str(one[key]),
            parse_amount(one.get("amount_applied", one.get("amount"))),
            str(one.get("apply_date", one.get("date", record.changes.get("date", "")))),
            is_payment,
        )
        for place, one in enumerate(given)
    ]


def find_seeded(scene: Scene, collection: str, record_id: str) -> int | None:
    """Find the number of a seeded record by its id; None if it was not seeded."""
    if not record_id.isdigit():
        return None
    number = scene.parse_number(record_id)
    is_seeded = number < scene.count(collection) and scene.make_id(collection, number) == record_id
    return number if is_seeded else None


def list_seeded(scene: Scene, collection: str, record_id: str) -> list[Application]:
    """List what was applied to or from a document as seeded."""
    number, side = find_seeded(scene, collection, record_id), SIDES[collection]
    if number is None:
        return []
    if collection == side.documents:
        return list_applications(scene, side, number)
    return list_applications_of(scene, collection, number)


def parse_refund(scene: Scene, collection: str, record: Record | None) -> set[tuple[str, str]]:
    """Parse which payment or credit a refund is of; empty for other records."""
    if record is None:
        return set()
    for side in (SALES, PURCHASES):
        if collection == side.returns:
            return {(side.payments, record.parent)}
        if collection == side.refunds:
            key = "creditnote_id" if side.is_sale else "vendor_credit_id"
            given = record.changes.get(key)
            credit = find_refunded(scene, side, record.number)
            seeded = None if credit is None else scene.make_id(side.credits, credit)
            owner = given or seeded
            return {(side.credits, str(owner))} if owner else set()
    return set()
