"""The table of benchmarks: what a ratio may be."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from benchmarks import custom_fields, postings, records, table
from benchmarks.startup import list_starts
from benchmarks.state import simulate
from benchmarks.table import Row, find_above_limit, find_worse, format_table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.fast
START = Row("--version", "import singer_sdk", 0.8, 1.15)


@pytest.mark.parametrize(("before", "is_worse"), [(0.8, False), (0.65, False), (0.63, True)])
def test_a_ratio_that_is_worse(before: float, *, is_worse: bool) -> None:
    """Up to 25 % above the accepted ratio is noise."""
    assert bool([*find_worse([START], {"--version": before})]) == is_worse


def test_a_ratio_that_is_new() -> None:
    """A row without an accepted ratio is not passed over."""
    assert [*find_worse([START], {"--about": 0.8})] == [
        "--version: no ratio is accepted yet; write it by --accept"
    ]


def test_limits() -> None:
    """A ratio may be its limit, and no more."""
    rows = [Row("a", "b", 1.5, 1.5), Row("c", "b", 1.51, 1.5)]
    assert [*find_above_limit(rows)] == ["c: 1.51 is above the limit of 1.50"]


def test_the_table() -> None:
    """A row shows its accepted ratio, if there is one."""
    assert [*format_table([START, Row("a", "b", 2, 3)], {"--version": 0.77})][2:] == [
        "| --version | import singer_sdk | 0.80 | 0.77 | 1.15 |",
        "| a | b | 2.00 |  | 3.00 |",
    ]


def test_a_row_without_a_limit() -> None:
    """It has no cell for one, and is above none; its accepted ratio holds all the same."""
    row = Row("a", "b", 2)
    assert [*format_table([row], {})][2:] == ["| a | b | 2.00 |  |  |"]
    assert [*find_above_limit([row])] == []
    assert [*find_worse([row], {"a": 1})] == ["a: 2.00 is more than 25 % above 1.00"]


def test_what_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ratios are written over those of before; rows that were not measured keep theirs."""
    monkeypatch.setattr(table, "ACCEPTED", tmp_path / "ratios.json")
    (tmp_path / "ratios.json").write_text('{"--version": 1.5, "other": 2}')
    table.keep_accepted([START])
    assert table.load_accepted() == {"--version": 0.8, "other": 2}


def test_the_starts_of_this_version_are_accepted() -> None:
    """The file has each start that has a limit."""
    limited = {one.name for one in list_starts() if one.limit is not None}
    assert limited <= table.load_accepted().keys()


def test_the_records_of_this_version_are_accepted() -> None:
    """The file has the rows without a limit: custom fields, and each report of postings."""
    names = {"a contact of 40 custom fields", *(f"a posting of {one}" for one in postings.KINDS)}
    assert names <= table.load_accepted().keys()


def test_custom_fields_of_a_contact() -> None:
    """What is measured is that each of the 40 has a column, and a value in two of three rows."""
    names = {name for name in custom_fields.schema()["properties"] if name.startswith("cf_")}
    rows = [custom_fields.build_fields(number) for number in range(3)]
    assert len(names) == 40
    assert all(sum(name in row for row in rows) == 2 for name in names)
    assert all(len(row["custom_fields"]) == len(names & row.keys()) for row in rows)


@pytest.mark.parametrize("stream", postings.KINDS)
def test_both_taps_read_all_postings(stream: str) -> None:
    """Ten months hold them all; a run that writes fewer ends with an error."""
    for read in (postings.ours, postings.plain):
        assert records.seconds(partial(read, stream), 40, postings.KINDS[stream][0]) > 0


def test_the_states_of_a_large_run_are_bounded() -> None:
    """They are at most what their rate lets leave in the time of the run, and two whole states."""
    states, most = simulate(4, organizations=10, streams=60)
    assert most / 2 < states <= most
