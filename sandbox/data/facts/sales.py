"""Estimates, orders, invoices, credit notes and payments of customers."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sandbox.data.facts.amounts import convert_to_base, draw_payment
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
from sandbox.data.numbers import mix, to_amount
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
    Paper("debitnotes", "invoice_id", "debit_note_number", "CDN", ("draft", "open", "paid")),
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
        ("draft", "sent", "paid"),
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
        "payment_made": document.amounts.paid,
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


def _build_invoice_quirks(scene: Scene, record: Record, sums: dict[str, Any]) -> dict[str, Any]:
    lot = mix(record.number, 77)
    return {
        "shipping_charge": to_amount(0, sums["price_precision"]),
        "due_by_days": ("", 19, "990")[lot % 3],
        "invoice_url": f"https://books.example.com/secure?CInvoiceID={record.id} ",
        "last_payment_date": scene.format_date(record.modified) if lot % 2 else "",
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


def build_customer_payment(scene: Scene, record: Record, *, whole: bool) -> dict[str, Any]:
    """Build a customer payment; the document has updated_time instead of last_modified_time."""
    chance = scene.draw("customerpayments", record.number)
    party = scene.pick_customer(chance)
    invoice = chance % scene.get_size("invoices")
    number = f"INV-{invoice + 1:06d}"
    facts = {
        "payment_id": record.id,
        "payment_number": str(record.number + 1),
        "invoice_numbers": number if chance % 5 else f"{number},INV-{invoice + 2:06d}",
        **build_stamps(scene, record),
        **scene.build_user_fields(),
        **build_receipt(scene, party, chance),
        "date": scene.format_date(record.created),
        "customer_id": party.id,
        "customer_name": party.name,
        "description": scene.pools.pick_sentence(chance) if chance % 3 else "",
        "reference_number": f"RCPT{chance % 10**6}" if chance % 2 else "",
        "applied_invoices": [],
        "documents": "",
    }
    if not whole:
        return facts
    applied = {
        "invoice_id": scene.make_id("invoices", invoice),
        "invoice_number": number,
        "invoice_payment_id": scene.make_id("invoices/{invoice_id}/payments", record.number),
        **build_application(facts),
    }
    return {**facts, "documents": [], "invoices": [applied], "custom_fields": []}


def build_receipt(scene: Scene, party: Party, chance: int) -> dict[str, Any]:
    """Build the amount, mode and account of a payment."""
    decimals = party.currency[2]
    terms = scene.build_currency_fields(party)
    amount = draw_payment(chance, 90_000, decimals)
    account_id, account_name = scene.get_account(4)
    mode = ("cash", "check", "banktransfer", "creditcard")[chance % 4]
    return {
        **terms,
        "payment_mode": mode,
        "payment_mode_formatted": mode,
        "amount": amount,
        "bcy_amount": convert_to_base(scene, amount, terms["exchange_rate"]),
        "unused_amount": to_amount(0, decimals),
        "bcy_unused_amount": scene.to_amount(0),
        "bcy_refunded_amount": scene.to_amount(0),
        "tax_amount_withheld": scene.to_amount(0),
        "account_id": account_id,
        "account_name": account_name,
    }


def build_application(payment: dict[str, Any]) -> dict[str, Any]:
    """Build a payment as applied, in full, to a document."""
    return {
        "amount_applied": payment["amount"],
        "total": payment["amount"],
        "balance": payment["amount"] * 0,
        "date": payment["date"],
        "due_date": payment["date"],
    }


FACTS: Final[dict[str, FactsOf]] = {
    **{paper.collection: partial(build_sale, paper=paper) for paper in PAPERS},
    "customerpayments": build_customer_payment,
}
