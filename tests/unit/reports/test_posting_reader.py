"""Ranges of days: counted before and after, read again or in shorter parts, never lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks.errors import RangeTooLarge, TapError
from tap_zohobooks.reports.posting_reader import PostingReader
from tap_zohobooks.reports.postings import LEDGER, Item
from tap_zohobooks.transform.periods import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_zohobooks.reports.posting_reader import Params

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
SIZE = 4


@dataclass
class Memory:
    """A spool that keeps items by range, and knows every day."""

    found: dict[Period, list[Item]] = field(default_factory=dict)

    def add(self, owner: Period, items: Sequence[Item]) -> bool:
        """Keep items."""
        self.found.setdefault(owner, []).extend(items)
        return True

    def drop(self, owner: Period) -> None:
        """Forget a range."""
        self.found.pop(owner, None)

    @property
    def rows(self) -> Counter[tuple[str, int]]:
        """The postings, by transaction and amount."""
        legs = (leg for items in self.found.values() for one in items for leg in one.legs)
        return Counter((str(leg["transaction_id"]), leg["debit"] or -leg["credit"]) for leg in legs)


@dataclass
class Ledger:
    """A ledger that serves pages, and is changed by `act` before each request."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    act: Callable[[Ledger, int], None] = lambda _ledger, _number: None
    counts: bool = True
    most: int = 10**6
    requests: int = 0

    def post(self, number: str, day: int, amount: int = 5) -> None:
        """Post a transaction of two legs."""
        for side, other in (("debit", "credit"), ("credit", "debit")):
            row = {"transaction_id": number, "date": f"2026-05-{day:02d}", side: amount, other: ""}
            self.rows.append(row)
        self.rows.sort(key=lambda row: str(row["date"]))

    def remove(self, number: str) -> None:
        """Delete a transaction."""
        self.rows = [row for row in self.rows if row["transaction_id"] != number]

    def fetch(self, part: Period, params: Params) -> dict[str, Any]:
        """Respond to a request; a page begins with the last row of the one before."""
        self.requests += 1
        self.act(self, self.requests)
        days = part.first.isoformat(), part.last.isoformat()
        rows = [row for row in self.rows if days[0] <= row["date"] <= days[1]]
        if len(rows) > self.most:
            msg = "too large"
            raise RangeTooLarge(msg)
        if "response_option" in params:
            return {"page_context": {"total": len(rows)} if self.counts else {}}
        first = (int(params["page"]) - 1) * SIZE
        page = rows[max(0, first - 1) : first + SIZE]
        context = {"per_page": SIZE, "has_more_page": first + SIZE < len(rows)}
        return {"account_transactions": [{"account_transactions": page}], "page_context": context}

    def read(self) -> tuple[Memory, bool, list[str]]:
        """Read the ledger; return its postings, whether it has settled, and what was logged."""
        spool, notes = Memory(), list[str]()
        reader = PostingReader(self.fetch, LEDGER, SIZE, spool, notes.append)
        return spool, reader.read(MAY), notes

    @property
    def truth(self) -> Counter[tuple[str, int]]:
        """The postings, by transaction and amount."""
        return Counter((row["transaction_id"], row["debit"] or -row["credit"]) for row in self.rows)


def make(transactions: int = 12, **options: Any) -> Ledger:
    """Return a ledger with transactions on different days."""
    ledger = Ledger(**options)
    for number in range(transactions):
        ledger.post(str(number), number * 2 + 1)
    return ledger


@pytest.mark.parametrize("transactions", [0, 1, 2, 7, 12])
def test_a_calm_ledger(transactions: int) -> None:
    """All postings are there, for a request a page and two to count, one if there is one page."""
    ledger = make(transactions)
    spool, is_settled, notes = ledger.read()
    assert (spool.rows, is_settled, notes) == (ledger.truth, True, [])
    pages = max(1, -(-transactions * 2 // SIZE))
    assert ledger.requests == pages + (1 if pages == 1 else 2)


@pytest.mark.parametrize("at", range(2, 9))
def test_a_change_at_any_request(at: int) -> None:
    """A transaction that is inserted, and one that is deleted, before any request: none is lost."""

    def act(ledger: Ledger, number: int) -> None:
        if number == at:
            ledger.post("new", 1)
            ledger.post("other", 30)
            ledger.remove("0")

    ledger = make(act=act)
    spool, is_settled, _ = ledger.read()
    assert is_settled
    assert spool.rows == ledger.truth


@pytest.mark.parametrize("at", range(3, 8))
def test_changes_that_compensate_each_other(at: int) -> None:
    """One posting less and one more, on other pages: half a transaction shows that pages moved."""

    def act(ledger: Ledger, number: int) -> None:
        if number == at:
            ledger.rows.pop(0)
            ledger.rows.append({"transaction_id": "late", "date": "2026-05-31", "debit": 5,
                                "credit": ""})  # fmt: skip

    ledger = make(act=act)
    spool, _, _ = ledger.read()
    assert spool.rows == ledger.truth


@pytest.mark.parametrize("most", [3, 5, 14, 23])
def test_a_range_that_is_too_large(most: int) -> None:
    """It is read in months, weeks or days, and the log says so."""
    ledger = make(most=most)
    spool, is_settled, notes = ledger.read()
    assert (spool.rows, is_settled) == (ledger.truth, True)
    assert notes[0] == f"{MAY} is read in 5 parts, as there are too many postings for one attempt."


def test_a_day_that_is_too_large() -> None:
    """A day has no parts."""
    with pytest.raises(RangeTooLarge):
        make(most=1).read()


def test_a_ledger_that_never_rests() -> None:
    """Days that change at each request are given up, not read for ever."""

    def act(ledger: Ledger, number: int) -> None:
        ledger.post(f"new{number}", 1)

    with pytest.raises(TapError, match="changed during each of 5 attempts"):
        make(act=act).read()


def test_a_transaction_that_moves_while_parts_are_read() -> None:
    """What has moved from a part to one that was read before is found by counting the whole."""

    def act(ledger: Ledger, number: int) -> None:
        if number == 30:
            ledger.remove("11")
            ledger.post("11", 2)

    ledger = make(most=10, act=act)
    spool, is_settled, _ = ledger.read()
    assert is_settled
    assert spool.rows == ledger.truth


def test_books_that_are_not_balanced() -> None:
    """A transaction that stays unbalanced is read twice, and then taken as it is."""
    ledger = make()
    del ledger.rows[3]
    spool, is_settled, _ = ledger.read()
    assert (spool.rows, is_settled) == (ledger.truth, True)
    assert ledger.requests == 2 * 8


def test_a_service_that_does_not_count() -> None:
    """It is asked once, and said once; all pages are read."""
    ledger = make(counts=False)
    spool, is_settled, notes = ledger.read()
    assert (spool.rows, is_settled) == (ledger.truth, True)
    assert len(notes) == 1
    assert "does not count" in notes[0]
    assert ledger.requests == 1 + 6
