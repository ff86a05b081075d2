"""A list is read to its end, however few rows a page the service returns."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from math import lcm
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_zohobooks.errors import ServiceError
from tap_zohobooks.pagination.offset_scan import MAX_REREADS, OffsetScan
from tap_zohobooks.pagination.page import Entry, Page, Params, parse_entries
from tests.unit.pagination.test_reader import (
    ACTIONS,
    EPOCH,
    KINDS,
    Table,
    Target,
    at,
    identify,
    shuffled,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

CAPS = [1, 2, 3, 4, 5, 7, 10, 12, 13, 60, 99, 101, 150, 199, 200]
STATED = ["what it returns", "what was requested", "nothing", "nothing, nor the end"]


@dataclass
class Service:
    """A list of rows that returns at most `most` of them a page, and states what `states` says.

    `skips` if a page begins where one of the requested number of rows would.
    """

    count: int
    most: int
    states: str = STATED[0]
    skips: bool = False
    calls: list[Params] = field(default_factory=list)
    entries: list[Entry] = field(init=False)

    def __post_init__(self) -> None:
        """Make the rows."""
        rows = ({"id": str(one)} for one in range(self.count))
        self.entries = list(parse_entries(rows, identify))

    def fetch(self, params: Params) -> Page:
        """Answer one page."""
        self.calls.append(params)
        number, asked = int(params["page"]), int(params["per_page"])
        size = min(asked, self.most)
        begin = (number - 1) * (asked if self.skips else size)
        stated = {STATED[0]: size, STATED[1]: asked}.get(self.states)
        is_told = self.states != STATED[3]
        rows = self.entries[begin : begin + size]
        has_more = begin + size < self.count if is_told else bool(rows)
        return Page(rows, has_more, EPOCH, stated, has_more_known=is_told)


def read(service: Service, size: int = 200) -> list[str]:
    """Return the ids of the rows that a scan brings; give up one that goes round without end."""
    most = 4 * service.count // min(size, service.most) + 50
    pages = islice(OffsetScan(service.fetch, size).pages(), most)
    return [str(entry.key) for fresh, _ in pages for entry in fresh]


def count_rows(most: int) -> int:
    """Return so many rows that a boundary lies among them that no page crosses, if one can."""
    boundary = max(60, lcm(*range(1, most + 1))) if most <= 12 else 3 * most
    return boundary + most + 1


@pytest.mark.parametrize("states", STATED)
@pytest.mark.parametrize("most", CAPS)
def test_any_number_of_rows_a_page(most: int, states: str) -> None:
    """Each row comes once, whatever the service says of its pages, in two calls a page at most."""
    service = Service(count_rows(most), most, states)
    assert read(service) == [str(one) for one in range(service.count)]
    assert len(service.calls) <= 2 * service.count / most + 5


@pytest.mark.parametrize("states", STATED[1:3])
@pytest.mark.parametrize("most", CAPS)
def test_pages_that_are_cut(most: int, states: str) -> None:
    """A page may begin where the requested number of rows says, and hold fewer: none is skipped."""
    service = Service(count_rows(min(most, 7)) + 3 * most, most, states, skips=True)
    assert read(service) == [str(one) for one in range(service.count)]


@pytest.mark.parametrize("most", range(1, 201))
def test_each_cap(most: int) -> None:
    """No cap of 1 to 200 rows loses a row, on a list of a few pages."""
    service = Service(3 * most + 2, most)
    assert read(service) == [str(one) for one in range(service.count)]


@pytest.mark.parametrize("states", STATED)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_few_rows_requested_and_fewer_returned(size: int, most: int, states: str) -> None:
    """A small `page_size` and a smaller cap together end, too."""
    service = Service(425, most, states)
    assert read(service, size) == [str(one) for one in range(425)]


@pytest.mark.parametrize("states", STATED[:3])
@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_a_page_number_that_is_ignored(most: int, states: str) -> None:
    """Pages of few rows that repeat themselves end in an error."""
    service = Service(500, most, states)

    def fetch(params: Params) -> Page:
        return service.fetch({**params, "page": 1})

    with pytest.raises(ServiceError, match="none that is new"):
        list(islice(OffsetScan(fetch, 200).pages(), 500))
    assert len(service.calls) < 60


@pytest.mark.parametrize("states", STATED[:3])
@pytest.mark.parametrize("later", [1, 2, 7, 40])
def test_pages_that_become_shorter(later: int, states: str) -> None:
    """A service that returns fewer rows a page from one request to the next is read whole."""
    service = Service(500, 60, states)

    def fetch(params: Params) -> Page:
        service.most = 60 if len(service.calls) < 5 else later
        return service.fetch(params)

    found = {str(entry.key) for fresh, _ in islice(OffsetScan(fetch, 200).pages(), 2000)
             for entry in fresh}  # fmt: skip
    assert found == {str(one) for one in range(500)}


def test_pages_that_reach_no_further() -> None:
    """Pages of one row and of two in turn, which end before rows read, end in an error."""
    service = Service(800, 200)

    def fetch(params: Params) -> Page:
        page = service.fetch(params)
        few = 1 + len(service.calls) % 2
        return page if len(service.calls) < 3 else replace(page, entries=page.entries[:few])

    with pytest.raises(ServiceError, match="none that is new"):
        list(islice(OffsetScan(fetch, 200).pages(), 500))
    assert len(service.calls) < 60


@pytest.mark.parametrize("kind", ["both", "sort only", "filter only", "neither"])
@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_each_strategy(kind: str, most: int) -> None:
    """A first run and a later one are whole, whatever the endpoint can do; the bookmark moves."""
    table, target = Table(shuffled(430 if most == 7 else 60), most=most, **KINDS[kind]), Target()
    target.load(table)
    assert target.holds(table)
    assert target.bookmark == at(max(table.rows.values()))
    table.rows |= {"00007": 200_000, "new": 200_001}
    target.load(table, start=target.bookmark)
    assert target.holds(table)


@given(
    st.sampled_from(["sort only", "filter only", "neither"]), ACTIONS,
    st.integers(0, 40), st.integers(1, 4),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost(kind: str, actions: list[tuple[str, int]], count: int, most: int) -> None:
    """Rows change, come and go between any two calls, also where no page crosses a boundary."""
    table, target, todo = Table(shuffled(count), most=most, **KINDS[kind]), Target(), iter(actions)
    clock: Iterator[int] = iter(range(200_000, 300_000))
    table.before = lambda table: disturb(table, next(todo, ("rest", 0)), next(clock))
    started = at(199_999)
    with suppress(ServiceError):  # it may move faster than so few rows a page are read
        target.load(table)
        target.bookmark = target.bookmark or started
    table.before = None
    target.load(table, start=target.bookmark and min(target.bookmark, started))
    assert target.holds(table)


def disturb(table: Table, action: tuple[str, int], now: int) -> None:
    """Change the list as an action says."""
    verb, number = action
    names = sorted(table.rows)
    if verb == "insert":
        table.rows[f"x{number:07}{now}"] = now
    elif names and verb == "change":
        table.rows[names[number % len(names)]] = now
    elif names and verb == "delete":
        del table.rows[names[number % len(names)]]


def test_a_row_that_leaves_at_a_boundary_that_no_page_crosses() -> None:
    """Rows that shift between two pages without a row in common are read all the same."""
    for call in range(1, 40):
        service = Service(30, 2)

        def fetch(params: Params, call: int = call, service: Service = service) -> Page:
            if len(service.calls) == call:
                del service.entries[0]
            return service.fetch(params)

        scan = OffsetScan(fetch, 200)
        found = {str(entry.key) for fresh, _ in scan.pages() for entry in fresh}
        assert found >= {str(entry.key) for entry in service.entries}
        assert len(service.calls) < 30 * 2 + MAX_REREADS
