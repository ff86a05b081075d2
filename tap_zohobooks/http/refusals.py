"""What a verdict that is no success means for the run, in words."""

from __future__ import annotations

from math import ceil
from typing import NoReturn

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import (
    BadParameter,
    Crowded,
    DayOver,
    Fault,
    Gone,
    Missing,
    NoSuchPath,
    NotHere,
    NotOffered,
    Refused,
    Throttled,
    Verdict,
    WrongOrganization,
)


def describe(verdict: Fault | Throttled | Crowded) -> str:
    """Name a passing trouble."""
    match verdict:
        case Fault(reason):
            return reason
        case Throttled(code, _):
            return f"too many calls a minute (HTTP 429, code {code})"
        case Crowded():
            return "too many calls at the same time (code 1070)"


def limit_of(verdict: Verdict) -> str | None:
    """Return the code of a call that was refused for a limit; None for any other."""
    match verdict:
        case Throttled(code, _):
            return str(code or 429)
        case Crowded():
            return "1070"
        case DayOver():
            return "45"
    return None


def give_up(verdict: Fault | Throttled | Crowded, path: str, held: float = 0.0) -> NoReturn:
    """Raise what a trouble that did not pass means for the run; `held` is the wait in seconds.

    Raises:
        TapError: Always.
    """
    found = describe(verdict)
    if isinstance(verdict, Fault):
        raise Reason.NO_ANSWER.error(path=path, problem=found)
    when = f"in {ceil(held / 60)} min" if held else "later"
    raise Reason.THROTTLED.error(path=path, refusal=found, when=when)


def refuse(verdict: Verdict, path: str, organization_id: str) -> NoReturn:
    """Raise what a final no means for the run.

    Raises:
        TapError: Always.
    """
    match verdict:
        case WrongOrganization(message):
            raise Reason.ORGANIZATION_CLOSED.error(
                organization=organization_id, message=message.rstrip(".")
            )
        case BadParameter(message):
            raise Reason.PARAMETER_REFUSED.error(path=path, message=message.rstrip("."))
        case Missing(message, is_path):
            msg = f"'{path}' does not exist ({message.rstrip('.')})."
            raise NoSuchPath(msg) if is_path else Gone(msg)
        case NotOffered(message):
            raise NotHere(message)
        case Refused(status, code, message):
            raise Reason.REFUSED.error(
                path=path, organization=organization_id, status=status, code=code,
                message=message.rstrip("."),
            )  # fmt: skip
    msg = f"{type(verdict).__name__} is not a refusal."
    raise AssertionError(msg)
