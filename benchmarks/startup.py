"""What a start costs beside the import of the SDK: `python -m benchmarks.startup`.

Each turn starts all commands, one after the other, in an empty folder and without settings. What
is compared is processor time, of the whole process with its end, so that other programs on the
machine count little. The ratio is the median of the ratios within a turn. Ends with 1 where one is
above its limit.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tap_zohobooks.setting_sources import PREFIX

TAP = str(Path(sys.executable).with_name("tap-zohobooks"))


@dataclass(frozen=True, slots=True)
class Start:
    """A command, the most that it may take beside the SDK's import, and seconds of each turn."""

    name: str
    command: tuple[str, ...]
    limit: float | None = None
    seconds: list[float] = field(default_factory=list)


def list_starts() -> tuple[Start, ...]:
    """Return the import of the SDK, and what is compared with it."""
    return (
        Start("import singer_sdk", (sys.executable, "-c", "import singer_sdk")),
        Start("python alone", (sys.executable, "-c", "pass")),
        Start("--version", (TAP, "--version"), limit=1.15),
        Start("--about", (TAP, "--about"), limit=1.5),
        Start("--discover", (TAP, "--discover"), limit=1.5),
    )


def measure_start(command: tuple[str, ...], folder: str) -> float:
    """Run a command to its end, and return the seconds of processor time that it took."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_all(turns: int) -> tuple[Start, ...]:
    """Start all commands by turns; the first turn, which writes bytecode, does not count."""
    starts = list_starts()
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(turns + 1):
            for one in starts:
                seconds = measure_start(one.command, folder)
                if turn:
                    one.seconds.append(seconds)
    return starts


def find_ratio(one: Start, base: Start) -> float:
    """Return the median ratio of two starts of the same turn."""
    return median(own / other for own, other in zip(one.seconds, base.seconds, strict=True))


def main() -> int:
    """Measure by turns, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=15)
    base, *others = measure_all(parser.parse_args().turns)
    print(f"{base.name:18} {median(base.seconds) * 1000:5.0f} ms")
    is_above = False
    for one in others:
        ratio = find_ratio(one, base)
        limit = "" if one.limit is None else f", limit {one.limit}"
        print(f"{one.name:18} {median(one.seconds) * 1000:5.0f} ms, ratio {ratio:.2f}{limit}")
        is_above = is_above or ratio > (one.limit or ratio)
    return int(is_above)


if __name__ == "__main__":
    sys.exit(main())
