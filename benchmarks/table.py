"""Ratios of one run as a table, beside those of the last accepted run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ACCEPTED = Path(__file__).with_name("ratios.json")
WORSE = 1.25
HEAD = ("Measured", "Beside", "Ratio", "Accepted", "Limit")


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, beside what, the median ratio of one run, and the most that is meant.

    Without a limit a ratio is held to the accepted one only.
    """

    name: str
    beside: str
    ratio: float
    limit: float | None = None


def load_accepted() -> dict[str, float]:
    """Return the accepted ratio of each row by its name."""
    found: dict[str, float] = json.loads(ACCEPTED.read_text(encoding="utf-8"))
    return found


def keep_accepted(rows: Sequence[Row]) -> None:
    """Write the ratios of a run as the accepted ones; those of rows that it lacks stay."""
    kept = load_accepted() | {row.name: round(row.ratio, 2) for row in rows}
    ACCEPTED.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def format_table(rows: Sequence[Row], accepted: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    yield f"| {' | '.join(HEAD)} |"
    yield f"|{'---|' * len(HEAD)}"
    for row in rows:
        before = accepted.get(row.name)
        cells = ("" if one is None else f"{one:.2f}" for one in (row.ratio, before, row.limit))
        yield f"| {' | '.join((row.name, row.beside, *cells))} |"


def find_above_limit(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a line for each row that is above its limit."""
    for row in rows:
        if row.limit is not None and row.ratio > row.limit:
            yield f"{row.name}: {row.ratio:.2f} is above the limit of {row.limit:.2f}"


def find_worse(rows: Sequence[Row], accepted: Mapping[str, float]) -> Iterator[str]:
    """Yield a line for each row that is 25 % above its accepted ratio, or has none."""
    for row in rows:
        before = accepted.get(row.name)
        if before is None:
            yield f"{row.name}: no ratio is accepted yet; write it by --accept"
        elif row.ratio > before * WORSE:
            yield f"{row.name}: {row.ratio:.2f} is more than 25 % above {before:.2f}"
