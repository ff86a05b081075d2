"""Kinds of stream that need requests for each row of a list: whole documents."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import NotFound
from tap_zohobooks.pagination.page import row_time, rows_of
from tap_zohobooks.pagination.time_order import TimeOrder
from tap_zohobooks.resources import FIRST_READ, ORGANIZATION
from tap_zohobooks.singer.ordered_map import ordered_map
from tap_zohobooks.singer.state import has_partition
from tap_zohobooks.singer.unread import MAX_UNREAD, UnreadDocuments
from tap_zohobooks.streams.lists import IncrementalStream
from tap_zohobooks.streams.per_row import PerRowStream, Unread, check_key
from tap_zohobooks.transform.cleaner import ADDITIONAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from singer_sdk.helpers.types import Context

    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.pagination.page import Params
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.transform.cleaner import Row

STANDS_IN = "is_list_row"  # in additional_fields, if a list row stands in for its document


class ListRow(dict[str, Any]):
    """A row of a list that stands in for its document, which may not be read."""


class DetailStream(PerRowStream, IncrementalStream):
    """Whole documents: the list says which changed, each is fetched, they come in order."""

    STATE_MSG_FREQUENCY = 2  # each document has cost a request

    @override
    def start(self, context: Context | None) -> str | None:
        """Return from when to read, and note a first read: the target holds no document yet."""
        is_new = not has_partition(self.tap_state, self.name, context)
        start = super().start(context)
        if is_new:
            self.get_context_state(context)[FIRST_READ] = True
        return start

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        state = self.get_context_state({ORGANIZATION: reading.organization})
        reading.keeps_unread = True
        reading.unread = UnreadDocuments.load(state, has_bookmark=self.is_by_bookmark)
        replaced = self.sync_context.get_client().prove_token()
        yield from self._read_documents(reading, self._list_items(reading))
        yield from self._read_unlisted(reading)
        if reading.unread.refused and self.sync_context.get_client().prove_token() != replaced:
            yield from self._read_refused(reading)
        reading.unread.is_first_read = False
        yield None, None

    def _list_items(self, reading: PartitionRead) -> Iterator[Item]:
        """Yield the rows of the list, in the order in which the documents are written."""

        def note_reread() -> None:
            reading.is_reread = True
            self.logger.info(
                "Stream '%s' of organization %s: more rows have changed than are held, and not in "
                "the order of time; the list is read again for the others.",
                self.name, reading.organization,
            )  # fmt: skip

        return TimeOrder(lambda: self._list_rows(reading), self._document_id, note_reread).items()

    def _list_rows(self, reading: PartitionRead) -> Iterator[Item]:
        return super()._read(reading)

    def _read_documents(self, reading: PartitionRead, items: Iterator[Item]) -> Iterator[Item]:
        """Yield the documents of list rows, and the list rows that stand in for unread ones."""
        unread = reading.unread
        outcomes = self._order_outcomes(
            reading, self._fetch_all(reading, items), is_known=unread.is_known
        )
        for (row, safe_bookmark), outcome in outcomes:
            if row is None or outcome is None:
                yield None, safe_bookmark
            elif isinstance(outcome, Unread):
                yield self._keep_unread(reading, row, outcome), safe_bookmark
            else:
                unread.discard(self._document_id(row))
                yield outcome, safe_bookmark

    def _keep_unread(self, reading: PartitionRead, row: Row, outcome: Unread) -> Row | None:
        """Keep the id of an unread document; return its list row if that may stand in for it."""
        key, unread = self._document_id(row), reading.unread
        self._note_unread(reading, outcome)
        if outcome.is_gone:
            if outcome.is_deleted:
                unread.discard(key)
            return None
        stands_in = outcome.is_refused and unread.may_stand_in(key, row)
        if not unread.add(key, row if outcome.is_refused else None):
            self._hold_bookmark(reading, row)
        return ListRow(row) if stands_in else None

    def _hold_bookmark(self, reading: PartitionRead, row: Row) -> None:
        """Let the next run list a document again for whose id the state has no room."""
        is_new = not reading.is_bookmark_held and self.is_by_bookmark
        reading.is_bookmark_held = True
        reading.hold_bookmark(row_time(row))
        if is_new:
            self.logger.warning(
                "Stream '%s' of organization %s: more than %d documents are unread, and the state "
                "holds no more ids. The bookmark stays before the next one: each run reads again "
                "all that has changed since.",
                self.name, reading.organization, MAX_UNREAD,
            )  # fmt: skip

    def _read_unlisted(self, reading: PartitionRead) -> Iterator[Item]:
        """Request the unread documents that the list has not brought: these have not changed."""
        key, unread = self.resource.key, reading.unread
        rows: Iterator[Item] = (({key: name}, None) for name in unread.take_unlisted())
        found: dict[str, Row] = {}
        outcomes = self._order_outcomes(reading, self._fetch_all(reading, rows), is_known=True)
        for (row, _), outcome in outcomes:
            if row is None or outcome is None:
                continue
            if not isinstance(outcome, Unread):
                found[self._document_id(row)] = outcome
            elif outcome.is_deleted:
                unread.discard(self._document_id(row))
            else:
                self._note_unread(reading, outcome)
        listed = self._find_rows(reading, found.keys()) if found else {}
        for name, document in found.items():
            unread.discard(name)
            yield {**listed.get(name, {}), **document}, None

    def _read_refused(self, reading: PartitionRead) -> Iterator[Item]:
        """Request again what was refused to a token that may have been invalid by then."""
        rows = reading.unread.take_refused()
        self.stats.add(self.stats.refused, self.name, -len(rows))
        yield from self._read_documents(reading, ((row, None) for row in rows))

    def _find_rows(self, reading: PartitionRead, names: AbstractSet[str]) -> dict[str, Row]:
        """Read the list from its start until it has brought some rows: documents lack columns."""
        rows: dict[str, Row] = {}
        if reading.start is None:  # the whole list was read, and these are not in it
            return rows
        for row, _ in self._reader(reading).read(None):
            if row is not None and (name := self._document_id(row)) in names:
                rows[name] = row
                if len(rows) == len(names):
                    break
        return rows

    def _document_id(self, row: Row) -> str:
        return str(row[self.resource.key])

    def _fetch_all(
        self, reading: PartitionRead, items: Iterator[Item]
    ) -> Iterator[tuple[Item, Row | Unread | None]]:
        """Fetch the documents of rows, some at the same time; yield them in the order of rows."""

        def fetch(item: Item) -> Row | Unread | None:
            row, _ = item
            return None if row is None else self._fetch_document(reading, row)

        places = self.sync_context.max_concurrency
        note_next = partial(setattr, reading, "is_next_here")
        return ordered_map(places, fetch, items, note_next=note_next)

    def _fetch_document(self, reading: PartitionRead, row: Row) -> Row | Unread:
        """Fetch one document and merge it over its list row."""
        document = self._try_request(lambda: self._request_document(reading, row))
        return document if isinstance(document, Unread) else {**row, **document}

    def _request_document(self, reading: PartitionRead, row: Row) -> Row:
        """Request a document.

        Raises:
            ServiceError: The response holds another one, none, or several.
        """
        key = self.resource.key
        path = self.listed.document_path(row[key])
        noun = self.listed.list_path.removesuffix("s")
        documents = rows_of(self._get(reading, path, {}).document, noun, key)
        if len(documents) != 1:
            raise Reason.NOT_ONE_DOCUMENT.error(stream=self.name, path=path, count=len(documents))
        check_key(self.name, path, documents[0], {key: row[key]}, may_lack=False)
        return documents[0]

    @override
    def post_process(self, row: Row, context: Context | None = None) -> Row:
        """Return the record of a document; that of a list row says that it stands in for one."""
        record = super().post_process(row, context)
        if isinstance(row, ListRow) and self.mask.get(("properties", ADDITIONAL), True):
            record[ADDITIONAL] = {**(record.get(ADDITIONAL) or {}), STANDS_IN: True}
        return record


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
