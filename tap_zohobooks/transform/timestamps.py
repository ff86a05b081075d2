"""Read and write instants and dates as text; nothing here reads a clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,6})?\d*(Z|[+-]\d{2}:?\d{2})", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


MAX_LENGTH = 64  # characters of an instant or a date; no longer text is parsed, nor kept
MAX_KEPT = 4096  # texts


class _Parsed(dict[str, str | None]):
    """What the latest texts mean; reading another one parses it. Most of a list are alike."""

    def __init__(self, parse: Callable[[str], str | None]) -> None:
        """Start empty; `parse` returns None for a text that means nothing."""
        super().__init__()
        self._parse = parse

    def __missing__(self, text: str) -> str | None:
        """Parse a text, and keep the result."""
        if len(text) > MAX_LENGTH:
            return None
        if len(self) >= MAX_KEPT:
            self.clear()
        found = self[text] = self._parse(text)
        return found


def _parse_instant(text: str) -> str | None:
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        return None
    day, clock, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}") - _parse_offset(offset)
    except (ValueError, OverflowError):
        return None
    if fraction:
        moment = moment.replace(microsecond=int(fraction[1:].ljust(6, "0")))
    return f"{moment.isoformat()}+00:00"


@lru_cache(maxsize=128)
def _parse_offset(offset: str) -> timedelta:
    """Return how far `Z`, `+0530` or `+05:30` is ahead of UTC."""
    digits = "+0000" if offset == "Z" else offset.replace(":", "")
    ahead = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return ahead if digits[0] == "+" else -ahead


def _parse_date(text: str) -> str | None:
    if _DATE.fullmatch(text.strip()) is None:
        return None
    try:
        return datetime.fromisoformat(text.strip()).date().isoformat()
    except ValueError:
        return None


_instants, _dates = _Parsed(_parse_instant), _Parsed(_parse_date)

to_utc = _instants.__getitem__
"""Return an instant as `2026-06-09T17:15:37+00:00`; None if the text is no instant.

Text without an offset is no instant. Digits after the microsecond are cut off.
"""

to_date = _dates.__getitem__
"""Return a date as `2026-06-09`; None if the text is no date of the calendar."""


def subtract_seconds(instant: str, seconds: int) -> str:
    """Return an earlier instant, to the second; at least 0001-01-01.

    `instant` is text as `to_utc` returns it; a fraction of a second is cut off.
    """
    moment = datetime.fromisoformat(instant[:19]).replace(tzinfo=UTC)
    try:
        return (moment - timedelta(seconds=seconds)).isoformat()
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC).isoformat()


def subtract_lookback(instant: str, lookback: int) -> str:
    """Return the instant that a lookback reaches back to; rows of one second may come during it."""
    return subtract_seconds(instant, max(1, lookback))
