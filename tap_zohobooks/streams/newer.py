"""Kinds of stream of endpoints that are newer than the official files: any may be refused."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_zohobooks.pagination.page import find_rows, shows_rows, to_row
from tap_zohobooks.streams.details import DetailStream, WholeDetailStream
from tap_zohobooks.streams.lists import Undocumented
from tap_zohobooks.streams.nested import ChildStream
from tap_zohobooks.streams.per_row import PerRowStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.transform.cleaner import Row

BULK_SIZE = 100  # parent rows in a request


class NewerDetailStream(Undocumented, DetailStream):
    """Whole documents of a newer list, or of an add-on's."""


class NewerWholeDetailStream(Undocumented, WholeDetailStream):
    """The same, of a list whose rows have no time of change."""


class NewerChildStream(Undocumented, ChildStream):
    """Children of a row, by a newer path."""


class _BulkChildStream(PerRowStream):
    """Children of a hundred parent rows, which one response brings; they name their parent."""

    calls_per_row = 1 / BULK_SIZE

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        parents = (row for row, _ in super()._read(reading) if row is not None)
        for chunk in iter(lambda: [*islice(parents, BULK_SIZE)], []):
            for row in self._request_children(reading, chunk):
                yield row, None

    def _request_children(self, reading: PartitionRead, parents: Sequence[Row]) -> list[Row]:
        """Return the children of some rows.

        Raises:
            TapError: They may not be read, or could not be.
        """
        key, names = self.listed.key, self.resource.rows_keys
        ids = ",".join(str(parent[key]) for parent in parents)
        query = {name: value.format(**{key: ids}) for name, value in self.resource.query.items()}
        response = self._get(reading, self.resource.list_path, query)
        has_list = shows_rows(response.document, *names)
        self._check_rows(reading, response, has_list=has_list)
        return [to_row(row) for row in find_rows(response.document, *names)]


class BulkChildStream(Undocumented, _BulkChildStream):
    """Children of a hundred parent rows, by a newer path."""
