"""Kinds of stream that cost calls by the row: documents whole, and what hangs on a row."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import AccessDenied, NoSuchPath, NotFound, UnexpectedResponse
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

BULK_SIZE = 100

_Out = TypeVar("_Out")


class PerRowStream(ListStream):
    """What costs calls by the row of a list."""

    selected_by_default = False
    calls_per_row = 1.0

    def _tried(self, reading: PartitionRead, row: Row, ask: Callable[[], _Out]) -> _Out | None:
        """Return what is asked for because of a row; None where that is gone, or refused.

        The bookmark passes a row that is gone by now, but none that is refused.
        """
        try:
            found = ask()
        except NotFound as gone:
            reading.has_lost = True
            self.stats.add(self.stats.gone, self.name)
            if isinstance(gone, NoSuchPath):
                self.block_deletes("the service knows no such path of something that it lists")
            return None
        except (AccessDenied, UnexpectedResponse) as refused:
            if not reading.has_answered:
                raise  # not this one but all of them
            self.stats.add(self.stats.refused, self.name)
            self.block_deletes("documents were refused")
            self.logger.warning("%s The next run asks for it again.", refused.found)
            reading.hold(row_time(row))
            return None
        reading.has_answered = True
        return found


class DetailStream(PerRowStream, IncrementalStream):
    """Documents whole: the list tells which changed, each is fetched, they leave in order."""

    STATE_MSG_FREQUENCY = 1  # each document has cost a call

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        def fetch(item: Item) -> Row | None:
            row, _ = item
            return None if row is None else self._document(reading, row)

        items, places = self._listed_items(reading), self.sync_context.max_concurrency
        for (_, safe_bookmark), document in ordered_map(places, fetch, items):
            yield document, safe_bookmark

    def _listed_items(self, reading: PartitionRead) -> Iterator[Item]:
        """Return what the list tells, in the order in which the documents leave."""
        return _in_order(self._rows_listed(reading))

    def _rows_listed(self, reading: PartitionRead) -> Iterator[Item]:
        return super()._read(reading)

    def _document(self, reading: PartitionRead, row: Row) -> Row | None:
        """Fetch one document and merge it over its list row; None where there is none to be had."""
        path = f"{self.listed.list_path}/{row[self.resource.key]}"
        answer = self._tried(reading, row, lambda: self._asked_twice(reading, path))
        if answer is None:
            return None
        noun = self.listed.list_path.removesuffix("s")
        documents = rows_of(answer.document, noun, self.resource.key)
        if len(documents) != 1:
            raise Reason.NOT_ONE_DOCUMENT.error(stream=self.name, path=path, count=len(documents))
        return {**row, **documents[0]}

    def _asked_twice(self, reading: PartitionRead, path: str) -> Response:
        """Ask for a document, and once more if it is refused where others are not."""
        try:
            return self._get(reading, path, {})
        except UnexpectedResponse:
            if not reading.has_answered:
                raise
        return self._get(reading, path, {})


def _in_order(items: Iterator[Item]) -> Iterator[Item]:
    """Put rows whose order promises nothing into the order of time, so that each counts."""
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
    """Documents whole, of which one call brings a hundred."""

    STATE_MSG_FREQUENCY = BULK_SIZE
    calls_per_row = 1 / BULK_SIZE

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        items = self._listed_items(reading)
        chunks = iter(lambda: list(islice(items, BULK_SIZE)), [])

        def fetch(chunk: list[Item]) -> list[Item]:
            return self._documents(reading, chunk)

        for _, documents in ordered_map(self.sync_context.max_concurrency, fetch, chunks):
            yield from documents

    def _documents(self, reading: PartitionRead, chunk: list[Item]) -> list[Item]:
        key = self.resource.key
        rows = [
            (str(row[key]), row, safe_bookmark) for row, safe_bookmark in chunk if row is not None
        ]
        names = {name: row for name, row, _ in rows}  # a row that changes is listed twice
        found: dict[str, Row] = {}
        lacking = [*names]
        while lacking:
            answer = self._get(reading, self.resource.list_path, {f"{key}s": ",".join(lacking)})
            rows_found = rows_of(answer.document, self.resource.rows_key)
            came = {str(row[key]): row for row in rows_found}
            found |= came
            if came.keys().isdisjoint(lacking):
                break
            lacking = [name for name in lacking if name not in came]
        reading.has_answered = reading.has_answered or bool(found)
        for name in lacking:  # an answer that leaves one out does not say that it is gone
            if (document := self._document(reading, names[name])) is not None:
                found[name] = document
        return [
            ({**row, **found[name]} if name in found else None, safe_bookmark)
            for name, row, safe_bookmark in rows
        ]


class AlternatePathStream(DetailStream):
    """Documents whose published path is spelt otherwise than their list's: either may be right."""

    _is_as_published = True

    @override
    def _get(self, reading: PartitionRead, path: str, params: Params) -> Response:
        _, is_document, number = path.partition("/")
        if not (is_document and self._is_as_published):
            return super()._get(reading, path, params)
        try:
            return super()._get(reading, f"{self.resource.of}/{number}", params)
        except NotFound:
            answer = super()._get(reading, path, params)  # the document is there after all
        self._is_as_published = False
        return answer


class WholeDetailStream(DetailStream):
    """Documents of a list that does not tell when its rows changed: all of them, every time."""

    is_incremental = False

    @override
    def _listed_items(self, reading: PartitionRead) -> Iterator[Item]:
        return self._rows_listed(reading)
