"""A stream as messages: its schema, its records, its bookmarks; all of it by one thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import msgspec
from singer_sdk.batch import Batcher
from singer_sdk.contrib.msgspec import encoder
from singer_sdk.helpers._batch import SDKBatchMessage
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib import RecordMessage, SelectionMask
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zohobooks.resources import MODIFIED, ORGANIZATION
from tap_zohobooks.singer.activate_version import VersionedStream
from tap_zohobooks.singer.period_state import PeriodCheckpoint
from tap_zohobooks.singer.stdout import LineWriter, write_records
from tap_zohobooks.singer.stream_maps import (
    MAPPING_ERRORS,
    explain_batch_error,
    explain_mapping_error,
)
from tap_zohobooks.singer.unread import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from datetime import datetime

    from singer_sdk.helpers._batch import BatchConfig
    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.mapper import StreamMap
    from singer_sdk.singerlib import SchemaMessage

    from tap_zohobooks.singer.context import SyncContext

Mark: TypeAlias = "Checkpoint | PeriodCheckpoint | str | None"
"""What holds once records are written: a bookmark, or a checkpoint with more; None: no change."""

_NOTHING = SelectionMask({(): False})

Step = tuple["Record | None", Mark, "datetime | None"]


def open_lists(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose lists do not say what they hold.

    Targets make of a list with typed items a column of just such items (`jsonb[]` in PostgreSQL, a
    repeated record in BigQuery), and of items without a type an error; a bare list is JSON to all.
    """
    opened = {key: value for key, value in schema.items() if key != "items"}
    if isinstance(properties := schema.get("properties"), dict):
        opened["properties"] = {name: open_lists(held) for name, held in properties.items()}
    return opened


@dataclass(frozen=True, slots=True, eq=False)
class StreamPartition:
    """One stream of one organization, and the UTC text from which it is read; None reads all."""

    stream: SingerStream
    context: Context | None
    start: str | None

    @property
    def organization(self) -> str:
        """The organization's id; blank for a stream that belongs to none."""
        return str((self.context or {}).get(ORGANIZATION, ""))


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Records that are written together, and the bookmark that holds once they are.

    Records may be JSON already. Streams of documents and of reports give a checkpoint in place of a
    bookmark.
    """

    partition: StreamPartition
    records: Sequence[Record]
    bookmark: Mark
    served: datetime | None

    def split(self, size: int) -> tuple[RecordBatch, RecordBatch]:
        """Return the first `size` records, without the bookmark, and the others."""
        return (
            replace(self, records=self.records[:size], bookmark=None),
            replace(self, records=self.records[size:]),
        )


def _keeps_records(stream_map: StreamMap) -> bool:
    """Tell whether a map returns each record as it is."""
    return type(stream_map) is SameRecordTransform and not stream_map.flattening_enabled


class SingerStream(VersionedStream):
    """A stream that any thread reads in steps, and one thread writes in batches."""

    STATE_MSG_FREQUENCY = 200
    is_incremental: ClassVar[bool] = False
    bookmark_key: ClassVar[str] = MODIFIED
    calls_per_row: ClassVar[float] = 0.0

    def __init__(self, sync_context: SyncContext, name: str) -> None:
        """Start with nothing that waits to be written."""
        super().__init__(sync_context, name)
        self._waiting: list[RecordBatch] = []
        self.not_due: dict[str, float] = {}
        """The organizations that this run leaves out, and when each is due (seconds since 1970)."""
        self.is_due = True
        """Whether a whole read is due in all organizations: this run costs one."""
        self.is_between = False
        """Whether it is due in none of them."""
        self.answered: set[str] = set()
        """The organizations of which a response has come; any thread may add one."""

    @property
    @override
    def mask(self) -> SelectionMask:
        """What is selected; of a stream that the catalog lacks nothing, without its schema."""
        catalog = self._tap_input_catalog
        if self._mask is None and catalog is not None and catalog.get_stream(self.name) is None:
            return _NOTHING
        return super().mask

    def read_partition(self, context: Context | None, start: str | None) -> Iterator[Step]:
        """Yield a record, the bookmark that holds once it is written, and when it was served.

        A step without a record moves the bookmark only.

        Raises:
            TapError: Reading cannot go on; what was yielded stands.
        """
        raise NotImplementedError

    def start(self, context: Context | None) -> str | None:
        """Return the UTC text from which to read; None reads everything."""
        raise NotImplementedError

    def choose_partitions(self) -> Sequence[Context]:
        """Return the partitions that this run reads, and note which of them it leaves out."""
        return self.partitions or [{}]

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Yield the records of a partition, without a message."""
        steps = self.read_partition(context, self.start(context))
        return (record for record, _, _ in steps if record is not None)

    @override  # type: ignore[misc]  # final, as the SDK has one engine: this is ours
    def sync(self, context: Context | None = None) -> None:
        """Sync this stream alone, in the way of a run over all streams.

        Raises:
            TapError: The sync is not complete; what was read before is written.
        """
        self.sync_context.sync_streams([self], context)

    @cached_property
    def _batch_config(self) -> BatchConfig | None:
        return self.get_batch_config(self.config)

    @property
    def batch_size(self) -> int:
        """Most records that are handed to the writer at once."""
        config = self._batch_config
        most = SingerStream.STATE_MSG_FREQUENCY
        return min(most, config.batch_size) if config else self.STATE_MSG_FREQUENCY

    def encode(self, record: Record) -> Record:
        """Return the JSON of a record, or the record itself if it is mapped or written otherwise.

        Any thread may call this; the one that has made the record does. Another one would read its
        objects from the cache of another processor.
        """
        if not self._is_encoded_early:
            return record
        return msgspec.Raw(encoder.encode(record))  # type: ignore[return-value]  # as JSON

    @cached_property
    def _is_encoded_early(self) -> bool:
        """Whether each record leaves as it is read, in a line of its own."""
        is_line = isinstance(self._tap.message_writer, LineWriter) and self._batch_config is None
        return is_line and all(map(_keeps_records, self.stream_maps))

    def begin(self) -> None:
        """Write the schema, before any record."""
        self.log("Beginning sync of '%s' in %s mode", self.name, self.replication_method.lower())
        self._write_schema_message()
        if (self.replication_method == REPLICATION_FULL_TABLE
                and self.emit_activate_version_messages):  # fmt: skip
            self._stream_version = self._initialized_at // 1000

    def write(self, batch: RecordBatch) -> None:
        """Write records as lines, or as a file once they fill one; then the state."""
        config = self._batch_config
        if config is None:
            self._waiting.append(batch)
            self._write_lines(batch)
            self._commit()
            return
        room = config.batch_size - sum(len(one.records) for one in self._waiting)
        if len(batch.records) > room:
            first, batch = batch.split(room)
            self._waiting.append(first)
            self._write_files(config)
            room = config.batch_size
        self._waiting.append(batch)
        if len(batch.records) == room:
            self._write_files(config)

    def write_sample(self, record: Record | None, served: datetime | None) -> None:
        """Write the schema, and a record if there is one; no state, and no file of a batch."""
        self._write_schema_message()
        records = [] if record is None else [record]
        self._write_lines(RecordBatch(StreamPartition(self, None, None), records, None, served))

    @override
    def end(self) -> None:
        if self._batch_config:
            self._write_files(self._batch_config)
        super().end()

    def _write_lines(self, batch: RecordBatch) -> None:
        """Write records as they are: selection and types are the cleaner's part."""
        for stream_map in self.stream_maps:
            envelope = RecordMessage(
                stream=stream_map.stream_alias,
                record={},
                version=self._stream_version,
                time_extracted=batch.served,
            )
            records = self._map_all(batch.records, stream_map)
            write_records(self._tap.message_writer, envelope, records)

    def _write_files(self, config: BatchConfig) -> None:
        """Write the waiting records as files of mapped records; the SDK does not map its own."""
        records = [record for batch in self._waiting for record in batch.records]
        with self.get_batch_counter() as counter:
            for stream_map in self.stream_maps:
                mapped = self._map_all(records, stream_map)
                batcher = Batcher(self.tap_name, stream_map.stream_alias, config)
                with explain_batch_error():
                    files = [*batcher.get_batches(mapped)]
                for manifest in files:
                    message = SDKBatchMessage(stream_map.stream_alias, config.encoding, manifest)
                    self._tap.write_message(message)
                    counter.increment()
        self._commit()

    def _commit(self) -> None:
        """Move the bookmarks of what was waiting and is written now, and write the state."""
        for batch in self._waiting:
            if batch.records:
                self.state_manager.is_flushed = False
            self._advance(batch.partition.context, batch.bookmark)
        self._waiting.clear()
        self._write_state_message()

    def _map_all(self, records: Iterable[Record], stream_map: StreamMap) -> Iterator[Record]:
        """Yield records as the user's map makes them, without those that it leaves out."""
        if _keeps_records(stream_map):
            yield from records
            return
        for record in records:
            try:
                mapped = stream_map.transform(record)
            except MAPPING_ERRORS as error:
                raise explain_mapping_error(self.config, error) from error
            if mapped is not None:
                yield mapped

    @override
    def _generate_schema_messages(self) -> Generator[SchemaMessage, None, None]:
        for message in super()._generate_schema_messages():
            message.schema = open_lists(message.schema)
            yield message

    def _advance(self, context: Context | None, bookmark: Mark) -> None:
        state = self.get_context_state(context)
        if isinstance(bookmark, (Checkpoint, PeriodCheckpoint)):
            if bookmark.update(state):
                self.state_manager.is_flushed = False
            bookmark = bookmark.bookmark
        if bookmark is None or self.replication_method != REPLICATION_INCREMENTAL:
            return
        if bookmark > str(state.get("replication_key_value") or ""):
            state.update(replication_key=MODIFIED, replication_key_value=bookmark)
            self.state_manager.is_flushed = False
