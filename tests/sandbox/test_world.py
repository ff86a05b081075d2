"""The world changes when it is told to, and its responds with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from time import process_time

import pytest

from sandbox import CustomField, Request, World
from sandbox.data.catalog import load_endpoints
from sandbox.data.organizations import PRESETS
from tests.sandbox.client import Client, Clock, parse_instant


def test_the_same_seed_makes_the_same_world(clock: Clock) -> None:
    """Two worlds of one seed and clock hold the same documents; another seed holds others."""
    first, second = (World.build(rows=9, clock=clock, seed=3) for _ in range(2))
    third = World.build(rows=9, clock=clock, seed=4)
    key = first.organizations[0]["organization_id"]
    assert first.rows(key, "invoices") == second.rows(key, "invoices")
    assert first.rows(key, "invoices") != third.rows(key, "invoices")


def test_seeded_changes_are_distinct_old_and_well_apart(clock: Clock) -> None:
    """Seeded rows changed at distinct times, over ten minutes apart, before the last two days."""
    world = World.build(rows=450, clock=clock)
    key = world.organizations[0]["organization_id"]
    times = sorted(parse_instant(row["last_modified_time"]) for row in world.rows(key, "bills"))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) > timedelta(minutes=10)
    assert times[-1] <= clock.now - timedelta(days=2)
    assert times[0] >= clock.now - timedelta(days=731)


def test_rows_are_not_changed_in_the_order_they_were_made(world: World) -> None:
    """The order of creation does not determine the order of change."""
    key = world.organizations[0]["organization_id"]
    rows = world.rows(key, "bills")
    by_creation = [row["bill_id"] for row in sorted(rows, key=lambda row: row["created_time"])]
    by_change = [row["bill_id"] for row in sorted(rows, key=lambda row: row["last_modified_time"])]
    assert by_creation != by_change


def test_a_bulk_import_puts_rows_on_one_second(clock: Clock) -> None:
    """Bulk makes so many rows of a collection share their last_modified_time."""
    world = World.build(rows={"invoices": 50}, bulk={"invoices": 40}, clock=clock)
    key = world.organizations[0]["organization_id"]
    times = [row["last_modified_time"] for row in world.rows(key, "invoices")]
    assert max(times.count(one) for one in times) == 40


def test_a_change_shows_in_list_document_and_revision(client: Client, clock: Clock) -> None:
    """A changed bill has a new time, the new value, a mark of its revision, in both places."""
    world, key = client.world, client.organization_id
    bill = client.rows("bills")[0]["bill_id"]
    clock.forward(60)
    world.change(key, "bills", bill, notes="Paid in full")
    newest = client.rows("bills", sort_column="last_modified_time", sort_order="D")[0]
    document = client.get(f"bills/{bill}")["bill"]
    assert newest["bill_id"] == bill
    assert newest["last_modified_time"] == document["last_modified_time"]
    assert newest[world.visible_field("bills")] == "REV-2"
    assert document["notes"] == "Paid in full"
    assert world.revision(key, "bills", bill) == 2


def test_a_change_may_be_committed_late(client: Client, clock: Clock) -> None:
    """A change can carry a time that lies before changes already read."""
    world, key = client.world, client.organization_id
    bill = client.rows("bills")[3]["bill_id"]
    world.change(key, "bills", bill, last_modified_time=clock.now - timedelta(seconds=90))
    row = next(one for one in client.rows("bills") if one["bill_id"] == bill)
    when = parse_instant(row["last_modified_time"])
    assert when == clock.now - timedelta(seconds=90)


def test_an_inserted_row_is_listed_and_a_deleted_one_is_gone(client: Client) -> None:
    """What is inserted can be read at once; what is deleted is neither listed nor found."""
    world, key = client.world, client.organization_id
    made = world.insert(key, "invoices", notes="New")
    gone = client.rows("invoices")[5]["invoice_id"]
    world.delete(key, "invoices", gone)
    ids = {row["invoice_id"] for row in client.rows("invoices")}
    assert made in ids
    assert gone not in ids
    assert client.get(f"invoices/{made}")["invoice"]["notes"] == "New"
    response = client.call(f"invoices/{gone}")
    assert (response.status, response.code) == (404, 1002)


def test_a_field_in_no_shape_is_in_row_and_document(client: Client) -> None:
    """A field that the service starts to send appears in the list and in the document."""
    world, key = client.world, client.organization_id
    invoice = client.rows("invoices")[0]["invoice_id"]
    world.change(key, "invoices", invoice, brand_new_field=[1])
    row = next(one for one in client.rows("invoices") if one["invoice_id"] == invoice)
    assert row["brand_new_field"] == [1]
    assert client.get(f"invoices/{invoice}")["invoice"]["brand_new_field"] == [1]


def test_data_can_change_between_any_two_calls(client: Client) -> None:
    """Hooks run before each call of Books and may change what it sees."""
    world, key = client.world, client.organization_id

    def delete_the_oldest(world: World, _request: Request) -> None:
        world.delete(key, "bills", min(world.ids(key, "bills")))

    world.before_call.append(delete_the_oldest)
    assert [len(client.rows("bills")) for _ in range(3)] == [29, 28, 27]


@pytest.mark.parametrize("path", sorted(load_endpoints()))
def test_every_collection_shows_a_change(world: World, path: str) -> None:
    """Each collection has a field in which a change shows, and it shows there."""
    key = world.organizations[0]["organization_id"]
    record_id = min(world.ids(key, path))
    world.change(key, path, record_id)
    found = world.document(key, path, record_id) | world.row(key, path, record_id)
    assert found[world.visible_field(path)] == "REV-2"


@pytest.mark.timed
def test_two_large_organizations_are_built_at_once() -> None:
    """Building two organizations of 450 rows costs well under a second."""
    World.build(rows=1)
    started = process_time()
    World.build(rows=450)
    assert process_time() - started < 0.5


@pytest.mark.timed
def test_a_page_of_many_rows_does_not_cost_a_sort(clock: Clock) -> None:
    """Asking for a page of 100,000 rows again costs no more than writing the page."""
    client = Client(World.build(rows={"invoices": 100_000}, clock=clock), clock)
    asked = {"sort_column": "last_modified_time", "sort_order": "A", "per_page": "1"}
    client.get("invoices", **asked)
    started = process_time()
    client.get("invoices", **asked, page="90000")
    assert process_time() - started < 0.1


def test_the_log_has_every_request(client: Client, clock: Clock) -> None:
    """Each call of Books is logged with its time, parameters, outcome and token."""
    client.world.log.clear()
    client.call("invoices", page="2")
    client.call("nowhere")
    first, second = client.world.log
    assert (first.time, first.method, first.path) == (clock.now, "GET", "/books/v3/invoices")
    assert first.params == {"organization_id": client.organization_id, "page": "2"}
    assert (first.status, first.code, first.token_id) == (200, 0, "t1")
    assert (second.status, second.code) == (404, 5)


def test_times_may_be_given_as_text(client: Client) -> None:
    """An inserted row has the times that it was given, in any notation, down to the second."""
    made = client.world.insert(
        client.organization_id,
        "bills",
        created_time="2026-01-01T00:00:00+0000",
        last_modified_time="2026-02-01T00:00:00Z",
    )
    row = next(one for one in client.rows("bills") if one["bill_id"] == made)
    assert row["created_time"] == "2025-12-31T19:00:00-0500"
    assert row["last_modified_time"] == "2026-01-31T19:00:00-0500"


def test_a_revision_counts_the_writes_of_a_row(world: World) -> None:
    """Every row begins with revision 1; each change adds one."""
    key = next(iter(world.holdings))
    first, second = sorted(world.ids(key, "bills"))[:2]
    for _ in range(2):
        world.change(key, "bills", first)
    revisions = world.revisions(key, "bills")
    assert (revisions[first], revisions[second]) == (3, 1)


def test_there_may_be_more_organizations_than_countries(clock: Clock) -> None:
    """Any number of organizations can be had, each with ids of its own."""
    world = World.build(rows=3, organizations=14, clock=clock)
    ids = [one for key in world.holdings for one in world.ids(key, "bills")]
    assert len(world.holdings) == 14
    assert len(set(ids)) == len(ids) == 42


def test_a_test_may_define_an_organization(clock: Clock) -> None:
    """A test may bring organizations of its own, with a quota and custom fields."""
    own = replace(
        PRESETS[5],
        organization_id="5",
        daily_quota=1,
        custom_fields=(CustomField("bill", "cf_mine", "Mine", "string"),),
    )
    client = Client(World.build(rows=30, organizations=[own], clock=clock), clock)
    assert any("cf_mine" in row for row in client.rows("bills"))
    assert client.call("bills").code == 45


def test_sizes_can_differ_between_collections(clock: Clock) -> None:
    """Rows can be given for some collections; the others have a handful, or what "*" says."""
    world = World.build(rows={"bills": 5}, clock=clock)
    key = next(iter(world.holdings))
    assert (len(world.ids(key, "bills")), len(world.ids(key, "invoices"))) == (5, 12)
    world = World.build(rows={"bills": 5, "*": 0}, clock=clock)
    assert (len(world.ids(key, "bills")), len(world.ids(key, "invoices"))) == (5, 0)


def test_other_paths_are_not_found(client: Client) -> None:
    """A path that is neither Books nor Accounts is not found."""
    response = client.world.answer(Request("GET", "/elsewhere"))
    assert (response.status, response.code) == (404, 5)
    assert client.world.answer(Request("GET", "/oauth/elsewhere")).code == 5
