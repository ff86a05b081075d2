"""Documents of a list that does not sort, and holds more rows than may wait in memory."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import Behaviour, Oddity
from tap_zohobooks.pagination import time_order
from tap_zohobooks.transform.timestamps import to_utc
from tests.conftest import Run, Service
from tests.e2e.test_documents import PATH, STREAM, load, oldest, place_of

METHODS = ["INCREMENTAL", "FULL_TABLE"]
PAGE = 10  # a list that fits on one page needs no order


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Service:
    """Return a service with 45 documents in a plain list, of which a run holds 10."""
    monkeypatch.setattr(time_order, "MAX_HELD_ROWS", 10)
    place = place_of(rows=45)
    place.world.behaviour[PATH] = Behaviour(sort="ignored", filter="ignored")
    return place


def run_of(place: Service, method: str = METHODS[0], state: dict[str, Any] | None = None) -> Run:
    """Run the tap to its end, ten rows a page."""
    return place.complete([STREAM], state, methods={STREAM: method}, page_size=PAGE)


def count_calls(place: Service) -> tuple[int, int]:
    """Return how many calls were made of the list, and of documents."""
    paths = [call.path for call in place.world.log]
    return sum(one.endswith(PATH) for one in paths), sum(f"{PATH}/" in one for one in paths)


@pytest.mark.parametrize("method", METHODS)
def test_each_document_is_requested_once(place: Service, method: str) -> None:
    """All documents come oldest change first; the list is read once for each nine of them."""
    run = run_of(place, method)
    assert [record["purchaseorder_id"] for record in run.records(STREAM)] == oldest(place)
    lists, documents = count_calls(place)
    assert documents == 45
    assert 25 <= lists <= 35  # five times five pages, and what finding out costs
    activated = [one for one in run.messages if one["type"] == "ACTIVATE_VERSION"]
    assert len(activated) == (method == "FULL_TABLE")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("stop", [0, 25, 60, 95])
def test_killed_anywhere(place: Service, stop: int, method: str) -> None:
    """The next run brings what was changed or not read yet, wherever the first was killed."""
    full = run_of(place, method)
    dead = Run(full.messages[:stop], full.tap)
    place.clock.sleep(1000)
    (organization,) = place.organizations
    changed = oldest(place)[::20]
    for one in changed:
        place.world.change(organization, PATH, one)
    later = run_of(place, method, dead.state)
    assert load(load({}, dead.messages), later.messages).keys() == set(oldest(place))
    assert load({}, later.messages).keys() >= set(changed)


@pytest.mark.parametrize("method", METHODS)
def test_a_document_that_changes_meanwhile(place: Service, method: str) -> None:
    """Changes, new and deleted documents between two reads of the list: nothing is lost by them."""
    (organization,) = place.organizations
    ids = oldest(place)
    numbers = iter(range(10**6))

    def disturb(*_: object) -> None:
        if next(numbers) == 20:
            place.clock.sleep(5)
            for one in (ids[2], ids[44]):
                place.world.change(organization, PATH, one)
            place.world.delete(organization, PATH, ids[30])
            place.world.insert(organization, PATH)

    place.world.before_call.append(disturb)
    first = run_of(place, method)
    place.clock.sleep(1000)
    later = run_of(place, method, first.state)
    target = load(load({}, first.messages), later.messages)
    alive = {row["purchaseorder_id"]: row for row in place.world.rows(organization, PATH)}
    assert target.keys() - {ids[30]} == alive.keys()
    for key, row in alive.items():
        assert target[key]["last_modified_time"] == to_utc(row["last_modified_time"])


def test_a_row_without_a_key_is_counted_once(place: Service) -> None:
    """What every read of the list shows again is one row."""
    place.world.oddities[PATH] = Oddity(rows=[{"purchaseorder_id": "", "total": 1}])
    place.world.behaviour[PATH] = Behaviour(sort="refused", filter="refused")
    run = place.run([STREAM])
    assert count_calls(place)[0] >= 5
    assert run.tap.sync_context.stats.keyless == {STREAM: 1}
    assert len(run.records(STREAM)) == 45


def test_a_dry_run_reads_the_list_once(place: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is limited to a record needs no more than what is held."""
    tap = place.tap([STREAM], page_size=PAGE)
    monkeypatch.setattr(tap.streams[STREAM], "ABORT_AT_RECORD_COUNT", 1)
    tap.sync_all()
    assert count_calls(place)[0] < 20
