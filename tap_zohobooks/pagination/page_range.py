"""Choose the page of a list to request next: its number, and its rows a page."""

from __future__ import annotations

from typing import NamedTuple


class PageRange(NamedTuple):
    """The two parameters that select a page: it begins behind (number - 1) x per_page rows."""

    number: int
    per_page: int


def next_range(position: int, size: int, most: int | None = None) -> PageRange:
    """Choose the page that reaches furthest past `position` rows, and overlaps by a row.

    Only a per_page that does not divide the position gives a page that begins before it and ends
    behind it. If all up to `size` divide it, a page of a few more rows does, but of no more than
    `most`, which is all that the service returns. If no page overlaps, the next one begins at the
    position: at row 420 of pages of 7 rows, at each row of pages of one.
    """
    if position == 0:
        return PageRange(1, size)
    fitting = [rows for rows in range(size // 2, size + 1) if rows and position % rows]
    if not fitting:
        larger = next(rows for rows in range(2, position + 3) if position % rows)
        if most is not None and larger > most:
            return PageRange(position // size + 1, size)
        fitting = [larger]
    best = max(fitting, key=lambda rows: ((position - 1) // rows + 1) * rows)
    return PageRange((position - 1) // best + 1, best)
