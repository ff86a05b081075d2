"""What asking for pages ahead saves at slow answers, and costs: `python -m benchmarks.ahead`.

A list that is read by place, with one call in flight and with several. Ends with 1 where that took
longer, where more than a call in ten was wasted, or where a call was refused.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

from benchmarks.ceiling import MINUTE, Measured, Setup, measure

STREAM, LIST = "bank_transactions", "banktransactions"
ROWS_A_PAGE = 25
SEVERAL = 5


@dataclass(frozen=True, slots=True)
class Compared:
    """A list read one page at a time, and the same one read ahead."""

    plain: Measured
    ahead: Measured

    @property
    def ratio(self) -> float:
        """How much of the time of the one the other takes."""
        return self.ahead.seconds / self.plain.seconds

    @property
    def wasted(self) -> int:
        """How many calls more."""
        return len(self.ahead.arrivals) - len(self.plain.arrivals)

    @property
    def is_fine(self) -> bool:
        """Whether it pays, or costs nothing."""
        refused = Counter(self.plain.refused) + Counter(self.ahead.refused)
        is_quick = self.ratio <= 1 or not self.wasted
        return is_quick and self.wasted * 10 <= len(self.plain.arrivals) and not refused

    def told(self) -> str:
        """Describe it in a line."""
        return (
            f"{self.plain.setup.latency:5.3f} s an answer: {len(self.plain.arrivals)} pages in "
            f"{self.plain.seconds:.1f} s one by one, {self.ahead.seconds:.1f} s ahead, ratio "
            f"{self.ratio:.2f}, {self.wasted} calls wasted"
        )


def compared(latency: float, pages: int, window: float) -> Compared:
    """Read a list of so many pages twice, at the same time."""
    one, several = (
        Setup(
            pages * (ROWS_A_PAGE - 1), latency, window,
            concurrency=concurrency, stream=STREAM, collection=LIST, page_size=ROWS_A_PAGE,
        )
        for concurrency in (1, SEVERAL)
    )  # fmt: skip
    with ThreadPoolExecutor() as pool:
        return Compared(*pool.map(measure, (one, several)))


def main() -> int:
    """Compare at each latency and length, all at the same time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs="+", default=[15, 90])
    parser.add_argument("--window", type=float, default=MINUTE, help="seconds")
    parser.add_argument("--latency", type=float, nargs="+", default=[0.3, 1.0, 3.0], help="seconds")
    asked = parser.parse_args()
    with ThreadPoolExecutor(len(asked.latency) * len(asked.pages)) as pool:
        found = list(
            pool.map(
                lambda case: compared(case[0], case[1], asked.window),
                product(asked.latency, asked.pages),
            )
        )
    for one in found:
        print(one.told())
    return int(not all(one.is_fine for one in found))


if __name__ == "__main__":
    sys.exit(main())
