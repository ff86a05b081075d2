"""Kinds of stream that read the children of a row: a request or more for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from tap_zohobooks.pagination.offset_scan import OffsetScan
from tap_zohobooks.pagination.page import MAX_ROWS
from tap_zohobooks.pagination.rows import checked_key, page_of, shows_rows
from tap_zohobooks.singer.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_zohobooks.pagination.reader import Item
    from tap_zohobooks.streams.base import PartitionRead
    from tap_zohobooks.transform.cleaner import Row
from tap_zohobooks.streams.details import PerRowStream


class ChildStream(PerRowStream):
    """What hangs on a row of another stream: a call or more for each of its rows."""

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        def fetch(item: Item) -> list[Row]:
            row, _ = item
            return [] if row is None else self._child_rows(reading, row)

        parents = super()._read(reading)
        for _, rows in ordered_map(self.sync_context.max_concurrency, fetch, parents):
            for row in rows:
                yield row, None

    def _is_asked(self, parent: Row) -> bool:  # noqa: ARG002
        return True

    def _identified(self, row: Row) -> Row:
        return row

    def _child_rows(self, reading: PartitionRead, parent: Row) -> list[Row]:
        if not self._is_asked(parent):
            return []
        rows = self._tried(reading, parent, lambda: self._children(reading, parent))
        own = {column: parent[column] for column in self.listed.keys
               if column in self.resource.keys}  # fmt: skip
        found = [self._identified({**row, **own}) for row in rows or ()]
        for row in found:
            checked_key(self.name, row, self.resource.keys)
        return found

    def _children(self, reading: PartitionRead, parent: Row) -> list[Row]:
        path = self.resource.list_path.format(**parent)
        query = {name: value.format(**parent) for name, value in self.resource.query.items()}
        answer = self._get(reading, path, query)
        first = page_of(answer, self.resource.rows_key)
        if not shows_rows(answer.document, self.resource.rows_key):
            self.block_deletes(f"'{path}' said that all is well and held no list")
        if not first.has_more or (not first.has_more_known and len(first.rows) < MAX_ROWS):
            return first.rows  # most of these are not paged, and say nothing of it
        scan = OffsetScan(
            lambda params: page_of(
                self._get(reading, path, {**query, **params}), self.resource.rows_key
            ),
            lambda row: checked_key(self.name, self._identified({**parent, **row}),
                                    self.resource.keys),
            first.per_page or MAX_ROWS,
            held_page=first,
        )  # fmt: skip
        found = [row for rows, _ in scan.pages() for row in rows]
        if scan.moved:
            self.block_deletes(f"'{path}' moved while it was read")
        return found


class LatestStream(ChildStream):
    """What only the newest of is shown: one that is no longer shown is not gone."""

    is_complete = False


class PostingStream(ChildStream):
    """Postings: one without the id that is their key is known by its transaction."""

    @override
    def _identified(self, row: Row) -> Row:
        number = row.get("categorized_transaction_id") or row.get("transaction_id")
        return {**row, "categorized_transaction_id": number}


class RateStream(ChildStream):
    """Exchange rates: the base currency has none, and asking for them is refused."""

    @override
    def _is_asked(self, parent: Row) -> bool:
        return parent.get("is_base_currency") is not True


class GroupStream(ChildStream):
    """Tax groups: of the taxes only those that are groups can be asked for."""

    @override
    def _is_asked(self, parent: Row) -> bool:
        return parent.get("tax_type") == "tax_group"
