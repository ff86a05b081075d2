"""What a record costs beside other programs that read the same rows: `python -m benchmarks.rivals`.

Each has an environment of its own, `.tools/NAME`, which `make bench` installs. A turn is a process
of the other program, and a run of the tap.
"""

from __future__ import annotations

import logging
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks import records, table

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PAGE, ROWS, FEW = 200, 20_000, 400


@dataclass(frozen=True, slots=True)
class Rival:
    """Another program: its name, its environment and module, and the ratio that is meant."""

    name: str
    environment: str
    module: str
    limit: float

    def measure(self, files: list[Path]) -> float:
        """Return the microseconds that one more record costs it."""
        python = ROOT / ".tools" / self.environment / "bin" / "python"
        command = [str(python), "-m", f"benchmarks.beside.{self.module}", *map(str, files)]
        with TemporaryDirectory() as home:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, "HOME": home},
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            msg = f"{self.name} ended with {done.returncode}: {done.stderr[-2000:]}"
            raise RuntimeError(msg)
        return float(done.stdout.splitlines()[-1])


RIVALS = (
    Rival("dlt", "dlt", "with_dlt", 0.45),
    Rival("Airbyte CDK", "airbyte-cdk", "with_airbyte", 1.0),
)


def write_pages(rows: int, file: Path) -> Path:
    """Write the rows of `benchmarks.records` into a file, a page a line."""
    service = records.Service(rows)
    with file.open("wb") as opened:
        for number in range(1, rows // PAGE + 1):
            opened.write(service.page({"page": str(number)}) + b"\n")
    return file


def measure(turns: int) -> Iterator[table.Row]:
    """Yield what a record of `invoices` costs beside each of them."""
    with TemporaryDirectory() as folder:
        files = [write_pages(rows, Path(folder, str(rows))) for rows in (FEW, ROWS)]
        for rival in RIVALS:
            ratios = [
                records.microseconds(records.ours, ROWS) / rival.measure(files)
                for _ in range(turns)
            ]
            name = f"a record of invoices beside {rival.name}"
            yield table.Row(name, rival.name, median(ratios), rival.limit)


def main() -> None:
    """Measure by turns, and print the table."""
    logging.disable(logging.WARNING)
    print(*table.format_table([*measure(3)], {}), sep="\n")


if __name__ == "__main__":
    main()
