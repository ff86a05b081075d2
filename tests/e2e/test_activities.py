"""The activity log: every event once, and what it says was deleted as rows of `deletions`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox import Oddity
from sandbox.api.reports.activities import read_activities
from tests.conftest import Service

Make = Callable[..., Service]

PLENTY = {"requests_per_minute": 10**6, "daily_quota": 10**6}
LOG, DELETIONS, PATH = "activity_log", "deletions", "reports/activitylogs"
SETTINGS: dict[str, Any] = {"report_start_date": "2025-06-01", "requests_per_minute": 10**6}
DAY = 86_400.0


def list_events(place: Service, organization: str) -> list[str]:
    """Return the ids of the events from the start date on, sorted."""
    events = read_activities(place.world.holdings[organization])
    return sorted(one["activity_id"] for one in events if one["date"] >= "2025-06-01")


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"repeats_borders": True, "activities_key": "activitylogs"},
        {"most_days": 7, "activities_key": "activities"},
    ],
    ids=str,
)
def test_every_event_is_there_once(service: Make, knobs: dict[str, Any]) -> None:
    """Whatever the key of the rows, the length of a page and of a range, no event is missing."""
    place = service(rows=20, organizations=2, **PLENTY)
    for name, value in knobs.items():
        setattr(place.world.reports, name, value)
    run = place.complete([LOG], page_size=10, **SETTINGS)
    for organization in place.organizations:
        found = sorted(one["activity_id"] for one in run.records(LOG, organization))
        assert found == list_events(place, organization)


def test_deletions_arrive_without_a_whole_read(service: Make) -> None:
    """A deleted document is a row that names its list; a later run costs a call."""
    place = service(rows=20, organizations=1, **PLENTY)
    (organization,) = place.organizations
    first = place.complete([LOG, DELETIONS], **SETTINGS)
    assert first.records(DELETIONS) == []
    place.clock.sleep(DAY)
    gone = {"invoices": "invoices", "vendorcredits": "vendor_credits", "contacts": "contacts"}
    ids = {stream: min(place.world.ids(organization, name)) for name, stream in gone.items()}
    for name, stream in gone.items():
        place.world.delete(organization, name, ids[stream])
    second = place.complete([DELETIONS], first.state, **SETTINGS)
    rows = second.records(DELETIONS)
    assert {one["stream"]: one["id"] for one in rows} == ids
    assert {one["entity"] for one in rows} == {"invoice", "vendor_credit", "contact"}
    assert {one["seen_on"] for one in rows} == {"2026-11-24"}
    assert second.tap.sync_context.stats.calls[DELETIONS] == 1


def test_days_overlap(service: Make) -> None:
    """The last two days before the bookmark are read again, so that late events arrive."""
    place = service(rows=20, organizations=1, **PLENTY)
    (organization,) = place.organizations
    first = place.complete([LOG], **SETTINGS)
    assert first.bookmark(LOG, organization) == "2026-11-22"
    place.clock.sleep(3 * DAY)
    late = place.world.insert(organization, "invoices", created_time="2026-11-21T08:00:00+0000",
                              last_modified_time="2026-11-21T08:00:00+0000")  # fmt: skip
    second = place.complete([LOG], first.state, **SETTINGS)
    named = {one["activity_details"]["transaction_id"] for one in second.records(LOG)}
    assert late in named
    assert {one["date"] for one in second.records(LOG)} <= {
        "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26",
    }  # fmt: skip
    earlier = {**SETTINGS, "report_start_date": "2025-05-01"}
    third = place.complete([LOG], second.state, **earlier)
    assert min(one["date"] for one in third.records(LOG)) < "2025-06-01"


@pytest.mark.parametrize(
    ("oddity", "name"),
    [
        (Oddity(content={"a": []}), "no-rows"),
        (Oddity(content={"activity_logs": {}}), "no-rows"),
        (Oddity(context={"to_date": "2020-01-01"}), "report-mismatch"),
        (Oddity(rows=[{"activity_id": ""}]), "key-missing"),
        (Oddity(content={"activity_logs": [{"activity_id": "1", "date": "2026-11-02"}],
                         "page_context": {"has_more_page": True}}), "list-never-ends"),
    ],
)  # fmt: skip
def test_responses_that_are_no_log(service: Make, oddity: Oddity, name: str) -> None:
    """A response that is not of the log, or of other days, is an error and moves no bookmark."""
    place = service(rows=3, organizations=1, **PLENTY)
    place.world.oddities[PATH] = oddity
    run = place.run([LOG], **SETTINGS)
    assert getattr(run.failure, "name", "") == name


def test_a_log_that_does_not_state_its_end(service: Make) -> None:
    """Pages are read until one holds nothing new."""
    place = service(rows=20, organizations=1, **PLENTY)
    (organization,) = place.organizations
    place.world.oddities[PATH] = Oddity(context={"has_more_page": None, "to_date": None})
    run = place.complete([LOG], page_size=10, **SETTINGS)
    found = sorted(one["activity_id"] for one in run.records(LOG))
    assert found == list_events(place, organization)
