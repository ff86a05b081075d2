"""Organization 20: dinars, yen, a calendar year, and the cash basis."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.e2e.books.accounts import (
    AP,
    AR,
    BANK,
    EQUITY,
    EXCHANGE,
    RENT,
    SALES,
    TAX,
    TRAVEL,
)
from tests.e2e.books.documents import add_invoice, add_payment, build_tax
from tests.e2e.books.ledger import build_line

if TYPE_CHECKING:
    from tests.e2e.books.ledger import Company, Row

# fmt: off


def keep_small_books(twenty: Company) -> None:
    """Keep the books of organization 20 on the accrual basis."""
    twenty.post("opening_balance", "ob-1", "2025-01-01", {BANK: "1000.000", EQUITY: "-1000.000"})
    # 3 x 10.125 = 30.375; tax 5 % = 1.51875, 1.519.
    add_invoice(twenty, 1, ("2025-02-01", "2025-03-03"), "c1", ("31.894", "0.000"),
                [build_line(SALES, "3", "10.125", "30.375", "t5")], "1.519", "paid",
                taxes=[build_tax("t5", "VAT 5", "5", "1.519")])
    twenty.post("invoice", "inv-1", "2025-02-01",
                {AR: "31.894", SALES: "-30.375", TAX: "-1.519"})
    add_payment(twenty, 1, "2025-03-01", "c1", "31.894", [("inv-1", "2025-03-01", "31.894")])
    twenty.post("customer_payment", "pay-1", "2025-03-01", {BANK: "31.894", AR: "-31.894"})
    # 50,000 JPY at 0.002051 = 102.550; paid at 0.002040 = 102.000: a loss of 0.550.
    yen: Row = {"currency_code": "JPY"}
    add_invoice(twenty, 2, ("2025-04-01", "2025-05-01"), "c2", ("50000", "0"),
                [build_line(SALES, "1", "50000", "50000")], status="paid", **yen,
                exchange_rate=Decimal("0.002051"))
    twenty.post("invoice", "inv-2", "2025-04-01",
                {AR: ("102.550", "50000"), SALES: ("-102.550", "-50000")}, **yen,
                exchange_rate=Decimal("0.002051"))
    add_payment(twenty, 2, "2025-05-10", "c2", "50000", [("inv-2", "2025-05-10", "50000")], **yen,
                exchange_rate=Decimal("0.002040"))
    twenty.post("customer_payment", "pay-2", "2025-05-10",
                {BANK: ("102.000", "50000"), AR: ("-102.550", "-50000"), EXCHANGE: ("0.550", "0")},
                **yen, exchange_rate=Decimal("0.002040"))
    twenty.add_document("bill_details", bill_id="bill-1", bill_number="B-1", date="2025-06-01",
                        due_date="2025-07-01", vendor_id="v1", status="overdue",
                        total=Decimal("12.345"), balance=Decimal("12.345"), taxes=[],
                        sub_total=Decimal("12.345"), tax_total=Decimal(0),
                        line_items=[build_line(TRAVEL, "1", "12.345", "12.345")])
    twenty.post("bill", "bill-1", "2025-06-01", {TRAVEL: "12.345", AP: "-12.345"})
    twenty.post("transfer_fund", "bt-1", "2025-06-15", {RENT: "20.000", BANK: "-20.000"})
    twenty.add_document("expense_details", expense_id="exp-1", date="2025-07-01", vendor_id="v1",
                        status="nonbillable", total=Decimal("5.005"), sub_total=Decimal("5.005"),
                        tax_amount=Decimal(0), account_id=TRAVEL, paid_through_account_id=RENT,
                        line_items=[], taxes=[])
    twenty.post("expense", "exp-1", "2025-07-01", {TRAVEL: "5.005", RENT: "-5.005"})
    add_invoice(twenty, 3, ("2026-01-15", "2026-02-14"), "c1", ("7.000", "7.000"),
                [build_line(SALES, "1", "7.000", "7.000")], status="overdue")
    twenty.post("invoice", "inv-3", "2026-01-15", {AR: "7.000", SALES: "-7.000"})
    twenty.add_document("journal_details", journal_id="je-1", entry_number="1",
                        journal_date="2026-01-31", status="published", total=Decimal("1.001"),
                        line_items=[{"account_id": TRAVEL, "debit_or_credit": "debit",
                                     "amount": Decimal("1.001")},
                                    {"account_id": BANK, "debit_or_credit": "credit",
                                     "amount": Decimal("1.001")}])
    twenty.post("journal", "je-1", "2026-01-31", {TRAVEL: "1.001", BANK: "-1.001"})


def keep_cash_books(twenty: Company) -> None:
    """Post what the cash basis shows: income when it is paid, nothing of what is open."""
    twenty.post_cash("opening_balance", "ob-1", "2025-01-01",
                     {BANK: "1000.000", EQUITY: "-1000.000"})
    twenty.post_cash("customer_payment", "pay-1", "2025-03-01",
                     {BANK: "31.894", SALES: "-30.375", TAX: "-1.519"})
    twenty.post_cash("customer_payment", "pay-2", "2025-05-10",
                     {BANK: "102.000", SALES: "-102.000"})
    twenty.post_cash("transfer_fund", "bt-1", "2025-06-15", {RENT: "20.000", BANK: "-20.000"})
    twenty.post_cash("expense", "exp-1", "2025-07-01", {TRAVEL: "5.005", RENT: "-5.005"})
    twenty.post_cash("journal", "je-1", "2026-01-31", {TRAVEL: "1.001", BANK: "-1.001"})
