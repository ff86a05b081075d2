"""Whatever writes the log, a record is one line without secrets."""

from __future__ import annotations

import io
import json
import logging
import logging.handlers
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from singer_sdk.logging import ConsoleFormatter, StructuredFormatter

from tap_zohobooks.safe_text import add_secret
from tap_zohobooks.singer import log_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = 's3cr3t/"\n1234567890'
FORGED = "fine\n2026-01-01 | ERROR | tap-zohobooks | all is lost\r\x1b[31m"
FORMATTERS: dict[str, Callable[[], logging.Formatter | None]] = {
    "console": ConsoleFormatter,
    "structured": StructuredFormatter,
    "plain": lambda: logging.Formatter("%(levelname)s %(message)s"),
    "none": lambda: None,
}


class Log:
    """A logger with one handler, and what it has written."""

    def __init__(self, formatter: logging.Formatter | None) -> None:
        """Protect the output of the handler."""
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(formatter)
        self.logger = logging.getLogger("tests.log_output")
        self.logger.addHandler(self.handler)
        log_output.protect_log()

    @property
    def lines(self) -> list[str]:
        """Return the lines, as a program splits them that knows every line end."""
        return self.stream.getvalue().splitlines()


@pytest.fixture(params=[*FORMATTERS.values()], ids=[*FORMATTERS])
def log(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """Return a log with each kind of formatter, and restore the logging of the process."""
    monkeypatch.setattr(logging, "raiseExceptions", True)
    factory = logging.getLogRecordFactory()
    others = {handler: handler.formatter for handler in log_output.list_handlers()}
    add_secret(SECRET)
    one = Log(request.param())
    yield one
    one.logger.removeHandler(one.handler)
    logging.setLogRecordFactory(factory)
    for handler, formatter in others.items():
        handler.setFormatter(formatter)


def test_a_message_is_one_line(log: Log) -> None:
    """A message of the service forges no line, and shows no secret in any spelling."""
    log.logger.error("refused: %s %r %s", FORGED, SECRET, json.dumps({"a": SECRET}))
    assert len(log.lines) == 1
    assert "s3cr3t" not in log.lines[0]
    assert "all is lost" in log.lines[0]
    assert "\x1b" not in log.lines[0]


def test_a_traceback_shows_no_secret(log: Log) -> None:
    """Nor do the texts of an error and of its cause; no line of it looks like one of the log."""
    try:
        try:
            _ = dict[str, str]()[SECRET]
        except KeyError as error:
            msg = f"{FORGED} {SECRET}"
            raise RuntimeError(msg) from error
    except RuntimeError:
        log.logger.exception("defect %s", SECRET)
    assert "s3cr3t" not in log.stream.getvalue()
    assert "all is lost" in log.stream.getvalue()
    assert not [line for line in log.lines if line.startswith("2026-01-01")]


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING])
def test_less_than_an_error_has_no_traceback(log: Log, level: int) -> None:
    """A library that logs an exception and goes on adds one line."""
    log.logger.setLevel(logging.DEBUG)
    try:
        _ = dict[str, str]()[SECRET]
    except KeyError as error:
        log.logger.log(level, "went on after %s", error, exc_info=True)
    assert len(log.lines) == 1
    assert "went on" in log.lines[0]
    assert "Traceback" not in log.lines[0]
    assert "s3cr3t" not in log.lines[0]


def test_more_fields_show_no_secret(log: Log) -> None:
    """What a library adds to a record is masked as well."""
    log.logger.error("%s", "with fields", extra={"header": SECRET})
    assert "s3cr3t" not in log.stream.getvalue()


def test_structured_lines_stay_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """A masked line of a structured log can still be parsed."""
    monkeypatch.setattr(logging, "raiseExceptions", True)
    formatter = log_output.SafeFormatter(StructuredFormatter())
    add_secret(SECRET)
    record = log_output.SafeRecord("x", logging.ERROR, "", 1, "a %s b", (SECRET,), None)
    assert json.loads(formatter.format(record))["message"] == "a *** b"


def test_handlers_behind_a_buffer_are_found() -> None:
    """The handler that a memory handler flushes to is protected, too."""
    target = logging.StreamHandler(io.StringIO())
    buffer = logging.handlers.MemoryHandler(10, target=target)
    logging.getLogger("tests.buffer").addHandler(buffer)
    try:
        assert {buffer, target} <= {*log_output.list_handlers()}
    finally:
        logging.getLogger("tests.buffer").removeHandler(buffer)
        buffer.close()


DEFECTS = {
    "main thread": "fail()",
    "another thread": "thread = threading.Thread(target=fail); thread.start(); thread.join()",
    "a finalizer": "Fails()",
    "a warning": "logging.basicConfig(); logging.captureWarnings(True); protect_log(); "
    "warnings.warn(secret)",
    "no handler": "logging.getLogger('tap-zohobooks').error('found %s', secret)",
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_defects_show_no_secret(defect: str) -> None:
    """A traceback or warning that Python itself prints is masked, in any thread."""
    program = f"""
import logging, threading, warnings
from tap_zohobooks.safe_text import add_secret
from tap_zohobooks.singer.log_output import log_defects, protect_log
secret = "-".join(["s3cr3t"] * 3)
add_secret(secret)
log_defects()
def fail():
    raise RuntimeError("found " + secret)
class Fails:
    __del__ = lambda self: fail()
{defect}
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "***" in done.stderr
    assert "s3cr3t-s3cr3t" not in done.stderr


TALKING = """
import logging, os, signal, threading
from tap_zohobooks.command_line import TapCommand
from tap_zohobooks.singer.log_output import log_defects
from tap_zohobooks.singer.shutdown import ShutdownHandler
from tap_zohobooks.singer.stdout import LineWriter
log, begun = logging.getLogger("tap-zohobooks.reader"), threading.Event()
log_defects()
def talk():
    while True:
        log.warning("still reading")
        begun.set()
for _ in range(4):
    threading.Thread(target=talk, daemon=True).start()
begun.wait()
"""
ENDS = {
    "error": ("TapCommand.cli(['--config', 'missing.json'])", "missing.json"),
    "defect": ("raise ZeroDivisionError('at the end')", "ZeroDivisionError: at the end"),
    "signal": (
        ("ShutdownHandler(LineWriter(1), log).watch(); os.kill(os.getpid(), signal.SIGTERM); "
        "threading.Event().wait()"), "SIGTERM",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("end", "found"), ENDS.values(), ids=ENDS)
def test_threads_that_read_log_nothing_behind_the_last_line(end: str, found: str) -> None:
    """The last line names the reason, whatever other threads log meanwhile."""
    done = subprocess.run(
        [sys.executable, "-c", TALKING + end], capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert "still reading" in done.stderr
    assert found in done.stderr.splitlines()[-1]
