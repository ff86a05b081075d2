"""What a run could not read: which stream of which organization, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import OrganizationClosed, QuotaReached, Scope, TapError

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping, Sequence

SEPARATOR = ", "  # of names in a field of the log
MAX_NAMED = 20  # failures in the last line of a run; each has a log line of its own

# The exit code of a run with several failures: the first of these that one of them has.
EXIT_CODES = (77, 78, 1, 75)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error, and what was read when it came; the organization's id is blank if there is none."""

    stream: str
    organization: str
    error: TapError

    @property
    def found(self) -> str:
        """What was found, with the stream if only that is concerned."""
        if self.error.scope is not Scope.STREAM:
            return self.error.found
        owner = f" of organization {self.organization}" if self.organization else ""
        return f"Stream '{self.stream}'{owner} was not read to its end: {self.error.found}"

    @override
    def __str__(self) -> str:
        """Return what was found, and the next step."""
        return " ".join(part for part in (self.found, self.error.advice) if part)


def explain(error: Exception, logger: logging.Logger) -> TapError:
    """Return an error of the tap; an unexpected one, logged, as a defect that ends its stream."""
    if isinstance(error, TapError):
        return error
    logger.error("An unexpected error:", exc_info=error)
    return Reason.DEFECT.error(kind=type(error).__name__, problem=str(error) or "no message")


def skip_closed(
    failures: Sequence[Failure], organizations: Sequence[str]
) -> tuple[list[Failure], dict[str, TapError]]:
    """Return failures without those of closed organizations, and these; unless all are closed."""
    closed: dict[str, TapError] = {
        one.organization: one.error for one in failures if isinstance(one.error, OrganizationClosed)
    }
    if closed.keys() >= {*organizations}:
        return [*failures], {}
    return [one for one in failures if one.organization not in closed], closed


def list_errors(failures: Sequence[Failure], missed: Mapping[str, Sequence[str]]) -> list[TapError]:
    """Return the errors of failures, each once: streams of an organization may end with one.

    `missed` are the streams, by organization, for which the calls did not suffice.
    """
    found: dict[str, TapError] = {}
    for one in failures:
        error = type(one.error)(one.found, one.error.next_step, one.error.name)
        names = missed.get(one.organization, ()) if isinstance(error, QuotaReached) else ()
        error.facts = {"stream": SEPARATOR.join(names or [one.stream]),
                       "organization": one.organization}  # fmt: skip
        found.setdefault(str(error), error)
    return [*found.values()]


def merge(errors: Sequence[TapError]) -> TapError:
    """Return several errors as one, the one that decides the exit code first."""
    ranked = sorted(errors, key=lambda one: EXIT_CODES.index(one.exit_code))
    found = [one.found for one in ranked[:MAX_NAMED]]
    if len(ranked) > MAX_NAMED:
        found.append(f"{len(ranked) - MAX_NAMED} further failures are above.")
    if len(ranked) > 1:
        found.insert(0, f"{len(ranked)} failures; everything else was read.")
    steps = dict.fromkeys(one.next_step for one in ranked if one.next_step)
    names = dict.fromkeys(one.name for one in ranked if one.name)
    merged = type(ranked[0])(" ".join(found), " ".join(steps), ", ".join(names))
    for fact in ("stream", "organization"):
        texts = [one.facts[fact] for one in ranked if one.facts.get(fact)]
        values = dict.fromkeys(value for text in texts for value in text.split(SEPARATOR))
        merged.facts |= {fact: SEPARATOR.join(values)} if values else {}
    return merged
