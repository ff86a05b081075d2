"""How many rows a list has, found with few calls; nothing here does I/O, a `Look` is passed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

# A long list is not counted to the last row: that takes more calls than it is worth.
TOLERANCE = 0.1
MOST_LOOKS = 30


@dataclass(frozen=True, slots=True)
class Glance:
    """What a page has shown: how many rows count, and whether more follow."""

    rows: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Count:
    """A number of rows, and whether it is exact."""

    rows: int
    is_exact: bool = True


Look = Callable[[int], Glance]


def counted(look: Look, size: int) -> Count:
    """Count a list by pages of `size` rows: double the page past its end, then halve the rest."""
    full, empty, page = 0, 0, 1
    for _ in range(MOST_LOOKS):
        glance = look(page)
        if glance.has_more:
            full = page
        elif glance.rows or page == full + 1:
            return Count((page - 1) * size + glance.rows)
        else:
            empty = page
        if not empty:
            page *= 2
        elif empty - full <= 1 + full * TOLERANCE:
            return Count((full + empty - 1) * size // 2, is_exact=False)
        else:
            page = (full + empty) // 2
    return Count(full * size, is_exact=False)
