"""The commands of docs/books.md, run in a checkout as the page has them."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from demo.postgres import INSTALLATION, PACKAGE
from tests.e2e.books.runs import Results
from tests.e2e.pages.table import read_blocks
from tests.e2e.pipeline.pipes import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

# What `make sync plugins` has made, and what `git clone` brings. A command of the page changes
# meltano.yml, which is therefore copied.
MADE = (".venv", ".tools", ".meltano/extractors", ".meltano/loaders", ".meltano/utilities")
CLONED = ("plugins", "dbt_zoho_books", "Makefile", "scripts", "tap_zohobooks", "pyproject.toml")
KEPT = ("HOME", "LANG", "TMPDIR", "PYTHONPATH", "COVERAGE_PROCESS_START")
PATIENCE = 900


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with the project, its `.env`, and the variables of the person's shell."""

    folder: Path
    variables: Mapping[str, str]

    @classmethod
    def make(cls, folder: Path, variables: Mapping[str, str]) -> Checkout:
        """Make a checkout in which the first command has been run."""
        (folder / ".meltano").mkdir(parents=True)
        for name in (*MADE, *CLONED):
            (folder / name).symlink_to(ROOT / name)
        shutil.copy(ROOT / "meltano.yml", folder)
        return cls(folder, variables)

    def write_env(self, settings: Mapping[str, str]) -> None:
        """Add settings to `.env`."""
        with (self.folder / ".env").open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in settings.items())

    def run(self, command: str, **variables: str) -> str:
        """Run a command of the page, and return what it prints."""
        known = {name: os.environ[name] for name in KEPT if name in os.environ}
        path = os.pathsep.join([find_psql(), os.environ["PATH"]])
        done = subprocess.run(
            ["bash", "-c", command],  # noqa: S607
            cwd=self.folder, env={**known, "PATH": path, **self.variables, **variables},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout

    def build(self, command: str, **variables: str) -> Results:
        """Run a command that ends with `dbt build`, and return how its nodes have ended."""
        log = self.run(command, **variables)
        results = json.loads((self.folder / ".meltano/dbt/target/run_results.json").read_text())
        return Results(0, {one["unique_id"]: one for one in results["results"]}, log)


def find_psql() -> str:
    """Return the folder of psql, which comes with the server of the tests."""
    found = importlib.util.find_spec(PACKAGE)
    assert found
    assert found.origin
    return str(Path(found.origin).parent / INSTALLATION / "bin")


def read_commands() -> list[str]:
    """Return the commands of the page: five for PostgreSQL, and two for DuckDB."""
    blocks = [one for one in read_blocks("docs/books.md") if one.section == "Five commands"]
    return [re.sub(r" +# .*", "", line) for one in blocks for line in one.text.splitlines()]
