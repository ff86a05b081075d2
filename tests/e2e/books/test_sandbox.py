"""The sandbox's books by the commands of the page: each figure is the one that it reports."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from demo.postgres import run_postgres
from tests.e2e.books.checkout import Checkout, read_commands
from tests.e2e.books.runs import PROJECT, Books
from tests.e2e.books.scene import keep, read
from tests.e2e.pipeline.places import served
from tests.e2e.pipeline.warehouse import fresh
from tests.sharing import once

if TYPE_CHECKING:
    from pathlib import Path

    from demo.postgres import Database
    from tests.e2e.pipeline.places import Place

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(1800)]

ROWS = {"chartofaccounts": 45, "*": 20}  # the chart has 42 accounts
# What the books read: of all streams, which the page selects, the others would take a minute more.
STREAMS = tuple(sorted(
    path.stem.removeprefix("stg_zoho_books__") for path in PROJECT.glob("models/staging/stg_*.sql")
))  # fmt: skip
# The service does not say how much of a vendor credit is applied: these figures are explained.
EXPLAINED = {"ap_aging", "document_balances", "document_totals"}
DERIVED = "derived_postings_"  # counts of what documents alone do not say, by reason


def build_variables(place: Place) -> dict[str, str]:
    """Return the variables that lead the commands to the sandbox, and to all its postings."""
    return {
        "TAP_ZOHOBOOKS_ACCOUNTS_URL": place.config["accounts_url"],
        "TAP_ZOHOBOOKS_API_URL": place.config["api_url"],
        "TAP_ZOHOBOOKS_REQUESTS_PER_MINUTE": str(place.config["requests_per_minute"]),
        "TAP_ZOHOBOOKS_TOKEN_CACHE": "off",
        "TAP_ZOHOBOOKS_REPORT_START_DATE": "2023-01-01",
        "TAP_ZOHOBOOKS_REPORT_PERIOD": "year",
        "TAP_ZOHOBOOKS_REPORT_BASIS": "both",
        "TAP_ZOHOBOOKS__SELECT": json.dumps([f"{name}.*" for name in STREAMS]),
        "MELTANO_AUTO_INSTALL": "false",
        "NO_COLOR": "1",
    }


def name_database(prefix: str, database: Database, name: str) -> dict[str, str]:
    """Return the variables of a database, by the prefix and the word for its name."""
    values = {"HOST": database.host, "PORT": database.port, "USER": database.user,
              "PASSWORD": database.password, name: database.name}  # fmt: skip
    return {f"{prefix}{key}": str(value) for key, value in values.items()}


def answer_login(place: Place) -> str:
    """Return the options that answer the questions of `zohobooks login`."""
    known, accounts = asdict(place.world.credentials), place.world.accounts
    return shlex.join([
        f"--client-id={known['client_id']}", f"--client-secret={known['client_secret']}",
        f"--code={accounts.issue_self_client_code(place.world.clock())}", "--all-organizations",
        "--yes",
    ])  # fmt: skip


@pytest.fixture(scope="module")
def books(shared: Path) -> dict[str, dict[str, Any]]:
    """Return the books of the sandbox on both databases."""

    def make(folder: Path) -> None:
        with run_postgres() as server, served(folder, shared, rows=ROWS) as place:
            database = fresh(server, "sandbox_books")
            here = Checkout.make(folder / "checkout", build_variables(place))
            _, login, select, run, look, export, build = read_commands()
            here.run(f"{login} {answer_login(place)}")
            here.write_env(name_database("TARGET_POSTGRES_", database, "DATABASE"))
            here.run(select)
            assert "- '*.*'" in (here.folder / "meltano.yml").read_text()
            loaded = here.build(run)
            shown = here.run(look, **name_database("PG", database, "DATABASE"))
            keep(folder / "postgres.json", loaded, Books(folder, database), shown=shown)
            assert "'*'" in export
            here.run(export.replace("'*'", shlex.join(STREAMS)))
            file = Books(here.folder, name="zoho.duckdb")
            keep(folder / "duckdb.json", here.build(build), file)

    folder = once(shared, "books-sandbox", make)
    return {name: read(folder / f"{name}.json") for name in ("postgres", "duckdb")}


@pytest.mark.parametrize("database", ["postgres", "duckdb"])
def test_every_figure_is_the_services(books: dict[str, dict[str, Any]], database: str) -> None:
    """Every tie has compared figures with the service's reports, and none differs."""
    run = books[database]
    statuses = {key: one for key, one in run["statuses"].items() if one not in {"pass", "success"}}
    assert statuses == {}, run["log"]
    ties = {key.split(".")[2] for key in run["statuses"] if ".tie_" in key}
    page = run["rows"]["data_quality"]
    assert len(ties) == 21
    assert ties <= {f"tie_{row['test']}" for row in page if row["row_count"] != "0"}
    organizations = {row["organization_id"] for row in run["rows"]["dim_organizations"]}
    assert {row["organization_id"] for row in page} == organizations
    bases = {row["basis"] for row in page if row["test"] == "profit_and_loss"}
    assert bases == {"accrual", "cash"}
    derived = {row["test"].removeprefix(DERIVED) for row in page if row["test"].startswith(DERIVED)}
    assert "agrees" in derived
    assert "unexplained" not in derived
    differing = {row["test"] for row in page if row["mismatches"] != "0"}
    assert differing <= EXPLAINED | {f"{DERIVED}{one}" for one in derived}


def test_the_last_command_shows_what_was_compared(books: dict[str, dict[str, Any]]) -> None:
    """Psql prints a row a tie, organization and basis."""
    run = books["postgres"]
    assert f"({len(run['rows']['data_quality'])} rows)" in run["shown"]
    assert "balance_sheet_earnings" in run["shown"]


def test_the_page_names_what_was_made() -> None:
    """The first command makes what these tests begin with."""
    first, *others = read_commands()
    assert first == "make sync plugins"
    assert len(others) == 6


@pytest.mark.parametrize(
    "table", ["profit_and_loss", "balance_sheet", "cash_flow", "trial_balance", "data_quality"]
)
def test_both_databases_say_the_same(books: dict[str, dict[str, Any]], table: str) -> None:
    """The statements of PostgreSQL, filled by a loader, are those of a DuckDB export."""
    rows = books["postgres"]["rows"][table]
    assert len(rows) > 40
    assert rows == books["duckdb"]["rows"][table]
