"""One token for all, minted seldom, and each failure told apart."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from typing_extensions import override

from tap_zohobooks.auth import Authenticator, Grant, Hosts
from tap_zohobooks.errors import (
    ConfigError,
    QuotaReached,
    ReauthorizationNeeded,
    ServiceError,
    TapError,
)
from tap_zohobooks.tokens import (
    Dead,
    Minted,
    MintThrottled,
    NoAnswer,
    Outcome,
    UnknownClient,
    read_token_answer,
)

THROTTLE = b'{"error_description":"too many","error":"Access Denied","status":"failure"}'
GOOD = b'{"access_token":"T1","api_domain":"https://www.zohoapis.eu","expires_in":3600}'


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, GOOD, Minted("T1", "https://www.zohoapis.eu", 3600)),
        (200, b'{"access_token":"T","api_domain":"https://api.zoho.com"}', Minted("T", None, 3600)),
        (200, b'{"error":"invalid_code"}', Dead("invalid_code")),
        (400, b'{"error":"invalid_grant"}', Dead("invalid_grant")),
        (200, b'{"error":"invalid_client"}', UnknownClient("invalid_client")),
        (200, b'{"error":"invalid_client_secret"}', UnknownClient("invalid_client_secret")),
        (400, THROTTLE, MintThrottled()),
        (200, b'{"error":"access_denied"}', MintThrottled()),
        (200, b"{}", NoAnswer("HTTP 200 without a token or an error")),
        (502, b"<html>", NoAnswer("HTTP 502 without readable JSON")),
    ],
)
def test_token_answers(status: int, body: bytes, outcome: Outcome) -> None:
    """A token answer is judged by what it holds, not by its status."""
    assert read_token_answer(status, body) == outcome


@dataclass
class Accounts(BaseAdapter):
    """Answers token calls from a list, without a socket; the last answer repeats."""

    answers: list[bytes]
    asked: list[requests.PreparedRequest] = field(default_factory=list)

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        self.asked.append(request)
        body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        response = requests.Response()
        response.status_code = 200
        response._content = body  # noqa: SLF001
        response.request, response.url = request, request.url or ""
        return response

    @override
    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Scene:
    """An authenticator over made-up answers and a clock that only moves by hand."""

    accounts: Accounts
    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.now += seconds

    def auth(self, **options: Any) -> Authenticator:
        """Return the authenticator."""
        session = requests.Session()
        session.mount("https://", self.accounts)
        options.setdefault("grant", Grant("id", "hush", "refresh"))
        options.setdefault("hosts", Hosts("eu"))
        return Authenticator(
            options.pop("grant"),
            options.pop("hosts"),
            session=session,
            logger=logging.getLogger("test"),
            clock=lambda: self.now,
            sleep=self.sleep,
            **options,
        )


def scene(*answers: bytes) -> Scene:
    """Return a scene with these token answers."""
    return Scene(Accounts(list(answers)))


def token(number: int) -> bytes:
    """Return a good answer with a token of its own."""
    return json.dumps({"access_token": f"T{number}", "expires_in": 3600}).encode()


def test_one_token_for_all_threads() -> None:
    """Many threads that ask at once get the same token, minted once."""
    stage = scene(token(1), token(2))
    auth, found = stage.auth(), []
    threads = [threading.Thread(target=lambda: found.append(auth.token().value)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["T1"] * 20
    assert len(stage.accounts.asked) == 1


def test_five_minutes_of_leeway() -> None:
    """A token is used for 55 minutes and not a second longer."""
    stage = scene(token(1), token(2))
    auth = stage.auth()
    assert auth.token().value == "T1"
    stage.now = 3299.0
    assert auth.token().value == "T1"
    stage.now = 3300.0
    assert auth.token().value == "T2"


def test_a_refused_token_is_renewed_once() -> None:
    """The first who reports a refused token has another minted; the others get that one."""
    stage = scene(token(1), token(2), token(3))
    auth = stage.auth()
    refused = auth.token()
    assert {auth.renew(refused).value for _ in range(5)} == {"T2"}
    assert auth.mints == 2


@pytest.mark.parametrize(
    ("body", "error", "code"),
    [
        (b'{"error":"invalid_code"}', ReauthorizationNeeded, 77),
        (b'{"error":"invalid_client"}', ConfigError, 78),
        (b'{"error":"invalid_client_secret"}', ConfigError, 78),
        (b"<html>", ServiceError, 1),
    ],
)
def test_failures_are_told_apart(body: bytes, error: type[TapError], code: int) -> None:
    """Dead token, wrong client and outage end differently, after a single call each."""
    stage = scene(body)
    with pytest.raises(error) as caught:
        stage.auth().token()
    assert caught.value.exit_code == code
    assert len(stage.accounts.asked) == 1
    assert "hush" not in str(caught.value)


def test_a_dead_token_is_not_tried_again() -> None:
    """After a hard stop no thread asks once more."""
    stage = scene(b'{"error":"invalid_code"}')
    auth = stage.auth()
    for _ in range(3):
        with pytest.raises(ReauthorizationNeeded):
            auth.token()
    assert len(stage.accounts.asked) == 1


def test_the_throttle_is_waited_out() -> None:
    """A throttled mint waits the ten minutes of the window, then asks once."""
    stage = scene(THROTTLE, token(1))
    assert stage.auth().token().value == "T1"
    assert stage.slept == [600.0]


def test_the_throttle_is_never_hammered() -> None:
    """Throttled again after the window, or not allowed to wait, the run ends with 75."""
    stage = scene(THROTTLE)
    with pytest.raises(QuotaReached) as caught:
        stage.auth().token()
    assert (caught.value.exit_code, len(stage.accounts.asked)) == (75, 2)
    stage = scene(THROTTLE)
    with pytest.raises(QuotaReached):
        stage.auth(max_wait=599.0).token()
    assert (stage.slept, len(stage.accounts.asked)) == ([], 1)


def test_auto_finds_the_data_center(caplog: pytest.LogCaptureFixture) -> None:
    """With region auto the accounts servers are asked in turn, and the log says which to set."""
    caplog.set_level("WARNING")
    stage = scene(b'{"error":"invalid_client"}', b'{"error":"invalid_code"}', token(1), token(2))
    auth = stage.auth(hosts=Hosts("auto"))
    found = auth.token()
    assert found.api_url == "https://www.zohoapis.in"
    assert "Set region to 'in'" in caplog.text
    auth.renew(found)
    hosts = [request.url for request in stage.accounts.asked]
    assert hosts == [f"https://accounts.zoho.{end}/oauth/v2/token"
                     for end in ("com", "eu", "in", "in")]  # fmt: skip


def test_the_token_answer_names_the_api() -> None:
    """api_domain of the token answer wins over the region's host."""
    assert scene(GOOD).auth(hosts=Hosts("us")).token().api_url == "https://www.zohoapis.eu"


def test_a_given_token_is_used_and_not_replaced() -> None:
    """With access_token nothing is minted; once it is refused a person must act."""
    stage = scene(token(1))
    auth = stage.auth(grant=None, access_token="given")
    given = auth.token()
    assert given.value == "given"
    with pytest.raises(ReauthorizationNeeded, match="access_token"):
        auth.renew(given)
    assert stage.accounts.asked == []


def test_secrets_stay_out_of_sight() -> None:
    """Neither tokens nor secrets show in what is printed of the values that hold them."""
    stage = scene(token(1))
    assert "T1" not in repr(stage.auth().token())
    assert "hush" not in repr(Grant("id", "hush", "hush"))
