"""The commands `tap-zohobooks` and `zohobooks`: prepare the process, then import the rest.

The imports take most of the first half second, so a signal that comes meanwhile ends the process
with a line and not with a traceback.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from io import TextIOWrapper
from operator import attrgetter
from typing import TYPE_CHECKING

from tap_zohobooks.imports import skip_collection

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from tap_zohobooks.error_catalog import Reason

    Handler = Callable[[int, FrameType | None], None]

STATE = "the state of before stands"
STDERR = 2
SIGNALS = {"SIGHUP": "HUNG_UP", "SIGINT": "INTERRUPTED", "SIGTERM": "TERMINATED"}


def run_tap() -> None:
    """Run the tap."""
    _run("tap_zohobooks.command_line", "TapCommand.cli")


def run_command() -> None:
    """Run a command of `zohobooks`; at a prompt, SIGINT aborts."""
    _run("tap_zohobooks.cli.main", "cli", on_sigint=signal.default_int_handler)


def _run(module: str, name: str, on_sigint: Handler | None = None) -> None:
    _catch_signals()
    _open_streams()
    with skip_collection():
        start = attrgetter(name)(import_module(module))
    import_module("tap_zohobooks.singer.log_output").log_defects()
    if on_sigint is not None and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, on_sigint)
    try:
        start()
    finally:
        _flush_stderr()


def _catch_signals() -> None:
    """Exit with a line at each signal; one that comes before its line is known waits."""
    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    reasons = import_module("tap_zohobooks.error_catalog").Reason
    for number in numbers:
        _exit_at(number, reasons[SIGNALS[number.name]])
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


def _exit_at(number: signal.Signals, reason: Reason) -> None:
    """Exit with a line at a signal, unless it is ignored, as by `nohup`."""
    if signal.getsignal(number) is signal.SIG_IGN:
        return

    def end(found: int, _frame: FrameType | None) -> None:
        try:
            os.write(STDERR, f"{reason.error(state=STATE)}\n".encode())
        finally:  # the terminal may be closed
            os._exit(128 + found)

    signal.signal(number, end)


def _open_streams() -> None:
    """Open the standard streams that are closed, so that no other file gets their numbers."""
    is_output_closed = sys.stdout is None
    while (number := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        os.set_inheritable(number, True)  # noqa: FBT003  # it takes no keyword
    os.close(number)
    if sys.stderr is None:
        sys.stderr = os.fdopen(STDERR, "w", encoding="utf-8", closefd=False)
    if is_output_closed:
        reasons = import_module("tap_zohobooks.error_catalog").Reason
        error = reasons.OUTPUT_UNWRITABLE.error(problem="it is closed")
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    if isinstance(sys.stdout, TextIOWrapper):  # an ASCII terminal shows other letters escaped
        sys.stdout.reconfigure(errors="backslashreplace")


def _flush_stderr() -> None:
    """Write out standard error; if that fails, the exit code stays what it is."""
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), STDERR)
