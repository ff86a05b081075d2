"""Peak memory of a sync, small against large: `python -m benchmarks.memory`.

Ends with 1 where the large sync needs more than the limit above the small one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from sandbox import World
from sandbox.data.catalog import Behaviour
from sandbox.server.serving import serve
from tap_zohobooks.resources import TABLE

PLENTY = 10**6  # the largest value of requests_per_minute
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Measured:
    """One sync: rows that left, seconds, and the most resident memory in bytes."""

    rows: int
    seconds: float
    peak: int


def measure(rows: int, stream: str, calls: int, *, is_plain: bool) -> Measured:
    """Sync one list of `rows` rows of one organization, and watch the tap's process.

    It ends after so many API calls; a plain list neither sorts nor filters by time of change.
    """
    collection = TABLE[stream].of or stream
    world = World.build(
        organizations=1,
        rows={collection: rows},
        requests_per_minute=PLENTY,
        daily_quota=calls,
    )
    if is_plain:
        world.behaviour[collection] = Behaviour(sort="ignored", filter="ignored", echo=False)
    with serve(world) as base, tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.json")
        settings = {
            "accounts_url": base,
            "api_url": base,
            "requests_per_minute": PLENTY,
            "token_cache": "off",
            "on_quota_exhausted": "stop",
        }
        config.write_text(json.dumps(asdict(world.credentials) | settings))
        command = [str(Path(sys.executable).with_name("tap-zohobooks")), "--config", str(config)]
        discovered = subprocess.run([*command, "--discover"], check=True, capture_output=True)
        catalog = Path(folder, "catalog.json")
        catalog.write_text(json.dumps(only(json.loads(discovered.stdout), stream)))
        return watch([*command, "--catalog", str(catalog)])


def only(
    catalog: dict[str, list[dict[str, list[dict[str, dict[str, bool]]]]]], stream: str
) -> object:
    """Select one stream of a catalog."""
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = str(entry["stream"]) == stream
    return catalog


def watch(command: list[str]) -> Measured:
    """Run a command to its end; count RECORD lines and look at its memory all the while."""
    started, rows, peak = time.perf_counter(), 0, 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tap:
        process = psutil.Process(tap.pid)
        for line in tap.stdout or ():
            rows += b'"RECORD"' in line[:20]
            if rows % 100 == 1:
                peak = max(peak, process.memory_info().rss)
    if tap.returncode:
        msg = f"The tap ended with {tap.returncode}."
        raise SystemExit(msg)
    return Measured(rows, time.perf_counter() - started, peak)


def main() -> int:
    """Measure both sizes in one run and print their difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stream", default="invoices")
    parser.add_argument("--rows", type=int, nargs=2, default=[10_000, 100_000])
    parser.add_argument("--calls", type=int, default=PLENTY, help="API calls of a sync, at most")
    parser.add_argument("--plain", action="store_true", help="the list neither sorts nor filters")
    parser.add_argument("--limit", type=float, default=15.0, help="MiB (default: %(default)s)")
    options = parser.parse_args()
    small, large = (
        measure(rows, options.stream, options.calls, is_plain=options.plain)
        for rows in options.rows
    )
    for found in (small, large):
        print(
            f"{found.rows:>8} rows  {found.seconds:7.1f} s  "
            f"{found.rows / found.seconds:8.0f} rows/s  peak {found.peak / MEBIBYTE:6.1f} MiB"
        )
    more = (large.peak - small.peak) / MEBIBYTE
    print(f"{more:+.1f} MiB for {large.rows - small.rows} more rows (limit {options.limit})")
    return int(more > options.limit)


if __name__ == "__main__":
    sys.exit(main())
