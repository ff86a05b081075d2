"""Books that are built over books: nothing changes without a cause, and a late change arrives."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(1800)]

Runs = dict[str, dict[str, Any]]


def test_every_build_is_green(again: Runs) -> None:
    """Each build ends well, but that of a ledger which lacks postings."""
    codes = {name: run["code"] for name, run in again.items()}
    assert codes == {"shuffled": 0, "later": 0, "refreshed": 0, "lacking": 1}


def test_a_second_build_changes_nothing(duckdb: dict[str, Any], again: Runs) -> None:
    """Built again, and of shuffled rows, every table has the same rows."""
    for table, rows in duckdb["rows"].items():
        assert rows == again["shuffled"]["rows"][table], table


def test_a_late_change_arrives_as_in_a_full_refresh(duckdb: dict[str, Any], again: Runs) -> None:
    """A changed, a moved and a deleted transaction of past months: as if built from the start."""
    later, refreshed = again["later"]["rows"], again["refreshed"]["rows"]
    assert later["general_ledger"] != duckdb["rows"]["general_ledger"]
    for table, rows in refreshed.items():
        assert later[table] == rows, table


def test_an_emptied_month_has_no_postings(again: Runs) -> None:
    """The only transactions of a month were deleted: the ledger has none of them."""
    rows = [row for row in again["later"]["rows"]["general_ledger"]
            if row["organization_id"] == "10"]  # fmt: skip
    assert rows
    assert {row["transaction_id"] for row in rows} & {"sr-1", "bt-1"} == set()
    assert [row for row in rows if row["period_start"] == "2025-01-01"] == []


def test_a_ledger_that_lacks_postings_is_red(again: Runs) -> None:
    """The count of postings differs, and the page that says so is built all the same."""
    run = again["lacking"]
    red = {key.split(".")[2] for key, status in run["statuses"].items() if status == "fail"}
    assert "tie_ledger_rows" in red
    (row,) = [one for one in run["rows"]["data_quality"]
              if (one["test"], one["organization_id"]) == ("ledger_rows", "10")]  # fmt: skip
    assert (row["mismatches"], row["difference"]) == ("1", "2")
