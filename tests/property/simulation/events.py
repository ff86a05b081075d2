"""What may happen to a service while it is read, and to a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Insert:
    """Rows appear in one second, `late` seconds before now or, `behind`, before the newest row."""

    place: int
    count: int = 1
    late: int = 0
    behind: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A row changes, its time as that of an insert; `moves` gives it another name or date."""

    place: int
    number: int
    late: int = 0
    behind: bool = False
    moves: int = 0


@dataclass(frozen=True, slots=True)
class Delete:
    """A row goes, and what hangs on it."""

    place: int
    number: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """The next calls go wrong."""

    fault: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Treat:
    """From now on a list treats sort and filter like this."""

    place: int
    sort: Literal["honoured", "ignored", "refused"] = "honoured"
    filter: Literal["honoured", "ignored", "refused", "equality", "after"] = "honoured"
    echo: bool | Literal["lies"] = True


Event: TypeAlias = Insert | Change | Delete | Wait | Trouble | Treat


@dataclass(frozen=True, slots=True)
class End:
    """A run is cut before its n-th message or call: killed, or stopped with a last STATE.

    Of what a killed run wrote after its last STATE, `kept` messages still reach the target.
    """

    at: Literal["message", "call"]
    number: int
    how: Literal["killed", "stopped"] = "killed"
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays the same through a history; its last run reads what changed, or all of it.

    `held_rows` is how many rows of an unsorted list may wait for their documents.
    """

    streams: tuple[str, ...]
    page_size: int = 200
    lookback: int = 0
    seconds_a_call: int = 0
    concurrency: int = 1
    ends_whole: bool = False
    held_rows: int = 5000
