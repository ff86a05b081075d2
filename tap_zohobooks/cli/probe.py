"""One cheap call a list: may it be read, and what can it do?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tap_zohobooks.cli.common import KIND_OF
from tap_zohobooks.errors import (
    NotFound,
    NotInPlan,
    ParameterRefused,
    QuotaReached,
    TapError,
    UnexpectedResponse,
)
from tap_zohobooks.pagination.capabilities import EndpointCapabilities
from tap_zohobooks.pagination.page import Page, filter_value, parse_page
from tap_zohobooks.resources import ENTITIES, MODIFIED, ORGANIZATION, ORGANIZATIONS
from tap_zohobooks.streams.lists import (
    InactiveRowsStream,
    IncrementalStream,
    ListStream,
    UndocumentedStream,
)
from tap_zohobooks.streams.organization import CustomFieldStream

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tap_zohobooks.cli.common import SelectedStream
    from tap_zohobooks.client import Client
    from tap_zohobooks.pagination.page import Params
    from tap_zohobooks.resources import Resource

SORT, ORDER = "sort_column", "sort_order"
FIRST_ROWS: dict[str, str | int] = {"page": 1, "per_page": 2}  # two show an order
OLDEST_FIRST: dict[str, str | int] = {SORT: MODIFIED, ORDER: "A"}
NEWEST_FIRST: dict[str, str | int] = {SORT: MODIFIED, ORDER: "D"}
FULL_TABLE = "full table"
ABSENT = (NotFound, NotInPlan)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a call of a list has shown; `refused` says why it may not be read."""

    capabilities: EndpointCapabilities = field(default_factory=EndpointCapabilities)
    refused: TapError | None = None

    @property
    def is_absent(self) -> bool:
        """Whether the organization does not have it: a run skips it, and no scope would help."""
        return isinstance(self.refused, ABSENT)


def lists(streams: Iterable[SelectedStream]) -> list[Resource]:
    """Return the lists that reading these streams needs, each once."""
    found = {one.listed.name: one.listed for one in streams}
    found.pop(ORGANIZATIONS.name, None)  # they are asked for anyway, and count for no organization
    return list(found.values())


def strategy(stream: SelectedStream, capabilities: EndpointCapabilities) -> str:
    """Name the way in which a run reads a stream."""
    if not stream.is_incremental:
        return FULL_TABLE
    match capabilities.filters is not False, capabilities.sorts is not False:
        case True, True:
            return "filter and sort"
        case False, True:
            return "sort only"
        case True, False:
            return "filter only"
        case _:
            return "neither: all pages"


def look(
    client: Client,
    listed: Resource,
    organization: str,
    capabilities: EndpointCapabilities,
    since: str | None,
    params: Params,
) -> Page:
    """Ask a list for what changed since an instant, in an order, as far as it can do that.

    What it refuses is noted as what it cannot do.

    Raises:
        TapError: It may not be read.
    """
    while True:
        query = dict(params)
        if SORT in params and capabilities.sorts is False:
            del query[SORT], query[ORDER]
        if since and capabilities.filters is not False:
            query[MODIFIED] = filter_value(since)
        try:
            answer = client.get(*asked(listed, organization, query), organization)
        except ParameterRefused as refused:
            listed = _learnt(listed, capabilities, refused, query)
        else:
            return parse_page(answer.document, answer.served, listed.rows_key, lambda _: "")


def examine(client: Client, listed: Resource, organization: str, now: datetime) -> Finding:
    """Ask a list for what has changed since now, and judge what comes.

    Raises:
        QuotaReached: The calls of the day are used up.
    """
    kind = KIND_OF.get(listed.name, UndocumentedStream)
    by_time = issubclass(kind, IncrementalStream)
    capabilities, since = EndpointCapabilities(listed.filters, listed.sorts), now.isoformat()
    params = FIRST_ROWS if issubclass(kind, ListStream) else {}
    params = params | OLDEST_FIRST if by_time else params
    try:
        page = look(client, listed, organization, capabilities, since if by_time else None, params)
    except QuotaReached:
        raise
    except (ParameterRefused, UnexpectedResponse) as refused:
        is_absent = issubclass(kind, (UndocumentedStream, CustomFieldStream))
        return Finding(capabilities, NotInPlan(refused.found) if is_absent else refused)
    except TapError as refused:
        return Finding(capabilities, refused)
    if not page.is_sorted("A"):
        capabilities.sorts = False
    if capabilities.filters is not False and any((time or since) < since for time in page.times):
        capabilities.filters = False
    return Finding(capabilities)


def asked(listed: Resource, organization: str, params: Params) -> tuple[str, dict[str, str | int]]:
    """Return path and parameters of a call of a list."""
    blanks = {ORGANIZATION: organization, "entity": next(iter(ENTITIES.values()))}
    query = {name: value.format(**blanks) for name, value in listed.query.items()}
    return listed.list_path.format(**blanks), {**query, **params}


def _learnt(
    listed: Resource, capabilities: EndpointCapabilities, refused: ParameterRefused, params: Params
) -> Resource:
    """Note which parameter was refused, and return what to ask for next.

    Raises:
        ParameterRefused: A run would not do without it.
    """
    if MODIFIED in params and "sort" not in refused.found:
        capabilities.filters = False
    elif SORT in params:
        capabilities.sorts = False
    elif KIND_OF.get(listed.name) is InactiveRowsStream and listed.query:
        return replace(listed, path=listed.list_path)
    else:
        raise refused
    return listed
