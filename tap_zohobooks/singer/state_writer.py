"""STATE messages that stay few bytes, however many organizations the state holds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk.contrib.msgspec import encoder
from singer_sdk.helpers._state import StateWriter
from singer_sdk.singerlib import StateMessage
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable

    from singer_sdk.helpers.types import TapState
    from singer_sdk.singerlib.encoding.base import GenericSingerWriter

SMALL = 64 * 1024  # bytes
RATE = 20_000  # bytes a second


class EncodedState(StateMessage):
    """A state that is JSON already: the message of the SDK copies it and encodes it once more."""

    @override
    def to_dict(self) -> dict[str, Any]:
        return {"type": self.type, "value": self.value}


class BoundedStateWriter(StateWriter):
    """Writes a state that has changed; one above 64 KiB at 20,000 bytes a second at most.

    The state of 500 organizations and 56 streams is 3.8 MB, and changes 28,000 times a run.
    """

    def __init__(
        self, writer: GenericSingerWriter[Any, Any], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Write by a message writer."""
        super().__init__(writer)
        self._write_message = writer.write_message
        self._clock = clock
        self._written = b""
        self._due: float | None = None

    @override
    def write_state(self, state: TapState) -> None:
        """Write the state if it has changed and is due; a later call writes what this leaves out.

        A run ends with its state, whatever was left out.
        """
        if not self._is_due():
            return
        text = encoder.encode(state)
        if text == self._written:
            return
        self._write_message(EncodedState(msgspec.Raw(text)))  # type: ignore[arg-type]  # as JSON
        self._written = text
        self._due = self._clock() + len(text) / RATE if len(text) > SMALL else None

    def _is_due(self) -> bool:
        return self._due is None or self._clock() >= self._due
