"""What a verdict that is no success means for the run, in words."""

from __future__ import annotations

from typing import NoReturn

from tap_zohobooks.errors import (
    BadParameter,
    ConfigError,
    Crowded,
    Fault,
    Gone,
    Missing,
    NotHere,
    NotOffered,
    ParameterRefused,
    QuotaReached,
    Refusal,
    Refused,
    ServiceError,
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


def give_up(verdict: Fault | Throttled | Crowded, path: str) -> NoReturn:
    """Raise what a trouble that did not pass means for the run.

    Raises:
        TapError: Always.
    """
    found = describe(verdict)
    if isinstance(verdict, Fault):
        msg = f"Zoho Books did not answer '{path}' ({found}). State is written; run again later."
        raise ServiceError(msg)
    msg = (
        f"Zoho Books still refuses '{path}' after max_wait_seconds: {found}. State is written; "
        "run again later, or lower requests_per_minute or max_concurrency."
    )
    raise QuotaReached(msg)


def refuse(verdict: Verdict, path: str, organization_id: str) -> NoReturn:
    """Raise what a final no means for the run.

    Raises:
        TapError: Always.
    """
    match verdict:
        case WrongOrganization(message):
            msg = f"Organization {organization_id} is not open to this user: {message}"
            raise ConfigError(msg)
        case BadParameter(message):
            raise ParameterRefused(message)
        case Missing(message):
            msg = f"'{path}' does not exist ({message.rstrip('.')})."
            raise Gone(msg)
        case NotOffered(message):
            raise NotHere(message)
        case Refused(status, code, message):
            msg = (
                f"Zoho Books refused '{path}' of organization {organization_id} with HTTP "
                f"{status}, code {code}: {message.rstrip('.')}. Report this line."
            )
            raise Refusal(msg)
    msg = f"{type(verdict).__name__} is not a refusal."
    raise AssertionError(msg)
