"""One token for all, minted seldom, and each failure told apart."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import requests
from requests.adapters import BaseAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError

from tap_zohobooks.auth import Authenticator
from tap_zohobooks.connection import token_store
from tap_zohobooks.errors import (
    ConfigError,
    QuotaReached,
    ReauthorizationNeeded,
    ServiceError,
    TapError,
)
from tap_zohobooks.http.shared_state import Cache, SharedValue
from tap_zohobooks.oauth.credentials import Grant, Hosts
from tap_zohobooks.oauth.token_endpoint import (
    IssuedToken,
    TokenFailure,
    TokenFailureKind,
    classify_token_response,
)
from tap_zohobooks.safe_text import MASK, mask_secrets

if TYPE_CHECKING:
    from pathlib import Path

DROPPED, REFUSED = b"", b"refused"
UNKNOWN, DEAD = b'{"error":"invalid_client"}', b'{"error":"invalid_code"}'
THROTTLE = b'{"error_description":"too many","error":"Access Denied","status":"failure"}'
GOOD = b'{"access_token":"T1","api_domain":"https://www.zohoapis.eu","expires_in":3600}'


@pytest.mark.parametrize(
    ("body", "issued"),
    [
        (GOOD, IssuedToken("T1", "https://www.zohoapis.eu", 3600)),
        (
            b'{"access_token":"T","api_domain":"https://api.zoho.com","refresh_token":"R"}',
            IssuedToken("T", None, 3600, "R"),
        ),
    ],
)
def test_issued_tokens(body: bytes, issued: IssuedToken) -> None:
    """A token response names the token, its API host if that is Zoho's, and its lifetime."""
    assert classify_token_response(200, body) == issued


@pytest.mark.parametrize(
    ("status", "body", "kind", "found"),
    [
        (200, b'{"error":"invalid_code"}', "INVALID_GRANT", "invalid_code"),
        (400, b'{"error":"invalid_grant"}', "INVALID_GRANT", "invalid_grant"),
        (200, b'{"error":"invalid_client"}', "INVALID_CLIENT", "invalid_client"),
        (200, b'{"error":"invalid_client_secret"}', "INVALID_CLIENT", "invalid_client_secret"),
        (400, THROTTLE, "RATE_LIMITED", "Access Denied"),
        (200, b'{"error":"access_denied"}', "RATE_LIMITED", "Access Denied"),
        (200, b"{}", "NO_ANSWER", "HTTP 200 without a token or an error"),
        (502, b"<html>", "NO_ANSWER", "HTTP 502 without readable JSON"),
        (500, b'{"error":"server_error"}', "NO_ANSWER", "server_error"),
        (503, b'{"error":"temporarily_unavailable"}', "NO_ANSWER", "temporarily_unavailable"),
        (200, b'{"error":"server_error"}', "NO_ANSWER", "server_error"),
        (500, b'{"error":"something else"}', "NO_ANSWER", "something else"),
        (500, b'{"error":"invalid_client"}', "INVALID_CLIENT", "invalid_client"),
        (503, b'{"error":"invalid_code"}', "INVALID_GRANT", "invalid_code"),
        (400, b'{"error":"something else"}', "INVALID_CLIENT", "something else"),
        (429, b"<html>", "RATE_LIMITED", "HTTP 429 without readable JSON"),
    ],
)
def test_token_failures(status: int, body: bytes, kind: str, found: str) -> None:
    """A token response is classified by its content, not by its status."""
    failure = classify_token_response(status, body)
    assert isinstance(failure, TokenFailure)
    assert (failure.kind, failure.found) == (TokenFailureKind[kind], found)
    assert failure.wait == 600


@dataclass
class Accounts(BaseAdapter):
    """Answers token calls from a list, without a socket; the last answer repeats."""

    answers: list[bytes]
    asked: list[requests.PreparedRequest] = field(default_factory=list)

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        self.asked.append(request)
        body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if body == DROPPED:
            raise requests.ConnectionError
        if body == REFUSED:
            refused = NewConnectionError(HTTPConnection("localhost"), "refused")
            raise requests.ConnectionError(MaxRetryError(HTTPConnectionPool("h"), "/", refused))
        response = requests.Response()
        response.status_code = 200
        response._content = body  # noqa: SLF001
        response.request, response.url = request, request.url or ""
        return response

    @override
    def close(self) -> None:
        """Nothing is open."""

    @property
    def hosts(self) -> list[str]:
        """Return which data centers were asked, by the end of their names."""
        return [str(one.url).removeprefix("https://accounts.zoho.").removesuffix("/oauth/v2/token")
                for one in self.asked]  # fmt: skip


@dataclass
class Scene:
    """An authenticator over made-up answers and a clock that only moves by hand."""

    accounts: Accounts
    folder: Path | None = None
    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.slept.append(seconds)
        self.now += seconds

    @property
    def cache(self) -> Cache:
        """Return the cache as a new run opens it."""
        logger = logging.getLogger("test")
        return Cache(self.folder, logger, clock=lambda: self.now, wall=lambda: 1.8e9 + self.now)

    def auth(self, **options: Any) -> Authenticator:
        """Return the authenticator of a new run."""
        session = requests.Session()
        session.mount("https://", self.accounts)
        grant = options.pop("grant", Grant("id", "hush", "refresh"))
        hosts = options.pop("hosts", Hosts("eu"))
        return Authenticator(
            grant,
            hosts,
            session=session,
            logger=logging.getLogger("test"),
            store=token_store(self.cache, grant, hosts, 60.0),
            sleep=self.sleep,
            **options,
        )


def scene(*answers: bytes, folder: Path | None = None) -> Scene:
    """Return a scene with these token answers."""
    return Scene(Accounts(list(answers)), folder)


def token(number: int) -> bytes:
    """Return a good answer with a token of its own."""
    return json.dumps({"access_token": f"T{number}", "expires_in": 3600}).encode()


@pytest.mark.parametrize("status", [199, 301, 302, 307, 400, 401, 404, 429, 500, 503])
def test_a_token_of_a_response_that_issues_none(status: int) -> None:
    """A redirect, a refusal or a fault issues no token; what its body holds is masked."""
    failure = classify_token_response(status, b'{"access_token": "of-a-stranger"}')
    assert isinstance(failure, TokenFailure)
    assert f"HTTP {status} " in failure.found
    assert mask_secrets("it was of-a-stranger.") == f"it was {MASK}."
    assert isinstance(classify_token_response(200, b'{"access_token": "issued"}'), IssuedToken)


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
    """The first report of a refused token requests another; the others get that one."""
    stage = scene(token(1), token(2), token(3))
    auth = stage.auth()
    refused = auth.token()
    assert {auth.renew(refused).value for _ in range(5)} == {"T2"}
    assert auth.token_requests == 2


@pytest.mark.parametrize(
    ("body", "error", "code"),
    [
        (DEAD, ReauthorizationNeeded, 77),
        (UNKNOWN, ConfigError, 78),
        (b'{"error":"invalid_client_secret"}', ConfigError, 78),
        (b'{"error":"unauthorized_client"}', ConfigError, 78),
    ],
)
def test_a_final_refusal_ends_after_one_request(
    body: bytes, error: type[TapError], code: int
) -> None:
    """A dead token and a wrong client are reported at once."""
    stage = scene(body)
    with pytest.raises(error) as caught:
        stage.auth().token()
    assert caught.value.exit_code == code
    assert len(stage.accounts.asked) == 1
    assert "hush" not in str(caught.value)


FAULTS = [
    b"<html>",
    b"[]",
    b"{}",
    DROPPED,
    b'{"error":"server_error"}',
    b'{"error":"temporarily_unavailable"}',
    b'{"error":{"code":1}}',
]


@pytest.mark.parametrize("body", FAULTS)
def test_a_fault_of_the_accounts_server_passes(body: bytes) -> None:
    """A token is requested again after 1, 2 and 4 s, and the run goes on with it."""
    stage = scene(body, body, body, token(1))
    assert stage.auth().token().value == "T1"
    assert stage.slept == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("body", FAULTS)
def test_a_fault_that_stays_ends_the_run(body: bytes) -> None:
    """After six requests the run ends with 1, for all its threads."""
    stage = scene(body)
    auth = stage.auth()
    for _ in range(3):
        with pytest.raises(ServiceError, match="issued no token"):
            auth.token()
    assert len(stage.accounts.asked) == 6


def test_no_wait_is_allowed_for_a_fault() -> None:
    """With max_wait_seconds of 0 a fault ends the run after one request."""
    stage = scene(b"<html>")
    with pytest.raises(ServiceError):
        stage.auth(max_wait=0.0).token()
    assert (len(stage.accounts.asked), stage.slept) == (1, [])


def test_a_fault_in_the_middle_of_a_run_passes() -> None:
    """The second token of a run is requested as patiently as the first."""
    stage = scene(token(1), b"<html>", DROPPED, token(2))
    auth = stage.auth()
    assert auth.renew(auth.token()).value == "T2"
    assert stage.slept == [1.0, 2.0]


def test_requests_that_may_have_issued_a_token_count() -> None:
    """Nine requests that met a fault use up the ten minutes: the tenth waits for the first."""
    stage = scene(*[b"<html>"] * 5, token(1), *[b"<html>"] * 3, token(2))
    auth = stage.auth()
    auth.renew(auth.token())
    assert len(stage.accounts.asked) == 10
    assert stage.slept[:5] == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert stage.slept[-1] > 550


def test_a_request_that_was_not_sent_counts_for_nothing() -> None:
    """A server that cannot be reached has issued no token, however often it is tried."""
    stage = scene(REFUSED, REFUSED, REFUSED, REFUSED, token(1))
    auth = stage.auth()
    auth.token()
    renewed(auth, 8)
    assert max(stage.slept) == 8.0


def test_only_servers_with_a_fault_are_asked_again() -> None:
    """The word of eight data centers that do not know the client is final."""
    stage = scene(UNKNOWN, b"<html>", *[UNKNOWN] * 7, token(1))
    assert stage.auth(hosts=Hosts("auto")).token().api_url == "https://www.zohoapis.eu"
    assert (len(stage.accounts.hosts), stage.accounts.hosts[-1]) == (10, "eu")


@pytest.mark.parametrize(
    "stated",
    ["-1", "0", "1", "59", "true", "null", '"3600"', '"soon"', "[]", "1e-9", "1e18", "3600000",
     f"1{'0' * 400}", "1e400"],
)  # fmt: skip
def test_an_odd_lifetime_is_an_hour(stated: str) -> None:
    """A token whose lifetime makes no sense is used for 55 minutes, and not requested each time."""
    stage = scene(b'{"access_token":"T1","expires_in":%s}' % stated.encode(), token(2))
    auth = stage.auth()
    assert [auth.token().value for _ in range(3)] == ["T1"] * 3
    stage.now = 3299.0
    assert auth.token().value == "T1"
    stage.now = 3300.0
    assert auth.token().value == "T2"


def test_a_dead_token_is_not_tried_again() -> None:
    """After a hard stop no thread asks once more."""
    stage = scene(DEAD)
    auth = stage.auth()
    for _ in range(3):
        with pytest.raises(ReauthorizationNeeded):
            auth.token()
    assert len(stage.accounts.asked) == 1


def test_the_throttle_is_waited_out() -> None:
    """A throttled mint waits for the window to end, then asks once."""
    stage = scene(THROTTLE, token(1))
    assert stage.auth().token().value == "T1"
    assert stage.slept == [601.0]


def test_the_throttle_is_never_hammered() -> None:
    """Throttled again after the window, or not allowed to wait, the run ends with 75."""
    stage = scene(THROTTLE)
    with pytest.raises(QuotaReached) as caught:
        stage.auth().token()
    assert (caught.value.exit_code, len(stage.accounts.asked)) == (75, 2)
    stage = scene(THROTTLE)
    with pytest.raises(QuotaReached, match="in 11 minutes"):
        stage.auth(max_wait=600.0).token()
    assert (stage.slept, len(stage.accounts.asked)) == ([], 1)


def renewed(auth: Authenticator, times: int) -> None:
    """Have a token refused and renewed, as often as that."""
    for _ in range(times):
        auth.renew(auth.token())


def test_the_tenth_mint_waits() -> None:
    """Nine mints are free; the tenth waits until the first is ten minutes old, and no longer."""
    stage = scene(*(token(number) for number in range(30)))
    auth = stage.auth()
    renewed(auth, 4)
    stage.now = 400.0
    renewed(auth, 4)
    assert (auth.token_requests, stage.slept) == (9, [])
    renewed(auth, 1)
    assert (auth.token_requests, stage.slept) == (10, [201.0])


def test_the_tenth_mint_of_all_runs_waits(tmp_path: Path) -> None:
    """Mints of other runs with the same grant count as well; those of other grants do not."""
    stage = scene(*(token(number) for number in range(30)), folder=tmp_path / "cache")
    for number in range(9):
        auth = stage.auth()
        renewed(auth, 1 if number else 0)
    with pytest.raises(QuotaReached):
        renewed(stage.auth(max_wait=300.0), 1)
    assert len(stage.accounts.asked) == 9
    renewed(stage.auth(grant=Grant("id", "hush", "another")), 1)
    assert len(stage.accounts.asked) == 11


def test_auto_finds_the_data_center(caplog: pytest.LogCaptureFixture) -> None:
    """With region auto the accounts servers are asked in turn, and the log says which to set."""
    caplog.set_level("WARNING")
    stage = scene(UNKNOWN, DEAD, token(1), token(2))
    auth = stage.auth(hosts=Hosts("auto"))
    found = auth.token()
    assert found.api_url == "https://www.zohoapis.in"
    assert "Set region to 'in'" in caplog.text
    auth.renew(found)
    assert stage.accounts.hosts == ["com", "eu", "in", "in"]


def test_a_search_is_made_once_for_all_runs(tmp_path: Path) -> None:
    """The data center that one run has found is asked first by the next."""
    stage = scene(UNKNOWN, UNKNOWN, token(1), token(2), folder=tmp_path / "cache")
    stage.auth(hosts=Hosts("auto")).token()
    stage.now = 7200.0
    assert stage.auth(hosts=Hosts("auto")).token().api_url == "https://www.zohoapis.in"
    assert stage.accounts.hosts == ["com", "eu", "in", "in"]


def test_a_known_data_center_that_forgets_is_not_the_last_word(tmp_path: Path) -> None:
    """Where the known data center knows the client no more the others are asked."""
    stage = scene(UNKNOWN, token(1), UNKNOWN, token(2), folder=tmp_path / "cache")
    stage.auth(hosts=Hosts("auto")).token()
    stage.now = 7200.0
    stage.auth(hosts=Hosts("auto")).token()
    assert stage.accounts.hosts == ["com", "eu", "eu", "com"]


def test_a_known_data_center_says_that_a_token_is_dead(tmp_path: Path) -> None:
    """Where the known data center says that the refresh token is not valid no other is asked."""
    stage = scene(UNKNOWN, token(1), DEAD, folder=tmp_path / "cache")
    stage.auth(hosts=Hosts("auto")).token()
    stage.now = 7200.0
    with pytest.raises(ReauthorizationNeeded):
        stage.auth(hosts=Hosts("auto")).token()
    assert stage.accounts.hosts == ["com", "eu", "eu"]


def test_a_throttle_is_waited_for_once_in_a_search() -> None:
    """A server that throttles does not hold up the search, and is asked first after the wait."""
    stage = scene(UNKNOWN, THROTTLE, *[UNKNOWN] * 7, token(1))
    assert stage.auth(hosts=Hosts("auto")).token().api_url == "https://www.zohoapis.eu"
    assert stage.slept == [601.0]
    assert stage.accounts.hosts[:3] == ["com", "eu", "in"]
    assert len(stage.accounts.hosts) == 10
    assert stage.accounts.hosts[-1] == "eu"


def test_runs_share_a_token(tmp_path: Path) -> None:
    """Fourteen runs one after the other mint one token."""
    stage = scene(token(1), token(2), folder=tmp_path / "cache")
    assert {stage.auth().token().value for _ in range(14)} == {"T1"}
    assert len(stage.accounts.asked) == 1


def test_a_shared_token_ends_in_time(tmp_path: Path) -> None:
    """A run that begins 55 minutes after the mint has a token of its own minted."""
    stage = scene(token(1), token(2), folder=tmp_path / "cache")
    stage.auth().token()
    stage.now = 3299.0
    later = stage.auth()
    assert later.token().value == "T1"
    stage.now = 3300.0
    assert later.token().value == "T2"


def test_no_token_is_kept_for_longer_than_an_hour(tmp_path: Path) -> None:
    """A token that claims to last longer is shared all the same, for as long as any other."""
    day = b'{"access_token":"T1","expires_in":86400}'
    stage = scene(day, token(2), folder=tmp_path / "cache")
    assert [stage.auth().token().value for _ in range(2)] == ["T1", "T1"]
    stage.now = 3300.0
    assert stage.auth().token().value == "T2"


def test_a_refused_token_is_renewed_by_one_run(tmp_path: Path) -> None:
    """When a shared token is refused the first run has another minted, the others take that."""
    stage = scene(token(1), token(2), token(3), folder=tmp_path / "cache")
    runs = [stage.auth() for _ in range(5)]
    refused = [run.token() for run in runs]
    renewed = [run.renew(old).value for run, old in zip(runs, refused, strict=True)]
    assert renewed == ["T2"] * 5
    assert len(stage.accounts.asked) == 2


def test_other_credentials_have_another_token(tmp_path: Path) -> None:
    """Another client, secret, refresh token, organization or server never gets a kept token."""
    stage = scene(*(token(number) for number in range(9)), folder=tmp_path / "cache")
    grants = [
        Grant("id", "hush", "refresh"),
        Grant("other", "hush", "refresh"),
        Grant("id", "other", "refresh"),
        Grant("id", "hush", "other"),
        Grant("id", "hush", soid="1"),
        Grant("id", "hush", soid="2"),
    ]
    values = {stage.auth(grant=grant).token().value for grant in grants}
    values.add(stage.auth(hosts=Hosts("us")).token().value)
    values.add(stage.auth(hosts=Hosts("eu", "https://accounts.zoho.eu")).token().value)
    assert len(values) == len(grants) + 2


def test_a_given_token_is_not_kept(tmp_path: Path) -> None:
    """The access_token setting neither reads nor writes what is shared."""
    stage = scene(token(1), folder=tmp_path / "cache")
    assert stage.auth(access_token="given").token().value == "given"
    assert not (tmp_path / "cache").exists()
    assert type(token_store(stage.cache, None, Hosts("eu"), 1.0)) is SharedValue
    assert stage.auth().token().value == "T1"


def test_only_the_file_holds_the_token(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The folder holds the access token and no other secret; the log holds none at all."""
    caplog.set_level("DEBUG")
    grant = Grant("1000.client", "hush", "1000.refresh")
    stage = scene(token(1), folder=tmp_path / "cache")
    for _ in range(2):
        stage.auth(grant=grant, hosts=Hosts("auto")).token()
    kept = "".join(
        path.read_bytes().decode(errors="replace") + path.name
        for path in (tmp_path / "cache").iterdir()
    )
    assert '"T1"' in kept
    for secret in ("hush", "1000."):
        assert secret not in kept
    for secret in ("hush", "1000.", "T1"):
        assert secret not in caplog.text


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
