"""The end of a run by a signal: the state is written, in whole lines and in time."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.singer.log_output import end_log

if TYPE_CHECKING:
    import logging
    from types import FrameType

    from singer_sdk import Tap

    from tap_zohobooks.singer.stdout import LineWriter

SIGNALS = {signal.SIGINT: Reason.INTERRUPTED, signal.SIGTERM: Reason.TERMINATED}
if sys.platform != "win32":
    SIGNALS[signal.SIGHUP] = Reason.HUNG_UP
STATE_SECONDS = 3.0  # for the target to read the line on its way, and the state
LIMIT = 3.5  # seconds until the process ends, whatever blocks


class ShutdownHandler:
    """Ends the process at a signal, from a thread of its own.

    The main thread may be blocked by a full pipe, a request, a pause or a name server; it may
    also be in the middle of a line.
    """

    def __init__(self, writer: LineWriter, logger: logging.Logger) -> None:
        """Prepare; `tap` is set once there is a state to write."""
        self.tap: Tap | None = None
        self._writer = writer
        self._logger = logger

    def watch(self) -> None:
        """Wait for a signal from now on; to be called by the main thread."""
        signals, wakeup = socket.socketpair()  # a pipe cannot be set not to block everywhere
        waiter = threading.Thread(target=self._await, args=(signals,), name="ending", daemon=True)
        try:
            waiter.start()
        except (RuntimeError, MemoryError) as error:
            signals.close()
            wakeup.close()
            self._logger.warning(
                "A thread cannot be started (%s): a signal ends the run without a last state.",
                error,
            )
            return
        self._wakeup = wakeup
        self._wakeup.settimeout(0)  # set_wakeup_fd requires it
        for number, reason in SIGNALS.items():
            if reason is Reason.HUNG_UP and signal.getsignal(number) is signal.SIG_IGN:
                continue  # started by nohup
            signal.signal(number, self._stop_output)
        signal.set_wakeup_fd(self._wakeup.fileno(), warn_on_full_buffer=False)

    def _stop_output(self, _number: int, _frame: FrameType | None) -> None:
        """Begin no further line; the interpreter itself has woken the thread."""
        self._writer.stop()

    def _await(self, signals: socket.socket) -> None:
        (number,) = signals.recv(1)
        shutdown = threading.Thread(target=self._shut_down, args=(number,), daemon=True)
        try:
            shutdown.start()
            shutdown.join(LIMIT)
        except (RuntimeError, MemoryError):  # no thread can be started
            self._shut_down(number)
        os._exit(128 + number)  # threads that wait for a response are not waited for

    def _shut_down(self, number: int) -> None:
        """Write the state: no bookmark passes a row that was not written."""
        is_written = self.tap is not None and self._write_state(self.tap)
        rest = "the next run goes on from the state" if is_written else "the state of before stands"
        end_log()
        self._logger.warning("%s", SIGNALS[signal.Signals(number)].error(state=rest))

    def _write_state(self, tap: Tap) -> bool:
        try:
            return self._writer.write_last({"type": "STATE", "value": tap.state}, STATE_SECONDS)
        except OSError:
            return False  # the target has closed the pipe
