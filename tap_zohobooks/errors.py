"""The exceptions of the tap, with their exit codes.

TapError
  ServiceError            the service cannot be reached, or its response cannot be read
    NoToken               run
    UnexpectedResponse
      ResponseTooLarge    a list is requested in smaller pages
      RangeTooLarge       postings are requested for fewer days
  ConfigError             run: a setting, catalog or state is wrong
    BookmarkRefused       stream
    OrganizationClosed    organization
  Interrupted, Terminated, HungUp
                          run: it was stopped by a signal
  ReauthorizationNeeded   run: a person must authorize
  QuotaReached            organization: run again later
    TokensUsedUp          run
  AccessDenied            skipped: scope or user
    NotInPlan, NotPermitted
  NotFound                skipped: does not exist
    NoSuchPath
  ParameterRefused        the tap does without the parameter if it can

Where no scope is named, an error ends one stream of one organization only.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

from tap_zohobooks.safe_text import to_safe_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self


class Scope(IntEnum):
    """What an error ends; all else is read."""

    STREAM = 1  # of one organization
    ORGANIZATION = 2
    RUN = 3


class TapError(Exception):
    """An expected error: its text says what was found, the next step, and its name in brackets.

    The text is one line without secrets, whatever the service, a file or a setting contributes.
    Errors that end a run are made by a `Reason`; the others are caught by the tap.
    """

    exit_code: ClassVar[int] = 1
    scope: ClassVar[Scope] = Scope.STREAM

    def __init__(self, found: str, next_step: str = "", name: str = "") -> None:
        """Keep the parts; `name` is that of docs/errors.md."""
        self.found, self.next_step = to_safe_text(found), to_safe_text(next_step)
        self.name = name
        self.facts: dict[str, str] = {}  # what was filled in, for fields of the log
        super().__init__(" ".join(part for part in (self.found, self.advice) if part))

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


class NoToken(ServiceError):
    """The accounts server issues no token: no stream can be read."""

    scope = Scope.RUN


class UnexpectedResponse(ServiceError):
    """A refusal for which the table of responses has no row of its own."""


class ResponseTooLarge(UnexpectedResponse):
    """A response has more bytes than are read of any."""


class RangeTooLarge(UnexpectedResponse):
    """A report holds more than the service sends for a range of days."""


class ConfigError(TapError):
    """A setting, catalog or state is wrong."""

    exit_code = 78
    scope = Scope.RUN


class BookmarkRefused(ConfigError):
    """A stream cannot be read from where its bookmark, or start_date, says."""

    scope = Scope.STREAM


class OrganizationClosed(ConfigError):
    """An organization cannot be read: its plan has ended, or the user has left it."""

    scope = Scope.ORGANIZATION


class Interrupted(TapError):
    """SIGINT has stopped the run."""

    exit_code = 130
    scope = Scope.RUN


class Terminated(TapError):
    """SIGTERM has stopped the run."""

    exit_code = 143
    scope = Scope.RUN


class HungUp(TapError):
    """SIGHUP has stopped the run: its terminal was closed."""

    exit_code = 129
    scope = Scope.RUN


class ReauthorizationNeeded(TapError):
    """The refresh token is invalid, or may read nothing: a person must authorize."""

    exit_code = 77
    scope = Scope.RUN


class QuotaReached(TapError):
    """The API calls of the day, or the token requests, are used up for now."""

    exit_code = 75
    scope = Scope.ORGANIZATION


class TokensUsedUp(QuotaReached):
    """No more tokens are issued for now: no stream can be read."""

    scope = Scope.RUN


class AccessDenied(TapError):
    """The scopes, or the user, do not allow reading this."""


class NotInPlan(AccessDenied):
    """The plan or edition of the organization does not include this: no scope helps."""


class NotPermitted(AccessDenied):
    """The user may not read this, although the scope allows to read others like it."""


class NotFound(TapError):
    """The document does not exist, or no longer."""


class NoSuchPath(NotFound):
    """The path does not exist: that does not prove that a listed document is deleted."""


class ParameterRefused(TapError):
    """The endpoint does not take a parameter that others take."""
