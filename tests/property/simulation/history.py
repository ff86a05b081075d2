"""A service, the taps that read it one after the other, and what must hold all the time."""

from __future__ import annotations

from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime
from functools import partial
from itertools import accumulate, count, product
from random import Random
from typing import TYPE_CHECKING, Any
from unittest import mock

from tap_zohobooks import tap as tap_module
from tap_zohobooks.errors import QuotaReached, ReauthorizationNeeded, ServiceError
from tap_zohobooks.pagination import time_order
from tap_zohobooks.resources import ORGANIZATION
from tap_zohobooks.singer import ordered_map
from tap_zohobooks.streams import registry
from tap_zohobooks.streams.lists import IncrementalStream
from tests.conftest import Service
from tests.property.simulation.books import Books
from tests.property.simulation.pool import Cut, Pool
from tests.property.simulation.target import Pipe, Target, bookmark, list_unread, survivors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sandbox import Request, World
    from sandbox.data.store import Record
    from tap_zohobooks.tap import TapZohoBooks
    from tests.property.simulation.books import Key
    from tests.property.simulation.events import End, Event, Setting

MOST_CALLS = 3000
INCREMENTAL_ONES = {
    one.name
    for kind, rows in registry.STREAM_TYPES.items()
    for one in rows
    if issubclass(kind, IncrementalStream) and kind.is_incremental
}
QUIET = 1000.0


class History:
    """Runs of the tap over a service, each from the state that the one before has left."""

    def __init__(self, setting: Setting) -> None:
        """Start with an empty service and an empty target."""
        self.setting = setting
        self.books = Books(setting.streams, setting.lookback)
        self.target = Target()
        self.runs = 0
        self.places = [*product(setting.streams, self.books.organizations)]

    def run(
        self,
        events: Sequence[tuple[int, Event]] = (),
        end: End | None = None,
        lot: int = 0,
        *,
        is_whole: bool = False,
    ) -> BaseException | None:
        """Run the tap once; an event tells how many calls go between the one before and it.

        Returns what the run ended with, where it was not well.
        """
        begun, before = self.books.writes, deepcopy(self.target)
        with self._alone(lot):
            tap, pipe = self._tap(end, "FULL_TABLE" if is_whole else "INCREMENTAL")
            self.books.world.before_call.append(self._hook(events, end, pipe))
            failure = _ending(tap)
        self.books.calm()
        if isinstance(failure, Cut):
            assert end is not None, "the run does not end"
            self._cut(end, before, pipe, deepcopy(dict(tap.state)))
        for place in self.places:
            self._check_bookmark(before, self.target.state, *place)
            if failure is None and place not in tap.sync_context.stats.skipped:
                self._check_rows(*place, begun)
        return failure

    def settle(self) -> None:
        """Run once more while nothing happens: the target is equal to the service."""
        self.books.clock.sleep(QUIET)
        failure = self.run(is_whole=self.setting.ends_whole)
        assert failure is None, failure
        for place in self.places:
            self._check_rows(*place, self.books.writes)
            self._check_deleted(*place)

    def _tap(self, end: End | None, method: str) -> tuple[TapZohoBooks, Pipe]:
        before = deepcopy(self.target)
        methods = {one: method for one in self.setting.streams if one in INCREMENTAL_ONES}

        def hear(message: dict[str, Any]) -> None:
            if message["type"] == "RECORD":
                place = message["stream"], message["record"][ORGANIZATION]
                self._check_bookmark(before, dict(tap.state), *place)
            self.target.load([message], self.books.revision)

        pipe = Pipe(end.number if end and end.at == "message" else None, hear)
        tap = Service(self.books.world, self.books.clock).tap(
            self.setting.streams,
            deepcopy(self.target.state),
            methods=methods,
            writer=pipe,
            page_size=self.setting.page_size,
            lookback_seconds=self.setting.lookback,
            max_concurrency=self.setting.concurrency,
            max_parallel_organizations=1,
            requests_per_minute=MOST_CALLS,
        )
        self.runs += 1
        for stream in tap.streams.values():
            stream._initialized_at = 1000 * self.runs  # noqa: SLF001  # no two runs share a second
        return tap, pipe

    @contextmanager
    def _alone(self, lot: int) -> Iterator[None]:
        """Let taps know the wanted streams only, and work in one thread."""
        wanted = self.setting.streams
        kinds = {
            kind: [one for one in rows if one.name in wanted]
            for kind, rows in registry.STREAM_TYPES.items()
        }
        pool = partial(Pool, Random(lot))  # noqa: S311  # to be repeated
        with (
            mock.patch.object(registry, "STREAM_TYPES", kinds),
            mock.patch.object(ordered_map, "WorkerPool", pool),
            mock.patch.object(time_order, "MAX_HELD_ROWS", self.setting.held_rows),
            mock.patch.object(tap_module.TapZohoBooks, "streams_at_once", 1),
        ):
            yield

    def _hook(
        self, events: Sequence[tuple[int, Event]], end: End | None, pipe: Pipe
    ) -> Callable[[World, Request], None]:
        last = end.number if end and end.at == "call" else MOST_CALLS
        due = [*accumulate(gap for gap, _ in events)]
        waiting = [*zip(due, (event for _, event in events), strict=True)]
        calls = count()

        def before_call(_: World, __: Request) -> None:
            number = next(calls)
            self.books.clock.now += self.setting.seconds_a_call
            while waiting and waiting[0][0] <= number:
                self.books.happen(waiting.pop(0)[1])
            if number >= last:
                pipe.cut()

        return before_call

    def _cut(self, end: End, before: Target, pipe: Pipe, state: dict[str, Any]) -> None:
        """Leave in the target what it has of a run that was cut."""
        if end.how == "stopped":
            self.target.state = state
        else:
            self.target = before
            self.target.load(survivors(pipe.messages, end.kept), self.books.revision)

    def _missing(self, stream: str, organization: str) -> dict[Key, Record]:
        held = self.target.held(stream, organization)
        alive = self.books.alive(stream, organization)
        return {key: one for key, one in alive.items() if held.get(key) != one.revision}

    def _check_bookmark(
        self, before: Target, state: dict[str, Any], stream: str, organization: str
    ) -> None:
        """Check that a bookmark neither falls, nor is made up, nor passes what has not arrived."""
        place = stream, organization
        old, new = bookmark(before.state, *place), bookmark(state, *place)
        assert new >= old, (place, old, new)
        if new == old:
            return
        reached = datetime.fromisoformat(new).timestamp()
        overlap = max(1, self.setting.lookback)
        unread = list_unread(state, *place)
        passed = {
            key: (one.revision, one.modified)
            for key, one in self._missing(*place).items()
            if one.modified < reached - (overlap if one.id in self.books.behind else 0)
            and one.id not in unread
        }
        assert not passed, (place, new, passed)

    def _check_rows(self, stream: str, organization: str, since: int) -> None:
        """Check that everything has arrived but what was written since."""
        missing = self._missing(stream, organization)
        late = {key: one for key, one in missing.items()
                if all(self.books.written[part] <= since for part in key)}  # fmt: skip
        assert not late, (stream, organization, late)

    def _check_deleted(self, stream: str, organization: str) -> None:
        """Check that a whole read has left nothing that is gone."""
        if self.setting.ends_whole or stream not in INCREMENTAL_ONES:
            gone = (
                self.target.held(stream, organization).keys()
                - self.books.alive(stream, organization).keys()
            )
            assert not gone, (stream, organization, gone)


def _ending(tap: TapZohoBooks) -> BaseException | None:
    try:
        tap.sync_all()
    except (Cut, ServiceError, QuotaReached, ReauthorizationNeeded) as failure:
        return failure
    return None
