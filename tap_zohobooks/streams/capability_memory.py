"""What endpoints cannot do, kept between runs beside the token: no request of it is made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_zohobooks.pagination.capabilities import (
    DATES,
    FILTERS,
    SORTS,
    EndpointCapabilities,
)
from tap_zohobooks.pagination.endpoint_limits import EndpointLimits

if TYPE_CHECKING:
    from tap_zohobooks.resources import Resource
    from tap_zohobooks.singer.context import SyncContext

_NAMES = {
    FILTERS: "filter by time of change",
    SORTS: "order by time of change",
    DATES: "range of days",
}


def recall_capabilities(
    sync_context: SyncContext, organization: str, listed: Resource
) -> EndpointCapabilities:
    """Return what is known of the endpoint of a list: by the table, and by the runs of a week."""
    record = sync_context.open_value(EndpointLimits, organization)
    with record.change() as shared:
        limits = shared.find(listed.name, record.now())
    for one in sorted(limits):
        sync_context.logger.info(
            "List '%s' of organization %s is read without the %s: a run of the last 7 days was "
            "shown that its endpoint has none.",
            listed.name, organization, _NAMES.get(one, one),
        )  # fmt: skip
    return EndpointCapabilities(
        False if FILTERS in limits else listed.filters,
        False if SORTS in limits else listed.sorts,
        False if DATES in limits else None,
    )


def keep_limits(sync_context: SyncContext, organization: str, listed: str) -> None:
    """Keep what this run was shown that the endpoint of a list cannot do; for any thread."""
    found = sync_context.capabilities.get((organization, listed))
    if found is None or not found.limits:
        return
    record = sync_context.open_value(EndpointLimits, organization)
    with record.change() as shared:
        shared.keep(listed, sorted(found.limits), record.now())
    found.limits.clear()
