"""Rows and documents bear the quirks that were recorded of them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Response, World
from sandbox.data.catalog import load_endpoints
from tests.sandbox.client import Client, Clock, instant

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = [path for path, one in load_endpoints().items() if one.document and not one.parent]
NESTED = [path for path, one in load_endpoints().items() if one.parent]
COLON_FREE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}")


def walk(value: object, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a decoded body, with the name it stands under."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from walk(inner, key)
        case list():
            for inner in value:
                yield from walk(inner, name)
        case _:
            yield name, value


def organization(world: World, code: str) -> str:
    """The id of the organization of a country."""
    found = next(one for one in world.organizations if one["country_code"] == code)
    return str(found["organization_id"])


@pytest.fixture
def everywhere(clock: Clock) -> Client:
    """A client that sees organizations of six countries."""
    world = World.build(rows=30, organizations=6, clock=clock, requests_per_minute=10_000)
    return Client(world, clock)


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
    for parent in world.ids(key, one.parent):
        if one.parent == "settings/currencies":
            continue
        params = {one.parent_param: parent} if one.parent_param else {}
        shown = path.replace(f"{{{one.parent_key}}}", parent)
        rows = client.rows(shown, **params)
        assert len(rows) == len(own.get_table(path).find_children(parent))
        assert all(row[one.parent_key] == parent for row in rows if one.parent_key in row)


def test_nested_lists_of_a_parent_that_is_gone_are_not_found(client: Client) -> None:
    """The children of a document that does not exist are 404 code 1002."""
    answer = client.call("invoices/999/payments")
    assert (answer.status, answer.code) == (404, 1002)


@pytest.mark.parametrize("path", sorted(load_endpoints()))
def test_nothing_is_null_and_no_id_is_a_number(everywhere: Client, path: str) -> None:
    """Unset is blank text, and every id is text, in every row and document."""
    for key in everywhere.world.holdings:
        held = everywhere.world.rows(key, path)[:8]
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
def test_times_bear_the_offset_of_the_organization_without_a_colon(
    everywhere: Client, code: str
) -> None:
    """created_time and last_modified_time are local times, whose offset has no colon."""
    everywhere.organization_id = organization(everywhere.world, code)
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
def test_some_lists_tell_no_times_at_all(client: Client, path: str) -> None:
    """Bank accounts, currencies and organizations say nothing of when they changed."""
    assert not {"created_time", "last_modified_time"} & set(client.rows(path)[0])


def test_tax_rows_have_a_time_of_change_only(client: Client) -> None:
    """Taxes bear last_modified_time and no created_time; a group lacks a single tax's fields."""
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


def types(rows: list[dict[str, Any]], name: str) -> set[type]:
    """The types that a field has over some rows."""
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
    kinds = types(found, field)
    assert str in kinds
    assert path != "items" or Decimal in kinds


def test_numbers_stand_as_text_where_recorded_so(client: Client) -> None:
    """Payment numbers, file sizes and hours' amounts are text; so is the tds percentage."""
    key = client.organization_id
    world = client.world
    assert types(world.rows(key, "vendorpayments"), "payment_number") == {str}
    assert types(world.rows(key, "projects"), "billed_amount") == {str}
    assert types(world.rows(key, "bankaccounts"), "sub_corporate_cards_count") == {str}
    files = [one for row in world.rows(key, "bills") for one in row["documents"]]
    assert {one["file_size"] for one in files} == {"167787"}


def test_a_field_named_like_a_boolean_holds_an_id(client: Client) -> None:
    """is_opening_balance of a bill's row is the bill's id."""
    assert all(row["is_opening_balance"] == row["bill_id"] for row in client.rows("bills"))


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


def test_nobody_is_called_others(client: Client) -> None:
    """Where no salesperson was named the id is the sentinel -1, called Others."""
    rows = client.rows("creditnotes")
    assert {row["salesperson_name"] for row in rows if row["salesperson_id"] == "-1"} == {"Others"}


@pytest.mark.parametrize(("code", "decimals"), [("US", 2), ("JP", 0), ("KW", 3)])
def test_amounts_are_padded_as_the_currency_asks(
    everywhere: Client, code: str, decimals: int
) -> None:
    """Raw JSON shows as many decimals as the currency has, trailing zeros included."""
    everywhere.organization_id = organization(everywhere.world, code)
    answer: Response = everywhere.call("journals")
    totals = re.findall(rb'"total":([^,}]+)', answer.body)
    assert totals
    assert {len(one.partition(b".")[2]) for one in totals} == {decimals}


def test_custom_fields_come_in_three_ways(everywhere: Client) -> None:
    """A row holds cf_x, cf_x_unformatted, a hash of both, and an array with the raw value."""
    everywhere.organization_id = organization(everywhere.world, "IN")
    row = next(one for one in everywhere.rows("invoices") if "cf_hsn_code" in one)
    listed = next(one for one in row["custom_fields"] if one["api_name"] == "cf_hsn_code")
    assert isinstance(row["cf_hsn_code"], str)
    assert isinstance(row["cf_hsn_code_unformatted"], Decimal | int)
    assert row["custom_field_hash"]["cf_hsn_code"] == row["cf_hsn_code"]
    assert listed["value"] == row["cf_hsn_code_unformatted"]
    document = everywhere.get(f"invoices/{row['invoice_id']}")["invoice"]
    assert "cf_hsn_code" not in document
    assert document["custom_fields"] == row["custom_fields"]


def test_custom_fields_are_left_out_where_they_are_not_set(client: Client) -> None:
    """Rows without a value for a custom field do not bear its name."""
    rows = client.rows("invoices")
    bearing = [row for row in rows if "cf_po_reference" in row]
    assert 0 < len(bearing) < len(rows)


def test_one_custom_field_has_two_types_in_two_organizations(client: Client) -> None:
    """cf_priority is a number in one organization and a word in the other."""
    kinds = []
    for key in client.world.holdings:
        client.organization_id = key
        answer = client.get("settings/customfields", entity="invoice")
        found = {one["api_name"]: one["data_type"] for one in answer["customfields"]["invoice"]}
        kinds.append(found["cf_priority"])
    assert kinds == ["number", "dropdown"]


def test_the_customers_own_fields_leak_into_documents(client: Client) -> None:
    """A document of an invoice bears the customer's custom fields under their plain names."""
    ids = client.world.ids(client.organization_id, "invoices")
    documents = [client.get(f"invoices/{one}")["invoice"] for one in sorted(ids)]
    leaked = next(one for one in documents if "cf_tin" in one)
    assert leaked["customer_custom_field_hash"]["cf_tin"] == leaked["cf_tin"]


def test_editions_have_fields_of_their_own(client: Client) -> None:
    """Indian invoices bear GST fields that American ones do not have."""
    american, indian = client.world.holdings
    assert "gst_treatment" not in client.world.rows(american, "invoices")[0]
    assert "gst_treatment" in client.world.rows(indian, "invoices")[0]


def test_locations_show_only_where_they_are_enabled(client: Client) -> None:
    """One American invoice in twenty bears a location, no Indian one does."""
    american, indian = client.world.holdings
    with_location = [row for row in client.world.rows(american, "invoices") if "location_id" in row]
    assert len(with_location) == 2
    assert not any("location_id" in row for row in client.world.rows(indian, "invoices"))


def test_organizations_are_spelt_as_their_edition_does(everywhere: Client) -> None:
    """The list shows inactive organizations, camel case, a month as text or as a number."""
    rows = {row["country_code"]: row for row in everywhere.rows("organizations")}
    assert rows["ZA"]["org_settings"] == {"is_org_active": False}
    assert rows["IN"]["isOrgActive"] is True
    assert rows["IN"]["is_search360_enabled"] == "true"
    assert (rows["US"]["fiscal_year_start_month"], rows["IN"]["fiscal_year_start_month"]) == (
        "1",
        3,
    )
    document = everywhere.get(f"organizations/{rows['IN']['organization_id']}")["organization"]
    assert document["fiscal_year_start_month"] == "april"


def test_service_items_have_no_stock(client: Client) -> None:
    """Items that are services lack the fields of stock altogether."""
    rows = client.rows("items")
    services = [row for row in rows if row["product_type"] == "service"]
    assert services
    assert all("stock_on_hand" not in row for row in services)
    assert all("stock_on_hand" in row for row in rows if row not in services)


def test_headings_stand_among_the_lines(client: Client) -> None:
    """Some documents hold a heading where others hold lines only."""
    rows = client.world.rows(client.organization_id, "invoices")
    kinds = {line["line_item_category"] for row in rows for line in row["line_items"]}
    assert kinds == {"line_item", "header"}


def test_indian_taxes_are_split_in_lines_only(client: Client) -> None:
    """CGST and SGST appear in the taxes of lines, under ids that the list of taxes lacks."""
    indian = list(client.world.holdings)[1]
    listed = client.world.ids(indian, "settings/taxes")
    found = [
        tax
        for row in client.world.rows(indian, "invoices")
        for line in row["line_items"]
        for tax in line["line_item_taxes"]
    ]
    assert {tax["tax_name"][:4] for tax in found} == {"CGST", "SGST"}
    assert not {tax["tax_id"] for tax in found} & listed


def test_contact_persons_are_made_at_a_displayed_date(client: Client) -> None:
    """created_time of a contact person is in the display format, without a time."""
    path = "contacts/{contact_id}/contactpersons"
    rows = client.world.rows(client.organization_id, path)
    assert all(re.fullmatch(r"\d\d [A-Z][a-z]{2} \d{4}", row["created_time"]) for row in rows)


def test_categories_begin_with_a_root_that_nobody_made(client: Client) -> None:
    """Categories are led by a row of id -1 with blank times, unless it is asked away."""
    first = client.rows("categories", last_modified_time="2036-01-01T00:00:00+0000")
    assert [(row["category_id"], row["last_modified_time"]) for row in first] == [("-1", "")]
    rest = client.rows("categories", include_root_category="false")
    assert len(rest) == 9
    assert "-1" not in {row["category_id"] for row in rest}


def test_items_come_whole_by_the_hundred(clock: Clock) -> None:
    """Itemdetails answers with up to 100 whole items; more ids, or none, are refused."""
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
    answer = client.get(f"settings/taxgroups/{group['tax_id']}")
    assert answer["tax_group"]["tax_group_id"] == group["tax_id"]
    assert client.call(f"settings/taxgroups/{single['tax_id']}").code == 1002


def test_custom_modules_are_listed_where_they_exist(client: Client) -> None:
    """Each organization has its own custom modules, with fields of their own, at their own path."""
    american, indian = client.world.holdings
    for key, module, field in (
        (american, "cm_debtor", "cf_debt_amount"),
        (indian, "cm_vehicle", "cf_plate"),
    ):
        client.organization_id = key
        rows = client.rows(module)
        assert len(rows) == 30
        assert any(field in row for row in rows)
        assert [one["api_name"] for one in client.get("settings/modules")["modules"]] == [module]
        document = client.get(f"{module}/{rows[0]['module_record_id']}")["module_record"]
        assert field in {one["api_name"] for one in document["module_fields"]}
    assert client.call("cm_debtor").code == 5


def test_all_fields_may_be_forbidden_to_ask_for(everywhere: Client) -> None:
    """settings/fields is refused without a code in some plans; settings/customfields is not."""
    assert len(everywhere.get("settings/fields", entity="invoice")["fields"]) == 6
    everywhere.organization_id = organization(everywhere.world, "JP")
    refused = everywhere.call("settings/fields", entity="invoice")
    assert refused.status == 400
    assert b"permission" in refused.body
    assert (
        everywhere.get("settings/customfields", entity="invoice")["customfields"]["invoice"] == []
    )


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


def test_recurring_bills_answer_to_both_spellings(client: Client) -> None:
    """A recurring bill is found under recurringbills and under recurring_bills."""
    wanted = client.rows("recurringbills")[0]["recurring_bill_id"]
    assert client.get(f"recurringbills/{wanted}") == client.get(f"recurring_bills/{wanted}")


def test_local_times_name_the_instant_that_the_record_has(client: Client) -> None:
    """A time in a row is the record's instant, whatever the offset."""
    world, key = client.world, client.organization_id
    table = world.holdings[key].get_table("bills")
    for row in client.rows("bills"):
        assert (
            instant(row["last_modified_time"]).timestamp() == table.records[row["bill_id"]].modified
        )
