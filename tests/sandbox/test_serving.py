"""A world is reached over a socket, by an adapter, and from another process."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import requests

from sandbox import World, serve
from sandbox.server.serving import listen
from sandbox.server.transport import WorldAdapter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from requests import Session

    from tests.sandbox.client import Clock


def authorize(session: Session, base: str, known: dict[str, str]) -> Session:
    """Authorize a session with a new access token."""
    form = {
        "grant_type": "refresh_token",
        "client_id": known["client_id"],
        "client_secret": known["client_secret"],
        "refresh_token": known["refresh_token"],
    }
    token = session.post(f"{base}/oauth/v2/token", data=form, timeout=5).json()["access_token"]
    session.headers["Authorization"] = f"Zoho-oauthtoken {token}"
    return session


def read_credentials(world: World) -> dict[str, str]:
    """Return the credentials of a world's user."""
    known = world.credentials
    return {
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "refresh_token": known.refresh_token,
        "organization_id": next(iter(world.holdings)),
    }


@pytest.fixture(params=["socket", "adapter"])
def reached(request: pytest.FixtureRequest) -> Iterator[tuple[World, Session, str]]:
    """Yield a world, a session that reaches it, and the base URL."""
    world = World.build(rows=30)
    with requests.Session() as session:
        if request.param == "adapter":
            session.mount("http://", WorldAdapter(world))
            yield (
                world,
                authorize(session, "http://127.0.0.1:1", read_credentials(world)),
                "http://127.0.0.1:1",
            )
        else:
            with serve(world) as base:
                yield world, authorize(session, base, read_credentials(world)), base


def get_items(world: World, session: Session, base: str) -> requests.Response:
    """Get the items of the first organization."""
    params = {"organization_id": next(iter(world.holdings))}
    return session.get(f"{base}/books/v3/items", params=params, timeout=5)


def test_both_transports_give_the_same_response(reached: tuple[World, Session, str]) -> None:
    """Body, status and headers arrive as the world builds them."""
    world, session, base = reached
    response = get_items(world, session, base)
    assert response.status_code == 200
    assert len(response.json()["items"]) == 30
    assert response.headers["x-rate-limit-limit"] == "10000"
    assert response.headers["content-type"] == "application/json;charset=UTF-8"


def test_a_plus_sign_must_be_escaped(reached: tuple[World, Session, str]) -> None:
    """A bare + in the query is a blank, and so the filter is refused; %2B is a plus sign."""
    world, session, base = reached
    start = f"{base}/books/v3/items?organization_id={next(iter(world.holdings))}"
    bare = session.get(f"{start}&last_modified_time=2026-01-01T00:00:00+0000", timeout=5)
    escaped = session.get(f"{start}&last_modified_time=2026-01-01T00:00:00%2B0000", timeout=5)
    assert (bare.status_code, escaped.status_code) == (400, 200)


def test_a_dropped_connection_is_an_error_of_the_client(
    reached: tuple[World, Session, str],
) -> None:
    """A drop reaches the client as a connection error; the next call passes."""
    world, session, base = reached
    world.script.append("drop")
    with pytest.raises(requests.ConnectionError):
        get_items(world, session, base)
    assert get_items(world, session, base).status_code == 200


def test_a_cut_body_is_an_error_of_the_client(reached: tuple[World, Session, str]) -> None:
    """A body that breaks off is noticed by its length; the next call passes."""
    world, session, base = reached
    world.script.append("cut")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        get_items(world, session, base)
    assert get_items(world, session, base).status_code == 200


def test_the_adapter_lets_latency_pass_and_time_out() -> None:
    """The adapter sleeps for a response's latency, and times out if the timeout is shorter."""
    world = World.build(rows=3)
    slept: list[float] = []
    with requests.Session() as session:
        session.mount("http://", WorldAdapter(world, slept.append))
        authorize(session, "http://127.0.0.1:1", read_credentials(world))
        world.latency = 2.5
        get_items(world, session, "http://127.0.0.1:1")
        world.latency = 7.5
        with pytest.raises(requests.ReadTimeout):
            get_items(world, session, "http://127.0.0.1:1")
    assert slept == [0.0, 2.5, 5]


def test_calls_at_once_meet_the_limit_of_calls_in_flight() -> None:
    """Of fourteen slow calls at once over real sockets, ten pass and four are 429."""
    world = World.build(rows=3, latency=1.5)
    with serve(world) as base, requests.Session() as session:
        header = authorize(session, base, read_credentials(world)).headers["Authorization"]
        params = {"organization_id": next(iter(world.holdings))}

        def ask(_: int) -> int:
            url = f"{base}/books/v3/items"
            headers = {"Authorization": header}
            return requests.get(url, params=params, headers=headers, timeout=5).status_code

        with ThreadPoolExecutor(14) as pool:
            outcomes = sorted(pool.map(ask, range(14)))
    assert outcomes == [200] * 10 + [429] * 4


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls of a served world."""

    session: Session
    base: str

    def post(self, verb: str, **given: object) -> dict[str, object]:
        """Post a command, and return its result."""
        response = self.session.post(f"{self.base}/sandbox/{verb}", json=given, timeout=5)
        assert response.status_code == 200, response.text
        result: dict[str, object] = response.json()
        return result

    def get(self, verb: str, **params: str) -> requests.Response:
        """Get the response to a query."""
        return self.session.get(f"{self.base}/sandbox/{verb}", params=params, timeout=5)


@pytest.fixture
def small() -> World:
    """Build a world of three rows a list."""
    return World.build(rows=3)


@pytest.fixture
def controls(small: World) -> Iterator[Controls]:
    """Serve a small world and return its controls."""
    with serve(small) as base, requests.Session() as session:
        yield Controls(session, base)


def test_other_processes_change_records_over_http(small: World, controls: Controls) -> None:
    """Records are inserted, changed, deleted and listed over loopback HTTP."""
    key = next(iter(small.holdings))
    here = {"organization_id": key, "collection": "bills"}
    made = str(controls.post("insert", **here, notes="New")["id"])
    controls.post("change", **here, id=made, notes="Newer")
    assert small.revision(key, "bills", made) == 2
    controls.post("delete", **here, id=made)
    assert made not in small.ids(key, "bills")
    rows = controls.get("rows", **here).json()
    assert {row["bill_id"] for row in rows} == small.ids(key, "bills")


def test_other_processes_set_rules_and_read_the_log_over_http(
    small: World, controls: Controls
) -> None:
    """Limits, faults, behaviours and tokens are set, the log is read, over loopback HTTP."""
    controls.post("limits", requests_per_minute=7, window=5)
    controls.post("faults", html=0.5)
    controls.post("script", faults=["500"])
    controls.post("behaviour", collection="bills", sort="ignored")
    controls.post("latency", seconds=0)
    controls.post("reports", missing=["cashflow"], most_days=31)
    assert (small.reports.missing, small.reports.most_days) == ({"cashflow"}, 31)
    assert (small.limits.requests_per_minute, small.faults.html) == (7, 0.5)
    assert (list(small.script), small.behaviour["bills"].sort) == (["500"], "ignored")
    authorize(controls.session, controls.base, read_credentials(small))
    assert get_items(small, controls.session, controls.base).status_code == 500
    summary = controls.get("summary").json()
    assert (summary["calls"], summary["statuses"], summary["mints"]) == (1, {"500": 1}, 1)
    assert controls.get("log").json()[0]["path"] == "/books/v3/items"
    controls.post("cancel_tokens")
    small.faults.html = 0
    assert get_items(small, controls.session, controls.base).status_code == 401
    controls.post("reset_log")
    assert small.log == []


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("nonsense", {}),
        ("limits", {"nonsense": 1}),
        ("change", {"organization_id": "1", "collection": "bills", "id": "1"}),
        ("behaviour", {"collection": "bills", "nonsense": 1}),
    ],
)
def test_a_wrong_control_is_400(verb: str, given: dict[str, object]) -> None:
    """A control that does not exist, or lacks what it needs, is 400 with the reason."""
    with serve(World.build(rows=3)) as base:
        response = requests.post(f"{base}/sandbox/{verb}", json=given, timeout=5)
    assert response.status_code == 400
    assert response.json()["error"]


def test_the_module_serves_until_sigterm(tmp_path: Path) -> None:
    """Python -m sandbox prints where it serves, exits with 0 at SIGTERM, and writes its log."""
    log = tmp_path / "calls.jsonl"
    command = [sys.executable, "-m", "sandbox", "--rows", "3", "--log", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        with requests.Session() as session:
            authorize(session, told["base_url"], told)
            params = {"organization_id": told["organization_ids"][0]}
            response = session.get(f"{told['base_url']}/books/v3/items", params=params, timeout=5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
    assert response.json()["code"] == 0
    assert json.loads(log.read_text())["path"] == "/books/v3/items"


def test_the_double_listens_on_loopback_only() -> None:
    """Any other address is refused."""
    command = [sys.executable, "-m", "sandbox", "--host", "0.0.0.0"]  # noqa: S104
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "loopback" in done.stderr


def test_a_response_is_sent_at_once() -> None:
    """No connection delays the body of a response until its head is acknowledged."""
    with listen() as listener, socket.create_connection(listener.getsockname(), 5):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_served_world_keeps_its_clock(clock: Clock) -> None:
    """A world over HTTP keeps the clock that it was built with."""
    with serve(World.build(rows=3, clock=clock)) as base:
        response = requests.get(f"{base}/books/v3/items", timeout=5)
    assert response.headers["date"] == "Fri, 20 Nov 2026 15:30:00 GMT"
