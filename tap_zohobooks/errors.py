"""What can go wrong, told apart: answers become verdicts, verdicts become exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

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


class UnexpectedResponse(ServiceError):
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


class AccessDenied(TapError):
    """This may not be read with these scopes, or by this user."""


class NotInPlan(AccessDenied):
    """The plan or edition of the organization does not have this: no scope would help."""


class NotFound(TapError):
    """The document does not exist (any more)."""


class NoSuchPath(NotFound):
    """The service knows no such address: where it has listed the document, that may be a lie."""


class ParameterRefused(TapError):
    """The endpoint does not take a parameter that others take."""
