"""Kinds of stream that cost calls by the row: documents whole, and what hangs on a row."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from typing_extensions import override

from tap_zohobooks.answers import checked_key, page_of, rows_of
from tap_zohobooks.errors import Denied, Gone, Refusal, ServiceError
from tap_zohobooks.pagination import MOST_ROWS, Scan, time_of
from tap_zohobooks.streams import IncrementalStream, ListStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_zohobooks.reading import Item
    from tap_zohobooks.records import Row

BULK_SIZE = 100

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def ahead(
    places: int, work: Callable[[_In], _Out], items: Iterable[_In]
) -> Iterator[tuple[_In, _Out]]:
    """Work on some items at the same time, and yield them in order with what came out."""
    waiting: deque[tuple[_In, Future[_Out]]] = deque()
    with ThreadPoolExecutor(places) as pool:
        try:
            for item in items:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) > 2 * places:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


class DetailStream(IncrementalStream):
    """Documents whole: the list tells which changed, each is fetched, they leave in order."""

    STATE_MSG_FREQUENCY = 1  # each document has cost a call
    _fetched = False
    selected_by_default = False
    calls_per_row = 1.0

    @override
    def _read(self, organization: str, start: str | None) -> Iterator[Item]:
        def fetch(item: Item) -> Row | None:
            row, _ = item
            return None if row is None else self._document(organization, row)

        items = self._listed_items(organization, start)
        for (_, frontier), document in ahead(self.tap.max_concurrency, fetch, items):
            yield document, frontier

    def _listed_items(self, organization: str, start: str | None) -> Iterator[Item]:
        """Return what the list tells, in the order in which the documents leave."""
        return _in_order(self._rows_listed(organization, start))

    def _rows_listed(self, organization: str, start: str | None) -> Iterator[Item]:
        return super()._read(organization, start)

    def _document(self, organization: str, row: Row) -> Row | None:
        """Fetch one document and merge it over its list row; None where it is gone by now."""
        path = f"{self.listed.list_path}/{row[self.resource.key]}"
        try:
            answer = self._get(organization, path, {})
        except Gone:
            self.tap.gone[self.name] += 1
            return None
        except (Denied, Refusal) as refused:
            if not self._fetched:
                raise  # not this document but all of them
            self.tap.refused[self.name] += 1
            self.logger.warning("%s Its list row is sent in its place.", refused)
            return dict(row)
        self._fetched = True
        documents = rows_of(answer.document, self.listed.list_path.removesuffix("s"))
        if len(documents) != 1:
            msg = f"Stream '{self.name}': '{path}' answered {len(documents)} documents, not one."
            raise ServiceError(msg)
        return {**row, **documents[0]}


def _in_order(items: Iterator[Item]) -> Iterator[Item]:
    """Put rows whose order promises nothing into the order of time, so that each counts."""
    waiting: list[Row] = []
    for row, frontier in items:
        if row is not None and frontier is not None:
            yield row, frontier
        elif row is not None:
            waiting.append(row)
    for row in sorted(waiting, key=lambda row: time_of(row) or ""):
        yield row, time_of(row)


class BulkDetailStream(DetailStream):
    """Documents whole, of which one call brings a hundred."""

    STATE_MSG_FREQUENCY = BULK_SIZE
    calls_per_row = 1 / BULK_SIZE

    @override
    def _read(self, organization: str, start: str | None) -> Iterator[Item]:
        items = self._listed_items(organization, start)
        chunks = iter(lambda: list(islice(items, BULK_SIZE)), [])

        def fetch(chunk: list[Item]) -> list[Item]:
            return self._documents(organization, chunk)

        for _, documents in ahead(self.tap.max_concurrency, fetch, chunks):
            yield from documents

    def _documents(self, organization: str, chunk: list[Item]) -> list[Item]:
        key = self.resource.key
        rows = {str(row[key]): (row, frontier) for row, frontier in chunk if row is not None}
        answer = self._get(organization, self.resource.list_path, {f"{key}s": ",".join(rows)})
        found = {str(row[key]): row for row in rows_of(answer.document, self.resource.rows_key)}
        self.tap.gone[self.name] += len(rows.keys() - found.keys())
        return [
            ({**row, **found[name]} if name in found else None, frontier)
            for name, (row, frontier) in rows.items()
        ]


class WholeDetailStream(DetailStream):
    """Documents of a list that does not tell when its rows changed: all of them, every time."""

    is_incremental = False

    @override
    def _listed_items(self, organization: str, start: str | None) -> Iterator[Item]:
        return self._rows_listed(organization, start)


class NestedStream(ListStream):
    """What hangs on a row of another stream: a call or more for each of its rows."""

    selected_by_default = False
    calls_per_row = 1.0
    _fetched = False

    @override
    def _read(self, organization: str, start: str | None) -> Iterator[Item]:
        def fetch(item: Item) -> list[Row]:
            row, _ = item
            return [] if row is None else self._hanging_on(organization, row)

        parents = super()._read(organization, start)
        for _, rows in ahead(self.tap.max_concurrency, fetch, parents):
            for row in rows:
                yield row, None

    def _is_asked(self, parent: Row) -> bool:  # noqa: ARG002
        return True

    def _identified(self, row: Row) -> Row:
        return row

    def _hanging_on(self, organization: str, parent: Row) -> list[Row]:
        if not self._is_asked(parent):
            return []
        try:
            rows = self._children(organization, parent)
        except Gone:
            self.tap.gone[self.name] += 1
            return []
        except (Denied, Refusal) as refused:
            if not self._fetched:
                raise  # not what hangs on this row but all of it
            self.tap.refused[self.name] += 1
            self.logger.warning("%s", refused)
            return []
        self._fetched = True
        own = {column: parent[column] for column in self.listed.keys
               if column in self.resource.keys}  # fmt: skip
        found = [self._identified({**row, **own}) for row in rows]
        for row in found:
            checked_key(self.name, row, self.resource.keys)
        return found

    def _children(self, organization: str, parent: Row) -> list[Row]:
        path = self.resource.list_path.format(**parent)
        query = {name: value.format(**parent) for name, value in self.resource.query.items()}
        answer = self._get(organization, path, query)
        context = answer.document.get("page_context")
        if not isinstance(context, dict) or context.get("has_more_page") is not True:
            return rows_of(answer.document, self.resource.rows_key)
        first = page_of(self.name, answer, self.resource.rows_key)
        scan = Scan(
            lambda params: page_of(
                self.name,
                self._get(organization, path, {**query, **params}),
                self.resource.rows_key,
            ),
            lambda row: checked_key(self.name, self._identified({**parent, **row}),
                                    self.resource.keys),
            first.per_page or MOST_ROWS,
            in_hand=first,
        )  # fmt: skip
        return [row for rows, _ in scan.pages() for row in rows]


class PostingStream(NestedStream):
    """Postings: one without the id that is their key is known by its transaction."""

    @override
    def _identified(self, row: Row) -> Row:
        number = row.get("categorized_transaction_id") or row.get("transaction_id")
        return {**row, "categorized_transaction_id": number}


class RateStream(NestedStream):
    """Exchange rates: the base currency has none, and asking for them is refused."""

    @override
    def _is_asked(self, parent: Row) -> bool:
        return parent.get("is_base_currency") is not True


class GroupStream(NestedStream):
    """Tax groups: of the taxes only those that are groups can be asked for."""

    @override
    def _is_asked(self, parent: Row) -> bool:
        return parent.get("tax_type") == "tax_group"
