"""Reports that list documents of a period, or sum them by contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.api.reports.postings import take_page
from sandbox.api.reports.query import build_paging
from sandbox.data.numbers import parse_amount

if TYPE_CHECKING:
    from sandbox.api.reports.book import Book
    from sandbox.api.reports.query import Query
    from sandbox.faults import ReportKnobs

Row = dict[str, Any]
COMMON: Final = (
    "date", "due_date", "status", "total", "bcy_total", "balance", "customer_id", "customer_name",
    "vendor_id", "vendor_name", "currency_code", "exchange_rate", "reference_number",
)  # fmt: skip
PAYMENT: Final = (
    "payment_id", "payment_number", "date", "amount", "payment_mode", "vendor_id", "vendor_name",
    "customer_id", "customer_name", "account_id", "paid_through_account_id",
    "paid_through_account_name",
)  # fmt: skip
# Fields that a report names differently from the list of the documents.
NAMES: Final = {"amount_fcy": "amount", "amount_bcy": "bcy_amount"}
# Of each path: the collection, its arrays from the outer to the inner one, the field of the date
# ("" if it has none), and the fields of a row.
LISTS: Final[dict[str, tuple[str, tuple[str, ...], str, tuple[str, ...]]]] = {
    "invoicedetails": (
        "invoices", ("invoice_details", "invoices"), "date",
        ("invoice_id", "invoice_number", *COMMON),
    ),
    "billdetails": (
        "bills", ("bill_details", "bills"), "date", ("bill_id", "bill_number", *COMMON),
    ),
    "creditnotedetails": (
        "creditnotes", ("creditnote_details", "creditnotes"), "date",
        ("creditnote_id", "creditnote_number", *COMMON),
    ),
    "vendorcreditdetails": (
        "vendorcredits", ("vendorcredit_details", "vendor_credits"), "date",
        ("vendor_credit_id", "vendor_credit_number", *COMMON),
    ),
    "purchaseorderdetails": (
        "purchaseorders", ("purchaseorder_details", "purchaseorders"), "date",
        ("purchaseorder_id", "purchaseorder_number", *COMMON),
    ),
    "salesorderdetails": (
        "salesorders", ("salesorder_details", "salesorders"), "date",
        ("salesorder_id", "salesorder_number", *COMMON),
    ),
    "estimatedetails": (
        "estimates", ("estimate_details", "estimates"), "date",
        ("estimate_id", "estimate_number", *COMMON),
    ),
    "recurringinvoicedetails": (
        "recurringinvoices", ("recurring_invoice_details", "recurring_invoices"), "",
        ("recurring_invoice_id", "recurrence_name", "status", "total", "start_date"),
    ),
    "expensedetails": (
        "expenses", ("expenses",), "date",
        ("expense_id", "account_name", "paid_through_account_name", *COMMON),
    ),
    "customerpayments": (
        "customerpayments", ("customer_payments", "customerpayments"), "date", PAYMENT,
    ),
    "vendorpayments": ("vendorpayments", ("vendor_payments", "vendorpayments"), "date", PAYMENT),
    "refundhistory": (
        "creditnotes/refunds", ("refund_history",), "date",
        ("date", "reference_number", "refund_mode", "description", "amount_fcy", "amount_bcy",
         "customer_name"),
    ),
    "projectsummary": (
        "projects", ("projects",), "",
        ("project_id", "project_name", "customer_name", "status", "total_hours", "billed_amount",
         "un_billed_amount"),
    ),
    "timesheetdetails": (
        "projects/timeentries", ("time_entries",), "log_date",
        ("time_entry_id", "user_name", "project_name", "task_name", "log_date", "log_time",
         "is_billable"),
    ),
}  # fmt: skip


def build_list(book: Book, query: Query, knobs: ReportKnobs, *, path: str) -> dict[str, Any]:
    """Build a list of documents with their totals, drafts and void ones among them."""
    collection, keys, day, fields = LISTS[path]
    rows = [
        {NAMES.get(name, name): row[name] for name in fields if name in row}
        for row in book.rows(collection)
        if not day or query.start <= str(row[day]) <= query.end
    ]
    page, has_more = take_page(query, rows, knobs)
    content: Any = page
    for key in reversed(keys[1:]):
        content = [{key: content}]
    return {keys[0]: content, "page_context": build_paging(query, path, has_more=has_more)}


def build_balance_summary(
    book: Book, query: Query, knobs: ReportKnobs, *, is_customer: bool
) -> dict[str, Any]:
    """Build what each contact was billed and has paid in a period, and owes at its end."""
    entity = "customer" if is_customer else "vendor"
    names = ("invoiced_amount", "amount_received") if is_customer else (
        "billed_amount", "amount_paid",
    )  # fmt: skip
    kind = "accounts_receivable" if is_customer else "accounts_payable"
    sign = 1 if is_customer else -1
    controls = {one.id for one in book.accounts.values() if one.kind == kind}
    found: dict[tuple[str, str], Row] = {}
    for leg in book.select("", query.end, is_cash=False):
        if leg.account_id not in controls or not leg.document_id:
            continue
        row = found.setdefault(
            (leg.contact_name, leg.contact_id),
            dict.fromkeys((*names, "closing_balance"), book.zero),
        )
        amount = sign * leg.amount
        row["closing_balance"] += amount
        if leg.date >= query.start:
            row[names[0] if amount > 0 else names[1]] += abs(amount)
    rows = [
        {f"{entity}_id": key, f"{entity}_name": name, **row}
        for (name, key), row in sorted(found.items())
    ]
    page, has_more = take_page(query, rows, knobs)
    path = f"{entity}balancesummary"
    return {path: page, "page_context": build_paging(query, path, has_more=has_more)}


def build_inventory_valuation(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build the stock of items at their cost."""
    rows = [
        {
            "item_id": row["item_id"],
            "item_name": row["name"],
            "sku": row["sku"],
            "quantity_available": row["stock_on_hand"],
            "asset_value": parse_amount(row["stock_on_hand"]) * parse_amount(row["purchase_rate"]),
        }
        for row in book.rows("items")
        if "stock_on_hand" in row
    ]
    page, has_more = take_page(query, rows, knobs)
    paging = build_paging(query, "Inventory Valuation", has_more=has_more)
    return {"inventory_valuation": [{"item_details": page}], "page_context": paging}
