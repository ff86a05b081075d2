"""Organizations, and streams of each, are read at the same time; one thread writes.

Readers put batches into a queue of bounded length, so that memory is bounded by what is in flight.
A failure ends what it concerns, as its scope says; a partition counts as read only once its reader
has said so.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from contextlib import ExitStack
from dataclasses import dataclass
from queue import Queue
from typing import TYPE_CHECKING, Any

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import Scope
from tap_zohobooks.singer.failures import Failure, explain
from tap_zohobooks.singer.stream import RecordBatch, StreamPartition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from singer_sdk.helpers.types import Record
    from singer_sdk.metrics import Counter as Metric

    from tap_zohobooks.singer.organization_queue import OrganizationQueue
    from tap_zohobooks.singer.stream import SingerStream

MAX_BATCHES_WAITING = 1  # an organization


@dataclass(frozen=True, slots=True)
class PartitionDone:
    """A partition that was read to its end, or as far as its failure allowed."""

    partition: StreamPartition
    failure: Failure | None = None


Message = RecordBatch | PartitionDone


def read_batches(partition: StreamPartition) -> Iterator[RecordBatch]:
    """Yield what a partition brings, batch by batch, also what was read before a failure.

    Raises:
        Exception: Reading cannot go on: a `TapError`, or a defect.
    """
    stream, size = partition.stream, partition.stream.batch_size
    records: list[Record] = []
    bookmark = served = None
    try:
        for record, mark, served in stream.read_partition(partition.context, partition.start):
            bookmark = mark or bookmark
            if record is not None:
                records.append(stream.encode(record))
            if len(records) >= size or (record is None and (records or mark)):
                yield RecordBatch(partition, records, bookmark, served)
                records = []
    except Exception:
        yield RecordBatch(partition, records, bookmark, served)
        raise
    yield RecordBatch(partition, records, bookmark, served)


def run_queue(queue: OrganizationQueue, logger: logging.Logger) -> Iterator[Message]:
    """Yield what a queue's partitions bring, and how each of them ended."""
    while True:
        with queue.take() as partition:
            if partition is None:
                return
            yield from _run_partition(partition, queue, logger)


def _run_partition(
    partition: StreamPartition, queue: OrganizationQueue, logger: logging.Logger
) -> Iterator[Message]:
    failure = None
    try:
        yield from read_batches(partition)
    except Exception as error:  # noqa: BLE001  # any error ends only what it concerns
        failure = Failure(partition.stream.name, partition.organization, explain(error, logger))
        queue.is_over = queue.is_over or failure.error.scope is not Scope.STREAM
    yield PartitionDone(partition, failure)


class SyncScheduler:
    """Reads some organizations at a time, some streams of each, and writes what they bring."""

    def __init__(
        self,
        queues: Sequence[OrganizationQueue],
        *,
        organizations: int,
        streams: int,
        logger: logging.Logger,
    ) -> None:
        """Prepare; `streams` are those of one organization that are read at the same time."""
        self._logger = logger
        self._queues = [queue for queue in queues if queue.partitions]
        self._organizations = max(1, min(organizations, len(self._queues)))
        self._streams = streams
        self._waiting = deque(self._queues)
        self._messages = Queue[Message | None](MAX_BATCHES_WAITING * self._organizations)
        self.planned = [one for queue in self._queues for one in queue.partitions]
        self._unread = dict.fromkeys(self.planned)
        self._left = Counter(one.stream for one in self.planned)
        self._begun: set[SingerStream] = set()
        self._meters: dict[StreamPartition, tuple[Metric, ExitStack]] = {}
        self._failures: list[Failure] = []
        self.partitions = len(self.planned)
        self.done = 0
        self.rows = 0

    @property
    def stream_names(self) -> list[str]:
        """The names of the streams of which something has come, but not all."""
        return list(dict.fromkeys(one.stream.name for one in list(self._meters)))

    @property
    def unread(self) -> Collection[StreamPartition]:
        """The partitions that no reader has begun, or that are being read."""
        return self._unread.keys()

    def run(self) -> list[Failure]:
        """Read and write everything that can be read, and return what could not.

        Raises:
            TapError: A failure that concerns the whole run.
            Exception: A defect of the writer.
        """
        try:
            for message in self._receive():
                self._handle(message)
                del message  # records are freed before the next ones come
        finally:
            for _, meters in self._meters.values():
                meters.close()
        self._check_all_read()
        return self._failures

    def _check_all_read(self) -> None:
        """End the streams of which a part was not read; find what no failure explains."""
        ended = {one.organization for one in self._failures if one.error.scope is not Scope.STREAM}
        for partition in self._unread:
            stream, organization = partition.stream, partition.organization
            stream.block_deletes(f"organization {organization} was not read to its end")
            if organization not in ended:
                error = Reason.READER_ENDED.error()
                self._failures.append(Failure(stream.name, organization, error))
        for stream in self._begun:
            if self._left[stream]:
                stream.end()

    def _receive(self) -> Iterator[Message]:
        readers = 0
        if self._organizations * self._streams > 1:  # else nothing overlaps: no thread is needed
            readers = len(self._start([(self._read_queues,)] * self._organizations))
        if not readers:
            for queue in self._queues:
                yield from run_queue(queue, self._logger)
        while readers:
            message = self._messages.get()
            if message is None:
                readers -= 1
            else:
                yield message
                del message

    def _start(self, targets: Sequence[tuple[Any, ...]]) -> list[threading.Thread]:
        """Start a thread for each function and its arguments, as far as the machine allows."""
        started: list[threading.Thread] = []
        for target, *arguments in targets:
            thread = threading.Thread(target=target, args=arguments, daemon=True)
            try:
                thread.start()
            except (RuntimeError, MemoryError) as error:
                self._logger.warning(
                    "A thread cannot be started (%s): fewer streams are read at the same time.",
                    error,
                )
                break
            started.append(thread)
        return started

    def _read_queues(self) -> None:
        try:
            while self._waiting:
                self._read_queue(self._waiting.popleft())
        except IndexError:
            pass  # another thread took the last one
        finally:
            self._messages.put(None)

    def _read_queue(self, queue: OrganizationQueue) -> None:
        others = min(self._streams, len(queue.partitions)) - 1
        helpers = self._start([(self._forward, queue)] * others)
        self._forward(queue)
        for helper in helpers:
            helper.join()

    def _forward(self, queue: OrganizationQueue) -> None:
        try:
            for message in run_queue(queue, self._logger):
                self._messages.put(message)
                del message
        except BaseException:  # what it was reading counts as unread
            self._logger.exception("A reader has ended:")

    def _handle(self, message: Message) -> None:
        self._begin(message.partition)  # one may fail before its first batch
        match message:
            case RecordBatch(partition=partition, records=records):
                self._meters[partition][0].increment(len(records))
                self.rows += len(records)
                partition.stream.write(message)
            case PartitionDone(partition, failure):
                if failure is not None:
                    self._note(failure, partition.stream)
                self._end(partition, failure)

    def _note(self, failure: Failure, stream: SingerStream) -> None:
        """Log a failure.

        Raises:
            TapError: It concerns the whole run.
        """
        if failure.error.scope is Scope.RUN:
            raise failure.error
        stream.block_deletes(f"organization {failure.organization} was not read to its end")
        if failure.found not in {one.found for one in self._failures}:
            is_stream = failure.error.scope is Scope.STREAM
            self._logger.log(logging.ERROR if is_stream else logging.WARNING, "%s", failure)
        self._failures.append(failure)

    def _end(self, partition: StreamPartition, failure: Failure | None) -> None:
        meters = self._meters.pop(partition)[1]
        if failure is None:
            meters.close()
        else:
            meters.__exit__(type(failure.error), failure.error, None)
        self.done += 1
        del self._unread[partition]
        self._left[partition.stream] -= 1
        if not self._left[partition.stream]:
            partition.stream.end()

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
