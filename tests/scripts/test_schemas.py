"""How the script makes a schema from published files, recorded answers and corrections."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

pytestmark = pytest.mark.fast

Schema: TypeAlias = dict[str, Any]

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

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


def inside(properties: Mapping[str, Schema], name: str) -> dict[str, Schema]:
    """Return the properties of a list's items."""
    held: dict[str, Schema] = properties[name]["items"]["properties"]
    return held


@dataclass
class Workshop:
    """Made-up sources in a folder, and the script run over them."""

    script: ModuleType
    folder: Path
    paths: dict[str, Any] = field(default_factory=dict)
    recordings: dict[str, Any] = field(default_factory=dict)
    table: dict[str, Any] = field(default_factory=lambda: {"lists": {"things": {}}})
    notes: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=lambda: ["stream path type edition confidence"])

    def list_field(self, path: str, kind: str, *, sure: str = "real", edition: str = "IN") -> None:
        """Add a line to the list of fields that were seen."""
        self.lines.append(f"things {path} {kind} {edition} {sure}")

    def declare(self, **fields: Schema) -> None:
        """Publish the list's row; a field's schema as the published files write it."""
        self.declare_at("/things", **fields)

    def declare_at(self, path: str, /, **fields: Schema) -> None:
        """Publish a row of another path."""
        items = {"type": "object", "properties": fields}
        self.answer(path, code={"type": "integer"}, rows={"type": "array", "items": items})

    def answer(self, path: str, /, **envelope: Schema) -> None:
        """Publish an answer's envelope."""
        schema = {"type": "object", "properties": envelope}
        content = {"content": {"application/json": {"schema": schema}}}
        self.paths[path] = {"get": {"responses": {"200": content}}}

    def record(self, *rows: Mapping[str, object], stem: str = "list-things") -> None:
        """Record an answer."""
        self.recordings[stem] = {"code": 0, "rows": list(rows), "page_context": {"page": 1}}

    def run(self, *options: str) -> int:
        """Write the sources down and start the script."""
        self._write("openapi/made.yml", yaml.safe_dump({"paths": self.paths}))
        for stem, body in self.recordings.items():
            self._write(f"recordings/{stem}.json", json.dumps(body))
        (self.folder / "recordings").mkdir(exist_ok=True)
        table = {"details": {}, "nested": {}, "comments": {}} | self.table
        notes = {"everywhere": [], "alike": [], "beside": [], "streams": []} | self.notes
        self._write("streams.json", json.dumps(table))
        self._write("corrections.json", json.dumps(notes))
        folders = {"--openapi": "openapi", "--recordings": "recordings", "--out": "out"}
        files = {"--streams": "streams.json", "--corrections": "corrections.json"}
        self._write("fields.tsv", "\n".join(self.lines).replace(" ", "\t"))
        files["--fields"] = "fields.tsv"
        named = [(flag, str(self.folder / name)) for flag, name in (folders | files).items()]
        code: int = self.script.main([word for pair in named for word in pair] + [*options])
        return code

    def made(self, name: str = "things") -> dict[str, Schema]:
        """Run the script and return the properties of a stream."""
        assert self.run() == 0
        schema = json.loads((self.folder / "out" / f"{name}.json").read_text(encoding="utf-8"))
        properties: dict[str, Schema] = schema["properties"]
        return properties

    def _write(self, name: str, text: str) -> None:
        """Write a file into the folder."""
        file = self.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


@pytest.fixture(name="shop")
def _shop(script: ModuleType, tmp_path: Path) -> Workshop:
    """One list, ``things``, without any field yet."""
    shop = Workshop(script, tmp_path)
    shop.declare()
    return shop


def test_a_bare_list_has_its_key_and_a_place_for_the_unknown(shop: Workshop) -> None:
    """The tap's own columns are there whatever the sources say."""
    assert shop.made() == {
        "additional_fields": {"additionalProperties": True, "type": ["null", "object"]},
        "organization_id": {"type": "string"},
        "thing_id": {"type": "string"},
    }


def test_a_key_is_never_null_though_both_sources_know_it(shop: Workshop) -> None:
    """Other ids are."""
    shop.declare(thing_id={"type": "string"})
    shop.record({"thing_id": "1", "organization_id": "2"})
    made = shop.made()
    assert (made["thing_id"], made["organization_id"]) == ({"type": "string"},) * 2


@pytest.mark.parametrize(
    "name", ["owner_id", "entry_number", "area_code", "zip", "zipcode", "phone", "gst_no", "id"]
)
def test_codes_are_text_even_where_both_sources_say_number(shop: Workshop, name: str) -> None:
    """A number would lose leading zeros."""
    shop.declare(**{name: {"type": "integer"}})
    shop.record({name: 12})
    assert shop.made()[name] == TEXT


@pytest.mark.parametrize("kind", ["integer", "number"])
def test_every_number_is_a_number(shop: Workshop, kind: str) -> None:
    """No integers: fractions were met in their place."""
    shop.declare(page_size={"type": kind})
    assert shop.made()["page_size"] == NUMBER


@pytest.mark.parametrize("value", ["", " ", "0.00", 0, 1.5])
def test_a_number_may_come_as_text_or_unset(shop: Workshop, value: object) -> None:
    """The recorded form does not turn a declared number into text."""
    shop.declare(start_reading={"type": "number"})
    shop.record({"start_reading": value})
    assert shop.made()["start_reading"] == NUMBER


def test_digits_that_nothing_calls_a_number_stay_text(shop: Workshop) -> None:
    """Text of digits is a number only where a name or a declaration says so."""
    shop.record({"marking": "0012", "paid_amount": "12.50"})
    made = shop.made()
    assert (made["marking"], made["paid_amount"]) == (TEXT, NUMBER)


def test_a_recorded_number_beats_a_declared_text(shop: Workshop) -> None:
    """Recordings decide."""
    shop.declare(depth={"type": "string", "example": "first"})
    shop.record({"depth": 1})
    assert shop.made()["depth"] == NUMBER


def test_text_and_numbers_in_one_field_make_text(shop: Workshop) -> None:
    """Text holds both."""
    shop.record({"share": 0}, {"share": "100.00%"})
    assert shop.made()["share"] == TEXT


def test_a_field_that_shows_nothing_is_typed_by_its_namesakes(shop: Workshop) -> None:
    """A type declared elsewhere under the same name is better than a bare text."""
    inner = {"type": "object", "properties": {"level": {"type": "number", "example": 1}}}
    shop.declare(level={"type": "string"}, part=inner)
    assert shop.made()["level"] == NUMBER


def test_what_was_recorded_of_a_namesake_beats_what_is_declared(shop: Workshop) -> None:
    """Recordings decide, here or elsewhere."""
    shop.declare(depth={"type": "string", "example": "first"})
    shop.record({"depth": "", "part": {"depth": 1}})
    assert shop.made()["depth"] == NUMBER


def test_a_quantity_by_name_is_a_number_when_nothing_was_shown(shop: Workshop) -> None:
    """Only unset values were recorded."""
    shop.record({"shipping_charge": ""})
    assert shop.made()["shipping_charge"] == NUMBER


def test_a_text_in_the_format_of_a_number_is_a_number(shop: Workshop) -> None:
    """A slip of the published files."""
    shop.declare(salvage={"type": "string", "format": "double"})
    assert shop.made()["salvage"] == NUMBER


def test_a_text_whose_example_is_a_truth_value_is_one(shop: Workshop) -> None:
    """A slip of the published files."""
    shop.declare(emailed={"type": "string", "example": True})
    assert shop.made()["emailed"] == BOOLEAN


def test_a_boolean_may_come_as_text(shop: Workshop) -> None:
    """Text of a truth value is a truth value."""
    shop.record({"enabled": "true"})
    assert shop.made()["enabled"] == BOOLEAN


def test_a_field_named_like_a_boolean_is_one_when_nothing_was_shown(shop: Workshop) -> None:
    """Only unset values were recorded."""
    shop.record({"is_expired": ""})
    assert shop.made()["is_expired"] == BOOLEAN


def test_an_id_under_a_boolean_name_is_text(shop: Workshop) -> None:
    """Recordings decide over the name."""
    shop.declare(is_opening_balance={"type": "boolean"})
    shop.record({"is_opening_balance": "260815000000113002"})
    assert shop.made()["is_opening_balance"] == TEXT


@pytest.mark.parametrize("value", ["2026-06-09T09:47:08-0400", "2026-06-09T09:47:08+05:30"])
def test_a_recorded_instant_is_one_under_any_name(shop: Workshop, value: str) -> None:
    """Both ways to write an offset are an instant's."""
    shop.record({"synced_at": value})
    assert shop.made()["synced_at"] == INSTANT


def test_an_instant_that_is_only_declared_is_text(shop: Workshop) -> None:
    """Published examples show instants where answers hold display formats."""
    shop.declare(seen_time={"type": "string", "example": "2016-06-19T05:49:12-0500"})
    assert shop.made()["seen_time"] == TEXT


@pytest.mark.parametrize("name", ["created_time", "last_modified_time", "updated_time"])
def test_the_times_of_every_object_are_instants(shop: Workshop, name: str) -> None:
    """They need no example."""
    shop.declare(**{name: {"type": "string"}})
    assert shop.made()[name] == INSTANT


def test_a_time_recorded_in_display_format_is_text(shop: Workshop) -> None:
    """A date-time would throw such values out."""
    shop.record({"created_time": "09 Oct 2026"})
    assert shop.made()["created_time"] == TEXT


def test_a_formatted_twin_is_text_whatever_it_shows(shop: Workshop) -> None:
    """It is made for reading."""
    shop.record({"date_formatted": "2026-06-09"})
    assert shop.made()["date_formatted"] == TEXT


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "example": "2013-11-17"},
        {"type": "string", "example": datetime(2013, 11, 17, tzinfo=UTC)},
        {"type": "string", "format": "date"},
    ],
)
def test_a_declared_day_is_a_date(shop: Workshop, schema: Schema) -> None:
    """By its format or its example."""
    shop.declare(start_date=schema)
    assert shop.made()["start_date"] == DATE


def test_a_recorded_day_is_a_date(shop: Workshop) -> None:
    """Unset values beside it change nothing."""
    shop.record({"due_date": "2026-06-09"}, {"due_date": ""})
    assert shop.made()["due_date"] == DATE


def test_a_name_alone_makes_no_date(shop: Workshop) -> None:
    """Nothing shows its form."""
    shop.record({"refresh_date": ""})
    assert shop.made()["refresh_date"] == TEXT


def test_a_day_in_two_forms_is_text(shop: Workshop) -> None:
    """A date would throw the other form out."""
    shop.record({"made_date": "2026-06-09"}, {"made_date": "09 Jun 2026"})
    assert shop.made()["made_date"] == TEXT


def test_objects_are_typed_inside_and_open(shop: Workshop) -> None:
    """Both sources add their fields."""
    shop.declare(address={"type": "object", "properties": {"city": {"type": "string"}}})
    shop.record({"address": {"zip": "01234"}})
    assert shop.made()["address"] == {
        "additionalProperties": True,
        "properties": {"city": TEXT, "zip": TEXT},
        "type": ["null", "object"],
    }


def test_lists_are_typed_inside(shop: Workshop) -> None:
    """Lines are objects like any other."""
    shop.record({"lines": [{"rate": 1.5}, {"rate": "", "unit": "kg"}]})
    lines = shop.made()["lines"]
    assert lines["type"] == ["null", "array"]
    assert lines["items"]["properties"] == {"rate": NUMBER, "unit": TEXT}


def test_an_empty_list_says_nothing_of_its_items(shop: Workshop) -> None:
    """They may be anything."""
    shop.record({"lines": []})
    assert shop.made()["lines"] == {"items": {}, "type": ["null", "array"]}


def test_an_unset_list_is_known_by_its_namesakes(shop: Workshop) -> None:
    """An unset list comes as an empty text."""
    shop.declare(papers={"type": "string"})
    shop.record({"papers": "", "part": {"papers": []}})
    assert shop.made()["papers"]["type"] == ["null", "array"]


def test_an_unset_object_takes_the_fields_of_its_namesakes(shop: Workshop) -> None:
    """It is the same kind of object."""
    shop.record({"lock": "", "part": {"lock": {"memo": "x"}}})
    assert shop.made()["lock"]["properties"] == {"memo": TEXT}


def test_a_list_of_ids_is_a_list_of_texts(shop: Workshop) -> None:
    """Its name says so, where the published type alone would say nothing."""
    items = {"type": "array", "items": {"type": "string"}}
    shop.declare(order_ids=items, details=items)
    made = shop.made()
    assert (made["order_ids"]["items"], made["details"]["items"]) == (TEXT, {})


def test_a_recorded_object_keeps_what_a_declared_list_holds(shop: Workshop) -> None:
    """Published lists of one object are that object."""
    item = {"type": "object", "properties": {"memo": {"type": "string"}}}
    shop.declare(check={"type": "array", "items": item})
    shop.record({"check": {"check_id": ""}})
    assert set(shop.made()["check"]["properties"]) == {"check_id", "memo"}


def test_a_recorded_list_keeps_what_a_declared_object_holds(shop: Workshop) -> None:
    """Published objects may be the items of a list."""
    shop.declare(lines={"type": "object", "properties": {"memo": {"type": "string"}}})
    shop.record({"lines": []})
    assert inside(shop.made(), "lines") == {"memo": TEXT}


def test_a_field_that_is_a_list_here_and_text_there_is_left_open(shop: Workshop) -> None:
    """Both forms were met, both must fit."""
    shop.record({"held": [1]}, {"held": "some"})
    assert {"array", "string", "number"} < set(shop.made()["held"]["type"])


def test_custom_columns_are_left_out(shop: Workshop) -> None:
    """They are one organization's own."""
    shop.record({"cf_size": "1", "cf_size_unformatted": 1, "custom_field_hash": {"cf_size": "1"}})
    made = shop.made()
    assert made["custom_field_hash"] == {"additionalProperties": True, "type": ["null", "object"]}
    assert not [name for name in made if name.startswith("cf_")]


def test_a_reference_is_followed(shop: Workshop) -> None:
    """Published schemas are made of shared parts."""
    shop.declare(size={"$ref": "#/paths/~parts/size"})
    shop.paths["~parts"] = {"size": {"type": "integer"}}
    assert shop.made()["size"] == NUMBER


def test_a_flat_answer_is_the_document_itself(shop: Workshop) -> None:
    """Some published answers have no key around the document."""
    shop.answer(
        "/things", code={"type": "integer"}, name={"type": "string"}, size={"type": "number"}
    )
    made = shop.made()
    assert (made["name"], made["size"], "code" in made) == (TEXT, NUMBER, False)


def test_parameters_of_a_path_may_be_named_anyhow(shop: Workshop) -> None:
    """A path is known by its shape."""
    shop.table["details"] = {"things": {}}
    shop.declare_at("/things/{the_id}", name={"type": "string"})
    assert shop.made("thing_details")["name"] == TEXT


def test_documents_hold_the_fields_of_their_list_row(shop: Workshop) -> None:
    """Those of both sources."""
    shop.table["details"] = {"things": {}}
    shop.declare(balance={"type": "number"})
    shop.declare_at("/things/{thing_id}", memo={"type": "string"})
    shop.record({"email": "a@example.com"})
    shop.record({"fax": ""}, stem="get-thing")
    assert {"balance", "memo", "email", "fax"} < set(shop.made("thing_details"))


def test_nested_rows_bear_their_parents_id_in_the_key(shop: Workshop) -> None:
    """It is the tap that adds it."""
    shop.table["nested"] = {"parts": {"parent": "things", "path": "parts"}}
    shop.declare_at("/things/{thing_id}/parts", name={"type": "string"})
    made = shop.made("parts")
    keys = {name for name, schema in made.items() if schema == {"type": "string"}}
    assert keys == {"organization_id", "thing_id", "part_id"}


def test_rows_with_a_key_of_their_own_bear_their_parents_id_too(shop: Workshop) -> None:
    """It may then be null."""
    shop.table["nested"] = {"parts": {"parent": "things", "path": "/parts", "alone": True}}
    shop.declare_at("/parts")
    made = shop.made("parts")
    assert (made["thing_id"], made["part_id"]) == (TEXT, {"type": "string"})


def test_comments_lie_under_their_document(shop: Workshop) -> None:
    """Path and key follow from the document's."""
    shop.table["comments"] = {"things": {}}
    shop.declare_at("/things/{thing_id}/comments", description={"type": "string"})
    assert shop.made("thing_comments")["comment_id"] == {"type": "string"}


def test_a_correction_of_a_name_holds_at_every_depth(shop: Workshop) -> None:
    """It beats both sources."""
    shop.notes["everywhere"] = [{"names": ["value"], "type": "any"}]
    shop.record({"value": 1, "lines": [{"value": 1}]})
    made = shop.made()
    assert made["value"] == inside(made, "lines")["value"]
    assert made["value"]["type"] == ["null", "array", "boolean", "number", "string"]


def test_names_that_are_alike_share_what_was_seen_of_any(shop: Workshop) -> None:
    """An empty list takes the items of its namesakes."""
    shop.notes["alike"] = [{"names": ["tags"]}]
    shop.record({"tags": [], "lines": [{"tags": [{"tag_id": "1"}]}]})
    assert inside(shop.made(), "tags") == {"tag_id": TEXT}


def test_fields_that_come_together_are_added_beside_each_other(shop: Workshop) -> None:
    """At every depth."""
    shop.notes["beside"] = [{"field": "location_id", "fields": {"branch_id": "string"}}]
    shop.record({"location_id": "1", "lines": [{"location_id": "1"}]})
    made = shop.made()
    assert (made["branch_id"], inside(made, "lines")["branch_id"]) == (TEXT, TEXT)


def test_a_correction_of_a_stream_joins_and_replaces(shop: Workshop) -> None:
    """Lists and objects are joined, anything else is replaced, new fields are added."""
    shop.notes["streams"] = [
        {
            "streams": ["things"],
            "fields": {"lines": [{"memo": "string"}], "size": "string", "made_on": "date"},
        }
    ]
    shop.record({"lines": [{"rate": 1}], "size": 1})
    made = shop.made()
    assert inside(made, "lines") == {"memo": TEXT, "rate": NUMBER}
    assert (made["size"], made["made_on"]) == (TEXT, DATE)


def test_a_correction_of_the_kind_of_container_replaces_it(shop: Workshop) -> None:
    """An object that should be a list becomes one."""
    shop.notes["streams"] = [{"streams": ["things"], "fields": {"lines": []}}]
    shop.record({"lines": {"memo": "x"}})
    assert shop.made()["lines"] == {"items": {}, "type": ["null", "array"]}


def test_documents_inherit_the_corrections_of_their_list(shop: Workshop) -> None:
    """Their rows are merged."""
    shop.table["details"] = {"things": {}}
    shop.declare_at("/things/{thing_id}")
    shop.notes["streams"] = [{"streams": ["things"], "fields": {"made_on": "date"}}]
    assert shop.made("thing_details")["made_on"] == DATE


def test_a_correction_that_is_no_type_is_refused(shop: Workshop) -> None:
    """A slip in the file is named, not written out."""
    shop.notes["streams"] = [{"streams": ["things"], "fields": {"size": 5}}]
    with pytest.raises(ValueError, match="not 5"):
        shop.run()


def test_a_stream_without_a_published_path_is_refused(shop: Workshop) -> None:
    """A slip in the table is named, not written out."""
    shop.table["lists"] = {"gadgets": {}}
    with pytest.raises(ValueError, match="/gadgets"):
        shop.run()


def test_a_stream_may_live_on_corrections_alone(shop: Workshop) -> None:
    """Some endpoints are in no published file."""
    shop.table["lists"] = {"gadgets": {"path": []}}
    shop.notes["streams"] = [{"streams": ["gadgets"], "fields": {"name": "string"}}]
    assert shop.made("gadgets")["name"] == TEXT


@pytest.mark.parametrize("sure", ["real", "docs", "code"])
def test_a_listed_field_is_typed(shop: Workshop, sure: str) -> None:
    """However sure it is: nothing else is known of it."""
    kinds = {"id": TEXT, "string": TEXT, "number": NUMBER, "boolean": BOOLEAN, "date": DATE}
    for kind in kinds:
        shop.list_field(f"{kind}_seen", kind, sure=sure)
    made = shop.made()
    assert {kind: made[f"{kind}_seen"] for kind in kinds} == kinds


def test_a_listed_field_of_lines_is_typed_in_its_place(shop: Workshop) -> None:
    """In lists of objects, and in objects within them."""
    shop.record({"lines": []})
    shop.list_field("lines[].rate", "number")
    shop.list_field("lines[].lock", "object")
    shop.list_field("lines[].lock.is_closed", "boolean")
    lines = inside(shop.made(), "lines")
    assert lines["rate"] == NUMBER
    assert lines["lock"]["properties"] == {"is_closed": BOOLEAN}


def test_a_real_listed_field_beats_what_is_declared(shop: Workshop) -> None:
    """As a recording does."""
    shop.declare(level={"type": "number", "example": 1})
    shop.list_field("level", "string")
    assert shop.made()["level"] == TEXT


def test_a_documented_listed_field_leaves_a_recording_alone(shop: Workshop) -> None:
    """What was recorded counts."""
    shop.record({"level": 1.5})
    shop.list_field("level", "string", sure="docs")
    assert shop.made()["level"] == NUMBER


def test_a_field_of_two_listed_forms_holds_both(shop: Workshop) -> None:
    """Text holds a number, an open field a list, an object or a text."""
    shop.list_field("days", "number/string")
    shop.list_field("papers", "array/string")
    shop.list_field("state", "boolean", edition="IN")
    shop.list_field("state", "object", edition="US")
    made = shop.made()
    assert made["days"] == TEXT
    assert {"array", "string"} < set(made["papers"]["type"])
    assert {"boolean", "object"} < set(made["state"]["type"])


def test_a_listed_twin_stays_aside(shop: Workshop) -> None:
    """It holds the value of another field, made for reading."""
    shop.list_field("total", "number")
    shop.list_field("total_formatted", "string")
    assert {"total", "total_formatted"} & set(shop.made()) == {"total"}


def test_documents_hold_the_listed_fields_of_their_list(shop: Workshop) -> None:
    """Their rows are merged."""
    shop.table["details"] = {"things": {}}
    shop.declare_at("/things/{thing_id}")
    shop.list_field("gst_no", "string")
    assert shop.made("thing_details")["gst_no"] == TEXT


def test_a_listed_type_that_is_none_is_refused(shop: Workshop) -> None:
    """A slip in the list is named, not written out."""
    shop.list_field("size", "decimal")
    with pytest.raises(ValueError, match="things, size: no such type: decimal"):
        shop.run()


def test_a_missing_folder_is_named(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command line says which one."""
    with pytest.raises(SystemExit):
        script.main(["--openapi", str(tmp_path / "absent"), "--recordings", ".", "--out", "."])
    assert "no such folder" in capsys.readouterr().err


def test_a_check_of_fresh_files_passes(shop: Workshop) -> None:
    """The same sources make the same bytes."""
    shop.run()
    assert shop.run("--check") == 0


def test_a_check_names_what_is_stale_and_changes_nothing(
    shop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    """It exits with 1."""
    shop.run()
    before = (shop.folder / "out" / "things.json").read_text(encoding="utf-8")
    shop.declare(name={"type": "string"})
    capsys.readouterr()
    assert shop.run("--check") == 1
    assert capsys.readouterr().out == "stale: things.json\n"
    assert (shop.folder / "out" / "things.json").read_text(encoding="utf-8") == before


def test_a_check_names_what_is_missing_and_writes_nothing(
    shop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even the folder."""
    assert shop.run("--check") == 1
    assert capsys.readouterr().out == "stale: things.json\n"
    assert not (shop.folder / "out").exists()


def test_files_of_others_are_left_alone(shop: Workshop) -> None:
    """A schema written by hand needs no row in the script's table."""
    other = shop.folder / "out" / "other.json"
    other.parent.mkdir()
    other.write_text("{}", encoding="utf-8")
    assert (shop.run(), shop.run("--check"), other.read_text(encoding="utf-8")) == (0, 0, "{}")
