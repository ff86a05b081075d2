"""A list is counted with few calls, and an estimate is said to be one."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from tap_zohobooks.cli.row_count import MOST_LOOKS, TOLERANCE, Count, Glance, counted


@dataclass
class List:
    """A list of so many rows."""

    rows: int
    size: int
    looks: list[int] = field(default_factory=list)

    def look(self, page: int) -> Glance:
        """Show a page."""
        self.looks.append(page)
        left = max(0, self.rows - (page - 1) * self.size)
        return Glance(min(left, self.size), has_more=left > self.size)


@given(rows=st.integers(0, 10**6), size=st.integers(1, 200))
def test_any_list_is_counted(rows: int, size: int) -> None:
    """A count that calls itself exact is; any other is near; and no page is looked at twice."""
    one = List(rows, size)
    count = counted(one.look, size)
    if count.is_exact:
        assert count.rows == rows
    else:
        assert abs(count.rows - rows) <= max(size, TOLERANCE * rows)
    assert len(set(one.looks)) == len(one.looks) <= MOST_LOOKS


def test_short_lists_cost_one_call() -> None:
    """What fits on a page is counted by that page, exactly."""
    for rows in (0, 1, 199, 200):
        one = List(rows, 200)
        assert counted(one.look, 200) == Count(rows)
        assert one.looks == [1]


def test_long_lists_cost_far_less_than_reading() -> None:
    """100,000 rows are 500 pages, and known to a tenth after fewer than fifteen."""
    one = List(100_000, 200)
    counted(one.look, 200)
    assert len(one.looks) < 15


def test_a_list_without_an_end() -> None:
    """A service that always says that there is more is given up, and the number is no count."""
    looks = 0

    def endless(_page: int) -> Glance:
        nonlocal looks
        looks += 1
        return Glance(200, has_more=True)

    assert not counted(endless, 200).is_exact
    assert looks == MOST_LOOKS
