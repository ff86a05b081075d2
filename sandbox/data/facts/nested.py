"""Rows under another document: payments, addresses, comments, rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.data.numbers import is_nth, mix
from sandbox.data.shapes import MISSING
from sandbox.data.vocabulary import CURRENCIES

if TYPE_CHECKING:
    from sandbox.data.facts.common import FactsOf
    from sandbox.data.scene import Scene
    from sandbox.data.store import Record


def build_child(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build the facts of any nested row; its shape selects those that it has."""
    del whole
    lot = mix(scene.seed, record.number, 5)
    return {
        **scene.build_user_fields(),
        **_build_person(scene, record, lot),
        **_build_amounts(scene, lot),
        **_build_dates(scene, record),
        "reference_number": f"R{lot % 10**5}" if lot % 2 else "",
        "payment_number": str(record.number + 1),
        "payment_mode": "cash",
        "task_name": scene.pools.pick_product(record.number),
        "rule_name": scene.pools.pick_word(record.number),
        "description": scene.pools.pick_sentence(lot),
        "comment_type": "system",
        "operation_type": "Added",
        "address": scene.pools.pick_place(record.number).street,
        "country": scene.spec.country,
    }


def _build_person(scene: Scene, record: Record, lot: int) -> dict[str, Any]:
    person = scene.pools.pick_person(record.number)
    party = scene.pick_customer(lot)
    return {
        "customer_id": party.id,
        "customer_name": party.name,
        "first_name": person.first,
        "last_name": person.last,
        "email": person.email,
        "name": person.name,
        "user_name": person.name,
        "commented_by": person.name,
        "commented_by_id": scene.make_id("users", 0),
    }


def _build_amounts(scene: Scene, lot: int) -> dict[str, Any]:
    amount = scene.to_amount(100 + lot % 50_000)
    invoice = lot % scene.get_size("invoices")
    return {
        **dict.fromkeys(
            ("amount", "amount_applied", "amount_bcy", "amount_fcy", "credited_amount"), amount
        ),
        "debit": ("", amount)[lot % 2],
        "credit": (amount, "")[lot % 2],
        "invoice_id": scene.make_id("invoices", invoice),
        "invoice_number": f"INV-{invoice + 1:06d}",
    }


def _build_dates(scene: Scene, record: Record) -> dict[str, Any]:
    date = scene.format_date(record.created)
    return {
        "date": date,
        "effective_date": date,
        "valuation_date": date,
        "time": "1:15 PM",
        # Contact persons have their creation as a date in the display format.
        "created_time": scene.format_display_date(record.created),
    }


def build_posting(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a transaction of an account; every ninth has no id."""
    facts = build_child(scene, record, whole=whole)
    if is_nth(9, record.number, 4):
        facts["categorized_transaction_id"] = MISSING
    return facts


def build_exchange_rate(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build an exchange rate: the one that documents of its date have."""
    facts = build_child(scene, record, whole=whole)
    code = CURRENCIES[scene.parse_number(record.parent) % len(CURRENCIES)][0]
    return {**facts, "currency_code": code, "rate": scene.get_rate(code, record.created)}


FACTS: Final[dict[str, FactsOf]] = {
    "chartofaccounts/transactions": build_posting,
    "settings/currencies/{currency_id}/exchangerates": build_exchange_rate,
}
