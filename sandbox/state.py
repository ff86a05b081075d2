"""The state of the double: what it holds, how it behaves, and what was requested so far."""

from __future__ import annotations

from collections import deque
from fnmatch import fnmatchcase
from threading import RLock
from typing import TYPE_CHECKING, Any

from sandbox.data.catalog import Behaviour, get_endpoint
from sandbox.data.organization_rows import build_organization_row
from sandbox.faults import Faults, ReportKnobs
from sandbox.limits import Meter
from sandbox.single_documents import SingleDocuments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sandbox.data.seeding import Holdings
    from sandbox.http import LoggedRequest, Request
    from sandbox.limits import Limits
    from sandbox.oddities import Oddity
    from sandbox.single_documents import Refusal

EVERYTHING = "*"  # in place of a collection: all of an organization's


class Behaviours(dict[str, Behaviour]):
    """How each list treats sort and filter, by collection; by default as the service does."""

    def __missing__(self, collection: str) -> Behaviour:
        """Copy the known behaviour of the service, so that a test can change it."""
        self[collection] = behaviour = get_endpoint(collection).copy_behaviour()
        return behaviour


class State:
    """Everything about the double that a request reads or changes, except tokens.

    ``script`` names the faults of the next requests (see ``api.failures``), before those that
    ``faults`` draws. ``padding`` is by collection, or by ``collection/id`` of a document: so many
    blanks a row are in its responses, which are then compressed. ``latency`` is in seconds, for all
    requests or computed from one. ``refusals`` are by collection, path or pattern
    of paths (``a/*``), ``behaviour`` by collection, ``holdings``
    and ``meters`` by organization id, ``areas`` by collection: the only area whose scope it takes,
    where the service has renamed a scope, ``oddities`` by path or pattern of paths.
    """

    def __init__(
        self, holdings: Mapping[str, Holdings], limits: Limits, clock: Callable[[], datetime]
    ) -> None:
        """Start with nothing requested and no faults."""
        self.holdings = dict(holdings)
        self.limits = limits
        self.clock = clock
        self.latency: float | Callable[[Request], float] = 0.0
        self.behaviour = Behaviours()
        self.faults = Faults()
        self.padding: dict[str, int] = {}
        self.reports = ReportKnobs()
        self.script: deque[str] = deque()
        self.refusals: dict[str, Refusal] = {}
        self.single_documents = SingleDocuments()
        self.areas: dict[str, str] = {}
        self.oddities: dict[str, Oddity] = {}
        self.log: list[LoggedRequest] = []
        self.meters = {
            key: Meter(own.spec.time_zone, own.spec.daily_quota) for key, own in holdings.items()
        }
        self.lock = RLock()

    @property
    def organizations(self) -> list[dict[str, Any]]:
        """The rows of the list of organizations."""
        return [
            build_organization_row(own.spec, first=not place)
            for place, own in enumerate(self.holdings.values())
        ]

    def take_fault(self) -> str:
        """Take the fault of this request from the script, else draw it; empty if it has none."""
        return self.script.popleft() if self.script else self.faults.draw()

    def compute_latency(self, request: Request) -> float:
        """Compute how long the service takes for a request, in seconds."""
        return self.latency(request) if callable(self.latency) else self.latency

    def find_refusal(self, collection: str, organization_id: str) -> Refusal | None:
        """Find the error that a collection of an organization responds with; None if it works."""
        for name in (collection, EVERYTHING):
            refusal = self.refusals.get(name)
            if refusal is not None and refusal.organization_id in {"", organization_id}:
                return refusal
        for pattern, refusal in self.refusals.items():
            if "/*" in pattern and fnmatchcase(collection, pattern):
                return refusal
        return None
