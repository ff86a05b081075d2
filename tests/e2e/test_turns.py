"""A quota that does not suffice leaves no stream out for long."""

from __future__ import annotations

import json
import logging
from collections import Counter
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.http import Response
from tap_zohobooks.errors import QuotaReached
from tap_zohobooks.resources import ORGANIZATION, TABLE
from tap_zohobooks.singer.turns import MISSED
from tests.conftest import story_seed
from tests.gateway import Place, make_place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox import Request
    from tests.conftest import Run

HOUR, DAY = 3600, 86_400
LISTS = ("bills", "contacts", "invoices", "items")
WHOLE = ("currencies", "locations", "salespersons", "taxes", "users")
DOCUMENTS = ("bill_details", "invoice_details")
CHILDREN = ("bill_comments", "contact_comments", "invoice_comments")
PLENTY = 10**6


class Days:
    """Daily runs of some streams with a quota of calls; the days on which each was read."""

    def __init__(self, streams: Iterable[str], rows: int, organizations: int = 1) -> None:
        """Build a service; nothing was read yet."""
        self.place: Place = make_place(rows, organizations)
        self.streams = tuple(streams)
        self.state: dict[str, Any] | None = None
        self.runs: list[Run] = []
        self.begun: Counter[str] = Counter()
        self.read: Counter[str] = Counter()

    def run(self, quota: int, **settings: Any) -> Run:
        """Run on the next day."""
        self.place.clock.sleep(DAY)
        return self.again(quota, **settings)

    def again(self, quota: int, **settings: Any) -> Run:
        """Run on the same day."""
        self.place.world.limits.daily_quota = quota
        run = self.place.run(self.streams, deepcopy(self.state), **settings)
        assert run.failure is None or isinstance(run.failure, QuotaReached)
        self.state = run.state
        self.runs.append(run)
        begun = {name for name, one in run.tap.streams.items() if one.selected and one.answered}  # type: ignore[attr-defined]
        missed = {name for names in run.tap.sync_context.stats.missed.values() for name in names}
        self.begun.update(begun)
        self.read.update(begun - missed)
        return run

    def missed(self, organization: str = "") -> dict[str, int]:
        """Return what the state counts, by stream."""
        return {
            name: one[MISSED]
            for name, held in (self.state or {})["bookmarks"].items()
            for one in held.get("partitions", [])
            if MISSED in one and organization in {"", one["context"][ORGANIZATION]}
        }


@pytest.mark.parametrize("concurrency", [1, 5])
def test_each_list_is_read_in_turn(concurrency: int) -> None:
    """Four lists by bookmark are read each day, and five whole lists within three days."""
    days = Days((*LISTS, *WHOLE), 3)
    for _ in range(3):
        days.run(6, max_concurrency=concurrency)
    assert [days.read[name] for name in LISTS] == [3] * 4
    assert all(days.read[name] for name in WHOLE), days.read


@pytest.mark.parametrize("quota", [3, 4])
def test_no_stream_is_left_out_for_ever(quota: int) -> None:
    """Whatever the quota: also if the lists by bookmark take all of it, or more."""
    days = Days((*LISTS, *WHOLE), 3)
    for _ in range(11):
        days.run(quota)
    assert {*LISTS, *WHOLE} == {name for name in days.read if days.read[name]}


def test_documents_leave_calls_to_lists() -> None:
    """Whole lists are read on each day of a load of documents, and the documents one after another.

    The quota cuts each stream of documents in its middle; it goes on from its bookmark.
    """
    days = Days((*LISTS, *WHOLE, *DOCUMENTS), 30)
    for _ in range(14):
        days.run(20)
    assert [days.read[name] for name in (*LISTS, *WHOLE)] == [14] * 9
    for name in DOCUMENTS:
        key = TABLE[name].key
        found = {row[key] for run in days.runs for row in run.records(name)}
        assert len(found) == 30
        assert days.read[name] >= 1
    assert days.missed() == {}


@pytest.mark.parametrize("concurrency", [1, 5])
def test_children_that_do_not_fit_together_come_to_their_end(concurrency: int) -> None:
    """Each begins anew in each run: cut at the same time, none of them would ever be complete."""
    days = Days(CHILDREN, 10)
    for _ in range(8):
        days.run(15, max_concurrency=concurrency)
    assert all(days.read[name] >= 2 for name in CHILDREN), days.read


def test_one_that_never_fits_takes_turns() -> None:
    """Children of more rows than the day has calls do not keep documents from being read."""
    days = Days(("contact_comments", "invoice_details", "users"), 25)
    for _ in range(8):
        days.run(15)
    assert days.read["users"] == 8
    assert days.read["invoice_details"] >= 1
    assert days.begun["contact_comments"] >= 2
    assert not days.read["contact_comments"]


def test_a_sufficient_quota_changes_nothing() -> None:
    """Nothing is counted in the state, and the order is that of cost and name."""
    days = Days((*DOCUMENTS, *WHOLE, *LISTS), 3)
    for _ in range(2):
        run = days.run(PLENTY, max_concurrency=1)
        order = [one["stream"] for one in run.messages if one["type"] == "SCHEMA"]
        assert order == [*LISTS, *WHOLE, *DOCUMENTS]
    assert MISSED not in json.dumps(days.state)


def test_hourly_runs_after_the_end_change_nothing() -> None:
    """A run that gets no response at all leaves the order of the next day as it is."""
    days = Days((*LISTS, *WHOLE), 3)
    days.run(6, max_concurrency=1)
    missed = days.missed()
    assert missed.keys() == {"salespersons", "taxes", "users"}
    for _ in range(3):
        days.place.clock.sleep(60)
        days.again(6, max_concurrency=1)
        assert days.missed() == missed


def test_each_organization_has_its_own_turns() -> None:
    """What one organization missed changes nothing for the other, whose quota suffices.

    Of calls in flight any may be the last that the quota allows: there is one an organization.
    """
    days = Days((*LISTS, *WHOLE), 3, organizations=2)
    poor, rich = days.place.organizations
    days.place.world.meters[poor].quota = 6
    run = days.run(PLENTY, max_concurrency=1)
    assert days.missed(rich) == {}
    assert days.missed(poor).keys() == {"salespersons", "taxes", "users"}
    assert run.tap.sync_context.stats.missed.keys() == {poor}


def test_a_quota_that_is_not_stated() -> None:
    """Without its headers only a refusal says that it ended; the turns are the same."""
    days = Days((*LISTS, *WHOLE), 3)

    def meddle(_: Request, answer: Response) -> Response:
        kept = {name: one for name, one in answer.headers.items() if "Rate-Limit" not in name}
        return Response(answer.status, answer.body, kept)

    days.place.gateway.meddle = meddle
    for _ in range(3):
        days.run(6)
    assert [days.read[name] for name in LISTS] == [3] * 4
    assert all(days.read[name] for name in WHOLE), days.read


def test_what_was_missed_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """In one warning with the next step, in the fields of the last line, and as a metric."""
    days = Days((*LISTS, *WHOLE), 3)
    with caplog.at_level(logging.INFO):
        run = days.run(6, max_concurrency=1)
    (organization,) = days.place.organizations
    (line,) = [one for one in caplog.records if "missed longest" in one.message]
    assert line.levelname == "WARNING"
    assert line.message.startswith(
        f"Organization {organization}: its calls ended before 3 streams were read to their end: "
        "salespersons, taxes, users. The next run begins"
    )
    assert "full_refresh_interval" in line.message
    assert isinstance(run.failure, QuotaReached)
    assert run.failure.facts == {"stream": "salespersons, taxes, users",
                                 "organization": organization}  # fmt: skip
    points = [one.message for one in caplog.records if "missed_stream_count" in one.message]
    assert len(points) == 1
    assert '"value":3' in points[0]


def test_a_schema_comes_before_its_records() -> None:
    """Also where missed streams come first, and one is cut in its middle."""
    days = Days((*LISTS, *WHOLE, *DOCUMENTS, *CHILDREN), 8)
    for quota in (9, 14, 20, 35, 11, 40):
        run = days.run(quota)
        known: set[str] = set()
        for one in run.messages:
            if one["type"] == "SCHEMA":
                known.add(one["stream"])
            assert one["type"] != "RECORD" or one["stream"] in known


@pytest.mark.parametrize("number", range(3))
def test_random_quotas_lose_no_row(number: int) -> None:
    """Rows change and come while quotas of any size cut the runs; a last one mends all."""
    lot = Random(f"{story_seed()} {number}")  # noqa: S311  # to be repeated
    days = Days((*LISTS, *WHOLE, *DOCUMENTS, "contact_comments"), lot.randint(1, 9))
    (owner,) = days.place.organizations
    world = days.place.world
    for _ in range(8):
        days.run(lot.randint(0, 40), max_concurrency=lot.choice([1, 2, 5]))
        for path in ("bills", "invoices", "contacts"):
            if lot.random() < 0.5:  # every other time
                world.change(owner, path, lot.choice(sorted(world.ids(owner, path))))
            if lot.random() < 0.5:
                world.insert(owner, path)
    last = days.run(PLENTY)
    assert last.failure is None
    assert days.missed() == {}
    for stream in ("bills", "invoices", "contacts", *DOCUMENTS):
        key, path = TABLE[stream].key, TABLE[TABLE[stream].of or stream].list_path
        shown = world.visible_field(path)
        held = {
            row[key]: row.get(shown) or None for run in days.runs for row in run.records(stream)
        }
        names = world.ids(owner, path)
        wanted = {name: world.row(owner, path, name).get(shown) or None for name in names}
        assert {name: held.get(name) for name in wanted} == wanted
