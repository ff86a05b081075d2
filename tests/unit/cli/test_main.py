"""The command line: help, completion, JSON, and errors without a terminal."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
import pytest
import requests
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from sandbox import World, serve
from tap_zohobooks import resources
from tap_zohobooks.cli.main import PROGRAM, SHELLS, cli
from tap_zohobooks.cli.terminal import escape_text

if TYPE_CHECKING:
    from pathlib import Path

FUTURE = "2999-01-01T00:00:00+00:00"
COMMANDS = sorted(cli.commands)


@dataclass
class Desk:
    """A folder and a service, without a terminal."""

    world: World
    base: str

    def run(self, *arguments: str, **settings: str) -> Result:
        """Run a command to its end; settings come from the environment."""
        known = self.world.credentials
        given = {
            "client_id": known.client_id,
            "client_secret": known.client_secret,
            "refresh_token": known.refresh_token,
            "accounts_url": self.base,
            "api_url": self.base,
            "token_cache": "off",
            "requests_per_minute": "6000",
        } | settings
        variables = {f"TAP_ZOHOBOOKS_{name.upper()}": value for name, value in given.items()}
        return CliRunner(env=variables).invoke(cli, arguments)


Desks = Callable[..., Desk]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desks]:
    """Return a function that makes desks; its arguments are those of `World.build`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    with ExitStack() as stack:

        def make(**options: Any) -> Desk:
            world = World.build(**{"rows": 5, "requests_per_minute": 6000, **options})
            return Desk(world, stack.enter_context(serve(world)))

        yield make


def last_line(result: Result) -> str:
    """Return the last line of standard error, which must not be a traceback's."""
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_has_an_example(command: str) -> None:
    """The help of each command ends with an example, whose options the command has."""
    words = [command] if command else []
    result = CliRunner().invoke(cli, [*words, "--help"])
    assert result.exit_code == 0
    *_, title, line = (one.strip() for one in result.stdout.strip().splitlines())
    assert title == "Example:"
    found = re.search(r"\$\((.*)\)", line)
    for part in (found[1] if found else line).split(" && "):
        program, name, *rest = part.split()
        assert program == PROGRAM
        with click.Context(cli) as context:
            cli.commands[name].make_context(name, [*_replace_files(rest)], parent=context)


def _replace_files(words: list[str]) -> list[str]:
    """Return the words of an example with files that exist."""
    return [__file__ if word.endswith(".json") else word for word in words]


def complete(*words: str, begun: str = "") -> list[str]:
    """Return the completions of a shell."""
    found = ShellComplete(cli, {}, PROGRAM, "_ZOHOBOOKS_COMPLETE").get_completions(
        list(words), begun
    )
    return [one.value for one in found]


def test_a_shell_completes_commands_options_and_streams() -> None:
    """Commands, options and names of streams are completed."""
    assert complete(begun="log") == ["login", "logout"]
    assert complete("login", begun="--all") == ["--all-organizations"]
    assert complete("plan", "--stream", begun="invoice_c") == [
        "invoice_comments", "invoice_credits_applied",
    ]  # fmt: skip
    assert complete("doctor", "--stream") == sorted(resources.TABLE)
    assert complete("login", "--region", begun="c") == ["ca", "cn"]
    found = ShellComplete(cli, {}, PROGRAM, "_ZOHOBOOKS_COMPLETE")
    (files,) = found.get_completions(["plan", "--config"], ".e")
    assert (files.type, files.value) == ("file", ".e")


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_is_printed(shell: str) -> None:
    """The completion script of each shell is printed."""
    result = CliRunner().invoke(cli, ["completion", shell])
    assert result.exit_code == 0
    assert f"_ZOHOBOOKS_COMPLETE={shell}_complete" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "settings", "options"),
    [
        (["login"], {"client_id": ""}, ["--client-id", "TAP_ZOHOBOOKS_CLIENT_ID"]),
        (["login"], {"client_secret": ""}, ["--client-secret", "TAP_ZOHOBOOKS_CLIENT_SECRET"]),
        (["login"], {}, ["--keep or --renew"]),
        (["login", "--renew"], {}, ["--browser or --code"]),
        (["login", "--keep"], {}, ["--organization or --all-organizations"]),
        (["logout"], {}, ["--yes"]),
    ],
    ids=["id", "secret", "keep", "way", "organizations", "logout"],
)
def test_prompts_without_a_terminal(
    desk: Desks, arguments: list[str], settings: dict[str, str], options: list[str]
) -> None:
    """Without a terminal a prompt becomes an error that names the option to give."""
    result = desk().run(*arguments, **settings)
    assert result.exit_code == 78
    for option in options:
        assert option in last_line(result)


def test_login_by_options(desk: Desks, tmp_path: Path) -> None:
    """With options for all prompts a login needs no terminal."""
    one = desk()
    code = one.world.accounts.issue_self_client_code(one.world.clock())
    result = one.run("login", f"--code={code}", "--organization=60012345678", "--meltano", "--yes",
                     refresh_token="")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "TAP_ZOHOBOOKS_ORGANIZATION_IDS='[\"60012345678\"]'" in (tmp_path / ".env").read_text()
    assert result.stdout.splitlines() == [
        "meltano config set tap-zohobooks region 'us'",
        f"meltano config set tap-zohobooks accounts_url '{one.base}'",
        "meltano config set tap-zohobooks organization_ids '[\"60012345678\"]'",
    ]


def test_another_client_is_another_login(desk: Desks) -> None:
    """A stored token is not reused for another client."""
    result = desk().run("login", "--client-id=1000.OTHER", "--client-secret=x", "--code=1000.c")
    assert result.exit_code == 78
    assert "invalid_client" in last_line(result)
    assert "Keep" not in result.stderr


def test_a_token_that_must_be_kept(desk: Desks) -> None:
    """With --keep and a revoked token, login ends with 77."""
    one = desk()
    one.world.revoke(one.world.credentials.refresh_token)
    result = one.run("login", "--keep")
    assert result.exit_code == 77
    assert "zohobooks login" in last_line(result)


def test_a_second_look_at_a_dead_token(desk: Desks, tmp_path: Path) -> None:
    """A stored revocation stops the doctor without a request; login mints, and clears it."""
    one = desk(organizations=1)
    token = one.world.credentials.refresh_token
    scopes = one.world.scopes.pop(token)
    cache = str(tmp_path / "cache")
    assert one.run("doctor", "--stream=taxes", token_cache=cache).exit_code == 77
    one.world.scopes[token] = scopes
    remembered = one.run("doctor", "--stream=taxes", token_cache=cache)
    assert remembered.exit_code == 77
    assert "was found invalid at" in remembered.stdout
    assert one.world.mints == []
    assert one.run("login", "--keep", token_cache=cache).exit_code == 0
    assert one.run("doctor", "--stream=taxes", token_cache=cache).exit_code == 0


def test_the_doctor_notifies_the_webhook(desk: Desks, tmp_path: Path) -> None:
    """A revoked token is posted once, also if the doctor finds it."""
    one = desk(organizations=1)
    one.world.revoke(one.world.credentials.refresh_token)
    hook = "/books/v3/hook"
    given = {"token_cache": str(tmp_path / "cache"), "reauth_webhook_url": f"{one.base}{hook}"}
    for _ in range(2):
        assert one.run("doctor", "--stream=taxes", **given).exit_code == 77
    assert one.run("login", "--keep", **given).exit_code == 77
    assert [call.path for call in one.world.log if call.method == "POST"] == [hook]


def test_a_token_of_the_cache_proves_nothing(desk: Desks, tmp_path: Path) -> None:
    """A login keeps a token only if it mints: an access token may be valid longer."""
    one = desk(organizations=1)
    cache = str(tmp_path / "cache")
    assert one.run("organizations", token_cache=cache).exit_code == 0
    one.world.scopes.pop(one.world.credentials.refresh_token)
    result = one.run("login", "--keep", token_cache=cache)
    assert (result.exit_code, "The refresh token is not valid" in last_line(result)) == (77, True)


def test_yes_keeps_a_stored_token(desk: Desks) -> None:
    """--yes keeps the stored token, as the default of the prompt does."""
    one = desk(organizations=1)
    before = dict(one.world.scopes)
    result = one.run("login", "--yes", "--meltano", region="us")
    assert result.exit_code == 0
    assert one.world.scopes == before
    assert result.stdout.splitlines() == [
        "meltano config set tap-zohobooks region 'us'",
        f"meltano config set tap-zohobooks accounts_url '{one.base}'",
        "meltano config set tap-zohobooks organization_ids '[\"927270289\"]'",
    ]


def test_a_logout_leaves_another_token(desk: Desks, tmp_path: Path) -> None:
    """If the token was set elsewhere, .env keeps its own, and a message says so."""
    one = desk()
    known = asdict(one.world.credentials) | {"accounts_url": one.base}
    (tmp_path / "config.json").write_text(json.dumps(known))
    (tmp_path / ".env").write_text("TAP_ZOHOBOOKS_REFRESH_TOKEN=1000.other\n")
    result = one.run("logout", "--yes", "--config=config.json")
    assert result.exit_code == 0
    assert "not set by .env: remove it where it is set" in last_line(result)
    assert (
        known["refresh_token"] in one.world.scopes,
        "1000.other" in (tmp_path / ".env").read_text(),
    ) == (False, True)


def test_no_code_is_used_without_a_file(desk: Desks, tmp_path: Path) -> None:
    """If .env cannot be written, no grant code is used and no token is created."""
    one = desk()
    (tmp_path / ".env").mkdir()
    before = dict(one.world.scopes)
    code = one.world.accounts.issue_self_client_code(one.world.clock())
    result = one.run("login", f"--code={code}", refresh_token="")
    assert result.exit_code == 78
    assert ".env cannot be written" in last_line(result)
    assert one.world.scopes == before


def test_organizations_for_machines(desk: Desks) -> None:
    """JSON holds the columns of the table."""
    told = json.loads(desk().run("organizations", "--json").stdout)
    assert told[0] == {
        "name": "Harbour & Pine Trading",
        "organization_id": "927270289",
        "currency_code": "USD",
        "time_zone": "America/New_York",
        "plan_name": "Professional",
        "is_active": True,
        "is_read": True,
    }


def test_the_doctor_for_machines(desk: Desks) -> None:
    """JSON holds result, finding and next step of each check, and nothing else is printed."""
    one = desk()
    told = json.loads(one.run("doctor", "--stream=invoices", "--json").stdout)
    assert (told["passed"], told["exit_code"]) == (True, 0)
    assert told["streams"] == [
        {"stream": "invoices", "may_be_read": "yes", "strategy": "filter and sort"}
    ]
    first, second = told["quotas"]
    assert (first["organization"], first["left"], first["limit"]) == ("927270289", 9999, 10_000)
    assert second["organization"] == "60012345678"
    ahead = datetime.fromisoformat(second["resets_at"]) - datetime.now(UTC)
    assert timedelta(0) <= ahead + timedelta(minutes=1) <= timedelta(days=1, minutes=1)
    wrong = one.run("doctor", "--stream=invoices", "--json", client_secret="x")
    told = json.loads(wrong.stdout)
    assert (told["passed"], told["exit_code"], wrong.exit_code) == (False, 78, 78)
    (failed,) = [check for check in told["checks"] if check["passed"] is False]
    assert failed["check"] == "client"
    assert "client_secret" in failed["next_step"]


def test_settings_that_are_wrong(desk: Desks) -> None:
    """The first check of the doctor is that the settings are valid."""
    result = desk().run("doctor", page_size="500")
    assert result.exit_code == 78
    assert "'page_size' is wrong" in result.stdout
    told = json.loads(desk().run("doctor", "--json", page_size="many").stdout)
    assert "TAP_ZOHOBOOKS_PAGE_SIZE" in told["checks"][0]["found"]


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"token_cache": "off"}, "off: each run requests a token of its own"),
        ({"token_cache": "/dev/null/x"}, "cannot be used (Not a directory)"),
    ],
)
def test_the_token_cache_is_checked(desk: Desks, settings: dict[str, str], found: str) -> None:
    """A cache that is off passes; one that cannot be used does not."""
    told = json.loads(desk().run("doctor", "--stream=taxes", "--json", **settings).stdout)
    (check,) = [one for one in told["checks"] if one["check"] == "token cache"]
    assert found in check["found"]
    assert told["passed"] is (settings["token_cache"] == "off")


@pytest.mark.parametrize("folder", ["cache", "../cache"])
def test_the_token_cache_is_shown(desk: Desks, tmp_path: Path, folder: str) -> None:
    """The folder is shown with ~ for the home, or as an absolute path."""
    cache = str((tmp_path / folder).resolve())
    told = json.loads(desk().run("doctor", "--stream=taxes", "--json", token_cache=cache).stdout)
    (check,) = [one for one in told["checks"] if one["check"] == "token cache"]
    assert check["found"] == ("~/cache" if folder == "cache" else cache)


def test_an_access_token_needs_no_other(desk: Desks) -> None:
    """With access_token set neither client nor refresh token is used."""
    one = desk()
    known = one.world.credentials
    form = {"grant_type": "refresh_token", **asdict(known)}
    token = requests.post(f"{one.base}/oauth/v2/token", form, timeout=5).json()["access_token"]
    given = {"access_token": token, "refresh_token": "", "client_secret": "x", "region": "us"}
    told = json.loads(one.run("doctor", "--stream=taxes", "--json", **given).stdout)
    found = {check["check"]: check["found"] for check in told["checks"]}
    assert told["passed"]
    assert found["client"] == found["refresh token"] == "not needed, as access_token is set"
    assert len(one.world.mints) == 1


def test_client_credentials_need_no_refresh_token(desk: Desks) -> None:
    """With client_credentials no refresh token is needed."""
    given = {"grant_type": "client_credentials", "refresh_token": "",
             "organization_ids": '["927270289"]'}  # fmt: skip
    told = json.loads(desk().run("doctor", "--stream=taxes", "--json", **given).stdout)
    found = {check["check"]: check["found"] for check in told["checks"]}
    assert told["passed"]
    assert found["refresh token"] == "not needed, as grant_type is client_credentials"


def test_the_api_host_is_checked(desk: Desks) -> None:
    """The check fails if a host answers, but not as Zoho Books does."""
    one = desk()
    told = json.loads(
        one.run("doctor", "--stream=taxes", "--json", api_url=f"{one.base}/sandbox").stdout
    )
    found = {line["check"]: line for line in told["checks"]}
    assert "does not respond as Zoho Books does" in found["API host"]["found"]
    assert found["organizations"]["next_step"].startswith("Check api_url, region ")
    assert told["exit_code"] == 1


def test_the_calls_of_a_command_are_printed(desk: Desks) -> None:
    """The number of API calls is printed on standard error, also without a prompt."""
    one = desk(organizations=1)
    doctor = one.run("doctor", "--stream=bills", "--stream=invoices", "--json")
    assert "Looking at each list takes 2 calls of the day." in doctor.stderr
    plan = one.run("plan", "--stream=bills", "--json")
    assert "Counting takes 1 call of the day, more where lists are long." in plan.stderr


def test_a_plan_for_machines(desk: Desks) -> None:
    """JSON holds each stream of each organization, and the sum per organization."""
    told = json.loads(desk().run("plan", "--stream=bills", "--json").stdout)
    bills = [one for one in told["streams"] if one["stream"] == "bills"]
    assert [(one["organization"], one["rows"], one["calls"]) for one in bills] == [
        ("927270289", 5, 1),
        ("60012345678", 5, 1),
    ]
    assert [one["calls"] for one in told["organizations"]] == [21, 21]


def test_a_plan_by_catalog_and_state(desk: Desks, tmp_path: Path) -> None:
    """The catalog selects streams and methods, the state the start."""
    one = desk(organizations=1)
    catalog = {
        "streams": [
            {
                "tap_stream_id": name,
                "stream": name,
                "schema": {"properties": {}},
                "metadata": [{"breadcrumb": [], "metadata": {"selected": wanted, **method}}],
            }
            for name, wanted, method in (
                ("bills", True, {"replication-method": "INCREMENTAL"}),
                ("contacts", True, {"replication-method": "FULL_TABLE"}),
                ("items", False, {}),
            )
        ]
    }
    now = datetime.now(UTC).isoformat(timespec="seconds")
    bookmark = {"replication_key": "last_modified_time", "replication_key_value": now}
    partition = {"context": {"organization_id": "927270289"}, **bookmark}
    state = {"bookmarks": {name: {"partitions": [partition]} for name in ("bills", "contacts")}}
    files = {"catalog": catalog, "state": state}
    for name, content in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    result = one.run("plan", "--catalog=catalog.json", "--state=state.json", "--json")
    assert result.exit_code == 0, result.stderr
    rows = {line["stream"]: line["rows"] for line in json.loads(result.stdout)["streams"]}
    assert rows == {"bills": 0, "contacts": 5}
    ahead = (tmp_path / "state.json").read_text().replace(now, FUTURE)
    (tmp_path / "state.json").write_text(ahead)
    result = one.run("plan", "--catalog=catalog.json", "--state=state.json")
    assert result.exit_code == 78  # as a run would end
    assert "Stream 'bills' of organization 927270289 would be read from 2998" in last_line(result)


def test_settings_from_a_file(desk: Desks, tmp_path: Path) -> None:
    """--config takes the tap's own file instead of variables."""
    one = desk(organizations=1)
    known = one.world.credentials
    settings = {
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "refresh_token": known.refresh_token,
        "accounts_url": one.base,
        "api_url": one.base,
        "token_cache": "off",
    }
    (tmp_path / "config.json").write_text(json.dumps(settings))
    result = one.run("organizations", "--config=config.json", refresh_token="wrong")
    assert result.exit_code == 0, result.stderr
    assert "927270289" in result.stdout


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["--nonsense"], ["doctor", "--nonsense"], ["login", "--port=0"]]
)
def test_unknown_words(desk: Desks, arguments: list[str]) -> None:
    """A misspelt command, option or value is named, and ends with 78."""
    result = desk().run(*arguments)
    assert result.exit_code == 78
    assert arguments[-1].removesuffix("=0") in last_line(result)


@pytest.mark.parametrize("command", ["doctor", "plan"])
def test_a_stream_that_is_not_there(desk: Desks, command: str) -> None:
    """An unknown stream is named."""
    result = desk().run(command, "--stream=invoice")
    assert result.exit_code == 78
    assert "There is no stream, or field of a stream, 'invoice'" in last_line(result)


def test_no_secret_is_shown(desk: Desks, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the output nor the debug log of any command holds a secret or a token."""
    caplog.set_level(logging.DEBUG)
    one = desk()
    code = one.world.accounts.issue_self_client_code(one.world.clock())
    results = [
        one.run("login", f"--code={code}", "--renew", "--all-organizations", "--meltano"),
        one.run("organizations"),
        one.run("doctor", "--stream=invoices", "--json"),
        one.run("plan", "--stream=invoices"),
        one.run("logout", "--yes"),
    ]
    assert [result.exit_code for result in results] == [0] * 5
    said = "".join(result.output for result in results) + caplog.text
    known = one.world.credentials
    assert "/oauth/v2/token" in caplog.text
    for secret in (known.client_secret, known.refresh_token, code, "1000."):
        assert secret not in said.replace(known.client_id, "")


def test_doctor_without_a_list(desk: Desks) -> None:
    """If only the organizations are selected, there is no list to check."""
    result = desk(organizations=2).run("doctor", "--stream=organizations")
    assert result.exit_code == 0, result.output
    assert "no list is selected" in result.stdout


def test_doctor_where_nothing_may_be_read(desk: Desks) -> None:
    """The check of the scopes fails if no list may be read."""
    one = desk(organizations=1)
    token = one.world.credentials.refresh_token
    one.world.scopes[token] = frozenset({"ZohoBooks.settings.READ"})
    result = one.run("doctor", "--stream=invoices", "--stream=bills", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == told["exit_code"] == 77
    (found,) = [one for one in told["checks"] if one["check"] == "scopes"]
    assert (found["passed"], found["found"]) == (False, "0 of 2 lists may be read")


def test_no_cell_is_cut_where_the_terminal_is_narrow(desk: Desks) -> None:
    """Ids are shown whole, on several lines if needed."""
    one = desk(organizations=1)
    for command in (["organizations"], ["doctor", "--stream=invoices"], ["plan", "--stream=bills"]):
        result = one.run(*command, COLUMNS="30")
        assert result.exit_code == 0, result.output
        assert "\N{HORIZONTAL ELLIPSIS}" not in result.stdout


def test_an_unknown_organization_is_named(desk: Desks) -> None:
    """An organization of the settings that is not listed is named."""
    result = desk(organizations=1).run("organizations", organization_ids='["42", "927270289"]')
    assert result.exit_code == 0
    assert "organization_ids names 42, which this user cannot see" in result.stderr


def test_a_secret_that_is_not_ascii(desk: Desks) -> None:
    """Any text of a setting is sent as it is."""
    one = desk(organizations=1)
    assert one.run("logout", "--yes", client_secret="\N{SNOWMAN}").exit_code == 0
    assert not one.world.scopes


def test_a_client_that_is_no_text(desk: Desks, tmp_path: Path) -> None:
    """A wrong setting is named, whatever other options login has."""
    (tmp_path / "config.json").write_text('{"client_id": ["a"]}')
    result = desk().run("login", "--config=config.json", "--client-secret=s", "--code=c")
    assert result.exit_code == 78
    assert "Setting 'client_id' is wrong" in last_line(result)


def test_text_of_the_service_is_escaped() -> None:
    """Control characters and line ends are escaped, and markup is text."""
    assert escape_text("a\x1b[2J\r\x9b\n[red]株式会社") == r"a\x1b[2J\r\x9b\n\[red]株式会社"
