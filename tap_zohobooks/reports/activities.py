"""The activity log: which days are read, and what its events say was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tap_zohobooks.resources import TABLE
from tap_zohobooks.transform.periods import MONTH, Period, cut

if TYPE_CHECKING:
    from tap_zohobooks.transform.cleaner import Row

OVERLAP = timedelta(days=2)  # read again: events are dated by day, and may be logged late
DELETED = "delet"  # begins `deleted` and `delete`
DETAILS = "activity_details"
LISTS = {one.list_path: one.name for one in TABLE.values() if not one.of and not one.query}


def choose_days(first: date, today: date, bookmark: str | None) -> list[Period]:
    """Return the days that a run reads, in parts of a calendar month, oldest first.

    The bookmark is the last day (`2026-01-31`) that was read when it was over.
    """
    start = first
    if bookmark is not None:
        start = max(first, date.fromisoformat(bookmark) + timedelta(days=1) - OVERLAP)
    return cut(start, today, MONTH, 1)


def find_bookmark(days: Period, today: date) -> str:
    """Return the last day of a part that is over."""
    return min(days.last, today - timedelta(days=1)).isoformat()


@dataclass(frozen=True, slots=True)
class Deletion:
    """What an event of the log says was deleted; `entity` in the words of the service."""

    entity: str
    id: str
    name: str | None
    stream: str | None

    @classmethod
    def read(cls, event: Row) -> Deletion | None:
        """Return what an event says was deleted; None if it does not, or names nothing."""
        details: Any = event.get(DETAILS)
        if not isinstance(details, dict):
            return None
        operation = str(details.get("operation_type") or "").strip().lower()
        entity, number = details.get("transaction_type"), details.get("transaction_id")
        if not operation.startswith(DELETED) or not entity or not number:
            return None
        name = str(details.get("transaction_name") or "") or None
        return cls(str(entity), str(number), name, find_stream(str(entity)))


def find_stream(entity: str) -> str | None:
    """Return the stream that lists an entity, `vendor_credit`; None if it is not known."""
    word = entity.strip().lower().replace("_", "").replace(" ", "")
    plurals = (word, f"{word}s", f"{word.removesuffix('y')}ies")
    return next((LISTS[path] for path in plurals if path in LISTS), None)
