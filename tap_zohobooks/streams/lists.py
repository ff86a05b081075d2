"""Kinds of stream that read a list, or the one response that holds everything."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import AccessDenied, ParameterRefused, UnexpectedResponse
from tap_zohobooks.pagination.offset_scan import OffsetScan
from tap_zohobooks.pagination.page import find_rows, parse_page, row_key, shows_rows, to_row
from tap_zohobooks.pagination.reader import Reader
from tap_zohobooks.pagination.view import FILTER
from tap_zohobooks.resources import ORGANIZATION, TIMED, TIMELESS, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Context

    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.pagination.page import Page, Params
    from tap_zohobooks.singer.context import SyncContext
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.transform.cleaner import Row
from tap_zohobooks.streams.base import ResourceStream


class ListStream(ResourceStream):
    """A list endpoint, read whole or by what changed."""

    is_complete = True

    def __init__(self, sync_context: SyncContext, resource: Resource) -> None:
        """Prepare what each page needs."""
        super().__init__(sync_context, resource)
        self._path, self._query = self.listed.list_path, self.listed.query
        self._rows_keys = self.listed.rows_keys
        self._row_key = partial(row_key, self.listed.keys)

    @override
    def start(self, context: Context | None) -> str | None:
        """Return from when to read, and note that the list is going to be read from then on."""
        start = super().start(context)
        if start is not None:
            organization = str((context or {}).get(ORGANIZATION, ""))
            self.sync_context.pages.expect(organization, self.listed.name, self.name)
        return start

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        # A row that changes moves behind the read position if the list is sorted by time.
        by_time = self.listed in TIMED
        if by_time or self.replication_method == REPLICATION_INCREMENTAL:
            reader = self._reader(reading)
            if reading.start is not None and not reader.has_timeless_rows:
                reading.is_whole = False
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
            self._miss_moved(reading)

    def _reader(self, reading: PartitionRead) -> Reader:
        kept = self.get_context_state({ORGANIZATION: reading.organization})
        is_whole = reading.organization not in self.timed_only
        return Reader(
            lambda params: self._page(reading, params),
            self.sync_context.page_size,
            self._find_capabilities(reading, self.listed),
            lambda text: self.logger.info("Stream '%s': %s", self.name, text),
            note_timeless=lambda: self.timeless.add(reading.organization),
            has_timeless_rows=bool(kept.get(TIMELESS)) and is_whole,
            lookback=reading.lookback,
        )

    def _page(self, reading: PartitionRead, params: Params) -> Page:
        query = {**self._query, **params}
        is_first = reading.limit is None
        response = self._get_first(reading, query) if is_first else self._get_page(reading, query)
        return self.parse_response_page(reading, response)

    def parse_response_page(self, reading: PartitionRead, response: Response) -> Page:
        """Return a response as a page; one without a list blocks deletes."""
        if reading.limit is None:
            reading.open(self.name, response.served.isoformat())
        document, (rows_key, *others) = response.document, self._rows_keys
        page = parse_page(document, response.served, rows_key, self._row_key, *others)
        if shows_rows(document, *self._rows_keys):
            reading.has_list = True
        else:
            self._check_rows(reading, response, has_list=False)
        return page

    def _get_page(self, reading: PartitionRead, query: Params) -> Response:
        return self._get_whole(reading, self.listed, self._path, query)

    def _get_first(self, reading: PartitionRead, query: Params) -> Response:
        """Return the first response of a read, which another stream may have requested.

        Of a whole read it is one of many, and may be old before the next one is requested.
        """
        if reading.start is None:
            return self._get_page(reading, query)
        response = self.sync_context.pages.get(
            reading.organization, self.listed.name, self.name, query,
            lambda: self._get_page(reading, query),
        )  # fmt: skip
        if reading.served is None:  # another stream has requested it
            self._receive(reading, response)
        return response


class IncrementalStream(ListStream):
    """A list whose rows have a time of change."""

    is_incremental = True


class InactiveRowsStream(ListStream):
    """A list that shows inactive rows only if asked by `filter_by`; no official file has that."""

    @override
    def _get(self, reading: PartitionRead, path: str, params: Params) -> Response:
        view = self._find_capabilities(reading, self.listed).view
        if not view.hidden:
            try:
                return super()._get(reading, path, params)
            except ParameterRefused as refused:
                if FILTER not in params:
                    raise
                view.hidden = f"active ones ({refused.found})"
        rest = {name: value for name, value in params.items() if name != FILTER}
        return super()._get(reading, path, rest)


class Undocumented(ResourceStream):
    """What an edition or plan may lack: any refusal means that it cannot be read here."""

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        try:
            yield from super()._read(reading)
        except (ParameterRefused, UnexpectedResponse) as refused:
            raise AccessDenied(refused.found) from refused


class UndocumentedStream(Undocumented, ListStream):
    """A list that no official file has."""


class NewerStream(UndocumentedStream, IncrementalStream):
    """A list that is newer than the official files, whose rows have a time of change."""


class AddOnStream(NewerStream):
    """The list of an add-on, whose rows have a time of change."""

    selected_by_default = False


class AddOnListStream(UndocumentedStream):
    """The list of an add-on, or of settings that few need."""

    selected_by_default = False


class SingleStream(ResourceStream):
    """An endpoint whose one response holds everything."""

    is_complete = True

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        path = self.resource.fill_path({ORGANIZATION: reading.organization})
        response = self._get_whole(reading, self.resource, path, self.resource.query)
        has_list = shows_rows(response.document, *self.resource.rows_keys)
        self._check_rows(reading, response, has_list=has_list)
        for row in map(to_row, find_rows(response.document, *self.resource.rows_keys)):
            self._check_organization(row, reading, path)
            yield row, None

    def _check_organization(self, row: Row, reading: PartitionRead, path: str) -> None:
        """Check that a row which names its organization names the one that was requested.

        Raises:
            ServiceError: It names another one.
        """
        found = row.get(ORGANIZATION)
        if found not in (None, "") and str(found) != reading.organization:
            raise Reason.WRONG_DOCUMENT.error(
                stream=self.name, path=path, key=ORGANIZATION, found=repr(found)[:50]
            )


class NewerSingleStream(Undocumented, SingleStream):
    """An endpoint that is newer than the official files, whose one response holds everything."""


class AddOnSingleStream(NewerSingleStream):
    """The same, of settings that few need; the rows may be one level deeper, under their name."""

    selected_by_default = False

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        name = self.resource.rows_key
        for row, safe_bookmark in super()._read(reading):
            inner = (row or {}).get(name)
            if isinstance(inner, list):
                yield from ((to_row(one), safe_bookmark) for one in inner)
            else:
                yield row, safe_bookmark
