"""Documents agree with each other and with what they post, as seeded and after any change."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import World
from sandbox.api.reports.registry import REPORTS
from sandbox.data.numbers import mix
from tests.sandbox.books import add_transactions, compare_open_items, get_legs
from tests.sandbox.client import Client, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = range(1, 5)
STATUSES = {"draft", "void", "paid", "overdue", "partially_paid"}
CHANGED = [
    "invoices", "bills", "creditnotes", "vendorcredits", "customerpayments", "vendorpayments",
    "creditnotes/refunds", "vendorcredits/refunds", "customerpayments/{payment_id}/refunds",
    "journals", "expenses",
]  # fmt: skip
EVER = {"from_date": "2000-01-01", "to_date": "2030-12-31"}
# A field of each collection that the books, a balance or a report reads as an amount.
AMOUNTS = {
    "invoices": "total", "debitnotes": "total", "creditnotes": "total", "bills": "total",
    "vendorcredits": "total", "customerpayments": "amount", "vendorpayments": "exchange_rate",
    "creditnotes/refunds": "amount", "expenses": "total", "banktransactions": "amount",
    "items": "purchase_rate", "contacts": "outstanding_receivable_amount",
}  # fmt: skip


def build(seed: int, rows: int = 24, organizations: int = 5) -> World:
    """Build a world: dollars, rupees, yen without decimals, rand, dinars with three."""
    return World.build(seed=seed, rows=rows, organizations=organizations, clock=Clock())


def each(world: World, *collections: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows of some collections with their organization."""
    for organization in world.holdings:
        for collection in collections:
            for row in world.rows(organization, collection):
                yield organization, row


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_open_is_what_was_booked(seed: int) -> None:
    """The balance of every document is the sum of the legs that name it, in its currency."""
    world = build(seed)
    for organization in world.holdings:
        stated, booked = compare_open_items(world, organization)
        assert stated
        assert stated == booked


@pytest.mark.parametrize("seed", SEEDS)
def test_settled_documents_leave_nothing_on_their_accounts(seed: int) -> None:
    """What is paid leaves no unit of the base currency behind, whatever the exchange rates."""
    world = build(seed)
    for organization in world.holdings:
        _, booked = compare_open_items(world, organization)
        left: dict[str, Decimal] = {}
        for leg in get_legs(world, organization):
            if leg.document_id and leg.document_id not in booked:
                left[leg.document_id] = left.get(leg.document_id, Decimal(0)) + leg.amount
        settled = [
            row["invoice_id"] for row in world.rows(organization, "invoices")
            if row["status"] == "paid"
        ]  # fmt: skip
        assert settled
        assert {left[one] for one in settled} == {Decimal(0)}


@pytest.mark.parametrize("rows", [3, 12, 30])
@pytest.mark.parametrize("kind", [("invoices", "invoice_id"), ("bills", "bill_id")])
def test_paid_means_that_the_payments_add_up(rows: int, kind: tuple[str, str]) -> None:
    """Total = payments + credits + write-off + balance; the status says what is left."""
    collection, key = kind
    seen = set()
    world = build(3, rows)
    paid: dict[str, list[Decimal]] = {}
    for _, one in each(world, f"{collection}/{{{key}}}/payments"):
        paid.setdefault(one[key], []).append(one["amount"])
    for _, row in each(world, collection):
        payments = paid.get(row[key], [])
        credits_applied = row.get("credits_applied") or row.get("vendor_credits_applied") or 0
        parts = sum(payments, Decimal(0)) + credits_applied + (row.get("write_off_amount") or 0)
        seen.add(row["status"])
        if row["status"] not in {"draft", "void"}:
            assert parts + row["balance"] == row["total"]
            assert (row["balance"] == 0) == (row["status"] == "paid")
            assert sum(payments, Decimal(0)) == row["payment_made"]
        else:
            assert not parts
    assert seen - {"sent", "open"} <= STATUSES


def test_payments_name_documents_of_their_party() -> None:
    """Each document of a payment exists, has its customer and currency, and lists the payment."""
    world = build(4)
    shared = 0
    rows = {
        row["invoice_payment_id"]: row for _, row in each(world, "invoices/{invoice_id}/payments")
    }
    for organization, payment in each(world, "customerpayments"):
        shared += len(payment["invoices"]) > 1
        for one in payment["invoices"]:
            invoice = world.document(organization, "invoices", one["invoice_id"])
            assert invoice["customer_id"] == payment["customer_id"]
            assert invoice["currency_code"] == payment["currency_code"]
            assert one["invoice_number"] in payment["invoice_numbers"]
            row = rows[one["invoice_payment_id"]]
            assert (row["payment_id"], row["amount"]) == (
                payment["payment_id"],
                one["amount_applied"],
            )
    assert shared


def test_bills_hold_their_payments() -> None:
    """The payments in a bill are those of the list under it, and of the payments' documents."""
    world = build(5, organizations=1)
    found = 0
    listed = [row for _, row in each(world, "bills/{bill_id}/payments")]
    for organization, bill in each(world, "bills"):
        rows = [row for row in listed if row["bill_id"] == bill["bill_id"]]
        assert {(row["bill_payment_id"], row["amount"]) for row in bill["payments"]} == {
            (row["bill_payment_id"], row["amount"]) for row in rows
        }
        found += len(rows)
        for row in rows:
            payment = world.document(organization, "vendorpayments", row["payment_id"])
            assert bill["bill_id"] in {one["bill_id"] for one in payment["bills"]}
    assert found > 10


@pytest.mark.parametrize("seed", SEEDS)
def test_contacts_owe_what_their_documents_leave_open(seed: int) -> None:
    """Outstanding and unused amounts are sums over the documents of a contact, in its currency."""
    world = build(seed, organizations=3)
    for organization in world.holdings:
        owed: dict[str, Decimal] = {}
        for collection in ("invoices", "debitnotes"):
            for row in world.rows(organization, collection):
                if row["status"] != "draft":
                    owed[row["customer_id"]] = owed.get(row["customer_id"], 0) + row["balance"]
        for row in world.rows(organization, "contacts"):
            assert row["outstanding_receivable_amount"] == owed.get(row["contact_id"], 0)


def test_lines_name_accounts_and_taxes_that_exist() -> None:
    """Every account of a leg and every tax of a line is in its list, or is found by its id."""
    world = build(2, rows=60, organizations=3)
    for organization in world.holdings:
        accounts = world.ids(organization, "chartofaccounts")
        assert {leg.account_id for leg in get_legs(world, organization)} <= accounts
        taxes = world.ids(organization, "settings/taxes")
        for collection in ("invoices", "bills", "creditnotes"):
            for row in world.rows(organization, collection):
                lines = [one for one in row["line_items"] if one["line_item_category"] != "header"]
                assert {one["account_id"] for one in lines} <= accounts
                assert {one["tax_id"] for one in lines} - {""} <= taxes


def test_the_total_is_lines_less_discount_with_tax_and_charges() -> None:
    """Sub-total - discount + tax + shipping + adjustment = total, and some have each of them."""
    seen: set[str] = set()
    for _, row in each(build(7, rows=120, organizations=5), "invoices"):
        extra = row["tax_total"] + row["shipping_charge"] + row["adjustment"]
        assert row["sub_total"] - row["discount_total"] + extra == row["total"]
        lines = [one for one in row["line_items"] if one["line_item_category"] != "header"]
        assert sum(one["item_total"] for one in lines) == row["sub_total"]
        assert sum((one["tax_amount"] for one in row["taxes"]), Decimal(0)) == row["tax_total"]
        seen |= {name for name in ("discount_total", "shipping_charge", "adjustment") if row[name]}
        seen |= {name for name in ("is_inclusive_tax", "is_discount_before_tax") if row[name]}
    assert len(seen) == 5


def test_balances_of_accounts_are_the_sums_of_their_legs() -> None:
    """closing_balance is that of the account's usual side; a bank's is in its own currency."""
    world = build(6, rows=60, organizations=2)
    for organization in world.holdings:
        sums: dict[str, Decimal] = {}
        for leg in get_legs(world, organization):
            sums[leg.account_id] = sums.get(leg.account_id, Decimal(0)) + leg.amount
        for row in world.rows(organization, "chartofaccounts"):
            assert abs(row["closing_balance"]) == abs(sums.get(row["account_id"], Decimal(0)))
        banks = world.rows(organization, "bankaccounts")
        assert all(row["bcy_balance"] == sums.get(row["account_id"], 0) for row in banks)
        assert {row["balance"] for row in banks if row["currency_code"] == "EUR"} == {
            Decimal("5000.00")
        }


def test_exchange_rates_are_those_of_the_list() -> None:
    """Documents of one currency and month have one rate, which is not 1, and others another."""
    world = build(1, rows=120, organizations=1)
    rates: dict[tuple[str, str], set[Decimal]] = {}
    for _, row in each(world, "invoices", "bills", "creditnotes", "vendorpayments"):
        rates.setdefault((row["currency_code"], row["date"]), set()).add(row["exchange_rate"])
    assert all(len(found) == 1 for found in rates.values())
    foreign = {next(iter(found)) for key, found in rates.items() if key[0] != "USD"}
    assert len(foreign) > 10
    assert Decimal("1.284500") not in foreign


def change_at_random(world: World, organization: str, lot: int) -> None:
    """Change one document: delete it, void it, move it, raise it, or apply a payment to it."""
    collection = CHANGED[lot % len(CHANGED)]
    ids = sorted(world.ids(organization, collection))
    wanted = ids[(lot >> 8) % len(ids)]
    day = "journal_date" if collection == "journals" else "date"
    match (lot >> 20) % 5:
        case 0:
            world.delete(organization, collection, wanted)
        case 1 if collection in {"invoices", "bills", "creditnotes", "vendorcredits"}:
            world.change(organization, collection, wanted, status="void")
        case 2 if collection in {"invoices", "bills", "creditnotes"}:
            world.change(organization, collection, wanted, total=500)
        case 3 if "refunds" not in collection:
            world.change(organization, collection, wanted, **{day: "2025-05-05"})
        case _ if "refunds" not in collection:
            world.insert(organization, collection)


@pytest.mark.parametrize("seed", SEEDS)
def test_changes_are_posted_anew(seed: int) -> None:
    """After 40 changes at random, everything balances and agrees as before."""
    world = build(seed, organizations=2)
    for organization in world.holdings:
        assert get_legs(world, organization)
        for turn in range(40):
            change_at_random(world, organization, mix(seed, turn))
        legs = get_legs(world, organization)
        assert not any(add_transactions(legs).values())
        stated, booked = compare_open_items(world, organization)
        assert stated == booked


@pytest.mark.parametrize(("collection", "field"), AMOUNTS.items())
def test_an_amount_that_is_no_number(collection: str, field: str) -> None:
    """Rows show it as it was given, and it counts as 0: books balance, and reports answer."""
    client = Client(build(1, rows=6, organizations=1), Clock())
    world, organization = client.world, client.organization_id
    odd = ["much", "NaN", {"a": [1]}, "much"]
    wanted = [*world.revisions(organization, collection)][:3]
    for one, amount in zip(wanted, odd[:3], strict=True):
        world.change(organization, collection, one, **{field: amount})
    wanted.append(world.insert(organization, collection, **{field: odd[-1]}))
    assert [world.document(organization, collection, one)[field] for one in wanted] == odd
    assert not any(add_transactions(get_legs(world, organization)).values())
    stated, booked = compare_open_items(world, organization)
    assert stated == booked
    for path, report in REPORTS.items():
        client.get(f"reports/{path}", filter_by=f"{report.filter_field}.CustomDate", **EVER)


def test_a_payment_can_be_applied_to_an_invoice() -> None:
    """A payment that names an invoice lowers its balance and its customer's, and is a change."""
    clock = Clock()
    world = World.build(rows=30, organizations=1, clock=clock)
    (organization,) = world.holdings
    row = next(
        row for row in world.rows(organization, "invoices")
        if row["balance"] > 10 and row["currency_code"] == "USD" and row["status"] == "overdue"
    )  # fmt: skip
    customer = world.row(organization, "contacts", row["customer_id"])
    clock.forward(3600)
    applied = [{"invoice_id": row["invoice_id"], "amount_applied": 4}]
    names = {"customer_id": row["customer_id"], "currency_code": "USD", "exchange_rate": 1}
    payment = world.insert(
        organization, "customerpayments", amount=10, date="2026-11-20", invoices=applied, **names
    )
    now = world.document(organization, "invoices", row["invoice_id"])
    assert now["balance"] == row["balance"] - 4
    assert now["last_modified_time"] > row["last_modified_time"]
    assert world.document(organization, "customerpayments", payment)["unused_amount"] == 6
    after = world.row(organization, "contacts", row["customer_id"])
    name = "outstanding_receivable_amount"
    assert after[name] == customer[name] - 4
    world.delete(organization, "customerpayments", payment)
    assert world.document(organization, "invoices", row["invoice_id"])["balance"] == row["balance"]


def test_void_and_draft_documents_post_nothing() -> None:
    """A document that is void or a draft has no legs; voiding one takes its legs away."""
    world = build(2, organizations=1)
    (organization,) = world.holdings
    idle = [
        row["invoice_id"]
        for _, row in each(world, "invoices", "debitnotes")
        if row["status"] in {"void", "draft"}
    ]
    posted = {leg.transaction_id for leg in get_legs(world, organization)}
    assert idle
    assert not posted & set(idle)
    wanted = next(
        row["invoice_id"] for _, row in each(world, "invoices") if row["status"] == "paid"
    )
    assert wanted in posted
    world.change(organization, "invoices", wanted, status="void")
    legs = get_legs(world, organization)
    assert wanted not in {leg.transaction_id for leg in legs}
    assert wanted not in {leg.document_id for leg in legs}
