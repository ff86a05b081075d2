"""The commands organizations, plan, logout and completion, at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.terminal.conftest import Terminal

    Terminals = Callable[..., Terminal]


def test_organizations_are_listed(terminal: Terminals) -> None:
    """Each organization is a line, and those that a run reads are marked."""
    one = terminal(organizations=4)
    one.store(organization_ids='["60012345678"]')
    dialogue = one.run("organizations")
    assert dialogue.end() == 0
    for line in (
        "no Harbour & Pine Trading 927270289 USD America/New_York Professional",
        "yes Neem Leaf Exports Pvt Ltd 60012345678 INR Asia/Kolkata Premium",
        "no 株式会社 さくら商事 90045671234 JPY Asia/Tokyo Standard",
        "no Kopje Supplies (dormant) 772004512 ZAR Africa/Johannesburg Free",
    ):
        assert line in dialogue.text


def test_a_logout(terminal: Terminals) -> None:
    """The refresh token is revoked at its server and removed from .env; other settings stay."""
    one = terminal(region="eu")
    one.environment["TAP_ZOHOBOOKS_ACCOUNTS_URL"] = f"{one.base}/dc/eu"
    one.store()
    dialogue = one.run("logout")
    dialogue.answer("Every pipeline that uses it stops. [y/N]: ", "y")
    dialogue.expect("The refresh token is revoked.")
    assert dialogue.end() == 0
    assert one.world.scopes == {}
    assert one.settings.keys() == {"client_id", "client_secret"}


def test_a_logout_without_confirmation(terminal: Terminals) -> None:
    """The default is no: nothing is revoked."""
    one = terminal()
    one.store()
    dialogue = one.run("logout")
    dialogue.answer("[y/N]: ", "")
    dialogue.expect("Nothing was changed.")
    assert dialogue.end() == 0
    assert one.settings["refresh_token"] in one.world.scopes


def test_a_second_logout(terminal: Terminals) -> None:
    """A revoked token is removed from .env, too; then there is nothing to revoke."""
    one = terminal()
    one.store()
    one.world.revoke(one.world.credentials.refresh_token)
    dialogue = one.run("logout", "--yes")
    dialogue.expect("The refresh token was dead already.")
    assert dialogue.end() == 0
    again = one.run("logout", "--yes")
    again.expect("'refresh_token' is missing")
    assert again.end() == 78


def test_a_plan(terminal: Terminals) -> None:
    """A plan shows rows and calls of each stream, and minutes and days."""
    one = terminal(organizations=1, rows={"invoices": 450}, daily_quota=100)
    one.store()
    dialogue = one.run("plan", "--stream=invoices", "--stream=invoice_details")
    assert dialogue.end() == 0
    assert "invoice_details 450 454 counted" in dialogue.text
    assert "invoices 450 4 counted" in dialogue.text
    assert "927270289 about 478" in dialogue.text


def test_leaks_are_found(terminal: Terminals) -> None:
    """The check of all dialogues and files finds a secret."""
    one = terminal()
    known = one.world.credentials
    for secret in (known.client_secret, known.refresh_token,
                   one.world.accounts.issue_self_client_code(one.world.clock())):  # fmt: skip
        leak = one.folder / "leak.log"
        leak.write_text(f"a line with {secret} in it")
        with pytest.raises(AssertionError):
            one.check_secrets()
        leak.unlink()
    one.check_secrets()


def test_words_are_completed(terminal: Terminals) -> None:
    """In a shell with the script, commands, files and names of streams are completed."""
    one = terminal()
    one.store()
    shell = one.shell("exec bash --norc --noprofile -i")
    shell.child.sendline('eval "$(zohobooks completion bash)"; PS1=ready:')
    shell.expect("PS1=ready:", "ready:")
    for begun, whole in (
        ("zohobooks organ", "izations "),
        ("zohobooks plan --stream journal_d", "etails "),
        ("zohobooks plan --config .e", "nv "),
    ):
        shell.child.send(f"{begun}\t")
        shell.expect(begun, whole)
        shell.child.sendcontrol("u")
    shell.child.sendline("exit")
    assert shell.end() == 0


def test_closed_input_is_no_terminal(terminal: Terminals) -> None:
    """A command with a closed standard input names the option to give."""
    dialogue = terminal().shell("zohobooks login <&-")
    dialogue.expect("A terminal is needed for the question: Client ID?", "--client-id")
    assert dialogue.end() == 78
