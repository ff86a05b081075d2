"""Programs that the demo starts and ends."""

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

STOP_SECONDS = 10


class DemoError(Exception):
    """The demo cannot continue; the message says why."""


def start(command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
    """Start a program in its own session, so that it and all its children can be ended at once.

    A Ctrl-C on the terminal then signals the demo only, which ends the programs in order.
    """
    options = {"stdin": subprocess.DEVNULL, "text": True, "start_new_session": True} | options
    return subprocess.Popen(list(command), **options)


def stop(process: subprocess.Popen[str], stop_signal: signal.Signals = signal.SIGTERM) -> None:
    """Send a signal to a program, then kill what is left of its session after 10 s at most."""
    process.send_signal(stop_signal)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"{process.args!r} did not end after the signal; it is killed.", file=sys.stderr)
    _kill_group(process.pid)
    process.wait()


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # every process has ended


@contextmanager
def run_program(
    command: Sequence[str], stop_signal: signal.Signals = signal.SIGTERM, **options: Any
) -> Iterator[subprocess.Popen[str]]:
    """Run a program until the block ends."""
    with start(command, **options) as process:
        try:
            yield process
        finally:
            stop(process, stop_signal)


def end_on_signals() -> None:
    """End the demo at SIGTERM and SIGHUP as at Ctrl-C: every `finally` runs."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit)


def _exit(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
