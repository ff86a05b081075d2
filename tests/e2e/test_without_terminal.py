"""`doctor` and `plan` without a terminal do what costs nothing, and say what they left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox import World, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROGRAM = str(Path(sys.executable).with_name("zohobooks"))


@pytest.fixture
def world() -> World:
    """Two organizations, with 30 rows a list."""
    return World.build(rows=30, requests_per_minute=10**6)


@pytest.fixture
def run(world: World, tmp_path: Path) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Return a function that runs a command whose standard input is no terminal."""
    with serve(world) as base:
        known = asdict(world.credentials) | {"accounts_url": base, "api_url": base}
        given = {f"TAP_ZOHOBOOKS_{name.upper()}": value for name, value in known.items()}
        own = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "COLUMNS": "200"}

        def start(*arguments: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run([PROGRAM, *arguments], cwd=tmp_path, env=own | given, text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                                  check=False)  # fmt: skip

        yield start


Run = subprocess.CompletedProcess[str]


def count_calls(world: World) -> int:
    """Return how many requests have named an organization: these count against its quota."""
    return sum(bool(call.organization_id) for call in world.log)


def test_a_doctor_leaves_out_what_costs_calls(world: World, run: Callable[..., Run]) -> None:
    """Settings, token and organizations are checked; quota and scopes are named as left out."""
    done = run("doctor", "--json")
    found = {one["check"]: one for one in json.loads(done.stdout)["checks"]}
    assert done.returncode == 0
    assert found["settings"]["passed"] is found["organizations"]["passed"] is True
    for name in ("quota", "scopes"):
        assert found[name]["passed"] is None
        assert "calls of the day" in found[name]["found"]
        assert found[name]["next_step"] == "Give --yes."
    assert count_calls(world) == 0


def test_a_doctor_still_fails(run: Callable[..., Run]) -> None:
    """What was checked and is wrong has its exit code."""
    (done,) = [run("doctor", "--config=missing.json")]
    assert done.returncode == 78


@pytest.mark.parametrize("option", ["--json", ""])
def test_a_plan_without_counting(world: World, run: Callable[..., Run], option: str) -> None:
    """The least cost of each stream is printed, and that rows are not counted."""
    done = run("plan", *filter(None, [option]))
    assert done.returncode == 0
    assert "Rows are not counted" in done.stderr
    assert count_calls(world) == 0
    if option:
        costs = json.loads(done.stdout)["streams"]
        assert len(costs) > 50
        assert all(one["rows"] is None and one["calls"] >= 1 for one in costs)
    else:
        assert "at least, rows are not counted" in done.stdout


@pytest.mark.parametrize("command", ["doctor", "plan"])
def test_yes_makes_the_calls(world: World, run: Callable[..., Run], command: str) -> None:
    """`--yes` leaves nothing out."""
    done = run(command, "--yes", "--json")
    assert done.returncode == 0
    assert "not counted" not in done.stderr
    assert count_calls(world) > 20


@pytest.mark.parametrize("command", ["doctor", "plan"])
def test_few_calls_are_made(world: World, run: Callable[..., Run], command: str) -> None:
    """Twenty calls need no confirmation."""
    assert run(command, "--stream=taxes", "--json").returncode == 0
    assert count_calls(world) > 0
