"""Kinds of stream that cost calls by the row: documents whole, and what hangs on a row."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import Denied, Gone, NoSuchPath, Refusal
from tap_zohobooks.pagination.page import time_of
from tap_zohobooks.pagination.rows import rows_of
from tap_zohobooks.singer.ordered_map import abreast
from tap_zohobooks.streams.lists import IncrementalStream, ListStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_zohobooks.http.responses import Answer
    from tap_zohobooks.pagination.page import Params
    from tap_zohobooks.pagination.reader import Item
    from tap_zohobooks.streams.base import Reading
    from tap_zohobooks.transform.cleaner import Row

BULK_SIZE = 100

_Out = TypeVar("_Out")


class RowByRowStream(ListStream):
    """What costs calls by the row of a list."""

    selected_by_default = False
    calls_per_row = 1.0

    def _tried(self, reading: Reading, row: Row, ask: Callable[[], _Out]) -> _Out | None:
        """Return what is asked for because of a row; None where that is gone, or refused.

        The bookmark passes a row that is gone by now, but none that is refused.
        """
        try:
            found = ask()
        except Gone as gone:
            reading.has_lost = True
            self.tally.add(self.tally.gone, self.name)
            if isinstance(gone, NoSuchPath):
                self.doubt("the service knows no such path of something that it lists")
            return None
        except (Denied, Refusal) as refused:
            if not reading.has_answered:
                raise  # not this one but all of them
            self.tally.add(self.tally.refused, self.name)
            self.doubt("documents were refused")
            self.logger.warning("%s The next run asks for it again.", refused.found)
            reading.hold(time_of(row))
            return None
        reading.has_answered = True
        return found


class DetailStream(RowByRowStream, IncrementalStream):
    """Documents whole: the list tells which changed, each is fetched, they leave in order."""

    STATE_MSG_FREQUENCY = 1  # each document has cost a call

    @override
    def _read(self, reading: Reading) -> Iterator[Item]:
        def fetch(item: Item) -> Row | None:
            row, _ = item
            return None if row is None else self._document(reading, row)

        items = self._listed_items(reading)
        for (_, frontier), document in abreast(self.tap.max_concurrency, fetch, items):
            yield document, frontier

    def _listed_items(self, reading: Reading) -> Iterator[Item]:
        """Return what the list tells, in the order in which the documents leave."""
        return _in_order(self._rows_listed(reading))

    def _rows_listed(self, reading: Reading) -> Iterator[Item]:
        return super()._read(reading)

    def _document(self, reading: Reading, row: Row) -> Row | None:
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

    def _asked_twice(self, reading: Reading, path: str) -> Answer:
        """Ask for a document, and once more if it is refused where others are not."""
        try:
            return self._get(reading, path, {})
        except Refusal:
            if not reading.has_answered:
                raise
        return self._get(reading, path, {})


def _in_order(items: Iterator[Item]) -> Iterator[Item]:
    """Put rows whose order promises nothing into the order of time, so that each counts."""
    waiting: list[Row] = []
    reached = ""
    for row, frontier in items:
        if row is None:
            reached = frontier or reached
        elif frontier is None:
            waiting.append(row)
        else:
            yield row, frontier
    for row in sorted(waiting, key=lambda row: time_of(row) or ""):
        yield row, min(time_of(row) or "", reached) or None


class BulkDetailStream(DetailStream):
    """Documents whole, of which one call brings a hundred."""

    STATE_MSG_FREQUENCY = BULK_SIZE
    calls_per_row = 1 / BULK_SIZE

    @override
    def _read(self, reading: Reading) -> Iterator[Item]:
        items = self._listed_items(reading)
        chunks = iter(lambda: list(islice(items, BULK_SIZE)), [])

        def fetch(chunk: list[Item]) -> list[Item]:
            return self._documents(reading, chunk)

        for _, documents in abreast(self.tap.max_concurrency, fetch, chunks):
            yield from documents

    def _documents(self, reading: Reading, chunk: list[Item]) -> list[Item]:
        key = self.resource.key
        rows = [(str(row[key]), row, frontier) for row, frontier in chunk if row is not None]
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
            ({**row, **found[name]} if name in found else None, frontier)
            for name, row, frontier in rows
        ]


class RespelledStream(DetailStream):
    """Documents whose published path is spelt otherwise than their list's: either may be right."""

    _is_as_published = True

    @override
    def _get(self, reading: Reading, path: str, params: Params) -> Answer:
        _, is_document, number = path.partition("/")
        if not (is_document and self._is_as_published):
            return super()._get(reading, path, params)
        try:
            return super()._get(reading, f"{self.resource.of}/{number}", params)
        except Gone:
            answer = super()._get(reading, path, params)  # the document is there after all
        self._is_as_published = False
        return answer


class WholeDetailStream(DetailStream):
    """Documents of a list that does not tell when its rows changed: all of them, every time."""

    is_incremental = False

    @override
    def _listed_items(self, reading: Reading) -> Iterator[Item]:
        return self._rows_listed(reading)
