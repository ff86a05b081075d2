"""The script that turns a report of `zohobooks probe` into corrections."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import first_contact
from sandbox import Behaviour
from schemagen.corrections import read_corrections
from tests.conftest import made
from tests.unit.cli.test_probe import FIRST, report_of

if TYPE_CHECKING:
    from pathlib import Path

    Capture = pytest.CaptureFixture[str]


def corrections(report: dict[str, Any], folder: Path, capsys: Capture) -> dict[str, Any]:
    """Return what the script prints of a report."""
    file = folder / "report.json"
    file.write_text(json.dumps(report))
    assert first_contact.main([str(file)]) == 0
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return printed


def fields_of(printed: dict[str, Any], stream: str, finding: str) -> dict[str, Any]:
    """Return the correction of a stream's schema; empty if there is none."""
    found = [note["fields"] for note in printed["schemas"]
             if note["streams"] == [stream] and note["reason"].endswith(f"{finding}.")]  # fmt: skip
    return found[0] if found else {}


def test_a_report_becomes_corrections(tmp_path: Path, capsys: Capture) -> None:
    """Fields that are new or of another type, refusals, views and strategies are printed."""
    one = made(organizations=1, rows=20)
    for number in one.world.ids(FIRST, "invoices"):
        one.world.change(
            FIRST, "invoices", number, is_emailed="perhaps", a_new_list=[], cf_new="x",
            a_new_total="1.50", a_new_part={"status": "on", "a_new_day": "2026-01-31"},
            line_items=[{"rate": 1, "a_new_id": "4711", "a_new_tags": [{"is_new": True}, {}]}],
        )  # fmt: skip
    one.world.behaviour["contacts"] = Behaviour(filter="ignored", sort="refused")
    one.world.refuse("bankaccounts", 400, 9001, "This feature has not been enabled")
    printed = corrections(report_of(one), tmp_path, capsys)
    assert fields_of(printed, "invoices", "missing") == {
        "a_new_list": [],
        "a_new_part": {"a_new_day": "date", "status": "string"},
        "a_new_total": "number",
    }
    assert fields_of(printed, "invoices", "contradicts") == {"is_emailed": "string"}
    assert fields_of(printed, "invoice_details", "missing")["line_items"] == [
        {"a_new_id": "string", "a_new_tags": [{"is_new": "boolean"}]}
    ]
    table = {(note["stream"], note["column"]) for note in printed["table"]}
    assert {("contacts", "filters=False"), ("contacts", "sorts=False")} <= table
    refused = {note["name"]: note for note in printed["refused"]}
    assert refused["bank_accounts"]["message"] == "This feature has not been enabled"
    assert refused["bank_account_details"]["outcome"] == "not asked"
    assert printed["views"]["taxes"] == "Taxes.Active"


def test_the_corrections_can_be_applied(tmp_path: Path, capsys: Capture) -> None:
    """The notes are in the notation of the schemas' corrections."""
    report = report_of(made(organizations=1, rows=3))
    notes = corrections(report, tmp_path, capsys)["schemas"]
    assert notes
    known = json.loads(first_contact.CORRECTIONS.read_text(encoding="utf-8"))
    applied = read_corrections({**known, "streams": notes})
    assert applied.apply("custom_fields", {})["is_custom_field"]["type"] == ["null", "boolean"]


@pytest.mark.parametrize(
    ("view", "found"),
    [("Status.Active", "?filter_by=Status.All"), ("Status.All", None), (None, None)],
)
def test_a_view_that_hides_rows(view: str | None, found: str | None) -> None:
    """A list that hides rows by default needs the filter of the same family that shows all."""
    entry = {"name": "invoices", "default_view": view}
    assert [note["column"] for note in first_contact.correct_table(entry)] == (
        [found] if found else []
    )


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"format":"tap-zohobooks-probe"}', '"x"'])
def test_another_file(tmp_path: Path, text: str) -> None:
    """A file that is no such report is refused."""
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(SystemExit) as end:
        first_contact.main([str(file)])
    assert end.value.code == 2
