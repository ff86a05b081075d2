"""The connection test: one API call a scope and organization, however long the lists are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import (
    AccessDenied,
    NotFound,
    NotInPlan,
    ParameterRefused,
    Scope,
    TapError,
    UnexpectedResponse,
)
from tap_zohobooks.pagination.page import find_rows, shows_rows, to_row
from tap_zohobooks.pagination.view import FILTER
from tap_zohobooks.resources import ORGANIZATION, TABLE, Report, build_request
from tap_zohobooks.singer.failures import Failure, list_errors, merge, skip_closed
from tap_zohobooks.singer.ordered_map import ordered_map
from tap_zohobooks.streams.base import ResourceStream
from tap_zohobooks.streams.lists import ListStream, Undocumented
from tap_zohobooks.streams.organization import CustomFieldStream, OrganizationStream
from tap_zohobooks.streams.per_row import PerRowStream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from singer_sdk import Stream

    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.singer.context import SyncContext

PLACES = {name: place for place, name in enumerate(TABLE)}
FIRST_ROW: dict[str, str | int] = {"page": 1, "per_page": 1}
OPTIONAL = (Undocumented, CustomFieldStream)  # any refusal means that the edition has none


def choose_lists(streams: Iterable[Stream]) -> list[ResourceStream]:
    """Return one selected list of each scope, if possible that which gives the scope its name."""
    lists = _find_lists(streams)
    found = {one.resource.permission: one for one in reversed(lists)}
    return [
        *(found | {one.resource.permission: one for one in lists if _is_namesake(one)}).values()
    ]


def _is_namesake(stream: ResourceStream) -> bool:
    """Tell whether the area of a list's scope is its path."""
    return (stream.resource.path or stream.resource.list_path) == stream.resource.area


def _find_lists(streams: Iterable[Stream]) -> list[ResourceStream]:
    """Return the selected lists in the order of the table; none that costs a call a row.

    The organizations, which each run requests, are not among them.
    """
    found = [
        one for one in streams
        if isinstance(one, ResourceStream) and one.selected
        and not isinstance(one, (PerRowStream, OrganizationStream))
    ]  # fmt: skip
    return sorted(found, key=lambda one: PLACES.get(one.name, len(PLACES)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the request for one list of one organization brought: a response, or an error."""

    stream: ResourceStream
    organization: str
    response: Response | None = None
    error: TapError | None = None

    @property
    def is_absent(self) -> bool:
        """Whether the plan or edition lacks the list: a run skips it, no scope would help."""
        is_refusal = isinstance(self.error, (ParameterRefused, UnexpectedResponse))
        is_refused = is_refusal and isinstance(self.stream, OPTIONAL)
        return is_refused or isinstance(self.error, (NotFound, NotInPlan))


@dataclass(slots=True)
class ConnectionTest:
    """Requests the first row of some lists, and writes it with its schema."""

    sync_context: SyncContext
    failures: list[Failure] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)

    def run(self, streams: Iterable[Stream]) -> None:
        """Test one list of each scope in each organization, and log what was found.

        Raises:
            TapError: What may not be read, or could not be.
        """
        selected = list(streams)
        lists = choose_lists(selected)
        pairs = [(stream, str(context[ORGANIZATION]))
                 for stream in lists for context in stream.partitions or ()]  # fmt: skip
        places = self.sync_context.max_concurrency
        results = [one for _, one in ordered_map(places, self._request, pairs) if one is not None]
        for one in results:
            self._judge(one)
        self._log_results(results)
        self._log_untested(selected, lists)
        self._conclude()

    def _request(self, pair: tuple[ResourceStream, str]) -> Outcome | None:
        """Request the first row of a list; None if its organization cannot be read at all.

        Raises:
            TapError: It concerns the whole run.
        """
        stream, organization = pair
        if organization in self.closed:
            return None
        params = FIRST_ROW if isinstance(stream, ListStream) else {}
        if isinstance(stream.resource, Report):
            served = self.sync_context.get_organizations().served or datetime.now(UTC)
            day = served.date().isoformat()
            params = stream.resource.build_query(day, day)
        path, query = build_request(stream.resource, organization, params)
        if not isinstance(stream.resource, Report):
            query.pop(FILTER, None)  # some editions refuse it, and a run then requests without it
        try:
            response = self.sync_context.get_client().get(path, query, organization)
        except TapError as error:
            if error.scope is Scope.RUN:
                raise
            if error.scope is Scope.ORGANIZATION:
                self.closed.add(organization)
            return Outcome(stream, organization, error=error)
        return Outcome(stream, organization, response)

    def _judge(self, one: Outcome) -> None:
        """Write the first row, or note why there is none."""
        error = one.error
        if one.response is not None:
            try:
                self._write(one.stream, one.organization, one.response)
            except TapError as unreadable:
                error = unreadable
        if isinstance(error, AccessDenied):
            scope = one.stream.resource.permission
            error = Reason.SCOPE_MISSING.error(refusal=str(error).rstrip("."), scope=scope)
        if error is not None and not one.is_absent:
            self.failures.append(Failure(one.stream.name, one.organization, error))

    def _write(self, stream: ResourceStream, organization: str, response: Response) -> None:
        if isinstance(stream.resource, Report):  # its rows are made of a whole period
            stream.write_sample(None, response.served)
            return
        keys = stream.resource.rows_keys
        rows = find_rows(response.document, *keys) if shows_rows(response.document, *keys) else []
        record = stream.convert(to_row(rows[0]), {ORGANIZATION: organization}) if rows else None
        stream.write_sample(record, response.served)

    def _log_results(self, results: Iterable[Outcome]) -> None:
        """Log what each organization lets read, as `zohobooks doctor` does."""
        by_organization: dict[str, list[Outcome]] = {}
        for one in results:
            by_organization.setdefault(one.organization, []).append(one)
        for organization, found in by_organization.items():
            readable = sum(one.response is not None for one in found)
            self.sync_context.logger.info(
                "Organization %s: %d of %d scopes allow reading, by a list of each.",
                organization, readable, len(found),
            )  # fmt: skip
            if absent := [one.stream.name for one in found if one.is_absent]:
                self.sync_context.logger.info(
                    "Organization %s: its plan or edition lacks %s.",
                    organization, ", ".join(absent),
                )  # fmt: skip

    def _log_untested(self, selected: list[Stream], lists: list[ResourceStream]) -> None:
        others = [one for one in _find_lists(selected) if one not in lists]
        costly = sum(one.selected and isinstance(one, PerRowStream) for one in selected)
        self.sync_context.logger.info(
            "No call was made for %d further lists of the same scopes, and for %d selected streams "
            "that cost calls for each row; `zohobooks doctor` checks each list.",
            len(others), costly,
        )  # fmt: skip

    def _conclude(self) -> None:
        context, failures = self.sync_context, self.failures
        if not context.config["organization_ids"]:
            failures, closed = skip_closed(failures, context.get_organizations().ids)
            context.stats.closed.update(closed)
        if failures:
            raise merge(list_errors(failures, {}))
