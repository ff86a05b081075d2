"""What every schema file promises, and the types that real answers ask for."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from tap_zohobooks.resources import STREAM_REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

pytestmark = pytest.mark.fast

Schema: TypeAlias = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
SCHEMAS = ROOT / "tap_zohobooks" / "schemas"
FILES = sorted(SCHEMAS.glob("*.json"))
CHILDREN = {"opening_balance_details"}  # of accounts, not the documents of a list
REPORTS = {one.name: one.keys for one in STREAM_REPORTS}  # no published file has them
OTHERS = CHILDREN | REPORTS.keys()
DETAILS = [file for file in FILES if file.stem.endswith("_details") and file.stem not in OTHERS]
# Parameters of the statement by which target-postgres marks rows as deleted: a table with a column
# of such a name cannot be marked, and the loader ends.
LOADERS_PARAMETERS = {"version", "deletedate"}
KEYWORDS = {"additionalProperties", "format", "items", "properties", "type"}

ORDINALS = {"line_number", "depth", "period_rows", "position"}  # counted by the tap
FLAGS = {"is_valid_udyam_no", "track_batch_number", "track_serial_number"}  # true or false
TEXT: Schema = {"type": ["null", "string"]}
NUMBER: Schema = {"type": ["null", "number"]}
BOOLEAN: Schema = {"type": ["null", "boolean"]}
DATE: Schema = TEXT | {"format": "date"}
INSTANT: Schema = TEXT | {"format": "date-time"}


@pytest.fixture(scope="module", name="script")
def _script() -> Iterator[ModuleType]:
    """The script, imported from its folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPTS)
        yield importlib.import_module("schemas")


def expected_keys(script: ModuleType) -> dict[str, tuple[str, ...]]:
    """Return the key columns of every stream that must have a schema file."""
    table = json.loads((SCRIPTS / "schemas" / "streams.json").read_text(encoding="utf-8"))
    found = {name: stream.keys for name, stream in script.read_table(table).items()}
    return found | {name: ("organization_id", *keys) for name, keys in REPORTS.items()}


def list_of(details: str) -> str:
    """Return the stream whose rows a stream of documents is merged with."""
    noun = details.removesuffix("_details")
    plurals = {f"{noun}s", f"{noun.removesuffix('y')}ies"}
    (name,) = (file.stem for file in FILES if file.stem in plurals)
    return name


def load(name: str) -> Schema:
    """Return a stream's schema."""
    schema: Schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return schema


def nodes(schema: Schema, name: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield every schema inside a schema under its field's name."""
    yield name, schema
    for inner, held in schema.get("properties", {}).items():
        yield from nodes(held, inner)
    if schema.get("items"):
        yield from nodes(schema["items"], f"{name}[]")


def at(schema: Schema, path: str) -> Schema:
    """Return the schema at a path such as ``line_items[].rate``."""
    for step in path.split("."):
        schema = schema["properties"][step.removesuffix("[]")]
        schema = schema["items"] if step.endswith("[]") else schema
    return schema


def every_node(pattern: str) -> list[tuple[str, str, Schema]]:
    """Return stream, name and schema of every field of that kind of name in all files."""
    form = re.compile(pattern)
    return [
        (file.stem, name, schema)
        for file in FILES
        for name, schema in nodes(load(file.stem))
        if form.search(name)
    ]


def test_every_stream_has_one_file_and_every_file_one_stream(script: ModuleType) -> None:
    """The folder holds the expected streams, no more and no fewer."""
    assert {file.stem for file in FILES} == set(expected_keys(script))


@pytest.mark.parametrize("validator", [Draft7Validator, Draft202012Validator])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_a_valid_schema(
    file: Path, validator: type[Draft7Validator | Draft202012Validator]
) -> None:
    """Targets of either draft accept every schema."""
    validator.check_schema(load(file.stem))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_written_canonically(file: Path) -> None:
    """Keys are sorted, two spaces indent, and the last line ends."""
    text = file.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_holds_names_and_types_only(file: Path) -> None:
    """No sentence, example or list of values of the published files is taken over."""
    assert {key for _, schema in nodes(load(file.stem)) for key in schema} <= KEYWORDS


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_column_has_the_name_of_a_loaders_parameter(file: Path) -> None:
    """Such a field is not typed, so that it is kept in additional_fields."""
    assert not LOADERS_PARAMETERS & load(file.stem)["properties"].keys()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_value_is_an_integer(file: Path) -> None:
    """Real answers hold fractions where the published files say integer; ordinals are the tap's."""
    found = [name for name, schema in nodes(load(file.stem)) if "integer" in schema["type"]]
    assert set(found) <= {*ORDINALS}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_key_columns_are_text_and_never_null(file: Path, script: ModuleType) -> None:
    """A record without its key cannot be told apart from another."""
    properties = load(file.stem)["properties"]
    keys = {name: properties[name] for name in expected_keys(script)[file.stem]
            if name not in ORDINALS}  # fmt: skip
    days = {"as_of", "from_date", "to_date"}
    assert keys == {key: {"type": "string"} | ({"format": "date"} if key in days else {})
                    for key in keys}  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_everything_but_the_key_may_be_null(file: Path, script: ModuleType) -> None:
    """Zoho leaves any field unset."""
    schema = load(file.stem)
    keys = {id(schema["properties"][name]) for name in expected_keys(script)[file.stem]}
    inner = [(name, held) for name, held in nodes(schema) if held is not schema]
    assert not [name for name, held in inner if id(held) not in keys and "null" not in held["type"]
                and name not in ORDINALS]  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_place_is_kept_for_unknown_fields(file: Path) -> None:
    """What the schema does not know lands in one object of the record."""
    assert load(file.stem)["properties"]["additional_fields"] == {
        "additionalProperties": True,
        "type": ["null", "object"],
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nested_objects_are_open(file: Path) -> None:
    """An unknown key inside an object stays in its place."""
    schema = load(file.stem)
    inner = [(name, held) for name, held in nodes(schema) if held is not schema]
    objects = [(name, held) for name, held in inner if held["type"] == ["null", "object"]]
    assert not [name for name, held in objects if held.get("additionalProperties") is not True]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_schema_describes_more_than_its_key(file: Path, script: ModuleType) -> None:
    """No stream is a bare list of ids."""
    own = set(load(file.stem)["properties"]) - {"additional_fields"}
    assert len(own - set(expected_keys(script)[file.stem])) >= 2


@pytest.mark.parametrize("file", DETAILS, ids=lambda file: file.stem)
def test_documents_hold_every_field_of_their_list(file: Path) -> None:
    """A document is merged with its list row, so that its schema holds both."""
    rows, documents = load(list_of(file.stem)), load(file.stem)
    assert not set(rows["properties"]) - set(documents["properties"])


@pytest.mark.parametrize(
    "pattern",
    [r"_ids?$", r"_(number|code|no)$", r"^(zip|zipcode|phone|mobile|fax)$", r"_formatted$"],
)
def test_ids_codes_and_formatted_twins_are_plain_text(pattern: str) -> None:
    """Leading zeros are kept, and formatted values are not parsed."""
    known = [node for node in every_node(pattern) if node[1] not in ORDINALS | FLAGS]
    found = [node for node in known if not {"array", "object"} & set(node[2]["type"])]
    assert found
    assert not [node for node in found if node[2] not in (TEXT, {"type": "string"})]


@pytest.mark.parametrize(
    "pattern",
    [
        r"(^|_)(amount|balance|rate|total|quantity)$",
        r"_percentage$",
        r"^(price_precision|exchange_rate|stock_on_hand|payment_terms|credit|debit)$",
    ],
)
def test_money_rates_and_quantities_are_numbers(pattern: str) -> None:
    """What is counted or paid can be added up."""
    found = [node for node in every_node(pattern) if not node[1].startswith("is_")]
    assert found
    assert not [node for node in found if node[2] != NUMBER]


@pytest.mark.parametrize("name", ["created_time", "last_modified_time", "updated_time"])
def test_times_of_the_service_are_instants(name: str) -> None:
    """They come with an offset everywhere, but in the list of contact persons."""
    found = [node for node in every_node(f"^{name}$") if node[0] != "contact_persons"]
    assert found
    assert not [node for node in found if node[2] != INSTANT]


@pytest.mark.parametrize(
    ("stream", "path", "schema"),
    [
        ("bills", "is_opening_balance", TEXT),
        ("contact_details", "is_valid_udyam_no", BOOLEAN),
        ("items", "track_batch_number", BOOLEAN),
        ("purchase_orders", "delivery_days", TEXT),
        ("sales_order_details", "line_items[].item_id", TEXT),
        ("sales_order_details", "line_items[].quantity", NUMBER),
        ("sales_order_details", "line_items[].rate", NUMBER),
        ("contact_persons", "created_time", TEXT),
        ("contact_details", "created_date", TEXT),
        ("bill_details", "documents[].uploaded_on", TEXT),
        ("bill_details", "documents[].file_size", NUMBER),
        ("bill_details", "due_by_days", NUMBER),
        ("chart_of_account_details", "closing_balance", NUMBER),
        ("chart_of_accounts", "is_child_present", BOOLEAN),
        ("chart_of_accounts", "depth", NUMBER),
        ("estimates", "date", DATE),
        ("invoices", "total", NUMBER),
        ("invoices", "due_date", DATE),
        ("invoices", "shipping_address.zipcode", TEXT),
        ("invoice_details", "shipping_address.zip", TEXT),
        ("invoice_details", "discount", TEXT),
        ("invoice_details", "line_items[].quantity", NUMBER),
        ("invoice_details", "line_items[].account_id", TEXT),
        ("items", "reorder_level", NUMBER),
        ("journal_details", "line_items[].tax_percentage", NUMBER),
        ("organizations", "fiscal_year_start_month", TEXT),
        ("organizations", "is_search360_enabled", BOOLEAN),
        ("organizations", "is_org_active", BOOLEAN),
        ("project_details", "billed_amount", NUMBER),
        ("project_details", "billed_hours", TEXT),
        ("purchase_orders", "expected_delivery_date", DATE),
        ("taxes", "last_modified_time", INSTANT),
        ("vendor_payments", "payment_number", TEXT),
        ("vendor_payment_details", "billing_address.zip", TEXT),
        ("vendor_payment_details", "comments[].comment_id", TEXT),
        ("expenses", "start_reading", NUMBER),
    ],
)
def test_real_answers_decide_over_the_published_files(
    stream: str, path: str, schema: Schema
) -> None:
    """Fields that the published files type differently, or that were met in two forms."""
    assert at(load(stream), path) == schema


@pytest.mark.parametrize(
    ("stream", "path", "kind"),
    [
        ("chart_of_account_details", "transactions", "array"),
        ("credit_notes", "applied_invoices", "array"),
        ("customer_payments", "documents", "array"),
        ("invoice_details", "custom_field_hash", "object"),
        ("item_details", "lock_details", "object"),
        ("journal_details", "custom_fields", "array"),
        ("sales_order_details", "line_items", "array"),
        ("vendor_credit_details", "line_items", "array"),
        ("vendor_payments", "check_details", "object"),
        ("vendor_payment_details", "billing_address", "object"),
    ],
)
def test_lists_and_objects_are_what_real_answers_hold(stream: str, path: str, kind: str) -> None:
    """An unset list or object comes as an empty text, and stays a list or an object."""
    assert set(at(load(stream), path)["type"]) == {"null", kind}


@pytest.mark.parametrize("name", ["custom_fields", "item_custom_fields"])
def test_custom_fields_are_alike_everywhere(name: str) -> None:
    """The value of a custom field has the type of the field."""
    found = [node for node in every_node(rf"^{name}\[\]$") if node[2].get("properties")]
    types = {tuple(node[2]["properties"]["value"]["type"]) for node in found}
    assert types == {("null", "array", "boolean", "number", "string")}


@pytest.mark.parametrize("stream", ["invoice_details", "sales_order_details", "bill_details"])
@pytest.mark.parametrize(
    "name",
    [
        *("branch_id", "gst_no", "gst_treatment", "is_reverse_charge_applied", "location_id"),
        *("place_of_supply", "tax_treatment", "vat_treatment", "line_items[].hsn_or_sac"),
        *("line_items[].sat_item_key_code", "line_items[].tds_tax_id"),
    ],
)
def test_fields_of_country_editions_are_there(stream: str, name: str) -> None:
    """One schema serves all editions."""
    assert "null" in at(load(stream), name)["type"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_custom_column_is_built_in(file: Path) -> None:
    """The cf_ columns are an organization's own, found at discovery."""
    assert not [name for name, _ in nodes(load(file.stem)) if name.startswith("cf_")]
