"""`meltano select` in a copy of the project: the default selection, narrowing it, adding to it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from meltano_plugin import list_selected
from tests.e2e.pipeline.pipes import ROOT
from tests.e2e.pipeline.test_meltano import MELTANO

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(600)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project with the installed tap, and without settings."""
    shutil.copytree(ROOT / "plugins", tmp_path / "plugins")
    shutil.copy(ROOT / "meltano.yml", tmp_path)
    (tmp_path / ".meltano").mkdir()
    (tmp_path / ".meltano" / "extractors").symlink_to(ROOT / ".meltano" / "extractors")
    return tmp_path


def meltano(project: Path, *words: str) -> str:
    """Run Meltano in a project, and return its output."""
    own = {name: os.environ[name] for name in ("PATH", "HOME")}
    done = subprocess.run([MELTANO, "--env-file=none.env", *words], cwd=project, env=own,
                          capture_output=True, text=True, check=False, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def list_streams(project: Path) -> set[str]:
    """Return the streams that a run would read."""
    listed = meltano(project, "select", "tap-zohobooks", "--list")
    return {*re.findall(r"\[(?:selected|automatic) *\] (\w+)\.", listed)}


def test_the_selection_is_that_of_the_user(project: Path) -> None:
    """The first pattern replaces the default selection, the next one adds to it."""
    default = list_streams(project)
    assert default == {pattern.removesuffix(".*") for pattern in list_selected()} - {
        "cm_*",
        "!cm_*_details",
    }
    meltano(project, "select", "tap-zohobooks", "invoices", "*")
    assert list_streams(project) == {"invoices"}
    meltano(project, "select", "tap-zohobooks", "invoice_details", "*")
    assert list_streams(project) == {"invoices", "invoice_details"}
    meltano(project, "select", "tap-zohobooks", "--exclude", "invoices", "*")
    assert list_streams(project) == {"invoice_details"}


def test_a_costly_stream_can_be_selected_beside_the_default_ones(project: Path) -> None:
    """Patterns may stand in meltano.yml, where the default ones can be repeated."""
    file = project / "meltano.yml"
    own = yaml.safe_load(file.read_text())
    own["plugins"]["extractors"][0]["select"] = [*list_selected(), "invoice_details.*"]
    file.write_text(yaml.safe_dump(own))
    assert {"invoices", "invoice_details", "taxes"} <= list_streams(project)
