"""Organizations, and streams of each, read at the same time; written by one thread.

Readers put parts into a queue that holds few, so that memory stays bounded by what is in flight.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from queue import Queue
from typing import TYPE_CHECKING

from tap_zohobooks.errors import ConfigError, ReauthorizationNeeded, TapError
from tap_zohobooks.singer.stream import RecordBatch, SingerStream, StreamPartition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from singer_sdk import Stream
    from singer_sdk.helpers.types import Record
    from singer_sdk.metrics import Counter as Metric

MAX_BATCHES_WAITING = 2  # an organization


@dataclass(frozen=True, slots=True)
class PartitionDone:
    """A job that has come to its end."""

    job: StreamPartition


@dataclass(slots=True, eq=False)
class OrganizationQueue:
    """One organization's jobs, the cheap ones first; a failure ends those that have not begun."""

    jobs: deque[StreamPartition]
    failures: list[Exception] = field(default_factory=list)

    def take(self) -> StreamPartition | None:
        """Take the next job, for any thread."""
        try:
            return None if self.failures else self.jobs.popleft()
        except IndexError:
            return None

    @property
    def is_hopeless(self) -> bool:
        """Whether a failure concerns all organizations, or is a defect."""
        return any(
            isinstance(one, (ConfigError, ReauthorizationNeeded)) or not isinstance(one, TapError)
            for one in self.failures
        )


def build_queues(streams: Iterable[Stream]) -> list[OrganizationQueue]:
    """Return a lane for each organization that a selected stream is read of."""
    found: dict[str, OrganizationQueue] = {}
    for stream in streams:
        if isinstance(stream, SingerStream) and stream.selected:
            for context in stream.partitions or [{}]:
                job = StreamPartition(stream, context, stream.start(context))
                found.setdefault(job.organization, OrganizationQueue(deque())).jobs.append(job)
    return list(found.values())


def read_batches(job: StreamPartition) -> Iterator[RecordBatch]:
    """Yield what a job brings, part by part; what was read before a failure comes before it.

    Raises:
        TapError: Reading cannot go on.
    """
    records: list[Record] = []
    bookmark = served = None
    try:
        for record, mark, served in job.stream.read_partition(job.context, job.start):
            bookmark = mark or bookmark
            if record is not None:
                records.append(record)
            if record is None or len(records) >= job.stream.STATE_MSG_FREQUENCY:
                yield RecordBatch(job, records, bookmark, served)
                records = []
    except TapError:
        yield RecordBatch(job, records, bookmark, served)
        raise
    yield RecordBatch(job, records, bookmark, served)


def run_queue(lane: OrganizationQueue) -> Iterator[RecordBatch | PartitionDone | OrganizationQueue]:
    """Yield what a lane's jobs bring; the lane itself where one has failed."""
    job = None
    try:
        while job := lane.take():
            yield from read_batches(job)
            yield PartitionDone(job)
    except Exception as failure:  # noqa: BLE001  # the writer decides, in its own thread
        lane.failures.append(failure)
        for left in (job, *lane.jobs):
            if left is not None:
                left.stream.block_deletes(
                    f"organization {left.organization} was not read to its end"
                )
        yield lane


class SyncScheduler:
    """Reads some lanes at a time, some streams of each, and writes what they bring."""

    def __init__(
        self,
        build_queues: Sequence[OrganizationQueue],
        *,
        organizations: int,
        streams: int,
        tell: Callable[[str], None],
    ) -> None:
        """Prepare; `streams` are those of one organization that are read at the same time."""
        self._tell = tell
        self._lanes = [lane for lane in build_queues if lane.jobs]
        self._organizations = max(1, min(organizations, len(self._lanes)))
        self._streams = streams
        self._waiting = deque(self._lanes)
        self._queue: Queue[RecordBatch | PartitionDone | OrganizationQueue | None] = Queue(
            MAX_BATCHES_WAITING * self._organizations
        )
        self._left = Counter(job.stream for lane in self._lanes for job in lane.jobs)
        self._begun: set[SingerStream] = set()
        self._meters: dict[StreamPartition, tuple[Metric, ExitStack]] = {}
        self.jobs = sum(self._left.values())
        self.done = 0
        self.rows = 0

    @property
    def reading(self) -> list[str]:
        """The names of the streams of which something has come, but not all."""
        return list(dict.fromkeys(job.stream.name for job in list(self._meters)))

    def run(self) -> list[Exception]:
        """Read and write everything, and return what has failed in single organizations.

        Raises:
            Exception: A defect, or a failure that concerns all of them.
        """
        try:
            for message in self._messages():
                self._handle(message)
        finally:
            for _, meters in self._meters.values():
                meters.close()
        for stream in self._begun:
            if self._left[stream]:
                stream.end()
        return [failure for lane in self._lanes for failure in lane.failures]

    def _messages(self) -> Iterator[RecordBatch | PartitionDone | OrganizationQueue]:
        if self._organizations * self._streams == 1:  # nothing to overlap, and no thread's price
            for lane in self._lanes:
                yield from run_queue(lane)
            return
        for _ in range(self._organizations):
            threading.Thread(target=self._read_lanes, daemon=True).start()
        reading = self._organizations
        while reading:
            message = self._queue.get()
            if message is None:
                reading -= 1
            else:
                yield message

    def _read_lanes(self) -> None:
        try:
            while self._waiting:
                self._read_lane(self._waiting.popleft())
        except IndexError:
            pass  # another thread took the last one
        finally:
            self._queue.put(None)

    def _read_lane(self, lane: OrganizationQueue) -> None:
        helpers = [
            threading.Thread(target=self._pass_on, args=(lane,), daemon=True)
            for _ in range(min(self._streams, len(lane.jobs)) - 1)
        ]
        for helper in helpers:
            helper.start()
        self._pass_on(lane)
        for helper in helpers:
            helper.join()

    def _pass_on(self, lane: OrganizationQueue) -> None:
        for message in run_queue(lane):
            self._queue.put(message)

    def _handle(self, message: RecordBatch | PartitionDone | OrganizationQueue) -> None:
        match message:
            case RecordBatch(job=job):
                self._begin(job)
                self._meters[job][0].increment(len(message.records))
                self.rows += len(message.records)
                job.stream.write(message)
            case PartitionDone(job=job):
                self._meters.pop(job)[1].close()
                self.done += 1
                self._left[job.stream] -= 1
                if not self._left[job.stream]:
                    job.stream.end()
            case OrganizationQueue(failures=failures) if message.is_hopeless:
                raise failures[-1]
            case OrganizationQueue(failures=[failure]):
                self._tell(str(failure))

    def _begin(self, job: StreamPartition) -> None:
        if job.stream not in self._begun:
            self._begun.add(job.stream)
            job.stream.begin()
        if job not in self._meters:
            meters = ExitStack()
            counter = meters.enter_context(job.stream.get_record_counter())
            timer = meters.enter_context(job.stream.get_sync_timer())
            counter.with_context(job.context or {})
            timer.with_context(job.context or {})
            self._meters[job] = counter, meters
