"""What endpoints were shown not to do, kept for a week between runs: no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

WEEK = 604_800.0  # seconds after which an endpoint is tried again


class EndpointLimits(msgspec.Struct):
    """When endpoints were shown not to do what was requested, by list and ability.

    Times are in seconds since 1970. An ability is a filter, an order, or a range of days.

    Only a no is kept: a list that is read as if its endpoint could do less loses no row, and a yes
    is shown by each response anew.
    """

    shown_at: dict[str, float] = {}

    def find(self, listed: str, now: float) -> frozenset[str]:
        """Return what the endpoint of a list cannot do; not what was shown in a time to come."""
        prefix = f"{listed} "
        return frozenset(
            name.removeprefix(prefix) for name, at in self.shown_at.items()
            if name.startswith(prefix) and _is_current(at, now)
        )  # fmt: skip

    def keep(self, listed: str, abilities: Iterable[str], now: float) -> None:
        """Keep what was shown now, and forget what is too old."""
        kept = {name: at for name, at in self.shown_at.items() if _is_current(at, now)}
        self.shown_at = kept | {f"{listed} {one}": now for one in abilities}


def _is_current(at: float, now: float) -> bool:
    return now - WEEK < at <= now
