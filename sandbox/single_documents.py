"""Single documents that the service refuses, or answers with another one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox.http import Request


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error that a collection responds with, in one organization or (blank) in all."""

    status: int
    code: int | None
    message: str
    organization_id: str = ""


@dataclass(slots=True)
class SingleDocuments:
    """Documents by id: those that are refused, and those in whose place another one is sent.

    Both apply to the document, and to its children; a request for many leaves the refused out.
    """

    refusals: dict[str, Refusal] = field(default_factory=dict)
    swaps: dict[str, str] = field(default_factory=dict)

    def refuse(self, ids: Iterable[str], refusal: Refusal) -> None:
        """Refuse documents."""
        self.refusals |= dict.fromkeys(ids, refusal)

    def allow(self, ids: Iterable[str] = ()) -> None:
        """Refuse documents no longer; all if none is named."""
        for one in [*ids] or [*self.refusals]:
            self.refusals.pop(one, None)

    def find_refusal(self, path: str, params: Mapping[str, str]) -> Refusal | None:
        """Find the error of a request for one document, or for the children of one."""
        named = [*path.split("/"), *params.values()]
        return next((self.refusals[one] for one in named if one in self.refusals), None)

    def swap_path(self, path: str) -> str:
        """Return the path of what is sent in place of what a path names."""
        return "/".join(self.swaps.get(one, one) for one in path.split("/"))

    def swap_params(self, request: Request) -> Request:
        """Return a request with the ids of what is sent, without those that are refused."""
        return replace(request, params={
            name: ",".join(self.swaps.get(one, one) for one in value.split(",")
                           if one not in self.refusals)
            for name, value in request.params.items()
        })  # fmt: skip
