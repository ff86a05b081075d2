"""Log output: each line is one record, without secrets, whatever the handlers and formatters are.

Messages are escaped as records are formatted, so that a message of the service forges no line; the
whole line, with its traceback or JSON, is masked by the formatter of each handler.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_zohobooks.errors import TapError
from tap_zohobooks.safe_text import escape_controls, mask_secrets, to_safe_text
from tap_zohobooks.singer.failures import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

_logger = logging.getLogger("tap-zohobooks")

FIELDS = {"stream": "stream", "organization": "organization_id"}  # by their names in errors
_WORDS = {
    "stream": re.compile(r"\bstream '([^']+)'", re.IGNORECASE),
    "organization_id": re.compile(r"\borganization (\d+)", re.IGNORECASE),
}

HTTP_LIBRARY = "urllib3"
MAX_HTTP_TEXT = 500  # characters of a message of the HTTP library, which quotes a broken head whole
INDENT = "  "  # of a traceback: no line of an exception's text looks like a line of the log


class SafeRecord(logging.LogRecord):
    """A record whose message is one line without secrets; a warning has fields, for alerts.

    Only an error has a traceback: after anything less a library has gone on.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the fields to a warning or an error of the tap."""
        super().__init__(*args, **kwargs)
        if self.levelno < logging.ERROR:
            self.exc_info = None
        if self.levelno >= logging.WARNING and self.name.partition(".")[0] == _logger.name:
            self.__dict__.update(find_fields(self), **_run.describe())

    @override
    def getMessage(self) -> str:
        text = to_safe_text(super().getMessage())
        if self.name.startswith(HTTP_LIBRARY) and len(text) > MAX_HTTP_TEXT:
            return f"{text[:MAX_HTTP_TEXT]} ... ({len(text)} characters)"
        return text


class RunFacts:
    """What the log says of the run as a whole: calls, and what is left of each quota."""

    def __init__(self) -> None:
        """Say nothing until a run begins."""
        self.describe: Callable[[], dict[str, object]] = dict


_run = RunFacts()


def describe_run(describe: Callable[[], dict[str, object]]) -> None:
    """Add what a function returns to each warning and error from now on."""
    _run.describe = describe


def find_fields(record: logging.LogRecord) -> dict[str, object]:
    """Return what a record is about: error, exit_code, stream, organization_id, if it says so.

    They are those of the error in its arguments, or else those of its message.
    """
    text = record.getMessage()
    matches = {name: words.search(text) for name, words in _WORDS.items()}
    found: dict[str, object] = {name: one[1] for name, one in matches.items() if one}
    for one in record.args if isinstance(record.args, tuple) else ():
        error = one.error if isinstance(one, Failure) else one
        if isinstance(error, TapError):
            facts = {FIELDS[name]: fact for name, fact in error.facts.items() if name in FIELDS}
            found |= {"error": error.name, "exit_code": error.exit_code, **facts}
        if isinstance(one, Failure):
            found |= {"stream": one.stream, "organization_id": one.organization}
    return {name: value for name, value in found.items() if value != ""}


class SafeFormatter(logging.Formatter):
    """Masks secrets in what another formatter returns, text or JSON."""

    def __init__(self, inner: logging.Formatter) -> None:
        """Format with `inner`."""
        super().__init__()
        self._inner = inner

    @override
    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and record.exc_info[0] and not record.exc_text:
            record.exc_text = format_traceback(record.exc_info[1])
        return mask_secrets(self._inner.format(record))


def format_traceback(error: BaseException | None) -> str:
    """Return the traceback of an error, indented, each line escaped, without secrets."""
    text = mask_secrets("".join(traceback.format_exception(error)) if error else "")
    return "\n".join(f"{INDENT}{escape_controls(line)}" for line in text.rstrip("\n").split("\n"))


def end_log() -> None:
    """Write nothing that other threads log from now on: the next line of this one is the last.

    Threads that read are not waited for when a run ends, and may go on for a while.
    """
    own = threading.get_ident()
    for handler in _list_outputs():
        handler.acquire()  # no other thread is within it
        try:
            handler.emit = partial(_emit_own, handler.emit, own)  # type: ignore[method-assign]
        finally:
            handler.release()


def _emit_own(
    emit: Callable[[logging.LogRecord], None], own: int, record: logging.LogRecord
) -> None:
    if record.thread == own:
        emit(record)


def list_handlers() -> Iterator[logging.Handler]:
    """Yield the handlers of all loggers, those behind a buffer included."""
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    found = {handler for logger in loggers for handler in logger.handlers}
    yield from found
    targets = (getattr(handler, "target", None) for handler in found)
    yield from (one for one in targets if isinstance(one, logging.Handler))


def _list_outputs() -> set[logging.Handler]:
    """Return the handlers of all loggers, and the one that is used if there is none."""
    return {*list_handlers(), *([logging.lastResort] if logging.lastResort else [])}


def protect_log() -> None:
    """Protect the output of all handlers, and of records, from now on."""
    logging.setLogRecordFactory(SafeRecord)
    logging.raiseExceptions = False  # a broken handler would print its record as it is
    for handler in _list_outputs():
        if not isinstance(handler.formatter, SafeFormatter):
            handler.setFormatter(SafeFormatter(handler.formatter or logging.Formatter()))


def log_defects() -> None:
    """Log defects of all threads, in place of printing them as they are."""
    protect_log()  # no handler is set up yet: the last resort
    sys.excepthook = _end_with_defect
    sys.unraisablehook = _log_args
    threading.excepthook = _log_args


def _end_with_defect(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    end_log()
    _log_defect(kind, error, trace)


def _log_defect(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    _logger.error("%s: %s", kind.__name__, error, exc_info=(kind, error, trace))


def _log_args(args: sys.UnraisableHookArgs | threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _log_defect(args.exc_type, args.exc_value, args.exc_traceback)
