"""API calls of a schedule, counted by the sandbox: `python -m benchmarks.economy`.

Ends with 1 if a limit is passed. One organization, the default selection, or ten lists and their
documents; `full_refresh_interval` of a day, a folder that the runs share.
"""

from __future__ import annotations

import sys
import tempfile
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.gateway import Place, make_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Run

HOUR, RUNS = 3600, 24
ROWS = 450  # a list
FEW_ROWS = 30  # a list whose documents are read as well: each costs a call in the first run
MAX_DAY = 700  # calls of 24 runs while nothing changes; the Free plan has 1,000
CHANGED = (
    "bills", "contacts", "creditnotes", "customerpayments", "estimates", "expenses", "invoices",
    "items", "purchaseorders", "salesorders",
)  # fmt: skip
CHANGES = 20  # in each of these lists, spread over the day
NOUNS = (
    "bill", "contact", "credit_note", "customer_payment", "estimate", "expense", "invoice", "item",
    "purchase_order", "sales_order",
)  # fmt: skip
LISTS = tuple(f"{noun}s" for noun in NOUNS)
PAIRS = (*LISTS, *(f"{noun}_details" for noun in NOUNS))
PAIR_CALLS = len(PAIRS) + 1  # a quiet run: each list once, its newest document, the organizations


@dataclass(slots=True)
class Schedule:
    """Hourly runs against a sandbox, after a first one that has read everything."""

    place: Place
    folder: str
    streams: tuple[str, ...] = ()
    lists: int = field(init=False)
    whole: int = field(init=False)
    last: Run = field(init=False)

    def __post_init__(self) -> None:
        """Read everything once; count the incremental lists, and the calls of the others."""
        run = self._run(None)
        calls = run.tap.sync_context.stats.calls
        methods = {name: one.replication_method for name, one in run.tap.streams.items()}
        self.lists = sum(methods[name] == "INCREMENTAL" for name in calls)
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

    The run before is the first that may filter, and learns which endpoints refuse that.
    """
    schedule.run()
    return Row("a quiet run", schedule.run(), schedule.lists + 1)


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
    limit = RUNS * schedule.lists + number + schedule.whole
    return Row(f"24 hourly runs, {number} documents changed in {len(CHANGED)} lists", calls, limit)


def measure_quiet_pairs(schedule: Schedule) -> Row:
    """Count the calls of a quiet run of ten lists and their documents: a list is read once."""
    schedule.run()
    return Row("a quiet run of 10 lists and their documents", schedule.run(), PAIR_CALLS)


def measure_changed_pairs(schedule: Schedule) -> Row:
    """Count the calls of a day on which 200 of their documents change, and others by these.

    They are one a list and run, and one a row that a list brings: the newest row comes each time.
    """
    schedule.run()
    calls = rows = 0
    for hour in range(RUNS):
        schedule.change(hour)
        calls += schedule.run()
        rows += sum(len(schedule.last.records(name)) for name in LISTS)
    number = CHANGES * len(CHANGED)
    limit = RUNS * (len(LISTS) + 1) + rows
    return Row(f"the same hourly, {number} documents changed", calls, limit)


MEASURES: tuple[tuple[Callable[[Schedule], Row], int, tuple[str, ...]], ...] = (
    (measure_quiet, ROWS, ()),
    (measure_day, ROWS, ()),
    (measure_changes, ROWS, ()),
    (measure_quiet_pairs, FEW_ROWS, PAIRS),
    (measure_changed_pairs, FEW_ROWS, PAIRS),
)


def main() -> int:
    """Print the table, and return 1 if a limit is passed."""
    is_passed = False
    for measure, size, streams in MEASURES:
        with tempfile.TemporaryDirectory() as folder:
            schedule = Schedule(make_place(size), folder, streams)
            row = measure(schedule)
        if measure is measure_quiet:
            print(f"Lists of {size} rows, {schedule.lists} incremental; others {schedule.whole}.")
        print(f"{row.what:60} {row.calls:5} calls, of at most {row.limit}", flush=True)
        is_passed = is_passed or row.calls > row.limit
    return int(is_passed)


if __name__ == "__main__":
    sys.exit(main())
