"""Read the postings of a period page by page, each once, also if the ledger changes meanwhile."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import (
    ParameterRefused,
    RangeTooLarge,
    ResponseTooLarge,
    UnexpectedResponse,
)
from tap_zohobooks.reports.page_borders import PageBorders
from tap_zohobooks.reports.postings import Balances
from tap_zohobooks.transform.periods import Period
from tap_zohobooks.transform.report_echo import read_context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tap_zohobooks.reports.postings import Item, PostingReport

COUNT_ONLY = "2"
MAX_PAGES = 50  # of one attempt, if the range can be split: half a minute at 100 requests a minute
MAX_PAGES_AGAIN = 10  # of a range that is read again before it is split
MAX_ATTEMPTS = 5

Params = dict[str, str | int]


class Spool(Protocol):
    """Where the items of a period wait until all of them are there."""

    def add(self, owner: Period, items: Sequence[Item]) -> bool:
        """Add items of a range; return False if the day of one is not known."""

    def drop(self, owner: Period) -> None:
        """Forget the items of a range."""


class Outcome(Enum):
    """How an attempt to read a range has ended, in the words of the log."""

    WHOLE = "all postings are there"
    MOVED = "the ledger changed while it was read"
    UNBALANCED = "debits differ from credits, as if pages had moved"
    TOO_LARGE = "there are too many postings for one attempt"
    NO_DAY = "the dates in it cannot be read"


REPEATED = (Outcome.MOVED, Outcome.UNBALANCED)  # another attempt may end otherwise


@dataclass(slots=True)
class PostingReader:
    """Reads the postings of ranges of days into a spool.

    `fetch` sends a request for a range, and `note` logs what has to be said. The service `counts`
    postings until a response shows that it does not.
    """

    fetch: Callable[[Period, Params], Mapping[str, Any]]
    report: PostingReport
    page_size: int
    spool: Spool
    note: Callable[[str], None]
    counts: bool = True
    _totals: dict[Period, int | None] = field(default_factory=dict)

    def read(self, whole: Period) -> bool:
        """Read a range into the spool; tell if nothing has moved between its parts meanwhile.

        Raises:
            TapError: A day cannot be read whole.
        """
        parts = self._read_all([whole])
        if len(parts) == 1 or self._is_settled(whole, parts):
            return True
        changed = [part for part in parts if self._count(part) != self._totals[part]]
        for part in changed:
            self.spool.drop(part)
        again = self._read_all(changed)
        return self._is_settled(whole, [*(one for one in parts if one not in changed), *again])

    def _read_all(self, ranges: Sequence[Period]) -> list[Period]:
        """Read ranges, in parts if they cannot be read at once; return what was read at once."""
        waiting, done = deque(ranges), list[Period]()
        while waiting:
            part = waiting.popleft()
            outcome = self._read_range(part)
            if outcome is Outcome.WHOLE:
                done.append(part)
            elif pieces := part.split():
                self.note(f"{part} is read in {len(pieces)} parts, as {outcome.value}.")
                waiting.extendleft(reversed(pieces))
            else:
                raise Reason.LIST_NEVER_RESTS.error(attempts=MAX_ATTEMPTS)
        return done

    def _read_range(self, part: Period) -> Outcome:
        """Read a range at once, again if it is a day, or short, and the ledger changed."""
        outcome, can_split = Outcome.MOVED, bool(part.split())
        for attempt in range(MAX_ATTEMPTS):
            try:
                outcome, pages = self._try_range(part)
            except (RangeTooLarge, ResponseTooLarge):
                if not can_split:
                    raise
                outcome, pages = Outcome.TOO_LARGE, 0
            if outcome is Outcome.WHOLE or (outcome is Outcome.UNBALANCED and attempt > 0):
                return Outcome.WHOLE  # what stays unbalanced is so in the books
            self.spool.drop(part)
            if can_split and (attempt or outcome not in REPEATED or pages > MAX_PAGES_AGAIN):
                break
        return outcome

    def _try_range(self, part: Period) -> tuple[Outcome, int]:
        """Read a range once; return how that ended, and after how many pages."""
        total = self._totals[part] = self._count(part)
        if total is not None and total > MAX_PAGES * self.page_size and part.split():
            return Outcome.TOO_LARGE, 0
        borders, balances = PageBorders(self.page_size, total), Balances(self.report)
        has_more = True
        while has_more:
            if borders.pages >= borders.max_pages:
                return Outcome.MOVED, borders.pages
            document = self.fetch(part, self._build_params(borders.pages + 1))
            found = borders.add(self.report.list_items(document), read_context(document))
            has_more = borders.has_more
            balances.add(found)
            if not self.spool.add(part, found):
                return Outcome.NO_DAY, borders.pages
        return self._end_range(part, borders, balances), borders.pages

    def _end_range(self, part: Period, borders: PageBorders, balances: Balances) -> Outcome:
        """Check by the total that all items are there once; several pages may have moved."""
        held = borders.find_held()
        if held is None or (borders.pages > 1 and self._count(part) != borders.total):
            return Outcome.MOVED
        balances.add(held)
        if not self.spool.add(part, held):
            return Outcome.NO_DAY
        is_sure = borders.pages == 1 or balances.is_even
        return Outcome.WHOLE if is_sure else Outcome.UNBALANCED

    def _build_params(self, page: int) -> Params:
        order: Params = {"sort_column": "date", "sort_order": "A"}
        return {**order, "page": page, "per_page": self.page_size}

    def _count(self, part: Period) -> int | None:
        """Return how many items, or postings, the service counts; None if it does not count."""
        if not self.counts:
            return None
        try:
            document = self.fetch(part, {**self._build_params(1), "response_option": COUNT_ONLY})
        except RangeTooLarge:
            raise
        except (ParameterRefused, UnexpectedResponse):
            document = {}
        total = read_context(document).get("total")
        if type(total) is not int:
            self.counts = False
            self.note("The service does not count postings: that the ledger changes while it is "
                      "read is seen only if debits then differ from credits.")  # fmt: skip
            return None
        return total

    def _is_settled(self, whole: Period, parts: Sequence[Period]) -> bool:
        """Tell whether the service still counts in a range what its parts were read to hold."""
        if not self.counts:
            return True
        totals = [self._totals[part] or 0 for part in parts]
        try:
            return self._count(whole) == sum(totals)
        except RangeTooLarge:
            return [self._count(part) for part in parts] == totals
