"""What an endpoint was shown not to do is kept for a week: it saves calls, and loses no row."""

from __future__ import annotations

from copy import deepcopy
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import pytest

from sandbox import Behaviour
from tap_zohobooks.connection import open_account_value
from tap_zohobooks.pagination.endpoint_limits import WEEK, EndpointLimits
from tests.gateway import Place, make_place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

HOUR = 3600
WAYS: list[Literal["honoured", "ignored", "refused"]] = ["honoured", "ignored", "refused"]
HABITS = [Behaviour(sort, filters) for sort, filters in product(WAYS, WAYS)]


@pytest.fixture
def place() -> Place:
    """Return a service with 40 rows a list."""
    return make_place(40)


@pytest.fixture
def cache(tmp_path: Path) -> dict[str, Any]:
    """Return the setting of a folder that runs share."""
    return {"token_cache": str(tmp_path / "cache")}


def read(place: Place, stream: str, state: dict[str, Any] | None, **settings: Any) -> Run:
    """Return a run of one stream, an hour after the last one."""
    place.clock.sleep(HOUR)
    place.world.log.clear()
    return place.complete([stream], deepcopy(state), page_size=10, **settings)


def change(place: Place, collection: str, number: int) -> set[str]:
    """Change some rows, delete one, and return the ids of those that changed."""
    (owner,) = place.organizations
    keys = sorted(place.world.ids(owner, collection))
    for key in keys[:number]:
        place.world.change(owner, collection, key)
    return {*keys[:number]}


def list_filtered(place: Place, collection: str) -> list[str | None]:
    """Return the filter by time of each request of a list since the log was cleared."""
    return [
        one.params.get("last_modified_time") for one in place.world.log
        if one.path.endswith(f"/{collection}")
    ]  # fmt: skip


@pytest.mark.parametrize("filters", ["refused", "ignored"])
@pytest.mark.parametrize("stream", ["invoices", "contacts", "purchase_order_details"])
def test_a_filter_is_not_tried_again(
    place: Place, cache: dict[str, Any], stream: str, filters: Literal["refused", "ignored"]
) -> None:
    """Only the first run tries it; a week later one does so again."""
    path = {"purchase_order_details": "purchaseorders"}.get(stream, stream)
    place.world.behaviour[path] = Behaviour(filter=filters)
    state = read(place, stream, None, **cache).state
    assert any(list_filtered(place, path))
    for _ in range(2):
        state = read(place, stream, state, **cache).state
        assert list_filtered(place, path) == [None]
    place.clock.sleep(WEEK)
    read(place, stream, state, **cache)
    assert any(list_filtered(place, path))


def test_an_order_that_is_refused_is_not_tried_again(place: Place, cache: dict[str, Any]) -> None:
    """A list that can only be read whole costs its pages, and no refused request."""
    place.world.behaviour["items"] = Behaviour("refused", "refused")
    state = read(place, "items", None, **cache).state
    assert any("sort_column" in one.params for one in place.world.log)
    state = read(place, "items", state, **cache).state
    for _ in range(2):
        state = read(place, "items", state, **cache).state
        assert not any({"sort_column", "last_modified_time"} & one.params.keys()
                       for one in place.world.log)  # fmt: skip


def test_without_a_cache_nothing_is_kept(place: Place) -> None:
    """With `token_cache: off` each run tries the filter."""
    place.world.behaviour["items"] = Behaviour(filter="refused")
    state = read(place, "items", None).state
    for _ in range(2):
        state = read(place, "items", state).state
        assert any(list_filtered(place, "items"))


def test_a_doubt_is_not_kept(place: Place, cache: dict[str, Any]) -> None:
    """If the newest row is gone, nothing newer comes: the filter works, and is tried again."""
    first = read(place, "items", None, **cache)
    newest = max(first.records("items"), key=lambda row: str(row["last_modified_time"]))
    place.world.delete(place.organizations[0], "items", newest["item_id"])
    state = read(place, "items", first.state, **cache).state
    assert len(list_filtered(place, "items")) > 1
    read(place, "items", state, **cache)
    assert any(list_filtered(place, "items"))


@pytest.mark.parametrize("before", [HABITS[2], HABITS[4], HABITS[8]], ids=str)
def test_a_service_that_changes_its_habits_loses_no_row(
    place: Place, cache: dict[str, Any], before: Behaviour
) -> None:
    """Whatever was kept, each run brings what has changed, whatever the endpoint does by then."""
    place.world.behaviour["items"] = before
    state = read(place, "items", None, **cache).state
    state = read(place, "items", state, **cache).state
    for number, after in enumerate(HABITS[::2]):
        place.world.behaviour["items"] = after
        changed = change(place, "items", 3 + 9 * (number % 4))
        run = read(place, "items", state, **cache)
        assert {row["item_id"] for row in run.records("items")} >= changed
        state = run.state


@pytest.mark.parametrize("stream", ["items", "invoice_details"])
def test_a_wrong_no_loses_no_row(place: Place, cache: dict[str, Any], stream: str) -> None:
    """A file that holds a no to everything costs calls; a first and a later run bring all rows."""
    path = {"invoice_details": "invoices"}.get(stream, stream)
    tap = place.quiet_tap(**cache)
    record = open_account_value(tap.config, tap.cache, EndpointLimits, place.organizations[0])
    with record.change() as limits:
        limits.keep(path, {"filters", "sorts"}, record.now())
    first = read(place, stream, None, **cache)
    assert not any(list_filtered(place, path))
    assert len(first.records(stream)) == len(place.world.ids(place.organizations[0], path))
    changed = change(place, path, 12)
    key = {"items": "item_id", "invoice_details": "invoice_id"}[stream]
    later = read(place, stream, first.state, **cache)
    assert {row[key] for row in later.records(stream)} >= changed


@pytest.mark.parametrize("at", [-1.0, WEEK * 9])
def test_a_time_out_of_reach_counts_as_unknown(at: float) -> None:
    """What was shown more than a week ago, or in the future, is tried again, and forgotten."""
    limits = EndpointLimits()
    limits.keep("items", {"filters"}, at)
    assert limits.find("items", WEEK * 2) == frozenset()
    limits.keep("bills", {"sorts"}, WEEK * 2)
    assert limits.find("bills", WEEK * 3 - 1) == {"sorts"}
    assert len(limits.shown_at) == 1
