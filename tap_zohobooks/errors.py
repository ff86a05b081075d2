"""What can go wrong, told apart: answers become verdicts, verdicts become exit codes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self


class TapError(Exception):
    """A foreseeable end of a run; its text names what was found, the next step, and itself.

    Those that end a run are made by a `Reason`; without one, who raises it knows who catches it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, found: str, next_step: str = "", name: str = "") -> None:
        """Keep the parts; `name` is what `docs/errors.md` calls it."""
        self.found, self.next_step, self.name = found, next_step, name
        super().__init__(" ".join(part for part in (found, self.advice) if part))

    @property
    def advice(self) -> str:
        """The next step, and the name under which there is more to read."""
        return " ".join(part for part in (self.next_step, self.name and f"[{self.name}]") if part)

    @classmethod
    def of_all(cls, errors: Sequence[TapError]) -> Self:
        """Return several errors as one: all that was found, each next step once."""
        steps = dict.fromkeys(one.next_step for one in errors)
        names = dict.fromkeys(one.name for one in errors)
        return cls(" ".join(one.found for one in errors), " ".join(steps), ", ".join(names))


class ServiceError(TapError):
    """The service cannot be reached, or answers what nobody can read."""


class Refusal(ServiceError):
    """A no that no rule explains."""


class ConfigError(TapError):
    """A setting, catalog or state that cannot be right."""

    exit_code = 78


class Interrupted(TapError):
    """A person has stopped the run."""

    exit_code = 130


class Terminated(TapError):
    """The system, or who runs the run, has stopped it."""

    exit_code = 143


class ReauthorizationNeeded(TapError):
    """The refresh token is dead, or nothing may be read with it: a person must act."""

    exit_code = 77


class QuotaReached(TapError):
    """The calls of the day, or of the token server, are used up for now."""

    exit_code = 75


class Denied(TapError):
    """This may not be read with these scopes, or by this user."""


class NotHere(Denied):
    """The plan or edition of the organization does not have this: no scope would help."""


class Gone(TapError):
    """The document does not exist (any more)."""


class NoSuchPath(Gone):
    """The service knows no such address: where it has listed the document, that may be a lie."""


class ParameterRefused(TapError):
    """The endpoint does not take a parameter that others take."""


@dataclass(frozen=True, slots=True)
class Success:
    """An answer to use, its numbers exact."""

    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """The service stumbled: the same call may succeed a little later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too many calls a minute; `retry_after` in seconds where the service says."""

    code: int | None
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class Crowded:
    """Too many calls at the same time."""

    retry_after: float | None


@dataclass(frozen=True, slots=True)
class DayOver:
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


Verdict = (
    Success
    | Fault
    | Throttled
    | Crowded
    | DayOver
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


def seconds(headers: Mapping[str, str], name: str) -> float | None:
    """Return a header's number of seconds; None where it is absent or not a number."""
    try:
        return max(0.0, float(headers[name]))
    except (KeyError, ValueError):
        return None


def judge(status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
    """Judge an answer by status, code, headers and body; headers are matched in any case.

    Source: Zoho Books API error pages, and recorded answers where those differ.
    """
    document = decode(body)
    if document is None:
        return _judge_unreadable(status, headers)
    code = document.get("code", 0)
    if status in _OK and code == 0:
        return Success(document)
    return _judge_code(status, code, str(document.get("message", "")), headers)


def _judge_unreadable(status: int, headers: Mapping[str, str]) -> Verdict:
    what = f"HTTP {status} without readable JSON"
    match status:
        case 429:
            return Throttled(None, seconds(headers, "Retry-After"))
        case 401:
            return TokenRefused(what)
        case _ if status in _OK or status in _SERVER_FAULTS or status == _NOT_FOUND:
            return Fault(what)
        case _:
            return Refused(status, None, what)


def _judge_code(status: int, code: int, message: str, headers: Mapping[str, str]) -> Verdict:
    match status, code:
        case _, 45:
            return DayOver(message, seconds(headers, "X-Rate-Limit-Reset"))
        case _, 1070:
            return Crowded(seconds(headers, "Retry-After"))
        case (_, 43 | 44) | (429, _):
            return Throttled(code, seconds(headers, "Retry-After"))
        case _, 14:
            return Refused(status, code, message)
        case (401, _) | (_, 57):
            return TokenRefused(message)
        case _, 6041 | 9017:
            return WrongOrganization(message)
        case _ if status in _SERVER_FAULTS:
            return Fault(f"HTTP {status}, code {code}: {message}")
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
