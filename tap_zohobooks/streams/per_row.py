"""What streams share that need requests for each row of a list: what a request did not bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import (
    AccessDenied,
    NoSuchPath,
    NotFound,
    NotInPlan,
    ParameterRefused,
    ResponseTooLarge,
    Scope,
    ServiceError,
    TapError,
    UnexpectedResponse,
)
from tap_zohobooks.singer.unread import MAX_UNREAD
from tap_zohobooks.streams.lists import ListStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_zohobooks.pagination.list_read import Item
    from tap_zohobooks.streams.partition_read import PartitionRead
    from tap_zohobooks.transform.cleaner import Row

_Out = TypeVar("_Out")

# Failures in a row after which the service is taken to be down: each has cost up to 6 requests.
MAX_FAILURES = 10
MAX_WARNINGS = 10  # for single documents, a stream; the summary counts all


@dataclass(frozen=True, slots=True)
class Unread:
    """What a request for a row did not bring, and why."""

    error: TapError

    @property
    def is_gone(self) -> bool:
        """Whether it does not exist."""
        return isinstance(self.error, NotFound)

    @property
    def is_deleted(self) -> bool:
        """Whether it is gone, and the service knows its path."""
        return self.is_gone and not isinstance(self.error, NoSuchPath)

    @property
    def is_refused(self) -> bool:
        """Whether it may not be read."""
        refusals = (AccessDenied, ParameterRefused, UnexpectedResponse)
        return isinstance(self.error, refusals) and not isinstance(self.error, ResponseTooLarge)

    @property
    def is_failed(self) -> bool:
        """Whether it should have been read, and the response could not be used."""
        return not (self.is_gone or self.is_refused)


@dataclass(slots=True)
class OutcomeCount:
    """Outcomes so far: what was found, what was not read although it exists, failures in a row."""

    found: int = 0
    unread: int = 0
    failures: int = 0

    def add(self, outcome: object) -> None:
        """Count an outcome; None stands for a row that needs no request.

        Raises:
            TapError: The others will not be better: the plan has none, or the service is down.
        """
        if outcome is None:
            return
        if not isinstance(outcome, Unread):
            self.found, self.failures = self.found + 1, 0
            return
        self.unread += not outcome.is_gone
        self.failures = self.failures + 1 if outcome.is_failed else 0
        is_outside_plan = isinstance(outcome.error, NotInPlan) and not self.found
        if is_outside_plan or self.failures >= MAX_FAILURES:
            raise outcome.error


class PerRowStream(ListStream):
    """A stream that needs requests for each row of a list."""

    selected_by_default = False
    calls_per_row = 1.0

    @override
    def _read(self, reading: PartitionRead) -> Iterator[Item]:
        return self._require_keys(reading, super()._read(reading))

    def _try_request(self, request: Callable[[], _Out]) -> _Out | Unread:
        """Return what is requested for a row, or why it is unread.

        Raises:
            TapError: What concerns more than this row: quota, credentials, organization.
        """
        try:
            return request()
        except (AccessDenied, NotFound, ParameterRefused, ServiceError) as error:
            if error.scope is not Scope.STREAM:
                raise
            return Unread(error)

    def _order_outcomes(
        self,
        reading: PartitionRead,
        outcomes: Iterable[tuple[Item, _Out | Unread | None]],
        *,
        is_known: bool,
    ) -> Iterator[tuple[Item, _Out | Unread | None]]:
        """Yield outcomes in their order; None stands for a row that needs no request.

        While nothing was found, and no run before has (`is_known`), outcomes are held: if nothing
        is found until the end, or in the first 1,000, the stream as a whole may not be read.

        Raises:
            TapError: Why nothing can be read, or the last of `MAX_FAILURES` failures in a row.
        """
        count = OutcomeCount()
        held: list[tuple[Item, _Out | Unread | None]] = []
        for item, outcome in outcomes:
            count.add(outcome)
            reading.has_documents = reading.has_documents or count.found > 0
            held.append((item, outcome))
            if reading.has_documents or is_known or not count.unread:
                yield from held
                held.clear()
            elif count.unread >= MAX_UNREAD:
                break
        for _, outcome in held:
            if isinstance(outcome, Unread) and not outcome.is_gone:
                raise outcome.error

    def _note_unread(self, reading: PartitionRead, unread: Unread) -> None:
        """Count what was not read, and let the target delete nothing for it."""
        error = unread.error
        if unread.is_gone:
            reading.has_missing = True
            self.stats.add(self.stats.gone, self.name)
            if isinstance(error, NoSuchPath):
                self._miss_rows(
                    reading, "the service knows no such path of something that it lists"
                )
            return
        if unread.is_refused:
            self.stats.add(self.stats.refused, self.name)
            self.block_deletes("documents were refused")
        else:
            self.stats.fail(self.name, error)
            self._miss_rows(reading, "documents could not be read")
        if self.stats.count_unread(self.name) <= MAX_WARNINGS:
            self.logger.warning(
                "%s The next run that reads this stream requests it again.", error.found
            )


def check_key(stream: str, path: str, row: object, expected: Row, *, may_lack: bool) -> None:
    """Check that a response is of the row that was requested: each expected key, as text.

    Raises:
        ServiceError: It is of another one; or it does not say of which, unless it `may_lack` that.
    """
    for column, wanted in expected.items():
        found = row.get(column) if isinstance(row, dict) else None
        if may_lack and found in (None, ""):
            continue
        if not isinstance(found, (str, int)) or str(found) != str(wanted):
            raise Reason.WRONG_DOCUMENT.error(
                stream=stream, path=path, key=column, found=repr(found)[:50]
            )
