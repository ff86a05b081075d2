"""The start of a run says which selected streams cost a call a row."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.pipeline.conftest import selecting
from tests.gateway import make_place

if TYPE_CHECKING:
    from sandbox import World
    from tests.e2e.pipeline.conftest import Shell
    from tests.gateway import Place

COMMAND = Path(sys.executable).with_name("zohobooks")
COSTLY = ("invoice_details", "invoice_payments")


def log_start(place: Place, folder: Path, caplog: pytest.LogCaptureFixture, *streams: str) -> str:
    """Log what the start of a run with these streams says, and return it with its level."""
    caplog.clear()
    with caplog.at_level(logging.INFO):
        tap = place.tap(streams, token_cache=str(folder))
        before = len(place.world.log)
        tap.warn_of_selection()
        assert len(place.world.log) == before
    lines = [f"{one.levelname} {one.message}" for one in caplog.records if "a row:" in one.message]
    return "\n".join(lines)


def test_a_first_run_is_warned(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No number is invented; after a run the calls that it has made are known."""
    place = make_place(6)
    first = log_start(place, tmp_path, caplog, *COSTLY, "contacts")
    assert first.startswith("WARNING 2 selected streams cost a call a row: invoice_details, ")
    assert "depends on the rows" in first
    run = place.complete([*COSTLY, "contacts"], token_cache=str(tmp_path))
    calls = sum(run.tap.sync_context.stats.calls[name] for name in COSTLY)
    assert calls > 6
    again = log_start(place, tmp_path, caplog, *COSTLY, "contacts")
    assert again.startswith("INFO 2 selected streams")
    assert f"The last run made {calls:,} calls for them." in again
    more = log_start(place, tmp_path, caplog, *COSTLY, "bill_details")
    assert more.startswith("WARNING 3 selected streams")
    assert f"made {calls:,} calls for 2 of them." in more


def test_lists_are_no_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The default selection, and documents that come fifty at a time, cost no call a row."""
    place = make_place(3)
    assert log_start(place, tmp_path, caplog) == ""
    assert log_start(place, tmp_path, caplog, "contacts", "organizations") == ""


def test_the_command_line_warns(shell: Shell, config: dict[str, Any]) -> None:
    """The line is in the log of the command before the first stream."""
    done = shell.sync(config, catalog=selecting(*COSTLY))
    assert done.returncode == 0
    assert "2 selected streams cost a call a row" in done.stderr
    assert done.stderr.index("cost a call a row") < done.stderr.index("Stream 'invoice_details'")


def test_a_plan_without_a_call(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """After a run its rows and calls are a plan; --yes, a state or another stream asks."""
    settings = shell.file("config.json", {**config, "token_cache": str(shell.folder / "cache")})
    first = run_plan(shell, settings, "--catalog", shell.file("some.json", selecting(*COSTLY)))
    assert "As the last run" not in first.stderr
    done = shell.sync({**config, "token_cache": str(shell.folder / "cache")},
                      catalog=selecting(*COSTLY, "contacts"))  # fmt: skip
    assert done.returncode == 0
    before = len(world.log)
    for streams in (COSTLY, (*COSTLY, "contacts")):
        catalog = shell.file("some.json", selecting(*streams))
        plan = run_plan(shell, settings, "--catalog", catalog, "--json")
        assert "As the last run" in plan.stderr
        found = json.loads(plan.stdout)
        for one in found["streams"]:
            assert f"'{one['stream']}': {one['rows']} rows, {one['calls']} calls" in done.stderr
        assert found["organizations"][0]["calls"] == sum(one["calls"] for one in found["streams"])
        assert {one["stream"] for one in found["streams"]} == {*streams}
    assert len(world.log) == before
    for more in (["--yes"], ["--state", shell.file("state.json", {})]):
        assert (
            "As the last run" not in run_plan(shell, settings, "--catalog", catalog, *more).stderr
        )
    other = shell.file("other.json", selecting(*COSTLY, "bills"))
    assert "As the last run" not in run_plan(shell, settings, "--catalog", other).stderr
    assert len(world.log) > before


def test_the_plan_of_a_schedule(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """After a run `--every` prints the calls of a day without a call, and what to change."""
    config = {**config, "token_cache": str(shell.folder / "cache")}
    names = ["invoices", "bank_transactions", "users"]
    catalog = shell.file("some.json", selecting(*names))
    assert shell.sync(config, catalog=selecting(*names)).returncode == 0
    before = len(world.log)
    settings = shell.file("config.json", config)
    found = json.loads(
        run_plan(shell, settings, "--catalog", catalog, "--every", "5m", "--json").stdout
    )
    assert found["every"] == 300
    by_stream = {one["stream"]: one for one in found["streams"]}
    assert by_stream.keys() == {*names}
    for one in found["streams"]:  # dated rows are read whole once, and are expected to cost a call
        other = 1 if one["stream"] == "bank_transactions" else one["calls"]
        assert one["calls_a_day"] == one["calls"] + 287 * other
    (day,) = found["organizations"]
    assert day["calls_a_day"] == 288 + sum(one["calls_a_day"] for one in found["streams"])
    assert not day["fits"]
    plan = run_plan(shell, settings, "--catalog", catalog, "--every", "5m").stdout
    assert "Set full_refresh_interval to 1d:" in plan.replace("\n", " ")
    daily = shell.file("daily.json", {**config, "full_refresh_interval": "1d"})
    assert "It fits." in run_plan(shell, daily, "--catalog", catalog, "--every", "1h").stdout
    assert len(world.log) == before


@pytest.mark.parametrize("every", ["soon", "0", "59s", "-1h", "1h30m"])
def test_a_schedule_that_is_none(shell: Shell, config: dict[str, Any], every: str) -> None:
    """It is refused before a request, and the line names the option."""
    done = subprocess.run(
        [COMMAND, "plan", "--config", shell.file("config.json", config), "--every", every],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd=shell.folder,
    )  # fmt: skip
    assert done.returncode == 78
    assert "--every" in done.stderr


def run_plan(shell: Shell, config: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `zohobooks plan` without a terminal."""
    done = subprocess.run(
        [COMMAND, "plan", "--config", config, *arguments],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd=shell.folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done
