"""What the state says of a report stream of an organization: periods read, and closed years."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tap_zohobooks.transform.timestamps import to_date

if TYPE_CHECKING:
    from collections.abc import Mapping

COVERAGE, CLOSED = "report_coverage", "closed_years"
KEY, VALUE = "replication_key", "replication_key_value"


@dataclass(frozen=True, slots=True)
class PeriodCheckpoint:
    """What holds once all rows of a period are written.

    `last` is the last day (`2026-01-31`) of the last closed period that was read, with all before
    it; None if there is none. `coverage` says by which settings, and `closed` holds a fingerprint
    for each closed fiscal year and basis.
    """

    key: str
    last: str | None = None
    coverage: str = ""
    closed: Mapping[str, str] = field(default_factory=dict)

    bookmark = None  # `update` writes it: other settings move it back

    @classmethod
    def load(cls, key: str, state: Mapping[str, Any]) -> PeriodCheckpoint:
        """Return what a state holds; what it does not say is read again."""
        last, coverage, closed = state.get(VALUE), state.get(COVERAGE), state.get(CLOSED)
        return cls(
            key,
            to_date(last) if isinstance(last, str) else None,
            coverage if isinstance(coverage, str) else "",
            {**closed} if isinstance(closed, dict) else {},
        )

    def pass_period(self, last: str) -> PeriodCheckpoint:
        """Return what holds once a closed period was read, and all before it."""
        return replace(self, last=max(self.last or "", last))

    def close_year(self, year: str, fingerprint: str) -> PeriodCheckpoint:
        """Return what holds once all periods of a closed year were read."""
        return replace(self, closed={**self.closed, year: fingerprint})

    def update(self, state: dict[str, Any]) -> bool:
        """Write it into the state of the partition; tell if that changes it."""
        before = dict(state)
        entries = {VALUE: self.last, COVERAGE: self.coverage, CLOSED: dict(self.closed)}
        for name, value in entries.items():
            state.pop(name, None)
            if value:
                state[name] = value
        if self.last:
            state[KEY] = self.key
        return state != before
