"""Which kind of stream each group of the table is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_zohobooks import resources
from tap_zohobooks.streams.base import ResourceStream
from tap_zohobooks.streams.bulk import BulkDetailStream
from tap_zohobooks.streams.dated import DatedStream
from tap_zohobooks.streams.details import (
    AlternatePathStream,
    DetailStream,
    WholeDetailStream,
)
from tap_zohobooks.streams.lists import (
    AddOnListStream,
    AddOnSingleStream,
    AddOnStream,
    InactiveRowsStream,
    IncrementalStream,
    ListStream,
    NewerSingleStream,
    NewerStream,
    SingleStream,
    UndocumentedStream,
)
from tap_zohobooks.streams.nested import (
    ChildStream,
    GroupStream,
    PostingStream,
    RateStream,
)
from tap_zohobooks.streams.newer import (
    BulkChildStream,
    NewerChildStream,
    NewerDetailStream,
    NewerWholeDetailStream,
)
from tap_zohobooks.streams.organization import CustomFieldStream, OrganizationStream
from tap_zohobooks.streams.reports.activities import ActivityStream, DeletionStream
from tap_zohobooks.streams.reports.lists import (
    AgingDetailStream,
    AgingSummaryStream,
    BalanceStream,
    EntityStream,
)
from tap_zohobooks.streams.reports.postings import JournalStream, LedgerStream
from tap_zohobooks.streams.reports.statements import StatementStream
from tap_zohobooks.streams.two_ways import (
    BankStatementStream,
    LockStream,
    TagOptionStream,
    TwoPathStream,
    WholeFirstOptionalStream,
    WholeFirstStream,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from singer_sdk import Stream

    from tap_zohobooks.singer.context import SyncContext

STREAM_TYPES: dict[type[ResourceStream], tuple[resources.Resource, ...]] = {
    IncrementalStream: resources.INCREMENTAL,
    ListStream: resources.WHOLE,
    DatedStream: resources.DATED,
    InactiveRowsStream: resources.FILTERED,
    UndocumentedStream: (*resources.UNDOCUMENTED, *resources.NEWER_WHOLE),
    SingleStream: resources.SINGLE,
    CustomFieldStream: resources.FIELDS,
    OrganizationStream: (resources.ORGANIZATIONS,),
    BulkDetailStream: resources.BULK,
    DetailStream: resources.DETAILED,
    AlternatePathStream: resources.RESPELLED,
    WholeDetailStream: resources.WHOLE_DETAILED,
    ChildStream: (*resources.NESTED, *resources.COMMENTED),
    BankStatementStream: resources.LATEST,
    PostingStream: resources.POSTINGS,
    RateStream: resources.RATES,
    GroupStream: resources.GROUPS,
    StatementStream: resources.STATEMENTS,
    EntityStream: (*resources.ENTITY_REPORTS, *resources.DOCUMENT_REPORTS),
    AgingSummaryStream: resources.AGING_SUMMARIES,
    AgingDetailStream: resources.AGING_DETAILS,
    BalanceStream: resources.BALANCES,
    JournalStream: resources.JOURNALS,
    LedgerStream: resources.LEDGERS,
    ActivityStream: resources.ACTIVITIES,
    DeletionStream: resources.DELETIONS,
    WholeFirstStream: resources.WHOLE_FIRST,
    WholeFirstOptionalStream: resources.WHOLE_FIRST_OPTIONAL,
    NewerStream: resources.NEWER,
    TwoPathStream: resources.NEWER_TWO_PATHS,
    LockStream: resources.LOCKS,
    NewerSingleStream: resources.NEWER_SINGLE,
    TagOptionStream: resources.TAG_OPTIONS,
    AddOnStream: resources.ADD_ON,
    AddOnListStream: resources.ADD_ON_WHOLE,
    AddOnSingleStream: resources.ADD_ON_SINGLE,
    NewerDetailStream: resources.NEWER_DETAILED,
    NewerWholeDetailStream: resources.NEWER_WHOLE_DETAILED,
    NewerChildStream: resources.NEWER_NESTED,
    BulkChildStream: resources.NEWER_BULK,
}


def build_streams(sync_context: SyncContext) -> list[ResourceStream]:
    """Return the streams of the table, without a request."""
    return [kind(sync_context, row) for kind, rows in STREAM_TYPES.items() for row in rows]


def find_bookmark_keys(streams: Mapping[str, Stream]) -> dict[str, str]:
    """Return of which key the bookmark of each stream is; empty if it is read whole."""
    found = {name: one for name, one in streams.items() if isinstance(one, ResourceStream)}
    return {name: one.bookmark_key if one.is_incremental else "" for name, one in found.items()}


def sort_by_cost(streams: Mapping[str, Stream]) -> dict[str, Stream]:
    """Return streams by name: first those that cost the fewest calls a row, then by name."""
    costs = {name: getattr(one, "calls_per_row", 0) for name, one in streams.items()}
    return {name: streams[name] for name in sorted(streams, key=lambda name: (costs[name], name))}
