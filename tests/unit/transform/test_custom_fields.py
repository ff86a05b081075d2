"""Custom fields and custom modules are discovered, and their columns typed and filled."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.oddities import Oddity
from tap_zohobooks.resources import ENTITIES
from tap_zohobooks.streams.field_sources import to_entity
from tap_zohobooks.streams.organization import (
    ModuleDetailStream,
    ModuleStream,
    choose_module_kind,
    find_module,
)
from tap_zohobooks.transform.column_names import add_hash, name_details
from tap_zohobooks.transform.custom_fields import (
    BOOLEAN,
    LIST,
    NUMBER,
    TEXT,
    Field,
    Flattener,
    infer_fields,
    merge_columns,
    parse_metadata,
)
from tap_zohobooks.transform.timestamps import to_utc
from tests.conftest import Collector, Run, Service

if TYPE_CHECKING:
    from sandbox import Request, World
    from tap_zohobooks.transform.cleaner import Row

Make = Callable[..., Service]

DATE = {**TEXT, "format": "date"}
INSTANT = {**TEXT, "format": "date-time"}
STREAMS = ("bills", "contacts", "expenses", "invoice_details", "invoices", "items")
DOCUMENTS = {
    "bills": "bill_id",
    "contacts": "contact_id",
    "expenses": "expense_id",
    "invoices": "invoice_id",
    "items": "item_id",
}
NO_PERMISSION = (400, None, "You do not have the permission to perform this operation.")


def columns(run: Run, stream: str) -> dict[str, Any]:
    """Return the columns of a stream that are custom fields."""
    (schema,) = (
        message["schema"]
        for message in run.messages
        if message["type"] == "SCHEMA" and message["stream"] == stream
    )
    return {name: one for name, one in schema["properties"].items() if name.startswith("cf_")}


def asked(service: Service) -> Counter[str]:
    """Return how often each path of the settings was asked for."""
    paths = (call.path.partition("/books/v3/")[2] for call in service.world.log)
    return Counter(path for path in paths if path.startswith("settings/"))


@pytest.mark.parametrize(
    ("data_type", "schema"),
    [
        ("number", NUMBER),
        ("decimal", NUMBER),
        ("amount", NUMBER),
        ("percent", NUMBER),
        ("check_box", BOOLEAN),
        ("date", DATE),
        ("date_time", INSTANT),
        ("multiselect", LIST),
        ("lookup", TEXT),
        ("a type of next year", TEXT),
    ],
)
def test_types(data_type: str, schema: dict[str, Any]) -> None:
    """A field's data type is its column's type; an unknown one is text."""
    assert parse_metadata([{"api_name": "cf_a", "data_type": data_type}]) == [Field("cf_a", schema)]


def test_only_custom_fields_are_columns() -> None:
    """Metadata of other fields are skipped, and `placeholder` may hold the name."""
    entries = [{"api_name": "date"}, {"placeholder": "cf_b"}, {"label": "Without a name"}]
    assert [one.name for one in parse_metadata(entries)] == ["cf_b"]


def test_types_that_rows_show() -> None:
    """A field inferred from rows is text, unless all its values are of another type."""
    rows: list[Row] = [
        {"cf_n": "1.50", "cf_n_unformatted": Decimal("1.5"), "cf_d": "2026-01-02"},
        {"cf_n": "2", "cf_n_unformatted": 2, "cf_b_unformatted": True},
        {"custom_fields": [{"api_name": "cf_l", "value": ["a"]}], "cf_n_formatted": "3"},
        {"cf_n": "5,026.80", "cf_category": "Retail", "custom_field_hash": {"cf_h": "x"}},
        {"cf_category": "", "cf_blank": ""},
    ]
    found = {one.name: one.schema for one in infer_fields(rows)}
    texts = dict.fromkeys(("cf_category", "cf_d", "cf_h"), TEXT)
    assert found == {"cf_b": BOOLEAN, "cf_l": LIST, "cf_n": NUMBER, **texts}


def test_conflicting_types_are_text() -> None:
    """A field with different types in two organizations is text, and is named."""
    found = merge_columns([Field("cf_a", NUMBER), Field("cf_b", DATE), Field("cf_a", TEXT)])
    assert found == ({"cf_a": TEXT, "cf_b": DATE}, ["cf_a"])


@pytest.mark.parametrize(
    ("row", "flat"),
    [
        ({"cf_n": "5,026.80", "cf_n_unformatted": Decimal("5026.8")}, {"cf_n": Decimal("5026.8")}),
        ({"cf_n": 7, "cf_n_formatted": "7.00"}, {"cf_n": 7}),
        ({"cf_n": "5,026.80"}, {"cf_n": None, "cf_n_formatted": "5,026.80"}),
        ({"cf_t": "word"}, {"cf_t": "word"}),
        (
            {"cf_t": "Trip 7", "cf_t_unformatted": "4600"},
            {"cf_t": "4600", "cf_t_formatted": "Trip 7"},
        ),
        ({"cf_t": "0042", "cf_t_unformatted": "0042"}, {"cf_t": "0042"}),
        ({"custom_field_hash": {"cf_n": "1.00", "cf_n_unformatted": 1}}, {"cf_n": 1}),
        ({"custom_fields": [{"api_name": "cf_n", "value": 2}]}, {"cf_n": 2}),
        ({"custom_fields": ""}, {}),
        ({"cf_new": "x", "cf_new_unformatted": "y"}, {"cf_new": "x", "cf_new_unformatted": "y"}),
    ],
)  # fmt: skip
def test_values(row: Row, flat: Row) -> None:
    """The value is the unformatted one; a field without a column stays unchanged."""
    record = Flattener({"cf_n": NUMBER, "cf_t": TEXT, "total": NUMBER})(row)
    containers = {"custom_fields", "custom_field_hash"}
    shown = {name: value for name, value in record.items() if name not in containers}
    assert shown == {"cf_n": None, "cf_t": None, **flat}
    assert {name: record[name] for name in containers & row.keys()} == {
        name: row[name] for name in containers & row.keys()
    }


def to_column(schema: dict[str, Any], value: object) -> object:
    """Return a value of a document's array as its column must hold it."""
    if schema.get("format") == "date-time":
        return to_utc(str(value))
    return str(value) if schema == TEXT else value


def test_two_organizations_of_different_editions(
    service: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """Lists and documents hold each field's value, exact and typed, in either organization."""
    made = service(rows=30, organizations=2)
    run = made.complete(STREAMS, discovers=True)
    assert columns(run, "invoices") == columns(run, "invoice_details")
    assert columns(run, "invoices")["cf_priority"] == TEXT
    assert "Custom field 'cf_priority' of 'invoice' has not the same type" in caplog.text
    values = 0
    for stream, key in DOCUMENTS.items():
        schemas = columns(run, stream)
        for record in run.records(stream):
            path = f"{stream}/{record[key]}"
            (document,) = (
                value
                for name, value in run.tap.client.get(
                    path, {}, record["organization_id"]
                ).document.items()
                if name == stream.removesuffix("s")
            )
            wanted = {one["api_name"]: one["value"] for one in document["custom_fields"]}
            expected = {
                name: to_column(schema, wanted[name]) if name in wanted else None
                for name, schema in schemas.items()
            }
            assert {name: record[name] for name in schemas} == expected
            values += len(wanted)
    assert values > 100
    lists = {record["invoice_id"]: record for record in run.records("invoices")}
    for record in run.records("invoice_details"):
        listed = lists[record["invoice_id"]]
        assert {name: record[name] for name in columns(run, "invoices")} == {
            name: listed[name] for name in columns(run, "invoices")
        }
    (us, india) = made.organizations
    assert all(record["gst_treatment"] for record in run.records("invoices", india))
    assert not any(record.get("gst_treatment") for record in run.records("invoices", us))


def test_each_source_of_metadata(service: Make) -> None:
    """If one request is refused, the next finds the same names; the first page comes last."""
    found = []
    for refused in ((), ("settings/customfields",), ("settings/customfields", "settings/fields")):
        made = service(rows=60, organizations=1)
        for path in refused:
            made.world.refuse(path, *NO_PERMISSION)
        run = made.complete(["invoices", "bills"], discovers=True)
        found.append((columns(run, "invoices").keys(), columns(run, "bills").keys()))
    assert found[0] == found[1] == found[2]
    assert len(found[0][0]) == 5


def test_refused_requests_are_not_repeated(service: Make) -> None:
    """A path that a role may not read costs one call per organization, not one per entity."""
    made = service(rows=5, organizations=2)
    made.world.refuse("settings/customfields", *NO_PERMISSION)
    made.complete(["invoices"], discovers=True)
    assert asked(made)["settings/customfields"] == 2
    assert asked(made)["settings/fields"] == 2 * (len(ENTITIES) + 1)


def test_a_catalog_is_not_discovered_again(service: Make) -> None:
    """A run with a catalog requests no metadata, and fills the columns of the catalog."""
    made = service(rows=30, organizations=2)
    tap = made.tap(["invoices", "cm_debtor"], discovers=True)
    before = sum(asked(made).values())
    assert isinstance(tap.message_writer, Collector)
    tap.sync_all()
    records = Run(tap.message_writer.messages, tap).records("invoices")
    assert any(record[name] for record in records for name in record if name.startswith("cf_"))
    assert sum(asked(made).values()) == before > 0


def test_modules_are_streams(service: Make) -> None:
    """A custom module is a stream of its own, complete, and typed by its metadata."""
    made = service(rows=30, organizations=2)
    run = made.complete(["cm_debtor", "cm_vehicle"], discovers=True)
    us, india = made.organizations
    assert run.counts == {("cm_debtor", us): 30, ("cm_vehicle", india): 30}
    held = {one["module_record_id"] for one in run.records("cm_debtor")}
    assert held == made.world.ids(us, "cm_debtor")
    assert columns(run, "cm_debtor") == {"cf_debt_amount": NUMBER, "cf_due_on": DATE}
    assert any(isinstance(one["cf_debt_amount"], Decimal) for one in run.records("cm_debtor"))


def all_entities(made: Service, organization: str) -> dict[str, Any]:
    """Return the custom fields of all entities, as one response."""
    fields = made.world.holdings[organization].spec.custom_fields
    return {
        entity: [
            {"customfield_id": str(place), "api_name": one.api_name, "data_type": one.data_type}
            for place, one in enumerate(fields)
            if one.entity == entity
        ]
        for entity in ENTITIES.values()
    }


def test_one_response_may_hold_all_entities(service: Make) -> None:
    """One call then serves the discovery of each entity, and one the stream."""
    made = service(rows=30, organizations=1)
    (organization,) = made.organizations
    plain = made.complete(["invoices", "custom_fields"], discovers=True)
    before = asked(made)["settings/customfields"]
    fields = all_entities(made, organization)
    made.world.oddities["settings/customfields"] = Oddity(content={"customfields": fields})
    run = made.complete(["invoices", "custom_fields"], discovers=True)
    assert columns(run, "invoices") == columns(plain, "invoices") != {}
    names = {(one["entity"], one["api_name"]) for one in run.records("custom_fields")}
    expected = {(one["entity"], one["api_name"]) for one in plain.records("custom_fields")}
    assert names == expected
    assert len(expected) > 5
    modules = sum(1 for one in made.world.holdings[organization].spec.modules)
    assert before == 2 * len(ENTITIES) + modules
    assert asked(made)["settings/customfields"] - before == 2 + modules


@pytest.mark.parametrize("missing", ["bill", "invoice", "vendor_payment"])
def test_a_response_that_lacks_an_entity_serves_its_own_only(service: Make, missing: str) -> None:
    """If what is requested counts, the others are requested: no field of theirs is lost."""
    made = service(rows=5, organizations=1)
    (organization,) = made.organizations
    fields = all_entities(made, organization)
    del fields[missing]
    answer_by_entity(made, {missing: {missing: FIELD}}, fields)
    run = made.complete(["custom_fields"])
    assert asked(made)["settings/customfields"] == len(ENTITIES)
    assert (missing, "cf_a") in name_fields(run)


def answer_by_entity(
    made: Service, answers: Mapping[str, dict[str, Any]], other: Mapping[str, Any]
) -> None:
    """Let the fields be those of the requested entity; `other` if it is not in `answers`."""

    def hook(world: World, request: Request) -> None:
        content = {"customfields": answers.get(request.params.get("entity", ""), other)}
        world.oddities["settings/customfields"] = Oddity(content=content)

    made.world.before_call.append(hook)


def name_fields(run: Run) -> list[tuple[str, str]]:
    """Return entity and name of each custom field, sorted."""
    return sorted((one["entity"], one["api_name"]) for one in run.records("custom_fields"))


FIELD = [{"customfield_id": "1", "api_name": "cf_a", "data_type": "string"}]
OTHER = [{"customfield_id": "2", "api_name": "cf_b", "data_type": "number"}]


@pytest.mark.parametrize(
    ("named", "calls"),
    [
        ({"invoice": FIELD, "salesorder": OTHER}, 2),
        ({"invoices": FIELD, "sales_orders": OTHER}, 2),
        ({"bill": FIELD, "contact": FIELD, "item": OTHER}, 3),
        ({"bill": FIELD, "assemblies": OTHER}, 2),
    ],
)
def test_what_is_requested_makes_no_difference(
    service: Make, named: dict[str, Any], calls: int
) -> None:
    """Equal responses that lack what was requested are of all entities, new ones among them."""
    made = service(rows=5, organizations=1)
    answer_by_entity(made, {}, named)
    run = made.complete(["custom_fields"])
    assert asked(made)["settings/customfields"] == calls
    expected = [
        (to_entity(name), one["api_name"]) for name, fields in named.items() for one in fields
    ]
    assert name_fields(run) == sorted(expected)
    made.complete(["invoices"], discovers=True)
    modules = sum(1 for _ in made.world.holdings[made.organizations[0]].spec.modules)
    assert asked(made)["settings/customfields"] == 2 * calls + modules


@pytest.mark.parametrize(
    ("answers", "other"),
    [
        ({"bill": {"bill": FIELD}}, {"invoice": FIELD, "item": OTHER}),
        ({"bill": {"invoice": [], "item": OTHER}}, {"invoice": FIELD, "item": OTHER}),
        ({}, {"bill": FIELD}),
        ({}, {}),
    ],
)
def test_each_entity_is_requested_while_responses_may_differ(
    service: Make, answers: dict[str, Any], other: dict[str, Any]
) -> None:
    """A response that differs shows that what is requested counts; one of an entity is of it."""
    made = service(rows=5, organizations=1)
    answer_by_entity(made, answers, other)
    made.run(["custom_fields"])
    assert asked(made)["settings/customfields"] == len(ENTITIES)


def test_whole_records_of_modules_are_streams(service: Make) -> None:
    """They are not selected by default, cost a call each, and a later run reads what changed."""
    made = service(rows=12, organizations=2)
    us, _ = made.organizations
    stream = "cm_debtor_details"
    run = made.complete([stream, "cm_debtor"], discovers=True)
    records = run.records(stream)
    assert {one["module_record_id"] for one in records} == made.world.ids(us, "cm_debtor")
    assert columns(run, stream) == columns(run, "cm_debtor")
    assert all(one["module_fields"] and not one.get("additional_fields") for one in records)
    assert sum("/cm_debtor/" in call.path for call in made.world.log) == len(records) == 12
    catalog = made.catalog(made.config())
    selected = {
        entry["stream"]: item["metadata"]["selected-by-default"]
        for entry in catalog["streams"]
        for item in entry["metadata"]
        if not item["breadcrumb"]
    }
    assert (selected["cm_debtor"], selected[stream]) == (True, False)
    changed = records[0]["module_record_id"]
    made.world.change(us, "cm_debtor", changed)
    later = made.complete([stream], run.state, discovers=True).records(stream)
    assert changed in {one["module_record_id"] for one in later}
    assert len(later) < len(records)


@pytest.mark.parametrize(
    ("name", "title", "kind", "module"),
    [
        ("cm_debtor", "cm_debtor", ModuleStream, "cm_debtor"),
        ("cm_debtor_details", "cm_debtor", ModuleDetailStream, "cm_debtor"),
        ("cm_debtor_details", "cm_debtor_details", ModuleStream, "cm_debtor_details"),
        ("cm_debtor_details", None, ModuleDetailStream, "cm_debtor"),
        ("cm_debtor", None, ModuleStream, "cm_debtor"),
        (add_hash("cm_debtor_details"), "cm_debtor", ModuleDetailStream, "cm_debtor"),
        (add_hash("cm_Debtor"), "cm_Debtor", ModuleStream, "cm_Debtor"),
        (f"{add_hash('cm_Debtor')}_details", "cm_Debtor", ModuleDetailStream, "cm_Debtor"),
    ],
)
def test_the_streams_of_a_module(
    name: str, title: str | None, kind: type[object], module: str
) -> None:
    """The title tells a module named like documents from the documents of a module."""
    assert choose_module_kind(name, title) is kind
    assert find_module(name, title) == module


def test_names_of_whole_records() -> None:
    """They give way to a module of that name, and to the limit of loaders."""
    assert name_details("cm_a", "cm_a", ["cm_a"]) == "cm_a_details"
    assert name_details("cm_a", "cm_a", ["cm_a", "cm_a_details"]) == add_hash("cm_a_details")
    long = "cm_" + "a" * 58
    assert name_details(long, long) == add_hash(f"{long}_details")


def test_modules_without_metadata_are_open(service: Make) -> None:
    """Without metadata, the rows of a module are complete."""
    made = service(rows=30, organizations=1)
    run = made.complete(["cm_debtor"], discovers=True, flatten_custom_fields=False)
    assert columns(run, "cm_debtor") == {}
    (kept,) = {frozenset(one) for record in run.records("cm_debtor")
               if (one := record.get("additional_fields")) and len(one) == 4}  # fmt: skip
    assert kept == {"cf_debt_amount", "cf_debt_amount_unformatted",
                    "cf_due_on", "cf_due_on_unformatted"}  # fmt: skip


def test_modules_are_optional(service: Make, caplog: pytest.LogCaptureFixture) -> None:
    """An organization whose modules cannot be listed is read without them, with a log line."""
    caplog.set_level(logging.INFO)
    made = service(rows=5, organizations=1)
    made.world.refuse("settings/modules", 404, 5, "Invalid URL Passed")
    run = made.complete(["invoices"], discovers=True)
    assert len(run.records("invoices")) == 5
    assert "does not tell which custom modules there are" in caplog.text


def test_a_field_made_after_discovery_is_kept(service: Make) -> None:
    """Until the next discovery a new field is in additional_fields."""
    made = service(rows=3, organizations=1)
    tap = made.tap(["invoices"], discovers=True)
    (organization,) = made.organizations
    first = min(made.world.ids(organization, "invoices"))
    made.world.change(organization, "invoices", first, cf_made_today="9")
    tap.sync_all()
    (record,) = (
        message["record"]
        for message in tap.message_writer.messages  # type: ignore[attr-defined]
        if message["type"] == "RECORD" and message["record"]["invoice_id"] == first
    )
    assert record["additional_fields"] == {"cf_made_today": "9"}


def test_without_credentials_the_catalog_is_static(service: Make) -> None:
    """Discovery without settings sends no request, and finds no custom field."""
    made = service()
    entries = {one["tap_stream_id"]: one for one in made.catalog({})["streams"]}
    assert not any(name.startswith("cf_") for name in entries["invoices"]["schema"]["properties"])
    assert made.world.log == []


def test_flattening_can_be_switched_off(service: Make) -> None:
    """Without it no metadata is requested, and custom fields stay unchanged."""
    made = service(rows=20, organizations=1)
    run = made.complete(["invoices"], discovers=True, flatten_custom_fields=False)
    assert columns(run, "invoices") == {}
    assert asked(made) == {"settings/modules": 1}
    kept = [one["additional_fields"] for one in run.records("invoices")
            if one.get("additional_fields")]  # fmt: skip
    assert any("cf_weight" in one for one in kept)
