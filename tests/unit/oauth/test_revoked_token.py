"""A dead refresh token stops all runs of a user, and is told once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import pytest
import requests
from requests.adapters import BaseAdapter
from typing_extensions import override

from sandbox.server.transport import WorldAdapter
from tap_zohobooks import connection, settings
from tap_zohobooks.auth import Authenticator
from tap_zohobooks.connection import build_revoked_token, token_store
from tap_zohobooks.errors import ReauthorizationNeeded, TapError
from tap_zohobooks.oauth import revoked_token
from tap_zohobooks.oauth.revoked_token import TIMEOUT, Webhook
from tests.conftest import BASE, Service

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sandbox import Request, Response

Services = Callable[..., Service]
LOGGER = logging.getLogger("tap-zohobooks")
HOOK = "http://127.0.0.1:8/services/T0/a-secret-part"


@dataclass
class Hook(BaseAdapter):
    """Takes what is posted, or fails."""

    failure: Exception | None = None
    status: int = 200
    taken: list[requests.PreparedRequest] = field(default_factory=list)
    timeouts: list[Any] = field(default_factory=list)

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> Any:
        self.taken.append(request)
        self.timeouts.append(options["timeout"])
        if self.failure is not None:
            raise self.failure
        response = requests.Response()
        response.status_code = self.status
        response.raw = BytesIO()
        return response

    @override
    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Scene:
    """A service, a cache, and a webhook; `asked` counts requests to the accounts server."""

    service: Service
    folder: Path
    hook: Hook = field(default_factory=Hook)
    asked: int = 0

    def auth(self, **given: Any) -> Authenticator:
        """Return the source of tokens of a run."""
        service = self.service
        config = service.config(token_cache=str(self.folder), reauth_webhook_url=HOOK) | given
        assert settings.validate(config, settings.SCHEMA) == []
        session = requests.Session()
        session.mount(BASE, WorldAdapter(service.world, service.clock.sleep))
        session.mount(HOOK, self.hook)

        def now() -> float:
            return service.clock.utc().timestamp()

        cache = connection.cache(config, LOGGER, clock=service.clock.monotonic, wall=now)
        grant, hosts = connection.grant(config), connection.hosts(config)
        auth = Authenticator(
            grant,
            hosts,
            session=session,
            logger=LOGGER,
            store=token_store(cache, grant, hosts, 1),
            max_wait=config["max_wait_seconds"],
            sleep=service.clock.sleep,
        )
        auth.revoked_token = build_revoked_token(config, cache, session, now)
        return auth

    def run(self, **given: Any) -> str:
        """Ask for a token as a run does, and return what it fails with; blank for a token."""
        try:
            self.auth(**given).token()
        except TapError as failure:
            return f"{failure.exit_code} {failure}"
        return ""

    def kill(self) -> None:
        """End the refresh token, as a twenty-first one would."""
        self.service.world.revoke(self.service.world.credentials.refresh_token)


@pytest.fixture
def scene(service: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Return a scene with a cache of its own, which counts the calls of the accounts server."""
    made = Scene(service(rows=3), tmp_path / "cache")
    accounts = made.service.world.accounts
    answer = accounts.answer

    def counted(request: Request, path: str, region: str, now: datetime) -> Response:
        made.asked += 1
        return answer(request, path, region, now)

    monkeypatch.setattr(accounts, "answer", counted)
    return made


def test_later_runs_stop_without_a_call(scene: Scene) -> None:
    """Once found dead, the token is not asked with again by any run; each ends with 77."""
    scene.kill()
    first, second, third = (scene.run() for _ in range(3))
    assert first.startswith("77 The refresh token is not valid")
    assert second.startswith("77 The refresh token was found invalid at 2026-11-23T12:00:00+00:00")
    assert third == second
    assert scene.asked == 1


def test_a_token_that_dies_later_is_remembered_too(scene: Scene) -> None:
    """A run with an access token finds out when that is refused; then all runs know."""
    auth = scene.auth()
    token = auth.token()
    scene.kill()
    with pytest.raises(ReauthorizationNeeded):
        auth.renew(token)
    assert "was found invalid" in scene.run()
    assert scene.asked == 2


def test_a_tap_stops_before_its_first_call(scene: Scene) -> None:
    """A tap asks nothing of the service once its token is known to be dead."""
    scene.kill()
    scene.run()
    run = scene.service.run(["invoices"], token_cache=str(scene.folder))
    assert isinstance(run.failure, ReauthorizationNeeded)
    assert "was found invalid" in str(run.failure)
    assert scene.asked == 1


def test_another_token_is_another_chance(scene: Scene) -> None:
    """What is remembered is of one token: another one is asked with."""
    scene.kill()
    scene.run()
    assert scene.run(refresh_token=scene.service.world.grant_refresh_token()) == ""


def test_another_data_center_is_another_chance(scene: Scene) -> None:
    """A token that looked dead because the region was wrong is asked with in the right one."""
    scene.service.world.accounts.multi_dc = True
    assert scene.run(accounts_url=f"{BASE}/dc/in").startswith("77")
    assert scene.run() == ""


def test_forgotten(scene: Scene) -> None:
    """What is forgotten is asked with again."""
    scene.kill()
    scene.run()
    memory = scene.auth().revoked_token
    assert memory is not None
    memory.forget()
    scene.run()
    assert scene.asked == 2


def test_it_is_told_once(scene: Scene) -> None:
    """Three runs after the end post one message: what, when, where, whose, what to do."""
    scene.kill()
    for _ in range(3):
        scene.run(organization_ids=["927270289"])
    (posted,) = scene.hook.taken
    assert msgspec.json.decode(posted.body or b"") == {
        "event": "reauthorization_needed",
        "time": "2026-11-23T12:00:00+00:00",
        "region": "auto",
        "organization_ids": ["927270289"],
        "found": f"invalid_code from {BASE}",
        "what_to_do": "Run `zohobooks login`, or set another refresh_token.",
    }
    assert "Authorization" not in posted.headers
    assert scene.hook.timeouts == [TIMEOUT]
    assert TIMEOUT == 5


def test_runs_that_find_out_together_tell_once(scene: Scene) -> None:
    """Two runs that have both been told that the token is dead post one message."""
    for auth in (scene.auth(), scene.auth()):
        assert auth.revoked_token is not None
        auth.revoked_token.note("invalid_code")
    assert len(scene.hook.taken) == 1


def test_each_disconnect_is_told(scene: Scene) -> None:
    """The end of the next token is news again."""
    scene.kill()
    scene.run()
    token = scene.service.world.grant_refresh_token()
    scene.run(refresh_token=token)
    scene.service.world.revoke(token)
    scene.service.clock.sleep(3600)
    scene.run(refresh_token=token)
    scene.run(refresh_token=token)
    assert len(scene.hook.taken) == 2


@pytest.mark.parametrize(
    "hook",
    [
        Hook(requests.ConnectTimeout()),
        Hook(requests.ConnectionError("to /services/T0/a-secret-part")),
        Hook(status=500),
        Hook(status=302),
    ],
    ids=["timeout", "refused", "500", "302"],
)
def test_who_does_not_listen_changes_nothing(
    scene: Scene, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    """A failing webhook is logged without its address, and the run ends as it would have."""
    scene.hook = hook
    scene.kill()
    assert scene.run().startswith("77 The refresh token is not valid")
    assert "was not notified" in caplog.text
    assert "a-secret-part" not in caplog.text
    scene.run()
    assert len(hook.taken) == 1


class Listener(BaseHTTPRequestHandler):
    """Takes what is posted; on some paths the response has no begin, or no end."""

    is_over: ClassVar = Event()

    def do_POST(self) -> None:
        """Respond."""
        self.rfile.read(int(self.headers["Content-Length"]))
        if "silent" in self.path:
            self.is_over.wait(20)
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(ConnectionError):
            while "endless" in self.path and not self.is_over.wait(0.02):
                self.wfile.write(b"more to come")

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


@pytest.fixture
def listener() -> Iterator[str]:
    """Return the address of a webhook on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        Listener.is_over.clear()
        Thread(target=server.serve_forever, args=(0.02,)).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        Listener.is_over.set()
        server.shutdown()


@pytest.mark.parametrize(("path", "is_notified"), [("silent", False), ("endless", True)])
def test_no_response_is_waited_for(
    listener: str,
    path: str,
    *,
    is_notified: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A webhook without a status is given up after some seconds, and no body is read."""
    monkeypatch.setattr(revoked_token, "TIMEOUT", 0.5)
    with requests.Session() as session:
        began = time.monotonic()
        Webhook(f"{listener}/{path}", session, LOGGER, "us", []).post("now", "found")
        assert time.monotonic() - began < 5
    assert ("was not notified (ReadTimeout)" in caplog.text) is not is_notified


@pytest.mark.parametrize("port", ["", "1"])
def test_no_log_tells_the_address(
    listener: str, port: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The most talkative log holds no path of a webhook, whether it listens or not."""
    caplog.set_level(logging.DEBUG)
    base = f"http://127.0.0.1:{port}" if port else listener
    with requests.Session() as session:
        Webhook(f"{base}/services/a-secret-part", session, LOGGER, "us", []).post("now", "found")
        session.post(f"{listener}/elsewhere", json={}, timeout=5)
    assert "/elsewhere" in caplog.text
    assert "a-secret-part" not in caplog.text
    assert ("was not notified" in caplog.text) is bool(port)


@pytest.mark.parametrize(("fault", "code"), [("throttle", "75"), ("500", "1"), ("drop", "1")])
def test_a_throttle_or_an_outage_is_no_disconnect(scene: Scene, fault: str, code: str) -> None:
    """What passes by itself is neither remembered nor told."""
    scene.service.world.accounts.script.append(fault)
    assert scene.run(max_wait_seconds=0).startswith(f"{code} ")
    scene.service.clock.sleep(3600)
    assert scene.run() == ""
    assert scene.hook.taken == []


def test_without_a_cache_nothing_is_remembered(scene: Scene) -> None:
    """With the cache off each run asks, and tells."""
    scene.kill()
    for _ in range(2):
        assert "The refresh token is not valid" in scene.run(token_cache="off")
    assert len(scene.hook.taken) == 2


def test_no_secret_is_kept(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the file nor its name nor the log holds the token, or the webhook's address."""
    caplog.set_level(logging.DEBUG)
    scene.kill()
    failure = scene.run()
    token = scene.service.world.credentials.refresh_token
    (file,) = scene.folder.glob("revocation-*.db")
    assert file.stat().st_mode & 0o777 == 0o600
    for text in (file.name, str(file.read_bytes()), caplog.text, failure):
        assert token not in text
        assert "a-secret-part" not in text


@pytest.mark.parametrize("url", ["http://hooks.example/x", "ftp://hooks.example", "nonsense"])
def test_the_webhook_is_safe_or_refused(scene: Scene, url: str) -> None:
    """News goes by https, or stays on this machine."""
    config = scene.service.config(reauth_webhook_url=url)
    (problem,) = settings.validate(config, settings.SCHEMA)
    assert "reauth_webhook_url" in str(problem)
    assert url not in str(problem)
