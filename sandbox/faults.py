"""Faults: the share of requests that fail at random, and how reports misbehave."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass
class Faults:
    """The share of all requests (0 to 1) that each fault hits, drawn at random from ``seed``."""

    server_error: float = 0.0
    html: float = 0.0
    drop: float = 0.0
    cut: float = 0.0
    cancel_tokens: float = 0.0
    seed: int = 7

    def __post_init__(self) -> None:
        """Start the random number generator."""
        self._random = Random(self.seed)

    def draw(self) -> str:
        """Draw the fault of the next request; empty if it has none."""
        lot = self._random.random()
        for name, share in (
            ("500", self.server_error),
            ("html", self.html),
            ("drop", self.drop),
            ("cut", self.cut),
            ("cancel", self.cancel_tokens),
        ):
            if lot < share:
                return name
            lot -= share
        return ""


@dataclass
class ReportKnobs:
    """How reports behave where the service was seen to misbehave, or where sources disagree.

    ``missing`` are the paths below ``reports/`` that are 404 with code 5. ``needs_filter``: dates
    are ignored without ``filter_by``; ``ignores_dates``: they are with it, too, and the echo says
    so. ``running_profit``: totals of profit and loss run on from one container to the next.
    ``stale_earnings``: a balance sheet keeps the current year's earnings that it had first.
    ``repeats_borders``: a page of postings begins with the last row of the one before.
    ``every_transaction``: the list of an account's transactions has all of them, not two at most.
    ``journal_ids``: rows of the journal name their transaction, which only some sources show.
    ``payables_key`` and ``activities_key`` are keys that sources disagree about.
    ``most_days`` is the longest range, ``most_rows`` the most postings, 0 is any; ``unsettled``:
    the service is still recomputing stock values.
    """

    missing: set[str] = field(default_factory=set)
    needs_filter: bool = False
    ignores_dates: bool = False
    running_profit: bool = True
    stale_earnings: bool = False
    repeats_borders: bool = False
    every_transaction: bool = False
    journal_ids: bool = True
    payables_key: str = "bill"
    activities_key: str = "activity_logs"
    most_days: int = 0
    most_rows: int = 0
    unsettled: bool = False
    known_earnings: dict[tuple[str, str, bool], Decimal] = field(default_factory=dict)
