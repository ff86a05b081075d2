"""Lists are read whole, whatever their endpoint can do and whatever happens meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_zohobooks.errors import ParameterRefused, ServiceError
from tap_zohobooks.pagination import Page, Params, Scan, next_window, time_of
from tap_zohobooks.reading import Ability, Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_zohobooks.records import Row

EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)


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
    echoes: bool = True
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
        size, start = int(params["per_page"]), (int(params["page"]) - 1) * int(params["per_page"])
        rows: list[Row] = [
            {"id": key, "last_modified_time": at(self.rows[key])}
            for key in keys[start : start + size]
        ]
        column = ("last_modified_time", order) if order else ("name", "A")
        echo = column if self.echoes else (None, None)
        return Page(rows, start + size < len(keys), EPOCH + timedelta(days=99), size, *echo)

    def _ordered(self, params: Params) -> tuple[list[str], str | None]:
        keys = sorted(self.rows)
        order = str(params["sort_order"]) if self.sorts and "sort_column" in params else None
        if order:
            keys.sort(key=lambda key: (self.rows[key], key), reverse=order == "D")
        wanted = str(params.get("last_modified_time", ""))[:19]
        if self.filters and wanted:
            times = {key: at(self.rows[key])[:19] for key in keys}
            keys = [k for k in keys if times[k] == wanted or (times[k] > wanted
                                                              and not self.equality)]  # fmt: skip
        return keys, order

    def reader(self, size: int = 200, ability: Ability | None = None) -> Reader:
        """Return a reader of this table."""
        return Reader(self.fetch, lambda row: row["id"], size, ability or Ability())


@dataclass
class Target:
    """What has arrived, and how far the bookmark moved."""

    rows: dict[str, str] = field(default_factory=dict)
    bookmark: str | None = None
    emitted: int = 0

    def load(self, table: Table, size: int = 200, start: str | None = None) -> None:
        """Read a table to its end."""
        for row, frontier in table.reader(size).read(start):
            if row is not None:
                self.emitted += 1
                known = self.rows.get(row["id"], "")
                self.rows[row["id"]] = max(known, time_of(row) or "")
            if frontier is not None:
                self.bookmark = max(self.bookmark or "", frontier)

    def holds(self, table: Table) -> bool:
        """Tell whether every row of the table has arrived as it is now."""
        return all(self.rows.get(key) == at(time) for key, time in table.rows.items())


KINDS: dict[str, dict[str, Any]] = {
    "both": {},
    "sort only": {"filters": False},
    "filter only": {"sorts": False},
    "neither": {"sorts": False, "filters": False},
    "no echo": {"echoes": False},
    "filter means equal": {"equality": True},
    "filter refused": {"refuses": ("last_modified_time",)},
    "sort refused": {"refuses": ("sort_column",)},
    "both refused": {"refuses": ("sort_column", "last_modified_time")},
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
    assert len(table.calls) <= ceil(count / 199) + 2


@pytest.mark.parametrize("kind", ["both", "sort only", "filter only", "neither", "no echo"])
@pytest.mark.parametrize("count", [450, 1000])
def test_first_run_wastes_no_call(kind: str, count: int) -> None:
    """Where nothing is refused, a run costs at most a call a 199 rows, and one."""
    table = Table(shuffled(count), **KINDS[kind])
    Target().load(table)
    assert len(table.calls) <= ceil(count / 199) + 1


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
        for _, (row, frontier) in zip(range(stop), items, strict=False):
            assert row is not None
            target.rows[row["id"]] = time_of(row) or ""
            target.bookmark = frontier
        target.load(table, start=target.bookmark)
        assert target.holds(table)


def test_keyset_asks_from_the_last_row() -> None:
    """With filter and sort honoured, each page is page one from the last row's time."""
    table = Table({f"{n:04}": n for n in range(450)})
    Target().load(table)
    assert [call["page"] for call in table.calls] == [1, 1, 1]
    assert [call.get("last_modified_time") for call in table.calls] == [
        None,
        "2026-01-01T00:03:19+0000",
        "2026-01-01T00:06:38+0000",
    ]


def test_a_second_with_a_thousand_rows() -> None:
    """A bulk import's single second is read by page number, whole, and without a loop."""
    rows = {f"{n:05}": 5 for n in range(1000)} | {"first": 1, "last": 9}
    table, target = Table(rows), Target()
    target.load(table)
    assert target.holds(table)
    assert target.emitted == 1002
    assert len(table.calls) <= 9


def test_an_ignored_filter_does_not_loop() -> None:
    """A filter that is ignored costs one call, then the list is read in another way."""
    table, target = Table(shuffled(400), filters=False), Target()
    target.load(table)
    assert len(table.calls) == 4
    assert target.emitted == 400


def test_a_lying_filter_is_found_out() -> None:
    """An answer with nothing newer is confirmed by the newest row before it is believed."""
    table = Table(shuffled(50), equality=True)
    ability = Ability()
    rows = [row for row, _ in table.reader(ability=ability).read(at(60_000)) if row]
    assert {row["id"] for row in rows} == {k for k, t in table.rows.items() if t >= 60_000}
    assert ability.filters is False


def test_what_is_known_is_not_tried_again() -> None:
    """An ability that an answer has shown is used from the first call on."""
    table = Table(shuffled(450), sorts=False, filters=False)
    target, ability = Target(), Ability(filters=False, sorts=False)
    for row, _ in table.reader(ability=ability).read(at(0)):
        if row is not None:
            target.rows[row["id"]] = time_of(row) or ""
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


def test_rows_without_a_time_arrive() -> None:
    """A row that does not say when it changed is read in every run."""
    page = Page([{"id": "a", "last_modified_time": ""}, {"id": "b", "last_modified_time": at(5)}],
                has_more=False, served=EPOCH)  # fmt: skip
    items = list(Reader(lambda _: page, lambda row: row["id"]).read(at(4)))
    assert [row and row["id"] for row, _ in items] == ["a", "b"]


@given(st.integers(1, 5000), st.integers(1, 200))
def test_windows_overlap_and_advance(position: int, size: int) -> None:
    """Every window begins before the position and ends behind it."""
    page, per_page = next_window(position, size)
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
    with pytest.raises(ServiceError, match="never rests"):
        list(Scan(table.fetch, lambda row: row["id"], 200).pages())
    assert len(table.calls) < 60


def test_a_service_that_repeats_itself_is_given_up() -> None:
    """A service that ignores the page number ends in an error, not in a loop."""
    page = Page([{"id": "a", "last_modified_time": at(1)}], has_more=True, served=EPOCH)
    calls = []

    def fetch(params: Params) -> Page:
        calls.append(params)
        return page

    with pytest.raises(ServiceError, match="none that is new"):
        list(Scan(fetch, lambda row: row["id"], 200).pages())
    assert len(calls) < 10


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["insert", "change", "delete", "rest"]), st.integers(0, 10**6)),
    max_size=30,
)


@given(st.sampled_from(sorted(KINDS)), ACTIONS, st.integers(0, 60), st.integers(2, 9))
@settings(max_examples=400, deadline=None)
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
