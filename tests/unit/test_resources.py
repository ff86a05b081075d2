"""The table and the schemas agree."""

from __future__ import annotations

import importlib.resources

import pytest

from tap_zohobooks.errors import ServiceError
from tap_zohobooks.pagination.page import rows_of
from tap_zohobooks.resources import INCREMENTAL, MODIFIED, ORGANIZATION, TABLE, Resource
from tap_zohobooks.streams.records import SCHEMAS


@pytest.mark.parametrize("name", TABLE)
def test_schema_holds_its_keys(name: str) -> None:
    """Each stream has a schema, and its keys are in it and never null."""
    properties = SCHEMAS.fetch_schema(name)["properties"]
    for key in (ORGANIZATION, *TABLE[name].keys):
        assert properties[key]["type"] == ("integer" if key == "line_number" else "string")


@pytest.mark.parametrize("resource", INCREMENTAL, ids=lambda resource: resource.name)
def test_replication_key_is_an_instant(resource: Resource) -> None:
    """What is read by its time of change has that time, as an instant."""
    schema = SCHEMAS.fetch_schema(resource.name)
    assert schema["properties"][MODIFIED]["format"] == "date-time"


def test_derived_names() -> None:
    """Path, rows and scope derive from the name, and only exceptions are stated."""
    assert TABLE["sales_orders"].list_path == "salesorders"
    assert TABLE["contact_refunds"].list_path == "contacts/{contact_id}/refunds"
    assert TABLE["contact_persons"].other.list_path == "contacts/{contact_id}/contactpersons"
    assert TABLE["contact_persons"].areas == ["contacts"]
    assert TABLE["item_details"].permissions == ["ZohoBooks.items.READ", "ZohoBooks.settings.READ"]
    assert TABLE["packages"].permission == "ZohoBooks.fullaccess.all"
    assert TABLE["uncategorized_bank_transactions"].rows_keys[:2] == [
        "transactions",
        "banktransactions",
    ]
    assert TABLE["taxes"].query == {"filter_by": "Taxes.All"}
    assert TABLE["invoice_comments"].area == "invoices"
    assert TABLE["currencies"].rows_key == "currencies"
    assert TABLE["bills"].area == "bills"
    assert TABLE["vendor_credits"].area == "debitnotes"


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        ({"code": 0, "message": "", "bills": [{"a": 1}], "page_context": {}}, [{"a": 1}]),
        ({"code": 0, "message": "", "vendorcredits": [{"a": 1}]}, [{"a": 1}]),
        ({"code": 0, "bill": {"a": 1}}, [{"a": 1}]),
        ({"code": 0, "bills": ""}, []),
        ({"code": 0, "bills": None}, []),
        ({"code": 0}, []),
        ({"code": 0, "bills": [{"a": 1}], "extra": []}, [{"a": 1}]),
    ],
)
def test_rows_are_found(document: dict[str, object], rows: list[dict[str, int]]) -> None:
    """Rows stand under the expected key, or under the only one that is not the envelope's."""
    assert rows_of(document, "bills") == rows


def test_a_document_that_is_not_wrapped() -> None:
    """An answer that bears the key of a row is the row; only the envelope's fields are left out."""
    document = {"code": 0, "message": "", "account_id": "1", "transactions": []}
    assert rows_of(document, "account", "account_id") == [{"account_id": "1", "transactions": []}]


def test_rows_that_cannot_be_told() -> None:
    """Two candidates are an error that names them, not a guess."""
    with pytest.raises(ServiceError, match="credits"):
        rows_of({"code": 0, "credits": [], "debits": []}, "bills")


def test_the_table_and_the_schemas_agree() -> None:
    """Each stream has a schema file, and no schema file is without its stream."""
    folder = importlib.resources.files("tap_zohobooks") / "schemas"
    files = {file.name.removesuffix(".json") for file in folder.iterdir()}
    assert files == set(TABLE)


def test_endpoints_are_asked_once() -> None:
    """No two streams request the same; but `deletions` is a part of the activity log."""
    asked = [
        (one.path or one.name, tuple(one.query.items()))
        for one in TABLE.values()
        if not one.of and one.name != "deletions"
    ]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("460000000026049", "460000000026049"),
        (460000000026049, "460000000026049"),
        ("../contacts", "..%2Fcontacts"),
        ("1?organization_id=666", "1%3Forganization_id%3D666"),
        ("1#x", "1%23x"),
        ("a b\n", "a%20b%0A"),
        ("%2e%2e", "%252e%252e"),
        ("1;2&3", "1%3B2%263"),
        ("\\..\\", "%5C..%5C"),
        ("ü", "%C3%BC"),
    ],
    ids=ascii,
)
def test_an_id_is_one_part_of_a_path(key: object, path: str) -> None:
    """Whatever an id holds, it changes neither the path around it nor the parameters."""
    assert TABLE["invoices"].document_path(key) == f"invoices/{path}"
    assert TABLE["contact_refunds"].fill_path({"contact_id": key, "name": "{"}) == (
        f"contacts/{path}/refunds"
    )


@pytest.mark.parametrize("key", ["", ".", ".."])
def test_an_id_that_no_encoding_makes_a_part(key: str) -> None:
    """An id that would be resolved as another folder is an error."""
    with pytest.raises(ServiceError, match="cannot be part of a path"):
        TABLE["invoices"].document_path(key)


def test_half_a_character_in_an_id() -> None:
    """An id that is no valid text is encoded as well."""
    assert TABLE["invoices"].document_path("\ud800") == "invoices/%ED%A0%80"
