"""A target is told to delete what is gone, and never anything that is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from math import ceil
from typing import TYPE_CHECKING, Any, cast

import pytest

from sandbox import Behaviour, Request, World
from sandbox.data.numbers import mix
from tap_zohobooks.errors import ServiceError
from tap_zohobooks.pagination.view import find_hiding_filter
from tap_zohobooks.resources import LATEST, TABLE
from tap_zohobooks.singer.activate_version import SETTING, Coverage
from tap_zohobooks.streams.lists import InactiveRowsStream
from tap_zohobooks.streams.registry import STREAM_TYPES
from tests.conftest import Run, Service

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.data.catalog import Treatment

Make = Callable[..., Service]
Spoil = Callable[[Service], None]

PLENTY = {"requests_per_minute": 10**6, "daily_quota": 10**6}
WHOLE = {"invoices": "FULL_TABLE", "invoice_details": "FULL_TABLE", "items": "FULL_TABLE"}
BY_NATURE = {
    one.name for kind, rows in STREAM_TYPES.items() for one in rows if not kind.is_incremental
}


def activated(run: Run) -> dict[str, int]:
    """Return the version by stream that the target was told to keep."""
    return {
        message["stream"]: message["version"]
        for message in run.messages
        if message["type"] == "ACTIVATE_VERSION"
    }


def versions(run: Run, stream: str) -> set[int | None]:
    """Return the versions of the records of a stream."""
    return {
        message.get("version")
        for message in run.messages
        if message["type"] == "RECORD" and message["stream"] == stream
    }


def kept(run: Run, stream: str) -> set[tuple[str, str]]:
    """Return organization and key of what a target holds that has seen nothing but this run."""
    return {(one["organization_id"], one[TABLE[stream].key]) for one in run.records(stream)}


@pytest.mark.parametrize("stream", ["invoices", "invoice_details", "taxes", "organizations"])
def test_a_whole_read_is_activated(service: Make, stream: str) -> None:
    """After the last row of the last organization its version is activated, and all rows bear it.

    The state follows, so that a target that has read it has deleted.
    """
    run = service(rows=5).complete([stream], methods=WHOLE)
    (version,) = versions(run, stream)
    assert activated(run) == {stream: version}
    kinds = [message["type"] for message in run.messages]
    assert kinds.count("ACTIVATE_VERSION") == 1
    assert "RECORD" not in kinds[kinds.index("ACTIVATE_VERSION") :]
    assert kinds[-1] == "STATE"


@pytest.mark.parametrize(
    "stream", ["invoices", "users", "taxes", "recurring_bills", "opening_balances"]
)
def test_an_answer_without_a_list_deletes_nothing(
    service: Make, stream: str, caplog: pytest.LogCaptureFixture
) -> None:
    """That all is well does not say that there is nothing."""
    place = service(rows=5, organizations=1)
    organization, methods = place.organizations[0], {stream: "FULL_TABLE"}
    place.world.before_call.append(
        lambda world, request: (
            world.script.append("bare") if not request.path.endswith("/organizations") else None
        )
    )
    run = place.run([stream], methods=methods)
    assert not activated(run)
    assert f"for organization {organization}" in caplog.text
    place.world.before_call.clear()
    place.world.script.clear()
    assert activated(place.complete([stream], methods=methods))


def test_a_list_that_breaks_off_without_a_word(service: Make) -> None:
    """A later page that holds no list is no end: the run fails, and the bookmark stays."""
    place = service(rows=450, organizations=1, **PLENTY)
    pages = count(1)
    place.world.before_call.append(
        lambda world, request: (
            world.script.append("bare")
            if request.path.endswith("/invoices") and next(pages) > 3
            else None
        )
    )
    run = place.run(["invoices"], methods=WHOLE)
    assert isinstance(run.failure, ServiceError)
    assert run.records("invoices")
    assert not activated(run)


def test_what_is_read_by_bookmark_is_not(service: Make) -> None:
    """Rows that changed are not all there are: they bear no version, and nothing is activated."""
    run = service(rows=5).complete(["invoices", "invoice_details"])
    assert versions(run, "invoices") | versions(run, "invoice_details") == {None}
    assert activated(run) == {}


def test_every_stream_that_is_read_whole(service: Make) -> None:
    """Each stream without a bookmark is activated, but for those that never show all rows."""
    run = service(rows=4, organizations=1, **PLENTY).complete(BY_NATURE)
    assert {name for name, _ in run.tap.sync_context.stats.skipped} == set()
    assert BY_NATURE - activated(run).keys() == {one.name for one in LATEST}


def test_a_list_read_whole_costs_little(service: Make) -> None:
    """A whole read of a list is a call a 199 rows of each organization, and one."""
    place = service(rows=450, **PLENTY)
    place.complete(["invoices"], methods=WHOLE)
    calls = [call.organization_id for call in place.world.log if call.path.endswith("/invoices")]
    for organization in place.organizations:
        assert ceil(450 / 200) <= calls.count(organization) <= ceil(450 / 199) + 1


def skip(place: Service) -> None:
    """Let the second organization's plan have no invoices."""
    message = "This is not available in your plan."
    place.world.refuse("invoices", 400, 100, message, organization_id=place.organizations[1])


def spend(place: Service) -> None:
    """Let the second organization's quota end with its first page."""
    place.world.meters[place.organizations[1]].quota = 1


def refuse_one(place: Service) -> None:
    """Refuse one document."""
    refused = sorted(place.world.ids(place.organizations[0], "invoices"))[3]

    def forbid(world: World, request: Request) -> None:
        world.refusals.clear()
        if refused in request.path:
            for path in ("invoices", "invoices/{invoice_id}/comments"):
                world.refuse(path, 401, 57, "You are not authorized.")

    place.world.before_call.append(forbid)


def deny_all(place: Service) -> None:
    """Let no document of the first organization exist when it is asked for."""
    first = place.organizations[0]

    def forget(world: World, request: Request) -> None:
        world.refusals.clear()
        if request.path.rpartition("/")[2].isdigit() and request.params["organization_id"] == first:
            world.refuse("invoices", 404, 1002, "Invoice does not exist.")

    place.world.before_call.append(forget)


def hide_one(place: Service) -> None:
    """Let the service deny the path of one document that it lists."""
    hidden = sorted(place.world.ids(place.organizations[0], "invoices"))[3]

    def deny(world: World, request: Request) -> None:
        world.refusals.clear()
        if hidden in request.path:
            for path in ("invoices", "invoices/{invoice_id}/comments"):
                world.refuse(path, 404, 5, "Invalid URL Passed")

    place.world.before_call.append(deny)


def fail(place: Service) -> None:
    """Let the service go down in the second organization."""

    def fail_once(world: World, request: Request) -> None:
        if request.params.get("organization_id") == place.organizations[1]:
            world.script.append("500")

    place.world.before_call.append(fail_once)


@pytest.mark.parametrize(
    ("stream", "spoil"),
    [
        ("invoices", skip),
        ("invoices", spend),
        ("invoices", fail),
        ("invoice_details", skip),
        ("invoice_details", spend),
        ("invoice_details", refuse_one),
        ("invoice_details", deny_all),
        ("invoice_details", hide_one),
        ("invoice_comments", refuse_one),
        ("invoice_comments", hide_one),
        ("invoice_comments", skip),
    ],
)
def test_a_read_that_lacks_something_is_not_activated(
    service: Make, stream: str, spoil: Spoil
) -> None:
    """Where anything of any organization was not read, the rows of all stay."""
    place = service(rows=9, **PLENTY)
    spoil(place)
    run = place.run([stream], methods=WHOLE, page_size=5)
    assert run.records(stream)
    assert activated(run) == {}


@pytest.mark.parametrize("reason", [skip, spend])
def test_the_reason_is_told(service: Make, reason: Spoil, caplog: pytest.LogCaptureFixture) -> None:
    """The log names the stream and the organization that keeps the target from deleting."""
    place = service(rows=9, **PLENTY)
    reason(place)
    place.run(["invoices"], methods=WHOLE, page_size=5)
    (found,) = (one for one in caplog.messages if "delete nothing" in one)
    assert "'invoices'" in found
    assert place.organizations[1] in found


def test_other_streams_are_activated_all_the_same(service: Make) -> None:
    """What one stream lacks does not hold back another."""
    place = service(rows=9, **PLENTY)
    skip(place)
    run = place.complete(["invoices", "items"], methods=WHOLE)
    assert activated(run).keys() == {"items"}


def test_a_document_deleted_meanwhile_is_gone(service: Make) -> None:
    """A document that is deleted between list and fetch does not come, and is not kept."""
    place = service(rows=9, organizations=1, **PLENTY)
    (organization,) = place.organizations
    doomed = min(place.world.ids(organization, "invoices"))

    def delete(world: World, request: Request) -> None:
        if request.path.endswith("/invoices/" + doomed):
            world.before_call.clear()
            world.delete(organization, "invoices", doomed)

    place.world.before_call.append(delete)
    run = place.complete(["invoice_details"], methods=WHOLE)
    assert activated(run).keys() == {"invoice_details"}
    assert (organization, doomed) not in kept(run, "invoice_details")


@pytest.mark.parametrize("path", ["", "?filter_by=Taxes.All"])
@pytest.mark.parametrize(("treatment", "is_whole"), [("honoured", True), ("ignored", False)])
def test_a_list_that_is_filtered_unasked(
    service: Make,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    treatment: Treatment,
    *,
    is_whole: bool,
) -> None:
    """A list that shows less than all, as its answer says, has not shown what is gone."""
    row = replace(TABLE["taxes"], path=f"settings/taxes{path}")
    types = cast("dict[Any, Any]", STREAM_TYPES)
    monkeypatch.setitem(types, InactiveRowsStream, (row,))
    place = service(rows=9, organizations=1)
    place.world.behaviour["settings/taxes"].all_view = treatment
    run = place.complete(["taxes"])
    assert run.records("taxes")
    assert bool(activated(run)) is is_whole


@pytest.mark.parametrize(
    ("context", "query", "hidden"),
    [
        ({"applied_filter": "Status.All"}, {}, None),
        ({"applied_filter": "Type.DebitNote"}, {"filter_by": "Type.DebitNote"}, None),
        ({"applied_filter": ""}, {}, None),
        ({}, {}, None),
        (None, {}, None),
        ({"applied_filter": "Status.Active"}, {}, "Status.Active"),
        ([{"applied_filter": "Status.Active"}], {}, "Status.Active"),
        (
            {"applied_filter": "AccountType.Active"},
            {"filter_by": "AccountType.All"},
            "AccountType.Active",
        ),
    ],
)
def test_filters_that_nobody_asked_for(
    context: object, query: dict[str, str], hidden: str | None
) -> None:
    """An answer tells what it went through; all rows, or what was asked for, hides nothing."""
    assert find_hiding_filter({"page_context": context}, query) == hidden


READ, OTHER = frozenset({"1"}), frozenset({"1", "2"})


@pytest.mark.parametrize(
    ("in_state", "left_out", "wish", "found"),
    [
        (READ, frozenset(), None, "None"),
        (frozenset(), frozenset(), None, "None"),
        (READ, frozenset({"2"}), None, "organization 2"),
        (READ, frozenset({"2"}), True, "None"),
        (READ, None, None, "cannot be listed"),
        (READ, None, True, "None"),
        (OTHER, frozenset(), None, "the state knows organization 2"),
        (OTHER, frozenset(), True, "the state knows organization 2"),
    ],
)
def test_rows_of_organizations_that_are_not_read_stay(
    in_state: frozenset[str], left_out: frozenset[str] | None, *, wish: bool | None, found: str
) -> None:
    """An organization that was read before holds deletes back; one that is left out, unless set."""
    assert found in str(Coverage(READ, in_state, left_out).obstacle(wish=wish))


@pytest.mark.parametrize(
    ("settings", "deletes"), [({}, False), ({SETTING: True}, True), ({SETTING: False}, False)]
)
def test_a_run_of_some_organizations(
    service: Make, settings: dict[str, bool], *, deletes: bool
) -> None:
    """A run that leaves organizations out deletes only where the settings say that it may."""
    place = service(rows=5)
    chosen = place.organizations[:1]
    run = place.complete(["invoices"], methods=WHOLE, organization_ids=chosen, **settings)
    assert bool(activated(run)) is deletes
    assert (versions(run, "invoices") != {None}) is deletes


def test_nothing_is_deleted_where_nobody_wants_it(
    service: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """The setting switches it off for all organizations too, without a word."""
    run = service(rows=5).complete(["invoices"], methods=WHOLE, **{SETTING: False})
    assert run.records("invoices")
    assert activated(run) == {}
    assert "delete nothing" not in caplog.text


def test_a_run_of_fewer_organizations_than_before(service: Make) -> None:
    """Rows of an organization that the state knows stay, whatever is set."""
    place = service(rows=5)
    state = place.complete(["taxes"]).state
    run = place.complete(
        ["invoices"],
        state,
        methods=WHOLE,
        organization_ids=place.organizations[:1],
        **{SETTING: True},
    )
    assert run.records("invoices")
    assert activated(run) == {}


def test_organizations_that_may_not_be_listed(service: Make) -> None:
    """If organizations cannot be listed, rows of others may be in the tables."""
    place = service(rows=5)
    place.world.refuse("organizations", 401, 57, "You are not authorized.")
    token = place.world.credentials.refresh_token
    place.world.scopes[token] = frozenset(
        scope for scope in place.world.scopes[token] if "settings" not in scope
    )
    run = place.complete(["invoices"], methods=WHOLE, organization_ids=place.organizations)
    assert run.records("invoices")
    assert activated(run) == {}


def test_an_inactive_organization_holds_nothing_back(service: Make) -> None:
    """An organization that is not read because it is not in use does not hold back the others."""
    run = service(organizations=4, rows=5).complete(["invoices"], methods=WHOLE)
    assert activated(run).keys() == {"invoices"}


def test_a_stream_under_another_name(service: Make) -> None:
    """A version is activated under the name that the rows bear; what a map keeps back is gone."""
    maps = {"invoices": {"__alias__": "sales", "__filter__": "status == 'paid'"}}
    run = service(rows=20).complete(["invoices"], methods=WHOLE, stream_maps=maps)
    assert activated(run).keys() == {"sales"}
    assert {one["status"] for one in run.records("sales")} == {"paid"}


def test_a_stream_that_is_mapped_away(service: Make) -> None:
    """A stream that a map removes has nothing to activate."""
    place = service(rows=5)
    run = place.complete(["taxes"], stream_maps={"taxes": None})
    assert "/books/v3/settings/taxes" in {call.path for call in place.world.log}
    assert activated(run) == {}


def test_streams_that_share_a_table(service: Make) -> None:
    """Where maps put rows of two streams into one table, neither deletes the other's."""
    maps = {"taxes": {"__alias__": "codes"}, "currencies": {"__alias__": "codes"}}
    run = service(rows=5).complete(["taxes", "currencies", "users"], stream_maps=maps)
    assert activated(run).keys() == {"users"}
    assert versions(run, "codes") == {None}


def test_batches_are_not_activated(service: Make, tmp_path: Path) -> None:
    """Rows in the files of a batch bear no version: activating one would delete them."""
    batch = {
        "encoding": {"format": "jsonl", "compression": "none"},
        "storage": {"root": f"file://{tmp_path}"},
    }
    run = service(rows=5).complete(["taxes"], batch_config=batch)
    assert "BATCH" in {message["type"] for message in run.messages}
    assert activated(run) == {}


def test_a_bookmark_outlives_a_whole_read(service: Make) -> None:
    """A whole read neither uses nor moves the bookmark: the next run goes on from there."""
    place = service(rows=20)
    state = place.complete(["invoices"]).state
    for organization in place.organizations:
        place.world.insert(organization, "invoices")
    place.clock.sleep(1000)
    whole = place.complete(["invoices"], state, methods=WHOLE)
    for partition in whole.state["bookmarks"]["invoices"]["partitions"]:
        assert partition.pop("rows_read") == 21
    assert whole.state == state
    again = place.complete(["invoices"], whole.state)
    assert len(again.records("invoices")) == 4


def test_a_first_whole_read_leaves_no_bookmark(service: Make) -> None:
    """A bookmark is of what was read in order: a whole read makes none."""
    run = service(rows=5).complete(["invoices"], methods=WHOLE)
    assert run.records("invoices")
    assert "replication_key_value" not in str(run.state)
    assert "version" not in str(run.state)


def test_each_run_has_a_version_of_its_own(service: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run after one that did not come to its end begins with a newer version."""
    place = service(rows=5, **PLENTY)
    found: list[int | None] = []
    for now in (4_000_000_000.0, 4_000_000_001.0):
        monkeypatch.setattr("singer_sdk.plugin_base.time.time", lambda now=now: now)
        place.world.script.extend(["", "", "500"] if not found else [])
        found += versions(place.run(["taxes"], max_wait_seconds=0), "taxes")
    assert found == [4_000_000_000, 4_000_000_001]


def disturbed(place: Service, path: str, seed: int) -> set[str]:
    """Let rows come, go, change and move between any two calls; return those that stay."""
    (organization,) = place.organizations
    stay = place.world.ids(organization, path)
    turns = count(1)

    def disturb(world: World, _: Request) -> None:
        place.clock.sleep(1)
        turn = next(turns)
        keys = sorted(world.ids(organization, path))
        one = keys[mix(seed, turn) % len(keys)]
        match mix(seed, turn, 1) % 4:
            case 0:
                stay.discard(one)
                world.delete(organization, path, one)
            case 1:
                world.insert(organization, path)
            case _:
                day = f"20{10 + mix(seed, turn, 2) % 30}-01-01"
                world.change(organization, path, one, date=day, name=day)

    place.world.before_call.append(disturb)
    return stay


BEHAVIOURS = {
    "filter and sort": Behaviour(),
    "sort only": Behaviour(filter="ignored"),
    "filter only": Behaviour(sort="ignored"),
    "neither": Behaviour(sort="ignored", filter="ignored"),
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("behaviour", ["filter and sort", "sort only"])
def test_a_list_in_the_order_of_changes_is_always_read_whole(
    service: Make, behaviour: str, seed: int
) -> None:
    """Whatever changes between any two calls, every row that stays bears the version."""
    place = service(rows=30, organizations=1, **PLENTY)
    place.world.behaviour["invoices"] = BEHAVIOURS[behaviour]
    stay = disturbed(place, "invoices", seed)
    run = place.complete(["invoices"], methods=WHOLE, page_size=5)
    assert activated(run).keys() == {"invoices"}
    assert stay <= {key for _, key in kept(run, "invoices")}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("stream", "behaviour"),
    [("items", "filter only"), ("items", "neither"), ("bank_transactions", "neither")],
)
def test_a_list_in_any_order_deletes_no_row_that_stays(
    service: Make, stream: str, behaviour: str, seed: int
) -> None:
    """If a row may move behind the read position, all are read or none is deleted."""
    place = service(rows=30, organizations=1, **PLENTY)
    path = TABLE[stream].list_path
    place.world.behaviour[path] = BEHAVIOURS[behaviour]
    stay = disturbed(place, path, seed)
    run = place.run([stream], methods=WHOLE, page_size=8)
    assert run.records(stream)
    assert stay <= {key for _, key in kept(run, stream)} or activated(run) == {}


@pytest.mark.parametrize("stream", ["items", "bank_transactions"])
def test_a_list_in_any_order_that_rests_is_activated(service: Make, stream: str) -> None:
    """Pages that overlap as they should show that nothing has moved."""
    place = service(rows=30, organizations=1, **PLENTY)
    place.world.behaviour["items"] = BEHAVIOURS["neither"]
    assert activated(place.complete([stream], methods=WHOLE, page_size=8)).keys() == {stream}


def test_a_row_that_moves_is_noticed(service: Make) -> None:
    """A row that goes from the unread part of a list to the read one keeps all rows alive."""
    place = service(rows=30, organizations=1, **PLENTY)
    (organization,) = place.organizations
    last = place.complete(["bank_transactions"]).records("bank_transactions")[-1]["transaction_id"]
    turns = count()

    def move(world: World, request: Request) -> None:
        if request.path.endswith("/banktransactions") and next(turns) == 1:
            world.change(organization, "banktransactions", last, date="2040-01-01")

    place.world.before_call.append(move)
    run = place.complete(["bank_transactions"], page_size=8)
    assert run.records("bank_transactions")
    assert (organization, last) not in kept(run, "bank_transactions")
    assert activated(run) == {}


@pytest.mark.parametrize("deletes", [0, 1])
def test_pages_below_one_row(service: Make, deletes: int) -> None:
    """What hangs on a row may fill pages of its own: where these move, nothing is deleted."""
    place = service(rows=3, organizations=1, **PLENTY)
    (organization,) = place.organizations
    path, account = "chartofaccounts/transactions", "account_id"
    above = min(place.world.ids(organization, "chartofaccounts"))
    for _ in range(250):
        place.world.insert(organization, path, **{account: above})

    def move(world: World, request: Request) -> None:
        if request.path.endswith(path) and "page" in request.params:
            for one in sorted(world.ids(organization, path))[:deletes]:
                world.delete(organization, path, one)

    place.world.before_call.append(move)
    run = place.complete(["account_transactions"])
    assert run.records("account_transactions")
    assert bool(activated(run)) is not bool(deletes)
