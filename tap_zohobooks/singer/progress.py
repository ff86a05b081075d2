"""The progress of a run: a live line on a terminal, a log line every 30 seconds elsewhere.

All of it goes to standard error; standard output belongs to the target.
"""

from __future__ import annotations

import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from tap_zohobooks.http.rate_limit import Quota
    from tap_zohobooks.singer.scheduler import SyncScheduler

EVERY = 30.0  # seconds
MAX_NAMES = 3
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Status:
    """What a run has done: `seconds` since it began, `quotas` by organization id."""

    streams: Sequence[str]
    done: int
    partitions: int
    rows: int
    calls: int
    seconds: float
    quotas: Mapping[str, Quota]

    def line(self, now: float) -> str:
        """Return it in one line; `now` is of the clock by which the quotas reset."""
        shown = ", ".join(self.streams[:MAX_NAMES]) or "waiting"
        more = f" and {len(self.streams) - MAX_NAMES} more" if len(self.streams) > MAX_NAMES else ""
        parts = [
            f"{shown}{more}",
            f"{self.rows:,} rows",
            f"{self.calls:,} calls",
            f"{self.done} of {self.partitions} streams done in {span(self.seconds)}",
        ]
        if self.done and self.done < self.partitions:
            left = self.seconds / self.done * (self.partitions - self.done)
            parts.append(f"about {span(left)} left if the others are like these")
        parts += [
            f"organization {name}: {quota.remaining:,} of {quota.limit:,} calls left for "
            f"{span(quota.resets_at - now)}"
            for name, quota in sorted(self.quotas.items())
        ]
        return " · ".join(parts)


def status(
    scheduler: SyncScheduler, calls: int, seconds: float, quotas: Mapping[str, Quota]
) -> Status:
    """Return the status of a scheduler's run; `calls` and `seconds` are those since it began."""
    return Status(
        scheduler.stream_names, scheduler.done, scheduler.partitions, scheduler.rows,
        calls, seconds, quotas,
    )  # fmt: skip


def span(seconds: float) -> str:
    """Return a time in words of one unit or two: 42 s, 3 min 5 s, 5 h 12 min."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"


@contextmanager
def show_progress(
    line: Callable[[], str],
    logger: logging.Logger,
    stream: TextIO | None = None,
    every: float = EVERY,
) -> Iterator[None]:
    """Show the line of `line()` for as long as the block lasts; `every` is in seconds."""
    stream = stream or sys.stderr
    shown = _show_live(line, stream) if stream.isatty() else _log_progress(line, logger, every)
    with ExitStack() as stack:
        try:
            stack.enter_context(shown)
        except (RuntimeError, MemoryError) as error:  # no thread can be started
            logger.warning("The progress is not shown (%s).", error)
        yield


@contextmanager
def _log_progress(line: Callable[[], str], logger: logging.Logger, every: float) -> Iterator[None]:
    over = threading.Event()

    def log() -> None:
        while not over.wait(every):
            logger.info("%s", line())

    thread = threading.Thread(target=log, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


def _show_live(line: Callable[[], str], stream: TextIO) -> AbstractContextManager[None]:
    from tap_zohobooks.singer.live_progress import show_live

    return show_live(line, stream)
