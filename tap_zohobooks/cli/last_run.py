"""A plan without a call: what the last complete runs have read, and the calls they took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_zohobooks.cli.cost import Cost
from tap_zohobooks.connection import open_account_value
from tap_zohobooks.resources import ORGANIZATIONS
from tap_zohobooks.singer.stats import SpentCalls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_zohobooks.cli.common import SelectedStream
    from tap_zohobooks.tap import TapZohoBooks

ALL = "(all)"
NOTE = "as in the last run"


def recall_costs(tap: TapZohoBooks, streams: Iterable[SelectedStream]) -> list[Cost]:
    """Return what each stream has cost in all organizations; nothing unless all are known."""
    names = [one.name for one in streams if one.name != ORGANIZATIONS.name]
    with open_account_value(tap.config, tap.cache, SpentCalls, "").change() as spent:
        if not spent.calls.keys() >= set(names):
            return []
        return [
            Cost(one, ALL, spent.rows.get(one, 0), spent.calls[one], is_exact=False, note=NOTE)
            for one in names
        ]
