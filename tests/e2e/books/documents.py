"""Invoices, payments and taxes of the company, as raw documents."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.e2e.books.accounts import BANK

if TYPE_CHECKING:
    from tests.e2e.books.ledger import Company, Row

# fmt: off


def build_tax(key: str, name: str, percentage: str, amount: str) -> Row:
    """Build a tax of the summary of a document."""
    return {"tax_id": key, "tax_name": name, "tax_percentage": Decimal(percentage),
            "tax_amount": Decimal(amount)}


TEN = {"line_item_taxes": [{"tax_id": "t10", "tax_name": "State 10"}]}


def add_invoice(
    company: Company, number: int, days: tuple[str, str], contact: str, amounts: tuple[str, str],
    lines: list[Row], tax: str = "0", status: str = "sent", **more: Any,
) -> None:
    """Add an invoice: its date and due date, its total and balance.

    A tax is State 10 unless `taxes` says otherwise.
    """
    (day, due), (total, balance) = days, amounts
    taxes = [build_tax("t10", "State 10", "10", tax)] if Decimal(tax) else []
    company.add_document(
        "invoice_details",
        invoice_id=f"inv-{number}", invoice_number=f"INV-{number}", date=day, due_date=due,
        customer_id=contact, status=status, total=Decimal(total), balance=Decimal(balance),
        sub_total=sum(line["item_total"] for line in lines), tax_total=Decimal(tax),
        **{"discount_total": Decimal(0), "discount_type": "entity_level", "taxes": taxes,
           "line_items": lines, **more},
    )


def add_payment(
    company: Company, number: int, day: str, contact: str, amount: str,
    applied: list[tuple[str, str, str]], unused: str = "0", **more: Any,
) -> None:
    """Add a payment of a customer; applied are invoice, day and amount."""
    rows = [
        {"invoice_payment_id": f"ip-{number}-{place}", "invoice_id": invoice, "apply_date": on,
         "amount_applied": Decimal(part)}
        for place, (invoice, on, part) in enumerate(applied)
    ]
    company.add_document(
        "customer_payment_details",
        payment_id=f"pay-{number}", payment_number=str(number), date=day, customer_id=contact,
        amount=Decimal(amount), unused_amount=Decimal(unused), account_id=BANK, invoices=rows,
        **{"bank_charges": Decimal(0), **more},
    )
