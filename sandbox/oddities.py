"""Successful responses whose content is not what the service documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec

from sandbox.http import encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.http import Request, Response

_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)
ENVELOPE: Final = frozenset({"code", "message", "page_context"})


@dataclass(frozen=True, slots=True)
class Oddity:
    """What is odd about the successful responses of a path.

    ``rows`` are JSON values before the rows of the first page, ``fields`` values of every
    ``every``-th row and of a single object. ``context`` are values of ``page_context``. ``content``
    takes the place of all but code and message. ``edits`` are texts of the body with what replaces
    them. ``body`` takes the place of the body, ``headers`` that of headers. ``organization_id``
    limits it to an organization.
    """

    rows: Sequence[Any] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    every: int = 1
    context: Mapping[str, Any] = field(default_factory=dict)
    content: Mapping[str, Any] | None = None
    edits: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    organization_id: str = ""

    def applies_to(self, request: Request) -> bool:
        """Whether it applies to a request."""
        return self.organization_id in {"", request.params.get("organization_id", "")}

    def change(self, request: Request, response: Response) -> None:
        """Change a response in place."""
        document: dict[str, Any] = _DECODER.decode(response.body)
        if self.content is not None:
            document = {"code": 0, "message": "success", **self.content}
        for name, value in list(document.items()):
            if name not in ENVELOPE:
                document[name] = self._change_rows(value, request.params.get("page", "1"))
        if self.context:
            document["page_context"] = {**document.get("page_context", {}), **self.context}
        body = encode(document).decode()
        for old, new in self.edits.items():
            body = body.replace(old, new)
        text = body if self.body is None else self.body
        response.body = text.encode("utf-8", "surrogatepass")
        response.headers.update(self.headers)

    def _change_rows(self, value: object, page: str) -> object:
        if isinstance(value, dict):
            return {**value, **self.fields}
        if not isinstance(value, list):
            return value
        rows = [
            {**row, **self.fields} if place % self.every == 0 and isinstance(row, dict) else row
            for place, row in enumerate(value)
        ]
        return [*self.rows, *rows] if page == "1" else rows


def apply_oddities(
    oddities: Mapping[str, Oddity], path: str, request: Request, response: Response
) -> None:
    """Change a successful response to a path below ``/books/v3/``; patterns may hold ``*``."""
    if response.status == HTTPStatus.OK:
        for pattern, oddity in oddities.items():
            if fnmatchcase(path, pattern) and oddity.applies_to(request):
                oddity.change(request, response)
