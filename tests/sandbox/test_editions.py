"""Custom fields, modules and editions differ between organizations, as recorded."""

from __future__ import annotations

from decimal import Decimal

from tests.sandbox.client import Client, find_organization


def test_custom_fields_come_in_three_ways(everywhere: Client) -> None:
    """A row holds cf_x, cf_x_unformatted, a hash of both, and an array with the raw value."""
    everywhere.organization_id = find_organization(everywhere.world, "IN")
    row = next(one for one in everywhere.rows("invoices") if "cf_hsn_code" in one)
    listed = next(one for one in row["custom_fields"] if one["api_name"] == "cf_hsn_code")
    assert isinstance(row["cf_hsn_code"], str)
    assert isinstance(row["cf_hsn_code_unformatted"], Decimal | int)
    assert row["custom_field_hash"]["cf_hsn_code"] == row["cf_hsn_code"]
    assert listed["value"] == row["cf_hsn_code_unformatted"]
    document = everywhere.get(f"invoices/{row['invoice_id']}")["invoice"]
    assert "cf_hsn_code" not in document
    assert document["custom_fields"] == row["custom_fields"]


def test_custom_fields_without_a_value_are_left_out(client: Client) -> None:
    """Rows without a value for a custom field do not have its name."""
    rows = client.rows("invoices")
    bearing = [row for row in rows if "cf_po_reference" in row]
    assert 0 < len(bearing) < len(rows)


def test_one_custom_field_has_two_types_in_two_organizations(client: Client) -> None:
    """cf_priority is a number in one organization and a word in the other."""
    kinds = []
    for key in client.world.holdings:
        client.organization_id = key
        response = client.get("settings/customfields", entity="invoice")
        found = {one["api_name"]: one["data_type"] for one in response["customfields"]["invoice"]}
        kinds.append(found["cf_priority"])
    assert kinds == ["number", "dropdown"]


def test_documents_have_the_customers_custom_fields(client: Client) -> None:
    """A document of an invoice has the customer's custom fields under their plain names."""
    ids = client.world.ids(client.organization_id, "invoices")
    documents = [client.get(f"invoices/{one}")["invoice"] for one in sorted(ids)]
    leaked = next(one for one in documents if "cf_tin" in one)
    assert leaked["customer_custom_field_hash"]["cf_tin"] == leaked["cf_tin"]


def test_editions_have_fields_of_their_own(client: Client) -> None:
    """Indian invoices have GST fields that American ones do not have."""
    american, indian = client.world.holdings
    assert "gst_treatment" not in client.world.rows(american, "invoices")[0]
    assert "gst_treatment" in client.world.rows(indian, "invoices")[0]


def test_only_organizations_with_locations_show_them(client: Client) -> None:
    """One American invoice in twenty has a location, no Indian one does."""
    american, indian = client.world.holdings
    with_location = [row for row in client.world.rows(american, "invoices") if "location_id" in row]
    assert len(with_location) == 2
    assert not any("location_id" in row for row in client.world.rows(indian, "invoices"))


def test_the_row_of_an_organization_depends_on_its_edition(everywhere: Client) -> None:
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


def test_each_organization_lists_its_custom_modules(client: Client) -> None:
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


def test_settings_fields_is_refused_in_some_plans(everywhere: Client) -> None:
    """settings/fields is refused without a code in some plans; settings/customfields is not."""
    assert len(everywhere.get("settings/fields", entity="invoice")["fields"]) == 6
    everywhere.organization_id = find_organization(everywhere.world, "JP")
    refused = everywhere.call("settings/fields", entity="invoice")
    assert refused.status == 400
    assert b"permission" in refused.body
    assert (
        everywhere.get("settings/customfields", entity="invoice")["customfields"]["invoice"] == []
    )
