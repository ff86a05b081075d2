"""Classify a response by status, code, headers and body, and say what it means."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, NoReturn

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import NoSuchPath, NotFound, NotInPlan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Success:
    """An answer to use, its numbers exact."""

    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ServerError:
    """The service stumbled: the same call may succeed a little later."""

    reason: str


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Too many calls a minute; `retry_after` in seconds where the service says."""

    code: int | None
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class TooManyConcurrent:
    """Too many calls at the same time."""

    retry_after: float | None


@dataclass(frozen=True, slots=True)
class DailyQuotaExceeded:
    """The day's calls are used up; `reset` in seconds where the service says."""

    message: str
    reset: float | None


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """A dead token, a missing scope and a wrong data center all look like this."""

    message: str


@dataclass(frozen=True, slots=True)
class Missing:
    """No such path, or no such document: the caller knows which it asked for."""

    message: str
    is_path: bool = False


@dataclass(frozen=True, slots=True)
class WrongOrganization:
    """The user does not belong to the organization."""

    message: str


@dataclass(frozen=True, slots=True)
class BadParameter:
    """A parameter was refused; asking again the same way is pointless."""

    message: str


@dataclass(frozen=True, slots=True)
class NotOffered:
    """The organization's plan or edition does not have this."""

    message: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Any other no; never asked again."""

    status: int
    code: int | None
    message: str


ResponseKind = (
    Success
    | ServerError
    | RateLimited
    | TooManyConcurrent
    | DailyQuotaExceeded
    | TokenRefused
    | Missing
    | WrongOrganization
    | BadParameter
    | NotOffered
    | Refused
)


_decoder = msgspec.json.Decoder(float_hook=Decimal)


_OK = range(200, 300)


_SERVER_FAULTS = range(500, 600)


_NO_PATH = 5


_NOT_FOUND = 404  # without JSON it is from what stands between: the service's own has a code


def decode(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in a body, numbers exact; None where there is none."""
    try:
        document = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return document if isinstance(document, dict) else None


def header_seconds(headers: Mapping[str, str], name: str) -> float | None:
    """Return a header's number of seconds; None where it is absent or not a number."""
    try:
        return max(0.0, float(headers[name]))
    except (KeyError, ValueError):
        return None


def classify(status: int, headers: Mapping[str, str], body: bytes) -> ResponseKind:
    """Judge an answer by status, code, headers and body; headers are matched in any case.

    Source: Zoho Books API error pages, and recorded answers where those differ.
    """
    document = decode(body)
    if document is None:
        return _classify_unreadable(status, headers)
    code = document.get("code", 0)
    if status in _OK and code == 0:
        return Success(document)
    return _classify_code(status, code, str(document.get("message", "")), headers)


def _classify_unreadable(status: int, headers: Mapping[str, str]) -> ResponseKind:
    what = f"HTTP {status} without readable JSON"
    match status:
        case 429:
            return RateLimited(None, header_seconds(headers, "Retry-After"))
        case 401:
            return TokenRefused(what)
        case _ if status in _OK or status in _SERVER_FAULTS or status == _NOT_FOUND:
            return ServerError(what)
        case _:
            return Refused(status, None, what)


def _classify_code(
    status: int, code: int, message: str, headers: Mapping[str, str]
) -> ResponseKind:
    match status, code:
        case _, 45:
            return DailyQuotaExceeded(message, header_seconds(headers, "X-Rate-Limit-Reset"))
        case _, 1070:
            return TooManyConcurrent(header_seconds(headers, "Retry-After"))
        case (_, 43 | 44) | (429, _):
            return RateLimited(code, header_seconds(headers, "Retry-After"))
        case _, 14:
            return Refused(status, code, message)
        case (401, _) | (_, 57):
            return TokenRefused(message)
        case _, 6041 | 9017:
            return WrongOrganization(message)
        case _ if status in _SERVER_FAULTS:
            return ServerError(f"HTTP {status}, code {code}: {message}")
        case _ if "in your plan" in message or "your current plan" in message:
            return NotOffered(message)
        case (404, _) | (_, 1002):
            return Missing(message, is_path=code == _NO_PATH)
        case 400, _ if "does not exist" in message:
            return Missing(message)
        case 400, 2 | 4:
            return BadParameter(message)
        case _:
            return Refused(status, code, message)


@dataclass(frozen=True, slots=True)
class Response:
    """A good answer and the service's clock when it was given (aware, UTC)."""

    document: dict[str, Any]
    served: datetime


def describe(kind: ServerError | RateLimited | TooManyConcurrent) -> str:
    """Name a passing trouble."""
    match kind:
        case ServerError(reason):
            return reason
        case RateLimited(code, _):
            return f"too many calls a minute (HTTP 429, code {code})"
        case TooManyConcurrent():
            return "too many calls at the same time (code 1070)"


def limit_code(kind: ResponseKind) -> str | None:
    """Return the code of a call that was refused for a limit; None for any other."""
    match kind:
        case RateLimited(code, _):
            return str(code or 429)
        case TooManyConcurrent():
            return "1070"
        case DailyQuotaExceeded():
            return "45"
    return None


def raise_retries_exhausted(
    kind: ServerError | RateLimited | TooManyConcurrent, path: str, held: float = 0.0
) -> NoReturn:
    """Raise what a trouble that did not pass means for the run; `held` is the wait in s.

    Raises:
        TapError: Always.
    """
    found = describe(kind)
    if isinstance(kind, ServerError):
        raise Reason.NO_ANSWER.error(path=path, problem=found)
    when = f"in {ceil(held / 60)} min" if held else "later"
    raise Reason.THROTTLED.error(path=path, refusal=found, when=when)


def raise_for_response(kind: ResponseKind, path: str, organization_id: str) -> NoReturn:
    """Raise what a final no means for the run.

    Raises:
        TapError: Always.
    """
    match kind:
        case WrongOrganization(message):
            raise Reason.ORGANIZATION_CLOSED.error(
                organization=organization_id, message=message.rstrip(".")
            )
        case BadParameter(message):
            raise Reason.PARAMETER_REFUSED.error(path=path, message=message.rstrip("."))
        case Missing(message, is_path):
            msg = f"'{path}' does not exist ({message.rstrip('.')})."
            raise NoSuchPath(msg) if is_path else NotFound(msg)
        case NotOffered(message):
            raise NotInPlan(message)
        case Refused(status, code, message):
            raise Reason.REFUSED.error(
                path=path, organization=organization_id, status=status, code=code,
                message=message.rstrip("."),
            )  # fmt: skip
    msg = f"{type(kind).__name__} is not a refusal."
    raise AssertionError(msg)
