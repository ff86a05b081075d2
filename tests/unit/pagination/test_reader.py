"""Lists are read whole, whatever their endpoint can do and whatever happens meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tap_zohobooks.errors import ParameterRefused, ResponseTooLarge, ServiceError
from tap_zohobooks.pagination.capabilities import EndpointCapabilities
from tap_zohobooks.pagination.offset_scan import MAX_REREADS, OffsetScan
from tap_zohobooks.pagination.page import Page, Params, parse_entries, row_time
from tap_zohobooks.pagination.page_range import next_range
from tap_zohobooks.pagination.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tap_zohobooks.transform.cleaner import Row

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def identify(row: Row) -> Hashable:
    """Return the key of a row."""
    key: Hashable = row["id"]
    return key


def at(second: int) -> str:
    """Return an instant as UTC text."""
    return (EPOCH + timedelta(seconds=second)).isoformat()


@dataclass
class Table:
    """A list endpoint in memory: what it can do is set, what it is asked is kept."""

    rows: dict[str, int] = field(default_factory=dict)
    sorts: bool = True
    filters: bool = True
    equality: bool = False
    after: bool = False
    echoes: bool = True
    lies: bool = False
    turns: bool = False
    tells: bool = True
    most: int = 10**6
    loose: bool = False
    blanks: str = ""
    timeless: bool = False
    refuses: tuple[str, ...] = ()
    calls: list[Params] = field(default_factory=list)
    before: Callable[[Table], None] | None = None

    def fetch(self, params: Params) -> Page:
        """Answer one page."""
        self.calls.append(params)
        if self.before is not None:
            self.before(self)
        for name in self.refuses:
            if name in params:
                msg = f"Invalid value passed for {name}"
                raise ParameterRefused(msg)
        keys, order = self._ordered(params)
        size = min(int(params["per_page"]), self.most)
        start = (int(params["page"]) - 1) * size
        rows: list[Row] = [
            {"id": key, "name": self._name(key), "last_modified_time": self.time(key)}
            for key in keys[start : start + size]
        ]
        column = ("last_modified_time", order) if order else ("name", self._direction(params))
        if self.lies and "sort_column" in params:
            column = ("last_modified_time", str(params["sort_order"]))
        echo = column if self.echoes else (None, None)
        has_more, per_page = (start + size < len(keys), size) if self.tells else (bool(rows), None)
        return Page(
            parse_entries(rows, identify),
            has_more,
            EPOCH + timedelta(days=99),
            per_page,
            echo[0],
            echo[1],
            self.tells,
        )

    def _ordered(self, params: Params) -> tuple[list[str], str | None]:
        keys = sorted(self.rows, reverse=self._direction(params) == "D")
        order = str(params["sort_order"]) if self.sorts and "sort_column" in params else None
        if self.loose:  # as a database may sort that is asked for the first so many rows
            end = int(params["page"]) * int(params["per_page"])
            keys.sort(key=lambda key: crc32(f"{key} {end}".encode()))
            keys.sort(key=self._name, reverse=self._direction(params) == "D")
        if order:
            tied = (lambda _: "") if self.loose else str
            keys.sort(key=lambda key: (self.rows[key], tied(key)), reverse=order == "D")
            if self.blanks == "last":
                keys.sort(key=lambda key: (self.time(key) == "") == (order == "A"))
        wanted = str(params.get("last_modified_time", ""))[:19]
        if self.filters and wanted:
            times = {key: self.time(key)[:19] for key in keys}
            keys = [k for k in keys if (times[k] == wanted and not self.after)
                    or (times[k] > wanted and not self.equality)]  # fmt: skip
        return keys, order

    def _direction(self, params: Params) -> str:
        """Choose how the list runs by name: it may take the direction and leave the column."""
        return str(params.get("sort_order", "D")) if self.turns else "A"

    def time(self, key: str) -> str:
        """Return what a row says of its change: one from before all time says nothing."""
        return at(self.rows[key]) if self.rows[key] >= 0 else ""

    def _name(self, key: str) -> str:
        """Return what the list is ordered by unasked: where it is loose, many rows share it."""
        return key[:-2] if self.loose else key

    def reader(
        self,
        size: int = 200,
        capabilities: EndpointCapabilities | None = None,
    ) -> Reader:
        """Return a reader of this table."""
        return Reader(
            self.fetch,
            size,
            capabilities or EndpointCapabilities(),
            has_timeless_rows=self.timeless,
        )


@dataclass
class Target:
    """What has arrived, and how far the bookmark moved."""

    rows: dict[str, str] = field(default_factory=dict)
    bookmark: str | None = None
    emitted: int = 0

    def load(
        self,
        table: Table,
        size: int = 200,
        start: str | None = None,
    ) -> None:
        """Read a table to its end; no row may come older than it has come already."""
        reader = table.reader(size)
        for row, safe_bookmark in reader.read(start):
            if row is not None:
                self.emitted += 1
                known = self.rows.get(row["id"], "")
                self.rows[row["id"]] = row_time(row) or ""
                assert self.rows[row["id"]] >= known
            if safe_bookmark is not None:
                self.bookmark = max(self.bookmark or "", safe_bookmark)
        table.timeless = reader.has_timeless_rows

    def holds(self, table: Table) -> bool:
        """Tell whether every row of the table has arrived as it is now."""
        return all(self.rows.get(key) == table.time(key) for key in table.rows)


KINDS: dict[str, dict[str, Any]] = {
    "both": {},
    "sort only": {"filters": False},
    "filter only": {"sorts": False},
    "neither": {"sorts": False, "filters": False},
    "no echo": {"echoes": False},
    "echo lies": {"sorts": False, "lies": True},
    "filter means equal": {"equality": True},
    "filter means after": {"after": True},
    "filter refused": {"refuses": ("last_modified_time",)},
    "sort refused": {"refuses": ("sort_column",)},
    "both refused": {"refuses": ("sort_column", "last_modified_time")},
    "tells no end": {"tells": False},
    "tells nothing": {"tells": False, "echoes": False},
}
kinds = pytest.mark.parametrize("kind", KINDS)


def shuffled(count: int) -> dict[str, int]:
    """Return rows whose times are in another order than their names."""
    return {f"{n:05}": (n * 7919) % 100_003 for n in range(count)}


@kinds
@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 450, 1300])
def test_first_run_is_complete(kind: str, count: int) -> None:
    """A first run reads every row once, with few more calls than pages."""
    table, target = Table(shuffled(count), **KINDS[kind]), Target()
    target.load(table)
    assert target.holds(table)
    assert target.emitted == count
    assert len(table.calls) <= ceil(count / 199) + 3


@pytest.mark.parametrize("kind", ["both", "sort only", "filter only", "neither", "no echo"])
@pytest.mark.parametrize("count", [450, 1000])
def test_first_run_wastes_no_call(kind: str, count: int) -> None:
    """Where nothing is refused, a run costs at most a call a 199 rows, and one.

    Where the filter turns out not to work, it has also cost the look at the newest row.
    """
    table = Table(shuffled(count), **KINDS[kind])
    Target().load(table)
    assert len(table.calls) <= ceil(count / 199) + 1 + (kind == "sort only")


@kinds
def test_second_run_reads_what_changed(kind: str) -> None:
    """A run from a bookmark brings what changed since, and of the rest only the overlap."""
    table, target = Table(shuffled(450), **KINDS[kind]), Target()
    target.load(table)
    assert target.bookmark is not None
    table.rows["00007"] = 200_000
    table.rows["new"] = 200_001
    target.emitted = 0
    target.load(table, start=target.bookmark)
    assert target.holds(table)
    assert target.emitted <= 3


@kinds
def test_bookmark_stands_at_the_newest_row(kind: str) -> None:
    """At the end of a run the bookmark is the newest row's time, not a made-up one."""
    table, target = Table(shuffled(450), **KINDS[kind]), Target()
    target.load(table)
    assert target.bookmark == at(max(table.rows.values()))


@pytest.mark.parametrize("kind", ["both", "sort only"])
def test_bookmark_never_passes_an_unread_row(kind: str) -> None:
    """Stopped after any row, a run from the bookmark finds everything that was not read."""
    table = Table(shuffled(450), **KINDS[kind])
    for stop in (1, 200, 201, 399, 449):
        target, items = Target(), table.reader().read(None)
        for _, (row, safe_bookmark) in zip(range(stop), items, strict=False):
            assert row is not None
            target.rows[row["id"]] = row_time(row) or ""
            target.bookmark = safe_bookmark
        target.load(table, start=target.bookmark)
        assert target.holds(table)


def test_keyset_asks_from_the_last_row() -> None:
    """With filter and sort honoured, each page is page one from the last row's time."""
    table = Table({f"{n:04}": n for n in range(450)})
    Target().load(table)
    first, newest, *rest = table.calls
    pages = [first, *rest]
    assert [call["page"] for call in pages] == [1, 1, 1]
    assert [call.get("last_modified_time") for call in pages] == [
        None,
        "2026-01-01T00:03:19+0000",
        "2026-01-01T00:06:38+0000",
    ]
    assert (newest["sort_order"], newest["per_page"]) == ("D", 1)  # no row without a time behind it


def test_a_second_with_a_thousand_rows() -> None:
    """A bulk import's single second is read by page number, whole, and without a loop."""
    rows = {f"{n:05}": 5 for n in range(1000)} | {"first": 1, "last": 9}
    table, target = Table(rows), Target()
    target.load(table)
    assert target.holds(table)
    assert target.emitted == 1002
    assert len(table.calls) <= 11  # six pages, two looks at both ends, and at what is newest


@pytest.mark.parametrize("start", [None, at(-1000), at(0)])
@pytest.mark.parametrize("rows_a_second", [1, 3, 70, 300])
def test_a_filter_that_leaves_out_its_instant(start: str | None, rows_a_second: int) -> None:
    """What stands at the end of a page, and at its second behind it, is no prey of the filter."""
    rows = {f"{n:05}": n // rows_a_second for n in range(1300)}
    table, target = Table(rows, after=True), Target()
    target.load(table, start=start)
    assert target.holds(table)
    assert len(table.calls) <= 24


@pytest.mark.parametrize("call", range(2, 9))
@pytest.mark.parametrize("start", [None, at(-1000)])
def test_a_service_that_ceases_to_order_and_says_it_does(call: int, start: str | None) -> None:
    """Pages of one second are in any order: no bookmark passes rows that they lack."""
    times = [*[5000] * 300, *[6000] * 50, *range(250, 0, -1)]  # as the list stands by itself
    table = Table({f"{place:03}": time for place, time in enumerate(times)})

    def cease(table: Table) -> None:
        """Order nothing any more from one call on."""
        table.sorts, table.lies = len(table.calls) < call, True

    table.before, target, held = cease, Target(), set[str]()
    for row, safe_bookmark in table.reader().read(start):
        held |= {row["id"]} if row else set()
        for key, second in table.rows.items():
            assert key in held or safe_bookmark is None or at(second) >= safe_bookmark, key
    assert held == table.rows.keys()
    target.load(table, start=start)
    assert target.holds(table)


def test_a_bulk_change_since_the_bookmark() -> None:
    """Some seconds of many rows are read by time, too: a run that is cut there is not lost."""
    rows = {f"{n:05}": n for n in range(300)}
    rows |= {f"x{n:05}": 5000 + n // 250 for n in range(5000)}
    table, passed = Table(rows), set[str]()
    reader = table.reader()
    for number, (_, safe_bookmark) in enumerate(reader.read(at(2000))):
        passed |= {safe_bookmark} if safe_bookmark and number < 4000 else set()
    assert max(passed) >= at(5010)
    assert reader.capabilities == EndpointCapabilities(filters=None, sorts=True)
    assert len(table.calls) <= 60


def test_an_empty_page_that_promises_more() -> None:
    """A page without rows moves nothing: the list is not read from its beginning."""
    table = Table({f"{n:05}": n for n in range(1000)})
    real, empty = table.fetch, [True]

    def fetch(params: Params) -> Page:
        """Answer a page; the first one without its rows."""
        page = real(params)
        return replace(page, entries=[], has_more=True) if empty and empty.pop() else page

    reader = Reader(fetch)
    found = [row["id"] for row, _ in reader.read(at(900)) if row]
    assert sorted(found) == [f"{n:05}" for n in range(900, 1000)]
    assert len(table.calls) <= 4


@pytest.mark.parametrize("kind", ["both", "sort only", "filter only", "neither"])
@pytest.mark.parametrize("count", [450, 1000, 1300])
@pytest.mark.parametrize("second", [None, 5], ids=["seconds apart", "one second"])
def test_equal_rows_in_any_order(kind: str, count: int, second: int | None) -> None:
    """Rows that a list's order does not tell apart may stand elsewhere on each page asked for."""
    rows = shuffled(count) if second is None else {f"{n:05}": second for n in range(count)}
    table, target = Table(rows | {"zzzzz": 200_000}, loose=True, **KINDS[kind]), Target()
    target.load(table)
    assert target.holds(table)
    assert target.bookmark == at(200_000)


@pytest.mark.parametrize("start", [None, at(4)])
def test_no_bookmark_before_all_of_a_second(start: str | None) -> None:
    """A second is not left before as many of its rows were emitted as there are places."""
    table = Table({f"{n:05}": 5 if n < 700 else n for n in range(1000)}, loose=True)
    emitted: set[str] = set()
    for row, safe_bookmark in table.reader().read(start):
        assert safe_bookmark in {None, at(5)} or len(emitted) >= 700
        emitted |= {row["id"]} if row else set()
    assert len(emitted) == 1000
    assert safe_bookmark == at(999)


@pytest.mark.parametrize("size", range(2, 13))
def test_a_list_that_rests_has_not_moved(size: int) -> None:
    """Whatever the sizes of pages and list: a doubt would keep a target from deleting, for ever."""
    for count in range(80):
        table = Table({f"{number:03}": number for number in range(count)})
        scan = OffsetScan(table.fetch, size)
        assert sum(len(rows) for rows, _ in scan.pages()) == count
        assert not scan.has_moved, count


def test_equal_rows_that_are_never_all_shown() -> None:
    """A service that hides some of the rows that are equal ends in an error, not in a loop."""
    rows: list[Row] = [{"id": str(n), "name": "same"} for n in range(200)]
    calls = []

    def fetch(params: Params) -> Page:
        calls.append(params)
        size = int(params["per_page"])
        return Page(
            parse_entries(rows[:size], identify),
            has_more=True,
            served=EPOCH,
            per_page=size,
            sort_column="name",
        )

    with pytest.raises(ServiceError, match="share one 'name'"):
        list(OffsetScan(fetch, 200).pages())
    assert len(calls) < 60


def test_an_ignored_filter_does_not_loop() -> None:
    """A filter that is ignored costs one call, then the list is read in another way.

    The first call of a list, and a look at its newest row, come before that.
    """
    table, target = Table(shuffled(400), filters=False), Target()
    target.load(table)
    assert len(table.calls) == 5
    assert target.emitted == 400


def test_a_lying_filter_is_found_out() -> None:
    """An answer with nothing newer is confirmed by the newest row before it is believed."""
    table = Table(shuffled(50), equality=True)
    capabilities = EndpointCapabilities()
    rows = [row for row, _ in table.reader(capabilities=capabilities).read(at(60_000)) if row]
    assert {row["id"] for row in rows} == {k for k, t in table.rows.items() if t >= 60_000}
    assert capabilities.filters is False


def test_what_is_known_is_not_tried_again() -> None:
    """A capability that a response has shown is used from the first request on."""
    table = Table(shuffled(450), sorts=False, filters=False)
    target, capabilities = Target(), EndpointCapabilities(filters=False, sorts=False)
    for row, _ in table.reader(capabilities=capabilities).read(at(0)):
        if row is not None:
            target.rows[row["id"]] = row_time(row) or ""
    assert target.holds(table)
    assert not any("sort_column" in call or "last_modified_time" in call for call in table.calls)


def test_a_service_that_stops_honouring() -> None:
    """A parameter that is ignored from the third call on costs calls, not rows."""
    for lost in ("filters", "sorts"):
        table, target = Table(shuffled(900)), Target()

        def stop(self: Table, lost: str = lost) -> None:
            if len(self.calls) == 3:
                setattr(self, lost, False)

        table.before = stop
        target.load(table)
        assert target.holds(table)


def test_a_service_that_begins_to_refuse() -> None:
    """A sort that is ignored at first and refused later is not asked for again."""
    table, target = Table(shuffled(900), sorts=False), Target()

    def refuse(self: Table) -> None:
        if len(self.calls) == 3:
            self.refuses = ("sort_column",)

    table.before = refuse
    target.load(table)
    assert target.holds(table)


@pytest.mark.parametrize("echoes", [True, False])
def test_a_service_that_starts_honouring(*, echoes: bool) -> None:
    """A sort that is honoured from the third call on does not mix two orders in one scan."""
    table, target = Table(shuffled(900), sorts=False, echoes=echoes), Target()

    def start(self: Table) -> None:
        self.sorts = len(self.calls) >= 3

    table.before = start
    target.load(table)
    assert target.holds(table)


def test_a_sort_of_which_only_the_direction_counts() -> None:
    """A list that takes the direction of the sort, and not its column, is read in one order."""
    table, target = Table(shuffled(900), sorts=False, turns=True), Target()
    target.load(table)
    assert target.holds(table)


def test_a_full_second_is_not_the_end() -> None:
    """A filter that means equality is found out even where its second fills several pages."""
    rows = {f"{n:05}": 500 for n in range(450)} | {f"x{n}": 600 + n for n in range(9)}
    table, target = Table(rows, equality=True), Target()
    target.load(table, start=at(500))
    assert target.holds(table)


def test_two_lies_at_once() -> None:
    """A filter without new rows is not believed, even if the response echoes it."""
    table = Table(shuffled(450), sorts=False, lies=True, equality=True)
    target = Target({key: at(time) for key, time in table.rows.items()})
    table.rows["00300"] = 200_000
    target.load(table, start=at(150_000))
    assert target.holds(table)


def test_a_service_that_ceases_to_filter_and_to_order_at_once() -> None:
    """Its newest row is looked for at both ends, also where it has put rows in order before."""
    rows = {f"{number}": max(1, min(number, 2)) for number in range(6)} | {"7": 3, "8": 3}
    table, target = Table(rows), Target()

    def spoil(self: Table) -> None:
        self.equality = self.lies = len(self.calls) >= 4
        self.sorts = not self.lies

    table.before = spoil
    target.load(table, 4)
    assert target.holds(table)


def test_a_filter_that_becomes_equality() -> None:
    """Where an unsorted scan suddenly shows one second only, the bookmark does not move past it."""
    rows = {f"{n:05}": 500 if n % 3 else 600 + n for n in range(900)}
    table, target = Table(rows, sorts=False), Target()

    def narrow(self: Table) -> None:
        self.equality = len(self.calls) >= 3

    table.before = narrow
    target.load(table, start=at(500))
    assert target.holds(table)


def test_a_bulk_import_proves_no_order() -> None:
    """Rows of one second are in any order; an echo that lies about it is not believed for them."""
    rows = {f"{n:05}": 9_000 if n < 300 else n for n in range(900)}
    table, target = Table(rows, **KINDS["echo lies"]), Target()
    target.load(table)
    assert target.holds(table)


@pytest.mark.parametrize("start", [None, at(1)])
@pytest.mark.parametrize("at_call", range(1, 6))
@pytest.mark.parametrize("verb", ["change", "delete"])
def test_a_change_proves_no_order(start: str | None, at_call: int, verb: str) -> None:
    """A list that begins otherwise than it did has changed, not turned: no echo is believed."""
    table, target = Table({"a": 9, "b": 8, "c": 7, "d": 6}, **KINDS["echo lies"]), Target()
    if start is None:
        table.rows = {"a": 2, "b": 9, "c": 5, "d": 6}

    def disturb(self: Table) -> None:
        if len(self.calls) == at_call:
            self.rows |= {"a": 99}
            if verb == "delete":
                del self.rows["a"]

    table.before = disturb
    capabilities = EndpointCapabilities(filters=None if start is None else False)
    for row, _ in table.reader(2, capabilities).read(start):
        if row is not None:
            target.rows[row["id"]] = row_time(row) or ""
    assert target.rows.keys() >= {"b", "c", "d"}


def test_a_change_during_a_scan_vouches_for_nothing() -> None:
    """A row that changed after a scan by place began moves no bookmark past what it missed."""
    table, target = Table({f"b{n:03}": n for n in range(450)}, **KINDS["neither"]), Target()

    def disturb(self: Table) -> None:
        if len(self.calls) == 2:
            self.rows |= {"a": 449, "b449": 100 * 86_400}

    table.before = disturb
    target.load(table)
    assert "b449" in target.rows
    assert "a" not in target.rows
    assert target.bookmark == at(448)


def test_rows_without_a_time_arrive() -> None:
    """A row that does not say when it changed is read in every run."""
    rows = [{"id": "a", "last_modified_time": ""}, {"id": "b", "last_modified_time": at(5)}]
    page = Page(parse_entries(rows, identify), has_more=False, served=EPOCH)
    items = list(Reader(lambda _: page).read(at(4)))
    assert [row and row["id"] for row, _ in items] == ["a", "b"]


@pytest.mark.parametrize("kind", ["both", "sort only", "filter only", "neither"])
@pytest.mark.parametrize("blanks", ["first", "last"])
@pytest.mark.parametrize("count", [50, 450])
def test_rows_without_a_time_are_found_by_no_order_or_filter(
    kind: str, blanks: str, count: int
) -> None:
    """Where some rows do not say when they changed, each run reads the list whole to find them."""
    rows = {key: -1 if number % 90 == 7 else time
            for number, (key, time) in enumerate(shuffled(count).items())}  # fmt: skip
    table, target = Table(rows, blanks=blanks, **KINDS[kind]), Target()
    target.load(table)
    assert target.holds(table)
    assert target.bookmark == at(max(table.rows.values()))
    table.rows |= {"new": -1, "later": 200_000}
    target.emitted = 0
    target.load(table, start=target.bookmark)
    assert target.holds(table)
    assert target.emitted <= 8 + 2


@pytest.mark.parametrize("kind", ["both", "sort only", "filter only", "neither"])
@pytest.mark.parametrize("blanks", ["first", "last"])
@pytest.mark.parametrize("end", [1, 9, 30, 80])
def test_rows_without_a_time_are_found_after_a_run_that_was_killed(
    kind: str, blanks: str, end: int
) -> None:
    """A first read that ends early leaves no bookmark from which such rows are not found."""
    rows = {key: -1 if number % 9 == 7 else time
            for number, (key, time) in enumerate(shuffled(90).items())}  # fmt: skip
    table, target = Table(rows, blanks=blanks, **KINDS[kind]), Target()
    for row, safe_bookmark in islice(table.reader(20).read(None), end):
        if row is not None:
            target.rows[row["id"]] = row_time(row) or ""
        target.bookmark = safe_bookmark or target.bookmark
    target.load(table, 20, target.bookmark)
    assert target.holds(table)


@given(st.integers(1, 5000), st.integers(1, 200))
def test_windows_overlap_and_advance(position: int, size: int) -> None:
    """Every window begins before the position and ends behind it."""
    page, per_page = next_range(position, size)
    assert (page - 1) * per_page < position < page * per_page
    assert 1 <= per_page <= max(size, 20)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_small_pages(size: int) -> None:
    """The smallest page sizes read a list whole, too."""
    for kind in KINDS.values():
        table, target = Table(shuffled(30), **kind), Target()
        target.load(table, size)
        assert target.holds(table)


def test_a_list_that_never_rests_is_given_up() -> None:
    """A list that moves between all calls ends in an error, not in a loop."""
    table = Table(shuffled(500), sorts=False, filters=False)
    counter = iter(range(10**6))

    def replace(self: Table) -> None:
        self.rows = {f"{next(counter):07}": 1 for _ in range(500)}

    table.before = replace
    with pytest.raises(ServiceError, match="changed during each"):
        list(OffsetScan(table.fetch, 200).pages())
    assert len(table.calls) < 60


def test_a_service_that_repeats_itself_is_given_up() -> None:
    """A service that ignores the page number ends in an error, not in a loop."""
    rows = [{"id": "a", "last_modified_time": at(1)}]
    page = Page(parse_entries(rows, identify), has_more=True, served=EPOCH)
    calls = []

    def fetch(params: Params) -> Page:
        calls.append(params)
        return page

    with pytest.raises(ServiceError, match="none that is new"):
        list(OffsetScan(fetch, 200).pages())
    assert len(calls) < 10


@pytest.mark.parametrize("tells", [True, False])
def test_pages_smaller_than_asked_for(*, tells: bool) -> None:
    """A service that gives fewer rows a page than it is asked for is read whole, page by page."""
    table, target = Table(shuffled(130), sorts=False, tells=tells, most=25), Target()
    target.load(table)
    assert target.holds(table)
    assert target.emitted == 130
    assert len(table.calls) <= ceil(130 / 24) + 2


@pytest.mark.parametrize(("count", "calls"), [(1, 2), (2, 2), (6, 2), (12, 2), (30, 2), (450, 1)])
def test_a_list_that_does_not_page_and_tells_nothing(count: int, calls: int) -> None:
    """More rows than asked for are all there are; fewer are, where asking on brings none new."""
    entries = parse_entries([{"id": number} for number in range(count)], identify)
    page = Page(entries, has_more=True, served=EPOCH, has_more_known=False)
    asked: list[Params] = []

    def fetch(params: Params) -> Page:
        asked.append(params)
        return page

    found = [rows for rows, _ in OffsetScan(fetch, 200).pages()]
    assert sum(map(len, found)) == count
    assert len(asked) == calls


def test_a_full_page_that_repeats_itself_is_no_end() -> None:
    """A service that cuts its answers and ignores the page number is never believed to be read."""
    entries = parse_entries([{"id": number} for number in range(200)], identify)

    def fetch(params: Params) -> Page:
        return Page(
            entries[: int(params["per_page"])], has_more=True, served=EPOCH, has_more_known=False
        )

    with pytest.raises(ServiceError, match="none that is new"):
        list(OffsetScan(fetch, 200).pages())


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["insert", "change", "delete", "rest"]), st.integers(0, 10**6)),
    max_size=MAX_REREADS,  # a list that never rests is given up after so many
)


@given(st.sampled_from(sorted(KINDS)), ACTIONS, st.integers(0, 60), st.integers(2, 9))
@settings(max_examples=800, deadline=None)
def test_nothing_is_lost(kind: str, actions: list[tuple[str, int]], count: int, size: int) -> None:
    """Rows come, change and go between any two calls; after one quiet run the target is right."""
    table, target = Table(shuffled(count), **KINDS[kind]), Target()
    clock, todo = iter(range(200_000, 300_000)), iter(actions)

    def disturb(self: Table) -> None:
        verb, number = next(todo, ("rest", 0))
        names = sorted(self.rows)
        now = next(clock)
        if verb == "insert":
            self.rows[f"x{number:07}{now}"] = now
        elif names and verb == "change":
            self.rows[names[number % len(names)]] = now
        elif names and verb == "delete":
            del self.rows[names[number % len(names)]]

    table.before = disturb
    started = at(200_000 - 1)
    target.load(table, size)
    table.before = None
    target.load(table, size, min(target.bookmark or started, started))
    assert target.holds(table)


@given(st.sampled_from(sorted(KINDS)), ACTIONS, st.integers(0, 60), st.integers(2, 9))
@example("filter only", [("insert", 0)] * MAX_REREADS, 5, 2)
@settings(max_examples=400, deadline=None)
def test_a_sure_read_lacks_nothing(
    kind: str, actions: list[tuple[str, int]], count: int, size: int
) -> None:
    """A read from the start that is sure has brought every row that was there all the time."""
    table = Table(shuffled(count), **KINDS[kind])
    clock, todo, stay = iter(range(200_000, 300_000)), iter(actions), set(table.rows)

    def disturb(self: Table) -> None:
        verb, number = next(todo, ("rest", 0))
        names, now = sorted(self.rows), next(clock)
        if verb == "insert":
            self.rows[f"{number:07}{now}"] = now
        elif names and verb == "change":
            self.rows[names[number % len(names)]] = now
        elif names and verb == "delete":
            stay.discard(names[number % len(names)])
            del self.rows[names[number % len(names)]]

    table.before = disturb
    reader = table.reader(size)
    read = {row["id"] for row, _ in reader.read(None) if row is not None}
    assert stay <= read or not reader.is_sure


def test_a_list_that_changes_as_fast_as_it_is_read_is_not_sure() -> None:
    """A read that leaves the newest changes to the next run knows that it has not seen all."""
    later = iter(range(100 * 86_400, 200 * 86_400))
    table = Table({f"{n:03}": next(later) for n in range(50)})

    def touch(self: Table) -> None:
        self.rows = {key: next(later) for key in self.rows}

    table.before = touch
    reader = table.reader(10)
    assert len(list(reader.read(None))) > 50
    assert not reader.is_sure


@pytest.mark.parametrize("kind", ["both", "sort only", "neither"])
def test_a_list_that_rests_is_read_for_sure(kind: str) -> None:
    """Where nothing changes, the pages show it."""
    table = Table(shuffled(450), **KINDS[kind])
    reader = table.reader()
    assert len(list(reader.read(None))) >= 450
    assert reader.is_sure


@dataclass
class LargeTable(Table):
    """A list of which no response may have more rows than fit."""

    fits: int = 10

    @override
    def fetch(self, params: Params) -> Page:
        page = super().fetch(params)
        if len(page.entries) > self.fits:
            msg = "too large"
            raise ResponseTooLarge(msg)
        return page


@pytest.mark.parametrize("fits", [7, 50, 99])
@pytest.mark.parametrize("start", [None, at(30)])
@pytest.mark.parametrize(
    ("sorts", "filters"), [(True, True), (True, False), (False, True), (False, False)]
)
def test_pages_that_are_too_large(
    fits: int, start: str | None, *, sorts: bool, filters: bool
) -> None:
    """Each strategy requests half as many rows until they fit, and loses none of them."""
    rows = {f"{number:03}": number for number in range(150)}
    table = LargeTable(rows, sorts=sorts, filters=filters, fits=fits)
    log: list[str] = []
    reader = Reader(table.fetch, 200, EndpointCapabilities(), log.append)
    found = [row["id"] for row, _ in reader.read(start) if row is not None]
    assert set(found) == {key for key, time in rows.items() if start is None or at(time) >= start}
    refused = sum("too large" in line for line in log)
    assert 1 <= refused <= 6


def test_a_row_that_is_too_large() -> None:
    """If one row alone is too large the error ends the list, after few requests."""
    table = LargeTable({str(number): number for number in range(30)}, fits=0)
    with pytest.raises(ResponseTooLarge):
        list(Reader(table.fetch, 200, EndpointCapabilities()).read(None))
    assert len(table.calls) <= 9
