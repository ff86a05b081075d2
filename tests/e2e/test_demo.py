"""The demo tells right from wrong, and ends what it starts."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from demo.pipeline import Pipeline
from demo.postgres import Database, link, postgres
from demo.processes import running
from demo.report import reread, second_run, spent
from demo.service import Service, Summary, service
from demo.verdict import Arrivals, Match, arrivals, expected, matches
from demo.warehouse import Key, Row, holding
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

# Runs Meltano, and then does to the database what a loader might get wrong.
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
    assert matches([ONE, TWO], arrived) == [match]
    assert match.is_whole == (arrived == [ONE, TWO])


@pytest.mark.fast
def test_a_stream_that_nobody_asked_for_is_seen() -> None:
    """Rows of a stream that the service does not hold are unknown, not overlooked."""
    (match,) = matches([], [ONE])
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
def test_changed_rows_are_told_from_reread_ones(after: dict[Key, Row], found: Arrivals) -> None:
    """A row has changed where its content has, not where it was merely written again."""
    assert arrivals({ONE: Row("a", 1)}, after) == found


@pytest.mark.fast
def test_a_document_shows_up_in_each_of_its_streams() -> None:
    """A changed bill is expected among the bills and among the bills whole, and nowhere else."""
    streams = {"bills": "bills", "bill_details": "bills", "items": "items"}
    wanted = {ONE, Key("bill_details", "10", "1")}
    assert expected([ONE], streams) == wanted


@pytest.mark.fast
@pytest.mark.parametrize(
    ("changed", "wanted", "verdict"),
    [
        ({ONE}, {ONE}, "arrived here"),
        ({ONE}, set(), "nobody has changed it"),
        (set(), {ONE}, "has not arrived"),
    ],
)
def test_the_second_run_is_judged_row_by_row(
    changed: set[Key], wanted: set[Key], verdict: str
) -> None:
    """Each row that arrived, or should have, has its verdict."""
    table = second_run(Arrivals(frozenset(changed), frozenset(), frozenset()), wanted)
    (shown,) = table.columns[-1].cells
    assert verdict in str(shown)


@pytest.mark.fast
def test_rows_at_the_bookmark_are_counted_apart() -> None:
    """The reader learns how many rows came again because of the lookback, and the most of one."""
    seen = Arrivals(frozenset(), frozenset({ONE, TWO, Key("taxes", "10", "5")}), frozenset())
    told = reread(seen, frozenset({"bills"}))
    assert "2 rows at the bookmark" in told
    assert "at most 2 a stream" in told
    assert "1 rows of streams that are read whole" in told


@pytest.mark.fast
def test_the_cost_is_that_of_the_run() -> None:
    """Calls, tokens and refusals are those since the run began."""
    before = Summary({"10": 5}, mints=1, refused=0)
    told = spent("Run", 1.25, Summary({"": 1, "10": 9}, 2, 1).since(before))
    assert told == (
        "Run: 1.2 s, 5 calls by organization: 1 (none), 4 (10); "
        "tokens minted: 1; answers other than 200: 1."
    )


@pytest.mark.fast
def test_no_variable_of_a_real_account_reaches_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has set real credentials, or another target, still runs the double into the demo."""
    for name in ("TAP_ZOHOBOOKS_ACCESS_TOKEN", "TARGET_POSTGRES_SQLALCHEMY_URL"):
        monkeypatch.setenv(name, "real")
    monkeypatch.setenv("TAP_ZOHOBOOKS_CLIENT_ID", "real")
    double = Service("http://127.0.0.1:1", ("10",), "double", "secret", "token")
    variables = Pipeline(tmp_path, tmp_path, double, Database(1, "word")).environment()
    assert "real" not in variables.values()
    assert variables["TAP_ZOHOBOOKS_CLIENT_ID"] == "double"


@pytest.mark.fast
def test_secrets_are_not_shown() -> None:
    """What describes the parts in a message holds no secret."""
    shown = repr(Service("url", ("10",), "id", "hidden-1", "hidden-2")), repr(Database(1, "hidden"))
    assert "hidden" not in "".join(shown)


def test_children_of_a_program_end_with_it() -> None:
    """What a program has started is ended too, even where it heeds no request."""
    child = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(99)"
    parent = (
        f"import subprocess,sys,time; p = subprocess.Popen([sys.executable, '-c', {child!r}]); "
        "print(p.pid, flush=True); time.sleep(99)"
    )
    with running([sys.executable, "-c", parent], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
    assert process.returncode == -signal.SIGTERM
    deadline = time.monotonic() + 10
    while (alive := is_alive(pid)) and time.monotonic() < deadline:
        pass
    assert not alive


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that waits to be reaped does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.fast
@pytest.mark.parametrize("disks", [1, 2])
def test_programs_are_not_copied_without_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disks: int
) -> None:
    """A program of the server goes by a second name where it can, and is copied elsewhere."""

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
    """Rows come out by key, those marked as deleted left out, and the loader's columns unseen."""
    with postgres() as database:
        with database.connect() as connection:
            connection.execute(TABLE)
        with database.connect() as connection:
            before = holding(connection)
            connection.execute("UPDATE zohobooks.bills SET _sdc_received_at = NULL")
            connection.execute("UPDATE zohobooks.bills SET total = 2.00 WHERE bill_id = '2'")
            after = holding(connection)
    assert before.keys() == after.keys() == {ONE, TWO}
    assert after[ONE] == before[ONE]
    assert after[TWO].digest != before[TWO].digest


@pytest.mark.pipeline
def test_the_double_is_asked_and_changed() -> None:
    """The demo can read the ids of the double, change a document, and read what it counts."""
    with service(["--rows=3", "--organizations=1"]) as double:
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
        ("", 0, ["The database holds exactly what the service holds."]),
        (
            """
            DELETE FROM zohobooks.bills
            WHERE bill_id = (SELECT min(bill_id) FROM zohobooks.bills);
            UPDATE zohobooks.items SET item_id = item_id || 'x'
            WHERE item_id = (SELECT min(item_id) FROM zohobooks.items);
            UPDATE zohobooks.expenses SET total = _sdc_sequence;
            """,
            1,
            ["1 missing, 0 unknown", "1 missing, 1 unknown", "nobody has changed it", "not right"],
        ),
    ],
    ids=["honest", "meddled with"],
)
def test_the_demo_compares(
    tmp_path: Path, shared: Path, meddling: str, code: int, told: list[str]
) -> None:
    """The whole demo ends with 0; with 1 where a row is missing, another one, or another amount."""
    program = tmp_path / "meltano"
    program.write_text(MEDDLER.format(python=sys.executable, query=meddling))
    program.chmod(0o755)
    with one_at_a_time(shared):
        done = subprocess.run(
            [sys.executable, "-m", "demo", "--rows=5", f"--meltano={program}"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == code, done.stdout + done.stderr
    assert [one for one in told if one not in done.stdout] == []
