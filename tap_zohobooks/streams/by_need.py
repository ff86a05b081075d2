"""Streams, and rows, without a time of change: read again once an interval has passed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE
from typing_extensions import override

from tap_zohobooks.resources import METADATA, TIMELESS
from tap_zohobooks.singer.catalog import find_interval
from tap_zohobooks.singer.state import has_partition
from tap_zohobooks.singer.whole_reads import DAY, WholeRead, list_not_due
from tap_zohobooks.streams.records import RecordStream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from singer_sdk.helpers.types import Context

    from tap_zohobooks.resources import Resource
    from tap_zohobooks.singer.context import SyncContext

_SHAPES = ("stream_maps", "stream_map_config", "flattening_enabled", "flattening_max_depth")


def choose_interval(name: str, own: int | None, config: Mapping[str, Any]) -> int:
    """Return the seconds between two whole reads of a stream; `own` are those of its metadata."""
    is_metadata = name in METADATA
    if is_metadata and config.get("refresh_catalog"):
        return 0
    if own is not None:
        return own
    return max(DAY if is_metadata else 0, int(config["full_refresh_interval"]))


class ByNeedStream(RecordStream):
    """A stream that is read whole only if it is due; one with a time of change always is.

    Some rows of such a stream may have no time. Only a whole read finds them: while it is not due
    in an organization (`timed_only`), a run reads there what has changed by its time.
    """

    def __init__(self, sync_context: SyncContext, resource: Resource) -> None:
        """Start with nothing that was read."""
        super().__init__(sync_context, resource)
        self.timed_only: frozenset[str] = frozenset()
        self._due_at: float | None = None
        self._complete: set[str] = set()

    @property
    def refresh_interval(self) -> int | None:
        """Seconds between two whole reads; None if each run reads the stream whole."""
        own = find_interval(self._tap_input_catalog, self.name)
        is_chosen = self.is_incremental and not self.is_by_bookmark
        if is_chosen and own is None:  # FULL_TABLE was chosen: each run is to see all
            return None
        return choose_interval(self.name, own, self.config)

    @property
    def is_by_bookmark(self) -> bool:
        """Whether a run reads only what has changed since its bookmark."""
        return bool(self.replication_method != REPLICATION_FULL_TABLE)

    @override
    def choose_partitions(self) -> Sequence[Context]:
        partitions = super().choose_partitions()
        interval = self.refresh_interval
        if interval is None or self.ABORT_AT_RECORD_COUNT is not None or self.partitions is None:
            return partitions
        self._due_at = now = self.sync_context.get_now()
        states = [self._find_state(one) for one in partitions]
        if self.is_by_bookmark:
            self._choose_timed_only(partitions, states, interval, now)
            return partitions
        reads = [WholeRead.load(one) for one in states]
        not_due = list_not_due(reads, self._columns, interval, now)
        for at, state in enumerate(states):
            if at not in not_due:
                WholeRead().update(state)  # until it was read to its end
        organizations = [str(one[self.context_keys[0]]) for one in partitions]
        self.is_due, self.is_between = not not_due, len(not_due) == len(partitions)
        self.not_due = self.choose_left_out(
            {organizations[at]: (reads[at], time) for at, time in not_due.items()}
        )
        if 0 < len(self.not_due) < len(partitions):
            self.block_deletes(f"organization {', '.join(self.not_due)} was not due")
        return [
            one for one, name in zip(partitions, organizations, strict=True)
            if name not in self.not_due
        ]  # fmt: skip

    def choose_left_out(self, not_due: Mapping[str, tuple[WholeRead, float]]) -> dict[str, float]:
        """Return which organizations that are not due are left out, and when each is due.

        They are given with their last whole reads.
        """
        return {organization: time for organization, (_, time) in not_due.items()}

    def _choose_timed_only(
        self,
        partitions: Sequence[Context],
        states: Sequence[dict[str, Any]],
        interval: int,
        now: float,
    ) -> None:
        """Find the organizations whose rows without a time of change are not due, and log that."""
        if not any(one.get(TIMELESS) for one in states):
            return
        reads = [WholeRead.load(one) for one in states]
        not_due = list_not_due(reads, self._columns, interval, now)
        found = [one for at, one in enumerate(partitions) if at in not_due]
        self.timed_only = frozenset(str(one[self.context_keys[0]]) for one in found)
        if found:
            self.logger.info(
                "Stream '%s': rows without a time of change are not due, and are not read in this "
                "run (full_refresh_interval).", self.name,
            )  # fmt: skip

    def _find_state(self, context: Context) -> dict[str, Any]:
        """Return the state of a partition; an empty one that is not kept if there is none.

        A partition in the state says that its first read has begun.
        """
        is_known = has_partition(self.tap_state, self.name, context)
        return self.get_context_state(context) if is_known else {}

    @property
    def _columns(self) -> str:
        """Eight characters that stand for the columns of the records, and how they are mapped."""
        deselected = sorted(repr(path) for path in self.mask if not self.mask[path])
        shapes = [self.config.get(name) for name in _SHAPES]
        shape: list[Any] = [self.effective_schema, deselected, [*(self.primary_keys or ())], shapes]
        text = json.dumps(shape, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    @property
    def version_to_keep(self) -> int | None:
        """The version of the records of a whole read, if later runs have to give it to others."""
        return None

    def note_whole_read(self, organization: str) -> None:
        """Note that everything of an organization was read; for any thread."""
        self._complete.add(organization)

    @override
    def end(self) -> None:
        """Write into the state what was read to its end, once all its rows are written."""
        if self._due_at is not None:
            read = None
            for organization in sorted(self._complete):
                state = self.get_context_state({self.context_keys[0]: organization})
                if not self.is_by_bookmark or state.get(TIMELESS):
                    read = read or WholeRead(self._due_at, self._columns, self.version_to_keep)
                    read.update(state)
                    self.state_manager.is_flushed = False
            self._complete.clear()
        super().end()
        self._write_state_message()
