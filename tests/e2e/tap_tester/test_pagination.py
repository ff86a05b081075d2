"""Pagination: more than one page, every row once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.e2e.tap_tester.conftest import LARGEST_PAGE, PAGE_SIZE

if TYPE_CHECKING:
    from tests.e2e.tap_tester.runner import Sync

OF_ALL_DOCUMENTS = {"activity_log", "journal_report", "ledger_entries"}  # more than a page


def test_rows_fill_more_than_one_page(full: Sync) -> None:
    """There is something to page through: most streams have more rows than fit on a page."""
    longer = [name for name, records in full.records.items() if len(records) > 2 * PAGE_SIZE]
    assert len(longer) > 0.8 * len(full.schemas)


def test_no_row_comes_twice(full: Sync) -> None:
    """No stream brings two records of one key."""
    twice = {name: many for name, records in full.records.items()
             if (many := [key for key, number in
                          Counter(full.key(name, one) for one in records).items()
                          if number > 1])}  # fmt: skip
    assert full.records
    assert twice == {}


def test_pages_lose_no_row(full: Sync, least: Sync) -> None:
    """Of every stream, small pages bring the rows that pages of 200 bring."""
    assert max(len(records) for name, records in least.records.items()
               if name not in OF_ALL_DOCUMENTS) < LARGEST_PAGE  # fmt: skip
    assert {name: full.keys(name) for name in full.schemas} == {
        name: least.keys(name) for name in least.schemas
    }
