"""A revoked refresh token, from the run that finds it to the login that replaces it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.terminal.conftest import Terminal

    Terminals = Callable[..., Terminal]

TAP = "TAP_ZOHOBOOKS_LOGLEVEL=DEBUG tap-zohobooks --config ENV --catalog catalog.json"
HOOK = "/books/v3/hook-0f3c2a"
CATALOG = (
    '{"streams": [{"tap_stream_id": "taxes", "stream": "taxes", "schema": {"properties": {}}, '
    '"metadata": [{"breadcrumb": [], "metadata": {"selected": true}}]}]}'
)


def is_posted_once(one: Terminal) -> bool:
    """Return whether one message was posted, and no log holds its address."""
    posted = [call.path for call in one.world.log if call.method == "POST"]
    logs = [file.read_text() for file in one.folder.glob("*.log")]
    return posted == [HOOK] and bool(logs) and not any(HOOK in log for log in logs)


def test_from_the_disconnect_to_the_next_login(terminal: Terminals) -> None:
    """The first run posts once, the next stop without a request, and a login replaces it."""
    one = terminal(organizations=1)
    one.store(reauth_webhook_url=f"{one.base}{HOOK}")
    (one.folder / "catalog.json").write_text(CATALOG)
    one.world.revoke(one.world.credentials.refresh_token)
    for number in range(3):
        run = one.shell(f"{TAP} >out.jsonl 2>{number}.log")
        assert run.end() == 77
    first, *later = [(one.folder / f"{number}.log").read_text() for number in range(3)]
    assert "/oauth/v2/token" in first
    assert "The refresh token is not valid (invalid_code" in first.splitlines()[-1]
    for log in later:
        assert "connectionpool" not in log
        assert "was found invalid at" in log.splitlines()[-1]
        assert "Run `zohobooks login`" in log.splitlines()[-1]
    doctor = one.run("doctor", "--stream=taxes")
    assert doctor.end() == 77
    assert "FAIL refresh token The refresh token was found invalid at" in doctor.text
    login = one.run("login", f"--port={one.port}", "--browser")
    login.answer("Keep the stored one? [Y/n]: ", "")
    login.expect("It cannot be kept: The refresh token is not valid")
    assert login.end() == 0
    assert one.shell(f"{TAP} >out.jsonl 2>last.log").end() == 0
    assert is_posted_once(one)


@pytest.mark.parametrize(("fault", "code"), [("throttle", 75), ("500", 1)])
def test_passing_errors_are_no_revocation(terminal: Terminals, fault: str, code: int) -> None:
    """After a rate limit or an outage nothing is posted, and the next run works."""
    one = terminal(organizations=1)
    one.store(reauth_webhook_url=f"{one.base}{HOOK}", max_wait_seconds="0", token_cache="off")
    (one.folder / "catalog.json").write_text(CATALOG)
    one.world.accounts.script.append(fault)
    assert one.shell(f"{TAP} >out.jsonl").end() == code
    assert one.shell(f"{TAP} >out.jsonl").end() == 0
    assert not [call for call in one.world.log if call.method == "POST"]


def test_a_token_that_is_valid_again(terminal: Terminals) -> None:
    """A login that keeps the stored token clears the stored revocation."""
    one = terminal(organizations=1)
    one.store()
    token = one.world.credentials.refresh_token
    scopes = one.world.scopes.pop(token)
    assert one.run("organizations").end() == 77
    one.world.scopes[token] = scopes
    assert one.run("organizations").end() == 77
    assert one.run("login", "--keep").end() == 0
    assert one.run("organizations").end() == 0
