"""Ageing of receivables and payables as of a day, from the legs that name a document."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sandbox.api.reports.postings import take_page
from sandbox.api.reports.query import build_paging

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.api.reports.book import Book, OpenItem
    from sandbox.api.reports.query import Query
    from sandbox.faults import ReportKnobs

DEFAULT_RANGE, DEFAULT_COLUMNS = 15, 3
CURRENT: Final = "current"
# Of each kind: the collections of its documents, with their key.
DOCUMENTS: Final = {
    "accounts_receivable": (("invoices", "invoice_id"), ("debitnotes", "invoice_id")),
    "accounts_payable": (("bills", "bill_id"),),
}


def _parse_number(query: Query, name: str, default: int) -> int:
    text = query.params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and int(text) else default


def build_intervals(query: Query) -> list[tuple[str, str, int, int]]:
    """Build the buckets: key, label, least and greatest age in days (-1 is any)."""
    width = _parse_number(query, "interval_range", DEFAULT_RANGE)
    count = _parse_number(query, "number_of_columns", DEFAULT_COLUMNS)
    buckets = [(CURRENT, "Current", 0, 0)]
    for place in range(count):
        low, high = place * width + 1, (place + 1) * width
        buckets.append((f"days_{low}-{high}", f"{low}-{high} Days", low, high))
    last = count * width
    return [*buckets, (f"days_>{last}", f"> {last} Days", last + 1, -1)]


def is_by_due_date(query: Query) -> bool:
    """Whether age counts from the due date, not from the date of the document."""
    field = query.applied_filter.partition(".")[0]
    return "Due" in field or query.params.get("aging_by", "").endswith("duedate")


class Ages:
    """The ages of documents on a day."""

    def __init__(self, book: Book, query: Query, kind: str) -> None:
        """Read the due dates of the documents."""
        self.rows = {
            str(row[key]): row
            for collection, key in DOCUMENTS[kind]
            for row in book.rows(collection)
        }
        self._end = date.fromisoformat(query.end)
        self._by_due = is_by_due_date(query)

    def get_start(self, item: OpenItem) -> str:
        """Get the date from which a document's age counts."""
        row = self.rows.get(item.first.document_id, {})
        due = row.get("due_date") or item.first.date
        return str(due if self._by_due else item.first.date)

    def get_age(self, item: OpenItem) -> int:
        """Get the age of a document in days; 0 if it is not due."""
        return max((self._end - date.fromisoformat(self.get_start(item))).days, 0)


def _fill(
    book: Book, query: Query, items: Iterable[OpenItem], ages: Ages
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Fill the buckets, and add up what is open, and what is overdue of it."""
    buckets = build_intervals(query)
    amounts = dict.fromkeys((one[0] for one in buckets), book.zero)
    total, overdue, foreign = book.zero, book.zero, book.zero
    for item in items:
        age = ages.get_age(item)
        key = next(one[0] for one in buckets if one[2] <= age and (age <= one[3] or one[3] < 0))
        amounts[key] += item.amount
        total += item.amount
        foreign += item.fcy_amount
        overdue += item.amount if age else 0
    intervals = [
        {"interval": key, "interval_formatted": label, "amount": amounts[key]}
        for key, label, _, _ in buckets
    ]
    return intervals, {"total": total, "overdue": overdue, "sent": total - overdue, "fcy": foreign}


def _build_summary(
    book: Book, query: Query, kind: str, knobs: ReportKnobs
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Build the summary by contact; credits are not netted into the buckets."""
    ages = Ages(book, query, kind)
    entity = "customer" if kind == "accounts_receivable" else "vendor"
    by_contact: dict[tuple[str, str, str], list[OpenItem]] = defaultdict(list)
    items = [one for one in book.list_open_items(query.end, kind) if one.is_document]
    for item in items:
        leg = item.first
        by_contact[leg.contact_id, leg.contact_name, leg.currency].append(item)
    rows = []
    for (contact_id, name, currency), mine in sorted(by_contact.items()):
        intervals, sums = _fill(book, query, mine, ages)
        row = {"id": contact_id, "name": name, "entity": entity, "account_name": ""}
        row |= {"currency_code": currency, "fcy_total": sums.pop("fcy")}
        rows.append({**row, **sums, "intervals": intervals})
    page, has_more = take_page(query, rows, knobs)
    intervals, sums = _fill(book, query, items, ages)
    del sums["fcy"]
    group = {"name": "none", "total": sums["total"], "intervals": intervals, "group_list": page}
    paging = build_paging(query, f"{entity}_aging", has_more=has_more)
    return {**sums, "intervals": intervals, "group_list": [group]}, paging | build_echo(query)


def build_echo(query: Query) -> dict[str, Any]:
    """Build what reports on age add to ``page_context``."""
    by = "due_date" if is_by_due_date(query) else "document_date"
    return {
        "aging_by": query.params.get("aging_by", by),
        "aging_by_formatted": by.replace("_", " ").title(),
        "show_by_formatted": "Outstanding",
        "interval_type": "days",
        "interval_range": str(_parse_number(query, "interval_range", DEFAULT_RANGE)),
    }


def build_receivables(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build the ageing of receivables: an object, or an array if new grouping is requested."""
    content, paging = _build_summary(book, query, "accounts_receivable", knobs)
    if query.params.get("is_new_group_by") != "true":
        return {"invoice": content, "page_context": paging}
    rows = [
        {
            "customer_id": row["id"],
            "customer_name": row["name"],
            "currency_code": row["currency_code"],
            "current": row["intervals"][0]["amount"],
            "intervals": row["intervals"],
            "total": row["total"],
        }
        for row in content["group_list"][0]["group_list"]
    ]
    return {"ar_aging_summary": [{"invoiceagingsummary": rows}], "page_context": paging}


def build_payables(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build the ageing of payables; sources disagree on the name of its key."""
    content, paging = _build_summary(book, query, "accounts_payable", knobs)
    return {knobs.payables_key: content, "page_context": paging}


def build_receivable_details(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build each open invoice with its age."""
    ages = Ages(book, query, "accounts_receivable")
    rows = []
    for item in book.list_open_items(query.end, "accounts_receivable"):
        if item.is_document:
            document = ages.rows.get(item.first.document_id, {})
            age = ages.get_age(item)
            rows.append(
                {
                    "entity": "invoice",
                    "id": item.first.document_id,
                    "transaction_number": item.first.number,
                    "customer_id": item.first.contact_id,
                    "customer_name": item.first.contact_name,
                    "date": item.first.date,
                    "due_date": document.get("due_date", ""),
                    "age": age or "",
                    "amount": document.get("total", item.amount),
                    "balance": item.amount,
                    "status": document.get("status", ""),
                    "salesperson_id": document.get("salesperson_id", ""),
                    "salesperson_name": document.get("salesperson_name", ""),
                }
            )
    page, has_more = take_page(query, rows, knobs)
    total = sum((row["balance"] for row in rows), book.zero)
    paging = build_paging(query, "AR Aging Details", has_more=has_more)
    tree = {"amount": total, "group_list": [{"name": "none", "group_list": page}]}
    return {"invoiceaging": tree, "page_context": paging | build_echo(query)}
