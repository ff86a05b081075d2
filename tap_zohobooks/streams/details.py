"""Kinds of stream that need requests for each row of a list: whole documents."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import (
    AccessDenied,
    NoSuchPath,
    NotFound,
    ResponseTooLarge,
    UnexpectedResponse,
)
from tap_zohobooks.pagination.page import row_time, rows_of
from tap_zohobooks.singer.ordered_map import ordered_map
from tap_zohobooks.streams.lists import IncrementalStream, ListStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.pagination.page import Params
    from tap_zohobooks.streams.base import PartitionRead
    from tap_zohobooks.transform.cleaner import Row

BULK_SIZE = 100  # documents in a request

_Out = TypeVar("_Out")


class PerRowStream(ListStream):
    """A stream that needs requests for each row of a list."""

    selected_by_default = False
    calls_per_row = 1.0

    def _try_request(
        self, reading: PartitionRead, row: Row, request: Callable[[], _Out]
    ) -> _Out | None:
        """Return what is requested for a row; None if that is missing, refused, or too large.

        The bookmark may pass a row that does not exist any more, but none that is refused.

        Raises:
            AccessDenied, UnexpectedResponse: It is refused, and none before it was found.
        """
        try:
            found = request()
        except NotFound as gone:
            reading.has_missing = True
            self.stats.add(self.stats.gone, self.name)
            if isinstance(gone, NoSuchPath):
                self.block_deletes("the service knows no such path of something that it lists")
            return None
        except (AccessDenied, UnexpectedResponse) as refused:
            if not (reading.has_documents or isinstance(refused, ResponseTooLarge)):
                raise  # none of them may be read
            self.stats.add(self.stats.refused, self.name)
            self.block_deletes("documents were refused")
            self.logger.warning("%s The next run asks for it again.", refused.found)
            reading.hold_bookmark(row_time(row))
            return None
        reading.has_documents = True
        return found


class DetailStream(PerRowStream, IncrementalStream):
    """Whole documents: the list says which changed, each is fetched, they come in order."""

    STATE_MSG_FREQUENCY = 1  # each document has cost a request

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        def fetch(item: Item) -> Row | None:
            row, _ = item
            return None if row is None else self._fetch_document(reading, row)

        items, places = self._list_items(reading), self.sync_context.max_concurrency
        for (_, safe_bookmark), document in ordered_map(places, fetch, items):
            yield document, safe_bookmark

    def _list_items(self, reading: PartitionRead) -> Iterator[Item]:
        """Yield the rows of the list, in the order in which the documents are written."""
        return _in_order(self._list_rows(reading))

    def _list_rows(self, reading: PartitionRead) -> Iterator[Item]:
        return super()._read(reading)

    def _fetch_document(self, reading: PartitionRead, row: Row) -> Row | None:
        """Fetch one document and merge it over its list row; None if there is none."""
        path = f"{self.listed.list_path}/{row[self.resource.key]}"
        response = self._try_request(reading, row, lambda: self._request_twice(reading, path))
        if response is None:
            return None
        noun = self.listed.list_path.removesuffix("s")
        documents = rows_of(response.document, noun, self.resource.key)
        if len(documents) != 1:
            raise Reason.NOT_ONE_DOCUMENT.error(stream=self.name, path=path, count=len(documents))
        return {**row, **documents[0]}

    def _request_twice(self, reading: PartitionRead, path: str) -> Response:
        """Request a document, and once more if it is refused though another one was not."""
        try:
            return self._get(reading, path, {})
        except ResponseTooLarge:
            raise  # it is as large again
        except UnexpectedResponse:
            if not reading.has_documents:
                raise
        return self._get(reading, path, {})


def _in_order(items: Iterator[Item]) -> Iterator[Item]:
    """Yield rows that come without a bookmark in the order of time, each with a bookmark."""
    waiting: list[Row] = []
    reached = ""
    for row, safe_bookmark in items:
        if row is None:
            reached = safe_bookmark or reached
        elif safe_bookmark is None:
            waiting.append(row)
        else:
            yield row, safe_bookmark
    for row in sorted(waiting, key=lambda row: row_time(row) or ""):
        yield row, min(row_time(row) or "", reached) or None


class BulkDetailStream(DetailStream):
    """Whole documents, a hundred of them in a response."""

    STATE_MSG_FREQUENCY = BULK_SIZE
    calls_per_row = 1 / BULK_SIZE

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        items = self._list_items(reading)
        chunks = iter(lambda: list(islice(items, BULK_SIZE)), [])

        def fetch(chunk: list[Item]) -> list[Item]:
            return self._fetch_documents(reading, chunk)

        for _, documents in ordered_map(self.sync_context.max_concurrency, fetch, chunks):
            yield from documents

    def _fetch_documents(self, reading: PartitionRead, chunk: list[Item]) -> list[Item]:
        key = self.resource.key
        rows = [
            (str(row[key]), row, safe_bookmark) for row, safe_bookmark in chunk if row is not None
        ]
        names = {name: row for name, row, _ in rows}  # a row that changes may be listed twice
        found = self._fetch_bulk(reading, list(names))
        lacking = [name for name in names if name not in found]
        reading.has_documents = reading.has_documents or bool(found)
        for name in lacking:  # a response that leaves one out does not say that it is gone
            if (document := self._fetch_document(reading, names[name])) is not None:
                found[name] = document
        return [
            ({**row, **found[name]} if name in found else None, safe_bookmark)
            for name, row, safe_bookmark in rows
        ]

    def _fetch_bulk(self, reading: PartitionRead, names: list[str]) -> dict[str, Row]:
        """Fetch documents together, half as many while a response is too large, as far as it goes.

        The first request whose response holds none of them is the last.
        """
        key, size = self.resource.key, len(names)
        found: dict[str, Row] = {}
        lacking = names
        while lacking:
            params = {f"{key}s": ",".join(lacking[:size])}
            try:
                response = self._get(reading, self.resource.list_path, params)
            except ResponseTooLarge:
                if size == 1:
                    break
                size = (size + 1) // 2
                continue
            came = {
                str(row[key]): row for row in rows_of(response.document, self.resource.rows_key)
            }
            found |= came
            if came.keys().isdisjoint(lacking[:size]):
                break
            lacking = [name for name in lacking if name not in came]
        return found


class AlternatePathStream(DetailStream):
    """Documents whose published path is spelt otherwise than their list's: either may exist."""

    _uses_published_path = True

    @override
    def _get(self, reading: PartitionRead, path: str, params: Params) -> Response:
        _, is_document, number = path.partition("/")
        if not (is_document and self._uses_published_path):
            return super()._get(reading, path, params)
        try:
            return super()._get(reading, f"{self.resource.of}/{number}", params)
        except NotFound:
            response = super()._get(reading, path, params)  # the other path exists
        self._uses_published_path = False
        return response


class WholeDetailStream(DetailStream):
    """Documents of a list whose rows have no time of change: each run reads all of them."""

    is_incremental = False

    @override
    def _list_items(self, reading: PartitionRead) -> Iterator[Item]:
        return self._list_rows(reading)
