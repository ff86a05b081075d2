"""How far a run has come: one line that lives on a terminal, a log line now and then elsewhere.

All of it goes to standard error; standard output belongs to the target.
"""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tap_zohobooks.http.rate_limit import Quota
    from tap_zohobooks.singer.scheduler import SyncScheduler

EVERY = 30.0
NAMED = 3
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of a run in a moment; `seconds` since it began, `quotas` by organization."""

    reading: Sequence[str]
    done: int
    jobs: int
    rows: int
    calls: int
    seconds: float
    quotas: Mapping[str, Quota]

    def line(self, now: float) -> str:
        """Return it in one line; `now` is of the clock by which the quotas reset."""
        shown = ", ".join(self.reading[:NAMED]) or "waiting"
        more = f" and {len(self.reading) - NAMED} more" if len(self.reading) > NAMED else ""
        parts = [
            f"{shown}{more}",
            f"{self.rows:,} rows",
            f"{self.calls:,} calls",
            f"{self.done} of {self.jobs} streams done in {span(self.seconds)}",
        ]
        if self.done and self.done < self.jobs:
            left = self.seconds / self.done * (self.jobs - self.done)
            parts.append(f"about {span(left)} left if the others are like these")
        parts += [
            f"organization {name}: {quota.remaining:,} of {quota.limit:,} calls left for "
            f"{span(quota.resets_at - now)}"
            for name, quota in sorted(self.quotas.items())
        ]
        return " · ".join(parts)


def status(
    extraction: SyncScheduler, calls: int, seconds: float, quotas: Mapping[str, Quota]
) -> Status:
    """Return how far an extraction has come; `calls` and `seconds` since it began."""
    return Status(
        extraction.reading, extraction.done, extraction.jobs, extraction.rows,
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
def told(
    line: Callable[[], str],
    logger: logging.Logger,
    stream: TextIO | None = None,
    every: float = EVERY,
) -> Iterator[None]:
    """Tell how far the run is for as long as the block lasts."""
    stream = stream or sys.stderr
    with _live(line, stream) if stream.isatty() else _logged(line, logger, every):
        yield


@contextmanager
def _logged(line: Callable[[], str], logger: logging.Logger, every: float) -> Iterator[None]:
    over = threading.Event()

    def tell() -> None:
        while not over.wait(every):
            logger.info("%s", line())

    thread = threading.Thread(target=tell, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


@contextmanager
def _live(line: Callable[[], str], stream: TextIO) -> Iterator[None]:
    console = Console(file=stream)

    def shown() -> Text:
        return Text(line(), no_wrap=True, overflow="ellipsis")

    with (
        Live(get_renderable=shown, console=console, transient=True, refresh_per_second=2),
        ExitStack() as handlers,
    ):
        for handler in _handlers(stream):
            before = handler.setStream(_Above(console))  # type: ignore[arg-type]
            if before is not None:
                handlers.callback(handler.setStream, before)
        yield


def _handlers(stream: TextIO) -> Iterable[logging.StreamHandler[TextIO]]:
    """Return the handlers of all loggers that write where the line lives."""
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    found = {handler for logger in loggers for handler in logger.handlers}
    return [one for one in found if isinstance(one, logging.StreamHandler) and one.stream is stream]


class _Above:
    """Writes log lines above the line that lives."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> None:
        if text.strip():
            self._console.print(Text(text.rstrip("\n")), soft_wrap=True)

    def flush(self) -> None:
        """Nothing is held back."""
