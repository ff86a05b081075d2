"""A list that only sorts is read from its start on, which is found by halving over pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, log2
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tap_zohobooks.errors import ServiceError
from tap_zohobooks.pagination.capabilities import EndpointCapabilities
from tap_zohobooks.pagination.page import Page, parse_entries, row_time
from tap_zohobooks.pagination.reader import Reader
from tap_zohobooks.pagination.start_search import MAX_LEAP, Bracket
from tests.unit.pagination.test_reader import EPOCH, Table, Target, at, identify

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zohobooks.pagination.page import Params

PAGE, COUNT = 20, 2000
PAGES = COUNT // PAGE
TIMES: dict[str, Callable[[int], int]] = {
    "even": lambda number: number * 60,
    "uneven": lambda number: number**3 // 1000 + number,
    "many old ones in one second": lambda number: max(0, number - 1500) * 60,
    "many new ones in one second": lambda number: min(number, 500) * 60,
    "some in each second": lambda number: number // 70,
}
shapes = pytest.mark.parametrize("shape", TIMES)


def make(shape: str, count: int = COUNT) -> Table:
    """Return a list that only sorts, its rows in another order than their times."""
    rows = {f"{number * 7919 % 10_007:05}": TIMES[shape](number) for number in range(count)}
    return Table(rows, filters=False)


def read(table: Table, start: str, size: int = PAGE) -> list[str]:
    """Return the ids that a read from a start emits."""
    return [str(row["id"]) for row, _ in table.reader(size).read(start) if row is not None]


def due(table: Table, start: str) -> set[str]:
    """Return the ids of the rows that changed at or after an instant."""
    return {key for key in table.rows if table.time(key) >= start}


@shapes
@pytest.mark.parametrize("place", [0, 1, 19, 20, 21, 39, 40, 300, 1000, 1500, 1900, 1979, 1999])
@pytest.mark.parametrize("shift", [0, 2])  # seconds; a filter is requested one second early
def test_each_row_is_read_once(shape: str, place: int, shift: int) -> None:
    """From any start, each row that is due comes once, and the search costs few calls.

    Twice the halvings at most, as the number of pages is not known, three guesses, both ends.
    """
    table = make(shape)
    start = at(TIMES[shape](place) + shift)
    found = read(table, start)
    assert len(found) == len(set(found))
    assert set(found) == due(table, start)
    limit = len(found) / (PAGE * 0.6) + 2 * log2(PAGES) + 3 + 5  # pages of 20 overlap by much
    assert len(table.calls) <= limit


@pytest.mark.parametrize("place", range(60, COUNT, 97))
def test_a_list_that_grows_evenly_costs_a_few_calls(place: int) -> None:
    """Times show where the start is: the search costs no more than halving over all pages would."""
    table = make("even")
    found = read(table, at(TIMES["even"](place)))
    pages = [call for call in table.calls if call["per_page"] == PAGE]
    assert len(found) == COUNT - place
    assert len(pages) - len(found) / PAGE <= log2(PAGES) + 2


@shapes
def test_nothing_new_costs_one_call(shape: str) -> None:
    """A list of which the newest page reaches the start is read no further, however long it is."""
    table = make(shape)
    newest = at(max(table.rows.values()) + 1)
    reader = Reader(table.fetch, PAGE, EndpointCapabilities(filters=False, sorts=True))
    assert not list(reader.read(newest))
    assert len(table.calls) == 1


@pytest.mark.parametrize("count", [1, PAGE])
def test_a_short_list_costs_one_call(count: int) -> None:
    """A list of one page is not searched."""
    table = make("even", count)
    found = read(table, at(-5))
    assert len(found) == count
    assert len(table.calls) == 1


@shapes
@pytest.mark.parametrize("stop", [1, 30, 600, 1200])
def test_a_read_that_is_killed_is_resumed(shape: str, stop: int) -> None:
    """From the bookmark of any row, the rest is read, and nothing before it but its own second."""
    table, passed = make(shape), set[str]()
    bookmark = start = at(TIMES[shape](400))
    for _, (row, safe_bookmark) in zip(range(stop), table.reader(PAGE).read(start), strict=False):
        passed |= {str(row["id"])} if row else set()
        bookmark = safe_bookmark or bookmark
    rest = read(table, bookmark)
    assert passed | set(rest) == due(table, start)
    assert all(table.time(key) == bookmark for key in passed.intersection(rest))


@dataclass
class Terse(Table):
    """A list that states less of its pages: the rows that were requested of each, or nothing."""

    states: str = "nothing"

    @override
    def fetch(self, params: Params) -> Page:
        stated = int(params["per_page"]) if self.states == "what was requested" else None
        return replace(super().fetch(params), per_page=stated)


@shapes
@pytest.mark.parametrize("most", [3, 7, 13, 17])
@pytest.mark.parametrize("states", ["what it returns", "what was requested", "nothing"])
def test_a_service_that_returns_fewer_rows_a_page(states: str, shape: str, most: int) -> None:
    """Pages are placed by what the service returns, not by what was requested."""
    table = make(shape, 500)
    if states != "what it returns":
        table = Terse(table.rows, filters=False, states=states)
    table.most = most
    start = at(TIMES[shape](200))
    assert set(read(table, start)) == due(table, start)


@pytest.mark.parametrize("shape", ["even", "uneven", "some in each second"])
def test_rows_of_one_second_in_any_order(shape: str) -> None:
    """The order of equal rows differs from page to page: all of them are read."""
    table = make(shape)
    table.loose = True
    start = at(TIMES[shape](900))
    assert set(read(table, start)) == due(table, start)


@dataclass
class PageSorter(Table):
    """A list that is sorted ascending within each page only, and says that it is sorted."""

    @override
    def fetch(self, params: Params) -> Page:
        self.sorts, self.lies = params.get("sort_order") != "A", True
        return super().fetch(params)


def test_a_list_that_is_sorted_within_pages_only() -> None:
    """A page that is older than one before it shows that no row may be left out."""
    blocks = [0, *range(PAGES - 1, 0, -1)]
    rows = {f"{number:05}": blocks[number // PAGE] * PAGE + number % PAGE
            for number in range(COUNT)}  # fmt: skip
    table = PageSorter(rows, filters=False)
    reader = table.reader(PAGE)
    found = {str(row["id"]) for row, _ in reader.read(at(1500)) if row is not None}
    assert found == due(table, at(1500))
    assert reader.capabilities.sorts is False


@pytest.mark.parametrize("call", range(2, 9))
def test_a_service_that_ceases_to_sort_and_says_it_does(call: int) -> None:
    """A page of one second proves no order: rows before it are left out if the list sorts."""
    rows = {f"{number:05}": 9_000 + number for number in range(200)}  # first if nothing sorts
    rows |= {f"{number:05}": 5 for number in range(200, COUNT)}
    table = Table(rows, filters=False)

    def cease(table: Table) -> None:
        table.sorts, table.lies = len(table.calls) < call, True

    table.before = cease
    assert set(read(table, at(8_000))) == due(table, at(8_000))


def test_a_service_that_ignores_the_page_number_ends_in_an_error() -> None:
    """The search does not go on for ever where each page is the first one."""
    rows = [{"id": str(number), "last_modified_time": at(5)} for number in range(PAGE)]
    calls: list[Params] = []

    def fetch(params: Params) -> Page:
        calls.append(params)
        newer = [{**row, "last_modified_time": at(10_000 + int(row["id"]))} for row in rows[::-1]]
        order = str(params["sort_order"])
        entries = parse_entries(rows if order == "A" else newer, identify)
        return Page(entries, True, EPOCH, PAGE, "last_modified_time", order)  # noqa: FBT003

    reader = Reader(fetch, PAGE, EndpointCapabilities(filters=False, sorts=True))
    with pytest.raises(ServiceError, match="none that is new"):
        list(reader.read(at(900)))
    assert len(calls) < 40


@given(
    st.lists(
        st.tuples(st.sampled_from(["change", "change", "delete", "insert", "rest"]),
                  st.integers(0, 10**6)),
        max_size=20,
    ),
    st.sampled_from(sorted(TIMES)), st.integers(0, 89), st.integers(2, 9),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_while_the_list_changes(
    actions: list[tuple[str, int]], shape: str, place: int, size: int
) -> None:
    """Rows change, come and go between any two calls; a quiet run from the bookmark mends all."""
    table, target, todo = make(shape, 90), Target(), iter(actions)
    start, clock = at(TIMES[shape](place)), iter(range(200_000, 300_000))

    def disturb(table: Table) -> None:
        verb, number = next(todo, ("rest", 0))
        names, now = sorted(table.rows), next(clock)
        if verb == "insert":
            table.rows[f"x{number:07}{now}"] = now
        elif verb == "change":
            table.rows[names[number % len(names)]] = now
        elif verb == "delete":
            del table.rows[names[number % len(names)]]

    table.before = disturb
    for row, safe_bookmark in table.reader(size).read(start):
        if row is not None:
            target.rows[str(row["id"])] = row_time(row) or ""
        settled = min(safe_bookmark or "", at(199_999))  # as PartitionRead bounds it
        if settled > (target.bookmark or start):
            target.bookmark = settled
            missed = due(table, start) - due(table, settled) - target.rows.keys()
            assert not missed
    table.before = None
    target.load(table, size, target.bookmark or start)
    held = {key: target.rows.get(key) for key in due(table, start)}
    assert held == {key: table.time(key) for key in due(table, start)}


@given(st.integers(1, 10**5), st.integers(0, 10**4), st.integers(0, 10), st.data())
def test_each_choice_is_within_the_bracket(
    low: int, width: int, requests: int, data: st.DataObject
) -> None:
    """Whatever the times say, a choice is between what is known, so the search ends."""
    times = sorted(data.draw(st.lists(st.integers(0, 10**9), min_size=4, max_size=4)))
    oldest, low_end, since, high_begin = map(at, times)
    high = low + 1 + width if width else None
    bracket = Bracket(low, low_end, oldest, high, data.draw(st.sampled_from([high_begin, None])))
    number = bracket.choose_page(since, requests)
    assert low < number <= (low * MAX_LEAP if high is None else high - 1)


def test_halving_needs_no_times() -> None:
    """Behind the guesses a page is chosen by number alone."""
    bracket, requests = Bracket(1, at(5), at(5), 1025), 0
    while bracket.high != bracket.low + 1:
        bracket = replace(bracket, low=bracket.choose_page(at(9), 3 + requests))
        requests += 1
    assert requests == ceil(log2(1024))
