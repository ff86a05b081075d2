"""Documents that may not be read, that fail, or that are not the ones that were requested."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks.errors import ServiceError
from tap_zohobooks.resources import TABLE
from tap_zohobooks.singer import unread
from tests.conftest import Collector, Run, Service, made

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox import Request, World
    from sandbox.http import Response

LONG = 10.0  # seconds that no wait takes unless something hangs
Target = dict[str, dict[str, Any]]
PLENTY = {"requests_per_minute": 10**6, "daily_quota": 10**6}
DENIED = (401, 57, "You are not authorized to perform this operation")
STREAM, PATH = "purchase_order_details", "purchaseorders"
KINDS = [
    (STREAM, PATH),
    ("item_details", "items"),
    ("recurring_bill_details", "recurringbills"),
    ("fixed_asset_details", "fixedassets"),
]


def place_of(rows: int = 40, **options: Any) -> Service:
    """Return a service of one organization that limits nothing."""
    return made(**{"rows": rows, "organizations": 1, **PLENTY, **options})


def oldest(place: Service, path: str = PATH) -> list[str]:
    """Return the ids of a list, in the order of change."""
    (organization,) = place.organizations
    rows = place.world.rows(organization, path)
    key = next(one.key for one in TABLE.values() if one.list_path == path)
    return [row[key] for row in sorted(rows, key=lambda row: row.get("last_modified_time", ""))]


def load(target: Target, messages: Iterable[dict[str, Any]], stream: str = STREAM) -> Target:
    """Upsert records of a stream as a target does."""
    for message in messages:
        if message["type"] == "RECORD" and message["stream"] == stream:
            target[message["record"][TABLE[stream].key]] = message["record"]
    return target


def is_list_row(record: dict[str, Any]) -> bool:
    """Tell whether a record stands in for a document."""
    return bool((record.get("additional_fields") or {}).get("is_list_row"))


def entry(run: Run, stream: str = STREAM) -> dict[str, Any]:
    """Return the entry of the only organization in the last state."""
    (found,) = run.state["bookmarks"][stream]["partitions"]
    return dict(found)


def proofs(place: Service) -> int:
    """Return how often the organizations were requested, beyond the once of each run."""
    return sum(call.path.endswith("/organizations") for call in place.world.log) - 1


@pytest.mark.parametrize(("stream", "path"), KINDS)
@pytest.mark.parametrize(
    ("status", "code"), [(401, 57), (401, 14), (400, 9001), (403, 57), (403, 6), (400, 2)]
)
def test_one_refused_document(stream: str, path: str, status: int, code: int) -> None:
    """One of 40: the run is complete, its list row stands in, its id is kept, nothing is minted."""
    place = place_of()
    refused = oldest(place, path)[0]
    place.world.refuse_documents([refused], status, code, "Not for you.")
    run = place.complete([stream])
    target = load({}, run.messages, stream)
    assert target.keys() == set(oldest(place, path))
    assert [key for key, record in target.items() if is_list_row(record)] == [refused]
    assert entry(run, stream)["unread_documents"] == [refused]
    assert "is_first_read" not in entry(run, stream)
    assert run.tap.sync_context.stats.refused == {stream: 1}
    assert len(place.world.mints) == 1
    assert proofs(place) <= 2


@pytest.mark.parametrize("chosen", [slice(30), slice(30, None), slice(None, None, 2)])
@pytest.mark.parametrize("concurrency", [1, 5])
def test_thirty_of_sixty(chosen: slice, concurrency: int, caplog: pytest.LogCaptureFixture) -> None:
    """Whichever half is refused: one token, few proofs of it, a warning that counts, exit 0."""
    place = place_of(rows=60)
    refused = oldest(place)[chosen]
    place.world.refuse_documents(refused, *DENIED)
    run = place.complete([STREAM], max_concurrency=concurrency)
    target = load({}, run.messages)
    assert {key for key, record in target.items() if is_list_row(record)} == set(refused)
    assert target.keys() == set(oldest(place))
    assert set(entry(run)["unread_documents"]) == set(refused)
    assert len(place.world.mints) == 1
    assert proofs(place) <= 3
    assert f"30 of the requests of stream '{STREAM}'" in caplog.text


def test_later_runs_are_cheap_and_the_bookmark_passes() -> None:
    """A later run requests the refused documents and the boundary one, and nothing else."""
    place = place_of()
    refused = oldest(place)[:2]
    place.world.refuse_documents(refused, *DENIED)
    first = place.complete([STREAM])
    place.clock.sleep(1000)
    place.world.log.clear()
    later = place.complete([STREAM], first.state)
    documents = [call.path.rpartition("/")[2] for call in place.world.log if "ers/" in call.path]
    assert sorted(documents) == sorted([*refused, oldest(place)[-1]])
    assert entry(later)["unread_documents"] == refused
    assert later.bookmark(STREAM, place.organizations[0]) == first.bookmark(
        STREAM, place.organizations[0]
    )


@pytest.mark.parametrize(("stream", "path"), KINDS)
@pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])
def test_a_document_that_may_be_read_again_arrives_whole(
    stream: str, path: str, method: str
) -> None:
    """It arrives as a first run would bring it, with the columns that only its list row has."""
    place = place_of()
    refused = oldest(place, path)[3:6]
    place.world.refuse_documents(refused, *DENIED)
    methods = {stream: method}
    first = place.complete([stream], methods=methods)
    place.clock.sleep(1000)
    place.world.single_documents.allow()
    later = place.complete([stream], first.state, methods=methods)
    anew = place.complete([stream], methods=methods)
    target = load(load({}, first.messages, stream), later.messages, stream)
    assert target == load({}, anew.messages, stream)
    assert "unread_documents" not in entry(later, stream)


def test_a_refused_document_that_is_deleted_leaves_the_state() -> None:
    """A document that is gone is not requested for ever."""
    place = place_of()
    refused = oldest(place)[:2]
    place.world.refuse_documents(refused, *DENIED)
    first = place.complete([STREAM])
    place.clock.sleep(1000)
    place.world.delete(place.organizations[0], PATH, refused[0])
    place.world.single_documents.allow(refused[:1])
    later = place.complete([STREAM], first.state)
    assert entry(later)["unread_documents"] == refused[1:]


def test_no_list_row_overwrites_a_whole_document() -> None:
    """A document that was read whole stays so in the target; one that never was is updated."""
    place = place_of()
    old, never = oldest(place)[3], oldest(place)[4]
    place.world.refuse_documents([never], *DENIED)
    first = place.complete([STREAM])
    place.clock.sleep(1000)
    place.world.refuse_documents([old], *DENIED)
    (organization,) = place.organizations
    for one in (old, never):
        place.world.change(organization, PATH, one)
    place.clock.sleep(1000)
    place.world.refuse_documents([new := place.world.insert(organization, PATH)], *DENIED)
    place.clock.sleep(1000)
    later = place.complete([STREAM], first.state)
    brought = load({}, later.messages)
    assert old not in brought
    assert is_list_row(brought[never])
    assert is_list_row(brought[new])
    assert set(entry(later)["unread_documents"]) == {old, never, new}


@pytest.mark.parametrize("stop", range(0, 60, 7))
@pytest.mark.parametrize("concurrency", [1, 5])
def test_killed_anywhere(stop: int, concurrency: int) -> None:
    """Whatever record is the last, the next run has all: documents, and rows in place of them."""
    place = place_of(rows=30)
    refused = oldest(place)[::2]
    place.world.refuse_documents(refused, *DENIED)
    full = place.complete([STREAM], max_concurrency=concurrency)
    dead = Run(full.messages[:stop], full.tap)
    place.clock.sleep(1000)
    place.world.single_documents.allow(refused[::2])
    later = place.complete([STREAM], dead.state, max_concurrency=concurrency)
    target = load(load({}, dead.messages), later.messages)
    assert target.keys() == set(oldest(place))
    assert {key for key in target if is_list_row(target[key])} == set(refused[1::2])
    assert set(entry(later)["unread_documents"]) == set(refused[1::2])


def test_killed_while_documents_arrive_again() -> None:
    """An id leaves the state with its document, not before."""
    place = place_of()
    refused = oldest(place)[:10]
    place.world.refuse_documents(refused, *DENIED)
    first = place.complete([STREAM])
    place.clock.sleep(1000)
    place.world.single_documents.allow()
    full = place.complete([STREAM], first.state)
    for stop in range(len(full.messages)):
        dead = Run(full.messages[:stop], full.tap)
        target = load(load({}, first.messages), dead.messages)
        state = dead.state or first.state
        (kept,) = state["bookmarks"][STREAM]["partitions"]
        lacking = {key for key, record in target.items() if is_list_row(record)}
        assert lacking <= set(kept.get("unread_documents", ()))


@pytest.mark.parametrize("stream", [STREAM, "purchase_order_comments"])
def test_nothing_is_deleted_where_a_document_is_refused(stream: str) -> None:
    """A whole read that lacks a document is not activated."""
    place = place_of()
    place.world.refuse_documents(oldest(place)[:1], *DENIED)
    run = place.complete([stream], methods={stream: "FULL_TABLE"})
    assert run.records(stream)
    assert not any(message["type"] == "ACTIVATE_VERSION" for message in run.messages)


def test_more_than_the_state_has_room_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Beyond the bound the bookmark stays, the log says why, and everything arrives in the end."""
    monkeypatch.setattr(unread, "MAX_UNREAD", 5)
    place = place_of()
    refused = oldest(place)[10:20]
    place.world.refuse_documents(refused, *DENIED)
    run = place.complete([STREAM])
    assert load({}, run.messages).keys() == set(oldest(place))
    assert entry(run)["unread_documents"] == refused[:5]
    without = load({}, run.messages)[refused[5]]
    assert entry(run)["replication_key_value"] <= without["last_modified_time"]
    assert caplog.text.count("holds no more ids") == 1
    place.clock.sleep(1000)
    place.world.single_documents.allow()
    later = place.complete([STREAM], run.state)
    target = load(load({}, run.messages), later.messages)
    assert not any(is_list_row(record) for record in target.values())
    assert "unread_documents" not in entry(later)


@pytest.mark.parametrize(("stream", "path"), KINDS)
def test_documents_that_are_all_refused(stream: str, path: str) -> None:
    """Where not one document may be read the stream is skipped; later it arrives from the start."""
    place = place_of()
    place.world.refuse_documents(oldest(place, path), *DENIED)
    run = place.complete(["users", stream])
    assert set(run.tap.sync_context.stats.skipped) == {(stream, place.organizations[0])}
    assert not run.records(stream)
    assert len(place.world.mints) == 1
    assert "unread_documents" not in entry(run, stream)
    place.world.single_documents.allow()
    later = place.complete([stream], run.state)
    assert load({}, later.messages, stream).keys() == set(oldest(place, path))


def test_no_scope_is_advised_where_the_list_may_be_read(caplog: pytest.LogCaptureFixture) -> None:
    """Documents that are all refused, of a list that is not, are no matter of scopes."""
    place = place_of()
    place.world.refuse_documents(oldest(place), *DENIED)
    place.complete([STREAM])
    assert "No scope helps: the list may be read" in caplog.text
    assert "It needs the scope" not in caplog.text


def test_a_plan_without_documents_costs_few_requests() -> None:
    """A refusal for the plan is one of all documents: the others are not requested."""
    place = place_of(rows=60)
    message = "This is not available in your plan."
    place.world.refuse_documents(oldest(place), 400, 100, message)
    run = place.complete(["users", STREAM], max_concurrency=1)
    assert set(run.tap.sync_context.stats.skipped) == {(STREAM, place.organizations[0])}
    assert sum(f"/{PATH}/" in call.path for call in place.world.log) <= 3


@pytest.mark.parametrize("at", [2, 9, 25, 44, 60, 75])
@pytest.mark.parametrize("concurrency", [1, 5])
def test_a_token_that_dies_among_refused_documents(at: int, concurrency: int) -> None:
    """It is replaced, and no document counts as refused for it, not even at the end."""
    place = place_of(rows=60)
    refused = oldest(place)[::2]
    place.world.refuse_documents(refused, *DENIED)
    calls = Counter[str]()

    def cancel(world: World, _: Request) -> None:
        calls["all"] += 1
        if calls["all"] == at:
            world.cancel_tokens()

    place.world.before_call.append(cancel)
    run = place.complete([STREAM], max_concurrency=concurrency)
    target = load({}, run.messages)
    assert target.keys() == set(oldest(place))
    assert {key for key in target if is_list_row(target[key])} == set(refused)
    assert set(entry(run)["unread_documents"]) == set(refused)
    assert run.tap.sync_context.stats.refused == {STREAM: 30}
    assert len(place.world.mints) <= 2


def test_a_user_without_the_organizations_list() -> None:
    """Where the organizations may not be listed, what was read first proves the token."""
    place = place_of(rows=60)
    token = place.world.credentials.refresh_token
    place.world.scopes[token] = frozenset({"ZohoBooks.purchaseorders.READ"})
    refused = oldest(place)[::2]
    place.world.refuse_documents(refused, *DENIED)
    run = place.complete([STREAM], organization_ids=place.organizations)
    assert set(entry(run)["unread_documents"]) == set(refused)
    assert len(place.world.mints) <= 2


@pytest.mark.parametrize(("stream", "path"), KINDS)
def test_a_document_that_fails(stream: str, path: str) -> None:
    """The others arrive, the run ends with 1 and names it, and the next run requests it again."""
    place = place_of()
    broken = oldest(place, path)[7]
    place.world.refuse_documents([broken], 500, 1000, "Internal Error")
    run = place.run([stream])
    assert isinstance(run.failure, ServiceError)
    assert broken in str(run.failure)
    assert load({}, run.messages, stream).keys() == set(oldest(place, path)) - {broken}
    place.clock.sleep(1000)
    place.world.single_documents.allow()
    later = place.complete([stream], run.state)
    assert broken in load({}, later.messages, stream)
    assert "unread_documents" not in entry(later, stream)


@pytest.mark.parametrize(("stream", "path"), KINDS)
@pytest.mark.parametrize("rows", [3, 8])
def test_a_service_that_sends_one_document_for_all(stream: str, path: str, rows: int) -> None:
    """It is written once; the others are named, and are no records."""
    place = place_of(rows=rows)
    first, *others = oldest(place, path)
    place.world.single_documents.swaps = dict.fromkeys(others, first)
    run = place.run([stream])
    assert [record[TABLE[stream].key] for record in run.records(stream)] == [first]
    assert isinstance(run.failure, ServiceError)
    assert f"{stream} {len(others)}" in str(run.failure)
    assert set(entry(run, stream)["unread_documents"]) == set(others)
    place.world.single_documents.swaps.clear()
    later = place.complete([stream], run.state)
    assert load({}, run.messages + later.messages, stream).keys() == {first, *others}


@pytest.mark.parametrize("stream", ["bill_payments", "contact_persons", "project_tasks"])
def test_children_of_another_row(stream: str) -> None:
    """Children that name another parent than the one asked for are no rows of it."""
    place = place_of(rows=12)
    place.world.refuse("contacts/contactpersons", 404, 5, "Invalid URL Passed")  # the other way
    key = TABLE[stream].keys[0]
    usual = Counter(record[key] for record in place.complete([stream]).records(stream))
    first, second = sorted(usual)[:2]
    place.world.single_documents.swaps = {second: first}
    run = place.run([stream])
    assert isinstance(run.failure, ServiceError)
    assert f"{stream} 1" in str(run.failure)
    brought = Counter(record[key] for record in run.records(stream))
    assert brought == Counter({one: usual[one] for one in usual if one != second})


def test_a_document_without_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that does not say which it is, is none."""
    place = place_of(rows=6)
    broken = oldest(place)[2]
    real = place.world.answer

    def answer(request: Request) -> Response:
        response = real(request)
        if request.path.endswith(f"/{broken}"):
            response.body = response.body.replace(b"purchaseorder_id", b"number_of_it")
        return response

    monkeypatch.setattr(place.world, "answer", answer)
    run = place.run([STREAM])
    assert broken in str(run.failure)
    assert load({}, run.messages).keys() == set(oldest(place)) - {broken}


@pytest.mark.parametrize("refused", [1, 3])
def test_refused_parents(refused: int, caplog: pytest.LogCaptureFixture) -> None:
    """Children of refused rows are counted, the others arrive, exit 0; they come once they may."""
    place = place_of(rows=12)
    stream, key = "bill_comments", "bill_id"
    usual = Counter(record[key] for record in place.complete([stream]).records(stream))
    place.world.refuse_documents(sorted(usual)[:refused], *DENIED)
    run = place.complete([stream])
    assert {record[key] for record in run.records(stream)} == set(sorted(usual)[refused:])
    assert f"{refused} of the requests of stream '{stream}'" in caplog.text
    assert len(place.world.mints) == 2
    place.world.single_documents.allow()
    later = place.complete([stream], run.state)
    assert Counter(record[key] for record in later.records(stream)) == usual


def test_a_state_of_an_older_version() -> None:
    """A state without the new entries is gone on with, and no list row overwrites what was read."""
    place = place_of()
    first = place.complete([STREAM])
    place.clock.sleep(1000)
    refused = oldest(place)[-1]
    place.world.refuse_documents([refused], *DENIED)
    later = place.complete([STREAM], first.state)
    assert not later.records(STREAM)
    assert entry(later)["unread_documents"] == [refused]


def test_the_document_of_another_organization(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not written as that of the organization that was requested."""
    place = place_of(rows=3, organizations=2)
    first, second = place.organizations
    real = place.world.answer

    def answer(request: Request) -> Response:
        path = request.path.replace(f"organizations/{second}", f"organizations/{first}")
        return real(replace(request, path=path))

    monkeypatch.setattr(place.world, "answer", answer)
    run = place.run(["organization_details"])
    assert [one["organization_id"] for one in run.records("organization_details")] == [first]
    assert f"'organizations/{second}'" in str(run.failure)


@pytest.mark.parametrize("late", [1, 2, 4, 5])
def test_documents_are_written_while_the_next_one_is_awaited(late: int) -> None:
    """What has come does not wait for a full batch: a run that is killed then reads less again."""
    place, writer = place_of(rows=12), Collector()
    before = oldest(place)[:late]
    arrived: list[list[str]] = []

    def await_others(_: World, request: Request) -> None:
        if request.path.endswith(f"/{PATH}/{oldest(place)[late]}"):
            until = time.monotonic() + LONG
            while len(load({}, writer.messages)) < late and time.monotonic() < until:
                time.sleep(0.01)
            arrived.append([*load({}, writer.messages)])

    place.world.before_call.append(await_others)
    place.complete([STREAM], writer=writer)
    assert arrived == [before]
