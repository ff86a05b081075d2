"""Rows and documents have the fields, types and quirks that were recorded."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Response, World
from sandbox.data.catalog import load_endpoints
from tests.sandbox.client import Client, Clock, find_organization, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = [path for path, one in load_endpoints().items() if one.document and not one.parent]
NESTED = [path for path, one in load_endpoints().items() if one.parent]
COLON_FREE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}")


def walk(value: object, name: str = "") -> Iterator[tuple[str, Any]]:
    """Walk the leaves of a decoded body, with their names."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from walk(inner, key)
        case list():
            for inner in value:
                yield from walk(inner, name)
        case _:
            yield name, value


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_document_is_found_under_its_key(client: Client, path: str) -> None:
    """Each listed row has a document of the same id under the key of the table."""
    one = load_endpoints()[path]
    wanted = min(client.world.ids(client.organization_id, path))
    shown = path if path != "debitnotes" else "invoices"
    document = client.get(f"{shown}/{wanted}")[one.document]
    assert document[one.key] == wanted


@pytest.mark.parametrize("path", NESTED)
def test_every_nested_list_is_found_under_its_parent(client: Client, path: str) -> None:
    """Lists under another row hold that row's children, and no others."""
    one = load_endpoints()[path]
    world, key = client.world, client.organization_id
    own = world.holdings[key]
    parents = [
        row[one.parent_key] for row in world.rows(key, one.parent)
        if row.get("is_base_currency") is not True  # which has no rates
    ]  # fmt: skip
    assert parents
    for parent in parents:
        params = {one.parent_param: parent} if one.parent_param else {}
        shown = path.replace(f"{{{one.parent_key}}}", parent)
        rows = client.rows(shown, **params)
        assert len(rows) == len(own.get_table(path).find_children(parent))
        assert all(row[one.parent_key] == parent for row in rows if one.parent_key in row)


def test_nested_lists_of_a_missing_parent_are_not_found(client: Client) -> None:
    """The children of a document that does not exist are 404 code 1002."""
    response = client.call("invoices/999/payments")
    assert (response.status, response.code) == (404, 1002)


@pytest.mark.parametrize("path", sorted(load_endpoints()))
def test_no_value_is_null_and_no_id_is_a_number(everywhere: Client, path: str) -> None:
    """Unset is blank text, and every id is text, in every row and document."""
    held = [everywhere.world.rows(key, path)[:8] for key in everywhere.world.holdings]
    assert any(held)
    for name, value in walk(held):
        assert value is not None, name
        if name.endswith("_id"):
            assert isinstance(value, str), name


def test_ids_are_text_of_15_to_19_digits(everywhere: Client) -> None:
    """Ids have 15 to 19 digits; in older organizations they are beyond 2**53."""
    lengths = set()
    for key in everywhere.world.holdings:
        lengths |= {len(one) for one in everywhere.world.ids(key, "invoices")}
    assert min(lengths) == 15
    assert max(lengths) == 19


@pytest.mark.parametrize("code", ["US", "IN", "JP"])
def test_times_have_the_offset_of_the_organization_without_a_colon(
    everywhere: Client, code: str
) -> None:
    """created_time and last_modified_time are local times, whose offset has no colon."""
    everywhere.organization_id = find_organization(everywhere.world, code)
    times = [row["last_modified_time"] for row in everywhere.rows("invoices")]
    assert all(COLON_FREE.fullmatch(one) for one in times)
    offsets = {one[-5:] for one in times}
    assert offsets == {"US": {"-0400", "-0500"}, "IN": {"+0530"}, "JP": {"+0900"}}[code]


def test_list_rows_have_no_lines_and_documents_do(client: Client) -> None:
    """Lines come with the document only, and add up to its total."""
    invoice = client.rows("invoices")[0]
    assert "line_items" not in invoice
    document = client.get(f"invoices/{invoice['invoice_id']}")["invoice"]
    lines = [one for one in document["line_items"] if one["line_item_category"] != "header"]
    assert sum(one["item_total"] for one in lines) == document["sub_total"]
    assert document["sub_total"] + document["tax_total"] == document["total"]
    assert document["total"] == invoice["total"]


@pytest.mark.parametrize(
    ("path", "only_listed"),
    [
        ("invoices", {"updated_time", "created_by", "due_days", "project_name", "company_name"}),
        ("bills", {"created_by", "last_modified_by", "balance_due", "tds_total"}),
        ("contacts", {"customer_name", "vendor_name", "created_time_formatted"}),
        ("items", {"item_name", "vendor_name"}),
        ("creditnotes", {"applied_invoices"}),
        ("purchaseorders", {"receives", "quantity_yet_to_receive"}),
        ("expenses", {"total_without_tax", "distance"}),
        ("customerpayments", {"last_modified_time", "applied_invoices", "invoice_numbers"}),
        ("vendorpayments", {"bill_numbers", "bcy_amount"}),
        ("journals", {"entity_type", "created_by_id"}),
        ("chartofaccounts", {"created_time", "last_modified_time", "depth"}),
    ],
)
def test_some_fields_are_lost_with_the_list_row(
    client: Client, path: str, only_listed: set[str]
) -> None:
    """Fields that were recorded in list rows only are missing from the document."""
    one = load_endpoints()[path]
    row = client.rows(path)[0]
    document = client.get(f"{path}/{row[one.key]}")[one.document]
    assert only_listed <= set(row)
    assert not only_listed & set(document)


def test_journal_rows_have_a_time_of_change_and_none_of_creation(client: Client) -> None:
    """Rows of journals bear last_modified_time only; the document bears both."""
    row = client.rows("journals")[0]
    assert "created_time" not in row
    document = client.get(f"journals/{row['journal_id']}")["journal"]
    assert {"created_time", "last_modified_time"} <= set(document)


@pytest.mark.parametrize("path", ["bankaccounts", "settings/currencies", "organizations"])
def test_some_lists_have_no_times(client: Client, path: str) -> None:
    """Bank accounts, currencies and organizations have no times of creation and change."""
    assert not {"created_time", "last_modified_time"} & set(client.rows(path)[0])


def test_tax_rows_have_a_time_of_change_only(client: Client) -> None:
    """Taxes have last_modified_time and no created_time; a group lacks a single tax's fields."""
    rows = client.rows("settings/taxes", filter_by="Taxes.All")
    groups = [row for row in rows if row["tax_type"] == "tax_group"]
    assert all("created_time" not in row and row["last_modified_time"] for row in rows)
    assert groups
    assert all("tax_authority_id" not in row for row in groups)


def test_a_payment_document_calls_its_change_updated_time(client: Client) -> None:
    """The document of a customer payment has updated_time where its row has another name."""
    row = client.rows("customerpayments")[0]
    document = client.get(f"customerpayments/{row['payment_id']}")["payment"]
    assert document["updated_time"] == row["last_modified_time"]


def test_some_vendor_payments_have_no_time_of_change(clock: Clock) -> None:
    """One row in forty of vendor payments lacks last_modified_time; its document has it."""
    client = Client(World.build(rows={"vendorpayments": 80}, clock=clock), clock)
    timeless = [row for row in client.rows("vendorpayments") if "last_modified_time" not in row]
    assert len(timeless) == 2
    document = client.get(f"vendorpayments/{timeless[0]['payment_id']}")["vendorpayment"]
    assert document["last_modified_time"]


def find_types(rows: list[dict[str, Any]], name: str) -> set[type]:
    """Find the types of a field over some rows."""
    return {type(row[name]) for row in rows if name in row}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("items", "reorder_level"),
        ("purchaseorders", "price_precision"),
        ("purchaseorders", "due_by_days"),
    ],
)
def test_one_field_is_a_number_here_and_text_there(client: Client, path: str, field: str) -> None:
    """The same field is a number in one row and (blank or numeric) text in another."""
    found = client.world.rows(client.organization_id, path)
    kinds = find_types(found, field)
    assert str in kinds
    assert path != "items" or Decimal in kinds


def test_some_numbers_are_text_as_recorded(client: Client) -> None:
    """Payment numbers, file sizes and hours' amounts are text; so is the tds percentage."""
    key = client.organization_id
    world = client.world
    assert find_types(world.rows(key, "vendorpayments"), "payment_number") == {str}
    assert find_types(world.rows(key, "projects"), "billed_amount") == {str}
    assert find_types(world.rows(key, "bankaccounts"), "sub_corporate_cards_count") == {str}
    files = [one for row in world.rows(key, "bills") for one in row["documents"]]
    assert {one["file_size"] for one in files} == {"167787"}


def test_a_field_named_like_a_boolean_holds_an_id(client: Client) -> None:
    """is_opening_balance of a bill's row is the bill's id."""
    rows = client.rows("bills")
    assert rows
    assert all(row["is_opening_balance"] == row["bill_id"] for row in rows)


def test_documents_are_blank_text_in_lists_and_an_array_in_documents(client: Client) -> None:
    """The same field is "" in a row and [] in the document."""
    row = client.rows("customerpayments")[0]
    document = client.get(f"customerpayments/{row['payment_id']}")["payment"]
    assert row["documents"] == ""
    assert document["documents"] == []
    journal = client.rows("journals")[0]["journal_id"]
    assert client.get(f"journals/{journal}")["journal"]["custom_fields"] == ""


def test_the_postcode_is_spelt_in_two_ways(client: Client) -> None:
    """Addresses of invoices hold zipcode in the list and zip in the document."""
    row = client.rows("invoices")[0]
    document = client.get(f"invoices/{row['invoice_id']}")["invoice"]
    assert row["billing_address"]["zipcode"] == document["billing_address"]["zip"]


def test_links_end_in_a_blank_and_names_are_not_trimmed(clock: Clock) -> None:
    """Text comes untrimmed, in any script, with emoji, tabs and line breaks."""
    world = World.build(rows={"contacts": 450}, clock=clock)
    key = world.organizations[0]["organization_id"]
    names = [row["contact_name"] for row in world.rows(key, "contacts")]
    assert any(name.startswith(" ") for name in names)
    assert any(name.endswith(" ") for name in names)
    assert any("🚀" in name for name in names)
    assert any("شركة" in name for name in names)
    assert any("\n" in name for name in names)
    assert len(set(names)) == len(names)
    assert all(row["invoice_url"].endswith(" ") for row in world.rows(key, "invoices"))


def test_a_missing_salesperson_is_called_others(client: Client) -> None:
    """The id of a missing salesperson is -1, the name Others."""
    rows = client.rows("creditnotes")
    assert {row["salesperson_name"] for row in rows if row["salesperson_id"] == "-1"} == {"Others"}


@pytest.mark.parametrize(("code", "decimals"), [("US", 2), ("JP", 0), ("KW", 3)])
def test_amounts_have_the_decimals_of_their_currency(
    everywhere: Client, code: str, decimals: int
) -> None:
    """Raw JSON shows as many decimals as the currency has, trailing zeros included."""
    everywhere.organization_id = find_organization(everywhere.world, code)
    response: Response = everywhere.call("journals")
    totals = re.findall(rb'"total":([^,}]+)', response.body)
    assert totals
    assert {len(one.partition(b".")[2]) for one in totals} == {decimals}


def test_service_items_have_no_stock(client: Client) -> None:
    """Items that are services lack the fields of stock altogether."""
    rows = client.rows("items")
    services = [row for row in rows if row["product_type"] == "service"]
    assert services
    assert all("stock_on_hand" not in row for row in services)
    assert all("stock_on_hand" in row for row in rows if row not in services)


def test_some_documents_have_a_heading_among_their_lines(client: Client) -> None:
    """Some documents have a heading before their lines."""
    rows = client.world.rows(client.organization_id, "invoices")
    kinds = {line["line_item_category"] for row in rows for line in row["line_items"]}
    assert kinds == {"line_item", "header"}


def test_contact_persons_have_a_displayed_date_of_creation(client: Client) -> None:
    """created_time of a contact person is in the display format, without a time."""
    path = "contacts/{contact_id}/contactpersons"
    rows = client.world.rows(client.organization_id, path)
    assert rows
    assert all(re.fullmatch(r"\d\d [A-Z][a-z]{2} \d{4}", row["created_time"]) for row in rows)


def test_local_times_name_the_instant_that_the_record_has(client: Client) -> None:
    """A time in a row is the record's instant, whatever the offset."""
    world, key = client.world, client.organization_id
    table = world.holdings[key].get_table("bills")
    rows = client.rows("bills")
    assert rows
    for row in rows:
        assert (
            parse_instant(row["last_modified_time"]).timestamp()
            == table.records[row["bill_id"]].modified
        )
