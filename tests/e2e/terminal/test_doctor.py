"""The checklist at a terminal: what is wrong is told apart, named, and answered."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.terminal.conftest import Terminal

    Terminals = Callable[..., Terminal]

ONE = "--stream=invoices"


def lines(text: str) -> dict[str, str]:
    """Return the verdicts of a checklist by check."""
    found = (line.split(maxsplit=1) for line in text.splitlines())
    return {rest[0][:13].strip(): verdict for verdict, *rest in found
            if rest and verdict in {"pass", "FAIL", "--"}}  # fmt: skip


def test_everything_is_well(terminal: Terminals) -> None:
    """With all well each line passes, and each list stream shows how its changes are read."""
    one = terminal()
    one.stored(organization_ids='["927270289", "60012345678"]')
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


def test_many_calls_are_agreed_upon(terminal: Terminals) -> None:
    """More than twenty calls are stated before they are made, and made only if that is agreed."""
    one = terminal(organizations=1)
    one.stored()
    dialogue = one.run("doctor")
    dialogue.answer("takes 44 calls of the day. Go on? [y/N]: ", "n")
    assert dialogue.end() == 1
    assert {call.path for call in one.world.log} == {"/books/v3/organizations"}
    agreed = one.run("doctor")
    agreed.answer("takes 44 calls of the day. Go on? [y/N]: ", "y")
    agreed.expect("44 of 44 lists may be read")
    assert agreed.end() == 0
    assert one.world.meters["927270289"].used == 44


def test_a_wrong_data_center(terminal: Terminals) -> None:
    """A client that is registered elsewhere is told where."""
    one = terminal(region="eu")
    one.stored()
    one.environment["TAP_ZOHOBOOKS_ACCOUNTS_URL"] = f"{one.base}/dc/us"
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 78
    assert f"FAIL data center The client is registered at {one.base}/dc/eu" in dialogue.text
    assert f"Set accounts_url to {one.base}/dc/eu." in dialogue.text


def test_a_wrong_secret(terminal: Terminals) -> None:
    """A wrong secret fails the client's line, and no other can be made after it."""
    one = terminal()
    one.stored(client_secret="a-wrong-one")
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 78
    found = lines(dialogue.said.getvalue())
    assert (found["client"], found["refresh token"], found["scopes"]) == ("FAIL", "--", "--")
    assert "invalid_client_secret" in dialogue.text
    assert "a-wrong-one" not in dialogue.text


def test_a_missing_scope(terminal: Terminals) -> None:
    """A stream that may not be read fails with the scope that it needs; the others are read."""
    one = terminal(organizations=1)
    one.stored()
    scopes = one.world.scopes
    scopes[one.world.credentials.refresh_token] -= {"ZohoBooks.bills.READ"}
    dialogue = one.run("doctor", ONE, "--stream=bill_details")
    assert dialogue.end() == 77
    assert "pass scopes 1 of 2 lists may be read" in dialogue.text
    assert "FAIL bills" in dialogue.text
    assert "scope ZohoBooks.bills.READ" in dialogue.text
    assert "bill_details no" in dialogue.text


def test_what_the_plan_lacks_fails_nothing(terminal: Terminals) -> None:
    """What an edition does not offer is skipped by a run, and so no reason to fail."""
    one = terminal(organizations=1)
    one.stored()
    one.world.refuse("categories", 404, 5, "Invalid URL Passed")
    dialogue = one.run("doctor", ONE, "--stream=item_categories")
    assert dialogue.end() == 0
    assert "item_categories: the plan or edition lacks them" in dialogue.text
    assert "item_categories not offered" in dialogue.text


def test_a_dead_refresh_token(terminal: Terminals) -> None:
    """A dead token is a failed line of its own, whose next step is another login."""
    one = terminal()
    one.stored()
    one.world.revoke(one.world.credentials.refresh_token)
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 77
    found = lines(dialogue.said.getvalue())
    assert (found["client"], found["refresh token"]) == ("pass", "FAIL")
    assert (found["API host"], found["clock"]) == ("pass", "pass")
    assert "zohobooks login" in dialogue.text


def test_a_throttled_mint(terminal: Terminals) -> None:
    """A throttled mint is not a dead token."""
    one = terminal()
    one.stored()
    one.world.accounts.mints_allowed = 0
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 75
    assert "FAIL refresh token Zoho mints no more than ten access tokens" in dialogue.text


@pytest.mark.parametrize(("minutes", "side"), [(10, "behind"), (-10, "ahead of")])
def test_a_clock_that_is_off(terminal: Terminals, minutes: int, side: str) -> None:
    """A clock that is ten minutes off is told, and on which side."""
    one = terminal(clock=lambda: datetime.now(timezone.utc) + timedelta(minutes=minutes))
    one.stored()
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 1
    assert f"FAIL clock This machine's clock is 10 minutes {side} the service's" in dialogue.text


def test_no_organization(terminal: Terminals) -> None:
    """A user without an organization fails that line."""
    one = terminal(organizations=0)
    one.stored()
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 78
    assert "FAIL organizations There is no active organization" in dialogue.text


def test_nobody_answers(terminal: Terminals) -> None:
    """Where no host answers, that is the line that fails first."""
    one = terminal()
    one.stored()
    nobody = f"http://127.0.0.1:{one.port}"
    one.environment |= {
        "TAP_ZOHOBOOKS_ACCOUNTS_URL": nobody,
        "TAP_ZOHOBOOKS_API_URL": nobody,
    }
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 1
    assert f"FAIL accounts host No accounts server can be reached: {nobody}" in dialogue.text


def test_a_spent_day(terminal: Terminals) -> None:
    """A day that is over is told with the hour of the reset."""
    one = terminal(organizations=1, daily_quota=0)
    one.stored()
    dialogue = one.run("doctor", ONE)
    assert dialogue.end() == 75
    assert "FAIL quota Organization 927270289: the quota is reached" in dialogue.text
