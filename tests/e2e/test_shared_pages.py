"""A list and its documents: the list is requested once a run, and neither loses a row."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Behaviour
from tap_zohobooks.resources import TABLE
from tests.conftest import story_seed
from tests.gateway import Place, make_place

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Request, World
    from tests.conftest import Run

HOUR = 3600
PAIR = ("bills", "bill_details")
WAYS = [
    Behaviour(),
    Behaviour(filter="ignored"),
    Behaviour(filter="ignored", sort="ignored"),
]


def count_lists(place: Place, path: str = "bills") -> int:
    """Return how often a list was requested since the log was cleared."""
    return sum(one.path == f"/books/v3/{path}" for one in place.world.log)


def run_later(place: Place, state: dict[str, Any], **settings: Any) -> Run:
    """Run an hour later; the log holds this run's requests."""
    place.clock.sleep(HOUR)
    place.world.log.clear()
    return place.complete(PAIR, deepcopy(state), **settings)


def read_first(place: Place, **settings: Any) -> Run:
    """Return the second run: the first that has a bookmark."""
    return run_later(place, place.complete(PAIR, **settings).state, **settings)


def check_target(place: Place, runs: list[Run]) -> None:
    """Check that the rows of both streams, as they came last, are those of the service."""
    (owner,) = place.organizations
    key, shown = TABLE["bills"].key, place.world.visible_field("bills")
    wanted = {
        name: place.world.row(owner, "bills", name).get(shown) or None
        for name in place.world.ids(owner, "bills")
    }
    for stream in PAIR:
        held = {row[key]: row.get(shown) or None for run in runs for row in run.records(stream)}
        assert {name: held.get(name, "lost") for name in wanted} == wanted


@pytest.mark.parametrize("concurrency", [1, 5])
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_quiet_run_requests_a_list_once(way: Behaviour, concurrency: int) -> None:
    """Whatever the endpoint can do, and whichever stream is first."""
    place = make_place(8)
    place.world.behaviour["bills"] = way
    before = read_first(place, max_concurrency=concurrency)
    run_later(place, before.state, max_concurrency=concurrency)
    assert count_lists(place) == 1


def test_a_first_run_reads_the_list_for_each() -> None:
    """Without a bookmark the first page is one of many, and is not held."""
    place = make_place(8)
    place.complete(PAIR)
    assert count_lists(place) == 2


def test_changed_documents_come_by_the_same_page() -> None:
    """Both streams bring what has changed, and have the same bookmark then."""
    place = make_place(8)
    before = read_first(place)
    (owner,) = place.organizations
    changed = sorted(place.world.ids(owner, "bills"))[:3]
    for one in changed:
        place.world.change(owner, "bills", one)
    run = run_later(place, before.state)
    assert count_lists(place) == 1
    for stream in PAIR:
        assert {row["bill_id"] for row in run.records(stream)} >= {*changed}
    assert run.bookmark("bills", owner) == run.bookmark("bill_details", owner)


def test_bookmarks_stay_separate() -> None:
    """A stream that is behind requests the list from its own bookmark."""
    place = make_place(8)
    state = read_first(place).state
    (kept,) = state["bookmarks"]["bill_details"]["partitions"]
    kept["replication_key_value"] = "2026-01-01T00:00:00+00:00"
    run = run_later(place, state)
    assert count_lists(place) == 2
    assert len(run.records("bill_details")) > len(run.records("bills"))


def test_one_stream_alone_is_read_as_before() -> None:
    """Nothing waits for a stream that is not selected."""
    place = make_place(8)
    first = place.complete(["bill_details"])
    place.clock.sleep(HOUR)
    place.world.log.clear()
    place.complete(["bill_details"], deepcopy(first.state))
    assert count_lists(place) == 1


@pytest.mark.parametrize("concurrency", [1, 5])
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_nothing_is_lost_while_the_list_changes(way: Behaviour, concurrency: int) -> None:
    """Rows change, come and go before each call, so also between the page and its second reader."""
    place = make_place(5)
    (owner,) = place.organizations
    place.world.behaviour["bills"] = way
    lot = Random(f"{story_seed()} {way} {concurrency}")  # noqa: S311  # to be repeated
    runs = [place.complete(PAIR, max_concurrency=concurrency, lookback_seconds=5)]

    def disturb(world: World, request: Request) -> None:
        if not request.path.startswith("/books/v3/bills"):
            return
        place.clock.sleep(lot.randint(0, 2))
        names = sorted(world.ids(owner, "bills"))
        world.change(owner, "bills", lot.choice(names))
        if lot.random() < 0.3:
            world.insert(owner, "bills")
        elif lot.random() < 0.3:
            world.delete(owner, "bills", lot.choice(names))

    place.world.before_call.append(disturb)
    for _ in range(4):
        place.clock.sleep(HOUR)
        runs.append(place.complete(PAIR, deepcopy(runs[-1].state), max_concurrency=concurrency,
                                   lookback_seconds=5))  # fmt: skip
    place.world.before_call.clear()
    runs.append(run_later(place, runs[-1].state, lookback_seconds=5))
    check_target(place, runs)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_row_changes_between_a_page_and_its_second_reader(tmp_path: Path, number: int) -> None:
    """The documents take the first page of the list, and request the others themselves.

    A row of that page changes meanwhile, and later one of another page: the bookmark of the
    documents must not pass the first. What the endpoint does is known from the runs before.
    """
    place = make_place(5)
    (owner,) = place.organizations
    place.world.behaviour["bills"] = Behaviour(filter="ignored", sort="refused")
    settings = {"page_size": 3, "lookback_seconds": 0, "token_cache": str(tmp_path / "cache"),
                "max_concurrency": 1}  # fmt: skip
    runs = [place.complete(PAIR, **settings)]
    for _ in range(2):
        runs.append(run_later(place, runs[-1].state, **settings))
    pages = (count_lists(place) + 1) // 2
    assert count_lists(place) == 2 * pages - 1 > 1  # as many each, but for the one they share
    place.world.log.clear()

    def disturb(world: World, request: Request) -> None:
        if request.path == "/books/v3/bills" and count_lists(place) == pages:
            names = sorted(world.ids(owner, "bills"))
            world.change(owner, "bills", names[number])
            place.clock.sleep(10)
            world.change(owner, "bills", names[0])

    place.world.before_call.append(disturb)
    place.clock.sleep(HOUR)
    runs.append(place.complete(PAIR, deepcopy(runs[-1].state), **settings))
    place.world.before_call.clear()
    runs.append(run_later(place, runs[-1].state, **settings))
    check_target(place, runs)
