"""Whole runs against the double of the service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from math import ceil
from typing import TYPE_CHECKING, Any, Literal

import pytest
from jsonschema import Draft7Validator

from sandbox import Behaviour, Faults, Request, World
from tap_zohobooks.errors import (
    ConfigError,
    NotFound,
    QuotaReached,
    ReauthorizationNeeded,
    ServiceError,
)
from tap_zohobooks.resources import INCREMENTAL, MODIFIED, TABLE
from tap_zohobooks.transform.timestamps import to_utc
from tests.conftest import Collector, Run, Service

if TYPE_CHECKING:
    from pathlib import Path

    from tap_zohobooks.http.responses import Response

Make = Callable[..., Service]
Honour = Literal["honoured", "ignored", "refused"]

SEVEN = ("contacts", "customer_payments", "expenses", "invoices", "items", "journals",
         "purchase_orders")  # fmt: skip
# Accounts are fewer, and debit notes are invoices of a kind: what the service holds is told apart.
LISTED = [one.name for one in INCREMENTAL if one.list_path != "chartofaccounts" and not one.query]
ALONE = {"max_concurrency": 1, "max_parallel_organizations": 1}
PLENTY = {"requests_per_minute": 10**6, "daily_quota": 10**6}


def ids(run: Run, stream: str, organization: str) -> set[str]:
    """Return the keys that have arrived."""
    return {record[TABLE[stream].key] for record in run.records(stream, organization)}


@pytest.fixture
def two(service: Make) -> Service:
    """Two organizations of 450 rows a stream."""
    return service(rows=450, organizations=2, **PLENTY)


def test_a_full_sync_is_complete_and_cheap(two: Service) -> None:
    """Every id arrives once, for a call a 199 rows and one, one token, and no status but 200."""
    run = two.complete(SEVEN)
    for stream in SEVEN:
        path = TABLE[stream].list_path
        for organization in two.organizations:
            assert ids(run, stream, organization) == two.world.ids(organization, path)
            assert run.counts[stream, organization] == 450
            calls = [
                call.organization_id
                for call in two.world.log
                if call.path.endswith(f"/{path}") and call.organization_id == organization
            ]
            assert len(calls) <= ceil(450 / 199) + 1
    assert {call.status for call in two.world.log} == {200}
    assert len(two.world.mints) == 1


def test_the_next_run_reads_next_to_nothing(two: Service) -> None:
    """A run right after another re-reads at most three rows a stream and organization."""
    first = two.complete(SEVEN)
    before = len(two.world.log)
    second = two.complete(SEVEN, first.state)
    assert max(second.counts.values()) <= 3
    assert len(two.world.log) - before <= 1 + 3 * 2 * len(SEVEN) + 2 * 3


def test_a_run_after_changes_brings_them(two: Service) -> None:
    """What was inserted and changed arrives in the next run, and hardly anything else."""
    state = two.complete(LISTED).state
    wanted = {}
    for organization in two.organizations:
        for stream in LISTED:
            path = TABLE[stream].list_path
            old = sorted(two.world.ids(organization, path))[7]
            two.world.change(organization, path, old)
            wanted[stream, organization] = {old, two.world.insert(organization, path)}
    two.clock.sleep(1000)
    run = two.complete(LISTED, state)
    for (stream, organization), keys in wanted.items():
        assert keys <= ids(run, stream, organization)
        records = run.records(stream, organization)  # those without a time come every time
        assert sum(record.get("last_modified_time") is not None for record in records) <= 5


def test_the_bookmark_is_the_newest_row(two: Service) -> None:
    """After a quiet run each bookmark is the time of the newest row, an instant in UTC."""
    run = two.complete(SEVEN)
    for stream in SEVEN:
        for organization in two.organizations:
            newest = max(r["last_modified_time"] for r in run.records(stream, organization))
            assert newest.endswith("+00:00")
            assert run.bookmark(stream, organization) == newest


def test_the_bookmark_keeps_clear_of_the_present(service: Make) -> None:
    """A row of this second leaves the bookmark at the newest row before the lookback."""
    place = service(**PLENTY)
    (organization, _) = place.organizations
    newest = max(row["last_modified_time"] for row in place.world.rows(organization, "invoices"))
    place.world.insert(organization, "invoices")
    run = place.complete(["invoices"], lookback_seconds=300)
    assert run.bookmark("invoices", organization) == to_utc(newest)
    place.clock.sleep(301)
    later = place.complete(["invoices"], run.state, lookback_seconds=300)
    first, second = (one.bookmark("invoices", organization) for one in (run, later))
    assert first
    assert second
    assert first < second


@pytest.mark.parametrize("sort", ["honoured", "ignored"])
@pytest.mark.parametrize("filters", ["honoured", "ignored"])
def test_a_list_of_this_second_is_not_read_whole_again(
    service: Make, sort: Honour, filters: Honour
) -> None:
    """If all rows are newer than the lookback, the bookmark is the scan's start less that."""
    place = service(rows=0, organizations=1, **PLENTY)
    (organization,) = place.organizations
    place.world.behaviour["invoices"] = Behaviour(sort=sort, filter=filters)
    for _ in range(5):
        place.world.insert(organization, "invoices")
    run = place.complete(["invoices"], lookback_seconds=300)
    assert run.bookmark("invoices", organization) == "2026-11-23T11:55:00+00:00"


def test_a_late_row_is_caught(service: Make) -> None:
    """A change committed with a time before rows already read arrives in the next run."""
    place = service(**PLENTY)
    organization = place.organizations[0]
    state = place.complete(["invoices"]).state
    newest = max(row["last_modified_time"] for row in place.world.rows(organization, "invoices"))
    run = place.complete(["invoices"], state)
    assert run.counts["invoices", organization] == 1
    place.world.insert(organization, "invoices", last_modified_time=newest)
    late = place.complete(["invoices"], state)
    assert late.counts["invoices", organization] == 2


@pytest.mark.parametrize("sort", ["honoured", "ignored", "refused"])
@pytest.mark.parametrize("filters", ["honoured", "ignored", "refused", "equality", "after"])
def test_each_ability_is_read_off_the_answers(service: Make, sort: Honour, filters: Honour) -> None:
    """Whatever an endpoint does with sort and filter, two runs bring everything."""
    place = service(rows=450, organizations=1, **PLENTY)
    (organization,) = place.organizations
    place.world.behaviour["invoices"] = Behaviour(sort=sort, filter=filters)
    first = place.complete(["invoices"])
    assert ids(first, "invoices", organization) == place.world.ids(organization, "invoices")
    changed = {*list(place.world.ids(organization, "invoices"))[:2]}
    for key in changed:
        place.world.change(organization, "invoices", key)
    place.clock.sleep(1000)
    second = place.complete(["invoices"], first.state)
    assert changed <= ids(second, "invoices", organization)
    assert len(second.records("invoices")) <= 6


def test_documents_are_whole_and_in_order(service: Make) -> None:
    """Documents carry their lines and what only the list knows, oldest change first."""
    place = service(rows=30, **PLENTY)
    run = place.complete(["invoice_details", "bill_details"])
    for stream, path in (("invoice_details", "invoices"), ("bill_details", "bills")):
        for organization in place.organizations:
            records = run.records(stream, organization)
            assert ids(run, stream, organization) == place.world.ids(organization, path)
            times = [record["last_modified_time"] for record in records]
            assert times == sorted(times)
            assert all(record["line_items"] for record in records)
    assert all("updated_time" in record for record in run.records("invoice_details"))


def test_documents_of_an_unsorted_list_are_in_order(service: Make) -> None:
    """Where the list cannot be sorted, documents still leave in the order of their changes."""
    place = service(rows=30, organizations=1, **PLENTY)
    place.world.behaviour["bills"] = Behaviour(sort="ignored", filter="ignored")
    records = place.complete(["bill_details"]).records("bill_details")
    times = [record["last_modified_time"] for record in records]
    assert (len(times), times) == (30, sorted(times))


def test_changed_documents_only(service: Make) -> None:
    """A later run fetches the documents that changed, and the boundary one."""
    place = service(rows=30, organizations=1, **PLENTY)
    (organization,) = place.organizations
    state = place.complete(["invoice_details"]).state
    old = min(place.world.ids(organization, "invoices"))
    place.world.change(organization, "invoices", old)
    before = len(place.world.log)
    run = place.complete(["invoice_details"], state)
    assert old in ids(run, "invoice_details", organization)
    assert len(place.world.log) - before <= 5


def test_a_document_that_is_gone_is_skipped(service: Make) -> None:
    """A document deleted between list and fetch is counted, and the rest arrives."""
    place = service(rows=30, organizations=1, **PLENTY)
    (organization,) = place.organizations
    doomed = min(place.world.ids(organization, "invoices"))

    def delete(world: World, request: Request) -> None:
        if request.path.endswith("/invoices/" + doomed):
            world.before_call.clear()
            world.delete(organization, "invoices", doomed)

    place.world.before_call.append(delete)
    run = place.complete(["invoice_details"])
    assert ids(run, "invoice_details", organization) == place.world.ids(organization, "invoices")
    assert run.tap.sync_context.stats.gone == {"invoice_details": 1}


@pytest.mark.parametrize(("unknown", "wasted"), [("recurringbills", 0), ("recurring_bills", 1)])
def test_a_document_that_answers_to_one_spelling(
    service: Make, monkeypatch: pytest.MonkeyPatch, unknown: str, wasted: int
) -> None:
    """Where file and list spell a path differently, one call finds out which the service knows."""
    place = service(rows=5, organizations=1, **PLENTY)
    tap = place.tap(["recurring_bill_details"], max_concurrency=1)
    real, asked = tap.client.get, []

    def get(path: str, *rest: Any) -> Response:
        if path.startswith("recurring"):
            asked.append(path)
        if path.startswith(f"{unknown}/"):
            raise NotFound(path)
        return real(path, *rest)

    monkeypatch.setattr(tap.client, "get", get)
    tap.sync_all()
    assert tap.sync_context.stats.rows["recurring_bill_details"] == 5
    assert len(asked) == 1 + 5 + wasted


@pytest.mark.parametrize("at", [3, 10, 18])
def test_a_cancelled_token_costs_one_mint_and_no_row(two: Service, at: int) -> None:
    """A token that dies in the middle is minted anew once, and nothing is missing."""
    count = iter(range(10**6))

    def cancel(world: World, _: Request) -> None:
        if next(count) == at:
            world.cancel_tokens()

    two.world.before_call.append(cancel)
    run = two.complete(["contacts", "invoices", "items"], **ALONE)
    for stream in ("contacts", "invoices", "items"):
        for organization in two.organizations:
            assert len(ids(run, stream, organization)) == 450
    assert len(two.world.mints) == 2
    assert Counter(call.status for call in two.world.log)[401] == 1


def test_faults_cost_calls_and_no_row(service: Make) -> None:
    """Server errors, outage pages, dropped connections and cut bodies lose nothing."""
    place = service(rows=450, organizations=1, **PLENTY)
    place.world.faults = Faults(server_error=0.08, html=0.05, drop=0.08, cut=0.06, seed=3)
    run = place.complete(LISTED)
    for stream in LISTED:
        wanted = place.world.ids(place.organizations[0], TABLE[stream].list_path)
        assert ids(run, stream, place.organizations[0]) == wanted
    assert run.tap.client.waits["fault"] > 0


def test_a_page_that_is_not_found_makes_no_document_gone(service: Make) -> None:
    """A 404 in HTML is from what stands between: the document is asked for again."""
    place = service(rows=9, organizations=1)
    numbers = count()

    def fail_once(world: World, request: Request) -> None:
        if "/bills/" in request.path and next(numbers) % 3 == 0:
            world.script.append("html:404")

    place.world.before_call.append(fail_once)
    run = place.complete(["bill_details", "bill_comments"])
    wanted = place.world.ids(place.organizations[0], "bills")
    assert ids(run, "bill_details", place.organizations[0]) == wanted
    assert not run.tap.sync_context.stats.gone


def test_an_outage_ends_cleanly(service: Make) -> None:
    """A service that stays down ends the run with one clear error, after few calls."""
    place = service(organizations=1)
    place.world.faults = Faults(server_error=1.0)
    run = place.run(["invoices"])
    assert isinstance(run.failure, ServiceError)
    assert "run again later" in str(run.failure)
    assert len(place.world.log) <= 6


def test_429_is_waited_for(service: Make) -> None:
    """Blocked for its pace a run waits a minute, then longer, and is complete."""
    place = service(organizations=1, **PLENTY)
    place.world.script.extend(["429:44", "429:43"])
    run = place.complete(["invoices"])
    assert len(run.records("invoices")) == 40
    first, second = [seconds for seconds in place.clock.slept if seconds][:2]
    assert 60 <= first <= 66
    assert 90 <= second <= 99


def test_the_pace_meets_no_429(service: Make) -> None:
    """At the documented ceiling a run of many calls is never refused."""
    place = service(rows=60, organizations=1)
    place.complete(["invoice_details", "bill_details", *LISTED])
    assert {call.status for call in place.world.log} == {200}
    assert len(place.world.log) > 130


def test_a_wrong_organization_is_named(service: Make) -> None:
    """A wrong organization ends with 78 and names both it and the ones that exist."""
    place = service()
    run = place.run(["invoices"], organization_ids=["4711"])
    assert isinstance(run.failure, ConfigError)
    for organization in ("4711", *place.organizations):
        assert organization in str(run.failure)


def test_chosen_organizations_only(service: Make) -> None:
    """organization_ids reads those and no others."""
    place = service()
    (_, second) = place.organizations
    run = place.complete(["invoices", "organizations"], organization_ids=[second])
    assert {organization for _, organization in run.counts} == {second}


def test_inactive_organizations_are_not_read(service: Make) -> None:
    """Empty organization_ids reads all active ones, and still lists the inactive."""
    place = service(organizations=4, rows=5)
    run = place.complete(["invoices", "organizations"])
    listed = {record["organization_id"] for record in run.records("organizations")}
    read = {organization for stream, organization in run.counts if stream == "invoices"}
    assert listed == set(place.organizations)
    assert set() < read < listed


def test_a_missing_scope_skips_its_stream(service: Make) -> None:
    """A stream without scope is skipped with a warning, the others are complete."""
    place = service()
    token = place.world.credentials.refresh_token
    area = next(scope for scope in place.world.scopes[token] if "invoices" in scope)
    place.world.scopes[token] = place.world.scopes[token] - {area}
    run = place.complete(["invoices", "contacts"])
    assert {name for name, _ in run.tap.sync_context.stats.skipped} == {"invoices"}
    assert len(run.records("contacts")) == 80
    assert run.records("invoices") == []


def test_no_scope_at_all_needs_a_person(service: Make) -> None:
    """When no selected stream may be read the run ends with 77 and the scopes to ask for."""
    place = service()
    token = place.world.credentials.refresh_token
    place.world.scopes[token] = frozenset()
    run = place.run(["invoices"], organization_ids=place.organizations)
    assert isinstance(run.failure, ReauthorizationNeeded)
    assert "ZohoBooks.invoices.READ" in str(run.failure)


def test_a_dead_refresh_token_needs_a_person(service: Make) -> None:
    """A revoked refresh token ends the run with 77 after one call, its value unseen."""
    place = service()
    token = place.world.credentials.refresh_token
    place.world.revoke(token)
    run = place.run(["invoices"])
    assert isinstance(run.failure, ReauthorizationNeeded)
    assert run.failure.exit_code == 77
    assert token not in str(run.failure)


def test_the_quota_ends_a_run_and_the_next_goes_on(service: Make) -> None:
    """Runs stop before the reserve is touched, go on where they stopped, and miss nothing."""
    place = service(rows=60, organizations=1, daily_quota=40, requests_per_minute=10**6)
    (organization,) = place.organizations
    state: dict[str, Any] = {}
    arrived: set[str] = set()
    codes = []
    for _ in range(3):
        day = len(place.world.log)
        run = place.run(["invoice_details"], state, quota_reserve=5)
        codes.append(getattr(run.failure, "exit_code", 0))
        assert sum(c.organization_id != "" for c in place.world.log[day:]) <= 35
        state = run.state
        arrived |= ids(run, "invoice_details", organization)
        place.clock.sleep(86_400)
    assert codes == [75, 0, 0]
    assert arrived == place.world.ids(organization, "invoices")


def test_stopping_at_the_quota_is_allowed(service: Make) -> None:
    """on_quota_exhausted=stop ends well, with a warning."""
    place = service(rows=60, organizations=1, daily_quota=20, requests_per_minute=10**6)
    run = place.complete(["invoice_details"], on_quota_exhausted="stop")
    assert 0 < len(run.records("invoice_details")) < 60


def test_waiting_for_the_quota(service: Make) -> None:
    """on_quota_exhausted=wait waits for the reset, if that is near enough."""
    place = service(rows=30, organizations=1, daily_quota=20, requests_per_minute=10**6)
    run = place.complete(["invoice_details"], on_quota_exhausted="wait", max_wait_seconds=90_000)
    assert len(run.records("invoice_details")) == 30
    failed = place.run(["invoice_details"], on_quota_exhausted="wait", max_wait_seconds=1)
    assert isinstance(failed.failure, QuotaReached)


def test_an_empty_organization(service: Make) -> None:
    """No rows are no error: schemas and a state leave, nothing else."""
    run = service(rows=0).complete(["invoices", "invoice_details"])
    assert {message["type"] for message in run.messages} == {"SCHEMA", "STATE"}


def test_records_fit_their_schema(two: Service) -> None:
    """Each record validates against the SCHEMA message of its stream, and nothing is a float."""
    run = two.complete([*[*TABLE][:6], "organizations", "users", "taxes", "currencies"])
    validators = {
        message["stream"]: Draft7Validator(message["schema"])
        for message in run.messages
        if message["type"] == "SCHEMA"
    }
    assert {stream for stream, _ in run.counts} == validators.keys() != set()
    for message in run.messages:
        if message["type"] == "RECORD":
            errors = [e.message for e in validators[message["stream"]].iter_errors(
                plain(message["record"]))]  # fmt: skip
            assert errors == []


def plain(value: object) -> object:
    """Return a value with decimals as numbers that jsonschema knows."""
    match value:
        case Decimal():
            return float(value)
        case dict():
            return {name: plain(item) for name, item in value.items()}
        case list():
            return [plain(item) for item in value]
    return value


def test_money_is_exact(service: Make) -> None:
    """An amount leaves with the digits with which it came."""
    place = service(organizations=1)
    (organization,) = place.organizations
    for total in ("0.1", "1.005", "123456789012345.6789", "-0.30", "1E-7"):
        place.world.insert(organization, "invoices", total=Decimal(total))
    totals = {record["total"] for record in place.complete(["invoices"]).records("invoices")}
    assert {Decimal("1.005"), Decimal("123456789012345.6789"), Decimal("1E-7")} <= totals


def test_deselected_fields_stay_away(service: Make) -> None:
    """A deselected field is in neither record nor schema; keys cannot be deselected."""
    place = service(organizations=1)
    run = place.complete(
        ["invoices"], deselected=[("invoices", "total"), ("invoices", "invoice_id")]
    )
    (schema,) = [m["schema"] for m in run.messages if m["type"] == "SCHEMA"]
    assert "total" not in schema["properties"]
    assert len(run.records("invoices")) == 40
    assert all("total" not in record for record in run.records("invoices"))
    assert all(record["invoice_id"] for record in run.records("invoices"))


def test_full_table_reads_all(service: Make) -> None:
    """FULL_TABLE in the catalog reads a list whole, whatever the bookmark says."""
    place = service(organizations=1)
    state = place.complete(["invoices"]).state
    run = place.complete(["invoices"], state, methods={"invoices": "FULL_TABLE"})
    assert len(run.records("invoices")) == 40


@pytest.mark.parametrize("stream", ["vendor_payments", "vendor_payment_details"])
def test_rows_that_do_not_say_when_they_changed(service: Make, stream: str) -> None:
    """Recorded of some vendor payments: no filter finds them, so their list is read whole."""
    place = service(rows=30, organizations=2)
    one, _ = place.organizations
    place.world.insert(one, "vendorpayments", last_modified_time="")
    first = place.complete([stream], page_size=10)
    new = place.world.insert(one, "vendorpayments", last_modified_time="")
    later = place.complete([stream], first.state, page_size=10)
    held = place.world.ids(one, "vendorpayments")
    assert ids(first, stream, one) == held - {new}
    assert new in ids(later, stream, one)
    assert len(later.records(stream, one)) <= 3 + 2  # these, and what the overlap brings


def test_rows_that_say_when_they_changed_cost_no_whole_read(service: Make) -> None:
    """What one organization has seen of its rows costs no other one a call."""
    place = service(rows=30, organizations=2)
    one, other = place.organizations
    place.world.insert(one, "invoices", last_modified_time="")
    first = place.complete(["invoices"], page_size=10)
    before = len(place.world.log)
    place.complete(["invoices"], first.state, page_size=10)
    lists = [call.organization_id for call in place.world.log[before:] if "page" in call.params]
    assert lists.count(one) >= 4
    assert lists.count(other) == 1


def test_start_date_counts_on_a_first_run(service: Make) -> None:
    """A first run reads from start_date; afterwards the bookmark alone says where to go on."""
    place = service(organizations=1)
    (organization,) = place.organizations
    everything = place.complete(["invoices"]).records("invoices")
    times = sorted(record["last_modified_time"] for record in everything)
    first = place.complete(["invoices"], start_date=times[20])
    assert len(first.records("invoices")) == 20
    later = place.complete(["invoices"], first.state, start_date="2030-01-01")
    assert later.counts["invoices", organization] == 1


@pytest.mark.parametrize("stop", [1, 57, 199, 230, 449])
def test_a_run_that_dies_is_gone_on_with(service: Make, stop: int) -> None:
    """Killed at any record, the last state leads to a complete target without starting over."""
    place = service(rows=450, organizations=1, **PLENTY)
    (organization,) = place.organizations
    tap = place.tap(["invoices"])
    tap.streams["invoices"].STATE_MSG_FREQUENCY = 1
    assert isinstance(tap.message_writer, Collector)
    tap.sync_all()
    messages = tap.message_writer.messages
    records = [at for at, message in enumerate(messages) if message["type"] == "RECORD"]
    dead = Run(messages[: [*records, len(messages)][stop]], tap)
    rest = place.complete(["invoices"], dead.state)
    arrived = ids(dead, "invoices", organization)
    assert len(arrived) == stop
    assert arrived | ids(rest, "invoices", organization) == place.world.ids(
        organization, "invoices"
    )
    assert len(rest.records("invoices")) <= 450 - stop + 1


def test_rows_that_move_while_they_are_read(service: Make) -> None:
    """Inserts, changes and deletes between all pages lose nothing: one quiet run mends all."""
    place = service(rows=450, organizations=1, **PLENTY)
    (organization,) = place.organizations
    streams = LISTED
    numbers = iter(range(10**6))

    def disturb(world: World, request: Request) -> None:
        path = request.path.removeprefix("/books/v3/")
        if path not in {TABLE[stream].list_path for stream in streams}:
            return
        place.clock.sleep(2)
        keys = sorted(world.ids(organization, path))
        number = next(numbers)
        match number % 3:
            case 0:
                world.insert(organization, path)
            case 1:
                world.change(organization, path, keys[number * 37 % len(keys)])
            case 2:
                world.delete(organization, path, keys[number * 53 % len(keys)])

    place.world.before_call.append(disturb)
    first = place.complete(streams)
    place.world.before_call.clear()
    second = place.complete(streams, first.state)
    for stream in streams:
        path, field = TABLE[stream].list_path, TABLE[stream].key
        held = {row[field]: to_utc(row[MODIFIED]) for row in place.world.rows(organization, path)}
        arrived: dict[str, str | None] = {}
        for run in (first, second):
            arrived |= {record[field]: record.get(MODIFIED) for record in run.records(stream)}
        # A list row that does not say when it changed is read in every run, so it is new anyway.
        silent = {key for key, time in arrived.items() if time is None}
        assert held.keys() <= arrived.keys()
        assert {k: arrived[k] for k in held if k not in silent} == {
            k: time for k, time in held.items() if k not in silent
        }
        assert len(silent) < len(held) / 2


def test_a_block_that_lasts_is_not_a_success(service: Make) -> None:
    """A stream that is throttled until patience ends makes the run end with 75, not with 0."""
    place = service(organizations=1, **PLENTY)

    def block(world: World, request: Request) -> None:
        if request.path.endswith("/invoices"):
            world.script.append("429:44")

    place.world.before_call.append(block)
    run = place.run(["invoices", "contacts"])
    assert isinstance(run.failure, QuotaReached)
    assert len(run.records("contacts")) == 40


def test_missing_scopes_mint_nothing(service: Make) -> None:
    """A missing scope is told from a dead token by asking again what has worked before."""
    place = service(**PLENTY)
    token = place.world.credentials.refresh_token
    kept = {scope for scope in place.world.scopes[token] if "settings" in scope}
    place.world.scopes[token] = frozenset(kept)
    run = place.complete(["organizations", "items", *LISTED])
    assert len(run.records("items")) == 80
    assert len(place.world.mints) == 1
    assert place.clock.slept.count(600.0) == 0


def test_a_plan_without_a_stream_is_no_matter_of_scopes(service: Make) -> None:
    """Where only one organization's plan lacks a stream, the other one's rows arrive, exit 0."""
    place = service(**PLENTY)
    first, second = place.organizations

    message = "This is not available in your plan."
    place.world.refuse("invoices", 400, 100, message, organization_id=second)
    run = place.complete(["invoices"])
    assert {organization for _, organization in run.counts} == {first}
    assert set(run.tap.sync_context.stats.skipped) == {("invoices", second)}


@pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])
def test_documents_that_a_bulk_answer_leaves_out_are_asked_for_alone(
    service: Make, method: str
) -> None:
    """An answer that brings fewer documents than were asked for does not say that they are gone."""
    place = service(rows=30, organizations=1, **PLENTY)
    (organization,) = place.organizations
    wanted = place.world.ids(organization, "items")
    gone = max(wanted)

    def spoil(world: World, request: Request) -> None:
        if request.path.endswith("/itemdetails") and gone in world.ids(organization, "items"):
            world.delete(organization, "items", gone)
            world.script.append("bare")

    place.world.before_call.append(spoil)
    run = place.complete(["item_details"], methods={"item_details": method})
    assert ids(run, "item_details", organization) == wanted - {gone}
    assert run.tap.sync_context.stats.gone == {"item_details": 1}


@pytest.mark.parametrize(
    ("stream", "path", "inside"),
    [
        ("bill_details", "bills", "/bills/"),
        ("bill_comments", "bills/{bill_id}/comments", "/comments"),
    ],
)
def test_documents_that_are_all_refused_are_a_stream_that_is_skipped(
    service: Make, stream: str, path: str, inside: str
) -> None:
    """Where the first document may not be read none is asked for, and no list row stands for it."""
    made = service(rows=5, organizations=1)
    (organization,) = made.organizations

    def forbid(world: World, request: Request) -> None:
        world.refusals.clear()
        if inside in request.path:
            world.refuse(path, 401, 57, "You are not authorized to perform this operation")

    made.world.before_call.append(forbid)
    run = made.complete(["bills", stream])
    assert set(run.tap.sync_context.stats.skipped) == {(stream, organization)}
    assert run.counts == {("bills", organization): 5}
    made.world.before_call.clear()
    made.world.refusals.clear()
    later, anew = made.complete([stream], run.state), made.complete([stream])
    assert later.records(stream) == anew.records(stream) != []


def test_an_organization_named_twice_is_read_once(service: Make) -> None:
    """Repeated and empty ids change nothing."""
    place = service()
    first, _ = place.organizations
    run = place.complete(["contacts"], organization_ids=[first, "", first])
    assert run.counts == {("contacts", first): 40}


def test_a_payment_that_changes_alone(service: Make) -> None:
    """A payment may change without moving the time of its invoice: it arrives all the same."""
    made = service(rows=20, organizations=1)
    (organization,) = made.organizations
    first = made.complete(["invoice_payments"])
    path = "invoices/{invoice_id}/payments"
    made.clock.now += 3600
    changed = min(made.world.ids(organization, path))
    made.world.change(organization, path, changed, reference_number="REV-2")
    second = made.complete(["invoice_payments"], first.state)
    (row,) = (
        one for one in second.records("invoice_payments") if one["invoice_payment_id"] == changed
    )
    assert row["reference_number"] == "REV-2"


def test_taxes_where_the_wish_for_all_is_refused(
    service: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """Taxes are read without the inactive ones where the filter is refused, and a line says so."""
    made = service(rows=20, organizations=1)

    def refuse(world: World, request: Request) -> None:
        world.refusals.clear()
        if "filter_by" in request.params and request.path.endswith("settings/taxes"):
            world.refuse("settings/taxes", 400, 2, "Invalid value passed for filter_by")

    made.world.before_call.append(refuse)
    run = made.complete(["taxes"])
    assert run.records("taxes")
    assert "the service hides rows, it shows no more than active ones" in caplog.text
    assert not any(message["type"] == "ACTIVATE_VERSION" for message in run.messages)


def test_documents_that_are_all_gone_are_no_silent_success(
    service: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the list has rows and no document exists, a warning asks for a report."""
    made = service(rows=5, organizations=1)
    made.world.refuse("bills/{bill_id}/comments", 404, 1002, "Bill does not exist.")
    made.complete(["bill_comments"])
    assert "all that organization" in caplog.text


@pytest.mark.parametrize(("stream", "path"), [("bill_details", "bills"), ("item_details", "items")])
def test_documents_that_are_all_said_to_be_gone_are_asked_for_again(
    service: Make, stream: str, path: str
) -> None:
    """Where no document was found none is passed: they arrive when the service has them again."""
    made = service(rows=5, organizations=1)
    (organization,) = made.organizations

    def hide(world: World, request: Request) -> None:
        world.refusals.clear()
        if "/bills/" in request.path:
            world.refuse("bills", 404, 1002, "Bill does not exist.")
        if "/items/" in request.path:
            world.refuse("items", 404, 1002, "Item does not exist.")
        if "item_ids" in request.params:
            assert isinstance(request.params, dict)
            request.params["item_ids"] = "1"

    made.world.before_call.append(hide)
    hidden = made.complete([stream])
    assert not hidden.records(stream)
    made.world.before_call.clear()
    made.world.refusals.clear()
    shown = made.complete([stream], hidden.state)
    assert ids(shown, stream, organization) == made.world.ids(organization, path)


def test_a_netrc_puts_no_header_into_a_call(
    service: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials of other programs are not sent."""
    (tmp_path / "netrc").write_text("default login user password hush\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    place, kinds = service(organizations=1), set()

    def note(_: World, request: Request) -> None:
        kinds.add(request.headers["authorization"].partition(" ")[0])

    place.world.before_call.append(note)
    place.complete(["invoices"])  # the accounts server would take the header for a client's
    assert kinds == {"Zoho-oauthtoken"}
