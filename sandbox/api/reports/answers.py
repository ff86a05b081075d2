"""Answers to requests of ``reports/...``: parameters, the report, and the echo of both."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sandbox.api import documents
from sandbox.api.reports.activities import read_activities
from sandbox.api.reports.book import Account, Book
from sandbox.api.reports.query import Query, build_context, parse_query
from sandbox.api.reports.registry import REPORTS, Report
from sandbox.data.catalog import get_endpoint
from sandbox.http import Response, build_error, build_success

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.data.books.leg import Leg
    from sandbox.data.seeding import Holdings
    from sandbox.faults import ReportKnobs

PREFIX: Final = "reports"
COUNT_ONLY: Final = "2"
CHART: Final = "chartofaccounts"


def answer_report(
    own: Holdings, path: str, params: Mapping[str, str], today: str, knobs: ReportKnobs
) -> Response:
    """Answer a request of a report."""
    report = REPORTS.get(path.partition("/")[2])
    if report is None or report.path in knobs.missing:
        return build_error(404, 5, "Invalid URL Passed")
    if report.needs_dates and not (params.get("from_date") and params.get("to_date")):
        return build_error(400, 101007, "Please enter the date range.")
    month = own.spec.fiscal_month + 1
    needs_filter = report.needs_filter or knobs.needs_filter
    try:
        query = parse_query(
            params, report.filter_field, report.default, today, month, needs_filter=needs_filter
        )
    except ValueError as name:
        return build_error(400, 2, f"Invalid value passed for {name}")
    if knobs.ignores_dates:
        kept = {key: text for key, text in params.items() if key in {"cash_based", "show_rows"}}
        query = parse_query(
            kept, report.filter_field, report.default, today, month, needs_filter=True
        )
    book = read_book(own)
    if is_too_large(report, query, book, knobs):
        return build_error(400, None, "The date range is too large. Please reduce it.")
    content = report.build(book, query, knobs)
    return _build_response(report, query, content, knobs)


def is_too_large(report: Report, query: Query, book: Book, knobs: ReportKnobs) -> bool:
    """Whether a range has more days, or more postings, than the service answers."""
    if knobs.most_rows and report.is_postings:
        legs = book.select(query.start, query.end, is_cash=query.is_cash)
        return sum(1 for _ in legs) > knobs.most_rows
    if not knobs.most_days or not query.start:
        return False
    days = date.fromisoformat(query.end) - date.fromisoformat(query.start)
    return days.days + 1 > knobs.most_days


def _build_response(
    report: Report, query: Query, content: dict[str, Any], knobs: ReportKnobs
) -> Response:
    context = build_context(query, report.path, is_as_of=report.is_as_of)
    context |= content.pop("page_context", {})
    if report.is_as_of and knobs.unsettled:
        context["is_inv_txn_job_in_progress"] = True
    return build_success(**content, page_context=context)


def read_book(own: Holdings) -> Book:
    """Read the book of an organization; it is kept until the ledger or an account changes."""
    ledger, table = own.ledger, own.get_table(CHART)
    legs = ledger.legs
    key = (ledger.version, table.version)
    if own.report_memory.get("key") != key:
        own.report_memory = {"key": key, "book": _make_book(own, legs)}
    book: Book = own.report_memory["book"]
    return book


def _make_book(own: Holdings, legs: Sequence[Leg]) -> Book:
    one, table = get_endpoint(CHART), own.get_table(CHART)
    rows = [documents.write_row(own.scene, one, record) for record in table.records.values()]
    accounts = {
        row["account_id"]: Account(
            row["account_id"],
            row["account_name"],
            row["account_code"],
            row["account_type"],
            row["parent_account_id"],
        )
        for row in rows
    }
    for key in {leg.account_id for leg in legs} - accounts.keys():
        record = own.find_account(key)
        if record is not None:
            row = documents.write_row(own.scene, one, record)
            accounts[key] = Account(key, row["account_name"], "", row["account_type"], "")
        else:
            accounts[key] = Account(key, "Deleted account", "", "expense", "")
    return Book(
        own.spec.organization_id,
        legs,
        accounts,
        own.spec.decimals,
        own.spec.fiscal_month + 1,
        own.spec.currency,
        lambda collection: _read_rows(own, collection),
        lambda: read_activities(own),
    )


def _read_rows(own: Holdings, collection: str) -> list[dict[str, Any]]:
    one = get_endpoint(collection)
    records = own.get_table(collection).records.values()
    return [documents.write_all_fields(own.scene, one, record) for record in records]
