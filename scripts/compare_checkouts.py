#!/usr/bin/env python
"""Show that two checkouts of the project do the same, as far as a user sees it.

Usage: python scripts/compare_checkouts.py BEFORE AFTER [--rows ROWS]

Each is a checkout with an environment of its own, made by `make sync` in it (again, where its
entry points have changed). Nothing is imported from them: their commands run, each against the
double of the service of the same checkout, in folders of their own, and what comes is compared
byte for byte. A line says `same`, `words` (the wording of logs and pages may differ) or `DIFFERS`.
Ends with 1 where something differs in more than words.

Rows of the double bear times of its start, in seconds: both are started until these are the same.
What depends on the clock, on the folder or on the version is made the same before it is compared:
`time_extracted` of a record, `read_at` of a row of a report, `whole_read_at` of a state, the
version of ACTIVATE_VERSION, of a state, and of the records that belong to it, times that are told
to the minute (of the next reset), a filter of a call by the time of that call, UUIDs in the names
of batch files, the address of the double, the port of a login, the folder of a run, the program's
own version. So is every number in logs, which count as words; the names and tags of the metrics in
them do not.

Runs make one call at a time, so that messages come in the same order. A document may still be asked
for before or after the next page of its list, so calls are put in the order of their paths without
ids; those of one list, or of the documents of one list, stay in the order in which they were made.
One run is with the default concurrency: there the order of messages does not count, and calls count
as words, as pages that are asked for ahead depend on how long answers take.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from checkouts import Done, Lines, Side
from comparisons import (
    CONCURRENT,
    DISCOVERY,
    ENDINGS,
    ENTIRE,
    EVERY,
    HELP,
    PLENTY,
    RESUMED,
    TERMINALS,
    TWO,
    Case,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")

ATTEMPTS = 20
SHOWN = 3  # differing lines of a comparison
WIDTH = 70  # characters on each side of a difference
ERROR_ROW = re.compile(r'^\| <a id="[^"]+"></a>`([^`]+)` \| (\d+) \|')


class Comparison:
    """Two checkouts side by side; `differs` tells whether something does in more than words."""

    def __init__(self, before: Side, after: Side) -> None:
        """Compare these."""
        self.sides = (before, after)
        self.differs = False
        self.logs = Counter[str]()

    def both(self, do: Callable[[Side], Found]) -> tuple[Found, Found]:
        """Do the same in both at the same time."""
        with ThreadPoolExecutor(2) as pool:
            before, after = pool.map(do, self.sides)
        return before, after

    def show(self, name: str, before: Lines, after: Lines, *, words: bool = False) -> None:
        """Print a line, and where they differ the first lines that do."""
        verdict = "same" if before == after else "words" if words else "DIFFERS"
        self.differs = self.differs or verdict == "DIFFERS"
        sizes = [sum(len(one.encode()) + 1 for one in lines) for lines in (before, after)]
        print(f"{verdict:8} {name:48} {len(before):7,} lines {sizes[0]:12,} bytes", flush=True)
        if before == after:
            return
        if (len(before), sizes[0]) != (len(after), sizes[1]):
            print(f"{'':8} {'after:':48} {len(after):7,} lines {sizes[1]:12,} bytes")
        pairs = enumerate(zip_longest(before, after, fillvalue="(no such line)"), 1)
        for number, (old, new) in [pair for pair in pairs if pair[1][0] != pair[1][1]][:SHOWN]:
            letters = zip_longest(old, new)
            at = next(place for place, (one, other) in enumerate(letters) if one != other)
            part = slice(max(0, at - WIDTH), at + WIDTH)
            print(f"{'':9}line {number}, character {at + 1}")
            print(f"{'':11}- {old[part]}\n{'':11}+ {new[part]}")

    def run(self, case: Case, *, apart: bool = False) -> tuple[Done, Done]:
        """Run a case in both, and compare; `apart` gives messages and calls lines of their own."""
        old, new = self.both(lambda side: side.run(case))
        if apart:
            self.show(f"{case.name}: messages", old.out, new.out)
            self.show(f"{case.name}: calls", old.calls, new.calls)
            self.show(f"{case.name}: metrics", old.metrics, new.metrics)
            self.show(f"{case.name}: {', '.join(old.end)}", old.end, new.end)
        else:
            name = f"{case.name}: {', '.join(old.end)}"
            self.show(name, *([*one.end, *one.out, *one.calls] for one in (old, new)))
        self.logs["same" if old.words == new.words else "other"] += 1
        if old.words != new.words:
            self.show(f"{case.name}: log", old.words, new.words, words=True)
        return old, new

    def serve(self, **options: int) -> None:
        """Start both doubles until they hold the same: their rows bear times of the start."""
        given = {"requests-per-minute": PLENTY, "window": 1, "daily-quota": PLENTY, **options}
        words = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        for _ in range(ATTEMPTS):
            self.both(lambda side: side.serve(words))
            old, new = self.both(Side.rows)
            if old == new:
                break
        self.show("rows of the doubles", old, new)


def compare_pages(comparison: Comparison) -> None:
    """Compare the pages that the program prints: tables of streams and errors, and words."""
    for name in ("streams", "errors"):
        pages = [(one.checkout / "docs" / f"{name}.md").read_text(encoding="utf-8").split("\n")
                 for one in comparison.sides]  # fmt: skip
        comparison.show(f"docs/{name}.md: table", *map(table_of, pages))
        comparison.show(f"docs/{name}.md", *pages, words=True)


def table_of(page: Lines) -> Lines:
    """Return the rows of streams; of errors only the names and exit codes."""
    errors = [f"{found[1]} {found[2]}" for line in page if (found := ERROR_ROW.match(line))]
    return errors or [line for line in page if line.startswith("|")]


def compare_runs(comparison: Comparison, rows: int) -> None:
    """Compare what is discovered, and what runs bring: at first, and once rows have changed."""
    comparison.serve(rows=rows, organizations=4, concurrency=50)
    for case in HELP:
        comparison.run(case)
    found = comparison.run(Case("discovery", DISCOVERY), apart=True)
    for side, done in zip(comparison.sides, found, strict=True):
        side.catalog = "\n".join(done.out)
    case = Case("first run", settings={**TWO, "page_size": 20}, streams=EVERY)
    old, _ = comparison.run(case, apart=True)
    moment = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - 3600))
    comparison.both(lambda side: side.change(moment))
    comparison.show("rows of the doubles, changed", *comparison.both(Side.rows))
    for name in ("run from the state", "once more from there"):
        files = {"state.json": old.state}
        again = replace(case, name=name, words=RESUMED, files=files)
        old, _ = comparison.run(again, apart=True)
    for case in ENTIRE:
        comparison.run(case)
    case = Case("concurrent", settings={**TWO, **CONCURRENT, "page_size": 4}, streams=EVERY)
    old, new = comparison.both(lambda side: side.run(case))
    comparison.show("concurrent: messages, in no order", old.unordered, new.unordered)
    comparison.show(f"concurrent: {', '.join(old.end)}", old.end, new.end)
    comparison.show("concurrent: metrics", old.metrics, new.metrics)
    calls = sorted(old.calls), sorted(new.calls)
    comparison.show("concurrent: calls, in no order", *calls, words=True)


def main() -> int:
    """Compare all, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--rows", type=int, default=30, help="of each list (default %(default)s)")
    asked, began = parser.parse_args(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        homes = [Path(folder, str(number)) for number in (1, 2)]
        for home in homes:
            home.mkdir()
        checkouts = [one.resolve() for one in (asked.before, asked.after)]
        before, after = (Side(*pair) for pair in zip(checkouts, homes, strict=True))
        stack.callback(before.stop)
        stack.callback(after.stop)
        comparison = Comparison(before, after)
        print(f"{before.checkout} {before.version}\n{after.checkout} {after.version}")
        compare_pages(comparison)
        compare_runs(comparison, asked.rows)
        comparison.serve(rows=5, organizations=4, concurrency=50)
        for case in (*TERMINALS, *ENDINGS):
            comparison.run(case)
    logs = comparison.logs
    print(f"Logs: {logs['same']} the same, {logs['other']} with other words or lines.")
    print(f"{'Something DIFFERS' if comparison.differs else 'All the same'}, "
          f"after {time.monotonic() - began:.0f} s.")  # fmt: skip
    return int(comparison.differs)


if __name__ == "__main__":
    sys.exit(main())
