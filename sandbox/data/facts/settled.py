"""The fields of a document that say how far it is settled, from what is applied to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.data.facts.applications import (
    DRAFT,
    VOID,
    draw_status,
    list_applications,
    list_applications_of,
    plan_credit,
    plan_document,
)
from sandbox.data.facts.settlements import DAY, SIDES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from sandbox.data.facts.applications import Application
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record


@dataclass(frozen=True, slots=True)
class Settled:
    """How far a document is settled, in its currency.

    ``applications`` are what is applied to it or, of a credit, to what it is applied.
    """

    collection: str
    total: Decimal
    drawn: str
    is_due: bool
    applications: tuple[Application, ...] = ()
    write_off: Decimal | int = 0
    refunded: Decimal | int = 0

    @property
    def paid(self) -> Decimal:
        """The payments that are applied."""
        return self._add(is_payment=True)

    @property
    def credited(self) -> Decimal:
        """The credits that are applied."""
        return self._add(is_payment=False)

    def _add(self, *, is_payment: bool) -> Decimal:
        amounts = (one.amount for one in self.applications if one.is_payment is is_payment)
        return sum(amounts, self.total * 0)

    @property
    def balance(self) -> Decimal:
        """What is left; nothing of a void document."""
        if self.drawn == VOID:
            return self.total * 0
        return self.total - self.paid - self.credited - self.write_off - self.refunded

    @property
    def status(self) -> str:
        """The status, in the service's words."""
        side = SIDES[self.collection]
        if self.drawn in {DRAFT, VOID}:
            return self.drawn
        if self.collection == side.credits:
            return "open" if self.balance else "closed"
        if self.balance <= 0:
            return "paid"
        if self.is_due:
            return "overdue"
        return "partially_paid" if self.applications else side.word


def settle(scene: Scene, collection: str, record: Record, total: Decimal) -> Settled:
    """Settle a document as it was seeded; nothing is applied to one that was added later."""
    side, number = SIDES[collection], record.number
    is_due = record.created + 30 * DAY < scene.now
    if number >= scene.count(collection):
        return Settled(collection, total, draw_status(scene, collection, number), is_due)
    if collection == side.documents:
        plan = plan_document(scene, side, number)
        applications = tuple(list_applications(scene, side, number))
        return Settled(collection, total, plan.drawn, is_due, applications, plan.write_off)
    refunds = plan_credit(scene, side, number).refunds
    applications = tuple(list_applications_of(scene, collection, number))
    drawn = draw_status(scene, collection, number)
    is_used = bool(refunds or applications)
    refunded = sum(refunds, total * 0)
    drawn = "open" if is_used else drawn
    return Settled(collection, total, drawn, is_due, applications, 0, refunded)


def build_settled_fields(settled: Settled) -> dict[str, Any]:
    """Build the fields of an invoice, a bill or a credit that depend on what is applied to it."""
    fields: dict[str, Any] = dict.fromkeys(
        ("status", "current_sub_status", "order_status"), settled.status
    )
    nothing = settled.total * 0
    side = SIDES[settled.collection]
    fields |= {"balance": settled.balance, "balance_due": settled.balance}
    if settled.collection == side.credits:
        refunded = settled.refunded + nothing
        return {
            **fields,
            "total_credits_used": settled.paid + settled.credited,
            "total_refunded_amount": refunded,
        }
    payments = [one.date for one in settled.applications if one.is_payment]
    return {
        **fields,
        "payment_made": settled.paid,
        "credits_applied": settled.credited,
        "vendor_credits_applied": settled.credited,
        "write_off_amount": settled.write_off + nothing,
        "last_payment_date": max(payments, default=""),
    }


def build_credit_rows(
    applications: Sequence[Application], numbers: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Build the credits in a bill; ``numbers`` are those of the credits, by their id."""
    return [
        {
            "vendor_credit_id": one.source,
            "vendor_credit_bill_id": one.id,
            "vendor_credit_number": numbers.get(one.source, ""),
            "date": one.date,
            "amount": one.amount,
        }
        for one in applications
        if not one.is_payment
    ]
