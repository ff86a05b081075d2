"""The part of a list that the service shows: it may hide rows, such as inactive ones, unasked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tap_zohobooks.errors import ParameterRefused, UnexpectedResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_zohobooks.pagination.page import Params

FILTER, ECHO = "filter_by", "applied_filter"
MAX_FILTER = 100  # characters; the longest that is known has 24


class HasDocument(Protocol):
    """A response with a JSON object."""

    @property
    def document(self) -> Mapping[str, Any]:
        """The object."""
        raise NotImplementedError


_Response = TypeVar("_Response", bound=HasDocument)


@dataclass(slots=True)
class ListView:
    """Requests a list so that it hides no row, if it can be.

    `asked` is the filter that shows all rows, added to each request; blank if none is needed.
    `hidden` says what is shown if rows are hidden still, and why; blank if none are.
    `is_reported` if that was logged.
    """

    asked: str = ""
    hidden: str = ""
    is_reported: bool = False

    def get(self, request: Callable[[Params], _Response], params: Params) -> _Response:
        """Return a response; the first that hides rows is requested again with its family's .All.

        Raises:
            TapError: The list may not be read.
        """
        if self.asked:
            params = {**params, FILTER: self.asked}
        response = request(params)
        context = response.document.get("page_context")
        if isinstance(context, dict) and ECHO not in context:
            return response
        hiding = find_hiding_filter(response.document, params)
        if hiding is None or self.hidden:
            return response
        family, dot, _ = hiding.partition(".")
        if FILTER in params or not (family and dot):
            self.hidden = hiding
            return response
        return self._widen(request, params, response, f"{family}.All") or response

    def _widen(
        self, request: Callable[[Params], _Response], params: Params, shown: _Response, whole: str
    ) -> _Response | None:
        """Request all rows; None if that is refused, or changes nothing."""
        hiding = find_hiding_filter(shown.document, params)
        try:
            response = request({**params, FILTER: whole})
        except (ParameterRefused, UnexpectedResponse) as refused:
            self.hidden = f"{hiding} ({whole} is refused: {refused.found})"
            return None
        if find_hiding_filter(response.document, {FILTER: whole}) is not None:
            self.hidden = f"{hiding} ({whole} is ignored)"
            return None
        self.asked = whole
        return response


def find_hiding_filter(document: Mapping[str, Any], query: Params) -> str | None:
    """Return the filter that a response names, if it hides rows and was not asked for."""
    match document.get("page_context"):
        case {"applied_filter": str(applied)} | [{"applied_filter": str(applied)}]:
            asked = applied in {"", query.get(FILTER)} or applied.lower().endswith(".all")
            return None if asked else applied[:MAX_FILTER]
        case _:
            return None
