"""Calls a minute under the ceiling, at fast and slow answers: `python -m benchmarks.ceiling`.

Ends with 1 where a call was refused, a minute held fewer calls than it could, or documents took
longer than the limit makes them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.memory import only
from sandbox import World
from sandbox.server.serving import serve
from tap_zohobooks.tap import TapZohoBooks

if TYPE_CHECKING:
    from sandbox.http import Request

MINUTE = 60.0
CEILING = 100
PLENTY = 10**7
STREAM = "invoice_details"


@dataclass(frozen=True, slots=True)
class Setup:
    """What is read, from a service that takes so long over an answer; times in seconds.

    It stalls for as long as `stall` says before it counts the middle call of every other window.
    """

    documents: int
    latency: float
    window: float = MINUTE
    taps: int = 1
    concurrency: int = 5
    stream: str = STREAM
    collection: str = "invoices"
    page_size: int = 200
    stall: float = 0.0


@dataclass(frozen=True)
class Measured:
    """When the calls of an organization arrived, in seconds since the first, and what they met."""

    setup: Setup
    arrivals: list[float]
    refused: Counter[int]

    @property
    def windows(self) -> int:
        """The whole windows that the calls fill."""
        return int(self.arrivals[-1] / self.setup.window)

    @cached_property
    def rate(self) -> float:
        """Calls a window after the first."""
        length, windows = self.setup.window, self.windows
        later = [one for one in self.arrivals if length <= one < windows * length]
        return len(later) / (windows - 1)

    @property
    def limit(self) -> float:
        """The seconds that the limit makes the calls take at least."""
        return (len(self.arrivals) - 1) // CEILING * self.setup.window

    @property
    def seconds(self) -> float:
        """How long it took until the last answer."""
        return self.arrivals[-1] + self.setup.latency

    @property
    def stretch(self) -> float:
        """How many times as long as the limit makes it take."""
        return self.seconds / self.limit

    @property
    def beat(self) -> float:
        """The same, but from the call that had the last one's place in the first window.

        It tells the pacer from the machine, whose own work shows where a window is short.
        """
        first = self.arrivals[(len(self.arrivals) - 1) % CEILING]
        return (self.arrivals[-1] - first) / self.limit


def measure(setup: Setup) -> Measured:
    """Let taps read the documents of one organization, each in a process of its own."""
    world = World.build(
        organizations=1,
        rows={setup.collection: setup.documents},
        requests_per_minute=CEILING,
        window=setup.window,
        latency=setup.latency,
        daily_quota=PLENTY,
    )
    if setup.stall:
        world.before_call.append(partial(stall, setup.stall))
    with serve(world) as base, tempfile.TemporaryDirectory() as folder:
        read(setup, asdict(world.credentials) | {"accounts_url": base, "api_url": base}, folder)
    calls = [call for call in world.log if call.organization_id]
    arrivals = sorted((call.time - calls[0].time).total_seconds() for call in calls)
    return Measured(setup, arrivals, Counter(call.code for call in calls if call.code))


def stall(length: float, world: World, _: Request) -> None:
    """Let all calls wait before the service notices one in two hundred of them."""
    if len(world.log) % (2 * CEILING) == CEILING // 2:
        time.sleep(length)


def read(setup: Setup, access: dict[str, str], folder: str) -> None:
    """Run the taps to their end.

    Raises:
        subprocess.CalledProcessError: One of them failed.
    """
    command = build_command(setup, access, folder)
    with ExitStack() as stack:
        taps = [
            stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            )
            for _ in range(setup.taps)
        ]
        for tap in taps:
            _, log = tap.communicate()
            if tap.returncode:
                raise subprocess.CalledProcessError(tap.returncode, command, stderr=log)


def build_command(setup: Setup, access: dict[str, str], folder: str) -> list[str]:
    """Return the command of a tap, and write its configuration and catalog."""
    command = [sys.executable, "-m", "benchmarks.windowed", str(setup.window)]
    shared = {
        "token_cache": str(Path(folder, "cache")),
        "max_concurrency": setup.concurrency,
        "page_size": setup.page_size,
    }
    files = {
        "catalog": only(TapZohoBooks(validate_config=False).catalog_dict, setup.stream),
        "config": access | shared,
    }
    for name, content in files.items():
        path = Path(folder, f"{name}.json")
        path.write_text(json.dumps(content))
        command += [f"--{name}", str(path)]
    return command


def report(measured: Measured) -> str:
    """Describe one measurement in a line."""
    setup = measured.setup
    return (
        f"{setup.latency:5.3f} s an answer, {setup.taps} tap(s): {len(measured.arrivals)} calls in "
        f"{measured.arrivals[-1]:.1f} s, {measured.rate:.2f} a window of {setup.window:g} s after "
        f"the first, {measured.stretch:.3f} times the limit's time, "
        f"refused: {dict(measured.refused) or 'none'}"
    )


def main() -> int:
    """Measure at each latency at the same time, and some documents besides."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=10)
    parser.add_argument("--window", type=float, default=MINUTE, help="seconds")
    parser.add_argument("--latency", type=float, nargs="+", default=[0.1, 1.0, 3.0], help="seconds")
    parser.add_argument("--documents", type=int, default=320)
    parser.add_argument("--document-latency", type=float, default=0.3, help="seconds")
    parser.add_argument("--rate", type=float, default=98.0, help="least calls a window")
    parser.add_argument("--stretch", type=float, default=1.05, help="most times the limit's time")
    options = parser.parse_args()
    few = Setup(options.documents, options.document_latency, options.window)
    long = [
        replace(few, documents=CEILING * options.windows + 10, latency=latency)
        for latency in options.latency
    ]
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(measure, [few, *long]))
    for one in found:
        print(report(one))
    is_full = all(one.rate >= options.rate for one in found[1:])
    is_quick = found[0].stretch <= options.stretch
    return int(not is_full or not is_quick or any(one.refused for one in found))


if __name__ == "__main__":
    sys.exit(main())
