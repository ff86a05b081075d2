"""What hourly runs cost: the short form of `benchmarks.economy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.economy import CHANGED, MAX_DAY, Schedule, measure_quiet
from tests.gateway import make_place

if TYPE_CHECKING:
    from pathlib import Path


STREAMS = {
    "bills", "contacts", "credit_notes", "customer_payments", "estimates", "expenses", "invoices",
    "items", "purchase_orders", "sales_orders",
}  # fmt: skip


def test_a_quiet_run_costs_a_call_a_list(tmp_path: Path) -> None:
    """The default selection: a call an incremental list, one for the organizations, no more."""
    schedule = Schedule(make_place(201), str(tmp_path / "cache"))
    row = measure_quiet(schedule)
    assert row.calls == row.limit == schedule.lists + 1
    assert 24 * row.calls + schedule.whole <= MAX_DAY


def test_a_changed_document_costs_no_call_of_its_own(tmp_path: Path) -> None:
    """A row that has changed in each of ten lists comes with the call that finds it."""
    schedule = Schedule(make_place(30), str(tmp_path / "cache"))
    schedule.run()
    quiet = schedule.run()
    now = schedule.place.clock.utc().isoformat()
    schedule.change(0)
    assert schedule.run() == quiet
    arrived = [
        one["stream"] for one in schedule.last.messages
        if one["type"] == "RECORD" and (one["record"].get("last_modified_time") or "") >= now
    ]  # fmt: skip
    assert {*arrived} >= STREAMS
    assert len(STREAMS) == len(CHANGED)
