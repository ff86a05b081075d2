"""Log output: each line is one record, without secrets, whatever the handlers and formatters are.

Messages are escaped as records are formatted, so that a message of the service forges no line; the
whole line, with its traceback or JSON, is masked by the formatter of each handler.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_zohobooks.safe_text import escape_controls, mask_secrets, to_safe_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_logger = logging.getLogger("tap-zohobooks")

INDENT = "  "  # of a traceback: no line of an exception's text looks like a line of the log


class SafeRecord(logging.LogRecord):
    """A record whose message is one line without secrets."""

    @override
    def getMessage(self) -> str:
        return to_safe_text(super().getMessage())


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


def list_handlers() -> Iterator[logging.Handler]:
    """Yield the handlers of all loggers, those behind a buffer included."""
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    found = {handler for logger in loggers for handler in logger.handlers}
    yield from found
    targets = (getattr(handler, "target", None) for handler in found)
    yield from (one for one in targets if isinstance(one, logging.Handler))


def protect_log() -> None:
    """Protect the output of all handlers, and of records, from now on."""
    logging.setLogRecordFactory(SafeRecord)
    logging.raiseExceptions = False  # a broken handler would print its record as it is
    last = [logging.lastResort] if logging.lastResort else []
    for handler in {*list_handlers(), *last}:
        if not isinstance(handler.formatter, SafeFormatter):
            handler.setFormatter(SafeFormatter(handler.formatter or logging.Formatter()))


def log_defects() -> None:
    """Log defects of all threads, in place of printing them as they are."""
    protect_log()  # no handler is set up yet: the last resort
    sys.excepthook = _log_defect
    sys.unraisablehook = _log_args
    threading.excepthook = _log_args


def _log_defect(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    _logger.error("%s: %s", kind.__name__, error, exc_info=(kind, error, trace))


def _log_args(args: sys.UnraisableHookArgs | threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _log_defect(args.exc_type, args.exc_value, args.exc_traceback)
