"""`zohobooks probe`: what the report says, and that it holds no value."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sandbox import Behaviour
from sandbox.data.catalog import load_endpoints
from sandbox.data.organizations import PRESETS, CustomField
from sandbox.faults import Faults
from sandbox.http import build_error
from tap_zohobooks.cli.probe import Findings
from tap_zohobooks.cli.targets import list_targets
from tap_zohobooks.resources import REPORTS, TABLE
from tests.conftest import Service, made
from tests.unit.cli.test_main import Desks, desk, last_line

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Request
    from sandbox.http import Response

__all__ = ["desk"]  # a fixture
FIRST, SECOND = "927270289", "60012345678"
YES = ("probe", "--report", "report.json", "--yes")

decode = msgspec.json.Decoder(float_hook=Decimal).decode


def report_of(service: Service, organization: str = FIRST) -> dict[str, Any]:
    """Return the report of an organization, written and read as a file is."""
    tap = service.quiet_tap(organization_ids=[organization], max_wait_seconds=90)
    tap.client.get("organizations")
    targets = list_targets()
    findings = Findings(tap, organization, sum(one.calls for one in targets), targets)
    findings.collect()
    content: dict[str, Any] = json.loads(json.dumps(findings.to_dict()))
    return content


def entry_of(report: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the entry of a stream or a report."""
    (entry,) = (one for one in report["endpoints"] if one["name"] == name)
    found: dict[str, Any] = entry
    return found


def test_every_endpoint_is_probed() -> None:
    """The report has an entry for each stream and report, in the stated number of calls."""
    report = report_of(made(organizations=1, rows=5))
    names = [entry["name"] for entry in report["endpoints"]]
    assert {*TABLE, *(one.name for one in REPORTS)} - {*names} == {"organizations", "deletions"}
    assert len(set(names)) == len(names)
    (module,) = (entry for entry in report["endpoints"] if entry["kind"] == "module")
    assert re.fullmatch(r"cm_#[a-z]{10}", module["name"])
    assert (report["is_complete"], report["ended_by"]) == (True, None)
    assert report["calls"]["made"] <= report["calls"]["planned"] + 1
    assert (report["format"], report["format_version"]) == ("tap-zohobooks-probe", 1)


@pytest.mark.parametrize(
    ("behaviour", "order", "filters"),
    [
        (Behaviour(), "honoured", "honoured"),
        (Behaviour(filter="ignored"), "honoured", "ignored"),
        (Behaviour(filter="refused"), "honoured", "refused"),
        (Behaviour(filter="equality"), "honoured", "only rows of that instant"),
        (Behaviour(sort="ignored"), "ignored", "honoured"),
        (Behaviour(sort="refused"), "refused", "honoured"),
        (Behaviour(echo=False), "honoured", "honoured"),
    ],
)
def test_what_a_list_does(behaviour: Behaviour, order: str, filters: str) -> None:
    """Order and filter are judged by the rows that come."""
    one = made(organizations=1, rows=30)
    one.world.behaviour["invoices"] = behaviour
    entry = entry_of(report_of(one), "invoices")
    assert (entry["order"], entry["filter"]) == (order, filters)
    assert ("filter_refusal" in entry) == (filters == "refused")


def test_views_and_pages() -> None:
    """The report has the filter that a list applies by itself, and the one that a run asks for."""
    report = report_of(made(organizations=1, rows=5))
    taxes = entry_of(report, "taxes")
    assert (taxes["default_view"], taxes["asked_view"]) == ("Taxes.Active", "Taxes.All")
    assert taxes["view"] == "honoured"
    assert taxes["page_sizes"] == {"200": "honoured", "2": "honoured"}
    assert entry_of(report, "reporting_tags")["page_sizes"]["2"] == "ignored"


def test_fields_and_types() -> None:
    """A field that no schema holds, and one of another type, are found at every depth."""
    one = made(organizations=1, rows=5)
    change(one, "invoices", a_new_field=Decimal("1.50"), is_emailed="perhaps", due_days="")
    change(one, "invoices", line_items=[{"rate": "five", "a_new_part": [{"deep_one": True}]}])
    report = report_of(one)
    fields = entry_of(report, "invoices")["fields"]
    assert fields["a_new_field"] == {
        "types": ["number"], "blank": "never", "present": "always", "finding": "missing",
    }  # fmt: skip
    assert fields["is_emailed"]["finding"] == "contradicts"
    assert (fields["is_emailed"]["types"], fields["is_emailed"]["schema"]) == (["text"], "boolean")
    assert fields["due_days"]["blank"] == "always"
    lines = entry_of(report, "invoice_details")["fields"]
    assert lines["line_items[].rate"]["finding"] == "contradicts"
    assert lines["line_items[].a_new_part[].deep_one"]["types"] == ["boolean"]
    assert lines["line_items[].a_new_part[].deep_one"]["finding"] == "missing"
    assert "invoice_id" not in entry_of(report, "invoices")["absent"]


def change(service: Service, collection: str, **fields: Any) -> None:
    """Write fields into all records of a list."""
    for number in service.world.ids(FIRST, collection):
        service.world.change(FIRST, collection, number, **fields)


def test_failures_are_findings() -> None:
    """Refusals, HTTP 500, garbage and rows that are no objects do not end the probe."""
    one = made(organizations=1, rows=5)
    one.world.refuse("bankaccounts", 400, 9001, "This feature has not been enabled for your "
                     "organization.")  # fmt: skip
    one.world.refuse("items", 500, 1000, "Internal Error")
    one.world.refuse("bills", 401, 57, "You are not authorized to perform this operation")
    one.world.refuse("projects", 400, 99_999, "Harbour & Pine has 3 of 12 projects")
    bodies = {
        "contacts": b"<html>", "estimates": b'{"code":0,"estimates":[null,"x",[],{}]}',
        "journals": b'{"code":0,"a":[],"b":[]}', "expenses": b'{"code":0,"expenses":{"x":1}}',
        "salesorders": b'{"code":0,"page_context":[1],"salesorders":7}', "employees": b"[1]",
    }  # fmt: skip
    meddle(one, bodies)
    report = report_of(one)
    outcomes = {entry["name"]: entry["outcome"] for entry in report["endpoints"]}
    assert report["is_complete"]
    assert outcomes["bank_accounts"] == outcomes["projects"] == "refused"
    assert outcomes["items"] == outcomes["contacts"] == "no usable response"
    assert outcomes["bills"] == "not permitted"
    assert outcomes["journals"] == outcomes["sales_orders"] == "unreadable"
    assert outcomes["estimates"] == outcomes["invoices"] == "read"
    assert outcomes["bank_account_details"] == outcomes["item_details"] == "not asked"
    refusal = entry_of(report, "bank_accounts")["refusal"]
    assert refusal["message"] == "This feature has not been enabled for your organization."
    assert (refusal["status"], refusal["code"]) == (400, 9001)
    assert (
        entry_of(report, "projects")["refusal"]["message"] == "Xxxxxxx ? Xxxx has 0 of 00 projects"
    )


def test_reports_are_judged_by_their_echo() -> None:
    """A report has its keys and fields, and says whether it covers the days that were asked for."""
    one = made(organizations=1, rows=3)
    tree = (
        b'{"name":"Income","total":1.5,"account_transactions":[{"name":"Sales","total":"",'
        b'"account_transactions":[{"account_id":"1","name":"Harbour","total":2}]}]}'
    )
    bodies = {
        "reports/profitandloss": b'{"code":0,"page_context":{"applied_filter":'
            b'"TransactionDate.CustomDate"},"profit_and_loss":[' + tree + b"]}",
        "reports/aragingsummary": b'{"code":0,"page_context":{"applied_filter":'
            b'"InvoiceDueDate.Today"},"invoice":{}}',
    }  # fmt: skip
    meddle(one, bodies)
    report = report_of(one)
    profit = entry_of(report, "profit_and_loss")
    assert (profit["outcome"], profit["range"]) == ("read", "honoured")
    assert profit["fields"]["profit_and_loss[].account_transactions[].total"]["types"] == ["number"]
    assert len(profit["fields"]) == 9
    assert entry_of(report, "ar_aging_summary")["range"] == "ignored"
    assert "Harbour" not in json.dumps(report)


def test_a_view_that_is_refused() -> None:
    """A filter that would show all rows is a finding if it is refused; the rest is read."""
    one = made(organizations=1, rows=3)
    answer = one.world.answer

    def refuse_view(request: Request) -> Response:
        if request.params.get("filter_by") == "Taxes.All":
            return build_error(400, 2, "Invalid value passed for filter_by")
        return answer(request)

    one.world.answer = refuse_view  # type: ignore[method-assign]
    entry = entry_of(report_of(one), "taxes")
    assert (entry["outcome"], entry["view"]) == ("read", "refused")
    assert entry["view_refusal"]["message"] == "Invalid value passed for filter_by"


def test_strange_answers_do_not_end_a_probe() -> None:
    """Whatever JSON comes in place of rows, keys, contexts and modules is a finding."""
    one = made(organizations=1, rows=3)
    bodies = {
        "contacts": b'{"code":0,"page_context":[{"applied_filter":7,"per_page":true}],"contacts":'
                    b'[{"contact_id":null},{"contact_id":""},{"contact_id":{"x":1}}]}',
        "invoices": b'{"code":0,"page_context":{},"invoices":{"a":[{"invoice_id":"1"}]}}',
        "bills": b'{"code":0,"bills":[{"last_modified_time":5}]}',
        "estimates": b'{"code":0,"estimates":[{"estimate_id":"1","last_modified_time":"x"}]}',
        "items": b'{"code":true,"items":[]}', "users": b'{"code":[1]}',
        "expenses": b'{"code":0,"expenses":[[[{"expense_id":"1"}]]]}',
        "settings/modules": b'{"code":0,"custom_modules":7}',
    }  # fmt: skip
    meddle(one, bodies)
    report = report_of(one)
    assert report["is_complete"]
    contacts = entry_of(report, "contacts")
    assert contacts["fields"]["contact_id"]["schema"] == "string"
    assert contacts["fields"]["contact_id"]["finding"] == "contradicts"
    assert entry_of(report, "bill_details")["outcome"] == "not asked"
    assert entry_of(report, "items")["outcome"] == "refused"
    times = entry_of(report, "bills")["fields"]["last_modified_time"]
    assert (times["finding"], times["schema"]) == ("contradicts", "date-time")


def meddle(service: Service, bodies: dict[str, bytes]) -> None:
    """Answer some paths with other bodies."""
    answer = service.world.answer

    def replace_body(request: Request) -> Response:
        response = answer(request)
        path = request.path.removeprefix("/books/v3/")
        return replace(response, body=bodies[path], status=200) if path in bodies else response

    service.world.answer = replace_body  # type: ignore[method-assign]


def test_the_quota_ends_a_probe(desk: Desks, tmp_path: Path) -> None:
    """At the quota the report says what was not asked, and the exit code is 75."""
    one = desk(organizations=1, daily_quota=60)
    result = one.run(*YES, quota_reserve="20", requests_per_minute="100000")
    assert (result.exit_code, "[quota-reached]" in last_line(result)) == (75, True)
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["is_complete"], report["ended_by"]) == (False, "quota-reached")
    assert report["calls"]["made"] == one.world.meters[FIRST].used == 40
    rest = [
        entry for entry in report["endpoints"] if entry.get("reason") == "ended by quota-reached"
    ]
    assert {entry["outcome"] for entry in rest} == {"not asked"}
    names = {entry["name"] for entry in report["endpoints"]}
    assert names >= {one.name for one in REPORTS} | TABLE.keys() - {"organizations", "deletions"}
    assert [*tmp_path.glob(".probe-*")] == []


def test_no_call_without_a_yes(desk: Desks, tmp_path: Path) -> None:
    """Without a terminal and --yes nothing is sent, and nothing is written."""
    one = desk()
    result = one.run("probe", "--report", "report.json", "--organization", "{x}")
    assert (result.exit_code, "[no-terminal]" in last_line(result)) == (78, True)
    assert re.search(r"organization \{x\} takes about \d+ min and 2\d\d calls", last_line(result))
    assert (one.world.log, one.world.mints) == ([], [])
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("place", ["none/report.json", "file/report.json"])
def test_no_call_without_a_file(desk: Desks, tmp_path: Path, place: str) -> None:
    """If the report could not be written, no call is spent."""
    (tmp_path / "file").write_text("")
    one = desk()
    result = one.run("probe", "--report", place, "--yes")
    assert (result.exit_code, "[folder-unwritable]" in last_line(result)) == (78, True)
    assert (one.world.log, one.world.mints) == ([], [])


def test_an_unknown_organization(desk: Desks, tmp_path: Path) -> None:
    """An organization that the user cannot see costs no call, and leaves an old report."""
    (tmp_path / "report.json").write_text("old")
    one = desk()
    result = one.run(*YES, "--organization", "4711")
    assert (result.exit_code, "[organization-unknown]" in last_line(result)) == (78, True)
    assert (tmp_path / "report.json").read_text() == "old"
    assert {call.organization_id for call in one.world.log} == {""}


def test_the_organization_is_chosen(desk: Desks, tmp_path: Path) -> None:
    """--organization chooses one, and the report replaces an older one."""
    (tmp_path / "report.json").write_text("old")
    one = desk(organizations=2, rows=2)
    result = one.run(*YES, "--organization", SECOND)
    assert result.exit_code == 0, result.stderr
    assert f"Organization {SECOND} is probed" in result.stderr
    assert {call.organization_id for call in one.world.log} == {"", SECOND}
    assert {call.method for call in one.world.log} == {"GET"}
    assert json.loads((tmp_path / "report.json").read_text())["is_complete"]


SECRET = "Quarrel with Ümlaut 4711"
SECRETS = (SECRET, "quarrel", "Ümlaut", "zebra_crossing", "Zebra", "zebra")
NASTY = replace(
    PRESETS[0],
    custom_fields=(
        *PRESETS[0].custom_fields,
        CustomField("invoice", "cf_zebra_crossing", "Zebra crossing", "string"),
        CustomField("cm_zebra", "cf_zebra", "Zebra", "string"),
    ),
    modules=("cm_zebra",),
)


@given(
    seed=st.integers(0, 10**6),
    broken=st.lists(st.sampled_from(sorted(load_endpoints())), max_size=8),
    keyed=st.booleans(),
)
@settings(
    max_examples=5, deadline=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example takes seconds
)  # fmt: skip
def test_no_value_is_in_the_report(seed: int, broken: list[str], *, keyed: bool) -> None:
    """Nothing that the service sent of an organization is in the file, whatever fails."""
    one = made(organizations=[NASTY], rows=4, seed=seed)
    received = record(one, keyed=keyed)
    for path in broken:
        text = f"Contact '{SECRET}' of {NASTY.name} ({NASTY.organization_id}) does not exist"
        one.world.refuse(path, 400, 9001, text)
    one.world.faults = Faults(server_error=0.03, html=0.03, drop=0.02, seed=seed)
    report = report_of(one)
    for name in ("made_at", "tap_version"):
        del report[name]
    del report["headers"]["rate_limits"], report["calls"]
    text = json.dumps(report, ensure_ascii=False)
    values = {value for body in received for value in list_private(decode(body))}
    assert len(values) > 300
    assert [value for value in sorted({*values, *SECRETS}) if value in text] == []


def record(service: Service, *, keyed: bool) -> list[bytes]:
    """Return a list to which each JSON body of Books is added; let keys be data, too."""
    answer, received = service.world.answer, list[bytes]()

    def write(request: Request) -> Response:
        response = answer(request)
        if request.path.startswith("/books/v3/") and response.body.startswith(b"{"):
            if keyed:
                data = f'{{"by_name":{{"{SECRET}":1,"zebra":2}},"460000000012345":3,'.encode()
                response.body = response.body.replace(b'{"invoice_id"', data + b'"invoice_id"')
                response.body = response.body.replace(b'{"contact_id"', data + b'"contact_id"')
            received.append(response.body)
        return response

    service.world.answer = write  # type: ignore[method-assign]
    return received


def list_private(value: object, name: str = "") -> list[str]:
    """Return values of a response that belong to the organization alone."""
    match value:
        case dict():
            return [one for key, held in value.items() for one in list_private(held, key)]
        case list():
            return [one for held in value for one in list_private(held, name)]
        case Decimal() if len(str(value)) > 5:
            return [str(value)]
        case str() if name == "api_name" or (len(value) > 4 and is_private(value)):
            return [value] if value else []
    return []


def is_private(text: str) -> bool:
    """Tell whether a text is no word of the service: it has a number, a mark or several words."""
    return re.search(r"[\d@&]|\w \w", text) is not None and text not in PUBLIC


PUBLIC = {
    "This feature has not been enabled for your organization.",
    "Invalid URL Passed",
    "Internal Error",
    "Invalid value passed for last_modified_time",
    "You are not authorized to perform this operation",
}
