"""Organizations and streams read at the same time, and written by one thread."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest
from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import (
    AccessDenied,
    BookmarkRefused,
    ConfigError,
    NoToken,
    OrganizationClosed,
    QuotaReached,
    ReauthorizationNeeded,
    ServiceError,
    TapError,
    TokensUsedUp,
)
from tap_zohobooks.singer.organization_queue import OrganizationQueue
from tap_zohobooks.singer.scheduler import MAX_BATCHES_WAITING, SyncScheduler
from tap_zohobooks.singer.stream import RecordBatch, SingerStream, StreamPartition

if TYPE_CHECKING:
    from tap_zohobooks.singer.failures import Failure
    from tests.conftest import Service

Make = Callable[..., "Service"]
LONG = 20.0  # seconds that no test takes unless something hangs


class Meter(nullcontext[Any]):
    """Counts nothing."""

    def __init__(self) -> None:
        """Be what one works with."""
        super().__init__(self)

    def with_context(self, _: object) -> None:
        """Take no notice."""

    def increment(self, _: int) -> None:
        """Take no notice."""


@dataclass(eq=False)
class Source:
    """A stream whose rows are scripted: a function of the organization yields them."""

    name: str
    script: Callable[[str], Iterator[int]]
    said: list[str] = field(default_factory=list)
    writers: set[int] = field(default_factory=set)
    blocks: list[str] = field(default_factory=list)
    batch_size: int = 2

    def read_partition(
        self, context: dict[str, str], _: str | None
    ) -> Iterator[tuple[Any, Any, None]]:
        """Yield the script's rows, each its own bookmark."""
        for row in self.script(context["organization_id"]):
            yield {"row": row}, f"{row:03d}", None

    def begin(self) -> None:
        """Note it."""
        self.said.append("begin")

    def encode(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return it as it is."""
        return record

    def write(self, batch: RecordBatch) -> None:
        """Note rows and bookmark."""
        self.writers.add(threading.get_ident())
        rows = ",".join(str(one["row"]) for one in batch.records)
        assert batch.partition.context is not None
        self.said.append(f"{batch.partition.context['organization_id']}:{rows}@{batch.bookmark}")

    def end(self) -> None:
        """Note it."""
        self.said.append("end")

    def block_deletes(self, why: str) -> None:
        """Note it."""
        self.blocks.append(why)

    def get_record_counter(self) -> Meter:
        """Return what counts nothing."""
        return Meter()

    get_sync_timer = get_record_counter


def queues(organizations: str, *sources: Source) -> list[OrganizationQueue]:
    """Return a queue an organization with a partition a source."""
    return [
        OrganizationQueue(
            deque(
                StreamPartition(cast("SingerStream", one), {"organization_id": name}, None)
                for one in sources
            )
        )
        for name in organizations
    ]


def sync(made: list[OrganizationQueue], organizations: int = 4, streams: int = 2) -> list[Failure]:
    """Sync with some threads."""
    scheduler = SyncScheduler(
        made, organizations=organizations, streams=streams, logger=logging.getLogger("scheduler")
    )
    return scheduler.run()


@pytest.mark.parametrize(("organizations", "streams"), [(1, 1), (1, 2), (4, 1), (4, 3)])
def test_everything_is_written_in_order(organizations: int, streams: int) -> None:
    """Each organization's rows leave in order, schema first, end last, whatever overlaps."""
    sources = [Source("a", lambda _: iter(range(5))), Source("b", lambda _: iter(range(3)))]
    assert sync(queues("xyz", *sources), organizations, streams) == []
    for source, parts in ((sources[0], ["0,1@001", "2,3@003", "4@004"]),
                          (sources[1], ["0,1@001", "2@002"])):  # fmt: skip
        assert (source.said[0], source.said[-1]) == ("begin", "end")
        for name in "xyz":
            own = [one[2:] for one in source.said if one.startswith(f"{name}:")]
            assert [one for one in own if not one.startswith("@")] == parts


def test_a_step_without_anything_ends_a_batch_of_records_only() -> None:
    """What is here is written when a stream says so; a batch of nothing is none."""

    class Pausing(Source):
        @override
        def read_partition(
            self, context: dict[str, str], _: str | None
        ) -> Iterator[tuple[Any, Any, None]]:
            for row in range(3):
                yield {"row": row}, f"{row:03d}", None
                if row != 1:
                    yield None, None, None
            yield None, "009", None

    source = Pausing("a", lambda _: iter(()), batch_size=2)
    assert sync(queues("x", source)) == []
    assert source.said[1:-1] == ["x:0@000", "x:1,2@002", "x:@009", "x:@009"]


def test_one_thread_writes() -> None:
    """However many read, one thread writes: messages are never mixed."""
    source = Source("a", lambda _: iter(range(9)))
    sync(queues("wxyz", source))
    assert source.writers == {threading.get_ident()}


def test_a_blocked_organization_holds_nobody_back() -> None:
    """While one organization waits, the others are read to their end."""
    free = threading.Event()

    def rows(name: str) -> Iterator[int]:
        if name == "x":
            assert free.wait(LONG)
        yield from range(50)

    source = Source("a", rows)

    class Watched(Source):
        @override
        def write(self, batch: RecordBatch) -> None:
            super().write(batch)
            if batch.bookmark == "049" and self.said.count("z:48,49@049"):
                free.set()

    watched = Watched("a", source.script)
    assert sync(queues("xyz", watched)) == []
    assert watched.said.index("z:48,49@049") < watched.said.index("x:0,1@001")


@pytest.mark.parametrize("streams", [1, 2])
def test_a_failure_before_the_first_batch(streams: int) -> None:
    """A stream that cannot even be begun to read ends by itself, and its cause is what is told."""

    class Unreadable(Source):
        @override
        def __getattribute__(self, name: str) -> Any:
            if name == "batch_size":
                msg = "no batch"
                raise AccessDenied(msg)
            return super().__getattribute__(name)

    good = Source("b", lambda _: iter([1]))
    (failure,) = sync(queues("x", Unreadable("a", lambda _: iter([1])), good), 1, streams)
    assert "no batch" in str(failure)
    assert good.said == ["begin", "x:1@001", "end"]


def test_organizations_are_read_at_the_same_time() -> None:
    """As many organizations as are allowed are under way at once."""
    meeting = threading.Barrier(3, timeout=LONG)

    def rows(_: str) -> Iterator[int]:
        meeting.wait()
        yield 1

    assert sync(queues("xyz", Source("a", rows)), organizations=3, streams=1) == []


def test_streams_of_one_organization_are_read_at_the_same_time() -> None:
    """Slow answers of one list do not keep the calls of another one waiting."""
    meeting = threading.Barrier(2, timeout=LONG)

    def rows(_: str) -> Iterator[int]:
        meeting.wait()
        yield 1

    assert sync(queues("x", Source("a", rows), Source("b", rows)), organizations=1) == []


def test_no_more_is_read_than_is_wanted() -> None:
    """A target that does not read stops the reading: what waits is bounded."""
    read = 0
    entered, free = threading.Event(), threading.Event()

    def rows(_: str) -> Iterator[int]:
        nonlocal read
        for row in range(1000):
            read = row
            yield row

    class Slow(Source):
        @override
        def write(self, batch: RecordBatch) -> None:
            if not entered.is_set():
                entered.set()
                assert free.wait(LONG)
            super().write(batch)

    made = queues("x", Slow("a", rows), Slow("b", lambda _: iter(())))
    thread = threading.Thread(target=sync, args=(made, 1, 2))
    thread.start()
    assert entered.wait(LONG)
    seen = -1
    while seen != read:  # until the reader rests
        seen = read
        threading.Event().wait(0.2)
    assert read <= 2 * (MAX_BATCHES_WAITING + 3)
    free.set()
    thread.join(LONG)
    assert read == 999


def script(failing: str, failure: Exception) -> Callable[[str], Iterator[int]]:
    """Return a script that brings a row, and then fails in one organization."""

    def rows(name: str) -> Iterator[int]:
        yield 1
        if name in failing:
            raise failure

    return rows


@pytest.mark.parametrize("failure", [ServiceError("wrong"), AccessDenied("not yours"),
                                     BookmarkRefused("early"), ZeroDivisionError("defect"),
                                     MemoryError()])  # fmt: skip
@pytest.mark.parametrize(("organizations", "streams"), [(1, 1), (1, 2), (3, 1), (4, 3)])
def test_a_failure_ends_its_stream_only(
    failure: Exception, organizations: int, streams: int
) -> None:
    """All other streams are complete, and no read of the failed one counts as whole."""
    first, second = Source("a", script("x", failure)), Source("b", lambda _: iter([7]))
    (found,) = sync(queues("xyz", first, second), organizations, streams)
    assert (found.stream, found.organization) == ("a", "x")
    assert sorted(one for one in first.said if "1" in one) == ["x:1@001", "y:1@001", "z:1@001"]
    assert sorted(one for one in second.said if "7" in one) == ["x:7@007", "y:7@007", "z:7@007"]
    assert first.blocks == ["organization x was not read to its end"]
    assert second.blocks == []
    assert first.said[-1] == second.said[-1] == "end"


@pytest.mark.parametrize("failure", [QuotaReached("x"), OrganizationClosed("x")])
def test_a_failure_ends_its_organization_only(failure: TapError) -> None:
    """The others are complete, what came before it is written, and no read counts as whole."""
    first, second = Source("a", script("x", failure)), Source("b", lambda _: iter([7]))
    (found,) = sync(queues("xyz", first, second), organizations=1, streams=1)
    assert found.error is failure
    assert [one for one in first.said if "1" in one] == ["x:1@001", "y:1@001", "z:1@001"]
    assert first.blocks == second.blocks == ["organization x was not read to its end"]
    assert [one for one in second.said if "7" in one] == ["y:7@007", "z:7@007"]


@pytest.mark.parametrize("failure", [ConfigError("wrong"), ReauthorizationNeeded("dead"),
                                     NoToken("none"), TokensUsedUp("ten")])  # fmt: skip
@pytest.mark.parametrize("organizations", [1, 3])
def test_what_concerns_all_ends_all(failure: TapError, organizations: int) -> None:
    """A failure that no organization can escape ends the run at once."""
    with pytest.raises(type(failure)):
        sync(queues("xyz", Source("a", script("xyz", failure))), organizations, streams=1)


@pytest.mark.parametrize("started", range(6))
@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError()])
def test_threads_that_cannot_be_started(
    monkeypatch: pytest.MonkeyPatch, started: int, error: Exception
) -> None:
    """Everything is read by the threads that there are, if need be by the one that writes."""
    start, left = threading.Thread.start, iter(range(started))

    def limited(thread: threading.Thread) -> None:
        if next(left, None) is None:
            raise error
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    sources = [Source(name, lambda _: iter(range(3))) for name in "abcd"]
    assert sync(queues("wxyz", *sources), organizations=3, streams=3) == []
    for source in sources:
        assert len([one for one in source.said if one.endswith("2@002")]) == 4
        assert (source.said[-1], source.blocks) == ("end", [])


class Ending(BaseException):
    """What ends a thread, whatever it does."""


@pytest.mark.parametrize("streams", [1, 2, 3])
def test_a_reader_that_ends_is_a_failure(streams: int) -> None:
    """What ends a reader, whatever it is, leaves no stream that counts as read."""
    broken = Source("a", script("xyz", cast("Exception", Ending())))
    sources = [broken, Source("b", lambda _: iter([7]))]
    failures = sync(queues("xyz", *sources), organizations=2, streams=streams)
    assert {one.organization for one in failures} == {"x", "y", "z"}
    assert {one.error.name for one in failures} == {Reason.READER_ENDED.title}
    for source in sources:
        complete = [one for one in source.said if "7" in one]
        assert source.blocks or len(complete) == 3


def test_organizations_do_not_wait_for_each_other(service: Make) -> None:
    """An organization that is out of service costs its own rows, not those of the next one."""
    made = service(rows=30, organizations=2)
    first, second = made.organizations
    made.world.refuse("invoices", 500, None, "Internal error", first)
    run = made.run(["invoices", "bills"])
    assert isinstance(run.failure, ServiceError)
    assert run.counts["invoices", second] == run.counts["bills", second] == 30
    assert run.bookmark("invoices", second)
