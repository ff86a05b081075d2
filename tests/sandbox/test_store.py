"""Indexes stay in order and pages stay whole, whatever happens to the records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sandbox import World
from sandbox.data.store import Record, Table
from tests.sandbox.client import Client, Clock

ORGANIZATION = "927270289"
steps = st.lists(
    st.tuples(st.sampled_from(["put", "delete"]), st.integers(0, 9), st.integers(0, 3)),
    max_size=40,
)


@given(steps)
def test_an_index_is_what_sorting_would_give(done: list[tuple[str, int, int]]) -> None:
    """After any inserts, changes and deletes an index equals the records sorted anew."""
    table = Table([])
    index = table.get_index("last_modified_time", lambda record: (record.modified,))
    for verb, number, modified in done:
        if verb == "put":
            table.put(Record(str(number), number, 0, modified))
        elif str(number) in table.records:
            table.delete(str(number))
    wanted = sorted((one.modified, one.number, one.id) for one in table.records.values())
    assert [(*key, one) for key, one in index.entries] == wanted


@given(
    changes=st.lists(st.tuples(st.integers(0, 24), st.integers(0, 5)), max_size=30),
    per_page=st.integers(1, 30),
    order=st.sampled_from("AD"),
    since=st.integers(-1, 6),
)
def test_pages_part_what_is_asked_for(
    changes: list[tuple[int, int]], per_page: int, order: str, since: int
) -> None:
    """Pages of a sorted, filtered list hold each row at or after the time once, in order."""
    clock = Clock()
    start = datetime(2026, 11, 20, 10, tzinfo=UTC)
    world = World.build(rows={"bills": 25}, organizations=1, clock=clock, requests_per_minute=1000)
    ids = sorted(world.ids(ORGANIZATION, "bills"))
    for place, second in changes:
        moment = start + timedelta(seconds=second)
        world.change(ORGANIZATION, "bills", ids[place], last_modified_time=moment)
    asked = {"sort_column": "last_modified_time", "sort_order": order, "per_page": str(per_page)}
    if since >= 0:
        moment = start + timedelta(seconds=since)
        asked["last_modified_time"] = moment.strftime("%Y-%m-%dT%H:%M:%S+0000")
    client = Client(world, clock)
    seen = [
        row["bill_id"]
        for page in range(1, 27)
        for row in client.rows("bills", page=str(page), **asked)
    ]
    records = world.holdings[ORGANIZATION].get_table("bills").records
    least = int((start + timedelta(seconds=since)).timestamp()) if since >= 0 else 0
    assert sorted(seen) == sorted(one.id for one in records.values() if one.modified >= least)
    times = [records[one].modified for one in seen]
    assert all(a <= b if order == "A" else a >= b for a, b in pairwise(times))
