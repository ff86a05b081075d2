"""Whole documents that one request brings together."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_zohobooks.errors import ResponseTooLarge
from tap_zohobooks.pagination.page import rows_of
from tap_zohobooks.singer.ordered_map import ordered_map
from tap_zohobooks.streams.details import DetailStream
from tap_zohobooks.streams.per_row import MAX_FAILURES, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.transform.cleaner import Row

BULK_SIZE = 100  # documents in a request


class BulkDetailStream(DetailStream):
    """Whole documents, a hundred of them in a response."""

    STATE_MSG_FREQUENCY = BULK_SIZE
    calls_per_row = 1 / BULK_SIZE

    @override
    def _fetch_all(
        self, reading: PartitionRead, items: Iterator[Item]
    ) -> Iterator[tuple[Item, Row | Unread | None]]:
        chunks = iter(lambda: list(islice(items, BULK_SIZE)), [])

        def fetch(chunk: list[Item]) -> dict[str, Row | Unread]:
            return self._fetch_documents(reading, [row for row, _ in chunk if row is not None])

        for chunk, documents in ordered_map(self.sync_context.max_concurrency, fetch, chunks):
            for item in chunk:
                row, _ = item
                yield item, None if row is None else documents[self._document_id(row)]

    def _fetch_documents(
        self, reading: PartitionRead, rows: Iterable[Row]
    ) -> dict[str, Row | Unread]:
        """Fetch documents together, and one by one those that this does not bring.

        A response that leaves one out does not say that it is gone, nor one that refuses several
        that each of them is refused.
        """
        names = {self._document_id(row): row for row in rows}  # a row that changes may be twice
        found: dict[str, Row | Unread] = {}
        together = self._request_all(reading, [*names])
        failures: list[Unread] = []
        for name, row in names.items():
            if name in together:
                found[name] = {**row, **together[name]}
                continue
            is_outage = len(failures) >= MAX_FAILURES
            outcome = failures[-1] if is_outage else self._fetch_document(reading, row)
            found[name] = outcome
            if not isinstance(outcome, Unread) or not outcome.is_failed:
                failures.clear()
            else:
                failures.append(outcome)
        return found

    def _request_all(self, reading: PartitionRead, lacking: Sequence[str]) -> dict[str, Row]:
        """Request documents by their ids, until a response brings none of those that lack."""
        key = self.resource.key
        found: dict[str, Row] = {}
        while lacking:
            rows = self._request_bulk(reading, lacking)
            came = {str(row.get(key)): row for row in rows}
            found |= came
            if came.keys().isdisjoint(lacking):
                break
            lacking = [name for name in lacking if name not in came]
        return found

    def _request_bulk(self, reading: PartitionRead, names: Sequence[str]) -> list[Row]:
        """Return the rows of one response, of two if it is too large; none if it fails."""
        query = {f"{self.resource.key}s": ",".join(names)}
        response = self._try_request(lambda: self._get(reading, self.resource.list_path, query))
        if isinstance(response, Unread):
            half = len(names) // 2
            if half and isinstance(response.error, ResponseTooLarge):
                parts = (names[:half], names[half:])
                return [row for part in parts for row in self._request_bulk(reading, part)]
            self.logger.warning("%s Each document is requested on its own.", response.error.found)
            return []
        rows: list[object] = [*rows_of(response.document, self.resource.rows_key)]
        return [row for row in rows if isinstance(row, dict)]
