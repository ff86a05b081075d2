"""What every posting begins with: its entry, the accounts, and the documents that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from sandbox.data.books.leg import ONE, ZERO, Entry
from sandbox.data.numbers import parse_amount

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from sandbox.data.facts.applications import Application
    from sandbox.data.facts.settlements import Side

Document: TypeAlias = "Mapping[str, Any]"
WRITE_OFF: Final = 820


class Context(Protocol):
    """What posting a document needs beside the document."""

    currency: str
    decimals: int

    def get_account(self, place: int) -> str:
        """Get the id of an account by its place in the chart."""

    def get_tax_account(self, tax_id: str, *, is_output: bool) -> str:
        """Get the account of a tax."""

    def get_cost(self, item_id: str) -> Decimal:
        """Get the cost of one of a stocked item in the organization's currency; 0 of another."""

    def find(self, collection: str, record_id: str) -> Document | None:
        """Find a whole document; None if there is none."""

    def list_applications(self, collection: str, record_id: str) -> list[Application]:
        """List what is applied to or from a document."""

    def list_refunded(self, collection: str, record_id: str, refund_id: str) -> list[Decimal]:
        """List the refunds of a payment or credit up to, and with, one of them."""

    def derive_id(self, kind: int, record_id: str) -> str:
        """Derive the id of a transaction that a document causes."""


def begin(context: Context, collection: str, document: Document, kind: str, key: str) -> Entry:
    """Begin the entry of a document: what all its legs have."""
    owner = (
        "customer" if document.get("customer_id") and not document.get("vendor_id") else "vendor"
    )
    number = next((document[name] for name in NUMBERS if document.get(name)), "")
    head = {
        "collection": collection,
        "transaction_id": str(document[key]),
        "transaction_type": kind,
        "date": str(document.get("date") or document.get("journal_date", "")),
        "contact_id": str(document.get(f"{owner}_id", "")),
        "contact_name": str(document.get(f"{owner}_name", "")),
        "number": str(number),
        "reference": str(document.get("reference_number", "")),
    }
    rate = parse_amount(document.get("exchange_rate") or ONE)
    return Entry(head, str(document.get("currency_code", context.currency)), rate, context.decimals)


NUMBERS: Final = (
    "invoice_number",
    "debit_note_number",
    "bill_number",
    "creditnote_number",
    "vendor_credit_number",
    "payment_number",
    "receipt_number",
    "expense_number",
    "entry_number",
)


def cumulate(
    entry: Entry, amounts: Sequence[Decimal], place: int, rate: Decimal | None = None
) -> Decimal:
    """Convert an amount so that it and those before it add up to what their sum converts to."""
    before = sum(amounts[:place], ZERO)
    return entry.convert(before + amounts[place], rate) - entry.convert(before, rate)


def get_settled_base(context: Context, entry: Entry, side: Side, one: Application) -> Decimal:
    """Get an application in the organization's currency, at the rate of its document."""
    every = context.list_applications(side.documents, one.target)
    place = next(index for index, other in enumerate(every) if other.id == one.id)
    target = context.find(side.documents, one.target)
    rate = parse_amount(target["exchange_rate"]) if target else entry.rate
    return cumulate(entry, [other.amount for other in every], place, rate)
