"""The table and the schemas agree."""

from __future__ import annotations

import pytest

from tap_zohobooks.errors import ServiceError
from tap_zohobooks.resources import INCREMENTAL, MODIFIED, ORGANIZATION, TABLE, Resource
from tap_zohobooks.streams import SCHEMAS, rows_of


@pytest.mark.parametrize("name", TABLE)
def test_schema_holds_its_keys(name: str) -> None:
    """Each stream has a schema, and its keys are in it and never null."""
    properties = SCHEMAS.fetch_schema(name)["properties"]
    for key in (ORGANIZATION, TABLE[name].key):
        assert properties[key]["type"] == "string"


@pytest.mark.parametrize("resource", INCREMENTAL, ids=lambda resource: resource.name)
def test_replication_key_is_an_instant(resource: Resource) -> None:
    """What is read by its time of change has that time, as an instant."""
    schema = SCHEMAS.fetch_schema(resource.name)
    assert schema["properties"][MODIFIED]["format"] == "date-time"


def test_derived_names() -> None:
    """Path, rows and scope derive from the name, and only exceptions are stated."""
    assert TABLE["sales_orders"].list_path == "salesorders"
    assert TABLE["invoice_details"].list_path == "invoices"
    assert TABLE["invoice_details"].document_key == "invoice"
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
        ({"code": 0}, []),
        ({"code": 0, "bills": [{"a": 1}], "extra": []}, [{"a": 1}]),
    ],
)
def test_rows_are_found(document: dict[str, object], rows: list[dict[str, int]]) -> None:
    """Rows stand under the expected key, or under the only one that is not the envelope's."""
    assert rows_of(document, "bills") == rows


def test_rows_that_cannot_be_told() -> None:
    """Two candidates are an error that names them, not a guess."""
    with pytest.raises(ServiceError, match="credits"):
        rows_of({"code": 0, "credits": [], "debits": []}, "bills")
