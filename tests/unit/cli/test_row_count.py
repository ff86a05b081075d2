"""A list is counted with few API calls, and an estimate is marked as one."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from tap_zohobooks.cli.row_count import (
    MAX_REQUESTS,
    TOLERANCE,
    Count,
    PageCount,
    count_rows,
)


@dataclass
class List:
    """A list with a number of rows."""

    rows: int
    size: int
    requests: list[int] = field(default_factory=list)

    def count_page(self, page: int) -> PageCount:
        """Return the rows of a page."""
        self.requests.append(page)
        left = max(0, self.rows - (page - 1) * self.size)
        return PageCount(min(left, self.size), has_more=left > self.size)


@given(rows=st.integers(0, 10**6), size=st.integers(1, 200))
def test_any_list_is_counted(rows: int, size: int) -> None:
    """An exact count is exact, an estimate within the tolerance, and no page is read twice."""
    one = List(rows, size)
    count = count_rows(one.count_page, size)
    if count.is_exact:
        assert count.rows == rows
    else:
        assert abs(count.rows - rows) <= max(size, TOLERANCE * rows)
    assert len(set(one.requests)) == len(one.requests) <= MAX_REQUESTS


def test_short_lists_cost_one_call() -> None:
    """A list of one page is counted exactly by one call."""
    for rows in (0, 1, 199, 200):
        one = List(rows, 200)
        assert count_rows(one.count_page, 200) == Count(rows)
        assert one.requests == [1]


def test_long_lists_cost_far_less_than_reading() -> None:
    """100,000 rows are 500 pages, and counted to 10 % with fewer than 15 calls."""
    one = List(100_000, 200)
    count_rows(one.count_page, 200)
    assert len(one.requests) < 15


def test_a_list_without_an_end() -> None:
    """Counting stops if the service always says that more follows; the number is an estimate."""
    requests = 0

    def count_page(_page: int) -> PageCount:
        nonlocal requests
        requests += 1
        return PageCount(200, has_more=True)

    assert not count_rows(count_page, 200).is_exact
    assert requests == MAX_REQUESTS
