"""The checklist at a terminal: each error has its own line and next step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.terminal.conftest import Terminal

    Terminals = Callable[..., Terminal]

ONE = "--stream=invoices"


def lines(text: str) -> dict[str, str]:
    """Return the results of a checklist by check."""
    found = (line.split(maxsplit=1) for line in text.splitlines())
    return {rest[0][:13].strip(): verdict for verdict, *rest in found
            if rest and verdict in {"pass", "FAIL", "--"}}  # fmt: skip


def test_everything_passes(terminal: Terminals) -> None:
    """Each check passes, and each list shows the strategy for its changes."""
    one = terminal()
    one.store(organization_ids='["927270289", "60012345678"]')
    dialogue = one.run("doctor", ONE, "--stream=purchase_orders", "--stream=taxes")
    assert dialogue.end() == 0
    assert set(lines(dialogue.said.getvalue()).values()) == {"pass"}
    for found in (
        "Harbour & Pine Trading (927270289), Neem Leaf Exports Pvt Ltd (60012345678)",
        "927270289: 9997 of 10000 calls of the day are left, reset at 20",
        "60012345678: 9999 of 10000 calls of the day are left, reset at 20",
        "3 of 3 lists may be read",
        "invoices yes filter and sort",
        "purchase_orders yes filter only",
        "taxes yes full table",
    ):
        assert found in dialogue.text


def test_many_calls_are_confirmed(terminal: Terminals) -> None:
    """More than 20 API calls are made only after a confirmation."""
    one = terminal(organizations=1)
    one.store()
    dialogue = one.run("doctor")
    dialogue.answer("takes 53 calls of the day. Go on? [y/N]: ", "n")
    assert dialogue.end() == 1
    assert {call.path for call in one.world.log} == {"/books/v3/organizations"}
    confirmed = one.run("doctor")
    confirmed.answer("takes 53 calls of the day. Go on? [y/N]: ", "y")
    confirmed.expect("53 of 53 lists may be read")
    assert confirmed.end() == 0
    assert one.world.meters["927270289"].used == 53


def test_a_wrong_data_center(terminal: Terminals) -> None:
    """The error for a client that is registered elsewhere names the server."""
    one = terminal(region="eu")
    one.store()
    one.environment["TAP_ZOHOBOOKS_ACCOUNTS_URL"] = f"{one.base}/dc/us"
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 78
    assert f"FAIL data center The client is registered at {one.base}/dc/eu" in dialogue.text
    assert f"Set accounts_url to {one.base}/dc/eu." in dialogue.text


def test_a_wrong_secret(terminal: Terminals) -> None:
    """A wrong secret fails the client's line, and later checks are not made."""
    one = terminal()
    one.store(client_secret="a-wrong-one")
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 78
    found = lines(dialogue.said.getvalue())
    assert (found["client"], found["refresh token"], found["scopes"]) == ("FAIL", "--", "--")
    assert "invalid_client_secret" in dialogue.text
    assert "a-wrong-one" not in dialogue.text


def test_a_missing_scope(terminal: Terminals) -> None:
    """A stream that may not be read fails with the scope that it needs; others pass."""
    one = terminal(organizations=1)
    one.store()
    scopes = one.world.scopes
    scopes[one.world.credentials.refresh_token] -= {"ZohoBooks.bills.READ"}
    dialogue = one.run("doctor", ONE, "--stream=bill_details")
    assert dialogue.end() == 77
    assert "pass scopes 1 of 2 lists may be read" in dialogue.text
    assert "FAIL bills" in dialogue.text
    assert "scope ZohoBooks.bills.READ" in dialogue.text
    assert "bill_details no" in dialogue.text


def test_absent_lists_do_not_fail(terminal: Terminals) -> None:
    """A list that the edition lacks is skipped by a run, so the doctor passes."""
    one = terminal(organizations=1)
    one.store()
    one.world.refuse("categories", 404, 5, "Invalid URL Passed")
    dialogue = one.run("doctor", ONE, "--stream=item_categories")
    assert dialogue.end() == 0
    assert "item_categories: the plan or edition lacks them" in dialogue.text
    assert "item_categories not offered" in dialogue.text


def test_a_dead_refresh_token(terminal: Terminals) -> None:
    """A revoked token is a failed line of its own, whose next step is another login."""
    one = terminal()
    one.store()
    one.world.revoke(one.world.credentials.refresh_token)
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 77
    found = lines(dialogue.said.getvalue())
    assert (found["client"], found["refresh token"]) == ("pass", "FAIL")
    assert (found["API host"], found["clock"]) == ("pass", "pass")
    assert "zohobooks login" in dialogue.text


def test_a_throttled_mint(terminal: Terminals) -> None:
    """A rate limit of the token endpoint is not a revoked token."""
    one = terminal()
    one.store()
    one.world.accounts.mints_allowed = 0
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 75
    assert "FAIL refresh token Zoho issues no more than ten access tokens" in dialogue.text


@pytest.mark.parametrize(("minutes", "side"), [(10, "behind"), (-10, "ahead of")])
def test_a_clock_that_is_off(terminal: Terminals, minutes: int, side: str) -> None:
    """A clock that is 10 minutes off fails, with its side."""
    one = terminal(clock=lambda: datetime.now(UTC) + timedelta(minutes=minutes))
    one.store()
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 1
    assert f"FAIL clock This machine's clock is 10 minutes {side} the service's" in dialogue.text


def test_no_organization(terminal: Terminals) -> None:
    """A user without an organization fails that line."""
    one = terminal(organizations=0)
    one.store()
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 78
    assert "FAIL organizations This user has no active organization" in dialogue.text


def test_no_host_answers(terminal: Terminals) -> None:
    """If no host answers, the line of the accounts host fails first."""
    one = terminal()
    one.store()
    closed = f"http://127.0.0.1:{one.port}"
    one.environment |= {
        "TAP_ZOHOBOOKS_ACCOUNTS_URL": closed,
        "TAP_ZOHOBOOKS_API_URL": closed,
        "TAP_ZOHOBOOKS_MAX_WAIT_SECONDS": "1",
    }
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 1
    assert f"FAIL accounts host No accounts server can be reached: {closed}" in dialogue.text


def test_a_used_quota(terminal: Terminals) -> None:
    """A used daily quota fails the line of the quota."""
    one = terminal(organizations=1, daily_quota=0)
    one.store()
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 75
    assert "FAIL quota Organization 927270289: the quota is reached" in dialogue.text
