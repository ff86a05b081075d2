"""Rows of payments, credits and refunds, under the documents that they belong to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.facts.amounts import convert_to_base
from sandbox.data.facts.applications import (
    compute_refund_epoch,
    list_applications,
    plan_credit,
    plan_payment,
)
from sandbox.data.facts.nested import build_child
from sandbox.data.facts.payments import (
    CREDIT_NUMBERS,
    NUMBERS,
    build_payment,
    describe_payment,
    get_payment_epoch,
)
from sandbox.data.facts.settlements import (
    PURCHASES,
    SALES,
    draw_party,
    find_parent,
    find_refunded,
    list_credits,
    list_refunds,
    list_returns,
)
from sandbox.data.store import Record

if TYPE_CHECKING:
    from decimal import Decimal

    from sandbox.data.facts.applications import Application
    from sandbox.data.facts.common import FactsOf
    from sandbox.data.facts.settlements import Side
    from sandbox.data.scene import Scene


def find_application(scene: Scene, side: Side, target: str, key: str) -> Application | None:
    """Find what is applied to a seeded document by the id of its row; None if nothing is."""
    number = scene.parse_number(target)
    if number >= scene.count(side.documents) or scene.make_id(side.documents, number) != target:
        return None
    found = (one for one in list_applications(scene, side, number) if one.id == key)
    return next(found, None)


def build_paid(scene: Scene, record: Record, *, whole: bool, side: Side) -> dict[str, Any]:
    """Build a payment under an invoice or a bill."""
    facts = build_child(scene, record, whole=whole)
    one = find_application(scene, side, record.parent, record.id)
    if one is None:
        return facts
    return {**facts, **describe_payment(side, one, build_payment(scene, side, one))}


def build_credited(scene: Scene, record: Record, *, whole: bool, side: Side) -> dict[str, Any]:
    """Build a credit that is applied, under the credit or under the document."""
    facts = build_child(scene, record, whole=whole)
    number = scene.parse_number(record.parent)
    target = scene.make_id(side.documents, number)
    key = scene.make_id(side.credited, record.number)
    one = find_application(scene, side, target, key)
    if one is None or record.number not in list_credits(scene, side, number):
        return facts
    name = NUMBERS[side.documents].format(number + 1)
    credit = CREDIT_NUMBERS[side.credits].format(number + 1)
    return {
        **facts,
        "invoice_id": one.target,
        "bill_id": one.target,
        "creditnote_id": one.source,
        "vendor_credit_id": one.source,
        "invoice_number": name,
        "bill_number": name,
        "creditnote_number": credit,
        "creditnotes_number": credit,
        "date": one.date,
        "credited_date": one.date,
        "credited_amount": one.amount,
        "amount_applied": one.amount,
        "amount": one.amount,
    }


def build_refund(scene: Scene, record: Record, *, whole: bool, side: Side) -> dict[str, Any]:
    """Build a refund of a credit note or vendor credit."""
    facts = build_child(scene, record, whole=whole)
    credit = find_refunded(scene, side, record.number)
    if credit is None:
        return facts
    place = list_refunds(scene, side, credit).index(record.number)
    amount = plan_credit(scene, side, credit).refunds[place]
    party = draw_party(scene, side.credits, credit, is_sale=side.is_sale)
    number = CREDIT_NUMBERS[side.credits].format(credit + 1)
    epoch = compute_refund_epoch(scene, side.credits, credit, record.created)
    return {
        **facts,
        **_build_amounts(scene, amount, party.currency[0], epoch),
        "creditnote_id": scene.make_id(side.credits, credit),
        "vendor_credit_id": scene.make_id(side.credits, credit),
        "creditnote_number": number,
        "vendor_credit_number": number,
        "customer_id": party.id,
        "customer_name": party.name,
        "date": scene.format_date(epoch),
    }


def build_return(scene: Scene, record: Record, *, whole: bool, side: Side) -> dict[str, Any]:
    """Build a refund of a payment."""
    facts = build_child(scene, record, whole=whole)
    size = scene.count(side.payments)
    payment = find_parent(side.returns, size, record.number)
    if payment is None or scene.make_id(side.payments, payment) != record.parent:
        return facts
    above = Record(record.parent, payment, scene.get_created(side.payments, payment), 0)
    start = get_payment_epoch(scene, side, above)
    epoch = compute_refund_epoch(scene, side.payments, payment, start)
    refunds = plan_payment(scene, side, payment).refunds
    place = record.number - list_returns(scene, side, payment)[0]
    party = draw_party(scene, side.payments, payment, is_sale=side.is_sale)
    return {
        **facts,
        **_build_amounts(scene, refunds[place], party.currency[0], epoch),
        "payment_id": record.parent,
        "payment_number": str(payment + 1),
        "customer_id": party.id,
        "customer_name": party.name,
        "date": scene.format_date(epoch),
    }


def _build_amounts(scene: Scene, amount: Decimal, code: str, epoch: int) -> dict[str, Any]:
    rate = scene.get_rate(code, epoch)
    return {
        "amount": amount,
        "amount_fcy": amount,
        "amount_bcy": convert_to_base(scene, amount, rate),
        "exchange_rate": rate,
        "currency_code": code,
        "refund_mode": "cash",
    }


FACTS: Final[dict[str, FactsOf]] = {
    name: partial(build, side=side)
    for side in (SALES, PURCHASES)
    for name, build in (
        (side.paid, build_paid),
        (side.credited, build_credited),
        (side.applied, build_credited),
        (side.refunds, build_refund),
        (side.returns, build_return),
    )
    if name
}
