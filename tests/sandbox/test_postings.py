"""What each kind of document books, worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox import World
from sandbox.data.chart import ACCOUNTS
from tests.sandbox.books import get_legs
from tests.sandbox.client import Clock

USD: dict[str, Any] = {"currency_code": "USD", "exchange_rate": 1}
EUR: dict[str, Any] = {"currency_code": "EUR", "exchange_rate": Decimal("1.10")}
PLAIN: dict[str, Any] = {"discount_total": 0, "shipping_charge": 0, "taxes": [], "line_items": []}


class Bookkeeper:
    """Inserts documents into an organization and reads what they booked."""

    def __init__(self) -> None:
        """Start with the seeded records of one organization in dollars."""
        self.world = World.build(rows=60, organizations=1, clock=Clock())
        (self.key,) = self.world.holdings
        self.scene = self.world.holdings[self.key].scene
        self.party = self.scene.get_party(0).id
        self.vendor = self.scene.get_party(2).id
        self.names = {
            self.scene.get_account(place)[0]: name for place, (name, _) in enumerate(ACCOUNTS)
        }
        self.accounts = {name: key for key, name in self.names.items()}

    def insert(self, collection: str, **fields: Any) -> str:
        """Insert a document of the test's customer or vendor on 1 May 2026."""
        owner = "vendor_id" if collection in {"bills", "vendorcredits"} else "customer_id"
        party = self.vendor if owner == "vendor_id" else self.party
        given = {"date": "2026-05-01", owner: party, **fields}
        return self.world.insert(self.key, collection, **given)

    def read(self, transaction_id: str, day: str = "") -> dict[str, Decimal]:
        """Read what a transaction booked, by the name of the account."""
        found: dict[str, Decimal] = {}
        for leg in get_legs(self.world, self.key):
            if leg.transaction_id == transaction_id and day in {"", leg.date}:
                name = self.names[leg.account_id]
                found[name] = found.get(name, Decimal(0)) + leg.amount
        return {name: amount for name, amount in found.items() if amount}

    def line(self, account: str, amount: int, **more: Any) -> dict[str, Any]:
        """Build a line of a document."""
        return {
            "account_id": self.accounts[account], "item_total": amount, "quantity": 1, **more,
        }  # fmt: skip


@pytest.fixture
def books() -> Bookkeeper:
    """Return a bookkeeper."""
    return Bookkeeper()


def test_an_invoice_books_lines_taxes_discount_shipping_and_rounding(books: Bookkeeper) -> None:
    """200 - 20 + 12 tax and 4 of another + 10 shipping = 206; the total of 206.50 is rounded."""
    taxes = [
        {"tax_id": books.scene.make_id("settings/taxes", 0), "tax_name": "State Tax",
         "tax_percentage": 6, "tax_amount": 12},
        {"tax_id": books.scene.make_id("settings/taxes", 1), "tax_name": "City Tax",
         "tax_percentage": 2, "tax_amount": 4},
    ]  # fmt: skip
    wanted = books.insert(
        "invoices", **USD, taxes=taxes, discount_total=20, shipping_charge=10, status="sent",
        line_items=[books.line("Sales", 150), books.line("General Income", 50)],
        total=Decimal("206.50"),
    )  # fmt: skip
    assert books.read(wanted) == {
        "Accounts Receivable": Decimal("206.50"),
        "Sales": Decimal(-150),
        "General Income": Decimal(-50),
        "Discount": Decimal(20),
        "Tax Payable": Decimal(-12),
        "Local Tax Payable": Decimal(-4),
        "Shipping Charge": Decimal(-10),
        "Other Charges": Decimal("-0.50"),
    }


def test_goods_book_their_cost(books: Bookkeeper) -> None:
    """3 of a stocked item that costs 7.25 book 21.75 of cost; a service books none."""
    item = books.world.insert(books.key, "items", item_type="inventory", purchase_rate="7.25")
    wanted = books.insert(
        "invoices", **USD, **PLAIN | {"line_items": [
            books.line("Sales", 60, item_id=item) | {"quantity": 3},
            books.line("Sales", 40, item_id=books.scene.make_id("items", 0)),
        ]}, status="sent", total=100,
    )  # fmt: skip
    assert books.read(wanted) == {
        "Accounts Receivable": Decimal(100),
        "Sales": Decimal(-100),
        "Cost of Goods Sold": Decimal("21.75"),
        "Inventory Asset": Decimal("-21.75"),
    }


def invoice(books: Bookkeeper, total: int, **fields: Any) -> str:
    """Insert an invoice of one line."""
    lines = {**PLAIN, "line_items": [books.line("Sales", total)]}
    return books.insert("invoices", **lines, status="sent", total=total, **fields)


def test_a_payment_at_another_rate_realises_a_gain(books: Bookkeeper) -> None:
    """EUR 100 at 1.10 are paid at 1.25: 15 dollars more than were owed."""
    owed = invoice(books, 100, **EUR)
    applied = [{"invoice_id": owed, "amount_applied": 100}]
    wanted = books.insert(
        "customerpayments", amount=100, bank_charges=0, invoices=applied,
        **EUR | {"exchange_rate": Decimal("1.25")},
    )  # fmt: skip
    assert books.read(wanted) == {
        "Undeposited Funds": Decimal(125),
        "Accounts Receivable": Decimal(-110),
        "Exchange Gain or Loss": Decimal(-15),
    }
    assert books.world.row(books.key, "invoices", owed)["balance"] == 0


def test_an_advance_is_applied_later(books: Bookkeeper) -> None:
    """80 paid before the invoice are unearned; applied on its date; 20 stay unused."""
    owed = invoice(books, 60, **USD)
    applied = [{"invoice_id": owed, "amount_applied": 60, "apply_date": "2026-05-01"}]
    wanted = books.insert(
        "customerpayments", amount=80, bank_charges=2, invoices=applied, **USD | {
            "date": "2026-04-01"},
    )  # fmt: skip
    assert books.read(wanted) == {
        "Undeposited Funds": Decimal(78),
        "Bank Fees and Charges": Decimal(2),
        "Unearned Revenue": Decimal(-80),
    }
    assert books.read(f"{wanted}00", "2026-05-01") == {
        "Unearned Revenue": Decimal(60),
        "Accounts Receivable": Decimal(-60),
    }
    document = books.world.document(books.key, "customerpayments", wanted)
    assert document["unused_amount"] == 20


def test_a_credit_note_is_applied_and_refunded(books: Bookkeeper) -> None:
    """A credit of 50 books sales back; 30 are applied, 20 refunded, and it is closed."""
    owed = invoice(books, 100, **USD)
    lines = {**PLAIN, "line_items": [books.line("Sales", 50)]}
    applied = [{"invoice_id": owed, "amount": 30, "date": "2026-05-02"}]
    credit = books.insert(
        "creditnotes", **lines, **USD, total=50, status="open", invoices_credited=applied
    )
    refund = books.insert(
        "creditnotes/refunds", creditnote_id=credit, amount=20, **USD | {"date": "2026-05-03"}
    )
    assert books.read(credit) == {"Accounts Receivable": Decimal(-50), "Sales": Decimal(50)}
    assert books.read(refund) == {
        "Accounts Receivable": Decimal(20),
        "Checking Account": Decimal(-20),
    }
    document = books.world.document(books.key, "creditnotes", credit)
    assert (document["balance"], document["total_refunded_amount"]) == (0, 20)
    assert books.world.document(books.key, "invoices", owed)["balance"] == 70


def test_a_write_off_is_a_bad_debt(books: Bookkeeper) -> None:
    """What is written off moves from receivables to bad debt, and the invoice is paid."""
    owed = invoice(books, 90, write_off_amount=90, last_payment_date="2026-06-01", **USD)
    lost = books.world.holdings[books.key].ledger.derive_id(820, owed)
    assert books.read(lost) == {"Bad Debt": Decimal(90), "Accounts Receivable": Decimal(-90)}
    assert books.world.document(books.key, "invoices", owed)["balance"] == 0


def test_a_bill_and_its_payment(books: Bookkeeper) -> None:
    """A bill books expense and input tax; half of it is paid, and charges go to the bank's fees."""
    tax = {"tax_id": books.scene.make_id("settings/taxes", 0), "tax_name": "State Tax",
           "tax_percentage": 6, "tax_amount": 6}  # fmt: skip
    lines = {**PLAIN, "line_items": [books.line("Rent Expense", 100)], "taxes": [tax]}
    owed = books.insert("bills", **lines, **USD, total=106, status="open")
    assert books.read(owed) == {
        "Accounts Payable": Decimal(-106),
        "Rent Expense": Decimal(100),
        "Input Tax": Decimal(6),
    }
    applied = [{"bill_id": owed, "amount_applied": 53}]
    paid = books.insert(
        "vendorpayments", amount=53, bank_charges=1, bills=applied, vendor_id=books.vendor,
        **USD | {"date": "2026-05-09"},
    )  # fmt: skip
    assert books.read(paid) == {
        "Accounts Payable": Decimal(53),
        "Checking Account": Decimal(-54),
        "Bank Fees and Charges": Decimal(1),
    }
    assert books.world.document(books.key, "bills", owed)["payments"][0]["amount"] == 53


def test_what_is_paid_at_once(books: Bookkeeper) -> None:
    """A sales receipt books cash for sales; an expense its account for the one that paid it."""
    lines = {**PLAIN, "line_items": [books.line("Sales", 30)]}
    receipt = books.insert("salesreceipts", **lines, **USD, total=30, status="sent")
    assert books.read(receipt) == {"Undeposited Funds": Decimal(30), "Sales": Decimal(-30)}
    lines = {**PLAIN, "line_items": [books.line("Travel Expense", 12)]}
    paid_by = books.accounts["Corporate Card"]
    expense = books.insert("expenses", **lines, **USD, total=12, paid_through_account_id=paid_by)
    assert books.read(expense) == {"Travel Expense": Decimal(12), "Corporate Card": Decimal(-12)}


def test_a_transfer_and_an_uncategorized_line(books: Bookkeeper) -> None:
    """A transfer moves money from bank to bank; what is not categorized books nothing."""
    ends = {
        "from_account_id": books.accounts["Checking Account"],
        "to_account_id": books.accounts["Savings Account"],
    }
    wanted = books.insert("banktransactions", amount=40, status="manually_added", **ends)
    assert books.read(wanted) == {"Checking Account": Decimal(-40), "Savings Account": Decimal(40)}
    books.world.change(books.key, "banktransactions", wanted, status="uncategorized")
    assert books.read(wanted) == {}


def test_a_revaluation_books_gain_or_loss(books: Bookkeeper) -> None:
    """5,000 euros that are worth 25 dollars more are a gain of 25; no euros move."""
    row = {"account_id": books.accounts["Euro Account"], "gain_or_loss": 25}
    wanted = books.world.insert(books.key, "basecurrencyadjustment", accounts=[row])
    assert books.read(wanted) == {
        "Euro Account": Decimal(25),
        "Exchange Gain or Loss": Decimal(-25),
    }
    legs = [leg for leg in get_legs(books.world, books.key) if leg.transaction_id == wanted]
    assert not any(leg.fcy_amount for leg in legs)


def test_opening_balances_balance(books: Bookkeeper) -> None:
    """The opening balance books what its document lists, and nothing is left over."""
    (wanted,) = {
        leg.transaction_id for leg in get_legs(books.world, books.key)
        if leg.transaction_type == "opening_balance"
    }  # fmt: skip
    booked = books.read(wanted)
    assert set(booked) == {"Checking Account", "Inventory Asset", "Euro Account", "Owner's Equity"}
    assert sum(booked.values()) == 0
    assert booked["Checking Account"] == 50_000


def test_every_kind_of_document_posts(books: Bookkeeper) -> None:
    """The seeded books hold legs of every kind, over more than two fiscal years."""
    legs = get_legs(books.world, books.key)
    kinds = {leg.transaction_type for leg in legs}
    assert kinds == {
        "invoice", "bill", "creditnote", "creditnote_application", "vendor_credit",
        "vendor_credit_application", "customer_payment", "customer_payment_application",
        "vendor_payment", "vendor_payment_application", "creditnote_refund",
        "vendor_credit_refund", "customer_payment_refund", "vendor_payment_refund", "expense",
        "journal", "sales_receipt", "deposit", "transfer_fund", "base_currency_adjustment",
        "opening_balance", "invoice_write_off",
    }  # fmt: skip
    assert len({leg.date[:4] for leg in legs}) >= 3
    assert {leg.currency for leg in legs} > {"USD", "EUR"}
