"""One request of `zohobooks probe`: what came, or how it was refused, without a value in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tap_zohobooks.cli.wording import hide_names
from tap_zohobooks.errors import (
    AccessDenied,
    ConfigError,
    NotFound,
    NotInPlan,
    ParameterRefused,
    QuotaReached,
    ReauthorizationNeeded,
    TapError,
    UnexpectedResponse,
)
from tap_zohobooks.http.responses import Failure, classify

if TYPE_CHECKING:
    import requests

    from tap_zohobooks.client import Client, Params

BASE = "/books/v3/"
READ = "read"
OUTCOMES: tuple[tuple[type[TapError], str], ...] = (  # the first that matches counts
    (NotInPlan, "not in plan"),
    (AccessDenied, "not permitted"),
    (NotFound, "not found"),
    (ParameterRefused, "parameter refused"),
    (UnexpectedResponse, "refused"),
    (TapError, "no usable response"),
)
ENDING = (QuotaReached, ReauthorizationNeeded, ConfigError)

_LIMIT = re.compile(r"rate-?limit|retry-after", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Exchange:
    """The document of a response, or else how it was refused, as the report has it."""

    document: dict[str, Any] | None
    outcome: str
    refusal: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Exchanges:
    """Sends requests through the client, and notes what its session receives."""

    client: Client
    organization: str
    headers: set[str] = field(default_factory=set)
    limits: dict[str, str] = field(default_factory=dict)
    _received: list[requests.Response] = field(default_factory=list)

    def receive(self, response: requests.Response, **_: object) -> None:
        """Note a response of Books; a hook of the session."""
        if BASE not in urlsplit(str(response.url)).path:
            return
        self._received.append(response)
        for name, value in response.headers.items():
            self.headers.add(name.lower())
            if _LIMIT.search(name) and _NUMBER.fullmatch(value.strip()):
                self.limits[name.lower()] = value.strip()

    def request(self, path: str, params: Params, organization: str | None = None) -> Exchange:
        """Request a path of the organization, or of another one or none (blank).

        Raises:
            TapError: The quota is used up, or nothing can be read any more.
        """
        self._received.clear()
        owner = self.organization if organization is None else organization
        try:
            response = self.client.get(path, params, owner)
        except ENDING:
            raise
        except TapError as error:
            outcome = next(name for kind, name in OUTCOMES if isinstance(error, kind))
            return Exchange(None, outcome, self._describe_refusal(path))
        return Exchange(response.document, READ)

    def _describe_refusal(self, path: str) -> dict[str, Any]:
        """Describe the last response of a path; other requests may have followed it."""
        own = [one for one in self._received
               if urlsplit(str(one.url)).path.endswith(f"{BASE}{path}")]  # fmt: skip
        if not own:
            return {"attempts": 0, "status": None, "code": None, "message": ""}
        last = own[-1]
        result = classify(last.status_code, last.headers, last.content)
        code, message = None, ""
        if isinstance(result, Failure):
            code = result.code if type(result.code) is int else None
            message = hide_names(result.message)
        return {
            "attempts": len(own),
            "status": last.status_code,
            "code": code,
            "message": message,
        }
