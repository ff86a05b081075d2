"""What a run tells of itself while it runs."""

from __future__ import annotations

import io
import logging
import threading
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from tap_zohobooks.http.rate_limit import Quota
from tap_zohobooks.singer.progress import Status, show_progress, span

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGGER = logging.getLogger("tests.progress")


class Terminal(io.StringIO):
    """A terminal's end, as far as a program can tell."""

    @override
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (3600, "1 h 0 min"),
     (19_000, "5 h 16 min"), (-3, "0 s")],
)  # fmt: skip
def test_spans(seconds: float, words: str) -> None:
    """A time is told in words that one can read."""
    assert span(seconds) == words


def test_the_line() -> None:
    """It names what is being read, what that has brought and cost, and what is left of the day."""
    status = Status(
        streams=["bills", "contacts", "invoices", "items"],
        done=5,
        partitions=20,
        rows=12_400,
        calls=210,
        seconds=100.0,
        quotas={"7": Quota(limit=2000, remaining=1790, resets_at=18_720.0)},
    )
    assert status.line(now=0.0) == (
        "bills, contacts, invoices and 1 more · 12,400 rows · 210 calls · "
        "5 of 20 streams done in 1 min 40 s · about 5 min 0 s left if the others are like these · "
        "organization 7: 1,790 of 2,000 calls left for 5 h 12 min"
    )


def test_nothing_is_known_at_first() -> None:
    """No time is told before there is anything to tell it from."""
    assert "left" not in Status([], 0, 20, 0, 0, 1.0, {}).line(now=0.0)


def test_elsewhere_it_is_a_log_line(caplog: pytest.LogCaptureFixture) -> None:
    """Without a terminal a line is logged from time to time, and none once it is over."""
    caplog.set_level(logging.INFO)
    count, enough = iter(range(10**6)), threading.Event()

    def line() -> str:
        number = next(count)
        if number == 2:
            enough.set()
        return f"line {number}"

    with show_progress(line, LOGGER, io.StringIO(), every=0.001):
        assert enough.wait(20)
    assert "line 0" in caplog.messages


@pytest.fixture(name="terminal")
def _terminal() -> Iterator[Terminal]:
    """A terminal to which a logger writes."""
    terminal = Terminal()
    handler = logging.StreamHandler(terminal)
    LOGGER.addHandler(handler)
    yield terminal
    LOGGER.removeHandler(handler)
    assert handler.stream is terminal


def test_on_a_terminal_it_lives(terminal: Terminal) -> None:
    """On a terminal the line is there at once, log lines stand above it, and it goes at the end."""
    long = " ".join(["long"] * 100)
    with show_progress(lambda: "the line", LOGGER, terminal):
        LOGGER.warning("something [odd] happened")
        LOGGER.warning(long)
    LOGGER.warning("afterwards")
    text = terminal.getvalue()
    assert "the line" in text
    assert f"{long}\n" in text  # whole, as the terminal itself breaks it
    assert "something [odd] happened\n" in text
    assert text.endswith("afterwards\n")
