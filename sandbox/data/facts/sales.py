"""Estimates, orders, invoices, credit notes and payments of customers."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.facts.common import DAY, build_addresses, build_stamps
from sandbox.data.facts.documents import (
    SETTLED,
    Paper,
    build_amount_fields,
    build_status_fields,
    draw_document,
)
from sandbox.data.facts.editions import get_edition_fields
from sandbox.data.facts.lines import build_document_taxes, build_line_items
from sandbox.data.numbers import mix
from sandbox.data.shapes import EXTRA

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.data.facts.common import FactsOf
    from sandbox.data.scene import Party, Scene
    from sandbox.data.store import Record


PAPERS: Final = (
    Paper(
        "estimates",
        "estimate_id",
        "estimate_number",
        "QT",
        ("draft", "sent", "accepted", "declined"),
    ),
    Paper(
        "salesorders",
        "salesorder_id",
        "salesorder_number",
        "SO",
        ("draft", "open", "invoiced", "void"),
        settled=SETTLED | {"invoiced"},
    ),
    Paper(
        "invoices",
        "invoice_id",
        "invoice_number",
        "INV",
        ("draft", "sent", "overdue", "paid", "void"),
    ),
    Paper("debitnotes", "invoice_id", "debit_note_number", "CDN", ("draft", "open", "open")),
    Paper("creditnotes", "creditnote_id", "creditnote_number", "CN", ("open", "closed", "void")),
    Paper("salesreceipts", "sales_receipt_id", "receipt_number", "SR", ("draft", "sent")),
    Paper(
        "recurringinvoices", "recurring_invoice_id", "recurrence_name", "RI", ("active", "stopped")
    ),
    Paper(
        "retainerinvoices",
        "retainerinvoice_id",
        "retainerinvoice_number",
        "RET",
        ("draft", "sent", "sent"),
    ),
)


def build_sale(scene: Scene, record: Record, *, whole: bool, paper: Paper) -> dict[str, Any]:
    """Build the facts of a document for a customer."""
    document = draw_document(scene, record, paper, is_sale=True)
    chance, party = document.chance, document.party
    facts = {
        **document.build_identity(6),
        **build_stamps(scene, record),
        **scene.build_user_fields(),
        **build_amount_fields(scene, document),
        **_build_party(scene, party, chance),
        **_build_dates(scene, record, chance),
        **build_status_fields(document),
        "billing_address": build_addresses(scene, party, "zipcode")["billing_address"],
        "country": scene.spec.country,
        "reference_number": f"PO-{chance % 9000 + 1000:05d}" if chance % 3 else "",
    }
    facts |= QUIRKS.get(paper.collection, _build_nothing)(scene, record, facts)
    facts[EXTRA] = _build_edition_fields(scene, record)
    if not whole:
        return facts
    return {
        **facts,
        **build_addresses(scene, party, "zip"),
        "line_items": build_line_items(scene, document, 0),
        "taxes": build_document_taxes(scene, document),
        **_build_terms(scene, record, chance),
    }


def _build_terms(scene: Scene, record: Record, chance: int) -> dict[str, Any]:
    """Build the fields of the document only: terms, notes, account."""
    account_id, account_name = scene.get_account(1)
    return {
        "documents": [],
        "created_date": scene.format_date(record.created),
        "payment_terms": 30,
        "payment_terms_label": "Net 30",
        "account_id": account_id,
        "account_name": account_name,
        "notes": scene.pools.pick_sentence(chance),
        "contact_persons": [],
    }


def _build_party(scene: Scene, party: Party, chance: int) -> dict[str, Any]:
    seller = chance % 7
    # -1 and "Others" stand for no salesperson.
    sold_by = (
        {"salesperson_id": "-1", "salesperson_name": "Others"}
        if seller == 0
        else {
            "salesperson_id": scene.make_id("salespersons", seller),
            "salesperson_name": scene.pools.pick_person(seller).name,
        }
    )
    return {
        "customer_id": party.id,
        "customer_name": party.name,
        "company_name": party.name,
        "email": party.person.email,
        **sold_by,
    }


def _build_dates(scene: Scene, record: Record, chance: int) -> dict[str, Any]:
    date = scene.format_date(record.created)
    due = scene.format_date(record.created + 30 * DAY)
    return {
        "date": date,
        "due_date": due,
        "issued_date": date if chance % 2 else "",
        "expiry_date": due if chance % 2 else "",
        "shipment_date": due if chance % 3 else "",
        "start_date": date,
        "end_date": due if chance % 2 else "",
        "due_days": "Due in 30 days" if chance % 2 else "",
    }


def _build_edition_fields(scene: Scene, record: Record) -> dict[str, Any]:
    """Build the fields of an edition: taxes of India, locations if the organization has them."""
    more = get_edition_fields(scene.spec.edition, "document")
    if scene.spec.locations and record.number % 20 == 0:
        more |= {"location_id": scene.make_id("locations", 0), "location_name": "Head Office"}
    return more


def _build_nothing(_scene: Scene, _record: Record, _sums: dict[str, Any]) -> dict[str, Any]:
    return {}


def _build_invoice_quirks(_scene: Scene, record: Record, _sums: dict[str, Any]) -> dict[str, Any]:
    lot = mix(record.number, 77)
    return {
        "due_by_days": ("", 19, "990")[lot % 3],
        "invoice_url": f"https://books.example.com/secure?CInvoiceID={record.id} ",
    }


def _build_order_quirks(_scene: Scene, record: Record, _sums: dict[str, Any]) -> dict[str, Any]:
    lot = mix(record.number, 78)
    return {
        "shipment_days": "" if lot % 2 else 4,
        "due_by_days": ("", "990", "989")[lot % 3],
        "discount": (Decimal("0.00"), "100.00%")[lot % 2],
    }


def _build_credit_quirks(_scene: Scene, _record: Record, _sums: dict[str, Any]) -> dict[str, Any]:
    return {"applied_invoices": ""}


def _build_estimate_quirks(_scene: Scene, record: Record, _sums: dict[str, Any]) -> dict[str, Any]:
    return {"estimate_url": f"https://books.example.com/secure?CEstimateID={record.id} "}


def _build_debit_quirks(_scene: Scene, record: Record, _sums: dict[str, Any]) -> dict[str, Any]:
    return {"invoice_number": f"CDN-{record.number + 1:06d}"}


QUIRKS: Final[dict[str, Callable[[Scene, Record, dict[str, Any]], dict[str, Any]]]] = {
    "invoices": _build_invoice_quirks,
    "salesorders": _build_order_quirks,
    "creditnotes": _build_credit_quirks,
    "estimates": _build_estimate_quirks,
    "debitnotes": _build_debit_quirks,
}


FACTS: Final[dict[str, FactsOf]] = {
    **{paper.collection: partial(build_sale, paper=paper) for paper in PAPERS},
}
