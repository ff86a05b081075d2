"""A page of a list as it came, and how it joins the rows that were read before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from tap_zohobooks.pagination.page import Page
    from tap_zohobooks.pagination.tie_group import Mark


@dataclass(frozen=True, slots=True)
class PlacedPage:
    """A page as it came, compared with the rows that were read before it.

    `offset` is the number of rows before it, `known` marks the rows read before, `values` are its
    rows' values of the sort column. `is_joined` if it begins with the rows that ended the page
    before, where they stood; `is_repeated` if it brings nothing else, or that page again;
    `is_behind` if it begins where that page ended, as no page of so few rows overlaps it.
    """

    page: Page
    per_page: int
    offset: int
    marks: list[Mark]
    values: list[object]
    known: AbstractSet[Mark]
    is_joined: bool
    is_repeated: bool
    is_behind: bool


def is_unpaged(page: Page, per_page: int) -> bool:
    """Tell whether the service returned the whole list, and ignored the page number."""
    return not page.has_more_known and len(page.entries) > per_page
