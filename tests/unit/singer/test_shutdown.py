"""A run that cannot watch for signals is read all the same; a signal ends it as it would any."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path

import pytest

from tap_zohobooks.singer.shutdown import SIGNALS, ShutdownHandler
from tap_zohobooks.singer.stdout import LineWriter


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError()])
def test_a_thread_that_cannot_be_started(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """Signals keep what they did before, and a warning says that no last state is written."""

    def fail(_: threading.Thread) -> None:
        raise error

    before = {number: signal.getsignal(number) for number in SIGNALS}
    watched = Path("/proc/self/fd")
    files = len([*watched.iterdir()]) if watched.is_dir() else 0
    monkeypatch.setattr(threading.Thread, "start", fail)
    ShutdownHandler(LineWriter(1), logging.getLogger("tap-zohobooks")).watch()
    assert {number: signal.getsignal(number) for number in SIGNALS} == before
    assert "without a last state" in caplog.text
    if files:
        assert len([*watched.iterdir()]) == files
