"""The demo finds differences, and ends what it starts."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest

from demo.pipeline import Pipeline
from demo.postgres import Database, link, run_postgres
from demo.processes import run_program
from demo.report import build_change_table, build_statements, format_cost, format_rereads
from demo.service import Service, Summary, run_service
from demo.statements import LINES, PERIODS, Figure, are_equal, read_figures
from demo.verdict import Arrivals, Match, compare_rows, compare_runs, expect_changes
from demo.warehouse import Key, Row, read_rows
from tests.sharing import one_at_a_time

ROOT = Path(__file__).parents[2]
ONE, TWO = Key("bills", "10", "1"), Key("bills", "10", "2")
TABLE = """
    CREATE SCHEMA zohobooks;
    CREATE TABLE zohobooks.bills (
        organization_id text, bill_id text, total numeric,
        _sdc_sync_started_at bigint, _sdc_deleted_at timestamp, _sdc_received_at timestamp,
        PRIMARY KEY (bill_id, organization_id)
    );
    INSERT INTO zohobooks.bills VALUES
        ('10', '1', 1.005, 7, NULL, now()), ('10', '2', 2, 7, NULL, now()),
        ('10', '3', 3, 7, now(), now());
"""

# What dbt builds, as far as the demo reads it: 2023 is too old, 2026 has no postings.
BOOKS = """
    CREATE SCHEMA books; CREATE SCHEMA books_staging;
    CREATE TABLE books.profit_and_loss AS
        SELECT '10' AS organization_id, 'accrual' AS basis, day::date AS period_end,
               'net_profit' AS row_key, amount::numeric
        FROM (VALUES ('2025-01-31', 10), ('2025-12-31', 20), ('2024-12-31', 5)) AS one(day, amount)
        UNION ALL SELECT '10', 'cash', '2025-01-31', 'net_profit', 1000
        UNION ALL SELECT '20', 'accrual', '2025-01-31', 'net_profit', 1000;
    CREATE TABLE books.balance_sheet AS
        SELECT '10' AS organization_id, 'accrual' AS basis, day::date AS period_end,
               'total_asset' AS row_key, amount::numeric
        FROM (VALUES ('2025-01-31', 9), ('2025-12-31', 7), ('2024-12-31', 4)) AS one(day, amount);
    CREATE TABLE books.cash_flow AS SELECT * FROM books.balance_sheet WHERE false;
    CREATE TABLE books.account_balances_monthly AS
        SELECT '10' AS organization_id, 'accrual' AS basis, day::date AS period_end, account_id,
               movement::numeric
        FROM (VALUES ('2025-01-31', '1', 40), ('2025-12-31', '1', -10), ('2025-12-31', '2', -30))
             AS one(day, account_id, movement);
    CREATE TABLE books_staging.stg_zoho_books__trial_balance AS
        SELECT '10' AS organization_id, 'accrual' AS basis, (year || '-01-01')::date AS from_date,
               (year || '-12-31')::date AS to_date, 'total_for_trial_balance' AS row_key,
               sum::numeric AS debit, sum::numeric AS credit, 0::numeric AS amount
        FROM (VALUES (2023, 5), (2024, 5), (2025, 30), (2026, 0)) AS one(year, sum);
    CREATE TABLE books_staging.stg_zoho_books__profit_and_loss AS
        SELECT '10' AS organization_id, 'accrual' AS basis, '2025-01-01'::date AS from_date,
               '2025-12-31'::date AS to_date, 'net_profit_loss' AS row_key, 30::numeric AS amount;
    CREATE TABLE books_staging.stg_zoho_books__balance_sheet AS
        SELECT '10' AS organization_id, 'accrual' AS basis, '2025-01-01'::date AS from_date,
               '2025-12-31'::date AS to_date, 'assets' AS row_key, 8::numeric AS amount;
    CREATE TABLE books_staging.stg_zoho_books__cash_flow AS
        SELECT * FROM books_staging.stg_zoho_books__balance_sheet WHERE false;
"""

# Runs Meltano, and then changes the database as a wrong loader might.
MEDDLER = """#!{python}
import os, subprocess, sys
import psycopg
code = subprocess.call([".tools/meltano/bin/meltano", *sys.argv[1:]])
part = lambda name: os.environ["TARGET_POSTGRES_" + name]
if query := {query!r}:
    with psycopg.connect(host=part("HOST"), port=part("PORT"), user=part("USER"),
                         password=part("PASSWORD"), dbname=part("DATABASE")) as books:
        books.execute(query)
sys.exit(code)
"""


@pytest.mark.fast
@pytest.mark.parametrize(
    ("arrived", "match"),
    [
        ([ONE, TWO], Match("bills", "10", held=2, arrived=2, missing=0, unknown=0)),
        ([ONE], Match("bills", "10", held=2, arrived=1, missing=1, unknown=0)),
        ([], Match("bills", "10", held=2, arrived=0, missing=2, unknown=0)),
        (
            [ONE, Key("bills", "10", "9")],
            Match("bills", "10", held=2, arrived=2, missing=1, unknown=1),
        ),
    ],
)
def test_rows_are_compared_one_by_one(arrived: list[Key], match: Match) -> None:
    """Equal counts are not enough: each row of the service must be there, and no other."""
    assert compare_rows([ONE, TWO], arrived) == [match]
    assert match.is_whole == (arrived == [ONE, TWO])


def make_figure(organization: str, ours: str | None, theirs: str | None) -> Figure:
    """Return a profit that the books and the report show."""
    amounts = [None if one is None else Decimal(one) for one in (ours, theirs)]
    return Figure(organization, "Profit and loss", "net profit", date(2025, 1, 1),
                  date(2025, 12, 31), *amounts)  # fmt: skip


@pytest.mark.fast
@pytest.mark.parametrize(
    ("ours", "theirs", "shown"),
    [
        ("1.10", "1.1", "0.00"),
        ("1.10", "1.10", "0.00"),
        ("1.1000000001", "1.1", "0.00"),
        ("1.20", "1.10", "0.10"),
        ("-1.10", "1.10", "-2.20"),
        (None, "1.10", "none"),
        ("1.10", None, "none"),
    ],
)
def test_a_figure_of_the_books_is_that_of_the_report(
    ours: str | None, theirs: str | None, shown: str
) -> None:
    """Both must be there, and equal to the last digit, also to those that are not shown."""
    figure = make_figure("10", ours, theirs)
    is_equal = None not in {ours, theirs} and Decimal(str(ours)) == Decimal(str(theirs))
    assert are_equal([make_figure("20", "1", "1"), figure], ("10", "20")) == is_equal
    (cell,) = build_statements([figure], "10").columns[-1].cells
    assert str(cell) == (f"[green]{shown}[/green]" if is_equal else f"[red]{shown}[/red]")


@pytest.mark.fast
def test_an_organization_without_figures_is_found() -> None:
    """Books without a figure of an organization, or without any, are not right."""
    assert not are_equal([], ("10",))
    assert not are_equal([make_figure("10", "1", "1")], ("10", "20"))
    assert not build_statements([make_figure("10", "1", "1")], "20").rows


@pytest.mark.fast
def test_an_unknown_stream_is_reported() -> None:
    """Rows of a stream that the service does not hold are unknown."""
    (match,) = compare_rows([], [ONE])
    assert (match.unknown, match.is_whole) == (1, False)


@pytest.mark.fast
@pytest.mark.parametrize(
    ("after", "found"),
    [
        ({ONE: Row("a", 1)}, Arrivals(frozenset(), frozenset(), frozenset())),
        ({ONE: Row("a", 2)}, Arrivals(frozenset(), frozenset({ONE}), frozenset())),
        ({ONE: Row("b", 2)}, Arrivals(frozenset({ONE}), frozenset(), frozenset())),
        (
            {ONE: Row("a", 1), TWO: Row("a", 2)},
            Arrivals(frozenset({TWO}), frozenset(), frozenset()),
        ),
        ({}, Arrivals(frozenset(), frozenset(), frozenset({ONE}))),
    ],
    ids=["untouched", "re-read", "changed", "new", "lost"],
)
def test_changed_rows_are_separate_from_reread_ones(after: dict[Key, Row], found: Arrivals) -> None:
    """A row has changed if its content has, not if it was only written again."""
    assert compare_runs({ONE: Row("a", 1)}, after) == found


@pytest.mark.fast
def test_a_document_shows_up_in_each_of_its_streams() -> None:
    """A changed bill is expected in `bills` and `bill_details` only."""
    streams = {"bills": "bills", "bill_details": "bills", "items": "items"}
    wanted = {ONE, Key("bill_details", "10", "1")}
    assert expect_changes([ONE], streams) == wanted


@pytest.mark.fast
@pytest.mark.parametrize(
    ("changed", "wanted", "verdict"),
    [
        ({ONE}, {ONE}, "changed in the service, arrived"),
        ({ONE}, set(), "not changed in the service"),
        (set(), {ONE}, "has not arrived"),
    ],
)
def test_the_second_run_is_judged_row_by_row(
    changed: set[Key], wanted: set[Key], verdict: str
) -> None:
    """Each row that arrived, or should have, has its verdict."""
    table = build_change_table(Arrivals(frozenset(changed), frozenset(), frozenset()), wanted)
    (shown,) = table.columns[-1].cells
    assert verdict in str(shown)


@pytest.mark.fast
def test_rows_at_the_bookmark_are_counted_apart() -> None:
    """Rows written again because of the lookback are counted, with the maximum of a stream."""
    seen = Arrivals(frozenset(), frozenset({ONE, TWO, Key("taxes", "10", "5")}), frozenset())
    told = format_rereads(seen, frozenset({"bills"}))
    assert "2 rows at the bookmark" in told
    assert "at most 2 a stream" in told
    assert "1 rows of streams that are read whole" in told


@pytest.mark.fast
def test_the_cost_is_that_of_the_run() -> None:
    """API calls, tokens and errors are those of the run."""
    before = Summary({"10": 5}, mints=1, refused=0)
    told = format_cost("Run", 1.25, Summary({"": 1, "10": 9}, 2, 1).subtract(before))
    assert told == (
        "Run: 1.2 s, 5 calls by organization: 1 (none), 4 (10); "
        "tokens minted: 1; responses other than 200: 1."
    )


@pytest.mark.fast
def test_no_variable_of_a_real_account_reaches_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials and targets in the environment are not passed to the run of the demo."""
    for name in ("TAP_ZOHOBOOKS_ACCESS_TOKEN", "TARGET_POSTGRES_SQLALCHEMY_URL"):
        monkeypatch.setenv(name, "real")
    monkeypatch.setenv("TAP_ZOHOBOOKS_CLIENT_ID", "real")
    double = Service("http://127.0.0.1:1", ("10",), "double", "secret", "token")
    variables = Pipeline(tmp_path, tmp_path, double, Database(1, "word")).build_environment()
    assert "real" not in variables.values()
    assert variables["TAP_ZOHOBOOKS_CLIENT_ID"] == "double"


@pytest.mark.fast
def test_secrets_are_not_shown() -> None:
    """The repr of a part has no secret."""
    shown = repr(Service("url", ("10",), "id", "hidden-1", "hidden-2")), repr(Database(1, "hidden"))
    assert "hidden" not in "".join(shown)


def test_children_of_a_program_end_with_it() -> None:
    """The children of a program are ended, too, even if they ignore the signal."""
    child = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(99)"
    parent = (
        f"import subprocess,sys,time; p = subprocess.Popen([sys.executable, '-c', {child!r}]); "
        "print(p.pid, flush=True); time.sleep(99)"
    )
    with run_program([sys.executable, "-c", parent], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
    assert process.returncode == -signal.SIGTERM
    deadline = time.monotonic() + 10
    while (alive := is_alive(pid)) and time.monotonic() < deadline:
        pass
    assert not alive


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.fast
@pytest.mark.parametrize("disks", [1, 2])
def test_programs_are_not_copied_without_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disks: int
) -> None:
    """A program of the server is linked if it can be, and copied to another disk."""

    def refuse(*_: str) -> None:
        raise OSError(errno.EXDEV, "another disk")

    if disks > 1:
        monkeypatch.setattr("os.link", refuse)
    (tmp_path / "program").write_text("code")
    link(str(tmp_path / "program"), str(tmp_path / "second"))
    assert (tmp_path / "second").read_text() == "code"
    assert (tmp_path / "program").stat().st_nlink == 3 - disks


@pytest.mark.pipeline
def test_the_database_is_read_as_it_is() -> None:
    """Rows are read by key, without those marked as deleted and without the loader's columns."""
    with run_postgres() as database:
        with database.connect() as connection:
            connection.execute(TABLE)
        with database.connect() as connection:
            before = read_rows(connection)
            connection.execute("UPDATE zohobooks.bills SET _sdc_received_at = NULL")
            connection.execute("UPDATE zohobooks.bills SET total = 2.00 WHERE bill_id = '2'")
            after = read_rows(connection)
    assert before.keys() == after.keys() == {ONE, TWO}
    assert after[ONE] == before[ONE]
    assert after[TWO].digest != before[TWO].digest


@pytest.mark.pipeline
def test_the_figures_are_read_as_they_are() -> None:
    """Months of a year add up, a balance is the last one, and a wrong or missing figure differs."""
    with run_postgres() as database, database.connect() as connection:
        connection.execute(BOOKS)
        found: dict[tuple[int, str], Any] = {
            (one.last_day.year, one.name): (one.ours, one.theirs, one.difference)
                 for one in read_figures(connection)}  # fmt: skip
    assert {year for year, _ in found} == {2024, 2025}
    assert found[2025, "net profit"] == (30, 30, 0)
    assert found[2025, "assets"] == (7, 8, -1)
    assert found[2024, "assets"] == (4, None, None)
    assert found[2025, "debits"] == found[2025, "credits"] == (30, 30, 0)
    assert found[2025, "equity"] == (None, None, None)


@pytest.mark.pipeline
def test_the_double_is_read_and_changed() -> None:
    """The demo can read the ids of the double, change a document, and read what it counts."""
    with run_service(["--rows=3", "--organizations=1"]) as double:
        (organization,) = double.organization_ids
        document = min(double.ids(organization, "bills"))
        double.change(organization, "bills", document)
        assert len(double.ids(organization, "bills")) == 3
        assert double.summary() == Summary({}, mints=0, refused=0)


@pytest.mark.pipeline
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("meddling", "code", "told"),
    [
        (
            "",
            0,
            [
                "The database holds exactly what the service holds.",
                "The books have the figures that the service reports",
                "net profit",
            ],
        ),
        (
            """
            DELETE FROM zohobooks.bills
            WHERE bill_id = (SELECT min(bill_id) FROM zohobooks.bills);
            UPDATE zohobooks.items SET item_id = item_id || 'x'
            WHERE item_id = (SELECT min(item_id) FROM zohobooks.items);
            UPDATE zohobooks.expenses SET total = _sdc_sequence;
            """,
            1,
            [
                "1 missing, 0 unknown",
                "1 missing, 1 unknown",
                "not changed in the service",
                "dbt:build` ended with 1",
                "The database is not right",
            ],
        ),
    ],
    ids=["honest", "meddled with"],
)
def test_the_demo_compares(
    tmp_path: Path, shared: Path, meddling: str, code: int, told: list[str]
) -> None:
    """The demo exits with 0; with 1 if a row is missing or unknown, or an amount differs.

    The chart of the double has its 42 accounts whatever the number of rows.
    """
    program = tmp_path / "meltano"
    program.write_text(MEDDLER.format(python=sys.executable, query=meddling))
    program.chmod(0o755)
    with one_at_a_time(shared):
        done = subprocess.run(
            [sys.executable, "-m", "demo", "--rows=45", f"--meltano={program}"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout.count(" 0.00 ") == (0 if code else 2 * PERIODS * len(LINES))
    assert [one for one in told if one not in done.stdout] == []
