"""The same world is reached over a socket, without one, and from another process."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
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


def authorized(session: Session, base: str, known: dict[str, str]) -> Session:
    """A session that bears a fresh token."""
    form = {
        "grant_type": "refresh_token",
        "client_id": known["client_id"],
        "client_secret": known["client_secret"],
        "refresh_token": known["refresh_token"],
    }
    token = session.post(f"{base}/oauth/v2/token", data=form, timeout=5).json()["access_token"]
    session.headers["Authorization"] = f"Zoho-oauthtoken {token}"
    return session


def credentials(world: World) -> dict[str, str]:
    """What a user of a world knows."""
    known = world.credentials
    return {
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "refresh_token": known.refresh_token,
        "organization_id": next(iter(world.holdings)),
    }


@pytest.fixture(params=["socket", "adapter"])
def reached(request: pytest.FixtureRequest) -> Iterator[tuple[World, Session, str]]:
    """A world, a session that reaches it, and the base address."""
    world = World.build(rows=30)
    with requests.Session() as session:
        if request.param == "adapter":
            session.mount("http://", WorldAdapter(world))
            yield (
                world,
                authorized(session, "http://127.0.0.1:1", credentials(world)),
                "http://127.0.0.1:1",
            )
        else:
            with serve(world) as base:
                yield world, authorized(session, base, credentials(world)), base


def items(world: World, session: Session, base: str) -> requests.Response:
    """A call for the items of the first organization."""
    params = {"organization_id": next(iter(world.holdings))}
    return session.get(f"{base}/books/v3/items", params=params, timeout=5)


def test_both_ways_lead_to_the_same_answer(reached: tuple[World, Session, str]) -> None:
    """Body, status and headers arrive as the world answers them."""
    world, session, base = reached
    answer = items(world, session, base)
    assert answer.status_code == 200
    assert len(answer.json()["items"]) == 30
    assert answer.headers["x-rate-limit-limit"] == "10000"
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"


def test_a_plus_sign_must_be_escaped(reached: tuple[World, Session, str]) -> None:
    """A bare + in the query is a blank, and so the filter is refused; %2B is understood."""
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
        items(world, session, base)
    assert items(world, session, base).status_code == 200


def test_a_cut_body_is_an_error_of_the_client(reached: tuple[World, Session, str]) -> None:
    """A body that breaks off is noticed by its length; the next call passes."""
    world, session, base = reached
    world.script.append("cut")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        items(world, session, base)
    assert items(world, session, base).status_code == 200


def test_the_adapter_lets_latency_pass_and_time_out() -> None:
    """The adapter sleeps for an answer's latency, and times out where patience is shorter."""
    world = World.build(rows=3)
    slept: list[float] = []
    with requests.Session() as session:
        session.mount("http://", WorldAdapter(world, slept.append))
        authorized(session, "http://127.0.0.1:1", credentials(world))
        world.latency = 2.5
        items(world, session, "http://127.0.0.1:1")
        world.latency = 7.5
        with pytest.raises(requests.ReadTimeout):
            items(world, session, "http://127.0.0.1:1")
    assert slept == [0.0, 2.5, 5]


def test_calls_at_once_meet_the_limit_of_calls_in_flight() -> None:
    """Of fourteen slow calls at once over real sockets, ten pass and four are 429."""
    world = World.build(rows=3, latency=1.5)
    with serve(world) as base, requests.Session() as session:
        header = authorized(session, base, credentials(world)).headers["Authorization"]
        params = {"organization_id": next(iter(world.holdings))}

        def ask(_: int) -> int:
            url = f"{base}/books/v3/items"
            headers = {"Authorization": header}
            return requests.get(url, params=params, headers=headers, timeout=5).status_code

        with ThreadPoolExecutor(14) as pool:
            outcomes = sorted(pool.map(ask, range(14)))
    assert outcomes == [200] * 10 + [429] * 4


def test_other_processes_steer_the_world_over_http() -> None:
    """What tests do in Python can be done and asked over loopback HTTP."""
    world = World.build(rows=3)
    key = next(iter(world.holdings))
    with serve(world) as base, requests.Session() as session:

        def post(verb: str, **given: object) -> dict[str, object]:
            answer = session.post(f"{base}/sandbox/{verb}", json=given, timeout=5)
            assert answer.status_code == 200, answer.text
            told: dict[str, object] = answer.json()
            return told

        here = {"organization_id": key, "collection": "bills"}
        made = str(post("insert", **here, notes="New")["id"])
        post("change", **here, id=made, notes="Newer")
        assert world.revision(key, "bills", made) == 2
        post("delete", **here, id=made)
        assert made not in world.ids(key, "bills")
        post("limits", requests_per_minute=7, window=5)
        post("faults", html=0.5)
        post("script", faults=["500"])
        post("behaviour", collection="bills", sort="ignored")
        post("latency", seconds=0)
        assert (world.limits.requests_per_minute, world.faults.html) == (7, 0.5)
        assert (list(world.script), world.behaviour["bills"].sort) == (["500"], "ignored")
        authorized(session, base, credentials(world))
        assert items(world, session, base).status_code == 500
        summary = session.get(f"{base}/sandbox/summary", timeout=5).json()
        assert (summary["calls"], summary["statuses"], summary["mints"]) == (1, {"500": 1}, 1)
        log = session.get(f"{base}/sandbox/log", timeout=5).json()
        assert log[0]["path"] == "/books/v3/items"
        rows = session.get(f"{base}/sandbox/rows", params=here, timeout=5).json()
        assert {row["bill_id"] for row in rows} == world.ids(key, "bills")
        post("cancel_tokens")
        world.faults.html = 0
        assert items(world, session, base).status_code == 401
        post("reset_log")
        assert world.log == []


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("nonsense", {}),
        ("limits", {"nonsense": 1}),
        ("change", {"organization_id": "1", "collection": "bills", "id": "1"}),
        ("behaviour", {"collection": "bills", "nonsense": 1}),
    ],
)
def test_a_mistake_in_steering_is_told(verb: str, given: dict[str, object]) -> None:
    """A control that does not exist, or lacks what it needs, is 400 with the reason."""
    with serve(World.build(rows=3)) as base:
        answer = requests.post(f"{base}/sandbox/{verb}", json=given, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_module_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """Python -m sandbox prints where it serves, ends well at SIGTERM, and writes its log."""
    log = tmp_path / "calls.jsonl"
    command = [sys.executable, "-m", "sandbox", "--rows", "3", "--log", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        with requests.Session() as session:
            authorized(session, told["base_url"], told)
            params = {"organization_id": told["organization_ids"][0]}
            answer = session.get(f"{told['base_url']}/books/v3/items", params=params, timeout=5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
    assert answer.json()["code"] == 0
    assert json.loads(log.read_text())["path"] == "/books/v3/items"


def test_the_double_listens_on_loopback_only() -> None:
    """Any other address is refused."""
    command = [sys.executable, "-m", "sandbox", "--host", "0.0.0.0"]  # noqa: S104
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "loopback" in done.stderr


def test_an_answer_leaves_at_once() -> None:
    """No connection holds back the body of an answer until its head is acknowledged."""
    with listen() as listener, socket.create_connection(listener.getsockname(), 5):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_clock_may_stand_still(clock: Clock) -> None:
    """A world over HTTP keeps the clock that it was built with."""
    with serve(World.build(rows=3, clock=clock)) as base:
        answer = requests.get(f"{base}/books/v3/items", timeout=5)
    assert answer.headers["date"] == "Fri, 20 Nov 2026 15:30:00 GMT"
