"""Decide what a response of the token endpoint means: one table from error to kind and Reason.

Source: Zoho's OAuth pages, and recorded responses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from math import ceil
from typing import TYPE_CHECKING

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.http.responses import decode
from tap_zohobooks.regions import match_api_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_zohobooks.errors import TapError

LIFETIME = 3600.0  # seconds
RATE_WINDOW = 600.0  # seconds, in which ten tokens may be requested

UNKNOWN_CLIENT = "invalid_client"
THROTTLED = "Access Denied"  # or a translation, with "status": "failure"
NO_ERROR = ""


class TokenFailureKind(IntEnum):
    """What a response without a token means, the most informative first.

    A client that many data centers know gets `invalid_code` from all but one: if that one does not
    respond, the refresh token may well be valid.
    """

    RATE_LIMITED = 0
    NO_ANSWER = 1
    INVALID_GRANT = 2
    INVALID_CLIENT = 3


@dataclass(frozen=True, slots=True)
class TokenRule:
    """A row of the table: these errors (empty: any other), and what ends a run or a login."""

    errors: Sequence[str]
    kind: TokenFailureKind
    run: Reason
    login: Reason


# Errors arrive with status 200 as often as not, so the status does not count.
TOKEN_RULES = (
    TokenRule([THROTTLED], TokenFailureKind.RATE_LIMITED,
              Reason.MINTS_USED_UP, Reason.MINTS_USED_UP),
    TokenRule([NO_ERROR], TokenFailureKind.NO_ANSWER, Reason.NO_TOKEN, Reason.NO_TOKEN),
    TokenRule(["invalid_code", "invalid_grant"], TokenFailureKind.INVALID_GRANT,
              Reason.REFRESH_TOKEN_DEAD, Reason.CODE_REFUSED),
    TokenRule(["invalid_redirect_uri"], TokenFailureKind.INVALID_CLIENT,
              Reason.CLIENT_REFUSED, Reason.REDIRECT_UNKNOWN),
    TokenRule([], TokenFailureKind.INVALID_CLIENT, Reason.CLIENT_REFUSED, Reason.CLIENT_REFUSED),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new access token; lifetime in seconds."""

    value: str = field(repr=False)
    api_url: str | None
    lifetime: float
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TokenFailure:
    """A response without a token, and its row of the table.

    `found` is its error, or why there is none; `wait` the seconds for which no token is issued.
    """

    rule: TokenRule
    found: str
    wait: float = RATE_WINDOW

    @property
    def kind(self) -> TokenFailureKind:
        """What the response means."""
        return self.rule.kind

    def error(self, server: str, *, is_login: bool = False) -> TapError:
        """Return what ends the run, or the login."""
        reason = self.rule.login if is_login else self.rule.run
        return reason.error(error=self.found, server=server, minutes=ceil(self.wait / 60))


TokenResponse = IssuedToken | TokenFailure


def classify_token_response(status: int, body: bytes) -> TokenResponse:
    """Return the token of a response, or what is wrong."""
    document = decode(body)
    if document is None:
        return fail_token(NO_ERROR, f"HTTP {status} without readable JSON")
    value = document.get("access_token")
    if isinstance(value, str) and value:
        lifetime, refresh_token = document.get("expires_in"), document.get("refresh_token")
        return IssuedToken(
            value,
            match_api_url(document.get("api_domain")),
            float(lifetime) if isinstance(lifetime, (int, float)) else LIFETIME,
            refresh_token if isinstance(refresh_token, str) and refresh_token else None,
        )
    error = str(document.get("error", NO_ERROR))
    if document.get("status") == "failure" or error.lower().startswith("access"):
        error = THROTTLED
    return fail_token(error, error or f"HTTP {status} without a token or an error")


def fail_token(error: str, found: str, wait: float = RATE_WINDOW) -> TokenFailure:
    """Return a failure with its row of the table."""
    rule = next(rule for rule in TOKEN_RULES if not rule.errors or error in rule.errors)
    return TokenFailure(rule, found, wait)
