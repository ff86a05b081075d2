"""Orders to vendors, bills, expenses and what is paid for them."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.facts.common import (
    DAY,
    Paper,
    addresses,
    document_taxes,
    in_base,
    line_items,
    shown_stamps,
    stamps,
    totals,
)
from sandbox.data.facts.sales import INDIA, applied_to
from sandbox.data.numbers import every, mix, money
from sandbox.data.shapes import EXTRA, MISSING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.data.facts.common import FactsOf
    from sandbox.data.scene import Party, Scene
    from sandbox.data.store import Record


PAPERS: Final = (
    Paper(
        "purchaseorders",
        "purchaseorder_id",
        "purchaseorder_number",
        "PO",
        ("draft", "open", "billed"),
    ),
    Paper("bills", "bill_id", "bill_number", "BILL", ("draft", "open", "overdue", "paid", "void")),
    Paper("vendorcredits", "vendor_credit_id", "vendor_credit_number", "VC", ("open", "closed")),
    Paper("recurringbills", "recurring_bill_id", "recurrence_name", "RB", ("active", "stopped")),
    Paper(
        "expenses", "expense_id", "expense_number", "EXP", ("unbilled", "nonbillable", "invoiced")
    ),
    Paper(
        "recurringexpenses", "recurring_expense_id", "recurrence_name", "RE", ("active", "stopped")
    ),
)


def purchase(scene: Scene, record: Record, *, whole: bool, paper: Paper) -> dict[str, Any]:
    """The facts of a document that a vendor sends or gets."""
    chance = scene.chance(paper.collection, record.number)
    party = scene.vendor(chance)
    lines = scene.lines(chance, party.currency[2])
    sums = totals(scene, party, lines)
    facts = {
        **paper.named(record, 5),
        **stamps(scene, record),
        **shown_stamps(scene, record, dates=False),
        **scene.user(),
        **sums,
        **_vendor(scene, party, chance),
        **_state(paper, chance, sums),
        **_when(scene, record, chance),
    }
    facts |= QUIRKS.get(paper.collection, _no_quirk)(scene, record)
    facts[EXTRA] = INDIA if scene.spec.edition == "india" else {}
    if not whole:
        return facts
    return {
        **facts,
        **addresses(scene, party, "zip"),
        EXTRA: facts[EXTRA] | _attached(scene, record),
        "payment_made": sums["total"] - facts["balance"],
        "line_items": line_items(scene, paper.collection, record, party, lines, 8 + chance % 4),
        "taxes": document_taxes(scene, lines, party.currency[2]),
        **NET_30,
        "notes": scene.pools.sentence(chance >> 3),
    }


NET_30: Final = {"payment_terms": 30, "payment_terms_label": "Net 30", "documents": []}


def _vendor(scene: Scene, party: Party, chance: int) -> dict[str, Any]:
    account_id, account_name = scene.account(8 + chance % 4)
    paid_through_id, paid_through_name = scene.account(4)
    return {
        "vendor_id": party.id,
        "vendor_name": party.name,
        "company_name": party.name,
        "account_id": account_id,
        "account_name": account_name,
        "paid_through_account_id": paid_through_id,
        "paid_through_account_name": paid_through_name,
        "description": scene.pools.sentence(chance),
        "reference_number": f"REF {chance % 90_000}" if chance % 3 else "",
    }


def _state(paper: Paper, chance: int, sums: dict[str, Any]) -> dict[str, Any]:
    status = paper.statuses[(chance >> 12) % len(paper.statuses)]
    nothing = sums["total"] * 0
    balance = nothing if status in {"paid", "closed", "void"} else sums["total"]
    return {
        "status": status,
        "current_sub_status": status,
        "order_status": status,
        "balance": balance,
        "balance_due": balance,
        "tds_total": nothing,
    }


def _when(scene: Scene, record: Record, chance: int) -> dict[str, Any]:
    return {
        "date": scene.date(record.created),
        "due_date": scene.date(record.created + 30 * DAY),
        "expected_delivery_date": scene.date(record.created + 9 * DAY) if chance % 2 else "",
        "delivery_date": "",
        "due_days": "Due in 30 days" if chance % 2 else "",
    }


def _attached(scene: Scene, record: Record) -> dict[str, Any]:
    """A file with every tenth document: its size is text, its time in the display format."""
    if not every(10, record.number, 1):
        return {}
    file = {
        "document_id": scene.spec.id(801, record.number),
        "file_name": "receipt.pdf",
        "file_type": "pdf",
        "file_size": "167787",
        "uploaded_on": "24/12/2024 04:53 PM",
    }
    return {"documents": [file]}


def _no_quirk(_scene: Scene, _record: Record) -> dict[str, Any]:
    return {}


def _bill(_scene: Scene, record: Record) -> dict[str, Any]:
    lot = mix(record.number, 79)
    return {
        # Named like a boolean; what it holds is the bill's own id.
        "is_opening_balance": record.id,
        "due_by_days": ("", 19)[lot % 2],
        "due_in_days": ("", 30)[lot % 2],
        "tds_percent": "0.00",
        "entity_type": "bill",
    }


def _order(_scene: Scene, record: Record) -> dict[str, Any]:
    lot = mix(record.number, 80)
    return {
        "price_precision": ("", 2)[lot % 2],
        "due_by_days": ("", "990", "989")[lot % 3],
        "due_in_days": "",
        "delivery_days": "",
        "quantity_yet_to_receive": Decimal(lot % 5),
        "receives": [],
    }


def _expense(scene: Scene, record: Record) -> dict[str, Any]:
    lot = mix(record.number, 81)
    customer = scene.customer(lot)
    billable = lot % 4 == 0
    return {
        "start_reading": "",
        "end_reading": "",
        "custom_fields_list": "",
        "is_billable": billable,
        "is_personal": False,
        "customer_id": customer.id if billable else "",
        "customer_name": customer.name if billable else "",
        "last_created_date": scene.date(record.modified),
        "next_expense_date": scene.date(record.modified + 30 * DAY),
        "distance": Decimal("0.00"),
        "mileage_rate": Decimal("0.00"),
        "user_name": "",
    }


QUIRKS: Final[dict[str, Callable[[Scene, Record], dict[str, Any]]]] = {
    "bills": _bill,
    "purchaseorders": _order,
    "expenses": _expense,
    "recurringexpenses": _expense,
}


def vendor_payment(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Money paid; its number is text and its mode is capitalised, unlike money received."""
    chance = scene.chance("vendorpayments", record.number)
    party = scene.vendor(chance)
    bill = chance % scene.size("bills")
    facts = {
        "payment_id": record.id,
        **stamps(scene, record),
        **scene.user(),
        **_vendor(scene, party, chance),
        **_paid(scene, record, party, chance),
        "bill_numbers": f"BILL-{bill + 1:05d}" if chance % 4 else "",
    }
    if not whole:
        return facts | _timeless(record)
    applied = {
        "bill_id": scene.id("bills", bill),
        "bill_number": f"BILL-{bill + 1:05d}",
        "bill_payment_id": scene.id("bills/{bill_id}/payments", record.number),
        "is_opening_balance": False,
        **applied_to(facts),
    }
    comment = {
        "description": scene.pools.sentence(chance),
        "date": facts["date"],
        "time": "1:15 PM",
        "date_description": "about a  minute ago",
    }
    return facts | {"documents": [], "custom_fields": [], "bills": [applied], "comments": [comment]}


def _timeless(record: Record) -> dict[str, Any]:
    """A public tap met rows without a time of change; the document has it all the same."""
    return {"last_modified_time": MISSING} if every(40, record.number, 17) else {}


def _paid(scene: Scene, record: Record, party: Party, chance: int) -> dict[str, Any]:
    decimals = party.currency[2]
    terms = scene.money_terms(party)
    amount = money((100 + chance % 70_000) * 10**decimals // 10, decimals)
    number = str(record.number + 1)
    return {
        **terms,
        "status": "paid",
        "payment_number": number,
        "payment_number_prefix": "",
        "payment_number_suffix": number,
        "payment_mode": ("Cash", "Check", "Bank Transfer")[chance % 3],
        "date": scene.date(record.created),
        "amount": amount,
        "bcy_amount": in_base(scene, amount, terms["exchange_rate"]),
        "balance": money(0, decimals),
        "bcy_balance": scene.money(0),
        "reference_number": f"VP-{record.number:03d}",
        "check_details": {"check_id": "", "check_status": "", "check_number": "", "memo": ""},
    }


FACTS: Final[dict[str, FactsOf]] = {
    **{paper.collection: partial(purchase, paper=paper) for paper in PAPERS},
    "vendorpayments": vendor_payment,
}
