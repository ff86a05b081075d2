"""`zohobooks catalog` prints a catalog that the tap reads as it stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.pipeline.test_command_line import messages

if TYPE_CHECKING:
    from sandbox import World
    from tests.e2e.pipeline.conftest import Shell

KEPT = ("PATH", "HOME", "PYTHONPATH", "COVERAGE_PROCESS_START")
COMMAND = str(Path(sys.executable).with_name("zohobooks"))


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, with the variables of no account."""
    own = {name: os.environ[name] for name in KEPT if name in os.environ}
    return subprocess.run([COMMAND, "catalog", *options], cwd=folder, env=own,
                          capture_output=True, text=True, check=False, timeout=60)  # fmt: skip


def find_selected(printed: str) -> dict[str, set[str]]:
    """Return the fields that are selected beside the key, by selected stream."""
    found = {}
    for entry in json.loads(printed)["streams"]:
        metadata = {tuple(one["breadcrumb"]): one["metadata"] for one in entry["metadata"]}
        root = metadata.pop(())
        if root.get("selected", root.get("selected-by-default")):
            found[entry["stream"]] = {
                path[1] for path, one in metadata.items()
                if one["inclusion"] != "automatic"
                and one.get("selected", one.get("selected-by-default", True))
            }  # fmt: skip
    return found


def test_streams_and_fields(tmp_path: Path) -> None:
    """Each named stream is selected whole, or with the named fields; no other one is."""
    done = run(tmp_path, "--stream=invoices", "--stream=bills.total", "--stream=bills.date")
    assert done.returncode == 0
    found = find_selected(done.stdout)
    assert found.keys() == {"invoices", "bills"}
    assert found["bills"] == {"total", "date"}
    assert {"total", "customer_name"} <= found["invoices"]
    both = run(tmp_path, "--stream=bills.total", "--stream=bills").stdout
    assert {"total", "vendor_name"} <= find_selected(both)["bills"]


def test_all_and_default_streams(tmp_path: Path) -> None:
    """--all selects what costs a call a row, add-ons and reports too; the default does not."""
    every = find_selected(run(tmp_path, "--all").stdout).keys()
    cheap = find_selected(run(tmp_path, "--all", "--without-details").stdout).keys()
    default = find_selected(run(tmp_path).stdout).keys()
    costly = {"invoice_details", "invoice_payments", "tax_groups"}
    assert costly <= every - cheap - default
    assert {"trial_balance", "packages"} <= cheap - default
    assert {"invoices", "contact_persons"} <= default < every
    left = run(tmp_path, "--stream=invoices", "--stream=invoice_details", "--without-details")
    assert find_selected(left.stdout).keys() == {"invoices"}


@pytest.mark.parametrize("name", ["unicorns", "invoices.colour", "cm_vehicle", ".total"])
def test_names_that_do_not_exist(tmp_path: Path, name: str) -> None:
    """Nothing is printed, and the error names what was given."""
    done = run(tmp_path, f"--stream={name}", "--stream=taxes")
    assert done.returncode == 78
    assert done.stdout == ""
    assert "[stream-unknown]" in done.stderr


def test_the_tap_reads_it(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """With credentials the catalog has custom modules; a run reads just what it selects."""
    file = shell.file("config.json", config)
    done = run(shell.folder, "--config", file, "--stream=cm_vehicle", "--stream=taxes.tax_name")
    assert done.returncode == 0
    assert world.log
    read = shell.run("--config", file, "--catalog", shell.file("catalog.json", done.stdout))
    assert read.returncode == 0
    found = messages(read, "RECORD")
    assert {one["stream"] for one in found} == {"cm_vehicle", "taxes"}
    (fields,) = {tuple(one["record"]) for one in found if one["stream"] == "taxes"}
    assert set(fields) == {"organization_id", "tax_id", "tax_name"}


def test_credentials_that_are_wrong(shell: Shell, config: dict[str, Any]) -> None:
    """A catalog without what was to be discovered is not printed."""
    file = shell.file("config.json", config | {"refresh_token": "1000.dead"})
    done = run(shell.folder, "--config", file, "--all")
    assert done.returncode == 77
    assert done.stdout == ""
