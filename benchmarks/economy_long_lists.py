"""Cost of a long list that only sorts: `python -m benchmarks.economy_long_lists`.

Ends with 1 if a read costs more calls or memory than its limit, or brings a row twice.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import ceil, log2
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.memory import MEBIBYTE, PLENTY, only
from sandbox import World
from sandbox.data.catalog import Behaviour
from sandbox.server.serving import serve
from tap_zohobooks.pagination.page_range import next_range

if TYPE_CHECKING:
    from collections.abc import Iterator

STREAM, KEY = "contacts", "contact_id"
PAGE = 200
MOST_BYTES = 5 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Row:
    """One read: rows due, calls of the list, records, different rows, the peak in bytes."""

    name: str
    due: int
    calls: int
    records: int
    rows: int
    peak: int

    def cost(self, before: Row) -> str:
        """Return calls, records and peak memory as parts of those of another read."""
        return (
            f"{self.calls / before.calls:.2f} of its calls, "
            f"{self.records / before.records:.2f} of its records, "
            f"{self.peak / before.peak:.2f} of its memory"
        )


@dataclass(slots=True)
class Place:
    """A served world, and a tap that reads its list from a start."""

    world: World
    command: list[str]
    folder: Path
    due: int

    def read(self, name: str, kills: int = 0) -> Row:
        """Read the list to its end; kill the run `kills` times, each after a share of the rows."""
        self.world.log.clear()
        (self.folder / "state.json").write_text("{}")
        found: Counter[str] = Counter()
        peak = max(
            self._run(found, self.due // (kills + 1) if part < kills else None)
            for part in range(kills + 1)
        )
        calls = sum(call.path.endswith(f"/{STREAM}") for call in self.world.log)
        return Row(name, self.due, calls, found.total(), len(found), peak)

    def _run(self, found: Counter[str], end: int | None) -> int:
        """Run the tap to its end, or to so many records; keep its state; return its peak memory."""
        kept, peak, count = self.folder / "state.json", 0, 0
        command = [*self.command, "--state", str(kept)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tap:
            process = psutil.Process(tap.pid)
            for line in tap.stdout or ():
                message = json.loads(line)
                if message["type"] == "STATE":
                    kept.write_text(json.dumps(message["value"]))
                elif message["type"] == "RECORD":
                    found[message["record"][KEY]] += 1
                    count += 1
                    if count % 50 == 1:
                        peak = max(peak, process.memory_info().rss)
                if end and count >= end:
                    tap.kill()
                    break
        return peak


@contextmanager
def place(rows: int, share: float, behaviour: Behaviour) -> Iterator[Place]:
    """Serve a list of so many rows, of which a share changed since the configured `start_date`."""
    world = World.build(
        organizations=1, rows={STREAM: rows}, requests_per_minute=PLENTY, daily_quota=PLENTY
    )
    world.behaviour[STREAM] = behaviour
    (organization,) = (one["organization_id"] for one in world.organizations)
    times = sorted(str(row["last_modified_time"]) for row in world.rows(organization, STREAM))
    start = times[rows - int(rows * share)]
    with serve(world) as base, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = _prepare(folder, base, {**asdict(world.credentials), "start_date": start})
        yield Place(world, command, folder, sum(time >= start for time in times))


def _prepare(folder: Path, base: str, settings: dict[str, Any]) -> list[str]:
    """Write config and catalog of one stream; return the command that reads it."""
    config, catalog = folder / "config.json", folder / "catalog.json"
    settings |= {
        "accounts_url": base,
        "api_url": base,
        "requests_per_minute": PLENTY,
        "token_cache": "off",
    }
    config.write_text(json.dumps(settings))
    command = [str(Path(sys.executable).with_name("tap-zohobooks")), "--config", str(config)]
    discovered = subprocess.run([*command, "--discover"], check=True, capture_output=True)
    catalog.write_text(json.dumps(only(json.loads(discovered.stdout), STREAM)))
    return [*command, "--catalog", str(catalog)]


def count_pages(rows: int) -> int:
    """Return how many pages that overlap by a row or more show so many rows: 110 show 20,000.

    A page begins behind a multiple of its rows, so few overlap by one row only.
    """
    position = pages = 0
    while position < rows:
        number, per_page = next_range(position, PAGE)
        position, pages = number * per_page, pages + 1
    return pages


def find_faults(row: Row, keyset: Row, pages: int, kills: int) -> list[str]:
    """Return what a read costs more than it may."""
    extra = ceil(log2(pages)) + 1  # the request that shows that the filter fails, and halving
    limit = count_pages(row.due) + (kills + 1) * (extra + kills)
    checks = {
        f"{row.calls} calls, at most {limit}": row.calls <= limit,
        f"{row.rows} of {row.due} rows": row.rows == row.due,
        f"{row.records} records": kills or row.records == row.due,
        f"peak {row.peak / MEBIBYTE:.1f} MiB": row.peak - keyset.peak <= MOST_BYTES,
    }
    return [text for text, is_met in checks.items() if not is_met]


def measure(rows: int, share: float, kills: int = 0) -> tuple[Row, Row]:
    """Measure a list that only sorts, and one that filters, too, from the same start."""
    with place(rows, share, Behaviour(filter="ignored")) as one:
        found = one.read(f"sorts, {share:.1%} due, killed {kills} times", kills)
    with place(rows, share, Behaviour()) as one:
        return found, one.read(f"sorts and filters, {share:.1%} due")


def main() -> int:
    """Measure some shares of a list, and one read that is killed three times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    options = parser.parse_args()
    faults = 0
    for share, kills in ((0.02, 0), (0.1, 0), (0.5, 0), (0.99, 0), (1.0, 0), (0.9, 3)):
        row, keyset = measure(options.rows, share, kills)
        found = find_faults(row, keyset, ceil(options.rows / PAGE), kills)
        faults += bool(found)
        print(
            f"{row.name:34} {row.due:6} due {row.records:6} records {row.calls:4} calls "
            f"(keyset {keyset.calls:4}) peak {row.peak / MEBIBYTE:6.1f} MiB "
            f"(keyset {keyset.peak / MEBIBYTE:6.1f})  {'; '.join(found) or 'within limits'}"
        )
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
