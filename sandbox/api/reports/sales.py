"""Sales and purchases by entity, taxes, and expenses by category, from documents and legs."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.api.reports.book import EXPENSE
from sandbox.api.reports.postings import take_page
from sandbox.api.reports.query import build_paging
from sandbox.data.numbers import parse_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.api.reports.book import Book
    from sandbox.api.reports.query import Query
    from sandbox.faults import ReportKnobs

Row = dict[str, Any]
ZERO: Final = Decimal(0)
NOT_SOLD: Final = frozenset({"draft", "void"})
# Collections of sales and purchases, with the prefix of their columns and their sign.
SOLD: Final = (("invoices", "invoice", 1), ("creditnotes", "cn", -1))
BOUGHT: Final = (("bills", "bill", 1), ("vendorcredits", "vc", -1))


def list_documents(
    book: Book, query: Query, kinds: tuple[tuple[str, str, int], ...]
) -> Iterator[tuple[Row, str, int]]:
    """List the documents of a period that are neither drafts nor void."""
    for collection, prefix, sign in kinds:
        for row in book.rows(collection):
            is_in_period = query.start <= str(row["date"]) <= query.end
            if is_in_period and row["status"] not in NOT_SOLD:
                yield row, prefix, sign


def _convert(book: Book, row: Row, amount: object) -> Decimal:
    base = parse_amount(amount) * parse_amount(row.get("exchange_rate") or 1)
    return base.quantize(Decimal(1).scaleb(-book.decimals))


def _group(
    book: Book,
    query: Query,
    kinds: tuple[tuple[str, str, int], ...],
    find_key: Callable[[Row], tuple[str, str]],
) -> dict[tuple[str, str], Row]:
    """Group documents by an entity: counts, amounts without and with tax, by kind and net."""
    found: dict[tuple[str, str], Row] = {}
    for row, prefix, sign in list_documents(book, query, kinds):
        key = find_key(row)
        if key not in found:
            found[key] = dict.fromkeys(("count", *(f"{one[1]}_count" for one in kinds)), 0)
            for name in ("sales", *(f"{one[1]}_sales" for one in kinds)):
                found[key] |= {name: book.zero, f"{name}_with_tax": book.zero}
        one = found[key]
        net, gross = _convert(book, row, row["sub_total"]), _convert(book, row, row["total"])
        one["count"] += 1
        one[f"{prefix}_count"] += 1
        one[f"{prefix}_sales"] += net
        one[f"{prefix}_sales_with_tax"] += gross
        one["sales"] += sign * net
        one["sales_with_tax"] += sign * gross
    return found


def _answer(
    query: Query, knobs: ReportKnobs, key: str, rows: list[Row], title: str
) -> dict[str, Any]:
    page, has_more = take_page(query, rows, knobs)
    return {key: page, "page_context": build_paging(query, title, has_more=has_more)}


def build_sales_by_customer(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build sales by customer: invoices less credit notes."""
    groups = _group(book, query, SOLD, lambda row: (row["customer_name"], row["customer_id"]))
    rows = [
        {"customer_id": key, "customer_name": name, **one, "contact": {}, "previous_values": []}
        for (name, key), one in sorted(groups.items())
    ]
    return _answer(query, knobs, "sales", rows, "Sales by Customer")


def build_sales_by_salesperson(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build sales by salesperson; what has none is a row "Others" with a blank id."""
    groups = _group(
        book,
        query,
        SOLD,
        lambda row: (
            row["salesperson_name"],
            "" if row["salesperson_id"] == "-1" else row["salesperson_id"],
        ),
    )
    rows = [
        {
            "salesperson_id": key,
            "salesperson_name": name,
            "salesperson_status": "active" if key else "",
            "email": "",
            **one,
            "total_sales": one["sales"],
            "total_sales_with_tax": one["sales_with_tax"],
            "previous_values": [],
        }
        for (name, key), one in sorted(groups.items())
    ]
    return _answer(query, knobs, "sales", rows, "Sales by Sales Person")


def build_sales_by_item(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build sales by item: the lines of invoices less those of credit notes."""
    return _build_by_item(book, query, knobs, SOLD, ("sales", "Sales by Item"))


def build_purchases_by_item(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build purchases by item."""
    return _build_by_item(book, query, knobs, BOUGHT[:1], ("purchases", "Purchases by Item"))


def _build_by_item(
    book: Book,
    query: Query,
    knobs: ReportKnobs,
    kinds: tuple[tuple[str, str, int], ...],
    names: tuple[str, str],
) -> dict[str, Any]:
    quantities: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    amounts: dict[tuple[str, str], Decimal] = defaultdict(lambda: book.zero)
    for row, _, sign in list_documents(book, query, kinds):
        for line in row["line_items"]:
            if line.get("item_id"):
                key = (line["name"], line["item_id"])
                quantities[key] += sign * parse_amount(line["quantity"])
                amounts[key] += sign * _convert(book, row, line["item_total"])
    rows = [
        {
            "item_id": key[1],
            "item_name": key[0],
            "unit": "pcs",
            "is_combo_product": False,
            "quantity_sold": quantities[key],
            "amount": amount,
            "average_price": _divide(amount, quantities[key], book),
            "item": {"sku": ""},
            "previous_values": [],
        }
        for key, amount in sorted(amounts.items())
    ]
    return _answer(query, knobs, names[0], rows, names[1])


def _divide(amount: Decimal, quantity: Decimal, book: Book) -> Decimal:
    return (amount / quantity).quantize(Decimal(1).scaleb(-book.decimals)) if quantity else ZERO


def build_purchases_by_vendor(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build purchases by vendor: bills."""
    groups = _group(book, query, BOUGHT[:1], lambda row: (row["vendor_name"], row["vendor_id"]))
    rows = [
        {
            "vendor_id": key,
            "vendor_name": name,
            "bill_count": one["bill_count"],
            "amount": one["bill_sales"],
            "amount_with_tax": one["bill_sales_with_tax"],
        }
        for (name, key), one in sorted(groups.items())
    ]
    return _answer(query, knobs, "purchases", rows, "Purchases by Vendor")


def build_tax_summary(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build the summary of taxes: those of the legs, payable less recoverable."""
    amounts: dict[tuple[str, str, Decimal], Decimal] = defaultdict(lambda: book.zero)
    for leg in book.select(query.start, query.end, is_cash=query.is_cash):
        if leg.tax_id:
            amounts[leg.tax_name, leg.tax_id, leg.tax_percentage] -= leg.amount
    rows = [
        {
            "tax_id": key,
            "tax_name": name,
            "tax_percentage": percent,
            "transaction_amount": _divide(amount * 100, percent, book),
            "tax_amount": amount,
        }
        for (name, key, percent), amount in sorted(amounts.items())
    ]
    answer = _answer(query, knobs, "tax", rows, "Tax Summary")
    answer["page_context"] |= {"cash_based": query.is_cash, "entity_list": ["invoice", "bill"]}
    return answer


def build_expenses_by_category(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build expenses by account; those without tax equal those with it, as legs have none."""
    sums = book.sum_accounts(query.start, query.end, is_cash=query.is_cash)
    accounts = [book.accounts[key] for key in sums if book.accounts[key].kind in EXPENSE]
    rows = [
        {
            "account_id": one.id,
            "account_name": one.name,
            "account_code": one.code,
            "amount": sums[one.id].net + book.zero,
            "amount_with_tax": sums[one.id].net + book.zero,
        }
        for one in sorted(accounts, key=lambda one: (one.name, one.id))
    ]
    return _answer(query, knobs, "expense", rows, "Expenses by Category")
