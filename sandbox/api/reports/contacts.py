"""Balances of contacts, and the stock of items, as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.api.reports.postings import take_page
from sandbox.api.reports.query import build_paging
from sandbox.data.numbers import parse_amount

if TYPE_CHECKING:
    from decimal import Decimal

    from sandbox.api.reports.book import Book
    from sandbox.api.reports.query import Query
    from sandbox.faults import ReportKnobs


def build_balances(
    book: Book, query: Query, knobs: ReportKnobs, *, is_customer: bool
) -> dict[str, Any]:
    """Build the balances of customers or vendors: those of now, whatever date is requested."""
    word, entity = ("receivable", "customer") if is_customer else ("payable", "vendor")
    fields = [f"{kind}_{word}_amount" for kind in ("outstanding", "unused_credits")]
    names = ("invoice_balance", "available_credits") if is_customer else (
        "bill_balance", "excess_payment",
    )  # fmt: skip
    rows = [
        {
            f"{entity}_id": row["contact_id"],
            f"{entity}_name": row["contact_name"],
            "currency_code": row["currency_code"],
            names[0]: row[fields[0]],
            names[1]: row[fields[1]],
            "fcy_balance": _subtract(row, *fields),
            "bcy_balance": _subtract(row, *(f"{one}_bcy" for one in fields)),
        }
        for row in book.rows("contacts")
        if row["contact_type"] == entity
    ]
    key = f"{entity}balances"
    page, has_more = take_page(query, rows, knobs)
    title = f"{entity.title()} Balances"
    return {key: page, "page_context": build_paging(query, title, has_more=has_more)}


def _subtract(row: dict[str, Any], name: str, other: str) -> Decimal:
    return parse_amount(row[name]) - parse_amount(row[other])


def build_inventory_summary(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build the stock of items; services have none."""
    rows = [
        {
            "item_id": row["item_id"],
            "item_name": row["name"],
            "sku": row["sku"],
            "quantity_available_for_sale": row["available_stock"],
            "quantity_in_transit": 0,
        }
        for row in book.rows("items")
        if "available_stock" in row
    ]
    page, has_more = take_page(query, rows, knobs)
    paging = build_paging(query, "Inventory Summary", has_more=has_more)
    return {"inventory": [{"item_details": page}], "page_context": paging}
