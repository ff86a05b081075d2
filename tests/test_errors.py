"""Answers are judged by status, code, headers and body."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from requests.structures import CaseInsensitiveDict

from tap_zohobooks.http.responses import (
    BadParameter,
    Crowded,
    DayOver,
    Fault,
    Missing,
    NotOffered,
    Refused,
    Success,
    Throttled,
    TokenRefused,
    Verdict,
    WrongOrganization,
    judge,
)


def body(code: int, message: str = "text") -> bytes:
    """Return an envelope as the service writes it."""
    return json.dumps({"code": code, "message": message}).encode()


@pytest.mark.parametrize(
    ("status", "answer", "verdict"),
    [
        (429, body(43), Throttled(43, None)),
        (429, body(44), Throttled(44, None)),
        (200, body(44), Throttled(44, None)),
        (429, body(99), Throttled(99, None)),
        (429, b"<html>", Throttled(None, None)),
        (429, body(45), DayOver("text", None)),
        (429, body(1070), Crowded(None)),
        (401, body(57), TokenRefused("text")),
        (200, body(57), TokenRefused("text")),
        (401, b"", TokenRefused("HTTP 401 without readable JSON")),
        (401, body(14), Refused(401, 14, "text")),
        (400, body(6041), WrongOrganization("text")),
        (400, body(9017), WrongOrganization("text")),
        (404, body(5), Missing("text", is_path=True)),
        (404, body(1002), Missing("text")),
        (404, b"<html>", Fault("HTTP 404 without readable JSON")),
        (400, body(1002), Missing("text")),
        (400, body(2006, "The order does not exist."), Missing("The order does not exist.")),
        (400, body(2), BadParameter("text")),
        (400, body(4), BadParameter("text")),
        (400, body(15), Refused(400, 15, "text")),
        (403, b"<html>", Refused(403, None, "HTTP 403 without readable JSON")),
        (400, body(8, "Not available in your plan"), NotOffered("Not available in your plan")),
        (500, body(1000), Fault("HTTP 500, code 1000: text")),
        (502, b"<html>", Fault("HTTP 502 without readable JSON")),
        (200, b'{"code":0,"invoices":[{"inv', Fault("HTTP 200 without readable JSON")),
        (200, b"[]", Fault("HTTP 200 without readable JSON")),
        (302, b"", Refused(302, None, "HTTP 302 without readable JSON")),
    ],
)
def test_verdict(status: int, answer: bytes, verdict: Verdict) -> None:
    """Each kind of answer has its own verdict, cut bodies and HTML included."""
    assert judge(status, {}, answer) == verdict


def test_numbers_are_exact() -> None:
    """A number is the decimal that was written, padding included, and never a float."""
    verdict = judge(200, {}, b'{"code":0,"total":1000.10,"small":1e-7,"count":3}')
    assert isinstance(verdict, Success)
    assert verdict.document["total"] == Decimal("1000.10")
    assert str(verdict.document["total"]) == "1000.10"
    assert verdict.document["small"] == Decimal("1e-7")
    assert type(verdict.document["count"]) is int


@pytest.mark.parametrize(("header", "wait"), [("7", 7.0), ("soon", None), ("-3", 0.0)])
def test_retry_after(header: str, wait: float | None) -> None:
    """Retry-After counts in any case of its name, and only where it is a number."""
    headers = CaseInsensitiveDict({"retry-after": header})
    assert judge(429, headers, body(44)) == Throttled(44, wait)
    assert judge(429, headers, body(1070)) == Crowded(wait)
    assert judge(429, headers, b"<html>") == Throttled(None, wait)


def test_reset_of_the_day() -> None:
    """The end of the day comes with the seconds to its reset."""
    headers = CaseInsensitiveDict({"x-rate-limit-reset": "23218"})
    assert judge(429, headers, body(45)) == DayOver("text", 23218.0)
