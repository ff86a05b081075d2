"""What organization 10 sells, at home and abroad, in both years."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.e2e.books.accounts import (
    ADVANCES,
    AP,
    AR,
    BAD_DEBT,
    BANK,
    CITY,
    COST,
    DISCOUNT,
    EQUITY,
    EXCHANGE,
    FEES,
    OTHER,
    SALES,
    SHIPPING,
    STOCK,
    TAX,
    TRAVEL,
)
from tests.e2e.books.documents import TEN, add_invoice, add_payment, build_tax
from tests.e2e.books.ledger import build_line

if TYPE_CHECKING:
    from tests.e2e.books.ledger import Company, Row

# fmt: off


def sell_2025(ten: Company) -> None:
    """Sell with discounts, inclusive tax, a tax group and rounding."""
    ten.post("opening_balance", "ob-1", "2024-04-01",
             {BANK: "50000.00", STOCK: "10000.00", EQUITY: "-60000.00"})
    # Discount before tax: 10 x 100.00 = 1,000.00; less 10 % = 100.00; tax 10 % of 900.00 = 90.00.
    # Cost 10 x 60.00 = 600.00.
    add_invoice(ten, 1, ("2024-04-10", "2024-05-10"), "c1", ("990.00", "0.00"),
                [build_line(SALES, "10", "100.00", "1000.00", "t10", item_id="widget", **TEN,
                            tags=[{"tag_id": "tag", "tag_name": "Region", "tag_option_id": "north",
                                   "tag_option_name": "North"}])],
                "90.00", "paid", discount_total=Decimal(100), is_discount_before_tax=True)
    ten.post("invoice", "inv-1", "2024-04-10",
             {AR: "990.00", SALES: "-1000.00", DISCOUNT: "100.00", TAX: "-90.00", COST: "600.00",
              STOCK: "-600.00"}, contact_id="c1", entity_number="INV-1")
    add_payment(ten, 1, "2024-05-05", "c1", "990.00", [("inv-1", "2024-05-05", "990.00")])
    ten.post("customer_payment", "pay-1", "2024-05-05", {BANK: "990.00", AR: "-990.00"})
    # Discount after tax: 5 x 200.00 = 1,000.00; tax 100.00; less 5 % of 1,100.00 = 55.00.
    # A partial payment of 500.00 leaves 545.00.
    add_invoice(ten, 2, ("2024-04-15", "2024-05-15"), "c2", ("1045.00", "545.00"),
                [build_line(SALES, "5", "200.00", "1000.00", "t10", **TEN)], "100.00",
                "overdue", discount_total=Decimal(55), is_discount_before_tax=False)
    ten.post("invoice", "inv-2", "2024-04-15",
             {AR: "1045.00", SALES: "-1000.00", DISCOUNT: "55.00", TAX: "-100.00"})
    add_payment(ten, 2, "2024-06-01", "c2", "500.00", [("inv-2", "2024-06-01", "500.00")])
    ten.post("customer_payment", "pay-2", "2024-06-01", {BANK: "500.00", AR: "-500.00"})
    # Inclusive tax: 2 x 110.00 = 220.00 = 200.00 and 10 % of it. Written off at the end of 2024.
    add_invoice(ten, 3, ("2024-05-20", "2024-06-19"), "c1", ("220.00", "0.00"),
                [build_line(SALES, "2", "110.00", "200.00", "t10", **TEN)], "20.00", "paid",
                is_inclusive_tax=True, write_off_amount=Decimal(220),
                last_payment_date="2024-12-31")
    ten.post("invoice", "inv-3", "2024-05-20", {AR: "220.00", SALES: "-200.00", TAX: "-20.00"})
    ten.post("invoice_write_off", "wo-3", "2024-12-31", {BAD_DEBT: "220.00", AR: "-220.00"})
    # A tax group: 3 x 33.33 = 99.99; 6 % = 5.9994, 6.00; 2 % = 1.9998, 2.00; 107.99 is rounded to
    # 108.00.
    group = {"line_item_taxes": [{"tax_id": "t6", "tax_name": "State 6"},
                                 {"tax_id": "t2", "tax_name": "City 2"}]}
    add_invoice(ten, 4, ("2024-06-10", "2024-07-10"), "c2", ("108.00", "108.00"),
                [build_line(SALES, "3", "33.33", "99.99", "g8", **group)], "8.00", "overdue",
                roundoff_value=Decimal("0.01"),
                taxes=[build_tax("t6", "State 6", "6", "6.00"),
                       build_tax("t2", "City 2", "2", "2.00")])
    ten.post("invoice", "inv-4", "2024-06-10",
             {AR: "108.00", SALES: "-99.99", TAX: "-6.00", CITY: "-2.00", OTHER: "-0.01"})


def credit_2025(ten: Company) -> None:
    """Ship, credit, refund, and take an advance."""
    # Shipping: 500.00 + 25.00 + tax 10 % of 500.00 = 575.00. Cost 5 x 60.00 = 300.00.
    add_invoice(ten, 5, ("2024-07-01", "2024-07-31"), "c1", ("575.00", "0.00"),
                [build_line(SALES, "5", "100.00", "500.00", "t10", item_id="widget", **TEN)],
                "50.00", "paid", shipping_charge=Decimal(25))
    ten.post("invoice", "inv-5", "2024-07-01",
             {AR: "575.00", SALES: "-500.00", SHIPPING: "-25.00", TAX: "-50.00", COST: "300.00",
              STOCK: "-300.00"})
    # A credit of 100.00 + 10.00, with a widget that comes back; applied to invoice 5.
    ten.add_document("credit_note_details", creditnote_id="cn-1", creditnote_number="CN-1",
                     date="2024-07-15", customer_id="c1", status="closed", total=Decimal(110),
                     balance=Decimal(0), sub_total=Decimal(100), tax_total=Decimal(10),
                     taxes=[build_tax("t10", "State 10", "10", "10.00")],
                     line_items=[build_line(SALES, "1", "100.00", "100.00", "t10", **TEN)],
                     invoices_credited=[{"creditnote_invoice_id": "cna-1", "invoice_id": "inv-5",
                                         "date": "2024-07-20", "amount_applied": Decimal(110)}])
    ten.post("creditnote", "cn-1", "2024-07-15",
             {AR: "-110.00", SALES: "100.00", TAX: "10.00", STOCK: "60.00", COST: "-60.00"})
    ten.post("creditnote_application", "cna-1", "2024-07-20",
             {f"{AR}#1": "110.00", f"{AR}#2": "-110.00"})
    # 575.00 - 110.00 = 465.00.
    add_payment(ten, 3, "2024-08-10", "c1", "465.00", [("inv-5", "2024-08-10", "465.00")])
    ten.post("customer_payment", "pay-3", "2024-08-10", {BANK: "465.00", AR: "-465.00"})
    # A credit that is refunded.
    ten.add_document("credit_note_details", creditnote_id="cn-2", creditnote_number="CN-2",
                     date="2024-08-20", customer_id="c2", status="closed", total=Decimal(150),
                     balance=Decimal(0), sub_total=Decimal(150), tax_total=Decimal(0), taxes=[],
                     line_items=[build_line(SALES, "1", "150.00", "150.00")],
                     invoices_credited=[])
    ten.post("creditnote", "cn-2", "2024-08-20", {AR: "-150.00", SALES: "150.00"})
    ten.add("credit_note_refunds", creditnote_refund_id="cnr-1", creditnote_id="cn-2",
            date="2024-09-01", amount_fcy=Decimal(150), amount_bcy=Decimal(150))
    ten.post("creditnote_refund", "cnr-1", "2024-09-01", {AR: "150.00", BANK: "-150.00"})
    # An advance of 300.00: 200.00 are applied later, 60.00 paid back in 2025, 40.00 left.
    add_payment(ten, 5, "2024-11-20", "c1", "300.00", [("inv-9", "2024-12-10", "200.00")], "40.00")
    ten.post("customer_payment", "pay-5", "2024-11-20", {BANK: "300.00", ADVANCES: "-300.00"})
    # 4 x 50.00 = 200.00; cost 4 x 30.00 = 120.00.
    add_invoice(ten, 9, ("2024-12-05", "2025-01-04"), "c1", ("200.00", "0.00"),
                [build_line(SALES, "4", "50.00", "200.00")], status="paid")
    ten.post("invoice", "inv-9", "2024-12-05",
             {AR: "200.00", SALES: "-200.00", COST: "120.00", STOCK: "-120.00"})
    ten.post("customer_payment_application", "ip-5-0", "2024-12-10",
             {ADVANCES: "200.00", AR: "-200.00"})
    ten.add("customer_payment_refunds", payment_id="pay-5", payment_refund_id="cpr-1",
            date="2025-04-15", amount_fcy=Decimal(60), amount_bcy=Decimal(60))
    ten.post("customer_payment_refund", "cpr-1", "2025-04-15", {ADVANCES: "60.00", BANK: "-60.00"})


def trade_abroad(ten: Company) -> None:
    """Sell and buy in euros that are settled at other rates."""
    euro: Row = {"currency_code": "EUR"}
    # 1,000.00 EUR at 1.10 = 1,100.00; paid at 1.12 = 1,120.00: a gain of 20.00.
    add_invoice(ten, 8, ("2024-10-01", "2024-10-31"), "c3", ("1000.00", "0.00"),
                [build_line(SALES, "1", "1000.00", "1000.00")], status="paid", **euro,
                exchange_rate=Decimal("1.10"))
    ten.post("invoice", "inv-8", "2024-10-01",
             {AR: ("1100.00", "1000.00"), SALES: ("-1100.00", "-1000.00")}, **euro,
             exchange_rate=Decimal("1.10"))
    add_payment(ten, 4, "2024-11-15", "c3", "1000.00", [("inv-8", "2024-11-15", "1000.00")],
                **euro, exchange_rate=Decimal("1.12"))
    ten.post("customer_payment", "pay-4", "2024-11-15",
             {BANK: ("1120.00", "1000.00"), AR: ("-1100.00", "-1000.00"),
              EXCHANGE: ("-20.00", "0")},
             **euro, exchange_rate=Decimal("1.12"))
    # 500.00 EUR at 1.08 = 540.00; paid at 1.05 = 525.00: a gain of 15.00.
    ten.add_document("bill_details", bill_id="bill-3", bill_number="B-3", date="2024-10-10",
                     due_date="2024-11-09", vendor_id="v3", status="paid", total=Decimal(500),
                     balance=Decimal(0), sub_total=Decimal(500), tax_total=Decimal(0), taxes=[],
                     line_items=[build_line(TRAVEL, "1", "500.00", "500.00")], **euro,
                     exchange_rate=Decimal("1.08"))
    ten.post("bill", "bill-3", "2024-10-10",
             {TRAVEL: ("540.00", "500.00"), AP: ("-540.00", "-500.00")}, **euro,
             exchange_rate=Decimal("1.08"))
    ten.add_document("vendor_payment_details", payment_id="vpay-3", payment_number="3",
                     date="2024-12-01", vendor_id="v3", amount=Decimal(500), balance=Decimal(0),
                     bills=[{"bill_payment_id": "bp-3", "bill_id": "bill-3",
                             "apply_date": "2024-12-01", "amount_applied": Decimal(500)}], **euro,
                     exchange_rate=Decimal("1.05"))
    ten.post("vendor_payment", "vpay-3", "2024-12-01",
             {AP: ("540.00", "500.00"), BANK: ("-525.00", "-500.00"), EXCHANGE: ("-15.00", "0")},
             **euro, exchange_rate=Decimal("1.05"))
    # 200.00 EUR at 1.15 = 230.00; revalued at 1.20 = 240.00, and back on the next day; paid at 1.14
    # = 228.00: a loss of 2.00.
    add_invoice(ten, 10, ("2025-03-01", "2025-03-31"), "c3", ("200.00", "0.00"),
                [build_line(SALES, "1", "200.00", "200.00")], status="paid", **euro,
                exchange_rate=Decimal("1.15"))
    ten.post("invoice", "inv-10", "2025-03-01",
             {AR: ("230.00", "200.00"), SALES: ("-230.00", "-200.00")}, **euro,
             exchange_rate=Decimal("1.15"))
    for key, day, gain, loss in (("bca-1", "2025-03-31", "10.00", "-10.00"),
                                 ("bca-2", "2025-04-01", "-10.00", "10.00")):
        ten.post("base_currency_adjustment", key, day, {AR: (gain, "0"), EXCHANGE: (loss, "0")},
                 **euro)
    add_payment(ten, 6, "2025-05-10", "c3", "200.00", [("inv-10", "2025-05-10", "200.00")],
                **euro, exchange_rate=Decimal("1.14"))
    ten.post("customer_payment", "pay-6", "2025-05-10",
             {BANK: ("228.00", "200.00"), AR: ("-230.00", "-200.00"), EXCHANGE: ("2.00", "0")},
             **euro, exchange_rate=Decimal("1.14"))


def sell_2026(ten: Company) -> None:
    """Sell with a discount of lines, and leave invoices open."""
    # Discount of a line: 20 x 100.00 - 5 % = 1,900.00; tax 190.00. Cost 20 x 60.00 = 1,200.00.
    add_invoice(ten, 11, ("2025-06-15", "2025-07-15"), "c1", ("2090.00", "1090.00"),
                [build_line(SALES, "20", "100.00", "1900.00", "t10", item_id="widget",
                            **{**TEN, "discount_amount": Decimal(100)})], "190.00", "overdue",
                discount_total=Decimal(100), discount_type="item_level")
    ten.post("invoice", "inv-11", "2025-06-15",
             {AR: "2090.00", SALES: "-1900.00", TAX: "-190.00", COST: "1200.00",
              STOCK: "-1200.00"})
    # 1,000.00, of which the bank keeps 5.00.
    add_payment(ten, 7, "2025-07-20", "c1", "1000.00", [("inv-11", "2025-07-20", "1000.00")],
                bank_charges=Decimal(5))
    ten.post("customer_payment", "pay-7", "2025-07-20",
             {BANK: "995.00", FEES: "5.00", AR: "-1000.00"})
    # Open on 2026-03-31: 9, 0, 1, 30 and 31 days past their due dates.
    for number, day, due, contact, amount in (
        (12, "2026-02-20", "2026-03-22", "c2", "800.00"),
        (13, "2026-03-01", "2026-03-31", "c1", "100.00"),
        (14, "2026-02-28", "2026-03-30", "c1", "100.00"),
        (15, "2026-01-30", "2026-03-01", "c1", "100.00"),
        (16, "2026-01-29", "2026-02-28", "c1", "100.00"),
    ):
        add_invoice(ten, number, (day, due), contact, (amount, amount),
                    [build_line(SALES, "1", amount, amount)])
        ten.post("invoice", f"inv-{number}", day, {AR: amount, SALES: f"-{amount}"})
