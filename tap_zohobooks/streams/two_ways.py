"""Kinds of stream whose rows two paths show: the cheap or documented one first.

The other path is read once the first is refused, and from then on in the run. A path that has
answered is not given up for a later refusal. If the other path shows less, the log says so, and a
target is told to delete nothing.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_zohobooks.errors import (
    AccessDenied,
    NotFound,
    ParameterRefused,
    ResponseTooLarge,
    UnexpectedResponse,
)
from tap_zohobooks.pagination.offset_scan import OffsetScan
from tap_zohobooks.pagination.page import (
    find_rows,
    has_keys,
    parse_page,
    row_key,
    shows_rows,
    to_row,
)
from tap_zohobooks.pagination.view import ListView
from tap_zohobooks.streams.base import ResourceStream
from tap_zohobooks.streams.lists import UndocumentedStream
from tap_zohobooks.streams.nested import ChildStream, LatestStream

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tap_zohobooks.errors import TapError
    from tap_zohobooks.http.responses import Response
    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.pagination.page import Page, Params
    from tap_zohobooks.resources import Resource
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.transform.cleaner import Row

REFUSALS = (AccessDenied, NotFound, ParameterRefused, UnexpectedResponse)
MAX_CHECKED = 10  # parent rows that are asked for children if the list of all children is empty


class _OtherPath(ResourceStream):
    """What streams of two paths share: how the log names that the other one is read."""

    def _log_other_path(self, reading: PartitionRead, path: str, refused: TapError) -> None:
        self.logger.info(
            "Stream '%s' of organization %s is read from '%s': %s",
            self.name, reading.organization, path, refused,
        )  # fmt: skip

    def _warn_of_less(self, reading: PartitionRead, what: str, refused: TapError) -> None:
        """Warn, and block deletes, since the other path shows no more than `what`."""
        self.block_deletes(f"the service shows no more than {what}")
        self.logger.warning(
            "Stream '%s' of organization %s: the service shows no more than %s: %s",
            self.name, reading.organization, what, refused,
        )  # fmt: skip


class TwoPathStream(_OtherPath, UndocumentedStream):
    """A list with two paths."""

    @override
    def _get(self, reading: PartitionRead, path: str, params: Params) -> Response:
        if path != self.listed.list_path:
            return super()._get(reading, path, params)
        known = self._find_capabilities(reading, self.listed)
        if known.has_first_path is False:
            return super()._get(reading, self.listed.then, params)
        try:
            response = super()._get(reading, path, params)
        except REFUSALS as refused:
            if known.has_first_path or isinstance(refused, ResponseTooLarge):
                raise
            response = super()._get(reading, self.listed.then, params)  # the other path exists
            known.has_first_path = False
            self._log_other_path(reading, self.listed.then, refused)
        else:
            known.has_first_path = True
        return response


class LockStream(TwoPathStream):
    """Locks of transactions: a list, or the only one, which may not say what identifies it."""

    @override
    def _get(self, reading: PartitionRead, path: str, params: Params) -> Response:
        response = super()._get(reading, path, params)
        if isinstance(lock := response.document.get("transaction_lock"), dict) and lock:
            lock.setdefault(self.resource.key, self.resource.then)  # there is no other one
        return response

    @override
    def _log_other_path(self, reading: PartitionRead, path: str, refused: TapError) -> None:
        self._warn_of_less(reading, "one lock", refused)


class TwoPathChildStream(_OtherPath, ChildStream):
    """Children that two paths show for each parent row.

    A refusal may concern one parent row only. It is one of the path if the other path shows rows.
    """

    @override
    def _fetch_children(
        self,
        reading: PartitionRead,
        endpoint: Resource,
        parent: Row,
        complete: Callable[[Row], Row],
    ) -> list[Row]:
        known = self._find_capabilities(reading, self.resource)
        if known.has_first_path is False:
            return self._fetch_others(reading, parent, complete)
        try:
            rows = super()._fetch_children(reading, endpoint, parent, complete)
        except REFUSALS as refused:
            if known.has_first_path or isinstance(refused, ResponseTooLarge):
                raise
            rows = self._fetch_others(reading, parent, complete)
            if rows and known.has_first_path is None:  # else another parent row has shown it
                known.has_first_path = False
                self._log_other_path(reading, self.resource.then, refused)
        else:
            known.has_first_path = True
        return rows

    def _fetch_others(
        self, reading: PartitionRead, parent: Row, complete: Callable[[Row], Row]
    ) -> list[Row]:
        """Return the children that the other path shows.

        Raises:
            TapError: It is refused, too.
        """
        return super()._fetch_children(reading, self.resource.other, parent, complete)


class BankStatementStream(LatestStream, TwoPathChildStream):
    """Bank statements: all of an account, or the newest one."""

    @override
    def _log_other_path(self, reading: PartitionRead, path: str, refused: TapError) -> None:
        self._warn_of_less(reading, "the newest statement of each account", refused)


class TagOptionStream(TwoPathStream, TwoPathChildStream):
    """Options of reporting tags: a list of their own, or in the tag."""

    @override
    def _fetch_others(
        self, reading: PartitionRead, parent: Row, complete: Callable[[Row], Row]
    ) -> list[Row]:
        """Return the options in the tag; text in place of them names none by an id."""
        path = self.resource.other.fill_path(parent)
        document = self._get(reading, path, {}).document
        (tag,) = (*map(to_row, find_rows(document, "tag", "reporting_tag")), {})[:1]
        options = tag.get("tag_options")
        if not isinstance(options, list):
            self._miss_rows(reading, f"'{path}' held no list of options")
            return []
        return [_rename_option(to_row(row)) for row in options]


def _rename_option(row: Row) -> Row:
    """Return an option in a tag by the names of the list: `tag_option_id` is `option_id`."""
    return {
        name.removeprefix("tag_") if name.startswith("tag_option_") else name: value
        for name, value in row.items()
    }


class WholeFirstStream(ChildStream):
    """Children that one list shows of all parents; if it cannot be read, a request per parent."""

    selected_by_default = True
    calls_per_row = 0.005

    @property
    @override
    def endpoint(self) -> Resource:
        return self.resource.other

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        known = self._find_capabilities(reading, self.resource)
        if known.has_first_path is not False:
            try:
                rows = yield from self._read_whole(reading)
            except REFUSALS as refused:
                if known.has_first_path or isinstance(refused, ResponseTooLarge):
                    raise
                self._give_up(reading, refused.found)
            else:
                if known.has_first_path and not rows and self._has_hidden_rows(reading):
                    self._give_up(reading, "the list of all is empty, and some of them have rows")
        if known.has_first_path is False:
            yield from super()._read(reading)

    def _has_hidden_rows(self, reading: PartitionRead) -> bool:
        """Tell whether one of the first 10 parent rows has children; it costs a call for each."""
        parents = islice(super(ChildStream, self)._read(reading), MAX_CHECKED)
        found = (self._child_rows(reading, row) for row, _ in parents if row is not None)
        return any(isinstance(rows, list) and rows for rows in found)

    def _read_whole(self, reading: PartitionRead) -> Generator[Item, None, int]:
        """Yield the rows of the list of all, unless its first page shows that it is none.

        Returns how many there are.
        """
        known = self._find_capabilities(reading, self.resource)
        scan = OffsetScan(
            lambda params: self._whole_page(reading, params), self.sync_context.page_size
        )
        rows = 0
        for entries, _ in scan.pages():
            if known.has_first_path is False:
                break
            rows += len(entries)
            for entry in entries:
                yield entry.row, None
        if scan.has_moved:
            self._miss_moved(reading)
        return rows

    def _whole_page(self, reading: PartitionRead, params: Params) -> Page:
        """Return a page of the list of all; the first shows whether rows name their parent."""
        keys, known = self.resource.rows_keys, self._find_capabilities(reading, self.resource)
        query = {**self.resource.query, **params}
        response = self._get_whole(reading, self.resource, self.resource.list_path, query)
        page = parse_page(
            response.document, response.served, keys[0],
            lambda row: row_key(self.resource.keys, row), *keys[1:],
        )  # fmt: skip
        if known.has_first_path is None:
            rows = [entry.row for entry in page.entries if entry.row]
            known.has_first_path = shows_rows(response.document, *keys) and all(
                has_keys(row, self.resource.keys) for row in rows
            )
            if not known.has_first_path:
                self._give_up(reading, "the list of all does not name the parents of its rows")
        return page

    def _give_up(self, reading: PartitionRead, why: str) -> None:
        """Note that each parent row costs a call from now on."""
        known = self._find_capabilities(reading, self.resource)
        known.has_first_path, known.view = False, ListView()
        self.logger.warning(
            "Stream '%s' of organization %s: each row of '%s' costs a call (%s). Deselect the "
            "stream to save them.", self.name, reading.organization, self.resource.of, why,
        )  # fmt: skip


class WholeFirstOptionalStream(WholeFirstStream):
    """The same, not selected by default."""

    selected_by_default = False
