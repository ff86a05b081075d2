"""A company as raw rows: each document with the legs that it posts, both written by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row: TypeAlias = "dict[str, Any]"
Tables: TypeAlias = "dict[str, list[Row]]"
READ_AT = datetime(2026, 3, 31, 12, tzinfo=UTC)
EARLIER = READ_AT - timedelta(days=30)
LISTS = {  # of each stream of documents: its list, and the key of both
    "invoice_details": ("invoices", "invoice_id"),
    "customer_debit_note_details": ("customer_debit_notes", "invoice_id"),
    "credit_note_details": ("credit_notes", "creditnote_id"),
    "sales_receipt_details": ("sales_receipts", "sales_receipt_id"),
    "customer_payment_details": ("customer_payments", "payment_id"),
    "bill_details": ("bills", "bill_id"),
    "vendor_credit_details": ("vendor_credits", "vendor_credit_id"),
    "vendor_payment_details": ("vendor_payments", "payment_id"),
    "expense_details": ("expenses", "expense_id"),
    "purchase_order_details": ("purchase_orders", "purchaseorder_id"),
    "journal_details": ("journals", "journal_id"),
}
LISTED = (
    "organization_id", "customer_id", "vendor_id", "invoice_number", "bill_number", "date",
    "due_date", "status", "total", "balance", "currency_code", "exchange_rate", "journal_date",
    "amount", "last_modified_time", "creditnote_number", "vendor_credit_number", "payment_number",
)  # fmt: skip


def find_month(day: str) -> tuple[str, str]:
    """Return the first and the last day of the month of a day."""
    first = date.fromisoformat(day).replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return first.isoformat(), (after - timedelta(days=1)).isoformat()


def build_line(
    account: str, quantity: str, rate: str, total: str, tax: str = "", **more: Any
) -> Row:
    """Build a line of a document; `tax` is the id of its tax."""
    return {
        "account_id": account,
        "quantity": Decimal(quantity),
        "rate": Decimal(rate),
        "item_total": Decimal(total),
        "tax_id": tax,
        "discount_amount": Decimal(0),
        **more,
    }


@dataclass
class Company:
    """The rows of an organization by stream, and the legs of its ledger."""

    organization_id: str
    currency: str
    tables: Tables = field(default_factory=lambda: defaultdict(list))

    def add(self, stream: str, **row: Any) -> Row:
        """Add a row to a stream."""
        made = {"organization_id": self.organization_id, **row}
        self.tables[stream].append(made)
        return made

    def add_accounts(self, accounts: Mapping[str, tuple[str, str, str]]) -> None:
        """Add accounts: name, type and closing balance on the usual side, by id."""
        for key, (name, kind, closing) in accounts.items():
            row = {"account_id": key, "account_name": name, "account_type": kind, "is_active": True}
            self.add("chart_of_accounts", **row)
            self.add("chart_of_account_details", **row, closing_balance=Decimal(closing))

    def add_document(self, stream: str, **row: Any) -> Row:
        """Add a document, and the row of its list."""
        defaults = {"currency_code": self.currency, "exchange_rate": Decimal(1)}
        made = self.add(stream, **{**defaults, "last_modified_time": EARLIER, **row})
        listed, key = LISTS[stream]
        names = (*LISTED, key)
        self.tables[listed].append({name: made[name] for name in names if name in made})
        return made

    def post(
        self, kind: str, key: str, day: str, legs: Mapping[str, str | tuple[str, str]], **more: Any
    ) -> None:
        """Post a transaction: debits are positive; a pair is base and foreign amount.

        The id of an account may end in `#` and a number, for a second leg on the same account.
        """
        self._post("journal_report", kind, key, day, legs, more)

    def post_cash(self, kind: str, key: str, day: str, legs: Mapping[str, str]) -> None:
        """Post a transaction on the cash basis."""
        self._post("ledger_entries", kind, key, day, legs, {"basis": "cash"})

    def _post(
        self, stream: str, kind: str, key: str, day: str, legs: Mapping[str, Any], more: Row
    ) -> None:
        first, last = find_month(day)
        counts: Counter[str] = Counter()
        for place, (name, amounts) in enumerate(sorted(legs.items()), 1):
            account = name.partition("#")[0]
            counts[account] += 1
            own, foreign = amounts if isinstance(amounts, tuple) else (amounts, amounts)
            sides = zip(_SIDES[stream], _split(own) + _split(foreign), strict=True)
            row = {
                "transaction_type": kind,
                "transaction_id": key,
                "line_number": place if stream == "journal_report" else counts[account],
                "date": day,
                "account_id": account,
                **dict(sides),
                "currency_code": self.currency,
                "exchange_rate": Decimal(1),
                "row_type": "posting",
                "is_balanced": True,
                "from_date": first,
                "to_date": last,
                "read_at": READ_AT,
            }
            self.add(stream, **{**row, **more})

    def report(
        self, stream: str, first: str, last: str, amounts: Mapping[str, str], **more: Any
    ) -> None:
        """Add a report of the service: amounts by account, computed rows by name."""
        rows = []
        for place, (name, text) in enumerate(amounts.items(), 1):
            is_account = name.isdigit()
            amount = Decimal(text)
            rows.append(
                {
                    "basis": "accrual",
                    "from_date": first,
                    "to_date": last,
                    "row_key": f"account:{name}" if is_account else name.lower().replace(" ", "_"),
                    "row_type": "account" if is_account else "computed",
                    "account_id": name if is_account else None,
                    "name": None if is_account else name,
                    "amount": amount,
                    "debit": max(amount, Decimal(0)) if stream == "trial_balance" else None,
                    "credit": max(-amount, Decimal(0)) if stream == "trial_balance" else None,
                    "position": place,
                    "tree_difference": Decimal(0),
                    "is_settled": True,
                    "read_at": READ_AT,
                    "period_rows": len(amounts),
                    **more,
                }
            )
        for row in rows:
            self.add(stream, **row)

    def finish(self) -> Tables:
        """Return all rows, each posting with the number of rows in the reading of its period."""
        for stream in ("journal_report", "ledger_entries"):
            count_readings(self.tables[stream])
        return dict(self.tables)


_SIDES = {
    "journal_report": ("debit_amount", "credit_amount", "fcy_debit_amount", "fcy_credit_amount"),
    "ledger_entries": ("debit", "credit", "fcy_debit", "fcy_credit"),
}


def _split(text: str) -> tuple[Decimal, Decimal]:
    amount = Decimal(text)
    return max(amount, Decimal(0)), max(-amount, Decimal(0))


def count_readings(rows: Iterable[Row]) -> None:
    """Set how many rows each reading of a period has, unless a row says so itself."""
    kept = list(rows)
    names = ("organization_id", "basis", "from_date", "to_date", "read_at")
    counts = Counter(tuple(row.get(name) for name in names) for row in kept)
    for row in kept:
        row["period_rows"] = counts[tuple(row.get(name) for name in names)]
