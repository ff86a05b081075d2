"""All ratios in one run and one table: `python -m benchmarks`, or `make bench`.

Ends with 1 where a ratio is 25 % above the one in ratios.json, which --accept writes; without
--short also where one is above its limit, or a table of calls, states or the rate fails.
"""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import custom_fields, documents, memory, postings, records, rivals, startup, table

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTS, RECORDS = (15, 5), (5, 3)  # turns, and those of the short form
ROWS = 20_000
TABLES = ("benchmarks.economy", "benchmarks.state", "benchmarks.ceiling")


def measure_starts(turns: int) -> Iterator[table.Row]:
    """Yield what starts cost beside the import of the SDK."""
    base, *others = startup.measure_all(turns)
    for one in others:
        if one.limit is not None:
            yield table.Row(one.name, base.name, startup.find_ratio(one, base), one.limit)


def measure_records(turns: int) -> Iterator[table.Row]:
    """Yield what records of lists, documents and postings cost beside the plain SDK tap."""
    ratios = [
        records.microseconds(records.ours, ROWS) / records.microseconds(records.plain, ROWS)
        for _ in range(turns)
    ]
    yield table.Row("a record of invoices", "plain SDK tap", median(ratios), records.LIMIT)
    ratio = median(documents.measure_ratio() for _ in range(turns))
    yield table.Row("a document of 30 lines", "plain SDK tap", ratio, documents.LIMIT)
    ratio = median(custom_fields.measure_ratio() for _ in range(turns))
    yield table.Row("a contact of 40 custom fields", "plain SDK tap", ratio)
    for stream in postings.KINDS:
        ratio = median(postings.measure_ratio(stream) for _ in range(turns))
        yield table.Row(f"a posting of {stream}", "plain SDK tap", ratio)


def run_tables() -> Iterator[str]:
    """Let the measures that have tables of their own print them; yield a line for each that fails.

    `benchmarks.ceiling` runs on real clocks, ten minutes.
    """
    for name in TABLES:
        print(f"\n{name}", flush=True)
        if code := subprocess.run([sys.executable, "-m", name], check=False).returncode:
            yield f"{name} ended with {code}"


def main() -> int:
    """Measure, and print the table and what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer turns, and no limits: for CI")
    parser.add_argument("--accept", action="store_true", help="write the ratios to ratios.json")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    starts, turns = STARTS[options.short], RECORDS[options.short]
    found = [*measure_starts(starts), *measure_records(turns), *rivals.measure(turns)]
    found += memory.compare(10_000, () if options.short else (100_000, 1_000_000))
    if options.accept:
        table.keep_accepted(found)
    accepted = table.load_accepted()
    print(*table.format_table(found, accepted), sep="\n")
    problems = [*table.find_worse(found, accepted)]
    if not options.short:
        problems += [*table.find_above_limit(found), *run_tables()]
    print(*problems, sep="\n")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
