"""Organizations, and streams of each, are read at the same time; one thread writes.

Readers put batches into a queue of bounded length, so that memory is bounded by what is in flight.
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
    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.metrics import Counter as Metric

MAX_BATCHES_WAITING = 2  # an organization


@dataclass(frozen=True, slots=True)
class PartitionDone:
    """A partition that was read to its end."""

    partition: StreamPartition


@dataclass(slots=True, eq=False)
class OrganizationQueue:
    """One organization's partitions; a failure ends those that have not begun."""

    partitions: deque[StreamPartition]
    failures: list[Exception] = field(default_factory=list)

    def take(self) -> StreamPartition | None:
        """Take the next partition, for any thread; None if there is none left to read."""
        try:
            return None if self.failures else self.partitions.popleft()
        except IndexError:
            return None

    @property
    def is_fatal(self) -> bool:
        """Whether a failure concerns all organizations, or is a defect."""
        return any(
            isinstance(one, (ConfigError, ReauthorizationNeeded)) or not isinstance(one, TapError)
            for one in self.failures
        )


Message = RecordBatch | PartitionDone | OrganizationQueue


def build_queues(
    streams: Iterable[Stream], context: Context | None = None
) -> list[OrganizationQueue]:
    """Return a queue for each organization of the selected streams; `context` chooses only one."""
    found: dict[str, OrganizationQueue] = {}
    for stream in streams:
        if isinstance(stream, SingerStream) and stream.selected:
            for one in [context] if context else stream.partitions or [{}]:
                partition = StreamPartition(stream, one, stream.start(one))
                queue = found.setdefault(partition.organization, OrganizationQueue(deque()))
                queue.partitions.append(partition)
    return list(found.values())


def read_batches(partition: StreamPartition) -> Iterator[RecordBatch]:
    """Yield what a partition brings, batch by batch, also what was read before a failure.

    Raises:
        TapError: Reading cannot go on.
    """
    stream, size = partition.stream, partition.stream.batch_size
    records: list[Record] = []
    bookmark = served = None
    try:
        for record, mark, served in stream.read_partition(partition.context, partition.start):
            bookmark = mark or bookmark
            if record is not None:
                records.append(record)
            if record is None or len(records) >= size:
                yield RecordBatch(partition, records, bookmark, served)
                records = []
    except TapError:
        yield RecordBatch(partition, records, bookmark, served)
        raise
    yield RecordBatch(partition, records, bookmark, served)


def run_queue(queue: OrganizationQueue) -> Iterator[Message]:
    """Yield what a queue's partitions bring; the queue itself once one has failed."""
    partition = None
    try:
        while partition := queue.take():
            yield from read_batches(partition)
            yield PartitionDone(partition)
    except Exception as failure:  # noqa: BLE001  # the writer decides, in its own thread
        queue.failures.append(failure)
        for unread in (partition, *queue.partitions):
            if unread is not None:
                unread.stream.block_deletes(
                    f"organization {unread.organization} was not read to its end"
                )
        yield queue


class SyncScheduler:
    """Reads some organizations at a time, some streams of each, and writes what they bring."""

    def __init__(
        self,
        queues: Sequence[OrganizationQueue],
        *,
        organizations: int,
        streams: int,
        warn: Callable[[str], None],
    ) -> None:
        """Prepare; `streams` are those of one organization that are read at the same time."""
        self._warn = warn
        self._queues = [queue for queue in queues if queue.partitions]
        self._organizations = max(1, min(organizations, len(self._queues)))
        self._streams = streams
        self._waiting = deque(self._queues)
        self._messages = Queue[Message | None](MAX_BATCHES_WAITING * self._organizations)
        self._left = Counter(one.stream for queue in self._queues for one in queue.partitions)
        self._begun: set[SingerStream] = set()
        self._meters: dict[StreamPartition, tuple[Metric, ExitStack]] = {}
        self.partitions = sum(self._left.values())
        self.done = 0
        self.rows = 0

    @property
    def stream_names(self) -> list[str]:
        """The names of the streams of which something has come, but not all."""
        return list(dict.fromkeys(one.stream.name for one in list(self._meters)))

    def run(self) -> list[Exception]:
        """Read and write everything, and return what has failed in single organizations.

        Raises:
            Exception: A defect, or a failure that concerns all of them.
        """
        try:
            for message in self._receive():
                self._handle(message)
        finally:
            for _, meters in self._meters.values():
                meters.close()
        for stream in self._begun:
            if self._left[stream]:
                stream.end()
        return [failure for queue in self._queues for failure in queue.failures]

    def _receive(self) -> Iterator[Message]:
        if self._organizations * self._streams == 1:  # nothing overlaps: no thread is needed
            for queue in self._queues:
                yield from run_queue(queue)
            return
        for _ in range(self._organizations):
            threading.Thread(target=self._read_queues, daemon=True).start()
        readers = self._organizations
        while readers:
            message = self._messages.get()
            if message is None:
                readers -= 1
            else:
                yield message

    def _read_queues(self) -> None:
        try:
            while self._waiting:
                self._read_queue(self._waiting.popleft())
        except IndexError:
            pass  # another thread took the last one
        finally:
            self._messages.put(None)

    def _read_queue(self, queue: OrganizationQueue) -> None:
        helpers = [
            threading.Thread(target=self._forward, args=(queue,), daemon=True)
            for _ in range(min(self._streams, len(queue.partitions)) - 1)
        ]
        for helper in helpers:
            helper.start()
        self._forward(queue)
        for helper in helpers:
            helper.join()

    def _forward(self, queue: OrganizationQueue) -> None:
        for message in run_queue(queue):
            self._messages.put(message)

    def _handle(self, message: Message) -> None:
        match message:
            case RecordBatch(partition=partition, records=records):
                self._begin(partition)
                self._meters[partition][0].increment(len(records))
                self.rows += len(records)
                partition.stream.write(message)
            case PartitionDone(partition=partition):
                self._meters.pop(partition)[1].close()
                self.done += 1
                self._left[partition.stream] -= 1
                if not self._left[partition.stream]:
                    partition.stream.end()
            case OrganizationQueue(failures=failures) if message.is_fatal:
                raise failures[-1]
            case OrganizationQueue(failures=[failure]):
                self._warn(str(failure))

    def _begin(self, partition: StreamPartition) -> None:
        if partition.stream not in self._begun:
            self._begun.add(partition.stream)
            partition.stream.begin()
        if partition not in self._meters:
            meters = ExitStack()
            counter = meters.enter_context(partition.stream.get_record_counter())
            timer = meters.enter_context(partition.stream.get_sync_timer())
            counter.with_context(partition.context or {})
            timer.with_context(partition.context or {})
            self._meters[partition] = counter, meters
