"""What the lines of records cost beside a message for each: `python -m benchmarks.output`.

Both write the rows of `benchmarks.records` to a pipe that another process reads, by turns. Ends
with 1 where the median ratio is above the limit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib import RecordMessage

from benchmarks.records import Service
from tap_zohobooks.singer.stdout import LineWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIMIT = 0.5
READER = "import sys\nwhile sys.stdin.buffer.read1(65536): pass"
ROWS, BATCHES, TURNS = 200, 100, 5
ENVELOPE = RecordMessage("invoices", {}, None, datetime(2026, 11, 23, 12, tzinfo=UTC))

Rows = list[dict[str, Any]]


def write_messages(writer: LineWriter, rows: Rows) -> None:
    """Write a message for each record."""
    for row in rows:
        served = ENVELOPE.time_extracted
        writer.write_message(RecordMessage(ENVELOPE.stream, row, time_extracted=served))


def write_together(writer: LineWriter, rows: Rows) -> None:
    """Write the records as the tap does."""
    writer.write_records(ENVELOPE, rows)


def measure(write: Callable[[LineWriter, Rows], None], rows: Rows) -> float:
    """Return the microseconds of the processor that a record takes."""
    read, into = os.pipe()
    with subprocess.Popen([sys.executable, "-c", READER], stdin=read):
        os.close(read)
        writer = LineWriter(into)
        began = time.process_time()
        for _ in range(BATCHES):
            write(writer, rows)
        spent = time.process_time() - began
        os.close(into)
    return spent / (BATCHES * len(rows)) * 1e6


def main() -> int:
    """Measure by turns, and print medians and their ratio."""
    rows: Rows = [json.loads(body) for body in Service(ROWS).bodies]
    ways = (write_messages, write_together)
    found: Sequence[list[float]] = [[measure(way, rows) for way in ways] for _ in range(TURNS)]
    for way, times in zip(ways, zip(*found, strict=True), strict=True):
        print(f"{way.__name__}: {median(times):.1f} us a record")
    ratio = median(together / apart for apart, together in found)
    print(f"ratio {ratio:.2f} (of {TURNS} turns), limit {LIMIT}")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
