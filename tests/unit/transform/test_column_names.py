"""Columns have names that loaders can take, and no value is lost by that."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.data.organizations import CustomField, select_organizations
from tap_zohobooks.resources import TABLE
from tap_zohobooks.streams.records import SCHEMAS
from tap_zohobooks.transform.column_names import (
    MAX_BYTES,
    MAX_KNOWN,
    ColumnNames,
    name_stream,
    to_column,
    to_snake_case,
)
from tests.conftest import Service

if TYPE_CHECKING:
    from tap_zohobooks.transform.cleaner import Row

Make = Callable[..., Service]

LONG = "cf_" + "reason_for_the_discount_" * 3 + "a"  # 76 bytes
TWIN = LONG[:-1] + "b"
WIDE = "cf_" + "理由" * 11  # 25 characters, 69 bytes
MODULE = "cm_" + "visits_of_the_field_service_" * 3


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("isOrgActive", "is_org_active"),
        ("AppList", "app_list"),
        ("cf_Foo", "cf_foo"),
        ("cf_VATNumber", "cf_vat_number"),
        ("cf_line2Total", "cf_line2_total"),
        ("cf_a__b_", "cf_a__b_"),
    ],
)
def test_snake_case(name: str, snake: str) -> None:
    """Names become snake case as loaders write it."""
    assert to_snake_case(name) == to_column(name) == snake


@pytest.mark.parametrize("name", [LONG, TWIN, WIDE, "cf_größe", "cf_理由", "cf_a.b", "cf_\ud800",
                                  "cf_" + "aB" * 25])  # fmt: skip
def test_names_that_loaders_cannot_take(name: str) -> None:
    """A long name, or one with other characters, has an alias of its own, of plain characters."""
    column = to_column(name)
    assert column != name
    assert column.startswith("cf_")
    assert len(column.encode()) <= MAX_BYTES
    assert column.replace("_", "").isascii()
    assert column == to_column(column)


def test_aliases_differ_and_stay() -> None:
    """Names alike in their first 63 bytes have different columns, in each version the same."""
    assert to_column(LONG) == "cf_reason_for_the_discount_reason_for_the_discount_rea_3887060f"
    assert len({to_column(name) for name in (LONG, TWIN, WIDE, f"{WIDE}x", "cf_理", "cf_由")}) == 6
    assert to_column("cf_" + "a" * 60) == "cf_" + "a" * 60


def test_schemas_have_such_names() -> None:
    """No schema has two columns that differ by case style only, or a name that is too long."""
    for stream in TABLE:
        names = list(SCHEMAS.fetch_schema(stream)["properties"])
        assert len({to_snake_case(name) for name in names}) == len(names), stream
        assert max(len(name.encode()) for name in names) <= MAX_BYTES


@pytest.mark.parametrize(
    ("row", "renamed"),
    [
        ({"is_org_active": True, "name": "x"}, {"is_org_active": True, "name": "x"}),
        ({"isOrgActive": True}, {"is_org_active": True}),
        ({"isOrgActive": True, "is_org_active": None}, {"is_org_active": True}),
        ({"isOrgActive": True, "is_org_active": True}, {"is_org_active": True}),
        ({"isOrgActive": "", "is_org_active": False}, {"is_org_active": False}),
        (
            {"isOrgActive": True, "is_org_active": False},
            {"isOrgActive": True, "is_org_active": False},
        ),
        ({"IsOrgActive": 1, "isOrgActive": 2}, {"is_org_active": 1, "isOrgActive": 2}),
        ({"cf_Foo": "5.00", "cf_Foo_unformatted": 5}, {"cf_foo": "5.00", "cf_foo_unformatted": 5}),
        (
            {"cf_foo": "4", "cf_Foo": "5.00", "cf_Foo_unformatted": 5},
            {"cf_foo": "4", "cf_Foo": "5.00", "cf_Foo_unformatted": 5},
        ),
        ({LONG: "a", TWIN: "b"}, {to_column(LONG): "a", TWIN: "b"}),
        ({"cf_other": 1, "fooBar": 2}, {"cf_other": 1, "fooBar": 2}),
    ],
)
def test_rows_are_renamed(row: Row, renamed: Row) -> None:
    """A field with a column under another spelling moves there, unless the column has a value."""
    before = dict(row)
    assert ColumnNames(["is_org_active", "name", "cf_foo", to_column(LONG)])(row) == renamed
    assert row == before


def test_an_older_catalog_keeps_its_columns() -> None:
    """Columns of a catalog that was made before count as they are spelt there."""
    names = ColumnNames(["isOrgActive", "is_org_active", LONG, "cf_Foo"])
    row = {"isOrgActive": True, "is_org_active": False, LONG: "a", "cf_Foo": "b"}
    assert names(row) == row
    assert names.find("cf_foo") == "cf_Foo"


def test_names_beyond_the_bound() -> None:
    """More names than are remembered are renamed alike."""
    names = ColumnNames(["a"])
    names({f"field{number}": 1 for number in range(2 * MAX_KNOWN)})
    assert names({"fieldX": 1, "A": 2}) == {"fieldX": 1, "a": 2}


@pytest.mark.parametrize(
    ("name", "others", "is_own"),
    [
        ("cm_visit", ["cm_Visit"], True),
        ("cm_Visit", ["cm_visit"], False),
        ("cm_Visit", ["cm_trip"], True),
        (MODULE, [], False),
    ],
)
def test_streams_of_modules(name: str, others: list[str], *, is_own: bool) -> None:
    """A module's stream has its name, unless that is too long or like another but for its case."""
    stream = name_stream(name, [name, *others])
    assert (stream == name) is is_own
    assert stream.startswith("cm_")
    assert len(stream) <= MAX_BYTES
    assert to_snake_case(stream) not in {to_snake_case(one) for one in others} or is_own


def build(service: Make, *names: str, modules: tuple[str, ...] = ()) -> Service:
    """Return a service of one organization whose invoices have these custom fields."""
    (spec,) = select_organizations(1)
    fields = tuple(CustomField("invoice", name, name, "string") for name in names)
    return service(rows=20, organizations=[replace(spec, custom_fields=fields, modules=modules)])


@pytest.mark.parametrize("refused", [(), ("settings/customfields", "settings/fields")])
def test_a_run_with_odd_names(
    service: Make, caplog: pytest.LogCaptureFixture, refused: tuple[str, ...]
) -> None:
    """Each value is in a column that loaders take; discovery says which one it is."""
    caplog.set_level(logging.INFO)
    made = build(service, LONG, TWIN, WIDE, "cf_category", "cf_Color")
    for path in refused:
        made.world.refuse(path, 404, 5, "Invalid URL Passed")
    run = made.complete(["invoices", "invoice_details"], discovers=True)
    (organization,) = made.organizations
    for stream in ("invoices", "invoice_details"):
        for name in (LONG, TWIN, WIDE, "cf_category", "cf_Color"):
            held = {one["invoice_id"]: one[to_column(name)] for one in run.records(stream)}
            assert held == values(made, organization, name)
            assert any(held.values())
    assert f"Custom field '{LONG}' of 'invoice' has the column '{to_column(LONG)}'" in caplog.text
    assert not any(record.get("additional_fields") for record in run.records("invoices"))


def values(made: Service, organization: str, name: str) -> dict[str, Any]:
    """Return the values of a custom field by invoice, as the service holds them."""
    rows = made.world.rows(organization, "invoices")
    return {row["invoice_id"]: row.get(f"{name}_unformatted") for row in rows}


def test_a_text_without_its_twin_has_a_column(service: Make) -> None:
    """Where no metadata can be read, a text field without an unformatted value has a column."""
    made = build(service)
    (organization,) = made.organizations
    for path in ("settings/customfields", "settings/fields"):
        made.world.refuse(path, 404, 5, "Invalid URL Passed")
    first = min(made.world.ids(organization, "invoices"))
    made.world.change(organization, "invoices", first, cf_category="Retail")
    run = made.complete(["invoices"], discovers=True)
    held = {one["invoice_id"]: one["cf_category"] for one in run.records("invoices")}
    assert held.pop(first) == "Retail"
    assert set(held.values()) == {None}


def test_two_spellings_of_one_name(service: Make) -> None:
    """The field that is spelt like the column counts; the other one is in additional_fields."""
    made = build(service, "cf_color", "cf_Color")
    run = made.complete(["invoices"], discovers=True)
    (organization,) = made.organizations
    plain, other = values(made, organization, "cf_color"), values(made, organization, "cf_Color")
    assert [one for one in plain if plain[one] and other[one] not in (None, plain[one])]
    for record in run.records("invoices"):
        key = record["invoice_id"]
        assert record["cf_color"] == (plain[key] or other[key])
        rest = (record.get("additional_fields") or {}).get("cf_Color_unformatted", other[key])
        assert rest == other[key]
        if plain[key] and other[key] not in (None, plain[key]):
            assert record["additional_fields"]["cf_Color"] == other[key]


def test_modules_with_odd_names(service: Make, caplog: pytest.LogCaptureFixture) -> None:
    """A module with a long name is a stream with a short one; one that has no path is named."""
    caplog.set_level(logging.INFO)
    made = build(service, modules=(MODULE, "cm_Visit", "cm_visit", "cm_a/../b"))
    streams = [name_stream(one, [MODULE, "cm_Visit", "cm_visit"])
               for one in (MODULE, "cm_Visit", "cm_visit")]  # fmt: skip
    run = made.complete(streams, discovers=True)
    (organization,) = made.organizations
    assert run.counts == {(stream, organization): 20 for stream in streams}
    assert {call.path.rpartition("/")[2] for call in made.world.log} > {MODULE, "cm_Visit"}
    assert "Custom module 'cm_a/../b' of organization" in caplog.text
    assert f"Custom module '{MODULE}' is stream '{streams[0]}'" in caplog.text
