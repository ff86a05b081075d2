"""Programs that the demo starts, and that end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

PATIENCE = 10


class DemoError(Exception):
    """The demo cannot go on; the message says why."""


def start(command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
    """Start a program in a session of its own, so that it and all it starts can be ended at once.

    A Ctrl-C on the terminal then reaches the demo alone, which ends the others in order.
    """
    options = {"stdin": subprocess.DEVNULL, "text": True, "start_new_session": True} | options
    return subprocess.Popen(list(command), **options)


def stop(process: subprocess.Popen[str], politely: signal.Signals = signal.SIGTERM) -> None:
    """Ask a program to end, then end whatever is left of its session."""
    process.send_signal(politely)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        print(f"{process.args!r} did not end when asked; it is killed.", file=sys.stderr)
    _kill_group(process.pid)
    process.wait()


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # nobody is left, as it should be


@contextmanager
def running(
    command: Sequence[str], politely: signal.Signals = signal.SIGTERM, **options: Any
) -> Iterator[subprocess.Popen[str]]:
    """Run a program for as long as it is needed."""
    with start(command, **options) as process:
        try:
            yield process
        finally:
            stop(process, politely)


def end_on_signals() -> None:
    """Let SIGTERM and SIGHUP end the demo the way Ctrl-C does: through every `finally`."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
