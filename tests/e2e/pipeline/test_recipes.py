"""Recipes of docs/pipelines.md: each block as it stands there, as far as it can be run here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.pipeline import truth
from tests.e2e.pipeline.loaded import duckdb, jsonl_rows, sqlite_rows
from tests.e2e.pipeline.pipes import LOADERS, ROOT, TAP, block, selecting

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.pipeline.places import Place, Serve

pytestmark = pytest.mark.pipeline

MELTANO = ROOT / ".tools" / "meltano" / "bin" / "meltano"
STREAMS = ("bills", "invoices")
ODD = ("0.1", "0.2", "1.005", "123456789012345.67", "12.3456", "-19.99", "1E-7", "1234567")
TOLD = (
    "SELECT organization_id, invoice_id, total::VARCHAR, balance::VARCHAR FROM {}.invoice_amounts"
)
# What DuckDB lacks of BigQuery: a type, and text from JSON under the name of the SQL standard.
BIGQUERY = """
    CREATE TYPE bignumeric AS DECIMAL(38, 10);
    CREATE MACRO json_value(data, path) AS json_extract_string(data, path);
    CREATE SCHEMA zohobooks;
    CREATE TABLE zohobooks.invoices AS
    SELECT json AS data, now() AS _sdc_batched_at FROM read_json_objects('lines/invoices.jsonl');
"""
SNOWFLAKE = """
    CREATE SCHEMA zohobooks;
    CREATE TABLE zohobooks.invoices AS SELECT * FROM read_csv('invoices.csv', all_varchar = true);
"""


def seed(place: Place) -> None:
    """Let the service hold amounts that floats do not."""
    for number, amount in enumerate(ODD):
        place.clock.sleep(600)
        organization = place.organizations[number % len(place.organizations)]
        fields = {"total": Decimal(amount), "balance": -Decimal(amount)}
        place.world.insert(organization, "invoices", **fields)
    place.clock.sleep(3600)


def as_text(catalog: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that the page's program prints for the streams of these tests."""
    entries = [one for one in catalog["streams"] if one["stream"] in STREAMS]
    done = subprocess.run(
        [sys.executable, "-c", block("Amounts as text", "python")],
        input=json.dumps({"streams": entries}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def amounts(catalog: dict[str, Any], stream: str) -> list[str]:
    """Return the fields of a stream that are amounts, custom fields apart: rows hold them twice."""
    (entry,) = [one for one in catalog["streams"] if one["stream"] == stream]
    fields = entry["schema"]["properties"]
    return [
        name
        for name, schema in fields.items()
        if "number" in schema["type"] and not name.startswith("cf_")
    ]


def test_amounts_as_text(place: Serve, tmp_path: Path) -> None:
    """A loader that knows floats only keeps every amount to its last digit, as text."""
    path = tmp_path / "books.db"
    seen = 0
    with place() as here:
        seed(here)
        pipe = here.pipe(STREAMS, "target-sqlite", {"path_to_db": str(path)})
        pipe.run(**as_text(here.catalog)).well()
        for stream, rows in sqlite_rows(path).items():
            theirs = truth.rows(here.world, stream)
            for row in rows:
                held = theirs[truth.place(stream, row)]
                for name in amounts(here.catalog, stream):
                    wanted = truth.number(held.get(name))
                    assert (row[name] is None) == (wanted is None), name
                    if wanted is not None:
                        assert isinstance(row[name], str)
                        assert Decimal(row[name]) == wanted
                        seen += 1
    assert seen > 400


@pytest.mark.parametrize(("title", "loaded"), [("Snowflake", SNOWFLAKE), ("BigQuery", BIGQUERY)])
def test_views_make_numbers_of_text(place: Serve, title: str, loaded: str) -> None:
    """The views of the page show the latest of each invoice, exact, as DuckDB reads their SQL."""
    loader = "target-csv" if title == "Snowflake" else "target-jsonl"
    config = (
        {"destination_path": "lines", "do_timestamp_file": False} if title == "BigQuery" else {}
    )
    with place() as here:
        seed(here)
        pipe = here.pipe(STREAMS, loader, config)
        chosen = as_text(here.catalog)
        (pipe.folder / "lines").mkdir()
        state = pipe.run(**chosen).well().state
        if title == "BigQuery":  # where each run adds to what is there
            one = min(here.world.ids(here.organizations[0], "invoices"))
            here.world.change(here.organizations[0], "invoices", one, total=Decimal("2.675"))
            pipe.run(state, **chosen).well()
        duckdb(pipe.folder, loaded + block(title, "sql"))
        theirs = truth.rows(here.world, "invoices")
    found = {f"{one}/{key}": (Decimal(total), Decimal(balance)) for one, key, total, balance
             in duckdb(pipe.folder, TOLD.format("zohobooks"))}  # fmt: skip
    assert found == {
        where: (truth.number(row["total"]), truth.number(row["balance"]))
        for where, row in theirs.items()
    }


@pytest.mark.parametrize("title", ["Snowflake", "BigQuery"])
def test_meltano_reads_the_loaders(tmp_path: Path, title: str) -> None:
    """With the block in meltano.yml, Meltano knows the loader, its settings, and what is secret."""
    known = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (loader,) = yaml.safe_load(block(title, "yaml"))["plugins"]["loaders"]
    known["plugins"]["loaders"].append(loader)
    (tmp_path / "meltano.yml").write_text(yaml.safe_dump(known), encoding="utf-8")
    shutil.copytree(ROOT / "plugins", tmp_path / "plugins")
    names = {one["name"] for one in loader["settings"]}
    assert loader["config"].keys() <= names
    variables = {
        f"{loader['namespace']}_{name}".upper(): "x" for name in names - loader["config"].keys()
    }
    done = subprocess.run(
        [MELTANO, "config", "print", loader["name"]],
        cwd=tmp_path,
        env={**os.environ, **variables, "MELTANO_CLI_LOG_FORMAT": "plain"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown.keys() >= names
    assert {name: shown[name] for name in loader["config"]} == loader["config"]
    secret = {one["name"] for one in loader["settings"] if one.get("sensitive")}
    assert {name for name in names if str(shown[name]).strip("*") == ""} == secret


def test_a_pipe_without_meltano(place: Serve, tmp_path: Path) -> None:
    """The script keeps the loader's last state: run again, it brings what is new and no more."""
    with place() as here:
        for name, value in (
            ("config", here.config),
            ("catalog", selecting(here.catalog, STREAMS)),
            ("target", {"destination_path": ".", "do_timestamp_file": False}),
        ):
            (tmp_path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
        script(tmp_path)
        first = jsonl_rows(tmp_path)
        here.clock.sleep(3600)
        here.world.insert(here.organizations[0], "invoices")
        script(tmp_path)
        second = jsonl_rows(tmp_path)
        assert {truth.place("invoices", row) for row in second["invoices"]} == truth.rows(
            here.world, "invoices"
        ).keys()
    assert len(first["invoices"]) == 24
    assert len(second["invoices"]) <= 24 + 1 + 2  # and the row at the bookmark of each
    assert (tmp_path / "state.json").read_text() == (
        tmp_path / "states.jsonl"
    ).read_text().splitlines(keepends=True)[0]


def script(folder: Path) -> None:
    """Run the script of the page in a folder."""
    programs = [TAP.parent, LOADERS["target-jsonl"].parent]
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash, "-c", block("Without Meltano", "sh")],
        cwd=folder,
        env={**os.environ, "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
