"""What all kinds of stream share: instances of rows of the table, a partition an organization."""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import StreamSchema
from singer_sdk.schema.source import SchemaDirectory
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import AccessDenied, NotFound, TapError
from tap_zohobooks.resources import MODIFIED, ORGANIZATION, TABLE, TIMELESS, Resource
from tap_zohobooks.singer.state import check_start
from tap_zohobooks.singer.stream import SingerStream, Step
from tap_zohobooks.singer.unread import UnreadDocuments
from tap_zohobooks.transform.cleaner import MAX_REPORTED, Cleaner, Row
from tap_zohobooks.transform.custom_fields import Flattener
from tap_zohobooks.transform.timestamps import subtract_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from singer_sdk.helpers.types import Context

    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.pagination.page import Params
    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.singer.unread import Checkpoint
    from tap_zohobooks.transform.custom_fields import Schema

SCHEMAS = SchemaDirectory(importlib.resources.files("tap_zohobooks") / "schemas")


class WithCustomFields(StreamSchema[str]):
    """The schema file of a stream, or its own schema, and the columns of its custom fields."""

    @override
    def get_stream_schema(self, stream: Any, stream_class: type[Any]) -> dict[str, Any]:
        schema: Schema = stream.own_schema or super().get_stream_schema(stream, stream_class)
        return {**schema, "properties": {**schema["properties"], **stream.columns}}


@dataclass(slots=True)
class PartitionRead:
    """What the responses of one stream of one organization have shown so far.

    `start` and `max_bookmark` are UTC texts: from when on it is read, and the instant that no
    bookmark of this read may pass, `lookback` seconds before the first response. `has_list` says
    that a response held a list of rows, `has_documents` and `has_missing` that a document was
    found, or not found, `is_bookmark_held` that the bookmark stays before one that was not read.
    A stream of documents `keeps_unread` ones in the state.
    """

    organization: str
    start: str | None = None
    lookback: int = 0
    max_bookmark: str | None = None
    served: datetime | None = None
    has_documents: bool = False
    has_missing: bool = False
    has_list: bool = False
    is_bookmark_held: bool = False
    keeps_unread: bool = False
    unread: UnreadDocuments = field(default_factory=UnreadDocuments)

    def open(self, stream: str, served: str) -> None:
        """Check the start by the service's clock, and bound the bookmark.

        Raises:
            ConfigError: The start lies in the future.
        """
        if self.start is not None:
            check_start(stream, self.organization, self.start, served)
        self.max_bookmark = subtract_seconds(served, self.lookback)

    def hold_bookmark(self, instant: str | None) -> None:
        """Let no bookmark pass an instant, so that the next run reads again from there."""
        if instant is not None:
            self.max_bookmark = min(self.max_bookmark or instant, instant)

    def bookmark(self, safe_bookmark: str | None) -> str | None:
        """Return how far the bookmark may move; None if it stays.

        It stays while no document was found: the service may be wrong about all of them, and if it
        is right, they are not listed again and cost no request.
        """
        if not safe_bookmark or (self.has_missing and not self.has_documents):
            return None
        return min(safe_bookmark, self.max_bookmark or safe_bookmark)

    def checkpoint(self, safe_bookmark: str | None) -> Checkpoint | str | None:
        """Return what the state says once the records so far are written: the bookmark, and more.

        None if nothing changes.
        """
        bookmark = self.bookmark(safe_bookmark)
        return self.unread.checkpoint(bookmark) if self.keeps_unread else bookmark


class ResourceStream(SingerStream):
    """A stream of a row of the table; what cannot be read ends the partition, not the run."""

    schema = WithCustomFields(SCHEMAS)
    own_schema: Schema | None = None
    calls_per_row: ClassVar[float] = 0.005

    def __init__(self, sync_context: SyncContext, resource: Resource) -> None:
        """Make the stream of a row of the table."""
        super().__init__(sync_context, resource.name)
        self.resource = resource
        self.listed = TABLE[resource.of] if resource.of else resource
        self.columns: dict[str, Schema] = {}
        self.stats = sync_context.stats
        self.timeless: set[str] = set()
        self.primary_keys = list(dict.fromkeys((ORGANIZATION, *resource.keys)))
        if self.is_incremental:
            self.replication_key = MODIFIED

    @property
    @override
    def partitions(self) -> list[dict[str, Any]] | None:
        return [{ORGANIZATION: one} for one in self.sync_context.get_organizations().ids]

    @override
    def read_partition(self, context: Context | None, start: str | None) -> Iterator[Step]:
        organization = str((context or {}).get(ORGANIZATION, ""))
        reading = PartitionRead(organization, start, self.sync_context.lookback_seconds)
        rows = 0
        try:
            for row, safe_bookmark in islice(self._read(reading), self._rows_left):
                record = None if row is None else self.post_process(row, context)
                rows += record is not None
                yield record, reading.checkpoint(safe_bookmark), reading.served
        except (AccessDenied, NotFound) as denied:
            self._skip(organization, denied)
        finally:
            self.stats.add(self.stats.rows, self.name, rows)
        if reading.has_missing and not rows:
            self._warn_of_path(organization)

    @property
    def _rows_left(self) -> int | None:
        """How many more rows are read where `--test` limits them; None reads all."""
        limit = self.ABORT_AT_RECORD_COUNT
        return None if limit is None else max(0, limit - self.stats.rows[self.name])

    def _skip(self, organization: str, denied: TapError) -> None:
        """Note that an organization's part may not be read; the others go on."""
        self.stats.skipped[self.name, organization] = denied
        self.block_deletes(f"organization {organization} was skipped")
        self.logger.warning("Stream '%s' of organization %s is skipped: %s",
                            self.name, organization, denied)  # fmt: skip

    def _warn_of_path(self, organization: str) -> None:
        self.block_deletes(f"all that organization {organization} lists is said to be gone")
        self.logger.warning(
            "Stream '%s': all that organization %s lists is said not to exist. Report this line: "
            "the path may be spelt otherwise.", self.name, organization,
        )  # fmt: skip

    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        """Yield rows, each with the bookmark that holds once it is written."""
        raise NotImplementedError

    @override
    def start(self, context: Context | None) -> str | None:
        state = self.get_context_state(context)  # its entry also says whose rows the tables hold
        if self.replication_method != REPLICATION_INCREMENTAL:
            return None
        bookmark = state.get("replication_key_value")
        if bookmark:
            return subtract_seconds(bookmark, max(1, self.sync_context.lookback_seconds))
        first: str | None = self.config.get("start_date")
        return first

    @override
    def _advance(self, context: Context | None, bookmark: Checkpoint | str | None) -> None:
        """Note beside the bookmark if rows have no time of change: it does not cover them."""
        if (context or {}).get(ORGANIZATION) in self.timeless:
            state = self.get_context_state(context)
            if not state.get(TIMELESS):
                state.update({TIMELESS: True})
                self.state_manager.is_flushed = False
        super()._advance(context, bookmark)

    @override
    def post_process(self, row: Row, context: Context | None = None) -> Row:
        """Return the record of a row: custom fields as columns, typed values, its organization."""
        record = self._cleaner(self._flattener(row))
        record.update(context or {})
        return record

    @cached_property
    def _flattener(self) -> Flattener:
        return Flattener(self.effective_schema["properties"])

    @cached_property
    def _cleaner(self) -> Cleaner:
        properties = self.effective_schema["properties"]
        return Cleaner(
            properties,
            deselected={
                name for name in properties if not self.mask.get(("properties", name), True)
            },
            report=self._report,
            flattens=bool(self.config.get("flattening_enabled")),
        )

    def _report(self, field: str, is_invalid: bool) -> None:  # noqa: FBT001
        if is_invalid:
            self.logger.warning(
                "Stream '%s': a value of field '%s' does not fit its type; it is kept in "
                "additional_fields, and the field is null.",
                self.name,
                field,
            )
        else:
            self.logger.info(
                "Stream '%s': field '%s' is not in the schema; it is kept in additional_fields.",
                self.name,
                field,
            )

    @override
    def end(self) -> None:
        if unreported := self._cleaner.unreported:
            self.logger.warning(
                "Stream '%s': %d values of more than %d fields that are unknown or do not fit are "
                "kept in additional_fields.", self.name, unreported, MAX_REPORTED,
            )  # fmt: skip
        super().end()

    def _check_rows(self, reading: PartitionRead, response: Response, *, has_list: bool) -> None:
        """Block deletes if a response holds no list of rows: it is read as an empty list.

        Raises:
            ServiceError: A response before it held a list: the rest of it would be lost.
        """
        if has_list:
            reading.has_list = True
        elif reading.has_list:
            raise Reason.NO_ROWS.error(keys=sorted(response.document), wanted=self.listed.rows_key)
        else:
            self.block_deletes(f"a response for organization {reading.organization} held no list")
            self.logger.warning(
                "Stream '%s': the response for organization %s reports success and holds no '%s'; "
                "it is read as an empty list.",
                self.name, reading.organization, self.listed.rows_key,
            )  # fmt: skip

    def _get(self, reading: PartitionRead, path: str, params: Params) -> Response:
        self.stats.add(self.stats.calls, self.name)
        response = self.sync_context.get_client().get(path, params, reading.organization)
        reading.served = response.served
        return response
