"""Check a list with one API call: may it be read, and can it filter and sort?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tap_zohobooks.cli.common import TYPE_OF
from tap_zohobooks.errors import (
    NotFound,
    NotInPlan,
    ParameterRefused,
    QuotaReached,
    ResponseTooLarge,
    TapError,
    UnexpectedResponse,
)
from tap_zohobooks.pagination.capabilities import EndpointCapabilities
from tap_zohobooks.pagination.page import Page, filter_value, parse_page
from tap_zohobooks.resources import MODIFIED, ORGANIZATIONS, Report, build_request
from tap_zohobooks.streams.lists import (
    InactiveRowsStream,
    IncrementalStream,
    ListStream,
    Undocumented,
    UndocumentedStream,
)
from tap_zohobooks.streams.organization import CustomFieldStream
from tap_zohobooks.streams.two_ways import REFUSALS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tap_zohobooks.cli.common import SelectedStream
    from tap_zohobooks.client import Client
    from tap_zohobooks.pagination.page import Params
    from tap_zohobooks.resources import Resource

SORT, ORDER = "sort_column", "sort_order"
FIRST_ROWS: dict[str, str | int] = {"page": 1, "per_page": 2}  # two rows show an order
OLDEST_FIRST: dict[str, str | int] = {SORT: MODIFIED, ORDER: "A"}
NEWEST_FIRST: dict[str, str | int] = {SORT: MODIFIED, ORDER: "D"}
FULL_TABLE = "full table"
PERIODS = "whole periods"
STRATEGIES = {  # by whether the list filters, and sorts
    (True, True): "filter and sort",
    (False, True): "sort only",
    (True, False): "filter only",
    (False, False): "neither: all pages",
}


@dataclass(frozen=True, slots=True)
class ListCheck:
    """The result of checking a list; `error` is why it may not be read."""

    capabilities: EndpointCapabilities = field(default_factory=EndpointCapabilities)
    error: TapError | None = None

    @property
    def is_absent(self) -> bool:
        """Whether the organization's plan lacks the list: a run skips it, no scope would help."""
        return isinstance(self.error, (NotFound, NotInPlan))


def collect_lists(streams: Iterable[SelectedStream]) -> list[Resource]:
    """Return the lists that these streams read, each once, without the organizations."""
    lists = {stream.list_resource.name: stream.list_resource for stream in streams}
    lists.pop(ORGANIZATIONS.name, None)  # always requested, and not counted by any quota
    return list(lists.values())


def choose_strategy(stream: SelectedStream, capabilities: EndpointCapabilities) -> str:
    """Return the name of the strategy by which a run reads a stream."""
    if not stream.is_incremental:
        return FULL_TABLE
    if isinstance(stream.resource, Report):
        return PERIODS
    return STRATEGIES[capabilities.filters is not False, capabilities.sorts is not False]


def request_page(
    client: Client,
    listed: Resource,
    organization: str,
    capabilities: EndpointCapabilities,
    since: str | None,
    params: Params,
) -> Page:
    """Request a page of rows changed since an instant, filtered and sorted if the list can.

    A parameter that the service refuses is noted in `capabilities`, and left out. If a list has two
    paths, the other one is requested once the first is refused, as by a run.

    Raises:
        TapError: The list may not be read.
    """
    while True:
        query = dict(params)
        if SORT in params and capabilities.sorts is False:
            del query[SORT], query[ORDER]
        if since and capabilities.filters is not False:
            query[MODIFIED] = filter_value(since)
        try:
            response = client.get(*build_request(listed, organization, query), organization)
        except REFUSALS as refused:
            listed = _change_request(listed, capabilities, refused, query)
        else:
            return parse_page(response.document, response.served, listed.rows_key, lambda _: "")


def has_two_paths(listed: Resource) -> bool:
    """Tell whether a list has another path, not one of each parent row, that was not tried."""
    return bool(listed.then) and not listed.of


def check_list(client: Client, listed: Resource, organization: str, now: datetime) -> ListCheck:
    """Request what of a list has changed since now, and derive from it what the list can do.

    Raises:
        QuotaReached: The daily quota is used up.
    """
    if isinstance(listed, Report):
        return _check_report(client, listed, organization, now)
    kind = TYPE_OF.get(listed.name, UndocumentedStream)
    by_time = issubclass(kind, IncrementalStream)
    capabilities, since = EndpointCapabilities(listed.filters, listed.sorts), now.isoformat()
    params = FIRST_ROWS if issubclass(kind, ListStream) else {}
    params = params | OLDEST_FIRST if by_time else params
    start = since if by_time else None
    try:
        page = request_page(client, listed, organization, capabilities, start, params)
    except QuotaReached:
        raise
    except (ParameterRefused, UnexpectedResponse) as refused:
        is_absent = issubclass(kind, (Undocumented, CustomFieldStream))
        return ListCheck(capabilities, NotInPlan(refused.found) if is_absent else refused)
    except TapError as error:
        return ListCheck(capabilities, error)
    if not page.is_sorted("A"):
        capabilities.sorts = False
    if capabilities.filters is not False and any((time or since) < since for time in page.times):
        capabilities.filters = False
    return ListCheck(capabilities)


def _check_report(client: Client, report: Report, organization: str, now: datetime) -> ListCheck:
    """Request a report of today, whose periods a run requests."""
    day = now.date().isoformat()
    try:
        client.get(report.list_path, report.build_query(day, day), organization)
    except QuotaReached:
        raise
    except TapError as error:
        return ListCheck(error=error)
    return ListCheck()


def _change_request(
    listed: Resource, capabilities: EndpointCapabilities, refused: TapError, params: Params
) -> Resource:
    """Return the list to request after a refusal: by its other path, or with fewer parameters.

    Raises:
        TapError: A run requests it in no other way.
    """
    if has_two_paths(listed) and not isinstance(refused, ResponseTooLarge):
        return listed.other
    if isinstance(refused, ParameterRefused):
        return _drop_parameter(listed, capabilities, refused, params)
    raise refused


def _drop_parameter(
    listed: Resource, capabilities: EndpointCapabilities, refused: ParameterRefused, params: Params
) -> Resource:
    """Note which parameter was refused, and return the list to request without it.

    Raises:
        ParameterRefused: A run needs the parameter.
    """
    if MODIFIED in params and "sort" not in refused.found:
        capabilities.filters = False
    elif SORT in params:
        capabilities.sorts = False
    elif TYPE_OF.get(listed.name) is InactiveRowsStream and listed.query:
        return replace(listed, path=listed.list_path)
    else:
        raise refused
    return listed
