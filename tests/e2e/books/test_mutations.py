"""Rows that are wrong on purpose: for each way, the tests that it names are red."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.books.mutations import INCOMPLETE, MUTATIONS, Mutation

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(1800)]

# A ledger that lacks postings is made by no row: `test_again.py` takes some out of the built one.
NOT_BY_ROWS = {"tie_ledger_rows"}


def find_red(wrong: dict[str, Any], organization: str) -> set[str]:
    """Return the tests that have found something in an organization."""
    return {
        test
        for test, rows in wrong["rows"].items()
        if any(row.get("organization_id") == organization for row in rows)
    }


@pytest.mark.parametrize("organization", ["10", "20"])
def test_what_is_right_stays_green(wrong: dict[str, Any], organization: str) -> None:
    """The wrong rows of other organizations reach no test of this one."""
    assert find_red(wrong, organization) == set()


@pytest.mark.parametrize("organization", [one.name for one in INCOMPLETE])
def test_what_was_not_loaded_is_no_error(wrong: dict[str, Any], organization: str) -> None:
    """Without streams that say what was settled no tie is red, as nothing can be compared."""
    assert find_red(wrong, organization) == set()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_a_wrong_row_turns_its_tests_red(wrong: dict[str, Any], mutation: Mutation) -> None:
    """The named tests have found the organization with the wrong row."""
    assert set(mutation.tests) <= find_red(wrong, mutation.name)


def test_every_tie_was_seen_red(wrong: dict[str, Any]) -> None:
    """Each tie, and each exception, is turned red by a wrong row."""
    known = {key.split(".")[2] for key in wrong["statuses"]}
    wanted = {name for name in known if name.startswith(("tie_", "no_"))} - NOT_BY_ROWS
    assert len(wanted) > 20
    assert wanted - {test for one in MUTATIONS for test in one.tests} == set()
