"""API calls of a schedule, counted by the sandbox: `python -m benchmarks.economy`.

Ends with 1 if a limit is passed. One organization, the default selection, `full_refresh_interval`
of a day, a folder that the runs share.
"""

from __future__ import annotations

import sys
import tempfile
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_zohobooks.streams.dated import DatedStream
from tests.gateway import Place, make_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Run

HOUR, RUNS = 3600, 24
ROWS = 450  # a list
MAX_DAY = 750  # calls of 24 runs while nothing changes; the Free plan has 1,000
CHANGED = (
    "bills", "contacts", "creditnotes", "customerpayments", "estimates", "expenses", "invoices",
    "items", "purchaseorders", "salesorders",
)  # fmt: skip
CHANGES = 20  # in each of these lists, spread over the day


@dataclass(slots=True)
class Schedule:
    """Hourly runs against a sandbox, after a first one that has read everything."""

    place: Place
    folder: str
    streams: tuple[str, ...] = ()
    lists: int = field(init=False)
    dated: int = field(init=False)
    whole: int = field(init=False)
    last: Run = field(init=False)

    def __post_init__(self) -> None:
        """Read everything once; count the incremental and dated lists, and the calls of others."""
        run = self._run(None)
        calls = run.tap.sync_context.stats.calls
        methods = {name: one.replication_method for name, one in run.tap.streams.items()}
        self.lists = sum(methods[name] == "INCREMENTAL" for name in calls)
        self.dated = sum(isinstance(run.tap.streams[name], DatedStream) for name in calls)
        self.whole = sum(calls[name] for name in calls if methods[name] != "INCREMENTAL")

    def _run(self, state: dict[str, Any] | None) -> Run:
        run = self.place.complete(
            self.streams, deepcopy(state), token_cache=self.folder, full_refresh_interval="1d"
        )
        self.last = run
        return run

    def run(self) -> int:
        """Run an hour later, and return the calls of the run."""
        self.place.clock.sleep(HOUR)
        self.place.world.log.clear()
        self._run(self.last.state)
        return sum("/books/v3/" in one.path for one in self.place.world.log)

    def change(self, hour: int) -> None:
        """Change the documents of one hour of the day."""
        (owner,) = self.place.organizations
        for path in CHANGED:
            for key in sorted(self.place.world.ids(owner, path))[hour:CHANGES:RUNS]:
                self.place.world.change(owner, path, key)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: calls, and how many there may be."""

    what: str
    calls: int
    limit: int


def measure_quiet(schedule: Schedule) -> Row:
    """Count the calls of a run in which nothing has changed: one a list, and the organizations.

    A list of dated rows takes one for those of the last days.

    The run before is the first that may filter, and learns which endpoints refuse that.
    """
    schedule.run()
    return Row("a quiet run", schedule.run(), schedule.lists + schedule.dated + 1)


def measure_day(schedule: Schedule, limit: int = MAX_DAY) -> Row:
    """Count the calls of 24 hourly runs, in one of which the whole lists are due."""
    return Row("24 hourly runs, nothing changed", sum(schedule.run() for _ in range(RUNS)), limit)


def measure_changes(schedule: Schedule) -> Row:
    """Count the calls of a day on which 200 documents change."""
    calls = 0
    for hour in range(RUNS):
        schedule.change(hour)
        calls += schedule.run()
    number = CHANGES * len(CHANGED)
    limit = RUNS * (schedule.lists + schedule.dated + 1) + number + schedule.whole
    return Row(f"24 hourly runs, {number} documents changed in {len(CHANGED)} lists", calls, limit)


MEASURES: tuple[Callable[[Schedule], Row], ...] = (measure_quiet, measure_day, measure_changes)


def main() -> int:
    """Print the table, and return 1 if a limit is passed."""
    rows = []
    for measure in MEASURES:
        with tempfile.TemporaryDirectory() as folder:
            schedule = Schedule(make_place(ROWS), folder)
            rows.append(measure(schedule))
    print(
        f"Lists of {ROWS} rows, {schedule.lists} incremental and {schedule.dated} dated; all but "
        f"the incremental ones take {schedule.whole} calls once a day."
    )
    for row in rows:
        print(f"{row.what:60} {row.calls:5} calls, of at most {row.limit}")
    return int(any(row.calls > row.limit for row in rows))


if __name__ == "__main__":
    sys.exit(main())
