"""Answers that are slow, endless, too large or odd end in time, with one line, and lose no row."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import World, serve
from tests.e2e.pipeline.conftest import PLENTY, Shell, selecting

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from sandbox import Request

START = 30.0  # seconds that a run takes at most beside its requests, on a busy machine
MB = 1 << 20


@pytest.fixture
def world() -> World:
    """A service of one organization with 120 rows a list."""
    return World.build(rows=120, organizations=1, requests_per_minute=PLENTY, daily_quota=PLENTY)


@pytest.fixture
def config(world: World, shell: Shell) -> Iterator[dict[str, Any]]:
    """Serve the world and return a configuration that reaches it, and waits a second."""
    with serve(world) as base:
        yield {
            **asdict(world.credentials),
            "accounts_url": base,
            "api_url": base,
            "token_cache": str(shell.folder / "cache"),
            "requests_per_minute": PLENTY,
            "request_timeout": 1,
        }


def count(done: subprocess.CompletedProcess[str]) -> int:
    """Return the number of records of a run that ended without a traceback."""
    assert "Traceback" not in done.stderr
    return sum(json.loads(line)["type"] == "RECORD" for line in done.stdout.splitlines())


def last(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line of the log."""
    return done.stderr.strip().splitlines()[-1]


SLOW = ["drip:0.1", "drip-head:0.9"]


@pytest.mark.parametrize("fault", [*SLOW, "header:Location:http://[", "cut"])
def test_a_request_after_a_bad_answer(
    shell: Shell, config: dict[str, Any], world: World, fault: str
) -> None:
    """An answer that does not end in time is requested again, and no row is lost."""
    world.script.extend([fault, "", fault])
    done = shell.sync(config, catalog=selecting("invoices"))
    assert (done.returncode, count(done)) == (0, 120)


@pytest.mark.parametrize("fault", SLOW)
@pytest.mark.parametrize("is_token", [False, True], ids=["list", "token"])
def test_answers_that_are_always_slow(
    shell: Shell, config: dict[str, Any], world: World, fault: str, *, is_token: bool
) -> None:
    """A byte a moment holds no run for longer than request_timeout."""
    (world.accounts.script if is_token else world.script).extend([fault] * 50)
    began = time.monotonic()
    done = shell.sync(config | {"max_wait_seconds": 0}, catalog=selecting("invoices"))
    assert time.monotonic() - began < START
    assert (done.returncode, count(done)) == (1, 0)
    assert ("[no-token]" if is_token else "[no-answer]") in last(done)


def test_no_end_waits_for_a_request(shell: Shell, config: dict[str, Any], world: World) -> None:
    """After a final error the process ends, though requests are in flight for a minute."""

    def take(request: Request) -> float:
        documents = [call for call in world.log if "/invoices/" in call.path]
        return 60.0 if "/invoices/" in request.path and len(documents) < 3 else 0.0

    def end(served: World, request: Request) -> None:
        if not request.path.endswith("/contacts"):
            return
        if any("/invoices/" in call.path for call in served.log):
            served.revoke(served.credentials.refresh_token)
        else:
            served.script.append("500")

    world.latency = take
    world.before_call.append(end)
    began = time.monotonic()
    streams = selecting("invoice_details", "contacts")
    done = shell.sync(config | {"request_timeout": 90}, catalog=streams)
    assert time.monotonic() - began < START
    assert (done.returncode, count(done)) == (77, 0)


WAITS = {
    "315360000": 3600,
    "Fri, 31 Dec 9999 23:59:59 GMT": 3600,
    "7\n1e300": 3600,
    "1200": 1200,
    "inf": 60,
    "": 60,
}


@pytest.mark.parametrize("text", WAITS, ids=str.strip)
def test_a_block_of_any_length(
    shell: Shell, config: dict[str, Any], world: World, text: str
) -> None:
    """No Retry-After locks the organization out for long, and the log has the way out."""
    cautious = config | {"max_wait_seconds": 0}
    world.script.extend(["", f"429:44:{text}"])
    first, second = (shell.sync(cautious, catalog=selecting("invoices")) for _ in range(2))
    assert [one.returncode for one in (first, second)] == [75, 75]
    assert "Traceback" not in first.stderr + second.stderr
    minutes = int(last(second).partition("for another ")[2].partition(" ")[0])
    assert WAITS[text] / 60 - 1 <= minutes <= 1.1 * WAITS[text] / 60 + 1
    file = second.stderr.partition("is kept in ")[2].partition(".db")[0] + ".db"
    (shell.folder / file).unlink()
    done = shell.sync(cautious, catalog=selecting("invoices"))
    assert (done.returncode, count(done)) == (0, 120)


HEADERS = ("X-Rate-Limit-Reset", "X-Rate-Limit-Remaining", "X-Rate-Limit-Limit", "Date")


@pytest.mark.parametrize(
    "text",
    ["1e300", "nan", "9" * 5000, "Fri, 31 Dec 9999 23:59:59 -1200", "1, 2"],
    ids=lambda text: text[:12],
)
def test_odd_headers(shell: Shell, config: dict[str, Any], world: World, text: str) -> None:
    """A quota or a time that makes no sense changes nothing."""
    world.script.extend(f"header:{name}:{text}" for name in HEADERS * 5)
    done = shell.sync(config, catalog=selecting("invoices", "contacts", "items", "bills"))
    assert (done.returncode, count(done)) == (0, 480)


@pytest.mark.parametrize(
    "fault", ["html", "drop", "lost", "503:temporarily_unavailable", "drip:0.5", "expires:-1"]
)
def test_faults_of_the_accounts_server(
    shell: Shell, config: dict[str, Any], world: World, fault: str
) -> None:
    """A token is requested again, at the start of a run and in its middle."""
    world.accounts.script.extend([fault, "", fault])
    world.script.extend(["", "cancel"])
    done = shell.sync(config, catalog=selecting("invoices"))
    assert (done.returncode, count(done)) == (0, 120)


def test_a_page_that_is_too_large(shell: Shell, config: dict[str, Any], world: World) -> None:
    """The rows come in smaller pages, and the whole list is read with them."""
    world.padding["invoices"] = MB
    done = shell.sync(config | {"request_timeout": 60}, catalog=selecting("invoices"))
    assert (done.returncode, count(done)) == (0, 120)
    assert "50 rows a page" in done.stderr
    assert [call.params["per_page"] for call in world.log if call.path.endswith("/invoices")].count(
        "200"
    ) == 1


@pytest.mark.parametrize("fault", ["bomb:900:gzip", "bomb:900:deflate", "endless"])
def test_a_body_without_measure(
    shell: Shell, config: dict[str, Any], world: World, fault: str
) -> None:
    """Of a body that never ends, 64 MB are read: then the error is named."""
    world.script.extend(["", *[fault] * 20])
    done = shell.sync(config | {"request_timeout": 60}, catalog=selecting("invoices"))
    assert (done.returncode, count(done)) == (1, 0)
    assert "'invoices' of organization" in last(done)
    assert "has more than 64 MB" in last(done)


@pytest.mark.parametrize("place", [0, 7])
def test_a_document_that_is_too_large(
    shell: Shell, config: dict[str, Any], world: World, place: int
) -> None:
    """All other documents come, and the run says which one does not."""
    (organization,) = (one["organization_id"] for one in world.organizations)
    large = sorted(world.ids(organization, "invoices"))[place]
    world.padding[f"invoices/{large}"] = 70 * MB
    done = shell.sync(config | {"request_timeout": 60}, catalog=selecting("invoice_details"))
    assert (done.returncode, count(done)) == (1, 119)
    assert f"'invoices/{large}' of organization {organization} has more than 64 MB" in done.stderr
    assert "invoice_details 1" in last(done)


def test_documents_that_are_too_large_together(
    shell: Shell, config: dict[str, Any], world: World
) -> None:
    """Documents of one response are requested in halves until they fit, and all of them come."""
    world.padding["itemdetails"] = MB
    done = shell.sync(config | {"request_timeout": 60}, catalog=selecting("item_details"))
    assert (done.returncode, count(done)) == (0, 120)
    assert sum(call.path.endswith("/itemdetails") for call in world.log) == 4
