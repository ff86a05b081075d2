"""Pages are asked for before their turn where that helps, and next to no call is wasted on it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from itertools import islice
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from tap_zohobooks.errors import ServiceError
from tap_zohobooks.pagination.capabilities import MIN_DISTINCT_TIMES
from tap_zohobooks.pagination.offset_scan import OffsetScan
from tap_zohobooks.pagination.page import Page
from tap_zohobooks.pagination.prefetch import MAX_AHEAD, PAGES_READ, ahead
from tap_zohobooks.pagination.reader import MAX_UNCONFIRMED
from tests.unit.pagination.test_reader import EPOCH, Table, Target, shuffled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_zohobooks.pagination.page import Fetch, Params
    from tap_zohobooks.transform.cleaner import Row

LONG = 20.0  # seconds that no test takes unless something hangs
SIZE = 5


def scanned(fetch: Fetch, spare: Callable[[], int], size: int = SIZE) -> list[str]:
    """Return the ids of a list that is read by place."""
    scan = OffsetScan(fetch, lambda row: row["id"], size, ahead=partial(ahead, spare=spare))
    return [str(row["id"]) for rows, _ in scan.pages() for row in rows]


def table(pages: int) -> Table:
    """Return a list that is so many pages long, each overlapping the one before by a row."""
    return Table({f"{number:05}": 1 for number in range(pages * (SIZE - 1) + 1)})


@pytest.mark.parametrize("spare", [5, 2, 1, 0, -3])
@pytest.mark.parametrize("pages", [1, 2, PAGES_READ, PAGES_READ + 1, 25, 60])
def test_few_calls_are_wasted(pages: int, spare: int) -> None:
    """A list is read whole in order, at the price of a call in ten at most, or of none."""
    one = table(pages)
    plain = len(scanned(one.fetch, lambda: 0)) and len(one.calls)
    one.calls.clear()
    assert scanned(one.fetch, lambda: spare) == sorted(one.rows)
    most = min(MAX_AHEAD, plain // PAGES_READ, max(0, spare - 1))
    assert plain <= len(one.calls) <= plain + most


def test_pages_are_asked_for_at_the_same_time() -> None:
    """After ten pages two calls are in flight, after forty five."""
    one, under_way, most = table(70), 0, 0
    lock, met = threading.Lock(), threading.Barrier(1 + MAX_AHEAD, timeout=LONG)

    def fetch(params: Params) -> Page:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
            number = len(one.calls)
            page = one.fetch(params)
        if 50 <= number < 50 + 1 + MAX_AHEAD:
            met.wait()
        with lock:
            under_way -= 1
        return page

    assert scanned(fetch, lambda: 1 + MAX_AHEAD - max(0, under_way)) == sorted(one.rows)
    assert most == 1 + MAX_AHEAD


@pytest.mark.parametrize("size", [2 * MIN_DISTINCT_TIMES, SIZE])
def test_a_list_by_time_is_asked_for_page_by_page(size: int) -> None:
    """Where each page is asked from the last row's time none can be asked for ahead."""
    one, target = Table(shuffled(300)), Target()
    target.load(one, size, ahead=partial(ahead, spare=lambda: 5))
    assert target.holds(one)
    assert {call["page"] for call in one.calls} == {1}
    pages, rows_without_a_time = ceil(300 / (size - 1)) + 1, 1  # looked for behind all others
    both_ends = (
        2 * ceil(pages / MAX_UNCONFIRMED) if size < MIN_DISTINCT_TIMES else 0
    )  # is it in order yet?
    assert len(one.calls) <= pages + rows_without_a_time + both_ends


def test_an_early_page_that_is_out_of_step_is_asked_for_again() -> None:
    """A page served before a row went says so, and is read as it is after that."""
    one = table(40)
    gone = sorted(one.rows)[:2]
    fetched: list[Params] = []

    def fetch(params: Params) -> Page:
        fetched.append(params)
        page = one.fetch(params)
        if len(one.calls) == PAGES_READ + 3:
            for key in gone:
                del one.rows[key]
        return page

    read = scanned(fetch, lambda: 2)
    assert set(one.rows) <= set(read)
    again = [params for params in fetched if fetched.count(params) > 1]
    assert again


@pytest.mark.parametrize(
    "early",
    [["d", "b was otherwise", "f"], ["c", "d", "e"], ["d was otherwise", "e", "f"]],
    ids=["a row that was read since, as it was before", "a list that has moved", "both"],
)
def test_an_early_page_counts_only_in_step(early: list[str]) -> None:
    """It joins the page before, and shows no row as it was before that; else it is asked again."""
    pages = [["a", "b", "c", "d"], early, ["d", "e", "f"]]

    @contextmanager
    def given(_: Fetch, __: int) -> Iterator[Fetch]:
        served = iter(pages)

        def fetch(_: Params) -> Page:
            names = next(served)
            rows: list[Row] = [{"id": name[0], "text": name} for name in names]
            return Page(rows, has_more=names != pages[-1], served=EPOCH, is_early=names is early)

        yield fetch

    scan = OffsetScan(lambda _: pytest.fail("asked past it"), lambda row: row["id"], 4, ahead=given)
    assert [row["text"] for rows, _ in scan.pages() for row in rows] == list("abcdef")
    assert not scan.moved


def test_what_ahead_meets_is_met_in_order() -> None:
    """A failure of an early call is one when its page's turn has come, and not before."""
    one = table(40)

    def fetch(params: Params) -> Page:
        if int(params["page"]) * int(params["per_page"]) > 100:
            msg = "over"
            raise ServiceError(msg)
        return one.fetch(params)

    scan = OffsetScan(fetch, lambda row: row["id"], SIZE, ahead=partial(ahead, spare=lambda: 5))
    read: list[str] = []

    def read_all() -> None:
        for rows, _ in scan.pages():
            read.extend(row["id"] for row in rows)

    with pytest.raises(ServiceError, match="over"):
        read_all()
    assert read == sorted(one.rows)[: len(read)]
    assert len(read) > 90


@pytest.mark.parametrize("one", [Table(shuffled(900), most=25), Table(shuffled(900), tells=False)])
def test_pages_that_are_not_as_expected_are_read_one_by_one(one: Table) -> None:
    """Where the service gives fewer rows than asked for, or tells no end, none is asked ahead."""
    threads = set()

    def fetch(params: Params) -> Page:
        threads.add(threading.get_ident())
        return one.fetch(params)

    assert scanned(fetch, lambda: 5, 50) == sorted(one.rows)
    assert threads == {threading.get_ident()}


def test_who_stops_reading_waits_for_nothing() -> None:
    """What was asked for ahead holds nobody up who does not need it any more."""
    one, free = table(60), threading.Event()

    def fetch(params: Params) -> Page:
        if len(one.calls) > 20:
            free.wait(LONG)
        return one.fetch(params)

    scan = OffsetScan(fetch, lambda row: row["id"], SIZE, ahead=partial(ahead, spare=lambda: 5))
    pages = scan.pages()
    assert len(list(islice(pages, 15))) == 15
    closing = monotonic()
    pages.close()
    assert monotonic() - closing < LONG / 4
    free.set()
