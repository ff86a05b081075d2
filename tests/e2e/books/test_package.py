"""Another dbt project takes the package as docs/books.md says: by git, or from a checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.e2e.books.raw import build_tables
from tests.e2e.books.runs import PROGRAMS, PROJECT, Books
from tests.e2e.books.scene import build_parts
from tests.e2e.pages.table import read_blocks

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(1800)]

SECTION, PUBLIC = "Use it from another project", "https://github.com/OWNER/tap-zohobooks.git"
BESIDE = "../tap-zohobooks/dbt_zoho_books"
DBT_PROJECT = """
name: shop
version: 1.0.0
config-version: 2
profile: shop
models:
  shop:
    +materialized: table
vars:
  zoho_books_schema: zohobooks
  tie_severity: warn
"""
PROFILE = """
shop:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: "{{ env_var('ZOHO_BOOKS_DUCKDB') }}"
      schema: shop
      threads: 4
"""
MODEL = """
select organization_id, fiscal_year, sum(amount) as net_profit
from {{ ref('zoho_books', 'profit_and_loss') }}
where row_key = 'net_profit' and basis = 'accrual'
group by organization_id, fiscal_year
"""
# The profits of `statements.py`.
PROFITS = {
    ("10", "2025"): Decimal(185), ("10", "2026"): Decimal(1323),
    ("20", "2025"): Decimal("115.025"), ("20", "2026"): Decimal("5.999"),
}  # fmt: skip


def read_block() -> str:
    """Return the packages.yml of the page."""
    (block,) = [one for one in read_blocks("docs/books.md") if one.section == SECTION]
    return block.text


def write_project(folder: Path, packages: str) -> None:
    """Write a project of a user with one model."""
    (folder / "models").mkdir()
    files = {"dbt_project.yml": DBT_PROJECT, "profiles.yml": PROFILE, "packages.yml": packages}
    for name, text in {**files, "models/profit_by_year.sql": MODEL}.items():
        (folder / name).write_text(text)


def publish(folder: Path) -> str:
    """Put the package into a git repository as the page has it, and return its address."""
    ignore = shutil.ignore_patterns("target", "logs", "dbt_packages")
    git = shutil.which("git")
    assert git
    shutil.copytree(PROJECT, folder / "dbt_zoho_books", ignore=ignore)
    for words in (
        ("init", "--quiet", "--initial-branch=main"), ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "a"),
    ):  # fmt: skip
        subprocess.run([git, *words], cwd=folder, check=True, timeout=120)
    return folder.as_uri()


def run_dbt(folder: Path, *arguments: str) -> str:
    """Run dbt in the folder of a project, and return what it prints."""
    books = Books(folder)
    done = subprocess.run(
        [PROGRAMS / "dbt", "--no-use-colors", *arguments],
        cwd=folder, env=books.build_environment(folder / "target"), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_project_takes_the_package_by_git(tmp_path: Path) -> None:
    """A model that refers to a mart is built with all that it needs, and has the right profits."""
    (tmp_path / "published").mkdir()
    packages = read_block()
    assert packages.count(PUBLIC) == 1
    folder = tmp_path / "shop"
    folder.mkdir()
    write_project(folder, packages.replace(PUBLIC, publish(tmp_path / "published")))
    books = Books(folder)
    books.load(build_tables(*build_parts()))
    run_dbt(folder, "deps")
    assert (folder / "dbt_packages" / "zoho_books" / "models").is_dir()
    run_dbt(folder, "build", "--select", "+profit_by_year")
    (rows,) = books.ask(["SELECT * FROM shop.profit_by_year"])
    assert {(row[0], row[1]): Decimal(str(row[2])) for row in rows} == PROFITS


def test_a_project_takes_the_package_from_a_checkout(tmp_path: Path) -> None:
    """The lines that the page has as a comment: the documentation of all models is written."""
    local = "packages:\n" + "".join(
        line.replace("# ", "")
        for line in read_block().splitlines(keepends=True)
        if "local:" in line
    )
    assert local.count(BESIDE) == 1
    write_project(tmp_path, local.replace(BESIDE, str(PROJECT)))
    run_dbt(tmp_path, "deps")
    run_dbt(tmp_path, "docs", "generate")
    assert {"catalog.json", "index.html"} <= {one.name for one in (tmp_path / "target").iterdir()}
    manifest = json.loads((tmp_path / "target" / "manifest.json").read_text())
    (model,) = [one for key, one in manifest["nodes"].items() if key.startswith("model.shop.")]
    assert model["depends_on"]["nodes"] == ["model.zoho_books.profit_and_loss"]
