"""The SQL that dbt compiles is clean for both dialects."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.e2e.books.runs import PROJECT
from tests.e2e.pipeline.pipes import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(1800)]

SQLFLUFF = ROOT / ".tools" / "sqlfluff" / "bin" / "sqlfluff"
DIALECTS = ("duckdb", "postgres")
# All models of staging are made by one macro.
FOLDERS = ("intermediate", "marts", "unified")


def lint(files: Sequence[Path], dialect: str) -> subprocess.CompletedProcess[str]:
    """Check files by the rules of the package."""
    return subprocess.run(
        [SQLFLUFF, "lint", "--disable-progress-bar", f"--config={PROJECT / '.sqlfluff'}",
         f"--dialect={dialect}", *files],
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_compiled_sql_is_clean(first: Path, dialect: str) -> None:
    """Sqlfluff reads each model, and finds nothing."""
    models = first / f"target-{dialect}" / "compiled" / "zoho_books" / "models"
    files = sorted(file for folder in FOLDERS for file in (models / folder).glob("*.sql"))
    files += [models / "staging" / f"stg_zoho_books__{name}.sql"
              for name in ("invoice_details", "profit_and_loss")]  # fmt: skip
    assert len(files) > 70
    done = lint(files, dialect)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_not_clean_is_found(tmp_path: Path, dialect: str) -> None:
    """A part that nothing uses, and text that is no SQL."""
    (tmp_path / "unused.sql").write_text("with nothing as (select 1 as one)\n\nselect 2 as two\n")
    (tmp_path / "broken.sql").write_text("select from where\n")
    for name, found in (("unused.sql", "ST03"), ("broken.sql", "PRS")):
        done = lint([tmp_path / name], dialect)
        assert done.returncode == 1
        assert found in done.stdout


UNTESTED = ("snowflake", "bigquery")
JINJA = f"""[sqlfluff]
templater = jinja
rules = AL05
[sqlfluff:templater:jinja]
load_macros_from_path = {PROJECT}/macros/json.sql,{PROJECT}/macros/types.sql
apply_dbt_builtins = False
"""
# A query as those of the models, by the macros of a dialect.
QUERY = """select
    cast({{{{ {0}__json_text('line.value', 'item_id') }}}} as {1}) as item_id,
    {{{{ {0}__json_value('line.value', 'tags') }}}} as tags,
    line.position
from documents
cross join {{{{ {0}__json_elements('documents.line_items', 'line') }}}}
"""
AMOUNTS = {"snowflake": "numeric(38, 10)", "bigquery": "{{ bigquery__type_amount() }}"}


@pytest.mark.parametrize("dialect", UNTESTED)
def test_macros_of_other_databases_can_be_parsed(tmp_path: Path, dialect: str) -> None:
    """Each macro that is dispatched has a form for the dialect, and its SQL has no error."""
    (tmp_path / "config").write_text(JINJA)
    query = QUERY.format(dialect, AMOUNTS[dialect])
    files = {"right": query, "broken": query.replace("from documents", "from from documents")}
    for name, text in files.items():
        (tmp_path / f"{name}.sql").write_text(text)
        done = subprocess.run(
            [SQLFLUFF, "lint", "--disable-progress-bar", "--config", tmp_path / "config",
             f"--dialect={dialect}", tmp_path / f"{name}.sql"],
            capture_output=True, text=True, check=False, timeout=900,
        )  # fmt: skip
        assert ("PRS" in done.stdout, done.returncode) == (name == "broken", name == "broken"), (
            done.stdout + done.stderr
        )
