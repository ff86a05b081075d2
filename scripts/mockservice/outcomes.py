"""What came of the sync of a stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mockservice.parameters import beyond
from mockservice.syncs import DISCOVERY
from tap_zohobooks.resources import FIELDS, UNDOCUMENTED
from tap_zohobooks.streams.discovery import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mockservice.syncs import Ended
    from mockservice.traffic import Call

OK: Final = 200

# The tap's own table says of these that no file describes them.
UNDESCRIBED: Final = frozenset(one.name for one in (*UNDOCUMENTED, *FIELDS))
# What discovery asks for although no file describes it, and does without.
METADATA: Final = frozenset({"settings/customfields", "settings/fields", MODULES})
# Streams of which no record can come, and why.
EMPTY: Final = {
    DISCOVERY: "It reads no records.",
    "recurring_bill_comments": "The file's answer has no list in it.",
    "sales_order_comments": "The file says nothing of what a comment is.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the table: a stream, how its runs ended, and the calls that they made."""

    stream: str
    runs: Sequence[Ended]
    calls: Sequence[Call]

    @property
    def records(self) -> int:
        """The records of all runs."""
        return sum(run.records for run in self.runs)

    @property
    def parameters(self) -> str:
        """The parameters that were sent, by name."""
        return ", ".join(sorted({name for call in self.calls for name in call.parameters}))

    @property
    def problems(self) -> Sequence[str]:
        """What is wrong, each thing once."""
        found = self._list_undescribed() if self.stream in UNDESCRIBED else self._is_described()
        return list(dict.fromkeys(found))

    @property
    def text(self) -> str:
        """The outcome in a word; what is wrong stands elsewhere."""
        if self.problems:
            return "FAILED"
        if self.stream in UNDESCRIBED:
            return "not described"
        return "empty" if self.stream in EMPTY else "synced"

    def _list_undescribed(self) -> Iterator[str]:
        if all(call.operation is not None for call in self.calls):
            yield "a file describes all that it asks for, though the tap's table says otherwise"

    def _is_described(self) -> Iterator[str]:
        for call in self.calls:
            if call.operation is None and not self._is_metadata(call):
                yield f"asks for '{call.path}', which no file describes"
            elif call.operation is not None and call.status != OK:
                yield f"'{call.path}' with {dict(call.parameters)} was answered by {call.status}"
        for path, name, known in beyond(self.calls):
            if known is None:
                yield f"'{path}' is not known to take '{name}'"
        for run in self.runs:
            if run.code:
                yield f"exit {run.code}: {run.last_line}"
        if bool(self.records) is (self.stream in EMPTY):
            yield f"{self.records} records came"

    def _is_metadata(self, call: Call) -> bool:
        return self.stream == DISCOVERY and call.path in METADATA
