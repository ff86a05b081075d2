"""`--refresh-catalog` discovers anew; without it a second discovery makes no call."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.pipeline.conftest import selecting

if TYPE_CHECKING:
    from sandbox import World
    from tests.e2e.pipeline.conftest import Shell


def count_discovery(world: World) -> int:
    """Return the calls for custom fields and custom modules."""
    return sum("settings/customfields" in one.path or "settings/modules" in one.path
               for one in world.log)  # fmt: skip


@pytest.mark.parametrize("options", [
    ["--discover", "--refresh-catalog", "--config"],
    ["--refresh-catalog", "--discover", "--config"],
])  # fmt: skip
def test_the_order_of_options_does_not_count(
    shell: Shell, world: World, config: dict[str, Any], options: list[str]
) -> None:
    """The catalog is the same, and all calls are made again."""
    file = shell.file("config.json", config)
    first = shell.run("--config", file, "--discover")
    once = count_discovery(world)
    assert once > 0
    calls = len(world.log)
    assert shell.run("--config", file, "--discover").stdout == first.stdout
    assert len(world.log) == calls
    again = shell.run(*options, file)
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert count_discovery(world) == 2 * once


def test_a_variable_does_not_undo_the_option(
    shell: Shell, world: World, config: dict[str, Any]
) -> None:
    """Without --config the settings are variables, and the option counts more than they do."""
    variables = {f"TAP_ZOHOBOOKS_{name.upper()}": str(value) for name, value in config.items()}
    variables["TAP_ZOHOBOOKS_REFRESH_CATALOG"] = "false"
    assert shell.run("--discover", **variables).returncode == 0
    once = count_discovery(world)
    assert shell.run("--discover", "--refresh-catalog", **variables).returncode == 0
    assert count_discovery(world) == 2 * once
    variables["TAP_ZOHOBOOKS_REFRESH_CATALOG"] = "true"
    assert shell.run("--discover", **variables).returncode == 0
    assert count_discovery(world) == 3 * once


def test_a_run_without_a_catalog(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """A run that discovers uses what an earlier one learned, unless it is told to refresh."""
    one = [world.organizations[0]["organization_id"]]
    file = shell.file("config.json", config | {"organization_ids": one})

    def count_lists_of_modules() -> int:
        return sum(call.path.endswith("settings/modules") for call in world.log)

    catalog = shell.file("catalog.json", selecting("taxes"))
    assert shell.run("--config", file, "--catalog", catalog).returncode == 0
    assert count_lists_of_modules() == 0  # the catalog holds what was discovered
    assert shell.run("--config", file, "--discover").returncode == 0
    assert count_lists_of_modules() == 1
    of_the_stream = 1  # of custom_modules, in each run
    assert shell.run("--config", file).returncode == 0
    assert count_lists_of_modules() == 1 + of_the_stream
    assert shell.run("--config", file, "--refresh-catalog").returncode == 0
    assert count_lists_of_modules() == 2 + 2 * of_the_stream


def test_the_command_catalog(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """`zohobooks catalog` uses the same, and has the same option."""
    command = [str(Path(sys.executable).with_name("zohobooks")), "catalog", "--config",
               shell.file("config.json", config)]  # fmt: skip

    def print_catalog(*options: str) -> dict[str, Any]:
        done = subprocess.run([*command, *options], capture_output=True, text=True, check=True,
                              cwd=shell.folder, timeout=60)  # fmt: skip
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    first = print_catalog()
    once = count_discovery(world)
    assert print_catalog() == first
    assert count_discovery(world) == once
    assert print_catalog("--refresh-catalog") == first
    assert count_discovery(world) == 2 * once
