"""Decide what a response of the token endpoint means: one table from error to kind and Reason.

Source: Zoho's OAuth pages, and recorded responses.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum, IntEnum
from math import ceil
from typing import TYPE_CHECKING, Any

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.http.json_body import decode
from tap_zohobooks.http.responses import MAX_MESSAGE
from tap_zohobooks.http.transport import was_sent
from tap_zohobooks.regions import match_api_url
from tap_zohobooks.safe_text import add_secret, is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    import requests

    from tap_zohobooks.errors import TapError
    from tap_zohobooks.http.rate_limit import RetryBudget

LIFETIME = 3600.0  # seconds; of every token that Zoho issues, whatever the response states
MIN_LIFETIME = 60.0  # seconds; with less, each request of the run would request a token first
RATE_WINDOW = 600.0  # seconds, in which ten tokens may be requested

UNKNOWN_CLIENT = "invalid_client"
THROTTLED = "Access Denied"  # or a translation, with "status": "failure"
NO_ERROR = ""
UNPRINTABLE = "the {name} holds a blank or a character that is not printable ASCII"


class TokenFailureKind(IntEnum):
    """What a response without a token means, the most informative first.

    A client that many data centers know gets `invalid_code` from all but one: if that one does not
    respond, the refresh token may well be valid.
    """

    RATE_LIMITED = 0
    NO_ANSWER = 1
    INVALID_GRANT = 2
    INVALID_CLIENT = 3


class TokenAction(Enum):
    """What the tap does at a token response, in the words of docs/errors.md."""

    WAIT = "requests again once tokens are issued, as long as max_wait_seconds allows"
    RETRY = "requests again, 5 times at most"
    END = "ends"


@dataclass(frozen=True, slots=True)
class TokenRule:
    """A row of the table: responses with these errors and statuses; empty matches any.

    `run` and `login` are what ends a run or a login if the action does not help.
    """

    errors: Sequence[str]
    statuses: Sequence[int]
    kind: TokenFailureKind
    action: TokenAction
    run: Reason
    login: Reason

    def matches(self, error: str, status: int) -> bool:
        """Tell whether the row is about such a response."""
        return (not self.errors or error in self.errors) and (
            not self.statuses or status in self.statuses
        )


ANY: tuple[int, ...] = ()
OK = 200
ISSUED = range(200, 300)  # a redirect or a refusal issues no token, whatever its body holds
FAILED = range(500, 600)
THROTTLING = 429
FAULTS = ("server_error", "temporarily_unavailable", "internal_error", "general_error")

# The first row that matches counts. Errors arrive with status 200 as often as not, so a status
# counts only where the error says nothing.
TOKEN_RULES = (
    TokenRule([THROTTLED], ANY, TokenFailureKind.RATE_LIMITED, TokenAction.WAIT,
              Reason.MINTS_USED_UP, Reason.MINTS_USED_UP),
    TokenRule(["invalid_code", "invalid_grant"], ANY, TokenFailureKind.INVALID_GRANT,
              TokenAction.END, Reason.REFRESH_TOKEN_DEAD, Reason.CODE_REFUSED),
    TokenRule(["invalid_redirect_uri"], ANY, TokenFailureKind.INVALID_CLIENT, TokenAction.END,
              Reason.CLIENT_REFUSED, Reason.REDIRECT_UNKNOWN),
    TokenRule(["invalid_client", "invalid_client_secret"], ANY, TokenFailureKind.INVALID_CLIENT,
              TokenAction.END, Reason.CLIENT_REFUSED, Reason.CLIENT_REFUSED),
    TokenRule([], [THROTTLING], TokenFailureKind.RATE_LIMITED, TokenAction.WAIT,
              Reason.MINTS_USED_UP, Reason.MINTS_USED_UP),
    TokenRule([], FAILED, TokenFailureKind.NO_ANSWER, TokenAction.RETRY,
              Reason.NO_TOKEN, Reason.NO_TOKEN),
    TokenRule([NO_ERROR, *FAULTS], ANY, TokenFailureKind.NO_ANSWER, TokenAction.RETRY,
              Reason.NO_TOKEN, Reason.NO_TOKEN),
    TokenRule([], ANY, TokenFailureKind.INVALID_CLIENT, TokenAction.END,
              Reason.CLIENT_REFUSED, Reason.CLIENT_REFUSED),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new access token; lifetime in seconds."""

    value: str = field(repr=False)
    api_url: str | None
    lifetime: float
    refresh_token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Mask the tokens in all output."""
        add_secret(self.value)
        add_secret(self.refresh_token)


@dataclass(frozen=True, slots=True)
class TokenFailure:
    """A response without a token, and its row of the table.

    `found` is its error, or why there is none; `wait` the seconds for which no token is issued;
    `may_have_issued` if the server may have issued a token all the same.
    """

    rule: TokenRule
    found: str
    wait: float = RATE_WINDOW
    may_have_issued: bool = False

    @property
    def kind(self) -> TokenFailureKind:
        """What the response means."""
        return self.rule.kind

    @property
    def action(self) -> TokenAction:
        """What the tap does."""
        return self.rule.action

    def error(self, server: str, *, is_login: bool = False) -> TapError:
        """Return what ends the run, or the login."""
        reason = self.rule.login if is_login else self.rule.run
        return reason.error(error=self.found, server=server, minutes=ceil(self.wait / 60))


TokenResponse = IssuedToken | TokenFailure


def classify_token_response(status: int, body: bytes) -> TokenResponse:
    """Return the token of a response, or what is wrong."""
    document = decode(body)
    if document is None:
        return fail_token(NO_ERROR, f"HTTP {status} without readable JSON", status)
    if isinstance(document.get("access_token"), str) and document["access_token"]:
        if status in ISSUED:
            return _read_tokens(document, status)
        add_secret(document["access_token"])
    stated = document.get("error")
    error = stated[:MAX_MESSAGE] if isinstance(stated, str) else NO_ERROR
    if document.get("status") == "failure" or error.lower().startswith("access"):
        error = THROTTLED
    return fail_token(error, error or f"HTTP {status} without a token or an error", status)


def _read_tokens(document: dict[str, Any], status: int) -> TokenResponse:
    """Return the tokens; none is used that a header or a line of `.env` cannot hold."""
    for name in ("access_token", "refresh_token"):
        if document.get(name) and not is_token(document[name]):
            add_secret(document[name])
            return fail_token(NO_ERROR, UNPRINTABLE.format(name=name), status)
    return IssuedToken(
        document["access_token"],
        match_api_url(document.get("api_domain")),
        read_lifetime(document.get("expires_in")),
        document.get("refresh_token") or None,
    )


def read_lifetime(stated: object) -> float:
    """Return for how many seconds a token lasts: at most an hour, the default if that is odd."""
    if isinstance(stated, (int, Decimal)) and MIN_LIFETIME <= stated < LIFETIME:
        return float(stated)
    return LIFETIME


def fail_token(error: str, found: str, status: int = OK) -> TokenFailure:
    """Return a failure with its row of the table; after a fault, a token may have been issued."""
    rule = next(rule for rule in TOKEN_RULES if rule.matches(error, status))
    return TokenFailure(rule, found, may_have_issued=rule.action is TokenAction.RETRY)


def fail_request(error: requests.RequestException) -> TokenFailure:
    """Return the failure of a request without a response."""
    failure = fail_token(NO_ERROR, type(error).__name__)
    return replace(failure, may_have_issued=was_sent(error))


def wait_for_token(failure: TokenFailure, retries: RetryBudget) -> float | None:
    """Return the seconds until a token is requested again; None if that is to be given up."""
    match failure.action:
        case TokenAction.WAIT:
            return failure.wait if retries.affords(failure.wait) else None
        case TokenAction.RETRY:
            return retries.wait_for_fault()
        case _:
            return None
