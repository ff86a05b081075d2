"""The postings of a period by day, out of memory until the period is complete."""

from __future__ import annotations

import zlib
from collections import defaultdict
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, cast

import msgspec

from tap_zohobooks.reports.display_dates import read_display_date
from tap_zohobooks.reports.postings import DATE, POSTING, TRANSACTION, find_line_type
from tap_zohobooks.transform.numbers import to_decimal
from tap_zohobooks.transform.timestamps import to_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_zohobooks.reports.postings import Item
    from tap_zohobooks.transform.cleaner import Row
    from tap_zohobooks.transform.periods import Period

MAX_IN_MEMORY = 4 << 20  # bytes, compressed: about 100,000 postings
FAST = 1  # the level of zlib: a tenth of the size, at 100 MB a second
AS_SHOWN = "date_formatted"

_encode = msgspec.json.Encoder(decimal_format="number").encode
_decoder = msgspec.json.Decoder(list[dict[str, object]], float_hook=to_decimal)


class DaySpool:
    """Legs by day, compressed, in memory or in a temporary file without a name.

    They belong to the range of days in which they were read, so that a range can be read again. A
    transaction that was read in two ranges has moved meanwhile: the later reading counts.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._file = cast("IO[bytes]", SpooledTemporaryFile(MAX_IN_MEMORY))  # noqa: SIM115
        self._blocks: dict[Period, dict[str, list[tuple[int, int]]]] = {}
        self._counts: dict[Period, int] = {}
        self._owners: dict[str, Period] = {}
        self._has_moved = False

    def __len__(self) -> int:
        """Return the number of legs."""
        if self._has_moved:
            return sum(len(self.read(day)) for day in self.list_days())
        return sum(self._counts.values())

    def close(self) -> None:
        """Delete the file."""
        self._file.close()

    def add(self, owner: Period, items: Sequence[Item]) -> bool:
        """Add the legs of items; return False if the day of a posting is not known.

        A date in display format becomes one of the calendar, and is kept beside it as it was.
        """
        days: dict[str, list[Row]] = defaultdict(list)
        for item in items:
            for leg in item.legs:
                day = _find_day(leg, owner)
                if day is None:
                    return False
                days[day].append(_write_day(leg, day))
                if day:
                    number = str(leg[TRANSACTION])
                    self._has_moved |= self._owners.setdefault(number, owner) != owner
                    self._owners[number] = owner
        for day, legs in days.items():
            self._write(owner, day, legs)
        return True

    def _write(self, owner: Period, day: str, legs: list[Row]) -> None:
        block = zlib.compress(_encode(legs), FAST)
        place = self._file.seek(0, 2)
        self._file.write(block)
        blocks = self._blocks.setdefault(owner, {})
        blocks.setdefault(day, []).append((place, len(block)))
        self._counts[owner] = self._counts.get(owner, 0) + len(legs)

    def drop(self, owner: Period) -> None:
        """Forget what was read in a range."""
        if self._blocks.pop(owner, None):
            del self._counts[owner]
            self._owners = {one: last for one, last in self._owners.items() if last != owner}

    def list_days(self) -> list[str]:
        """Return the days that have legs, in order; blank is that of lines without one."""
        return sorted({day for blocks in self._blocks.values() for day in blocks})

    def read(self, day: str) -> list[Row]:
        """Return the legs of a day."""
        legs: list[Row] = []
        for owner, blocks in self._blocks.items():
            for place, size in blocks.get(day, ()):
                self._file.seek(place)
                block = _decoder.decode(zlib.decompress(self._file.read(size)))
                legs += [leg for leg in block if self._is_newest(leg, owner)]
        return legs

    def _is_newest(self, leg: Row, owner: Period) -> bool:
        """Tell whether a leg is of the last reading of its transaction."""
        return self._owners.get(str(leg.get(TRANSACTION)), owner) == owner


def _find_day(leg: Row, within: Period) -> str | None:
    """Return the day of a leg; blank for a line that books nothing, None if it is not known."""
    text = leg.get(DATE)
    if isinstance(text, str) and (day := to_date(text)):
        return day
    if find_line_type(leg) != POSTING:
        return ""
    shown = read_display_date(text if isinstance(text, str) else "", within)
    return None if shown is None else shown.isoformat()


def _write_day(leg: Row, day: str) -> Row:
    shown = leg.get(DATE)
    return leg if not day or shown == day else {**leg, DATE: day, AS_SHOWN: shown}
