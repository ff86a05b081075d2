"""The exceptions of the tap, with their exit codes.

TapError
  ServiceError            the service cannot be reached, or its response cannot be read
    UnexpectedResponse
  ConfigError             a setting, catalog or state is wrong
  Interrupted, Terminated the run was stopped by a signal
  ReauthorizationNeeded   a person must authorize
  QuotaReached            run again later
  AccessDenied            skipped: scope or user
    NotInPlan
  NotFound                skipped: does not exist
    NoSuchPath
  ParameterRefused        the tap does without the parameter if it can
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self


class TapError(Exception):
    """An expected error: its text says what was found, the next step, and its name in brackets.

    Errors that end a run are made by a `Reason`; the others are caught by the tap.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, found: str, next_step: str = "", name: str = "") -> None:
        """Keep the parts; `name` is that of docs/errors.md."""
        self.found, self.next_step, self.name = found, next_step, name
        super().__init__(" ".join(part for part in (found, self.advice) if part))

    @property
    def advice(self) -> str:
        """The next step, and the name in docs/errors.md."""
        return " ".join(part for part in (self.next_step, self.name and f"[{self.name}]") if part)

    @classmethod
    def of_all(cls, errors: Sequence[TapError]) -> Self:
        """Return several errors as one: all that was found, each next step once."""
        steps = dict.fromkeys(one.next_step for one in errors)
        names = dict.fromkeys(one.name for one in errors)
        return cls(" ".join(one.found for one in errors), " ".join(steps), ", ".join(names))


class ServiceError(TapError):
    """The service cannot be reached, or its response cannot be read."""


class UnexpectedResponse(ServiceError):
    """A refusal for which the table of responses has no row of its own."""


class ConfigError(TapError):
    """A setting, catalog or state is wrong."""

    exit_code = 78


class Interrupted(TapError):
    """SIGINT has stopped the run."""

    exit_code = 130


class Terminated(TapError):
    """SIGTERM has stopped the run."""

    exit_code = 143


class ReauthorizationNeeded(TapError):
    """The refresh token is invalid, or may read nothing: a person must authorize."""

    exit_code = 77


class QuotaReached(TapError):
    """The API calls of the day, or the token requests, are used up for now."""

    exit_code = 75


class AccessDenied(TapError):
    """The scopes, or the user, do not allow reading this."""


class NotInPlan(AccessDenied):
    """The plan or edition of the organization does not include this: no scope helps."""


class NotFound(TapError):
    """The document does not exist, or no longer."""


class NoSuchPath(NotFound):
    """The path does not exist: that does not prove that a listed document is deleted."""


class ParameterRefused(TapError):
    """The endpoint does not take a parameter that others take."""
