"""Purchase orders, bills, vendor credits, expenses and payments to vendors."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.chart import CHECKING, FIRST_EXPENSE
from sandbox.data.facts.common import DAY, build_addresses, build_display_stamps, build_stamps
from sandbox.data.facts.documents import (
    Paper,
    build_amount_fields,
    build_status_fields,
    draw_document,
)
from sandbox.data.facts.editions import get_edition_fields
from sandbox.data.facts.lines import build_document_taxes, build_line_items
from sandbox.data.facts.payments import CREDIT_NUMBERS, build_payment, describe_payment
from sandbox.data.facts.settled import build_credit_rows
from sandbox.data.facts.settlements import PURCHASES
from sandbox.data.numbers import is_nth, mix
from sandbox.data.shapes import EXTRA

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.data.facts.common import FactsOf
    from sandbox.data.facts.documents import Document
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
        EXTRA: facts[EXTRA] | _build_attachment(scene, record, paper),
        **_build_payments(scene, document),
        "line_items": build_line_items(scene, document, FIRST_EXPENSE + chance % 4),
        "taxes": build_document_taxes(scene, document),
        **NET_30,
        "notes": scene.pools.pick_sentence(chance >> 3),
    }


def _build_payments(scene: Scene, document: Document) -> dict[str, Any]:
    """Build the payments and credits in a bill."""
    if not document.settled or document.paper.collection != PURCHASES.documents:
        return {}
    applications = document.settled.applications
    names = {
        one.source: CREDIT_NUMBERS[PURCHASES.credits].format(scene.parse_number(one.source) + 1)
        for one in applications
    }
    paid = [one for one in applications if one.is_payment]
    return {
        "payments": [
            describe_payment(PURCHASES, one, build_payment(scene, PURCHASES, one)) for one in paid
        ],
        "vendor_credits": build_credit_rows(applications, names),
    }


NET_30: Final = {"payment_terms": 30, "payment_terms_label": "Net 30", "documents": []}


def _build_vendor(scene: Scene, party: Party, chance: int) -> dict[str, Any]:
    account_id, account_name = scene.get_account(FIRST_EXPENSE + chance % 4)
    paid_through_id, paid_through_name = scene.get_account(CHECKING)
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


def _build_attachment(scene: Scene, record: Record, paper: Paper) -> dict[str, Any]:
    """Build the attachment of every tenth document; its size is text, its time for display.

    A recurring expense is in no source with one.
    """
    if paper.collection == "recurringexpenses" or not is_nth(10, record.number, 1):
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


def _build_order_quirks(scene: Scene, record: Record) -> dict[str, Any]:
    lot = mix(record.number, 80)
    return {
        "price_precision": ("", 2)[lot % 2],
        "due_by_days": ("", "990", "989")[lot % 3],
        "due_in_days": "",
        "delivery_days": ("", "2-3 days", 5)[lot % 3] if scene.spec.edition == "uk" else "",
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


FACTS: Final[dict[str, FactsOf]] = {
    **{paper.collection: partial(build_purchase, paper=paper) for paper in PAPERS},
}
