"""Read and write instants and dates as text; nothing here reads a clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,6})?\d*(Z|[+-]\d{2}:?\d{2})", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


MAX_LENGTH = 64  # characters of an instant or a date; caches hold no longer text


def to_utc(text: str) -> str | None:
    """Return an instant as `2026-06-09T17:15:37+00:00`; None if the text is no instant.

    Text without an offset is no instant. Digits after the microsecond are cut off.
    """
    return _parse_instant(text) if len(text) <= MAX_LENGTH else None


@lru_cache(maxsize=4096)
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


def to_date(text: str) -> str | None:
    """Return a date as `2026-06-09`; None if the text is no date of the calendar."""
    return _parse_date(text) if len(text) <= MAX_LENGTH else None


@lru_cache(maxsize=4096)
def _parse_date(text: str) -> str | None:
    if _DATE.fullmatch(text.strip()) is None:
        return None
    try:
        return datetime.fromisoformat(text.strip()).date().isoformat()
    except ValueError:
        return None


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
