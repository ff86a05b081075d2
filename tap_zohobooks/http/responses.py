"""Decide what a response of Zoho Books means: one table from status and code to action and error.

Source of the table: Zoho Books API error pages, and recorded responses where those differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import lru_cache
from math import ceil, isfinite
from typing import TYPE_CHECKING, Any

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import NoSuchPath, NotFound, NotInPlan, TapError
from tap_zohobooks.http.json_body import JsonBody, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ResponseKind(Enum):
    """What a response means, in the words of docs/errors.md."""

    SERVER_ERROR = "The service failed; the same request may succeed later"
    RATE_LIMITED = "Too many requests a minute"
    TOO_MANY_CONCURRENT = "Too many requests at the same time"
    DAILY_QUOTA_EXCEEDED = "The API calls of the day are used up"
    UNAUTHORIZED = "The token is invalid, lacks the scope, or is of another data center"
    WRONG_ORGANIZATION = "The user does not belong to the organization"
    EXPIRED_ORGANIZATION = "The plan or trial of the organization has ended"
    NOT_OFFERED = "The organization's plan or edition does not include this"
    MISSING_PATH = "The path does not exist"
    MISSING = "The document, or what is listed, does not exist"
    BAD_PARAMETER = "A parameter was refused"
    TOO_LARGE = "The response has more than 64 MB"
    RANGE_TOO_LARGE = "A report holds too much for the range of days"
    NO_AUTHORIZATION = "The Authorization header holds no token"
    REFUSED = "Any other refusal"


class Action(Enum):
    """What the tap does at a response, in the words of docs/errors.md."""

    RETRY = "sends it again, 5 times at most"
    RETRY_WITH_FEWER = "sends it again, with fewer in flight, as long as max_wait_seconds allows"
    HOLD = "holds all requests of the organization, as long as max_wait_seconds allows"
    END_DAY = "ends the organization, or waits as on_quota_exhausted says"
    RENEW = "requests another token, then skips the stream"
    REQUEST_FEWER = "requests half as many rows a page; skips a document"
    SHORTEN_RANGE = "requests postings for fewer days; else stops the stream"
    OMIT_PARAMETER = "omits the parameter if it can"
    SKIP = "skips the document, or the stream"
    SKIP_DOCUMENT = "skips a document, or what few organizations have; else stops the stream"
    END_ORGANIZATION = "ends the organization"


LIMITS = (Action.HOLD, Action.RETRY_WITH_FEWER, Action.END_DAY)


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table: responses with these statuses, codes and phrases; empty matches any.

    `error` is the error of the run if the action does not help; an exception, if streams handle it.
    """

    statuses: Sequence[int]
    codes: Sequence[int | None]
    kind: ResponseKind
    action: Action
    error: Reason | type[TapError]
    phrases: Sequence[str] = ()

    def matches(self, status: int, code: int | None, message: str) -> bool:
        """Tell whether the row is about such a response."""
        return (
            (not self.statuses or status in self.statuses)
            and (not self.codes or code in self.codes)
            and (not self.phrases or any(phrase in message for phrase in self.phrases))
        )


# Zoho blocks for minutes, and the quota of a day is reset at midnight: a longer wait is an error of
# the service, or of what stands before it, and would lock the organization out of later runs.
MAX_BLOCK, MAX_RESET = 3600.0, 86400.0  # seconds
MAX_MESSAGE = 500  # characters
PLAUSIBLE_YEARS = range(2020, 2100)

ANY: tuple[int, ...] = ()
OK, FAILED = range(200, 300), range(500, 600)
NO_RESPONSE = 0  # in place of a status: the connection failed, or the time was up
TOO_LARGE = -1  # in place of a status: the body was not read to its end
NO_CODE = -1  # in place of a code that is no whole number
NO_JSON = None  # in place of a code: the body is no JSON object

# The first row that matches counts. A 404 without JSON is of a proxy: the service's own has a code.
RULES = (
    Rule([TOO_LARGE], [NO_JSON], ResponseKind.TOO_LARGE, Action.REQUEST_FEWER,
         Reason.RESPONSE_TOO_LARGE),
    Rule(ANY, [45], ResponseKind.DAILY_QUOTA_EXCEEDED, Action.END_DAY, Reason.QUOTA_REACHED),
    Rule(ANY, [1070], ResponseKind.TOO_MANY_CONCURRENT, Action.RETRY_WITH_FEWER, Reason.THROTTLED),
    Rule(ANY, [43, 44], ResponseKind.RATE_LIMITED, Action.HOLD, Reason.THROTTLED),
    Rule([429], ANY, ResponseKind.RATE_LIMITED, Action.HOLD, Reason.THROTTLED),
    Rule(ANY, [103001], ResponseKind.EXPIRED_ORGANIZATION, Action.END_ORGANIZATION,
         Reason.ORGANIZATION_EXPIRED),
    Rule(ANY, ANY, ResponseKind.EXPIRED_ORGANIZATION, Action.END_ORGANIZATION,
         Reason.ORGANIZATION_EXPIRED, ["trial of Zoho Books is over"]),
    Rule(ANY, [14], ResponseKind.NO_AUTHORIZATION, Action.SKIP_DOCUMENT, Reason.REFUSED),
    Rule(ANY, [6041, 9017], ResponseKind.WRONG_ORGANIZATION, Action.END_ORGANIZATION,
         Reason.ORGANIZATION_CLOSED),
    Rule([401], ANY, ResponseKind.UNAUTHORIZED, Action.RENEW, Reason.NOTHING_MAY_BE_READ),
    Rule(ANY, [57], ResponseKind.UNAUTHORIZED, Action.RENEW, Reason.NOTHING_MAY_BE_READ),
    Rule(FAILED, ANY, ResponseKind.SERVER_ERROR, Action.RETRY, Reason.NO_ANSWER),
    Rule(OK, [NO_JSON], ResponseKind.SERVER_ERROR, Action.RETRY, Reason.NO_ANSWER),
    Rule([404, NO_RESPONSE], [NO_JSON], ResponseKind.SERVER_ERROR, Action.RETRY, Reason.NO_ANSWER),
    Rule(ANY, ANY, ResponseKind.NOT_OFFERED, Action.SKIP, NotInPlan,
         ["in your plan", "your current plan"]),
    Rule([404], [5], ResponseKind.MISSING_PATH, Action.SKIP, NoSuchPath),
    Rule([404], ANY, ResponseKind.MISSING, Action.SKIP, NotFound),
    Rule(ANY, [1002], ResponseKind.MISSING, Action.SKIP, NotFound),
    Rule([400], ANY, ResponseKind.MISSING, Action.SKIP, NotFound, ["does not exist"]),
    Rule([400], ANY, ResponseKind.RANGE_TOO_LARGE, Action.SHORTEN_RANGE, Reason.RANGE_TOO_LARGE,
         ["range is too large", "reduce the date range"]),
    Rule([400], [2, 4], ResponseKind.BAD_PARAMETER, Action.OMIT_PARAMETER,
         Reason.PARAMETER_REFUSED),
    Rule(ANY, ANY, ResponseKind.REFUSED, Action.SKIP_DOCUMENT, Reason.REFUSED),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Response:
    """A document, its numbers exact, and the service's clock when it was sent (aware, UTC).

    `repairs` counts what was mended in the document, by kind.
    """

    document: dict[str, Any]
    served: datetime
    repairs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """A response without a document, and its row of the table; `wait` in seconds, if it says."""

    rule: Rule
    status: int
    code: int | None
    message: str
    wait: float | None = None

    @property
    def kind(self) -> ResponseKind:
        """What the response means."""
        return self.rule.kind

    @property
    def action(self) -> Action:
        """What the tap does."""
        return self.rule.action

    @property
    def found(self) -> str:
        """Status, code and message."""
        if self.code is NO_JSON:
            return self.message
        code = "no readable code" if self.code == NO_CODE else f"code {self.code}"
        return f"HTTP {self.status}, {code}: {self.message.rstrip('.')}"

    @property
    def limit_code(self) -> str | None:
        """The code under which a refusal for a limit is counted; None if it is for no limit."""
        return str(self.code or self.status) if self.action in LIMITS else None

    def error(self, path: str, organization_id: str, wait: float = 0.0) -> TapError:
        """Return the error of the run; `wait` in seconds until another run may help, if known."""
        if not isinstance(self.rule.error, Reason):
            return self.rule.error(f"'{path}': {self.found}.")
        return self.rule.error.error(
            path=path,
            organization=organization_id,
            found=self.found,
            message=self.message.rstrip("."),
            when=f"in {ceil(wait / 60)} min" if wait else "later",
        )


def classify(status: int, headers: Mapping[str, str], body: bytes) -> Response | Failure:
    """Return the document of a response, or what is wrong; header names in any case."""
    return interpret(status, headers, read_json(body))


def interpret(status: int, headers: Mapping[str, str], found: JsonBody) -> Response | Failure:
    """Return the document of a response whose body was decoded, or what is wrong."""
    document = found.document
    if document is None:
        problem = f" ({found.problem})" if status in OK else ""
        return fail(status, NO_JSON, f"HTTP {status} without readable JSON{problem}", headers)
    code = _read_code(document)
    if status in OK and code == 0:
        return Response(document, read_date(headers) or datetime.now(UTC), found.repairs)
    return fail(status, code, str(document.get("message", "")), headers)


def _read_code(document: Mapping[str, Any]) -> int:
    """Return the code of a document: 0 if it has none, NO_CODE if it is no whole number."""
    code = document.get("code", 0)
    return code if type(code) is int else NO_CODE


def fail(
    status: int, code: int | None, message: str, headers: Mapping[str, str] | None = None
) -> Failure:
    """Return a failure with its row of the table."""
    rule = next(rule for rule in RULES if rule.matches(status, code, message))
    return Failure(rule, status, code, message[:MAX_MESSAGE], read_wait(rule, headers or {}))


def read_wait(rule: Rule, headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds a response asks to wait, capped; None if it does not say."""
    if rule.action is Action.END_DAY:
        return header_seconds(headers, "X-Rate-Limit-Reset", MAX_RESET)
    return header_seconds(headers, "Retry-After", MAX_BLOCK)


def header_seconds(headers: Mapping[str, str], name: str, longest: float) -> float | None:
    """Return a header's seconds, 0 to `longest`; None if it is absent, or says nothing finite.

    An HTTP date counts from the response's own. Of a header that is repeated, the longest counts.
    """
    text = headers.get(name, "")
    if (instant := _read_instant(text)) is not None:
        sent = read_date(headers) or datetime.now(UTC)
        found = [(instant - sent).total_seconds()]
    else:
        found = [seconds for part in text.split(",") if (seconds := _read_number(part)) is not None]
    return min(max(0.0, *found), longest) if found else None


def _read_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def read_date(headers: Mapping[str, str]) -> datetime | None:
    """Return the time of the header Date (aware, UTC); None if it is absent or not plausible."""
    served = _read_instant(headers.get("Date", ""))
    return served if served and served.year in PLAUSIBLE_YEARS else None


@lru_cache(maxsize=8)  # many responses are of one second
def _read_instant(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None  # no date, or one beyond what a datetime holds
