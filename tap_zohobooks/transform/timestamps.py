"""Read and write instants and dates; nothing here reads a clock."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,6})?\d*(Z|[+-]\d{2}:?\d{2})", re.ASCII
)


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@lru_cache(maxsize=4096)
def utc(text: str) -> str | None:
    """Rewrite an instant as `2026-06-09T17:15:37+00:00`; None where the text is no instant.

    Text without an offset is none: nothing says which instant it means.
    """
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        return None
    day, clock, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}") - _shift(offset)
    except (ValueError, OverflowError):
        return None
    if fraction:
        moment = moment.replace(microsecond=int(fraction[1:].ljust(6, "0")))
    return f"{moment.isoformat()}+00:00"


@lru_cache(maxsize=128)
def _shift(offset: str) -> timedelta:
    """Return how far the clocks of an offset are ahead of UTC."""
    digits = "+0000" if offset == "Z" else offset.replace(":", "")
    shift = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return shift if digits[0] == "+" else -shift


@lru_cache(maxsize=4096)
def _day(text: str) -> str | None:
    """Return a day as it is written; None where the text is none, or no calendar has it."""
    if _DATE.fullmatch(text.strip()) is None:
        return None
    try:
        return datetime.fromisoformat(text.strip()).date().isoformat()
    except ValueError:
        return None


def earlier(instant: str, seconds: int) -> str:
    """Return the instant some seconds before; what time cannot hold is the first instant."""
    moment = datetime.fromisoformat(instant[:19]).replace(tzinfo=timezone.utc)
    try:
        return (moment - timedelta(seconds=seconds)).isoformat()
    except OverflowError:
        return datetime.min.replace(tzinfo=timezone.utc).isoformat()
