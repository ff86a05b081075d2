"""What a stream writes: its schema, its records, its bookmarks; all of it by one thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.singerlib import RecordMessage
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zohobooks.errors import QuotaReached
from tap_zohobooks.resources import MODIFIED, ORGANIZATION
from tap_zohobooks.singer.activate_version import VersionedStream
from tap_zohobooks.singer.stream_maps import STUMBLES, blame
from tap_zohobooks.singer.writing import WrittenStream

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record

Step = tuple["Record | None", "str | None", "datetime | None"]


@dataclass(frozen=True, slots=True, eq=False)
class StreamPartition:
    """One stream of one organization, and from when on it is read."""

    stream: SingerStream
    context: Context | None
    start: str | None

    @property
    def organization(self) -> str:
        """The organization's id; blank for what belongs to none."""
        return str((self.context or {}).get(ORGANIZATION, ""))


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Records that leave together, and the bookmark that holds behind them."""

    job: StreamPartition
    records: Sequence[Record]
    bookmark: str | None
    served: datetime | None


class SingerStream(WrittenStream, VersionedStream):
    """A stream that is read in steps, by any thread, and written in parts, by one."""

    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE  # our cleaner has done it
    STATE_MSG_FREQUENCY = 200
    is_incremental: ClassVar[bool] = False
    _extracted: datetime | None = None
    _bookmark: str | None = None

    def read_partition(self, context: Context | None, start: str | None) -> Iterator[Step]:
        """Yield records, the bookmark that holds once each is written, and when it was served.

        Raises:
            TapError: Reading cannot go on; what was yielded stands.
        """
        raise NotImplementedError

    def begin(self) -> None:
        """Write the schema, before any record."""
        self.log("Beginning sync of '%s' in %s mode", self.name, self.replication_method.lower())
        self._write_schema_message()
        if (self.replication_method == REPLICATION_FULL_TABLE
                and self.emit_activate_version_messages):  # fmt: skip
            self._stream_version = self._initialized_at // 1000

    def write(self, part: RecordBatch) -> None:
        """Write a part, move the bookmark, and write the state."""
        self._extracted = part.served
        for record in part.records:
            self._write_record_message(record)
        self._advance(part.job.context, part.bookmark)
        self._write_state_message()

    def end(self) -> None:
        """Tell the target what is gone, where a whole read of everything has shown it."""
        if self._stream_version is not None:
            self._activate(self._stream_version)

    @override
    def get_records(self, context: Context | None) -> Generator[Record, None, None]:
        try:
            for record, bookmark, served in self.read_partition(context, self.start(context)):
                self._bookmark, self._extracted = bookmark, served
                if record is None:
                    self._advance(context, bookmark)
                else:
                    yield record
        except QuotaReached as reached:
            self.sync_context.cut_short.append(reached)
            self.block_deletes("the quota was reached")

    def start(self, context: Context | None) -> str | None:
        """Return from when on to read, as UTC text; None reads everything."""
        raise NotImplementedError

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """The bookmark's bound is the service's clock, not ours."""

    @override
    def compare_start_date(self, value: str, start_date_value: str) -> str:
        """`start_date` is for the first run; afterwards the bookmark alone says where to go on."""
        return value

    @override
    def _process_record(self, *args: Any, **kwargs: Any) -> None:
        """Spare each record the SDK's look at child streams and contexts: there are none."""

    @override
    def _generate_record_messages(self, record: Record) -> Generator[RecordMessage, None, None]:
        """Write the record as it is: selection and types were seen to when it was cleaned."""
        for stream_map in self.stream_maps:
            try:
                mapped = stream_map.transform(record)
            except STUMBLES as stumble:
                raise blame(self.config, stumble) from stumble
            if mapped is not None:
                yield RecordMessage(
                    stream=stream_map.stream_alias,
                    record=mapped,
                    version=self._stream_version,
                    time_extracted=self._extracted,
                )

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        self._advance(context, self._bookmark)

    def _advance(self, context: Context | None, bookmark: str | None) -> None:
        if bookmark is None or self.replication_method != REPLICATION_INCREMENTAL:
            return
        state = self.get_context_state(context)
        if bookmark > str(state.get("replication_key_value") or ""):
            state.update(replication_key=MODIFIED, replication_key_value=bookmark)
            self.state_manager.is_flushed = False
