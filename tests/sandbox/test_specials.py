"""Endpoints that differ from a list with documents respond as recorded."""

from __future__ import annotations

from sandbox import World
from tests.sandbox.client import Client, Clock


def test_categories_begin_with_a_root_row(client: Client) -> None:
    """Categories begin with a row of id -1 and blank times, unless it is excluded."""
    first = client.rows("categories", last_modified_time="2036-01-01T00:00:00+0000")
    assert [(row["category_id"], row["last_modified_time"]) for row in first] == [("-1", "")]
    rest = client.rows("categories", include_root_category="false")
    assert len(rest) == 9
    assert "-1" not in {row["category_id"] for row in rest}


def test_itemdetails_returns_up_to_100_whole_items(clock: Clock) -> None:
    """Itemdetails responds with up to 100 whole items; more ids, or none, are refused."""
    client = Client(World.build(rows={"items": 120}, clock=clock), clock)
    ids = sorted(client.world.ids(client.organization_id, "items"))
    rows = client.rows("itemdetails", item_ids=",".join([*ids[:99], "404"]))
    assert [row["item_id"] for row in rows] == ids[:99]
    assert "custom_field_hash" in rows[0]
    assert client.call("itemdetails", item_ids=",".join(ids[:101])).code == 2
    assert client.call("itemdetails").code == 2


def test_exchange_rates_of_the_base_currency_are_refused(client: Client) -> None:
    """The base currency has no exchange rates: 400, without a code."""
    currencies = client.rows("settings/currencies")
    base = next(row["currency_id"] for row in currencies if row["is_base_currency"])
    other = next(row["currency_id"] for row in currencies if not row["is_base_currency"])
    refused = client.call(f"settings/currencies/{base}/exchangerates")
    assert refused.status == 400
    assert b'"code"' not in refused.body
    assert client.call(f"settings/currencies/{other}/exchangerates").status == 200


def test_opening_balances_are_one_object(client: Client) -> None:
    """The opening balance is an object with its accounts, not a list."""
    balance = client.get("settings/openingbalances")["opening_balance"]
    assert len(balance["accounts"]) == 4


def test_a_tax_group_is_found_by_the_id_of_its_tax(client: Client) -> None:
    """A tax that is a group has a document of its own; another tax has none."""
    rows = client.rows("settings/taxes", filter_by="Taxes.All")
    group = next(row for row in rows if row["tax_type"] == "tax_group")
    single = next(row for row in rows if row["tax_type"] == "tax")
    response = client.get(f"settings/taxgroups/{group['tax_id']}")
    assert response["tax_group"]["tax_group_id"] == group["tax_id"]
    assert client.call(f"settings/taxgroups/{single['tax_id']}").code == 1002


def test_account_postings_may_lack_an_id(clock: Clock) -> None:
    """One posting in nine has no id."""
    world = World.build(rows=60, clock=clock)
    key = world.organizations[0]["organization_id"]
    rows = world.rows(key, "chartofaccounts/transactions")
    assert 0 < len([row for row in rows if "categorized_transaction_id" not in row]) < len(rows) / 5


def test_debit_notes_are_invoices_of_a_type(client: Client) -> None:
    """Debit notes are listed under invoices by type, with a disputed key, and found there."""
    rows = client.get("invoices", filter_by="Type.DebitNote")["debit_notes"]
    assert len(rows) == 30
    document = client.get(f"invoices/{rows[0]['invoice_id']}")["invoice"]
    assert document["invoice_number"].startswith("CDN-")
    client.organization_id = list(client.world.holdings)[1]
    assert "invoices" in client.get("invoices", filter_by="Type.DebitNote")


def test_recurring_bills_have_two_spellings(client: Client) -> None:
    """A recurring bill is found under recurringbills and under recurring_bills."""
    wanted = client.rows("recurringbills")[0]["recurring_bill_id"]
    assert client.get(f"recurringbills/{wanted}") == client.get(f"recurring_bills/{wanted}")
