"""Kinds of stream that read the children of a row: a request or more for each."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ResponseTooLarge
from tap_zohobooks.pagination.offset_scan import OffsetScan
from tap_zohobooks.pagination.page import (
    MAX_ROWS,
    Entry,
    is_key,
    parse_page,
    read_page_number,
    row_key,
    shows_rows,
    to_row,
)
from tap_zohobooks.singer.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.pagination.page import Page, Params
    from tap_zohobooks.resources import Resource
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.transform.cleaner import Row
from tap_zohobooks.streams.per_row import PerRowStream, Unread, check_key

# How names of fields end that a posting has; a count of postings by their type has none of them.
POSTED = ("transaction_id", "date", "debit", "credit", "debit_amount", "credit_amount")
PLACE = " place"  # a posting's place in its list, while it is read; no field begins with a blank


class ChildStream(PerRowStream):
    """The children of another stream's rows: a request or more for each of those rows."""

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        def fetch(item: Item) -> list[Row] | Unread | None:
            row, _ = item
            return None if row is None else self._child_rows(reading, row)

        parents = super()._read(reading)
        outcomes = ordered_map(self.sync_context.max_concurrency, fetch, parents)
        for _, rows in self._order_outcomes(reading, outcomes, is_known=False):
            if isinstance(rows, Unread):
                self._note_unread(reading, rows)
                continue
            for row in rows or ():
                yield row, None

    def _has_children(self, _parent: Row, /) -> bool:
        return True

    def _identify(self, row: Row) -> Row:
        return row

    def _parent_keys(self, parent: Row, /) -> Row:
        """Return the key columns by which a child names its parent."""
        return {column: parent[column] for column in self.listed.keys
                if column in self.resource.keys}  # fmt: skip

    def _child_rows(self, reading: PartitionRead, parent: Row) -> list[Row] | Unread | None:
        """Return the children of a row, or why they are unread; None if it can have none."""
        if not self._has_children(parent):
            return None
        own = self._parent_keys(parent)

        def complete(row: Row) -> Row:
            if not row:
                return row
            self._check_parent(row, parent)
            return self._identify({**row, **own})

        return self._try_request(
            lambda: [
                complete(row)
                for row in self._fetch_children(reading, self.endpoint, parent, complete)
            ]
        )

    @property
    def endpoint(self) -> Resource:
        """The row of the table whose path shows the children of one parent row."""
        return self.resource

    def _check_parent(self, row: Row, parent: Row, /) -> None:
        """Check that a child does not name another parent than the one it was requested for.

        Raises:
            ServiceError: It does.
        """
        path = self.endpoint.fill_path(parent)
        check_key(self.name, path, row, self._parent_keys(parent), may_lack=True)

    def _fetch_children(
        self,
        reading: PartitionRead,
        endpoint: Resource,
        parent: Row,
        complete: Callable[[Row], Row],
    ) -> list[Row]:
        def key(row: Row) -> str | None:
            return row_key(self.resource.keys, complete(row))

        def fetch(params: Params) -> Page:
            params = {**query, **params}
            return self._parse(self._get_whole(reading, self.resource, path, params), key)

        path = endpoint.fill_path(parent)
        query = {name: value.format(**parent) for name, value in endpoint.query.items()}
        try:
            response = self._get_whole(reading, self.resource, path, query)
        except ResponseTooLarge:
            return self._scan(reading, OffsetScan(fetch, MAX_ROWS // 2), path)
        first = self._parse(response, key)
        if not shows_rows(response.document, *self.resource.rows_keys):
            self._miss_rows(reading, f"'{path}' reported success and held no list")
        if not first.has_more or (not first.has_more_known and len(first.entries) < MAX_ROWS):
            # Most of these are not paged, and do not state it.
            return [entry.row for entry in first.entries]
        scan = OffsetScan(fetch, first.per_page or MAX_ROWS, held_page=first)
        return self._scan(reading, scan, path)

    def _scan(self, reading: PartitionRead, scan: OffsetScan, path: str) -> list[Row]:
        found = [entry.row for entries, _ in scan.pages() for entry in entries]
        if scan.has_moved:
            self._miss_rows(reading, f"'{path}' moved while it was read")
        return found

    def _parse(self, response: Response, key: Callable[[Row], str | None]) -> Page:
        rows_key, *others = self.resource.rows_keys
        return parse_page(response.document, response.served, rows_key, key, *others)


class LatestStream(ChildStream):
    """Children of which only the newest are shown: one that is no longer shown is not gone."""

    is_complete = False


class PostingStream(ChildStream):
    """Postings: they may lack an id, and several of one account may share it, or be equal.

    The id of one without is that of its transaction; of one without a transaction, as an opening
    balance, its type and date. Postings of one id are numbered in the order of their content.
    """

    @override
    def _check_parent(self, row: Row, parent: Row, /) -> None:
        """Check nothing: no source says whether an account shows postings of those below it."""

    @override
    def _identify(self, row: Row) -> Row:
        names = ("categorized_transaction_id", "transaction_id")
        number = next((row[name] for name in names if is_key(row.get(name))), None)
        return {**row, "categorized_transaction_id": number or _describe(row), "line_number": 0}

    @override
    def _parse(self, response: Response, key: Callable[[Row], str | None]) -> Page:
        """Identify each row by its place too: equal ones are different postings.

        Raises:
            TapError: There is no list of postings: not even an empty one, or one of counts.
        """
        rows = response.document.get(self.resource.rows_key)
        if not isinstance(rows, list) or _is_of_counts(rows):
            fields = {
                name for row in map(to_row, rows if isinstance(rows, list) else ()) for name in row
            }
            raise Reason.NO_POSTINGS.error(
                path=self.resource.list_path, stream=self.name, wanted=self.resource.rows_key,
                keys=", ".join(sorted(fields or response.document)),
            )  # fmt: skip
        page, number = super()._parse(response, key), read_page_number(response.document)
        if number is None or page.per_page is None:
            return page
        first = (number - 1) * page.per_page
        entries = [
            Entry((entry.key, place), entry.time, entry.row and {**entry.row, PLACE: place})
            for place, entry in enumerate(page.entries, first)
        ]
        return replace(page, entries=entries)

    @override
    def _child_rows(self, reading: PartitionRead, parent: Row) -> list[Row] | Unread | None:
        rows = super()._child_rows(reading, parent)
        return number_lines(rows) if isinstance(rows, list) else rows


def _is_of_counts(rows: Iterable[object]) -> bool:
    """Tell whether no row of a list is a posting: by an id, a date or an amount."""
    held = [row for row in map(to_row, rows) if row]
    return bool(held) and not any(
        name.endswith(POSTED) and value not in ("", None)
        for row in held
        for name, value in row.items()
    )


def _describe(row: Row) -> str | None:
    """Return the type of a posting and its date; None if it has no type."""
    kind = row.get("transaction_type") or row.get("entity_type")
    date = row.get("transaction_date") or row.get("date")
    return ":".join(str(part) for part in (kind, date) if is_key(part)) if is_key(kind) else None


def number_lines(rows: Iterable[Row]) -> list[Row]:
    """Number the rows of each id from 1, in the order of their content; each place once."""
    placed = {row.get(PLACE, -1 - at): row for at, row in enumerate(rows)}
    bare = [{name: row[name] for name in row if name != PLACE} for row in placed.values()]
    counts: Counter[object] = Counter()
    numbered = []
    for row in sorted(bare, key=lambda row: msgspec.json.encode(row, order="sorted")):
        counts[row.get("categorized_transaction_id")] += 1
        number = counts[row.get("categorized_transaction_id")]
        numbered.append(row and {**row, "line_number": number})
    return numbered


class RateStream(ChildStream):
    """Exchange rates: the base currency has none, and a request for them is refused."""

    @override
    def _has_children(self, parent: Row, /) -> bool:
        return parent.get("is_base_currency") is not True


class GroupStream(ChildStream):
    """Tax groups: only taxes that are groups have one, under the id of the tax."""

    @override
    def _check_parent(self, row: Row, parent: Row, /) -> None:
        path = self.resource.fill_path(parent)
        check_key(self.name, path, row, {"tax_group_id": parent["tax_id"]}, may_lack=False)

    @override
    def _has_children(self, parent: Row, /) -> bool:
        return parent.get("tax_type") == "tax_group"
