"""Variables are read without `--config` if they hold credentials."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.pipeline.conftest import selecting
from tests.e2e.pipeline.test_command_line import last_line, messages

if TYPE_CHECKING:
    from sandbox import World
    from tests.e2e.pipeline.conftest import Shell


@pytest.fixture
def variables(config: dict[str, Any]) -> dict[str, str]:
    """Return the variables that reach the service."""
    return {f"TAP_ZOHOBOOKS_{name.upper()}": str(value) for name, value in config.items()}


def test_a_run_without_config(shell: Shell, variables: dict[str, str]) -> None:
    """Complete variables are enough for a run, a test and a discovery."""
    catalog = shell.file("catalog.json", selecting("taxes"))
    done = shell.run("--catalog", catalog, **variables)
    assert done.returncode == 0
    assert messages(done, "RECORD")
    assert shell.run("--test", "--catalog", catalog, **variables).returncode == 0
    found = json.loads(shell.run("--discover", **variables).stdout)
    assert "cm_vehicle" in {one["stream"] for one in found["streams"]}


def test_variables_that_are_incomplete(
    shell: Shell, world: World, variables: dict[str, str]
) -> None:
    """Without a token they are no settings, and `--discover` needs no call."""
    del variables["TAP_ZOHOBOOKS_REFRESH_TOKEN"]
    variables["TAP_ZOHOBOOKS_ACCESS_TOKEN"] = " "
    assert shell.run("--discover", **variables).returncode == 0
    done = shell.run(**variables)
    assert done.returncode == 78
    assert "'client_id' is missing" in last_line(done)
    assert not world.log


def test_a_file_is_not_mixed_with_variables(
    shell: Shell, config: dict[str, Any], variables: dict[str, str]
) -> None:
    """With a file of settings variables have no effect unless ENV is given as well."""
    files = ["--config", shell.file("config.json", config | {"client_secret": "wrong"})]
    assert shell.run("--test", *files, **variables).returncode == 78
    assert shell.run("--test", *files, "--config", "ENV", **variables).returncode == 0


def test_a_variable_that_is_wrong(shell: Shell, variables: dict[str, str]) -> None:
    """It ends a run with its name, and the page that describes it can still be printed."""
    variables["TAP_ZOHOBOOKS_PAGE_SIZE"] = "many"
    done = shell.run(**variables)
    assert done.returncode == 78
    assert "TAP_ZOHOBOOKS_PAGE_SIZE" in last_line(done)
    assert shell.run("--about", **variables).returncode == 0
