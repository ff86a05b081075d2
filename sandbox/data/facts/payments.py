"""Payments of customers and to vendors, and the documents that they are applied to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.data.chart import CHECKING, UNDEPOSITED
from sandbox.data.facts.amounts import convert_to_base, round_amount
from sandbox.data.facts.applications import draw_total, list_applications_of, plan_payment
from sandbox.data.facts.common import DAY, build_stamps
from sandbox.data.facts.settled import settle
from sandbox.data.facts.settlements import (
    PURCHASES,
    SALES,
    compute_payment_epoch,
    draw_party,
)
from sandbox.data.numbers import is_nth, to_amount
from sandbox.data.shapes import MISSING
from sandbox.data.store import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.data.facts.applications import Application
    from sandbox.data.facts.common import FactsOf
    from sandbox.data.facts.settlements import Side
    from sandbox.data.scene import Party, Scene

NUMBERS: Final = {"invoices": "INV-{:06d}", "bills": "BILL-{:05d}"}
CREDIT_NUMBERS: Final = {"creditnotes": "CN-{:06d}", "vendorcredits": "VC-{:05d}"}
MODES: Final = ("cash", "check", "banktransfer", "creditcard")
VENDOR_MODES: Final = ("Cash", "Check", "Bank Transfer")


def build_customer_payment(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a customer payment; the document has updated_time instead of last_modified_time."""
    chance = scene.draw("customerpayments", record.number)
    party = draw_party(scene, "customerpayments", record.number, is_sale=True)
    account_id, account_name = scene.get_account(UNDEPOSITED)
    mode = MODES[chance % len(MODES)]
    money = _build_money(scene, SALES, record, party)
    applications = list_applications_of(scene, "customerpayments", record.number)
    facts = {
        "payment_id": record.id,
        "payment_number": str(record.number + 1),
        **build_stamps(scene, record),
        **scene.build_user_fields(),
        **money,
        **build_payment_rows(scene, SALES, money, applications),
        "payment_mode": mode,
        "payment_mode_formatted": mode,
        "account_id": account_id,
        "account_name": account_name,
        "customer_id": party.id,
        "customer_name": party.name,
        "description": scene.pools.pick_sentence(chance) if chance % 3 else "",
        "reference_number": f"RCPT{chance % 10**6}" if chance % 2 else "",
        "documents": [] if whole else "",
    }
    return {**facts, "custom_fields": []} if whole else facts


def build_vendor_payment(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a payment to a vendor; its mode is capitalised, unlike that of a customer payment."""
    chance = scene.draw("vendorpayments", record.number)
    party = draw_party(scene, "vendorpayments", record.number, is_sale=False)
    money = _build_money(scene, PURCHASES, record, party)
    applications = list_applications_of(scene, "vendorpayments", record.number)
    facts = {
        "payment_id": record.id,
        **build_stamps(scene, record),
        **scene.build_user_fields(),
        **_build_vendor(scene, record, party, chance),
        **money,
        **build_payment_rows(scene, PURCHASES, money, applications),
    }
    if not whole:
        return facts | _hide_time(record)
    comment = {
        "description": scene.pools.pick_sentence(chance),
        "date": facts["date"],
        "time": "1:15 PM",
        "date_description": "about a  minute ago",
    }
    return facts | {"documents": [], "custom_fields": [], "comments": [comment]}


def _hide_time(record: Record) -> dict[str, Any]:
    """Omit the time of change in some rows, as a public tap met them; the document has it."""
    return {"last_modified_time": MISSING} if is_nth(40, record.number, 17) else {}


def _build_vendor(scene: Scene, record: Record, party: Party, chance: int) -> dict[str, Any]:
    account_id, account_name = scene.get_account(8 + chance % 4)
    paid_through_id, paid_through_name = scene.get_account(CHECKING)
    number = str(record.number + 1)
    return {
        "vendor_id": party.id,
        "vendor_name": party.name,
        "company_name": party.name,
        "account_id": account_id,
        "account_name": account_name,
        "paid_through_account_id": paid_through_id,
        "paid_through_account_name": paid_through_name,
        "description": scene.pools.pick_sentence(chance),
        "status": "paid",
        "payment_number": number,
        "payment_number_prefix": "",
        "payment_number_suffix": number,
        "payment_mode": VENDOR_MODES[chance % len(VENDOR_MODES)],
        "reference_number": f"VP-{record.number:03d}",
        "check_details": {"check_id": "", "check_status": "", "check_number": "", "memo": ""},
    }


def get_payment_epoch(scene: Scene, side: Side, record: Record) -> int:
    """Get when a payment was made, in epoch seconds."""
    if record.number >= scene.count(side.payments):
        return record.created
    return compute_payment_epoch(scene, side, record.number)


def _build_money(scene: Scene, side: Side, record: Record, party: Party) -> dict[str, Any]:
    """Build the amount of a payment, its date and exchange rate, and what was refunded."""
    source = plan_payment(scene, side, record.number)
    epoch = get_payment_epoch(scene, side, record)
    terms = scene.build_currency_fields(party, epoch)
    decimals = party.currency[2]
    refunded = sum(source.refunds, source.amount * 0)
    has_charges = is_nth(9, record.number, 3)
    charges = round_amount(source.amount / 50, decimals) if has_charges else to_amount(0, decimals)
    return {
        **terms,
        "date": scene.format_date(epoch),
        "amount": source.amount,
        "bcy_amount": convert_to_base(scene, source.amount, terms["exchange_rate"]),
        "refunded_amount": refunded,
        "bcy_refunded_amount": convert_to_base(scene, refunded, terms["exchange_rate"]),
        "bank_charges": charges,
        "tax_amount_withheld": to_amount(0, decimals),
    }


def build_payment_rows(
    scene: Scene, side: Side, money: dict[str, Any], applications: Sequence[Application]
) -> dict[str, Any]:
    """Build to what a payment is applied, and what is left of it."""
    applied = sum((one.amount for one in applications), money["amount"] * 0)
    unused = money["amount"] - applied - money["refunded_amount"]
    base = convert_to_base(scene, unused, money["exchange_rate"])
    rows = [_build_target(scene, side, one) for one in applications]
    names = ",".join(dict.fromkeys(str(row["number"]) for row in rows))
    if side.is_sale:
        return {
            "unused_amount": unused,
            "bcy_unused_amount": base,
            "invoice_numbers": names,
            "applied_invoices": [],
            "invoices": rows,
        }
    return {"balance": unused, "bcy_balance": base, "bill_numbers": names, "bills": rows}


def _build_target(scene: Scene, side: Side, one: Application) -> dict[str, Any]:
    """Build a document as a payment names it; ``number`` is in no shape."""
    number = scene.parse_number(one.target)
    created = scene.get_created(side.documents, number)
    is_seeded = number < scene.count(side.documents)
    total = draw_total(scene, side.documents, number) if is_seeded else one.amount
    target = Record(one.target, number, created, created)
    name = NUMBERS[side.documents].format(number + 1)
    date = scene.format_date(created)
    key = "invoice" if side.is_sale else "bill"
    return {
        f"{key}_id": one.target,
        f"{key}_number": name,
        f"{key}_payment_id": one.id,
        "number": name,
        "is_opening_balance": False,
        "amount_applied": one.amount,
        "apply_date": one.date,
        "total": total,
        "balance": settle(scene, side.documents, target, total).balance,
        "date": date,
        "due_date": scene.format_date(created + 30 * DAY),
    }


def build_payment(scene: Scene, side: Side, one: Application) -> dict[str, Any]:
    """Build the seeded payment of an application."""
    number = scene.parse_number(one.source)
    created = scene.get_created(side.payments, number)
    payment = Record(one.source, number, created, created)
    build = build_customer_payment if side.is_sale else build_vendor_payment
    return build(scene, payment, whole=True)


def describe_payment(side: Side, one: Application, payment: dict[str, Any]) -> dict[str, Any]:
    """Describe a payment as the document that it is applied to shows it."""
    key = "invoice" if side.is_sale else "bill"
    names = (
        "payment_id", "payment_number", "payment_mode", "description", "reference_number",
        "exchange_rate", "date", "vendor_id", "vendor_name", "paid_through_account_id",
        "paid_through_account_name", "check_details",
    )  # fmt: skip
    return {
        **{name: payment[name] for name in names if name in payment},
        f"{key}_id": one.target,
        f"{key}_payment_id": one.id,
        "amount": one.amount,
        "tax_amount_withheld": one.amount * 0,
        "paid_through": payment.get("paid_through_account_name", ""),
        f"is_single_{key}_payment": len(payment.get("invoices", payment.get("bills", ()))) == 1,
    }


FACTS: Final[dict[str, FactsOf]] = {
    "customerpayments": build_customer_payment,
    "vendorpayments": build_vendor_payment,
}
