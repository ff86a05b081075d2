"""How a run that is told to stop ends: with its state, whole lines, and in time."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

from tap_zohobooks.error_catalog import Reason

if TYPE_CHECKING:
    import logging
    from types import FrameType

    from singer_sdk import Tap

    from tap_zohobooks.singer.stdout import LineWriter

SIGNALS = {signal.SIGINT: Reason.INTERRUPTED, signal.SIGTERM: Reason.TERMINATED}
PATIENCE = 3.0  # seconds for the target to take what is on its way, and the state
LIMIT = 3.5  # seconds until the end, whatever blocks


class ShutdownHandler:
    """Ends the process at a signal, from a thread of its own.

    The main thread may be blocked: by a pipe that is full, an answer, a pause, a name server. It
    may also be in the middle of a line.
    """

    def __init__(self, writer: LineWriter, logger: logging.Logger) -> None:
        """Prepare."""
        self.tap: Tap | None = None
        self._writer = writer
        self._logger = logger

    def watch(self) -> None:
        """Wait for a signal from now on; to be called by the main thread."""
        told, tell = os.pipe()
        os.set_blocking(tell, False)  # as the system has it
        for number in SIGNALS:
            signal.signal(number, self._leave_it_to_the_thread)
        signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
        threading.Thread(target=self._await, args=(told,), name="ending", daemon=True).start()

    def _leave_it_to_the_thread(self, _number: int, _frame: FrameType | None) -> None:
        """Write nothing more; the thread has been told already, by the interpreter itself."""
        self._writer.stop()

    def _await(self, told: int) -> None:
        (number,) = os.read(told, 1)
        leaving = threading.Thread(target=self._take_leave, args=(number,), daemon=True)
        leaving.start()
        leaving.join(LIMIT)
        os._exit(128 + number)  # threads that wait for an answer are not waited for

    def _take_leave(self, number: int) -> None:
        """Write the state: bookmarks never pass a row that was not written."""
        taken = self.tap is not None and self._hand_over(self.tap)
        rest = "the next run goes on from the state" if taken else "the state of before stands"
        self._logger.warning("%s", SIGNALS[signal.Signals(number)].error(state=rest))

    def _hand_over(self, tap: Tap) -> bool:
        try:
            return self._writer.write_last({"type": "STATE", "value": tap.state}, PATIENCE)
        except OSError:
            return False  # the target is gone
