"""A plan without a call: what the last complete runs have read, and the calls they took."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tap_zohobooks.cli.cost import Cost
from tap_zohobooks.connection import open_account_value
from tap_zohobooks.resources import ORGANIZATIONS, Dated
from tap_zohobooks.singer.stats import SpentCalls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_zohobooks.cli.common import SelectedStream
    from tap_zohobooks.tap import TapZohoBooks

ALL = "(all)"
NOTE, WHOLE_NOTE = "as in the last run", "as in the last whole read"


def recall_costs(tap: TapZohoBooks, streams: Iterable[SelectedStream]) -> list[Cost]:
    """Return what each stream has cost in all organizations; nothing unless all are known."""
    chosen = {one.name: one for one in streams if one.name != ORGANIZATIONS.name}
    with open_account_value(tap.config, tap.cache, SpentCalls, "").change() as spent:
        if not spent.calls.keys() >= chosen.keys():
            return []
        return [_recall_cost(one, spent) for one in chosen.values()]


def _recall_cost(stream: SelectedStream, spent: SpentCalls) -> Cost:
    """Return what a stream has cost; of a list with a date, what both kinds of run have."""
    name, rows, calls = stream.name, spent.rows.get(stream.name, 0), spent.calls[stream.name]
    found = Cost(name, ALL, rows, calls, is_exact=False, note=NOTE)
    if not isinstance(stream.resource, Dated):
        return found
    between = spent.between.get(name)
    other = "" if between is None else f"; {between:,} in other runs"
    return replace(found, note=f"{WHOLE_NOTE}{other}", whole=calls, between=between)
