"""The activity log: what was created, updated and deleted, by whole days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.api.reports.postings import take_page
from sandbox.api.reports.query import build_paging
from sandbox.data.catalog import get_endpoint
from sandbox.data.scene import get_kind_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.api.reports.book import Book
    from sandbox.api.reports.query import Query
    from sandbox.data.seeding import Holdings
    from sandbox.data.store import Record
    from sandbox.faults import ReportKnobs

# What the log is about: documents, contacts and items, by the name of their transaction type.
TYPES: Final = {
    "invoices": "invoice",
    "bills": "bill",
    "creditnotes": "creditnote",
    "vendorcredits": "vendor_credit",
    "customerpayments": "customer_payment",
    "vendorpayments": "vendor_payment",
    "expenses": "expense",
    "journals": "journal",
    "estimates": "estimate",
    "salesorders": "salesorder",
    "purchaseorders": "purchaseorder",
    "contacts": "contact",
    "items": "item",
}
CREATED_KIND, UPDATED_KIND, DELETED_KIND = 600, 700, 890
MOST_REVISIONS: Final = 100


def read_activities(own: Holdings) -> list[dict[str, Any]]:
    """Read the events of an organization, oldest first."""
    events = [event for collection in TYPES for event in _read_collection(own, collection)]
    for place, (collection, record, when) in enumerate(own.deleted):
        if collection in TYPES:
            key = own.spec.make_id(DELETED_KIND, place)
            events.append(_build_event(own, collection, record, key, when, "deleted"))
    return sorted(events, key=lambda event: (event["date"], event["activity_id"]))


def _read_collection(own: Holdings, collection: str) -> Iterator[dict[str, Any]]:
    kind = get_kind_number(collection)
    gone = [record for name, record, _ in own.deleted if name == collection]
    for record in [*own.get_table(collection).records.values(), *gone]:
        key = own.spec.make_id(CREATED_KIND + kind, record.number)
        yield _build_event(own, collection, record, key, record.created, "created")
        if record.modified > record.created:
            place = record.number * MOST_REVISIONS + record.revision % MOST_REVISIONS
            key = own.spec.make_id(UPDATED_KIND + kind, place)
            yield _build_event(own, collection, record, key, record.modified, "updated")


def _build_event(
    own: Holdings, collection: str, record: Record, key: str, when: int, operation: str
) -> dict[str, Any]:
    """Build an event; its date is a day without a time, in the organization's time zone."""
    user = own.scene.build_user_fields()
    kind = TYPES[collection]
    noun = get_endpoint(collection).document.replace("_", " ").capitalize()
    return {
        "activity_id": key,
        "date": own.scene.format_date(when),
        "description": f"{noun} {operation}",
        "notes": "",
        "user_id": user["created_by_id"],
        "user_name": user["created_by_name"],
        "role_id": own.spec.make_id(803, 0),
        "role_name": "Admin",
        "is_from_client_portal": False,
        "is_from_secure_page": False,
        "source_formatted": "Web",
        "ref_transaction_type": kind,
        "activity_details": {
            "transaction_id": record.id,
            "transaction_name": f"{noun} {record.number + 1}",
            "transaction_type": kind,
            "operation_type": operation,
            "can_show_version": False,
            "app_source": "Zoho Books",
            "is_audittrail_applicable": False,
        },
    }


def build_activity_log(book: Book, query: Query, knobs: ReportKnobs) -> dict[str, Any]:
    """Build the events of a range of days; sources disagree on the name of the key."""
    events = [one for one in book.activities() if query.start <= one["date"] <= query.end]
    page, has_more = take_page(query, events, knobs)
    paging = build_paging(query, "Activity Logs", has_more=has_more)
    return {knobs.activities_key: page, "page_context": paging}
