"""What all kinds of stream share: instances of rows of the table, a partition an organization."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import AccessDenied, NotFound, TapError
from tap_zohobooks.pagination.page import has_keys, is_key, row_time, to_row
from tap_zohobooks.resources import ORGANIZATION, ROWS, TABLE, TIMELESS, Resource
from tap_zohobooks.streams.by_need import ByNeedStream
from tap_zohobooks.streams.capability_memory import keep_limits, recall_capabilities
from tap_zohobooks.streams.partition_read import NEVER, PartitionRead
from tap_zohobooks.transform.cleaner import MAX_REPORTED
from tap_zohobooks.transform.timestamps import subtract_lookback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context

    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.pagination.capabilities import EndpointCapabilities
    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.pagination.page import Params
    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.singer.stream import Mark, Step
    from tap_zohobooks.transform.cleaner import Row


class ResourceStream(ByNeedStream):
    """A stream of a row of the table; what cannot be read ends the partition, not the run."""

    calls_per_row: ClassVar[float] = 0.005

    def __init__(self, sync_context: SyncContext, resource: Resource) -> None:
        """Make the stream of a row of the table."""
        super().__init__(sync_context, resource)
        self.listed = TABLE[resource.of] if resource.of else resource
        self.stats = sync_context.stats
        self.timeless: set[str] = set()
        self._row_counts: dict[str, int] = {}
        self.primary_keys = list(dict.fromkeys((ORGANIZATION, *resource.keys)))
        if self.is_incremental:
            self.replication_key = self.bookmark_key

    @property
    @override
    def partitions(self) -> list[dict[str, Any]] | None:
        return [{ORGANIZATION: one} for one in self.sync_context.get_organizations().ids]

    @override
    def read_partition(self, context: Context | None, start: str | None) -> Iterator[Step]:
        organization = str((context or {}).get(ORGANIZATION, ""))
        reading = PartitionRead(
            organization, start, self.sync_context.lookback_seconds,
            has_bookmark=bool(self.get_context_state(context).get("replication_key_value")),
        )  # fmt: skip
        rows = 0
        self.compile()
        try:
            for record, safe_bookmark in self._read_records(reading, context):
                rows += record is not None
                yield record, reading.checkpoint(safe_bookmark), reading.served
                if not reading.is_next_here:
                    yield None, None, reading.served  # what is here is written meanwhile
            self._row_counts[organization] = rows
            if reading.is_whole and not (reading.has_missing and not rows):
                self.note_whole_read(organization)
        except (AccessDenied, NotFound) as denied:
            self._skip(organization, denied)
        finally:
            self.stats.add(self.stats.rows, self.name, rows)
            keep_limits(self.sync_context, organization, self.listed.name)
        if reading.has_missing and not rows:
            self._warn_of_path(organization)

    def _read_records(self, reading: PartitionRead, context: Context | None) -> Iterator[Item]:
        """Yield records; if there are none where the last run had some, after a second look."""
        is_empty = True
        for record, safe_bookmark in self._convert_rows(reading, context, self._rows_left):
            is_empty = is_empty and record is None
            yield record, safe_bookmark
        if is_empty and self._had_rows(context):
            self.logger.info("Stream '%s' of organization %s is read again: no row came where the "
                             "last run had some.", self.name, reading.organization)  # fmt: skip
            yield from self._convert_rows(reading, context, None)

    def _convert_rows(
        self, reading: PartitionRead, context: Context | None, limit: int | None
    ) -> Iterator[Item]:
        """Yield the records of the first rows; a row that could have no key is skipped."""
        reached = None
        for row, safe_bookmark in islice(self._read(reading), limit):
            record = None if row is None else self.convert(row, context)
            if record is None and row is not None:
                self._skip_row(reading, row, self.own_keys, reached)
            reached = safe_bookmark or reached
            yield record, safe_bookmark

    def _had_rows(self, context: Context | None) -> bool:
        """Tell whether a target would be told to delete rows that the last run had brought."""
        return (
            self.replication_method == REPLICATION_FULL_TABLE
            and not self._delete_blocks
            and bool(self.get_context_state(context).get(ROWS))
            and self.emit_activate_version_messages
        )

    @override
    def end(self) -> None:
        """Note how many rows there are, unless it is doubtful that there are none."""
        if unreported := self._cleaner.unreported:
            self.logger.warning(
                "Stream '%s': %d values of more than %d fields that are unknown or do not fit are "
                "kept in additional_fields.", self.name, unreported, MAX_REPORTED,
            )  # fmt: skip
        if self._stream_version is not None:
            for organization, rows in self._row_counts.items():
                if rows or not self._delete_blocks:
                    context = {ORGANIZATION: organization} if organization else None
                    self.get_context_state(context)[ROWS] = rows
        super().end()

    def _require_keys(self, reading: PartitionRead, items: Iterator[Item]) -> Iterator[Item]:
        """Yield the items of a list, without the rows that do not say what identifies them."""
        columns, reached = self.listed.keys, None
        for row, safe_bookmark in items:
            if row is None or has_keys(row, columns):
                yield row, safe_bookmark
            else:
                self._skip_row(reading, row, columns, reached)
                yield None, safe_bookmark
            reached = safe_bookmark or reached

    def _skip_row(
        self, reading: PartitionRead, row: Row, columns: list[str], reached: str | None
    ) -> None:
        """Count a row that has no key, or is none; the first is logged, and the next run asks it.

        The bookmark stays at its time, or if it shows none where the rows before it have `reached`.
        A target that is told to delete would delete such a row of an earlier run.
        """
        counts = self.stats.keyless if row else self.stats.no_rows
        self._miss_rows(reading, "rows without a key were skipped")
        reading.hold_bookmark(row_time(row) or reached or reading.start or NEVER)
        if reading.is_reread or self.stats.add(counts, self.name) > 1:
            return
        found = f"a row without '{' '.join(columns)}', its key (fields: {', '.join(row)})"
        self.logger.warning(
            "Stream '%s' of organization %s: %s is skipped; further ones are counted.",
            self.name, reading.organization, found if row else "what is no row",
        )  # fmt: skip

    def _miss_rows(self, reading: PartitionRead, why: str) -> None:
        """Block deletes, and let the next run read again: it may bring rows that this one lacks."""
        reading.is_whole = False
        self.block_deletes(why)

    def _miss_moved(self, reading: PartitionRead) -> None:
        """Note that rows may be missing as the list changed between two of its pages."""
        self._miss_rows(
            reading, f"the list of organization {reading.organization} moved while it was read"
        )

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
            return subtract_lookback(bookmark, self.sync_context.lookback_seconds)
        first: str | None = self.config.get("start_date")
        return first

    @override
    def _advance(self, context: Context | None, bookmark: Mark) -> None:
        """Note beside the bookmark if rows have no time of change: it does not cover them."""
        if (context or {}).get(ORGANIZATION) in self.timeless:
            state = self.get_context_state(context)
            if not state.get(TIMELESS):
                state.update({TIMELESS: True})
                self.state_manager.is_flushed = False
        super()._advance(context, bookmark)

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
            self._miss_rows(
                reading, f"a response for organization {reading.organization} held no list"
            )
            self.logger.warning(
                "Stream '%s': the response for organization %s reports success and holds no '%s'; "
                "it is read as an empty list.",
                self.name, reading.organization, self.listed.rows_key,
            )  # fmt: skip

    def _get(self, reading: PartitionRead, path: str, params: Params) -> Response:
        self.stats.add(self.stats.calls, self.name)
        response = self.sync_context.get_client().get(path, params, reading.organization)
        self.answered.add(reading.organization)
        self._receive(reading, response)
        return response

    def _receive(self, reading: PartitionRead, response: Response) -> None:
        """Take a response: note when it was served, and name its keys."""
        reading.served = response.served
        if self.resource.ids:
            for held in response.document.values():
                for row in held if isinstance(held, list) else [held]:
                    self._name_key(to_row(row))
        if response.repairs:
            self._count_repairs(response)

    def _name_key(self, row: Row) -> None:
        """Copy the id of a row to the key column, where the row has it under another name."""
        key = self.resource.keys[-1]
        if not is_key(row.get(key)):
            for name in filter(row.get, self.resource.ids.split()):
                row[key] = row[name]
                return

    def _count_repairs(self, response: Response) -> None:
        count = sum(response.repairs.values())
        if count and self.stats.add(self.stats.repairs, self.name, count) == count:
            self.logger.warning("Stream '%s': the service sends broken JSON, which is mended: %s.",
                                self.name, ", ".join(response.repairs))  # fmt: skip

    def _find_capabilities(
        self, reading: PartitionRead, resource: Resource
    ) -> EndpointCapabilities:
        """Return what is known of an endpoint in this run, by all streams that read it."""
        return self.recall_capabilities(reading.organization, resource)

    def recall_capabilities(self, organization: str, resource: Resource) -> EndpointCapabilities:
        """Return the same, before anything is read."""
        known, key = self.sync_context.capabilities, (organization, resource.name)
        if key not in known:
            found = recall_capabilities(self.sync_context, organization, resource)
            known.setdefault(key, found)
        return known[key]

    def _get_whole(
        self, reading: PartitionRead, resource: Resource, path: str, params: Params
    ) -> Response:
        """Request a list with all its rows, also those that it hides unasked."""
        view = self._find_capabilities(reading, resource).view
        response = view.get(lambda query: self._get(reading, path, query), params)
        if view.hidden:
            self.block_deletes(f"the service shows no more than {view.hidden}")
            if not view.is_reported:
                view.is_reported = True
                self.logger.warning(
                    "Stream '%s' of organization %s: the service hides rows, it shows no more than "
                    "%s.", self.name, reading.organization, view.hidden,
                )  # fmt: skip
        return response
