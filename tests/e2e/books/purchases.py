"""What organization 10 buys and books, and what books nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.e2e.books.accounts import (
    AP,
    AR,
    BANK,
    CARD,
    CASH,
    DEPRECIATION,
    EQUIPMENT,
    INPUT_TAX,
    INTEREST,
    LATE_FEES,
    LOAN,
    RENT,
    SALES,
    STOCK,
    TAX,
    TRAVEL,
    WEAR,
)
from tests.e2e.books.documents import TEN, add_invoice, build_tax
from tests.e2e.books.ledger import EARLIER, build_line

if TYPE_CHECKING:
    from tests.e2e.books.ledger import Company

# fmt: off


def buy_2025(ten: Company) -> None:
    """Buy stock, pay rent, and take a credit."""
    # 100 x 60.00 = 6,000.00 + tax 600.00.
    tax = [build_tax("t10", "State 10", "10", "600.00")]
    ten.add_document("bill_details", bill_id="bill-1", bill_number="B-1", date="2024-04-20",
                     due_date="2024-05-20", vendor_id="v1", status="paid", total=Decimal(6600),
                     balance=Decimal(0), sub_total=Decimal(6000), tax_total=Decimal(600), taxes=tax,
                     line_items=[build_line(STOCK, "100", "60.00", "6000.00", "t10",
                                            item_id="widget", **TEN)])
    ten.post("bill", "bill-1", "2024-04-20",
             {STOCK: "6000.00", INPUT_TAX: "600.00", AP: "-6600.00"})
    ten.add_document("vendor_payment_details", payment_id="vpay-1", payment_number="1",
                     date="2024-05-15", vendor_id="v1", amount=Decimal(6600), balance=Decimal(0),
                     bills=[{"bill_payment_id": "bp-1", "bill_id": "bill-1",
                             "apply_date": "2024-05-15", "amount_applied": Decimal(6600)}])
    ten.post("vendor_payment", "vpay-1", "2024-05-15", {AP: "6600.00", BANK: "-6600.00"})
    # 1,200.00 - 700.00 paid - 100.00 credited = 400.00.
    ten.add_document("bill_details", bill_id="bill-2", bill_number="B-2", date="2024-06-01",
                     due_date="2024-07-01", vendor_id="v2", status="overdue", total=Decimal(1200),
                     balance=Decimal(400), sub_total=Decimal(1200), tax_total=Decimal(0), taxes=[],
                     line_items=[build_line(RENT, "1", "1200.00", "1200.00")])
    ten.post("bill", "bill-2", "2024-06-01", {RENT: "1200.00", AP: "-1200.00"})
    ten.add_document("vendor_payment_details", payment_id="vpay-2", payment_number="2",
                     date="2024-07-05", vendor_id="v2", amount=Decimal(700), balance=Decimal(0),
                     bills=[{"bill_payment_id": "bp-2", "bill_id": "bill-2",
                             "apply_date": "2024-07-05", "amount_applied": Decimal(700)}])
    ten.post("vendor_payment", "vpay-2", "2024-07-05", {AP: "700.00", BANK: "-700.00"})
    ten.add_document("vendor_credit_details", vendor_credit_id="vc-1", vendor_credit_number="VC-1",
                     date="2024-07-20", vendor_id="v2", status="closed", total=Decimal(100),
                     balance=Decimal(0), sub_total=Decimal(100), tax_total=Decimal(0),
                     line_items=[build_line(RENT, "1", "100.00", "100.00")])
    ten.post("vendor_credit", "vc-1", "2024-07-20", {AP: "100.00", RENT: "-100.00"})
    # The service does not say how much: 100.00 is what the balances leave over.
    ten.add("vendor_credit_bills", vendor_credit_id="vc-1", vendor_credit_bill_id="vca-1",
            bill_id="bill-2", date="2024-07-25")
    ten.post("vendor_credit_application", "vca-1", "2024-07-25",
             {f"{AP}#1": "-100.00", f"{AP}#2": "100.00"})


def book_2025(ten: Company) -> None:
    """Book expenses, journals, a sales receipt, a transfer and a debit note."""
    ten.add_document("expense_details", expense_id="exp-1", date="2024-08-01", vendor_id="v2",
                     status="nonbillable", total=Decimal(80), sub_total=Decimal(80),
                     tax_amount=Decimal(0), account_id=TRAVEL, paid_through_account_id=CARD,
                     line_items=[], taxes=[])
    ten.post("expense", "exp-1", "2024-08-01", {TRAVEL: "80.00", CARD: "-80.00"})
    # 220.00 with tax = 200.00 and 10 % of it.
    ten.add_document("expense_details", expense_id="exp-2", date="2024-09-15", vendor_id="v1",
                     status="nonbillable", total=Decimal(220), sub_total=Decimal(200),
                     tax_amount=Decimal(20), account_id=RENT, paid_through_account_id=BANK,
                     is_inclusive_tax=True, taxes=[build_tax("t10", "State 10", "10", "20.00")],
                     line_items=[{"account_id": RENT, "item_total": Decimal(200)}])
    ten.post("expense", "exp-2", "2024-09-15",
             {RENT: "200.00", INPUT_TAX: "20.00", BANK: "-220.00"})
    for key, day, debit, credit, amount in (
        ("je-1", "2024-12-31", DEPRECIATION, WEAR, "500.00"),
        ("je-2", "2024-06-15", EQUIPMENT, BANK, "5000.00"),
        ("je-3", "2024-04-05", BANK, LOAN, "10000.00"),
        ("je-4", "2025-03-31", INTEREST, BANK, "400.00"),
        ("je-5", "2026-03-31", DEPRECIATION, WEAR, "500.00"),
    ):
        sides = (("debit", debit), ("credit", credit))
        ten.add_document("journal_details", journal_id=key, entry_number=key, journal_date=day,
                         status="published", total=Decimal(amount),
                         line_items=[{"account_id": account, "debit_or_credit": side,
                                      "amount": Decimal(amount)} for side, account in sides])
        ten.post("journal", key, day, {debit: amount, credit: f"-{amount}"})
    # 2 x 75.00 = 150.00 + tax 15.00; taken to the bank five days later.
    ten.add_document("sales_receipt_details", sales_receipt_id="sr-1", receipt_number="SR-1",
                     date="2025-01-10", customer_id="c2", status="paid", total=Decimal(165),
                     sub_total=Decimal(150), tax_total=Decimal(15),
                     line_items=[build_line(SALES, "2", "75.00", "150.00", "t10", **TEN)])
    ten.post("sales_receipt", "sr-1", "2025-01-10",
             {CASH: "165.00", SALES: "-150.00", TAX: "-15.00"})
    ten.post("transfer_fund", "bt-1", "2025-01-15", {BANK: "165.00", CASH: "-165.00"})
    ten.add_document("customer_debit_note_details", invoice_id="dn-1", invoice_number="DN-1",
                     date="2025-02-01", due_date="2025-03-03", customer_id="c2", status="open",
                     total=Decimal(40), balance=Decimal(40), sub_total=Decimal(40),
                     tax_total=Decimal(0), taxes=[],
                     line_items=[build_line(LATE_FEES, "1", "40.00", "40.00")])
    ten.post("invoice", "dn-1", "2025-02-01", {AR: "40.00", LATE_FEES: "-40.00"})


def work_2026(ten: Company) -> None:
    """Buy and spend in the second year."""
    ten.add_document("bill_details", bill_id="bill-4", bill_number="B-4", date="2026-02-15",
                     due_date="2026-03-17", vendor_id="v1", status="overdue", total=Decimal(3300),
                     balance=Decimal(3300), sub_total=Decimal(3000), tax_total=Decimal(300),
                     taxes=[build_tax("t10", "State 10", "10", "300.00")],
                     line_items=[build_line(STOCK, "50", "60.00", "3000.00", "t10",
                                            item_id="widget", **TEN)])
    ten.post("bill", "bill-4", "2026-02-15",
             {STOCK: "3000.00", INPUT_TAX: "300.00", AP: "-3300.00"})
    ten.add_document("expense_details", expense_id="exp-3", date="2025-10-05", vendor_id="v2",
                     status="nonbillable", total=Decimal(60), sub_total=Decimal(60),
                     tax_amount=Decimal(0), account_id=TRAVEL, paid_through_account_id=BANK,
                     line_items=[], taxes=[])
    ten.post("expense", "exp-3", "2025-10-05", {TRAVEL: "60.00", BANK: "-60.00"})


def leave_out(ten: Company) -> None:
    """Add what books nothing: void, draft, purchase order, deleted rows, postings of before."""
    for number, status, total in ((6, "void", "300.00"), (7, "draft", "400.00")):
        add_invoice(ten, number, ("2024-09-05", "2024-10-05"), "c1", (total, total),
                    [build_line(SALES, "1", total, total)], status=status)
    ten.add_document("journal_details", journal_id="je-6", entry_number="6",
                     journal_date="2026-03-20", status="draft", total=Decimal(1), line_items=[])
    ten.add_document("purchase_order_details", purchaseorder_id="po-1", date="2026-03-10",
                     vendor_id="v1", status="open", total=Decimal(1200), sub_total=Decimal(1200),
                     tax_total=Decimal(0), taxes=[],
                     line_items=[build_line(STOCK, "20", "60.00", "1200.00")])
    # Deleted in the list, softly and from the table: their documents are still there.
    for number in (17, 18):
        add_invoice(ten, number, ("2024-09-06", "2024-10-06"), "c1", ("77.00", "77.00"),
                    [build_line(SALES, "1", "77.00", "77.00")])
    ten.tables["invoices"].pop()
    ten.tables["invoices"][-1]["_sdc_deleted_at"] = EARLIER
    # A transaction that was deleted since an earlier reading of its month.
    ten.post("journal", "je-7", "2024-06-20", {RENT: "7.00", BANK: "-7.00"}, read_at=EARLIER)
