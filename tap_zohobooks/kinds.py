"""Which kind of stream each group of the table is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_zohobooks import resources
from tap_zohobooks.documents import (
    BulkDetailStream,
    DetailStream,
    GroupStream,
    NestedStream,
    PostingStream,
    RateStream,
    WholeDetailStream,
)
from tap_zohobooks.streams import (
    CustomFieldStream,
    IncrementalStream,
    ListStream,
    OrganizationStream,
    SingleStream,
    UndocumentedStream,
)

if TYPE_CHECKING:
    from tap_zohobooks.streams import ResourceStream

KINDS: dict[type[ResourceStream], tuple[resources.Resource, ...]] = {
    IncrementalStream: resources.INCREMENTAL,
    ListStream: resources.WHOLE,
    UndocumentedStream: resources.UNDOCUMENTED,
    SingleStream: resources.SINGLE,
    CustomFieldStream: resources.FIELDS,
    OrganizationStream: (resources.ORGANIZATIONS,),
    BulkDetailStream: resources.BULK,
    DetailStream: resources.DETAILED,
    WholeDetailStream: resources.WHOLE_DETAILED,
    NestedStream: (*resources.NESTED, *resources.COMMENTED),
    PostingStream: resources.POSTINGS,
    RateStream: resources.RATES,
    GroupStream: resources.GROUPS,
}
