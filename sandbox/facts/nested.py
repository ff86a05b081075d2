"""What stands under another document: payments, addresses, comments, rates."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.numbers import every, mix
from sandbox.shapes import MISSING

if TYPE_CHECKING:
    from sandbox.facts.common import FactsOf
    from sandbox.scene import Scene
    from sandbox.store import Record


def child(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """The facts of any row under another; its shape takes those that it has a field for."""
    del whole
    lot = mix(scene.seed, record.number, 5)
    person = scene.pools.person(record.number)
    party = scene.customer(lot)
    amount = scene.money(100 + lot % 50_000)
    number = lot % scene.size("invoices")
    return {
        **scene.user(),
        "date": scene.date(record.created),
        "amount": amount,
        "amount_applied": amount,
        "amount_bcy": amount,
        "amount_fcy": amount,
        "credited_amount": amount,
        "reference_number": f"R{lot % 10**5}" if lot % 2 else "",
        "payment_number": str(record.number + 1),
        "payment_mode": "cash",
        "invoice_id": scene.id("invoices", number),
        "invoice_number": f"INV-{number + 1:06d}",
        "customer_id": party.id,
        "customer_name": party.name,
        "first_name": person.first,
        "last_name": person.last,
        "email": person.email,
        "name": person.name,
        "user_name": person.name,
        "task_name": scene.pools.product(record.number),
        "rule_name": scene.pools.word(record.number),
        "commented_by": person.name,
        "commented_by_id": scene.id("users", 0),
        "description": scene.pools.sentence(lot),
        "time": "1:15 PM",
        "comment_type": "system",
        "operation_type": "Added",
        # Contact persons are made at a date, in the display format.
        "created_time": scene.shown_date(record.created),
        "rate": Decimal(80_000_000 + lot % 10**7).scaleb(-6),
        "effective_date": scene.date(record.created),
        "valuation_date": scene.date(record.created),
        "address": scene.pools.place(record.number).street,
        "country": scene.spec.country,
        "debit": ("", amount)[lot % 2],
        "credit": (amount, "")[lot % 2],
    }


def posting(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """A movement on an account; every ninth has no id at all."""
    facts = child(scene, record, whole=whole)
    if every(9, record.number, 4):
        facts["categorized_transaction_id"] = MISSING
    return facts


FACTS: Final[dict[str, FactsOf]] = {"chartofaccounts/transactions": posting}
