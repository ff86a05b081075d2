"""Responses are classified by status, code, headers and body."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from requests.structures import CaseInsensitiveDict

from tap_zohobooks.errors import TapError
from tap_zohobooks.http.responses import (
    RULES,
    Action,
    Failure,
    Response,
    ResponseKind,
    classify,
    fail,
)


def body(code: int, message: str = "text") -> bytes:
    """Return an envelope as the service writes it."""
    return json.dumps({"code": code, "message": message}).encode()


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (429, body(43), ResponseKind.RATE_LIMITED),
        (429, body(44), ResponseKind.RATE_LIMITED),
        (200, body(44), ResponseKind.RATE_LIMITED),
        (429, body(99), ResponseKind.RATE_LIMITED),
        (429, b"<html>", ResponseKind.RATE_LIMITED),
        (429, body(45), ResponseKind.DAILY_QUOTA_EXCEEDED),
        (429, body(1070), ResponseKind.TOO_MANY_CONCURRENT),
        (401, body(57), ResponseKind.UNAUTHORIZED),
        (200, body(57), ResponseKind.UNAUTHORIZED),
        (401, b"", ResponseKind.UNAUTHORIZED),
        (401, body(14), ResponseKind.NO_AUTHORIZATION),
        (400, body(6041), ResponseKind.WRONG_ORGANIZATION),
        (400, body(9017), ResponseKind.WRONG_ORGANIZATION),
        (404, body(5), ResponseKind.MISSING_PATH),
        (404, body(1002), ResponseKind.MISSING),
        (404, b"<html>", ResponseKind.SERVER_ERROR),
        (400, body(1002), ResponseKind.MISSING),
        (400, body(2006, "The order does not exist."), ResponseKind.MISSING),
        (400, body(2), ResponseKind.BAD_PARAMETER),
        (400, body(4), ResponseKind.BAD_PARAMETER),
        (400, body(15), ResponseKind.REFUSED),
        (403, b"<html>", ResponseKind.REFUSED),
        (400, body(8, "Not available in your plan"), ResponseKind.NOT_OFFERED),
        (500, body(1000), ResponseKind.SERVER_ERROR),
        (502, b"<html>", ResponseKind.SERVER_ERROR),
        (200, b'{"code":0,"invoices":[{"inv', ResponseKind.SERVER_ERROR),
        (200, b"[]", ResponseKind.SERVER_ERROR),
        (302, b"", ResponseKind.REFUSED),
    ],
)
def test_kind(status: int, content: bytes, kind: ResponseKind) -> None:
    """Each response has its own kind, truncated bodies and HTML included."""
    failure = classify(status, {}, content)
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.status, failure.wait) == (kind, status, None)


@pytest.mark.parametrize(
    ("status", "content", "found"),
    [
        (429, body(44, "Too many."), "HTTP 429, code 44: Too many"),
        (500, body(1000), "HTTP 500, code 1000: text"),
        (502, b"<html>", "HTTP 502 without readable JSON"),
    ],
)
def test_found(status: int, content: bytes, found: str) -> None:
    """A failure names its status, code and message."""
    failure = classify(status, {}, content)
    assert isinstance(failure, Failure)
    assert failure.found == found


def test_every_row_of_the_table_is_reached() -> None:
    """No row is hidden by those before it, and the last one matches everything."""
    for rule in RULES:
        status, code = [*rule.statuses, 400][0], [*rule.codes, 100][0]
        assert fail(status, code, " ".join(rule.phrases[:1])).rule is rule


def test_only_what_is_handled_has_no_reason() -> None:
    """The error of a skipped document or stream is an exception that streams handle."""
    for rule in RULES:
        assert isinstance(rule.error, type) is (rule.action is Action.SKIP)
        if isinstance(rule.error, type):
            assert issubclass(rule.error, TapError)


def test_numbers_are_exact() -> None:
    """A number is the decimal that was written, padding included, and never a float."""
    kind = classify(200, {}, b'{"code":0,"total":1000.10,"small":1e-7,"count":3}')
    assert isinstance(kind, Response)
    assert kind.document["total"] == Decimal("1000.10")
    assert str(kind.document["total"]) == "1000.10"
    assert kind.document["small"] == Decimal("1e-7")
    assert type(kind.document["count"]) is int


@pytest.mark.parametrize(("header", "wait"), [("7", 7.0), ("soon", None), ("-3", 0.0)])
@pytest.mark.parametrize("content", [body(44), body(1070), b"<html>"])
def test_retry_after(header: str, wait: float | None, content: bytes) -> None:
    """Retry-After counts in any case of its name, and only if it is a number."""
    failure = classify(429, CaseInsensitiveDict({"retry-after": header}), content)
    assert isinstance(failure, Failure)
    assert failure.wait == wait


DATE = "Sat, 28 Nov 2026 12:00:00 GMT"
LONG_WAITS = ["315360000", "1e18", "1e300", "3601", "5, 315360000", "99999999999999999999999",
              "Sat, 28 Nov 2026 14:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
              "Saturday, 28-Nov-26 15:00:00 GMT"]  # fmt: skip


@pytest.mark.parametrize("text", LONG_WAITS)
def test_no_block_is_longer_than_an_hour(text: str) -> None:
    """A wait of any length is an hour at most, a reset of the day a day."""
    failure = classify(429, CaseInsensitiveDict({"Retry-After": text, "Date": DATE}), body(44))
    assert isinstance(failure, Failure)
    assert failure.wait == 3600.0
    headers = CaseInsensitiveDict({"X-Rate-Limit-Reset": "1e18", "Retry-After": text})
    failure = classify(429, headers, body(45))
    assert isinstance(failure, Failure)
    assert failure.wait == 86400.0


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("inf", None),
        ("-inf", None),
        ("nan", None),
        ("", None),
        (" ", None),
        (",", None),
        ("1e400", None),
        ("-1e18", 0.0),
        ("Sat, 28 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 28 Nov 2026 13:30:00 +0100", 1800.0),
        ("Sat, 28 Nov 2026 12:00:30 -0000", 30.0),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0.0),
        ("Fri, 99 Xxx 9999 99:99:99 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("60, 120", 120.0),
        ("60, soon", 60.0),
    ],
)
def test_forms_of_a_wait(text: str, wait: float | None) -> None:
    """Seconds, an HTTP date, or nothing; of a header that is repeated, the longest counts."""
    failure = classify(429, CaseInsensitiveDict({"Retry-After": text, "Date": DATE}), body(44))
    assert isinstance(failure, Failure)
    assert failure.wait == wait


def test_a_long_message_is_cut() -> None:
    """Of a message, 500 characters are kept."""
    failure = classify(400, {}, body(15, "x" * 10**6))
    assert isinstance(failure, Failure)
    assert len(failure.message) == 500


def test_reset_of_the_day() -> None:
    """The end of the day comes with the seconds to its reset."""
    headers = CaseInsensitiveDict({"x-rate-limit-reset": "23218", "retry-after": "7"})
    failure = classify(429, headers, body(45))
    assert isinstance(failure, Failure)
    assert (failure.message, failure.wait) == ("text", 23218.0)


@pytest.mark.parametrize(
    "date",
    ["", "soon", "5", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
     "Fri, 31 Dec 9999 23:59:59 -0500",
     "Sun, 01 Jan 1995 00:00:00 +0500", "Mon, 23 Nov 99999999999 12:00:00 GMT", "-0", "0"],
)  # fmt: skip
def test_a_date_that_is_none(date: str) -> None:
    """A header that is no time of a response leaves the time of this machine."""
    before = datetime.now(UTC)
    kind = classify(200, {"Date": date}, b"{}")
    assert isinstance(kind, Response)
    assert before <= kind.served <= datetime.now(UTC)


@pytest.mark.parametrize("zone", ["GMT", "-0000", ""])
def test_a_date_without_a_zone_is_utc(zone: str) -> None:
    """The time of a response is in UTC, whatever the time zone of this machine is."""
    kind = classify(200, {"Date": f"Mon, 23 Nov 2026 12:00:00 {zone}"}, b"{}")
    assert isinstance(kind, Response)
    assert kind.served == datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("code", ["null", "true", '"0"', "[45]", "{}", "0.0", "1e999999"])
def test_a_code_that_is_no_number(code: str) -> None:
    """A response whose code is no whole number is no success, and of no kind that has one."""
    failure = classify(200, {}, f'{{"code":{code},"message":["x"]}}'.encode())
    assert isinstance(failure, Failure)
    assert failure.kind is ResponseKind.REFUSED
    assert failure.found == "HTTP 200, no readable code: ['x']"


def test_a_broken_success_names_the_byte() -> None:
    """A success whose body breaks off is told with the place, for a report to the service."""
    failure = classify(200, {}, b'{"code":0,"invoices":[{"inv')
    assert isinstance(failure, Failure)
    assert failure.found.startswith("HTTP 200 without readable JSON (byte 23: ")
