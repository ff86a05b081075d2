"""Answers are judged by status, code, headers and body."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from requests.structures import CaseInsensitiveDict

from tap_zohobooks.http.responses import (
    BadParameter,
    DailyQuotaExceeded,
    Missing,
    NotOffered,
    RateLimited,
    Refused,
    ResponseKind,
    ServerError,
    Success,
    TokenRefused,
    TooManyConcurrent,
    WrongOrganization,
    classify,
)


def body(code: int, message: str = "text") -> bytes:
    """Return an envelope as the service writes it."""
    return json.dumps({"code": code, "message": message}).encode()


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (429, body(43), RateLimited(43, None)),
        (429, body(44), RateLimited(44, None)),
        (200, body(44), RateLimited(44, None)),
        (429, body(99), RateLimited(99, None)),
        (429, b"<html>", RateLimited(None, None)),
        (429, body(45), DailyQuotaExceeded("text", None)),
        (429, body(1070), TooManyConcurrent(None)),
        (401, body(57), TokenRefused("text")),
        (200, body(57), TokenRefused("text")),
        (401, b"", TokenRefused("HTTP 401 without readable JSON")),
        (401, body(14), Refused(401, 14, "text")),
        (400, body(6041), WrongOrganization("text")),
        (400, body(9017), WrongOrganization("text")),
        (404, body(5), Missing("text", is_path=True)),
        (404, body(1002), Missing("text")),
        (404, b"<html>", ServerError("HTTP 404 without readable JSON")),
        (400, body(1002), Missing("text")),
        (400, body(2006, "The order does not exist."), Missing("The order does not exist.")),
        (400, body(2), BadParameter("text")),
        (400, body(4), BadParameter("text")),
        (400, body(15), Refused(400, 15, "text")),
        (403, b"<html>", Refused(403, None, "HTTP 403 without readable JSON")),
        (400, body(8, "Not available in your plan"), NotOffered("Not available in your plan")),
        (500, body(1000), ServerError("HTTP 500, code 1000: text")),
        (502, b"<html>", ServerError("HTTP 502 without readable JSON")),
        (200, b'{"code":0,"invoices":[{"inv', ServerError("HTTP 200 without readable JSON")),
        (200, b"[]", ServerError("HTTP 200 without readable JSON")),
        (302, b"", Refused(302, None, "HTTP 302 without readable JSON")),
    ],
)
def test_verdict(status: int, answer: bytes, kind: ResponseKind) -> None:
    """Each response has its own kind, cut bodies and HTML included."""
    assert classify(status, {}, answer) == kind


def test_numbers_are_exact() -> None:
    """A number is the decimal that was written, padding included, and never a float."""
    kind = classify(200, {}, b'{"code":0,"total":1000.10,"small":1e-7,"count":3}')
    assert isinstance(kind, Success)
    assert kind.document["total"] == Decimal("1000.10")
    assert str(kind.document["total"]) == "1000.10"
    assert kind.document["small"] == Decimal("1e-7")
    assert type(kind.document["count"]) is int


@pytest.mark.parametrize(("header", "wait"), [("7", 7.0), ("soon", None), ("-3", 0.0)])
def test_retry_after(header: str, wait: float | None) -> None:
    """Retry-After counts in any case of its name, and only where it is a number."""
    headers = CaseInsensitiveDict({"retry-after": header})
    assert classify(429, headers, body(44)) == RateLimited(44, wait)
    assert classify(429, headers, body(1070)) == TooManyConcurrent(wait)
    assert classify(429, headers, b"<html>") == RateLimited(None, wait)


def test_reset_of_the_day() -> None:
    """The end of the day comes with the seconds to its reset."""
    headers = CaseInsensitiveDict({"x-rate-limit-reset": "23218"})
    assert classify(429, headers, body(45)) == DailyQuotaExceeded("text", 23218.0)
