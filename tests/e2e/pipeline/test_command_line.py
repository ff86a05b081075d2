"""Runs of the command line as a user starts them, over HTTP, in processes of their own."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.pipeline.conftest import COMMAND, Shell

if TYPE_CHECKING:
    from sandbox import World


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last log line of a run, which must not be a traceback's."""
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def messages(done: subprocess.CompletedProcess[str], kind: str) -> list[dict[str, Any]]:
    """Return the messages of one type."""
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [message for message in found if message["type"] == kind]


def test_a_sync_is_singer(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """A run writes schemas before records, ends with a state, and exits with 0."""
    done = shell.sync(config)
    assert done.returncode == 0
    seen = set()
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message["type"] == "SCHEMA":
            seen.add(message["stream"])
        if message["type"] == "RECORD":
            assert message["stream"] in seen
            assert message["time_extracted"]
    assert json.loads(done.stdout.splitlines()[-1])["type"] == "STATE"
    invoices = [m for m in messages(done, "RECORD") if m["stream"] == "invoices"]
    wanted = {(o["organization_id"], i) for o in world.organizations
              for i in world.ids(o["organization_id"], "invoices")}  # fmt: skip
    assert {(m["record"]["organization_id"], m["record"]["invoice_id"]) for m in invoices} == wanted


def test_the_state_is_gone_on_from(shell: Shell, config: dict[str, Any]) -> None:
    """The last state of a run, handed to the next, leaves next to nothing to read."""
    first = shell.sync(config)
    second = shell.sync(config, state=messages(first, "STATE")[-1]["value"])
    counts = [m["stream"] for m in messages(second, "RECORD")]
    assert second.returncode == 0
    assert counts.count("invoices") <= 6


def test_runs_share_a_token(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """A run right after another uses the access token that the first one has minted."""
    one = {"organization_ids": [world.organizations[0]["organization_id"]]}
    catalog = json.loads(shell.run("--discover").stdout)
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if not item["breadcrumb"]:
                item["metadata"]["selected"] = entry["stream"] == "invoices"
    for _ in range(2):
        assert shell.sync(config | one, catalog=catalog).returncode == 0
    assert len(world.mints) == 1


def test_discovery_needs_no_credentials(shell: Shell) -> None:
    """--discover prints the catalog without a setting and without a call."""
    done = shell.run("--discover")
    streams = {entry["stream"] for entry in json.loads(done.stdout)["streams"]}
    assert done.returncode == 0
    assert {"invoices", "invoice_details", "organizations", "taxes"} <= streams


def test_settings_from_the_environment(shell: Shell, config: dict[str, Any]) -> None:
    """--config=ENV reads variables, and a .env file beside it."""
    lines = [f"TAP_ZOHOBOOKS_{name.upper()}={value}" for name, value in config.items()]
    (shell.folder / ".env").write_text("\n".join(lines))
    done = shell.run("--config", "ENV")
    assert done.returncode == 0
    assert messages(done, "RECORD")


@pytest.mark.parametrize(
    ("change", "code", "found"),
    [
        ({"page_size": 500}, 78, "'page_size'"),
        ({"region": "mars"}, 78, "'region'"),
        ({"stream_maps": {"invoices": {"x": "no syntax("}}}, 78, "a stream map fails"),
        ({"stream_maps": {"invoices": {"x": "1/0"}}}, 78, "division by zero"),
        ({"stream_maps": {"invoices": {"__else__": "x"}}}, 78, "'stream_maps' is wrong"),
        ({"flattening_enabled": True}, 78, "'flattening_max_depth' is missing"),
        ({"refresh_token": ""}, 78, "'refresh_token'"),
        ({"organization_ids": ["4711"]}, 78, "4711"),
        ({"client_secret": "wrong"}, 78, "client_secret"),
        ({"refresh_token": "1000.dead"}, 77, "refresh token is not valid"),
        ({"access_token": "dead", "region": "us", "refresh_token": ""}, 77, "access_token"),
        (
            {"api_url": "http://127.0.0.1:1", "organization_ids": ["1"], "max_wait_seconds": 1},
            1,
            "no usable response",
        ),
    ],
)
def test_a_run_that_fails_says_why(
    shell: Shell, config: dict[str, Any], change: dict[str, Any], code: int, found: str
) -> None:
    """Each foreseeable failure has its exit code, and its last line names the reason."""
    done = shell.sync(config | change)
    assert done.returncode == code
    assert found in last_line(done)


@pytest.mark.parametrize("name", ["catalog", "state"])
@pytest.mark.parametrize(
    "value",
    [
        "{",
        "[]",
        {"streams": 5},
        {"bookmarks": {"invoices": 7}},
        {"bookmarks": {"invoices": {"replication_key_value": "2026-06-09T17:15:37Z"}}},
    ],
)
def test_malformed_files(shell: Shell, config: dict[str, Any], name: str, value: object) -> None:
    """A malformed catalog or state is one clear line and 78, whatever is wrong with it."""
    done = shell.sync(config, **{name: value})
    assert done.returncode == 78
    assert name in last_line(done)


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_malformed_settings(shell: Shell, text: str) -> None:
    """A settings file that is no JSON object is one clear line and 78."""
    done = shell.sync(text)
    assert done.returncode == 78
    assert "--config" in last_line(done)


def test_a_spent_quota(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """A quota that ends in the middle writes the state and exits with 75."""
    world.limits.daily_quota = 12
    done = shell.sync({**config, "flatten_custom_fields": False})
    assert done.returncode == 75
    assert "quota" in last_line(done)
    assert json.loads(done.stdout.splitlines()[-1])["type"] == "STATE"


@pytest.mark.parametrize("arguments", [(), ("--discover",)])
def test_a_quota_spent_at_discovery(
    shell: Shell, world: World, config: dict[str, Any], arguments: tuple[str, ...]
) -> None:
    """A catalog that lacks what the service could not tell is neither printed nor read by."""
    world.limits.daily_quota = 12
    path = shell.file("config.json", config)
    done = shell.run("--config", str(path), *arguments)
    assert done.returncode == 75
    assert "quota" in last_line(done)
    assert "invoices" not in done.stdout


def test_no_secret_is_shown(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """Neither output nor the most talkative log holds a secret or a token."""
    shell.file("config.json", config)
    done = shell.run("--config", str(shell.folder / "config.json"), LOGLEVEL="DEBUG")
    assert done.returncode == 0
    secrets = [config["client_secret"], config["refresh_token"], config["client_id"]]
    assert world.mints
    for sign in ("1000.", "oauthtoken"):  # every token begins like that, every header holds that
        assert sign not in done.stderr
    for secret in secrets:
        assert secret not in done.stderr
        assert secret not in done.stdout


def test_a_target_that_dies(shell: Shell, config: dict[str, Any]) -> None:
    """When the target closes the pipe the tap ends at once, in one line."""
    path = shell.file("config.json", config)
    with subprocess.Popen(
        [*COMMAND, "--config", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as tap:
        assert tap.stdout is not None
        assert tap.stderr is not None
        tap.stdout.readline()
        tap.stdout.close()
        log = tap.stderr.read().decode()
        assert tap.wait(20) == 1
    assert "closed the pipe" in log.strip().splitlines()[-1]
    assert "Traceback" not in log
