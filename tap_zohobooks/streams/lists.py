"""Kinds of stream that read a list, or the one response that holds everything."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zohobooks.errors import AccessDenied, ParameterRefused, UnexpectedResponse
from tap_zohobooks.pagination.capabilities import EndpointCapabilities
from tap_zohobooks.pagination.offset_scan import OffsetScan
from tap_zohobooks.pagination.page import parse_page, row_key, rows_of
from tap_zohobooks.pagination.reader import Reader
from tap_zohobooks.resources import INCREMENTAL, ORGANIZATION, TIMELESS
from tap_zohobooks.singer.activate_version import find_hiding_filter
from tap_zohobooks.singer.state import check_start
from tap_zohobooks.transform.timestamps import subtract_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.pagination.page import Page, Params
from tap_zohobooks.streams.base import PartitionRead, ResourceStream


class ListStream(ResourceStream):
    """A list endpoint, read whole or by what changed."""

    is_complete = True

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        by_time = (
            self.listed in INCREMENTAL
        )  # a row that changes then moves behind the read position
        if by_time or self.replication_method == REPLICATION_INCREMENTAL:
            reader = self._reader(reading)
            yield from reader.read(reading.start)
            is_sure = reader.is_sure
        else:
            scan = OffsetScan(
                lambda params: self._page(reading, params),
                self.sync_context.page_size,
            )
            for entries, _ in scan.pages():
                for entry in entries:
                    yield entry.row, None
            is_sure = not scan.has_moved
        if not is_sure:
            self.block_deletes(
                f"the list of organization {reading.organization} moved while it was read"
            )

    def _reader(self, reading: PartitionRead) -> Reader:
        capabilities = self.sync_context.capabilities.setdefault(
            (reading.organization, self.listed.name),
            EndpointCapabilities(self.listed.filters, self.listed.sorts),
        )
        kept = self.get_context_state({ORGANIZATION: reading.organization})
        return Reader(
            lambda params: self._page(reading, params),
            self.sync_context.page_size,
            capabilities,
            lambda text: self.logger.info("Stream '%s': %s", self.name, text),
            note_timeless=lambda: self.timeless.add(reading.organization),
            has_timeless_rows=bool(kept.get(TIMELESS)),
        )

    def _page(self, reading: PartitionRead, params: Params) -> Page:
        listed = self.listed
        answer = self._get(reading, listed.list_path, {**listed.query, **params})
        if reading.max_bookmark is None:
            check_start(self.name, reading.organization, reading.start, answer.served.isoformat())
            reading.max_bookmark = subtract_seconds(
                answer.served.isoformat(), self.sync_context.lookback_seconds
            )
        if hidden := find_hiding_filter(answer.document, listed.query):
            self.block_deletes(f"the service shows no more than {hidden}")
        self._check_rows(reading, answer.document, listed.rows_key)
        key = partial(row_key, self.name, listed.keys)
        return parse_page(answer.document, answer.served, listed.rows_key, key)


class IncrementalStream(ListStream):
    """A list whose rows have a time of change."""

    is_incremental = True


class InactiveRowsStream(ListStream):
    """A list that shows inactive rows only if asked by `filter_by`; no official file has that."""

    @override
    def _get(self, reading: PartitionRead, path: str, params: Params) -> Response:
        try:
            return super()._get(reading, path, params)
        except ParameterRefused as refused:
            if "filter_by" not in params:
                raise
            problem = f"the service does not show inactive rows ({refused.found})"
            self.logger.warning("Stream '%s': %s.", self.name, problem)
            self.block_deletes(problem)
        rest = {name: value for name, value in params.items() if name != "filter_by"}
        return super()._get(reading, path, rest)


class UndocumentedStream(ListStream):
    """A list that no official file has: any refusal means that it cannot be read here."""

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        try:
            yield from super()._read(reading)
        except (ParameterRefused, UnexpectedResponse) as refused:
            raise AccessDenied(refused.found) from refused


class SingleStream(ResourceStream):
    """An endpoint whose one response holds everything."""

    is_complete = True

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        path = self.resource.list_path.format(organization_id=reading.organization)
        response = self._get(reading, path, self.resource.query)
        self._check_rows(reading, response.document, self.resource.rows_key)
        for row in rows_of(response.document, self.resource.rows_key):
            yield row, None
