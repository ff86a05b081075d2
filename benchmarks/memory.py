"""Peak memory of a sync, small against large: `python -m benchmarks.memory`.

Ends with 1 where the large sync needs more than the limit above the small one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from benchmarks import table
from sandbox import World
from sandbox.data.catalog import Behaviour
from sandbox.server.serving import serve
from tap_zohobooks.resources import TABLE
from tap_zohobooks.streams.records import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PLENTY = 10**6  # the largest value of requests_per_minute
MEBIBYTE = 2**20
MOST = 1.27  # times a plain SDK tap: 65 MiB beside 51
MOST_GROWTH = 5.0  # MiB from a list of 10,000 rows to a longer one
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Measured:
    """One sync: rows that left, seconds, and the most resident memory in bytes."""

    rows: int
    seconds: float
    peak: int


@dataclass(frozen=True, slots=True)
class Place:
    """A served list of one organization, and the files that name it to a tap."""

    folder: Path
    stream: str

    @property
    def config(self) -> Path:
        """The settings of either tap."""
        return self.folder / "config.json"

    def measure(self) -> Measured:
        """Sync the list by this tap, all other streams left out."""
        command = [str(Path(sys.executable).with_name("tap-zohobooks")), "--config"]
        command.append(str(self.config))
        discovered = subprocess.run([*command, "--discover"], check=True, capture_output=True)
        catalog = self.folder / "catalog.json"
        chosen = only(json.loads(discovered.stdout), self.stream)
        catalog.write_text(json.dumps(chosen, indent=2))  # as discovery prints it
        return watch([*command, "--catalog", str(catalog)])

    def measure_plain(self) -> Measured:
        """Sync `invoices` by a tap of the SDK's template, which also gets an access token."""
        settings = json.loads(self.config.read_text())
        grant = {name: settings[name] for name in ("client_id", "client_secret", "refresh_token")}
        url = f"{settings['accounts_url']}/oauth/v2/token"
        found = requests.post(url, {**grant, "grant_type": "refresh_token"}, timeout=60).json()
        config, schema = self.folder / "plain.json", self.folder / "schema.json"
        config.write_text(json.dumps(settings | {"access_token": found["access_token"]}))
        schema.write_text(json.dumps(SCHEMAS.fetch_schema(self.stream)))
        command = [sys.executable, "-m", "benchmarks.plain_tap", str(config), str(schema)]
        return watch(command)


@contextmanager
def place(
    rows: int, stream: str = "invoices", calls: int = PLENTY, *, is_plain: bool = False
) -> Iterator[Place]:
    """Serve one list of `rows` rows of one organization.

    A sync ends after so many API calls; a plain list neither sorts nor filters by time of change.
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
    (organization,) = (one["organization_id"] for one in world.organizations)
    with serve(world) as base, tempfile.TemporaryDirectory() as folder:
        found = Place(Path(folder), stream)
        settings = {
            "accounts_url": base,
            "api_url": base,
            "requests_per_minute": PLENTY,
            "token_cache": "off",
            "on_quota_exhausted": "stop",
            "organization_ids": [organization],
        }
        found.config.write_text(json.dumps(asdict(world.credentials) | settings))
        yield found


def only(
    catalog: dict[str, list[dict[str, list[dict[str, dict[str, bool]]]]]], stream: str
) -> object:
    """Select one stream of a catalog."""
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = str(entry["stream"]) == stream
    return catalog


# Starts a command, and writes the most memory that it had resident into a file. A process of few
# megabytes does so: on Linux, the peak of a process includes that of the one that has started it.
LAUNCHER = """
import os, sys
child = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    file.write(str(used.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""
UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of ru_maxrss


def watch(command: list[str]) -> Measured:
    """Run a command to its end; count RECORD lines, and read its peak memory.

    Its bytecode is written, as where a tap is used: to compile takes more memory than to load.
    """
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started, rows = time.perf_counter(), 0
    with tempfile.NamedTemporaryFile() as peak:
        launcher = [sys.executable, "-IS", "-c", LAUNCHER, peak.name, *command]
        with subprocess.Popen(
            launcher, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT
        ) as tap:
            for line in tap.stdout or ():
                rows += b'"RECORD"' in line[:20]
        if tap.returncode:
            msg = f"The tap ended with {tap.returncode}."
            raise SystemExit(msg)
        return Measured(rows, time.perf_counter() - started, int(peak.read()) * UNIT)


def compare(rows: int, more: Sequence[int]) -> Iterator[table.Row]:
    """Yield the peak memory of `invoices` beside a plain SDK tap, and of longer lists beside that.

    Raises:
        RuntimeError: Not all rows came.
    """
    with place(rows) as one:
        _ = one.measure_plain()  # writes bytecode
        own, plain = one.measure(), one.measure_plain()
    if own.rows != rows or plain.rows != rows:
        msg = f"{own.rows} and {plain.rows} of {rows} rows came"
        raise RuntimeError(msg)
    yield table.Row(f"memory at {rows:,} rows", "plain SDK tap", own.peak / plain.peak, MOST)
    for number in more:
        with place(number) as one:
            large = one.measure()
        limit = 1 + MOST_GROWTH * MEBIBYTE / own.peak
        name, beside = f"memory at {number:,} rows", f"{rows:,} rows"
        yield table.Row(name, beside, large.peak / own.peak, limit)


def main() -> int:
    """Measure both sizes in one run and print their difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stream", default="invoices")
    parser.add_argument("--rows", type=int, nargs=2, default=[10_000, 100_000])
    parser.add_argument("--calls", type=int, default=PLENTY, help="API calls of a sync, at most")
    parser.add_argument("--plain", action="store_true", help="the list neither sorts nor filters")
    parser.add_argument(
        "--limit", type=float, default=MOST_GROWTH, help="MiB (default: %(default)s)"
    )
    options = parser.parse_args()
    measured = []
    for rows in options.rows:
        with place(rows, options.stream, options.calls, is_plain=options.plain) as one:
            measured.append(one.measure())
    small, large = measured
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
