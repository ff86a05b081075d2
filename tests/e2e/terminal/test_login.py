"""The command login at a terminal, as a new user runs it."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.terminal.conftest import Dialogue, Terminal

    Terminals = Callable[..., Terminal]

BOTH = '["927270289", "60012345678"]'


def ids(terminal: Terminal) -> list[str]:
    """Return the setting organization_ids."""
    found: list[str] = json.loads(terminal.settings["organization_ids"] or "null")
    return found


def assert_secrets_unseen(terminal: Terminal, dialogue: Dialogue) -> None:
    """Check that no secret was shown on the screen."""
    known = terminal.world.credentials
    for secret in (known.client_secret, *terminal.world.scopes):
        assert secret not in dialogue.said.getvalue()


def test_a_login_in_the_browser(terminal: Terminals) -> None:
    """After id, secret, consent and a choice of organizations, .env holds all settings."""
    one = terminal(region="eu")
    dialogue = one.login()
    dialogue.answer("(client, browser, code) [client]: ", "browser")
    dialogue.expect(f"http://127.0.0.1:{one.port}/callback")
    dialogue.expect(
        "Harbour & Pine Trading", "927270289", "USD", "America/New_York", "Professional"
    )
    dialogue.answer("or all) [all]: ", "2")
    assert dialogue.end() == 0
    assert one.seen == "Thank you."
    assert (
        "The next login offers to keep this refresh token. Zoho keeps at most 20" in dialogue.text
    )
    assert one.settings["refresh_token"] == list(one.world.scopes)[-1]
    assert one.settings["region"] == "eu"
    assert ids(one) == ["60012345678"]
    assert (one.folder / ".env").stat().st_mode & 0o777 == 0o600
    assert_secrets_unseen(one, dialogue)


def test_a_login_with_a_grant_code(terminal: Terminals) -> None:
    """A Self Client's code works in any data center; an only organization needs no prompt."""
    one = terminal(region="jp", organizations=1)
    code = one.world.accounts.issue_self_client_code(one.world.clock())
    dialogue = one.login()
    dialogue.answer("(client, browser, code) [client]: ", "code")
    dialogue.expect("ZohoBooks.invoices.READ")
    dialogue.answer("Grant code: ", code)
    assert dialogue.end() == 0
    assert one.settings["region"] == "jp"
    assert ids(one) == ["927270289"]
    assert code not in dialogue.said.getvalue()


def test_a_login_by_the_client(terminal: Terminals) -> None:
    """The first choice needs an organization only: no browser, no code, no refresh token."""
    one = terminal()
    one.world.revoke(one.world.credentials.refresh_token)
    dialogue = one.login("--meltano")
    dialogue.answer("(client, browser, code) [client]: ", "")
    dialogue.answer("Organization ID (in Zoho Books: Manage Organizations): ", "60012345678")
    assert dialogue.end() == 0
    assert one.settings["grant_type"] == "client_credentials"
    assert "refresh_token" not in one.settings
    assert ids(one) == ["60012345678"]
    assert "reads neither custom modules nor accounts of other users" in dialogue.text
    assert "meltano config set tap-zohobooks grant_type 'client_credentials'" in dialogue.text
    assert one.run("doctor", "--stream=invoices", "--yes").end() == 0
    run = one.shell("tap-zohobooks --config ENV 2>/dev/null | grep -c RECORD.*60012345678")
    assert run.end() == 0
    assert int(run.text) > 100
    assert_secrets_unseen(one, dialogue)


def test_a_login_by_the_client_without_a_prompt(terminal: Terminals) -> None:
    """Options name client and organizations; a stored refresh token stays, and is not used."""
    one = terminal()
    one.store()
    one.world.revoke(one.world.credentials.refresh_token)
    both = ("--organization=60012345678", "--organization=927270289")
    assert one.run("login", "--client-credentials", *both).end() == 0
    assert ids(one) == ["60012345678", "927270289"]
    assert one.settings["refresh_token"] == one.world.credentials.refresh_token
    again = one.run("login")
    again.answer("(client, browser, code) [client]: ", "")
    assert again.end() == 0
    assert one.run("login", "--client-credentials", "--all-organizations").end() == 0
    assert ids(one) == ["927270289", "60012345678"]


@pytest.mark.parametrize("option", ["--keep", "--code"])
def test_a_refresh_token_after_a_login_by_the_client(terminal: Terminals, option: str) -> None:
    """A later login by a refresh token ends the use of client_credentials."""
    one = terminal(organizations=1)
    one.store(grant_type="client_credentials", organization_ids="927270289")
    code = one.world.accounts.issue_self_client_code(one.world.clock())
    assert one.run("login", f"--code={code}" if option == "--code" else option).end() == 0
    assert "grant_type" not in one.settings
    assert one.settings["refresh_token"] in one.world.scopes


def test_a_client_and_an_organization_that_is_not_there(terminal: Terminals) -> None:
    """The error names the organizations that the client reads, and the id is not saved."""
    one = terminal()
    dialogue = one.login("--client-credentials", "--organization=42")
    dialogue.expect("Organization 42 is not active or does not exist", "927270289, 60012345678")
    assert dialogue.end() == 78
    assert "organization_ids" not in one.settings


def test_a_client_with_a_wrong_secret(terminal: Terminals) -> None:
    """Nothing is saved, and the error names the setting."""
    one = terminal()
    dialogue = one.run("login", "--client-credentials", "--organization=927270289",
                       "--client-secret=a-wrong-one", "--client-id",
                       one.world.credentials.client_id)  # fmt: skip
    dialogue.expect("refused the client: invalid_client_secret")
    assert dialogue.end() == 78
    assert one.settings == {}


def test_scopes_are_minimal(terminal: Terminals) -> None:
    """The consent is for the named streams, and for listing organizations."""
    one = terminal(organizations=1)
    dialogue = one.login("--browser", "--stream=bills", "--stream=invoice_details")
    assert dialogue.end() == 0
    wanted = {f"ZohoBooks.{area}.READ" for area in ("bills", "invoices", "settings")}
    assert list(one.world.scopes.values())[-1] == wanted


@pytest.mark.parametrize("multi_dc", [False, True])
def test_the_data_center_is_found(terminal: Terminals, *, multi_dc: bool) -> None:
    """A client or an account of another data center than the first is found there."""
    one = terminal(region="eu", organizations=1)
    one.world.accounts.multi_dc = multi_dc
    one.environment["TAP_ZOHOBOOKS_ACCOUNTS_URL"] = f"{one.base}/dc/us"
    dialogue = one.login("--browser")
    dialogue.expect(f"{one.base}/dc/{'us' if multi_dc else 'eu'}/oauth/v2/auth")
    assert dialogue.end() == 0
    assert one.settings["accounts_url"] == f"{one.base}/dc/eu"
    assert one.settings["region"] == "eu"


def test_an_expired_code(terminal: Terminals) -> None:
    """An expired code ends the login with the next step, and writes nothing."""
    one = terminal()
    code = one.world.accounts.issue_self_client_code(one.world.clock(), life=timedelta(0))
    dialogue = one.login(f"--code={code}")
    dialogue.expect("Error: The grant code is no longer valid (invalid_code")
    assert dialogue.end() == 77
    assert one.settings == {}


def test_a_wrong_secret(terminal: Terminals) -> None:
    """A wrong secret is an error before a browser opens."""
    one = terminal()
    dialogue = one.run("login", "--browser")
    dialogue.answer("Client ID: ", one.world.credentials.client_id)
    dialogue.answer("Client secret: ", "a-wrong-one")
    dialogue.expect("refused the client: invalid_client_secret")
    assert dialogue.end() == 78
    assert not (one.folder / "heading").exists()
    assert "a-wrong-one" not in dialogue.said.getvalue()


def test_a_wrong_client(terminal: Terminals) -> None:
    """A client that no data center knows is an error."""
    one = terminal()
    dialogue = one.run("login", "--browser", "--client-id=1000.UNKNOWN", "--client-secret=x")
    dialogue.expect("refused the client: invalid_client. Check client_id")
    assert dialogue.end() == 78


def test_consent_that_is_denied(terminal: Terminals) -> None:
    """Rejecting on the consent page ends the login in the browser and at the terminal."""
    one = terminal()
    dialogue = one.login("--browser", button="reject")
    dialogue.expect("Access was not granted on the consent page (access_denied)")
    assert dialogue.end() == 77
    assert one.seen == "Access was denied."


def test_a_redirect_that_is_not_registered(terminal: Terminals) -> None:
    """The redirect address is shown; if the client does not know it, the login times out."""
    one = terminal()
    one.world.accounts.consent.redirect_uris = {"http://127.0.0.1:1/callback"}
    dialogue = one.login("--browser", "--timeout=2")
    dialogue.expect("must know this redirect address", f"http://127.0.0.1:{one.port}/callback")
    dialogue.expect("No callback from the browser within 2 seconds")
    assert dialogue.end() == 77
    assert one.seen == "Invalid Redirect Uri"


def test_a_port_that_is_taken(terminal: Terminals) -> None:
    """If another program listens on the port, the error names the option --port."""
    one = terminal()
    with socket.create_server(("127.0.0.1", one.port)):
        dialogue = one.login("--browser")
        dialogue.expect(f"Error: Port {one.port} of this machine is in use", "--port")
        assert dialogue.end() == 78


def test_no_organization(terminal: Terminals) -> None:
    """A user without an organization gets an error; the new token is saved."""
    one = terminal(organizations=0)
    dialogue = one.login("--browser")
    dialogue.expect("This user has no active organization")
    assert dialogue.end() == 78
    assert one.settings["refresh_token"] in one.world.scopes


@pytest.mark.parametrize(
    ("reply", "chosen"), [("", []), ("all", []), ("1, 2", BOTH), ("927270289", '["927270289"]')]
)
def test_choosing_organizations(terminal: Terminals, reply: str, chosen: object) -> None:
    """Organizations are chosen by number, id, or all; an inactive one has no number."""
    one = terminal(organizations=4)
    one.store()
    dialogue = one.run("login", "--keep")
    dialogue.expect("-  ", "Kopje Supplies (dormant)")
    dialogue.answer("or all) [all]: ", reply)
    assert dialogue.end() == 0
    assert ids(one) == (json.loads(chosen) if isinstance(chosen, str) else chosen)


def test_an_organization_that_is_not_there(terminal: Terminals) -> None:
    """An unknown number is named, with the ids that can be chosen."""
    one = terminal()
    one.store()
    dialogue = one.run("login", "--keep")
    dialogue.answer("or all) [all]: ", "3")
    dialogue.expect("Organization 3 is not active or does not exist", "927270289, 60012345678")
    assert dialogue.end() == 78


def test_a_second_login_keeps_the_token(terminal: Terminals) -> None:
    """The stored refresh token is offered, as a user has at most 20; other lines stay."""
    one = terminal(organizations=1)
    one.store()
    with (one.folder / ".env").open("a") as file:
        file.write("# mine\nTARGET_POSTGRES_USER=me\n")
    before = dict(one.world.scopes)
    dialogue = one.run("login")
    dialogue.expect("Zoho keeps at most 20 of them a user")
    dialogue.answer("Keep the stored one? [Y/n]: ", "")
    assert dialogue.end() == 0
    assert one.world.scopes == before
    written = (one.folder / ".env").read_text()
    assert "# mine\nTARGET_POSTGRES_USER=me\n" in written
    assert ids(one) == ["927270289"]
    assert_secrets_unseen(one, dialogue)


def test_a_second_login_may_renew(terminal: Terminals) -> None:
    """Without keeping the stored token, login gets another one."""
    one = terminal(organizations=1)
    one.store()
    dialogue = one.run("login", f"--port={one.port}", "--browser")
    dialogue.answer("Keep the stored one? [Y/n]: ", "n")
    assert dialogue.end() == 0
    assert one.settings["refresh_token"] == list(one.world.scopes)[-1]
    assert one.settings["refresh_token"] != one.world.credentials.refresh_token


def test_a_dead_token_cannot_be_kept(terminal: Terminals) -> None:
    """For a revoked stored token a message is shown, and another token is created."""
    one = terminal(organizations=1)
    one.store()
    one.world.revoke(one.world.credentials.refresh_token)
    dialogue = one.run("login", f"--port={one.port}", "--browser")
    dialogue.answer("Keep the stored one? [Y/n]: ", "y")
    dialogue.expect("It cannot be kept: The refresh token is not valid")
    assert dialogue.end() == 0
    assert one.settings["refresh_token"] in one.world.scopes


def test_a_throttled_mint(terminal: Terminals) -> None:
    """After 10 minted tokens the error names the wait, and the stored token stays."""
    one = terminal()
    one.store()
    one.world.accounts.mints_allowed = 0
    dialogue = one.run("login", "--keep")
    dialogue.expect("Zoho issues no more than ten access tokens in ten minutes")
    assert dialogue.end() == 75
    assert one.settings["refresh_token"] == one.world.credentials.refresh_token


def test_a_code_that_comes_too_often(terminal: Terminals) -> None:
    """After 10 codes in 10 minutes the service denies access, and the error names the wait."""
    one = terminal()
    one.world.accounts.consent.decision = "grant"
    for _ in range(10):
        one.world.accounts.consent.authorize(
            {"redirect_uri": "http://127.0.0.1/"}, one.world.clock(), "x", ("us", one.base)
        )
    dialogue = one.login("--browser")
    dialogue.expect("access_denied", "wait for ten minutes")
    assert dialogue.end() == 77


def test_interrupted(terminal: Terminals) -> None:
    """Ctrl-C ends the login with one line, and writes nothing."""
    one = terminal()
    dialogue = one.run("login")
    dialogue.expect("Client ID: ")
    assert dialogue.interrupt() == 1
    assert "Aborted!" in dialogue.text
    assert one.settings == {}


@pytest.mark.parametrize(("plugin", "prefix"), [
    ("tap-zohobooks-eu", "TAP_ZOHOBOOKS_EU_"),
    ("books--Second_shop", "BOOKS__SECOND_SHOP_"),
])  # fmt: skip
def test_a_second_account_of_a_meltano_project(
    terminal: Terminals, plugin: str, prefix: str
) -> None:
    """With --plugin its own variables are written and read, and those of the tap stay."""
    one = terminal(organizations=1)
    one.store(refresh_token="1000.first")
    before = (one.folder / ".env").read_text()
    one.environment |= {f"{prefix}ACCOUNTS_URL": one.base, f"{prefix}API_URL": one.base}
    code = one.world.accounts.issue_self_client_code(one.world.clock())
    dialogue = one.login(f"--plugin={plugin}", f"--code={code}", "--meltano")
    assert dialogue.end() == 0
    assert f"meltano config set {plugin} organization_ids " in dialogue.text
    assert f"zohobooks doctor --plugin {plugin}" in dialogue.text
    written = (one.folder / ".env").read_text()
    assert written.startswith(before)
    added = written.removeprefix(before).splitlines()
    assert all(line.startswith(prefix) for line in added)
    names = {line.removeprefix(prefix).partition("=")[0] for line in added}
    assert {"CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "ORGANIZATION_IDS"} <= names
    assert {f"{prefix}ACCESS_TOKEN=''", f"{prefix}GRANT_TYPE='refresh_token'"} <= {*added}
    assert one.run("organizations", f"--plugin={plugin}").end() == 0
    assert one.run("organizations").end() == 77  # the first account has another token
    assert one.run("logout", "--yes", f"--plugin={plugin}").end() == 0
    assert f"{prefix}REFRESH_TOKEN" not in (one.folder / ".env").read_text()
    assert "1000.first" in (one.folder / ".env").read_text()


@pytest.mark.parametrize("name", ["", "1st", "a b", "a=b", "-x", "caf\u00e9", "a;b"])
def test_a_plugin_that_no_variable_can_name(terminal: Terminals, name: str) -> None:
    """The command line is wrong, and nothing is written."""
    one = terminal(organizations=1)
    dialogue = one.run("login", f"--plugin={name}")
    assert dialogue.end() == 78
    assert "not the name of a plugin" in dialogue.text
    assert not (one.folder / ".env").exists()
