"""What the state says of reports, and values that streams share."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

from tap_zohobooks.singer.once import Once
from tap_zohobooks.singer.period_state import PeriodCheckpoint
from tap_zohobooks.singer.state_migration import migrate_state

pytestmark = pytest.mark.fast
STATE: dict[str, Any] = {
    "replication_key": "to_date", "replication_key_value": "2026-01-31",
    "report_coverage": "month - 2025-01-01 accrual", "closed_years": {"2025-12-31 accrual": "ab"},
}  # fmt: skip


def test_a_state_is_read_as_it_was_written() -> None:
    """What a checkpoint writes, it reads again; writing it once more changes nothing."""
    found = PeriodCheckpoint.load("to_date", STATE)
    written: dict[str, Any] = {"context": {"organization_id": "1"}}
    assert found.update(written)
    assert {name: written[name] for name in STATE} == STATE
    assert not found.update(written)


def test_a_bookmark_goes_on_and_back() -> None:
    """Passing a period moves it on only; a checkpoint of other settings moves it back."""
    found = PeriodCheckpoint.load("to_date", STATE)
    assert found.pass_period("2025-12-31").last == "2026-01-31"
    assert found.pass_period("2026-02-28").last == "2026-02-28"
    state = dict(STATE)
    PeriodCheckpoint("to_date", None, "day - 2025-01-01 cash").update(state)
    assert "replication_key_value" not in state
    assert "closed_years" not in state
    assert found.close_year("2024-12-31 cash", "cd").closed == {
        "2025-12-31 accrual": "ab", "2024-12-31 cash": "cd",
    }  # fmt: skip


@pytest.mark.parametrize(
    "state",
    [{}, {"replication_key_value": 5, "report_coverage": 5, "closed_years": []},
     {"replication_key_value": "yesterday", "closed_years": None}],
)  # fmt: skip
def test_a_state_that_says_nothing(state: dict[str, Any]) -> None:
    """What cannot be read counts as not read: its periods are read again."""
    assert PeriodCheckpoint.load("to_date", state) == PeriodCheckpoint("to_date")


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        (STATE, True),
        ({"replication_key": "last_modified_time",
          "replication_key_value": "2026-01-31T00:00:00+00:00"}, False),
        ({"replication_key_value": "2026-01-31"}, True),
    ],
)  # fmt: skip
def test_migration(entry: dict[str, Any], *, kept: bool, caplog: pytest.LogCaptureFixture) -> None:
    """A bookmark of a report is a day; one of another key does not count, and that is said."""
    part = {"context": {"organization_id": "1"}, **entry}
    state = {"bookmarks": {"cash_flow": {"partitions": [part]}}}
    found = migrate_state(state, {"cash_flow": "to_date"}, logging.getLogger("tap"))
    (one,) = found["bookmarks"]["cash_flow"]["partitions"]
    assert (one.get("replication_key_value") == "2026-01-31") is kept
    assert bool(caplog.messages) is not kept


def test_a_value_is_computed_once() -> None:
    """Threads that ask at the same time get one value; a failure is tried again."""
    once, calls, gate = Once(), [], threading.Barrier(4)

    def compute() -> int:
        calls.append(1)
        return len(calls)

    def ask() -> None:
        gate.wait()
        assert once.get("a", compute) == 1

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(calls) == 1
    with pytest.raises(ZeroDivisionError):
        once.get("b", lambda: 1 // 0)
    assert once.get("b", compute) == 2
