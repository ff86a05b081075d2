"""The context of a sync: what all its streams share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from tap_zohobooks.singer.once import Once
from tap_zohobooks.singer.shared_pages import SharedPages
from tap_zohobooks.singer.stats import StreamStats

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping, Sequence

    from singer_sdk import Stream, Tap
    from singer_sdk.helpers.types import Context

    from tap_zohobooks.client import Client
    from tap_zohobooks.http.shared_state import SharedValue, Value
    from tap_zohobooks.organizations import Organizations
    from tap_zohobooks.pagination.capabilities import EndpointCapabilities


class OpenValue(Protocol):
    """Opens what the runs of this account share, by kind and by organization, or several."""

    def __call__(self, kind: type[Value], name: str = "") -> SharedValue[Value]:
        """Return the value."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class SyncContext:
    """What all streams of a tap share; they read this and not the tap.

    Discovery makes streams without credentials and without a request, and settings may be invalid
    by then. So settings are read when they are needed, and what needs credentials or requests is
    given as a function, whose result the tap keeps.
    """

    tap: Tap  # for the constructor of the SDK's `Stream`
    config: Mapping[str, Any]
    logger: logging.Logger
    get_client: Callable[[], Client]
    get_organizations: Callable[[], Organizations]
    may_delete: Callable[[], bool]  # whether the organizations read are all that tables hold
    sync_streams: Callable[[Sequence[Stream], Context | None], None]
    open_value: OpenValue
    get_now: Callable[[], float]  # seconds since 1970
    stats: StreamStats = field(default_factory=StreamStats)
    capabilities: dict[tuple[str, str], EndpointCapabilities] = field(default_factory=dict)
    """What endpoints can do, by organization id and list name."""
    once: Once = field(default_factory=Once)
    """What streams share of an organization, each value computed once."""
    pages: SharedPages = field(default_factory=SharedPages)
    """First pages of lists, each requested once for all streams that request the same."""

    @property
    def page_size(self) -> int:
        """Rows a page."""
        return int(self.config["page_size"])

    @property
    def max_concurrency(self) -> int:
        """Requests in flight, an organization."""
        return int(self.config["max_concurrency"])

    @property
    def lookback_seconds(self) -> int:
        """Seconds that an incremental run re-reads before its bookmark."""
        return int(self.config["lookback_seconds"])

    @property
    def full_refresh_interval(self) -> int:
        """Seconds between two whole reads of a stream without a time of change; 0 is each run."""
        return int(self.config["full_refresh_interval"])
