"""Times as the service parses and formats them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

# The only format that the service accepts: no Z, no colon in the offset, no fraction.
ASKED: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}")


@lru_cache(maxsize=64)
def get_zone(name: str) -> ZoneInfo:
    """Get a time zone by its IANA name."""
    return ZoneInfo(name)


def format_time(epoch: int, zone_name: str) -> str:
    """Format epoch seconds as rows have them: with the zone's offset, without a colon."""
    moment = datetime.fromtimestamp(epoch, get_zone(zone_name))
    text = moment.isoformat()
    return text[:22] + text[23:]


def format_date(epoch: int, zone_name: str) -> str:
    """Format epoch seconds as the date in a zone."""
    return datetime.fromtimestamp(epoch, get_zone(zone_name)).date().isoformat()


def format_display_time(epoch: int, zone_name: str) -> str:
    """Format epoch seconds in the display format, ``09 Jun 2026 09:47 AM``."""
    return datetime.fromtimestamp(epoch, get_zone(zone_name)).strftime("%d %b %Y %I:%M %p")


def format_display_date(epoch: int, zone_name: str) -> str:
    """Format epoch seconds as a date in the display format, ``09 Jun 2026``."""
    return datetime.fromtimestamp(epoch, get_zone(zone_name)).strftime("%d %b %Y")


def parse_filter_time(text: str) -> int | None:
    """Parse a ``last_modified_time`` parameter to epoch seconds; None if the service refuses it."""
    if not ASKED.fullmatch(text):
        return None
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z").timestamp())
    except ValueError:
        return None


def count_seconds_to_midnight(now: datetime, zone_name: str) -> int:
    """Count the seconds until the next midnight in a zone, when the daily quota is reset."""
    here = now.astimezone(get_zone(zone_name))
    next_day = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    gap = next_day.astimezone(UTC) - now.astimezone(UTC)
    return max(int(gap.total_seconds()), 0)


def to_epoch(moment: datetime | str | float) -> int:
    """Convert a datetime, ISO text or number to whole epoch seconds."""
    match moment:
        case datetime():
            return int(moment.timestamp())
        case str():
            return int(
                datetime.fromisoformat(
                    re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", moment.replace("Z", "+00:00"))
                ).timestamp()
            )
        case _:
            return int(moment)
