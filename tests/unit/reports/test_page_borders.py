"""Border repeats count once, equal postings as often as they are there; the total decides."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_zohobooks.reports.page_borders import PageBorders
from tap_zohobooks.reports.postings import Item, list_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE = 3


def make_items(text: str) -> list[Item]:
    """Return a line for each letter; equal letters are equal lines."""
    return [*list_lines({"transaction_id": "1", "name": one} for one in text)]


def read(items: Sequence[Item]) -> str:
    """Return the letters of lines."""
    return "".join(str(leg["name"]) for one in items for leg in one.legs)


def read_pages(pages: Sequence[str], total: int | None) -> str | None:
    """Return the letters that pages hold, sorted; None if the total does not fit."""
    borders = PageBorders(SIZE, total)
    found = "".join(read(borders.add(make_items(page), {})) for page in pages)
    held = borders.find_held()
    return None if held is None else "".join(sorted(found + read(held)))


@pytest.mark.parametrize(
    ("pages", "total", "found"),
    [
        (["abc", "def", "g"], 7, "abcdefg"),
        (["abc", "cdef", "fg"], 7, "abcdefg"),  # the row before is served again
        (["abc", "cde", "efg"], 7, "abcdefg"),  # and takes a place
        (["abc", "bcd", "def"], 6, "abcdef"),  # two rows, then one
        (["abb", "bcd"], 6, "abbbcd"),  # equal lines, which are three
        (["abb", "bcd"], 5, "abbcd"),
        (["abb", "bbcd"], 6, "abbbcd"),  # one of the two is a repeat, the other is not
        (["aaa", "aaa", "a"], 7, "aaaaaaa"),
        (["aaa", "aaaa", "aa"], 7, "aaaaaaa"),
        (["abc", "def"], 7, None),  # one was lost
        (["abc", "def", "g"], 6, None),  # one is too many, and no repeat
        (["abc", "cde", "g"], 5, None),
        ([], 0, ""),
        ([""], 1, None),
        (["abc", "cde"], None, "abcde"),
        (["abc", "abc"], 3, "abc"),  # a service that knows no pages
    ],
)
def test_pages(pages: list[str], total: int | None, found: str | None) -> None:
    """Each line is there once; a total that does not fit says that the list has moved."""
    assert read_pages(pages, total) == found


@given(st.text("ab", max_size=12), st.integers(1, 4), st.integers(0, 2))
def test_any_list_with_repeats(text: str, size: int, repeats: int) -> None:
    """Whatever a list holds, pages that begin with the last rows of the one before lose none."""
    borders = PageBorders(size, len(text))
    found = ""
    for first in range(0, len(text), size):
        start = max(0, first - (min(repeats, size) if first else 0))
        found += read(borders.add(make_items(text[start : first + size]), {}))
    held = borders.find_held()
    assert held is not None
    assert sorted(found + read(held)) == sorted(text)


def test_a_total_of_postings() -> None:
    """A total may count postings: the lines that book nothing are not among them."""
    lines = make_items("ab")
    opening = [*list_lines([{"transaction_id": "", "transaction_details": "Opening Balance"}])]
    borders = PageBorders(SIZE, 2)
    assert borders.add([*opening, *lines], {}) == [*opening, *lines]
    assert borders.find_held() == []


def test_the_pages_of_groups() -> None:
    """Wrappers that each page repeats hold other lines of the same account."""
    rows = [{"transaction_id": str(one), "account_id": str(one // 4)} for one in range(8)]
    borders, found = PageBorders(SIZE, len(rows)), []
    for first in range(0, 8, SIZE):
        page = rows[first : first + SIZE]
        groups = groupby(page, key=lambda row: row["account_id"])
        wrappers = [{"name": name, "account_transactions": [*mine]} for name, mine in groups]
        found += [leg for one in borders.add([*list_lines(wrappers)], {}) for leg in one.legs]
    assert found == rows
    assert borders.find_held() == []


@pytest.mark.parametrize(
    ("page", "total", "stated", "has_more"),
    [
        ("abc", 3, None, False),
        ("abc", 5, None, True),  # a response that does not say so
        ("abc", 5, False, True),  # or denies it
        ("abc", 3, True, True),
        ("", 5, False, False),
        ("", 5, True, True),
        ("abc", None, None, True),
        ("abc", None, False, False),
        ("", None, None, False),
    ],
)
def test_more_pages(page: str, total: int | None, stated: object, *, has_more: bool) -> None:
    """Pages are requested until all that is counted has come, whatever a response states."""
    borders = PageBorders(SIZE, total)
    borders.add(make_items(page), {"has_more_page": stated, "per_page": 2})
    assert (borders.has_more, borders.per_page) == (has_more, 2)


def test_a_list_without_an_end() -> None:
    """The number of pages is bounded: by the total, and where nothing is counted."""
    assert PageBorders(200, 551).max_pages == 6
    assert PageBorders(200, None).max_pages == 10_000
