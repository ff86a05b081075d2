"""Secrets go only where the source of the secrets says, and to this machine without a proxy."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from sandbox import World, serve
from tap_zohobooks.cli.main import cli
from tests.e2e.forks import run_all
from tests.e2e.pipeline.conftest import PLENTY, Shell, selecting
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRETS = ("client_secret", "refresh_token")


@pytest.fixture
def world() -> World:
    """Return a service."""
    return World.build(rows=3, organizations=1, requests_per_minute=PLENTY)


@pytest.fixture
def known(world: World, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Serve it, and return settings that reach it, as text."""
    with serve(world) as base:
        settings = {**asdict(world.credentials), "accounts_url": base, "api_url": base}
        yield {**settings, "token_cache": str(tmp_path / "cache")}


@pytest.fixture(autouse=True)
def _clear(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def to_variables(settings: dict[str, str]) -> dict[str, str]:
    """Return settings as variables."""
    return {f"TAP_ZOHOBOOKS_{name.upper()}": value for name, value in settings.items()}


def write_env(folder: Path, settings: dict[str, str], *lines: str) -> None:
    """Write settings to `.env`."""
    values = [f"{name}={value}" for name, value in to_variables(settings).items()]
    (folder / ".env").write_text("".join(f"{line}\n" for line in (*values, *lines)))


def pick(settings: dict[str, str], *names: str) -> dict[str, str]:
    """Return some of the settings."""
    return {name: settings[name] for name in names}


def drop(settings: dict[str, str], *names: str) -> dict[str, str]:
    """Return the other settings."""
    return {name: value for name, value in settings.items() if name not in names}


def sync(folder: Path, variables: dict[str, str], *configs: str) -> tuple[int, str]:
    """Run the tap in a folder, and return its exit code and the last line of its log."""
    catalog = Shell(folder).file("catalog.json", selecting("taxes"))
    arguments = [f"--config={one}" for one in configs or ("ENV",)]
    case = {"arguments": [*arguments, "--catalog", catalog], "variables": variables,
            "folder": str(folder)}  # fmt: skip
    (done,) = run_all([case])
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("hosts", [("accounts_url",), ("api_url",), ("accounts_url", "api_url")])
def test_hosts_of_a_strange_folder(
    world: World, known: dict[str, str], tmp_path: Path, hosts: tuple[str, ...]
) -> None:
    """If `.env` names hosts, no secret of the environment is sent there."""
    write_env(tmp_path, pick(known, *hosts))
    code, last = sync(tmp_path, to_variables(drop(known, *hosts)))
    assert code == 78
    assert f".env sets {', '.join(hosts)}, and client_secret, refresh_token would be sent" in last
    assert world.log == []
    assert world.mints == []


def test_secrets_of_a_file(world: World, known: dict[str, str], tmp_path: Path) -> None:
    """Nor one of a file of settings."""
    write_env(tmp_path, pick(known, "accounts_url"))
    file = Shell(tmp_path).file("config.json", drop(known, "accounts_url"))
    code, last = sync(tmp_path, {}, file, "ENV")
    assert (code, "[hosts-untrusted]" in last, world.mints) == (78, True, [])


def test_chinas_servers_are_hosts(known: dict[str, str], tmp_path: Path) -> None:
    """A region whose servers belong to another company is as good as a host."""
    write_env(tmp_path, {"region": "CN"})
    code, last = sync(tmp_path, to_variables(known))
    assert (code, ".env sets region" in last) == (78, True)


def test_one_source(world: World, known: dict[str, str], tmp_path: Path) -> None:
    """Hosts and secrets of one `.env` go together; so do those of the environment before it."""
    write_env(tmp_path, known)
    assert sync(tmp_path, {})[0] == 0
    write_env(tmp_path, {"accounts_url": "https://accounts.example", "region": "us"})
    assert sync(tmp_path, to_variables(known))[0] == 0
    assert len(world.mints) == 1


def test_only_settings_are_read(known: dict[str, str], tmp_path: Path) -> None:
    """A proxy or a certificate in `.env` has no effect."""
    write_env(tmp_path, {"region": "us"}, f"HTTPS_PROXY=http://127.0.0.1:{free_port()}",
              "REQUESTS_CA_BUNDLE=/nonexistent", "TAP_ZOHOBOOKS_LOGLEVEL=x")  # fmt: skip
    assert sync(tmp_path, to_variables(known))[0] == 0


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_no_proxy_for_this_machine(known: dict[str, str], tmp_path: Path, name: str) -> None:
    """Requests to a loopback address go through no proxy, whatever variables say."""
    proxy = f"http://127.0.0.1:{free_port()}"
    assert sync(tmp_path, {**to_variables(known), name: proxy})[0] == 0


COMMANDS = (
    ["organizations"], ["logout", "--yes"], ["doctor", "--yes"], ["plan", "--yes"],
    ["login", "--keep", "--yes"],
)  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=[words[0] for words in COMMANDS])
def test_commands(world: World, known: dict[str, str], tmp_path: Path, words: list[str]) -> None:
    """Each command refuses hosts of a strange folder."""
    write_env(tmp_path, pick(known, "accounts_url"))
    variables = to_variables(drop(known, "accounts_url"))
    result = CliRunner(env=variables).invoke(cli, words)
    assert result.exit_code == 78
    assert "[hosts-untrusted]" in result.output
    assert (world.log, world.mints) == ([], [])


@pytest.mark.parametrize("words", [[], ["--client-secret=s"]], ids=["prompt", "option"])
def test_a_login_in_a_strange_folder(
    world: World, known: dict[str, str], tmp_path: Path, words: list[str]
) -> None:
    """A secret that a person enters is not sent to hosts of `.env` either."""
    write_env(tmp_path, pick(known, "accounts_url"))
    options = ["--client-id=1000.A", "--code=1000.c", "--yes", *words]
    result = CliRunner().invoke(cli, ["login", *options])
    assert result.exit_code == 78
    assert "client_secret would be sent there" in result.output
    assert world.log == []
    assert world.mints == []
