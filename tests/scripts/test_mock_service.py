"""The script that syncs from a mock of the service: what it serves, allows and reports."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import mock_service
from mockservice import parameters, prism, report
from mockservice.corrections import CORRECTIONS, correct
from mockservice.openapi import describe, read, write
from mockservice.outcomes import EMPTY, UNDESCRIBED, Outcome
from mockservice.parameters import KNOWN, Known, beyond
from mockservice.syncs import MODULE, Ended, is_incremental, only, read_end, with_module
from mockservice.traffic import Call
from tap_zohobooks.resources import TABLE

pytestmark = pytest.mark.fast

GOOD = Ended(0, "", records=1)
ORGANIZATION = {"name": "organization_id", "in": "query", "required": True}


def get(*names: str, **more: Any) -> dict[str, Any]:
    """Return a path that answers a GET with these query parameters."""
    return {"get": {"parameters": [{"name": name, "in": "query"} for name in names], **more}}


BILLS: dict[str, Any] = {
    "paths": {
        "/bills": {
            "parameters": [{"$ref": "#/components/parameters/organization_id"}],
            "post": {"operationId": "create_bill"},
            **get("page", security=[{"Zoho_Auth": []}]),
        },
        "/bills/{bill_id}": get(),
        "/bills/editpage": get(),
        "/bills/{bill_id}/void": {"post": {}},
    },
    "components": {
        "parameters": {"organization_id": ORGANIZATION},
        "schemas": {"bill": {"properties": {"line": {"$ref": "#/components/schemas/line"}}}},
        "securitySchemes": {"Zoho_Auth": {}},
    },
}
INVOICES = {"paths": {"/invoices": get("page"), "/invoices/{invoice_id}": get()}}
DEBIT_NOTES = {"paths": {"/invoices": get("page"), "/invoices/{debit_note_id}": get()}}
MODULES = {"paths": {"/{module_name}": get()}}
ORGANIZATIONS = {
    "paths": {"/organizations": {"get": {"parameters": [ORGANIZATION]}}},
}
TAXES = {
    "paths": {"/settings/taxes": get()},
    "components": {"schemas": {"tax_type": {"example": "tax"}}},
}

FILES: dict[str, dict[str, Any]] = {
    "bills": BILLS,
    "custom-modules": MODULES,
    "customer-debit-notes": DEBIT_NOTES,
    "invoices": INVOICES,
    "organizations": ORGANIZATIONS,
    "taxes": TAXES,
}


def call(path: str = "bills", status: int = 200, stream: str = "bills", **sent: str) -> Call:
    """Return a call of a stream, as it is written down."""
    return Call(stream, path, describe(FILES).find(path, [stream]), sent, status)


def test_only_reading_is_served_and_without_security() -> None:
    """A document holds the GETs of the files, none of which asks for a token."""
    document = describe({"bills": BILLS}).documents[0]
    assert sorted(document["paths"]) == ["/bills", "/bills/editpage", "/bills/{bill_id}"]
    assert all(set(item) == {"parameters", "get"} for item in document["paths"].values())
    assert "security" not in json.dumps(document)


def test_files_do_not_mix_their_components() -> None:
    """A reference leads to the component of its own file, whatever others call theirs."""
    document = describe({"bills": BILLS, "organizations": ORGANIZATIONS}).documents[0]
    bill = document["components"]["schemas"]["bills.bill"]
    assert bill["properties"]["line"] == {"$ref": "#/components/schemas/bills.line"}
    parameters_of = document["paths"]["/bills"]["parameters"]
    assert parameters_of == [{"$ref": "#/components/parameters/bills.organization_id"}]


def test_a_path_of_two_files_makes_two_documents() -> None:
    """Files go into one document for as long as none of their paths is in it, under any name."""
    description = describe(FILES)
    homes = {one.file: one.document for one in description.operations}
    assert len(description.documents) == 2
    assert {name for name, number in homes.items() if number} == {"invoices"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("bills", "/bills"),
        ("bills/12", "/bills/{bill_id}"),
        ("bills/editpage", "/bills/editpage"),
        ("bills/12/void", None),
        ("cm_debtor", "/{module_name}"),
        ("salespersons", None),
    ],
)
def test_what_a_path_asks_for(path: str, found: str | None) -> None:
    """A path asks for the operation with the fewest blanks; a module's name begins with cm_."""
    operation = describe(FILES).find(path, [])
    assert (operation and operation.path) == found


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["customer_debit_notes", ""], "customer-debit-notes"),
        (["customer_debit_note_details", "customer_debit_notes"], "customer-debit-notes"),
        (["invoices", ""], "invoices"),
    ],
)
def test_the_file_that_is_named_for_a_stream(names: list[str], found: str) -> None:
    """Of two files for a path, the one named for the stream, or for its list, describes it."""
    operation = describe(FILES).find("invoices", names)
    assert operation is not None
    assert operation.file == found


def test_parameters_of_path_and_operation_are_allowed() -> None:
    """What stands beside the GET counts for it, and a reference is followed."""
    (operation,) = (one for one in describe(FILES).operations if one.path == "/bills")
    assert operation.query == {"organization_id", "page"}


def test_days_stay_text(tmp_path: Path) -> None:
    """A day in a file is served as it is written there."""
    (tmp_path / "bills.yml").write_text("example: 2013-09-11\nother: 2013-09-11T17:18:32+0530\n")
    assert read(tmp_path) == {
        "bills": {"example": "2013-09-11", "other": "2013-09-11T17:18:32+0530"}
    }


def test_a_folder_without_files_is_named(tmp_path: Path) -> None:
    """A folder that holds no OpenAPI file is an error that says so."""
    with pytest.raises(SystemExit, match=str(tmp_path)):
        read(tmp_path)


def test_documents_are_written(tmp_path: Path) -> None:
    """Each document is a file that a mock server can read."""
    documents = describe(FILES).documents
    assert [json.loads(one.read_text()) for one in write(documents, tmp_path)] == documents


def test_the_organizations_need_no_organization() -> None:
    """The call that tells which organizations there are takes none."""
    right = describe(correct(FILES)).find("organizations", [])
    assert right is not None
    assert right.query == set()


def test_a_group_of_taxes_is_listed() -> None:
    """The list of taxes holds a group, and the files as they were read stay as they are."""
    right = correct(FILES)["taxes"]["components"]["schemas"]["tax_type"]
    assert right == {"example": "tax_group"}
    assert TAXES["components"]["schemas"]["tax_type"] == {"example": "tax"}


@pytest.mark.parametrize("lost", ["taxes", "bills"])
def test_a_correction_of_what_is_not_there(lost: str) -> None:
    """A correction that no file needs any more is an error that names it."""
    moved = replace(CORRECTIONS[1], file=lost, path="/settings/taxes")
    files = {"bills": BILLS}
    with pytest.raises(SystemExit, match="lists a group of taxes"):
        correct(files, [moved])


def test_parameters_beyond_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the file does not have is yielded, and how it is known where it is."""
    known = Known(frozenset({"sort_order"}), frozenset({"/bills"}), "seen")
    monkeypatch.setattr(parameters, "KNOWN", (known,))
    calls = [call(organization_id="1", page="2", sort_order="A", nonsense="x"), call("unknown")]
    assert list(beyond(calls)) == [("/bills", "nonsense", None), ("/bills", "sort_order", known)]


def test_what_is_known_is_known_of_streams() -> None:
    """Each path beside the files is that of a list which the tap reads, or a module's."""
    asked = {f"/{one.list_path}" for one in TABLE.values()} | {"/{module_name}"}
    assert {path for one in KNOWN for path in one.paths} <= asked


def test_a_stream_that_syncs() -> None:
    """A stream whose calls are described and answered, and of which records came, is synced."""
    outcome = Outcome("bills", [GOOD, GOOD], [call(organization_id="1"), call(page="1")])
    assert (outcome.text, outcome.problems) == ("synced", [])
    assert (outcome.records, outcome.parameters) == (2, "organization_id, page")


def test_streams_are_chosen() -> None:
    """All streams are synced or the chosen ones, and one that does not exist is named."""
    catalog = {"streams": [{"stream": "bills"}, {"stream": "users"}]}
    assert mock_service.choose(catalog, []) == ["bills", "users"]
    assert mock_service.choose(catalog, ["users"]) == ["users"]
    with pytest.raises(SystemExit, match="no stream nonsense"):
        mock_service.choose(catalog, ["users", "nonsense"])


@pytest.mark.parametrize(
    ("stream", "run", "asked", "problem"),
    [
        ("bills", GOOD, call("nonsense"), "asks for 'nonsense', which no file describes"),
        ("bills", GOOD, call("settings/fields"), "asks for 'settings/fields', which no"),
        ("bills", GOOD, call(status=422, page="x"), "with {'page': 'x'} was answered by 422"),
        ("bills", GOOD, call(colour="red"), "'/bills' is not known to take 'colour'"),
        ("bills", Ended(1, "broken", 1), call(), "exit 1: broken"),
        ("bills", Ended(0, ""), call(), "0 records came"),
        ("discovery", GOOD, call(), "1 records came"),
        ("price_books", GOOD, call(), "though the tap's table says otherwise"),
    ],
)
def test_what_is_wrong_is_told(stream: str, run: Ended, asked: Call, problem: str) -> None:
    """Each thing that is wrong with a stream makes it fail, and is named."""
    outcome = Outcome(stream, [run], [asked])
    assert outcome.text == "FAILED"
    (found,) = outcome.problems
    assert problem in found


def test_what_no_file_describes_is_not_judged() -> None:
    """A stream that the tap calls undocumented is neither synced nor failed."""
    outcome = Outcome("price_books", [Ended(77, "denied")], [call(), call("pricebooks", 404)])
    assert (outcome.text, outcome.problems) == ("not described", [])
    assert outcome.stream in UNDESCRIBED


def test_discovery_may_ask_for_metadata() -> None:
    """Metadata that no file describes fail no discovery: the tap does without them."""
    asked = [call("settings/fields", 404), call("settings/modules", 404), call()]
    assert Outcome("discovery", [Ended(0, "")], asked).text == "empty"


def test_streams_without_a_record_are_streams() -> None:
    """Whatever is excused for having no record is there."""
    assert set(EMPTY) - {"discovery"} <= set(TABLE)


def test_the_report_names_all_that_is_assumed() -> None:
    """What was put right, known besides and excused is printed, and the sum at the end."""
    outcomes = [
        Outcome("discovery", [Ended(0, "")], []),
        Outcome("taxes", [GOOD], [call("settings/taxes", filter_by="Taxes.All")]),
        Outcome("recurring_bill_comments", [Ended(0, "")], []),
        Outcome("bills", [Ended(1, "broken")], [call(page="1")]),
    ]
    text = "\n".join(report.notes(outcomes))
    for correction in CORRECTIONS:
        assert correction.what in text
    assert "filter_by: Recorded" in text
    assert "/settings/taxes" in text
    assert EMPTY["recurring_bill_comments"] in text
    assert text.endswith("1 synced, 1 empty, 1 FAILED; 2 calls.")


def test_a_line_of_the_table() -> None:
    """A stream is a line, and what is wrong with it stands below."""
    cells = report.row(Outcome("bills", [Ended(1, "broken", 3)], [call(page="1")])).split()
    assert cells[:5] == ["bills", "FAILED", "1", "3", "page"]
    assert " ".join(cells[5:]) == "exit 1: broken"


def test_the_end_of_a_run() -> None:
    """A run is known by its exit code, last line, records and last state."""
    output = [{"type": "STATE", "value": {"a": 1}}, {"type": "RECORD"}, {"type": "RECORD"},
              {"type": "STATE", "value": {"a": 2}}]  # fmt: skip
    found = read_end(75, "\n".join(map(json.dumps, output)), "one\ntwo\n")
    assert found == Ended(75, "two", 2, {"a": 2})
    assert read_end(1, "", "") == Ended(1, "")


def test_one_stream_is_selected() -> None:
    """One stream is selected, all others are not, and the catalog itself stays as it is."""
    catalog = with_module({"streams": [{"stream": "bills", "metadata": [
        {"breadcrumb": [], "metadata": {}}, {"breadcrumb": ["properties", "a"], "metadata": {}}],
        "replication_method": "INCREMENTAL"}]})  # fmt: skip
    before = json.dumps(catalog)
    marks = {
        entry["stream"]: [item["metadata"].get("selected") for item in entry["metadata"]]
        for entry in only(catalog, "bills")["streams"]
    }
    assert marks == {"bills": [True, None], MODULE: [False]}
    assert json.dumps(catalog) == before
    assert [is_incremental(catalog, name) for name in ("bills", MODULE)] == [True, False]


def test_the_pinned_version_is_the_locked_one() -> None:
    """What is installed is the named version, by digests, from whichever registry is set."""
    folder = Path(prism.__file__).with_name("prism")
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    locked = packages.pop("")["dependencies"]
    assert locked == wanted
    assert packages["node_modules/@stoplight/prism-cli"]["version"] == locked.popitem()[1]
    assert all("integrity" in one and "resolved" not in one for one in packages.values())
