"""Purchase orders, bills, vendor credits, expenses and payments to vendors."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.facts.amounts import convert_to_base, draw_payment
from sandbox.data.facts.common import DAY, build_addresses, build_display_stamps, build_stamps
from sandbox.data.facts.documents import (
    Paper,
    build_amount_fields,
    build_status_fields,
    draw_document,
)
from sandbox.data.facts.editions import get_edition_fields
from sandbox.data.facts.lines import build_document_taxes, build_line_items
from sandbox.data.facts.sales import build_application
from sandbox.data.numbers import is_nth, mix, to_amount
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


def build_purchase(scene: Scene, record: Record, *, whole: bool, paper: Paper) -> dict[str, Any]:
    """Build the facts of a document from or for a vendor."""
    document = draw_document(scene, record, paper, is_sale=False)
    chance, party = document.chance, document.party
    facts = {
        **document.build_identity(5),
        **build_stamps(scene, record),
        **build_display_stamps(scene, record, dates=False),
        **scene.build_user_fields(),
        **build_amount_fields(scene, document),
        "balance_due": document.amounts.balance,
        "tds_total": document.amounts.total * 0,
        **_build_vendor(scene, party, chance),
        **build_status_fields(document),
        **_build_dates(scene, record, chance),
    }
    facts |= QUIRKS.get(paper.collection, _build_nothing)(scene, record)
    facts[EXTRA] = get_edition_fields(scene.spec.edition, "document")
    if not whole:
        return facts
    return {
        **facts,
        **build_addresses(scene, party, "zip"),
        EXTRA: facts[EXTRA] | _build_attachment(scene, record),
        "payment_made": document.amounts.paid,
        "line_items": build_line_items(scene, document, 8 + chance % 4),
        "taxes": build_document_taxes(scene, document),
        **NET_30,
        "notes": scene.pools.pick_sentence(chance >> 3),
    }


NET_30: Final = {"payment_terms": 30, "payment_terms_label": "Net 30", "documents": []}


def _build_vendor(scene: Scene, party: Party, chance: int) -> dict[str, Any]:
    account_id, account_name = scene.get_account(8 + chance % 4)
    paid_through_id, paid_through_name = scene.get_account(4)
    return {
        "vendor_id": party.id,
        "vendor_name": party.name,
        "company_name": party.name,
        "account_id": account_id,
        "account_name": account_name,
        "paid_through_account_id": paid_through_id,
        "paid_through_account_name": paid_through_name,
        "description": scene.pools.pick_sentence(chance),
        "reference_number": f"REF {chance % 90_000}" if chance % 3 else "",
    }


def _build_dates(scene: Scene, record: Record, chance: int) -> dict[str, Any]:
    return {
        "date": scene.format_date(record.created),
        "due_date": scene.format_date(record.created + 30 * DAY),
        "expected_delivery_date": scene.format_date(record.created + 9 * DAY) if chance % 2 else "",
        "delivery_date": "",
        "due_days": "Due in 30 days" if chance % 2 else "",
    }


def _build_attachment(scene: Scene, record: Record) -> dict[str, Any]:
    """Build the attachment of every tenth document; its size is text, its time for display."""
    if not is_nth(10, record.number, 1):
        return {}
    file = {
        "document_id": scene.spec.make_id(801, record.number),
        "file_name": "receipt.pdf",
        "file_type": "pdf",
        "file_size": "167787",
        "uploaded_on": "24/12/2024 04:53 PM",
    }
    return {"documents": [file]}


def _build_nothing(_scene: Scene, _record: Record) -> dict[str, Any]:
    return {}


def _build_bill_quirks(_scene: Scene, record: Record) -> dict[str, Any]:
    lot = mix(record.number, 79)
    return {
        # Named like a boolean, but holds the bill's own id, as recorded.
        "is_opening_balance": record.id,
        "due_by_days": ("", 19)[lot % 2],
        "due_in_days": ("", 30)[lot % 2],
        "tds_percent": "0.00",
        "entity_type": "bill",
    }


def _build_order_quirks(_scene: Scene, record: Record) -> dict[str, Any]:
    lot = mix(record.number, 80)
    return {
        "price_precision": ("", 2)[lot % 2],
        "due_by_days": ("", "990", "989")[lot % 3],
        "due_in_days": "",
        "delivery_days": "",
        "quantity_yet_to_receive": Decimal(lot % 5),
        "receives": [],
    }


def _build_expense_quirks(scene: Scene, record: Record) -> dict[str, Any]:
    lot = mix(record.number, 81)
    customer = scene.pick_customer(lot)
    billable = lot % 4 == 0
    return {
        "start_reading": "",
        "end_reading": "",
        "custom_fields_list": "",
        "is_billable": billable,
        "is_personal": False,
        "customer_id": customer.id if billable else "",
        "customer_name": customer.name if billable else "",
        "last_created_date": scene.format_date(record.modified),
        "next_expense_date": scene.format_date(record.modified + 30 * DAY),
        "distance": Decimal("0.00"),
        "mileage_rate": Decimal("0.00"),
        "user_name": "",
    }


QUIRKS: Final[dict[str, Callable[[Scene, Record], dict[str, Any]]]] = {
    "bills": _build_bill_quirks,
    "purchaseorders": _build_order_quirks,
    "expenses": _build_expense_quirks,
    "recurringexpenses": _build_expense_quirks,
}


def build_vendor_payment(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a payment to a vendor; its mode is capitalised, unlike that of a customer payment."""
    chance = scene.draw("vendorpayments", record.number)
    party = scene.pick_vendor(chance)
    bill = chance % scene.get_size("bills")
    facts = {
        "payment_id": record.id,
        **build_stamps(scene, record),
        **scene.build_user_fields(),
        **_build_vendor(scene, party, chance),
        **_build_payment(scene, record, party, chance),
        "bill_numbers": f"BILL-{bill + 1:05d}" if chance % 4 else "",
    }
    if not whole:
        return facts | _hide_time(record)
    applied = {
        "bill_id": scene.make_id("bills", bill),
        "bill_number": f"BILL-{bill + 1:05d}",
        "bill_payment_id": scene.make_id("bills/{bill_id}/payments", record.number),
        "is_opening_balance": False,
        **build_application(facts),
    }
    comment = {
        "description": scene.pools.pick_sentence(chance),
        "date": facts["date"],
        "time": "1:15 PM",
        "date_description": "about a  minute ago",
    }
    return facts | {"documents": [], "custom_fields": [], "bills": [applied], "comments": [comment]}


def _hide_time(record: Record) -> dict[str, Any]:
    """Omit the time of change in some rows, as a public tap met them; the document has it."""
    return {"last_modified_time": MISSING} if is_nth(40, record.number, 17) else {}


def _build_payment(scene: Scene, record: Record, party: Party, chance: int) -> dict[str, Any]:
    decimals = party.currency[2]
    terms = scene.build_currency_fields(party)
    amount = draw_payment(chance, 70_000, decimals)
    number = str(record.number + 1)
    return {
        **terms,
        "status": "paid",
        "payment_number": number,
        "payment_number_prefix": "",
        "payment_number_suffix": number,
        "payment_mode": ("Cash", "Check", "Bank Transfer")[chance % 3],
        "date": scene.format_date(record.created),
        "amount": amount,
        "bcy_amount": convert_to_base(scene, amount, terms["exchange_rate"]),
        "balance": to_amount(0, decimals),
        "bcy_balance": scene.to_amount(0),
        "reference_number": f"VP-{record.number:03d}",
        "check_details": {"check_id": "", "check_status": "", "check_number": "", "memo": ""},
    }


FACTS: Final[dict[str, FactsOf]] = {
    **{paper.collection: partial(build_purchase, paper=paper) for paper in PAPERS},
    "vendorpayments": build_vendor_payment,
}
