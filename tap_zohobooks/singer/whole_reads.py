"""When a stream that is read whole is due again, and what the state says of its last read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tap_zohobooks.transform.timestamps import to_utc

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable, Mapping, Sequence

    from tap_zohobooks.singer.stream import SingerStream

READ_AT, COLUMNS, VERSION = "whole_read_at", "whole_read_columns", "whole_read_version"
DAY = 86_400  # seconds
# A run that starts this much early reads what is due: a daily schedule starts up to minutes apart,
# and an interval of a day would let it read every other day.
MAX_EARLY, EARLY_PART = 300, 100  # seconds, and one part in so many of the interval


@dataclass(frozen=True, slots=True)
class WholeRead:
    """The last complete read of a partition: when its run began, and of which columns.

    `at` is in seconds since 1970; None if there is none, or if the last read was not complete.
    `version` is the one of its records, if a later run has to give it to others; else None.
    """

    at: float | None = None
    columns: str = ""
    version: int | None = None

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> WholeRead:
        """Return what the state of a partition says; what cannot be read is no complete read."""
        at, columns, version = (state.get(name) for name in (READ_AT, COLUMNS, VERSION))
        instant = to_utc(at) if isinstance(at, str) else None
        return cls(
            datetime.fromisoformat(instant).timestamp() if instant else None,
            columns if isinstance(columns, str) else "",
            version if type(version) is int else None,
        )

    def update(self, state: dict[str, Any]) -> None:
        """Write it into the state of the partition; without `at` the state says nothing."""
        for name in (READ_AT, COLUMNS, VERSION):
            state.pop(name, None)
        if self.at is not None:
            instant = datetime.fromtimestamp(self.at, UTC).replace(microsecond=0)
            state.update({READ_AT: instant.isoformat(), COLUMNS: self.columns})
            if self.version is not None:
                state[VERSION] = self.version

    def find_due(self, columns: str, interval: int, now: float) -> float | None:
        """Return when it is due again; None if it is due whatever the interval says.

        So it is without a complete read, with other columns, or if the clock was set back.
        """
        if self.at is None or self.columns != columns or int(self.at) > now:
            return None
        return self.at + interval - min(MAX_EARLY, interval // EARLY_PART)


def list_not_due(
    reads: Sequence[WholeRead], columns: str, interval: int, now: float
) -> dict[int, float]:
    """Return which reads of a stream are not due, by their position, and when they are.

    If the interval of one organization has passed, all are due: rows that are gone are deleted only
    after a run that read all organizations.
    """
    times = {at: one.find_due(columns, interval, now) for at, one in enumerate(reads)}
    found = {at: time for at, time in times.items() if time is not None}
    return {} if any(time <= now for time in found.values()) else found


def log_not_due(streams: Iterable[SingerStream], logger: logging.Logger) -> None:
    """Log once which streams are not read in this run as they are not due, and when one is."""
    waiting = {one.name: min(one.not_due.values()) for one in streams if one.not_due}
    if waiting:
        first = min(waiting, key=lambda name: (waiting[name], name))
        when = datetime.fromtimestamp(waiting[first], UTC).isoformat(timespec="seconds")
        logger.info(
            "%d streams without a time of change are not due, and are not read in this run: %s. "
            "Next is '%s', at %s (full_refresh_interval).",
            len(waiting), ", ".join(sorted(waiting)), first, when,
        )  # fmt: skip
