"""Lists of dated rows are read whole once a day, and in other runs from a day on."""

from __future__ import annotations

import json
import logging
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tap_zohobooks.pagination.endpoint_limits import WEEK
from tap_zohobooks.resources import TABLE, Dated
from tests.e2e.test_whole_reads import find_kinds, find_partitions, run_with_metadata
from tests.gateway import Place, make_place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sandbox import Request
    from sandbox.http import Response
    from tests.conftest import Run

HOUR, DAY = 3600, 86_400
LISTS = {"bank_transactions": "banktransactions", "time_entries": "projects/timeentries"}
FIRST_DAY = "2026-10-23"  # 31 days before the first run
LAST_DAY = "2036-11-20"  # 3,650 days after it
WINDOWS = {
    "bank_transactions": {
        "filter_by": "Status.All", "date_start": FIRST_DAY, "date_end": LAST_DAY
    },
    "time_entries": {
        "filter_by": "Date.CustomDate", "from_date": FIRST_DAY, "to_date": LAST_DAY
    },
}  # fmt: skip
Habit = Literal["ignored", "refused"]

each_list = pytest.mark.parametrize("stream", [*LISTS])
each_habit = pytest.mark.parametrize("habit", ["ignored", "refused"])


@dataclass
class Target:
    """What a table holds after some runs, and of which version each row is."""

    stream: str
    rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    versions: dict[tuple[str, str], int | None] = field(default_factory=dict)

    def load(self, messages: Iterable[dict[str, Any]]) -> None:
        """Read the messages of a run."""
        for one in messages:
            if one.get("stream") == self.stream and one["type"] == "RECORD":
                key = one["record"]["organization_id"], one["record"][TABLE[self.stream].key]
                self.rows[key], self.versions[key] = one["record"], one.get("version")
            elif one.get("stream") == self.stream and one["type"] == "ACTIVATE_VERSION":
                for key in [key for key in self.rows if self.versions[key] != one["version"]]:
                    del self.rows[key], self.versions[key]


@pytest.fixture
def place() -> Place:
    """Return a service with 450 rows a list, spread over two years."""
    return make_place(450)


@pytest.fixture
def cache(tmp_path: Path) -> dict[str, Any]:
    """Return the setting of a folder that runs share."""
    return {"token_cache": str(tmp_path / "cache")}


def read(
    place: Place, stream: str, last: Run | None = None, hours: int = 1, **settings: Any
) -> Run:
    """Return a run some hours after the last one, if there is one; the log begins with it."""
    if last is not None:
        place.clock.sleep(hours * HOUR)
    place.world.log.clear()
    return place.complete([stream], deepcopy(last.state) if last else None, **settings)


def find_queries(place: Place, stream: str) -> list[dict[str, str]]:
    """Return the parameters of each request of a list since the log was cleared."""
    names = {"page", "per_page", "organization_id"}
    return [
        {name: value for name, value in one.params.items() if name not in names}
        for one in place.world.log if one.path.endswith(f"/books/v3/{LISTS[stream]}")
    ]  # fmt: skip


def is_window(query: dict[str, str]) -> bool:
    """Tell whether a request has a range of days."""
    return bool({"date_start", "from_date"} & query.keys())


def find_day(stream: str) -> str:
    """Return the field of the date of a row."""
    row = TABLE[stream]
    assert isinstance(row, Dated)
    return row.day


def list_keys(run: Run, stream: str) -> set[str]:
    """Return the ids of the rows that a run brought."""
    return {row[TABLE[stream].key] for row in run.records(stream)}


def list_ids(place: Place, stream: str) -> set[str]:
    """Return the ids of the rows of the first organization."""
    return set(place.world.ids(place.organizations[0], LISTS[stream]))


def find_old(run: Run, stream: str, number: int = 0) -> str:
    """Return the id of one of the oldest rows."""
    rows = sorted(run.records(stream), key=lambda row: str(row[find_day(stream)]))
    return str(rows[number][TABLE[stream].key])


def find_versions(run: Run, stream: str) -> set[int | None]:
    """Return the versions of the records of a stream."""
    return {
        one.get("version") for one in run.messages
        if one["type"] == "RECORD" and one["stream"] == stream
    }  # fmt: skip


@each_list
def test_a_run_between_two_whole_reads_requests_the_last_days(
    place: Place, stream: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It brings the rows of 31 days before the whole read and later, for a call, and no others.

    They bear the version of that read, nothing is deleted, and the state stays as it was.
    """
    first = read(place, stream)
    assert list_keys(first, stream) == list_ids(place, stream)
    assert len(find_queries(place, stream)) == 3
    with caplog.at_level(logging.INFO):
        again = read(place, stream, first)
    assert find_queries(place, stream) == [WINDOWS[stream]]
    recent = {
        row[TABLE[stream].key] for row in first.records(stream)
        if row[find_day(stream)] >= FIRST_DAY
    }  # fmt: skip
    assert list_keys(again, stream) == recent
    assert 0 < len(recent) < 50
    assert {*find_kinds(again, stream)} == {"SCHEMA", "RECORD"}
    assert find_versions(again, stream) == find_versions(first, stream) != {None}
    assert again.state == first.state
    assert (
        f"Stream '{stream}': this run reads the rows dated {FIRST_DAY} or later; a whole read is "
        "due at 2026-11-24T11:55:00+00:00 (full_refresh_interval)."
    ) in caplog.messages


@each_list
def test_what_changes_before_the_last_days_arrives_with_the_next_whole_read(
    place: Place, stream: str
) -> None:
    """An old row that is changed or deleted does so within a day, a new one at once."""
    owner, path = place.organizations[0], LISTS[stream]
    target = Target(stream)
    first = read(place, stream)
    target.load(first.messages)
    changed, gone = find_old(first, stream), find_old(first, stream, 1)
    recent = max(first.records(stream), key=lambda row: str(row[find_day(stream)]))
    place.world.change(owner, path, changed, customer_id="42")
    place.world.delete(owner, path, gone)
    place.world.delete(owner, path, recent[TABLE[stream].key])
    backdated = place.world.insert(owner, path, **{find_day(stream): "2025-01-01"})
    ahead = place.world.insert(owner, path, **{find_day(stream): "2031-05-05"})
    between = read(place, stream, first)
    target.load(between.messages)
    assert ahead in list_keys(between, stream)
    assert {changed, backdated}.isdisjoint(list_keys(between, stream))
    assert (owner, gone) in target.rows  # as promised: not before the whole read
    place.clock.sleep(DAY - HOUR)
    whole = read(place, stream, between)
    target.load(whole.messages)
    assert find_kinds(whole, stream)[-1] == "ACTIVATE_VERSION"
    assert not any(map(is_window, find_queries(place, stream)))
    assert {key for _, key in target.rows} == list_ids(place, stream)
    assert target.rows[owner, changed]["customer_id"] == "42"
    assert find_versions(whole, stream) != find_versions(first, stream)


@each_list
@each_habit
def test_an_endpoint_that_does_not_take_days(
    place: Place, cache: dict[str, Any], stream: str, habit: Habit
) -> None:
    """The run that finds it out reads the list whole, and each run of a week, which deletes too.

    Then it is tried again.
    """
    place.world.behaviour[LISTS[stream]].days = habit
    first = read(place, stream, **cache)
    found = read(place, stream, first, **cache)
    assert list_keys(found, stream) == list_ids(place, stream)
    queries = find_queries(place, stream)
    assert 0 < sum(map(is_window, queries)) < len(queries)
    assert "ACTIVATE_VERSION" not in find_kinds(found, stream)
    assert found.state == first.state
    gone = find_old(first, stream)
    place.world.delete(place.organizations[0], LISTS[stream], gone)
    for _ in range(2):
        found = read(place, stream, found, **cache)
        assert not any(map(is_window, find_queries(place, stream)))
        assert list_keys(found, stream) == list_ids(place, stream)
        assert find_kinds(found, stream)[-1] == "ACTIVATE_VERSION"
    place.world.behaviour[LISTS[stream]].days = "honoured"
    place.clock.sleep(WEEK)
    found = read(place, stream, found, **cache)  # due
    read(place, stream, found, **cache)
    assert find_queries(place, stream) == [{**WINDOWS[stream], **_shift_days(stream, 7)}]


def _shift_days(stream: str, days: int) -> dict[str, str]:
    """Return the ends of the range, so many days later in the same month."""
    moved = {FIRST_DAY: f"2026-10-{23 + days}", LAST_DAY: f"2036-11-{20 + days}"}
    return {name: moved[day] for name, day in WINDOWS[stream].items() if day in moved}


@each_habit
def test_without_a_folder_each_run_finds_it_out(place: Place, habit: Habit) -> None:
    """It costs a call more, loses no row, and the target deletes once a day."""
    place.world.behaviour["banktransactions"].days = habit
    run, target = read(place, "bank_transactions"), Target("bank_transactions")
    target.load(run.messages)
    place.world.delete(place.organizations[0], "banktransactions", find_old(run, target.stream))
    for _ in range(3):
        run = read(place, "bank_transactions", run, hours=8)
        target.load(run.messages)
        assert list_keys(run, "bank_transactions") == list_ids(place, "bank_transactions")
    assert {key for _, key in target.rows} == list_ids(place, "bank_transactions")


def test_an_interval_leaves_out_what_does_not_take_days(
    place: Place, cache: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """With an interval such a list is left out as any list without a time of change."""
    place.world.behaviour["banktransactions"].days = "refused"
    root = {"full-refresh-interval": "3h"}
    run = run_with_metadata(place, "bank_transactions", root, **cache)
    counts = []
    for _ in range(4):
        place.clock.sleep(HOUR)
        run = run_with_metadata(place, "bank_transactions", root, run.state, **cache)
        counts.append(len(run.records("bank_transactions")))
    assert counts == [0, 0, 450, 0]
    assert "the list is left until a whole read is due." in caplog.text


@pytest.mark.parametrize("code", [11, 1038])
def test_another_refusal_is_not_remembered(
    place: Place, cache: dict[str, Any], code: int, caplog: pytest.LogCaptureFixture
) -> None:
    """What does not name a parameter may have another reason: the next run tries again."""

    def refuse(request: Request, answer: Response) -> Response:
        body = f'{{"code": {code}, "message": "Try\\nlater"}}'.encode()
        return type(answer)(400, body) if "date_start" in request.params else answer

    first = read(place, "bank_transactions", **cache)
    place.gateway.meddle = refuse
    again = read(place, "bank_transactions", first, **cache)
    assert list_keys(again, "bank_transactions") == list_ids(place, "bank_transactions")
    assert f"code {code}: Try\\nlater.); the list is read whole." in caplog.text
    place.heal()
    read(place, "bank_transactions", again, **cache)
    assert find_queries(place, "bank_transactions") == [WINDOWS["bank_transactions"]]


def test_a_list_that_is_refused_itself_says_nothing_of_days(
    place: Place, cache: dict[str, Any]
) -> None:
    """If the list is refused without a range as well, the run fails, and nothing is remembered."""

    def refuse(request: Request, answer: Response) -> Response:
        is_list = request.path.endswith("/banktransactions")
        return type(answer)(400, b'{"code": 4, "message": "No"}') if is_list else answer

    first = read(place, "bank_transactions", **cache)
    place.gateway.meddle = refuse
    place.clock.sleep(HOUR)
    assert place.run(["bank_transactions"], deepcopy(first.state), **cache).failure is not None
    place.heal()
    read(place, "bank_transactions", first, **cache)
    assert find_queries(place, "bank_transactions") == [WINDOWS["bank_transactions"]]


def test_days_in_place_of_those_requested(place: Place) -> None:
    """A response that names another filter than the one requested is read as a range ignored."""

    def shorten(request: Request, answer: Response) -> Response:
        if "from_date" not in request.params:
            return answer
        document = json.loads(answer.body)
        document["page_context"]["applied_filter"] = "Date.ThisMonth"
        return type(answer)(200, json.dumps(document).encode(), answer.headers)

    first = read(place, "time_entries")
    place.gateway.meddle = shorten
    again = read(place, "time_entries", first)
    assert list_keys(again, "time_entries") == list_ids(place, "time_entries")


def test_days_without_a_row_prove_nothing(cache: dict[str, Any]) -> None:
    """An empty response costs a call, is not requested twice, and is believed in no other way."""
    place = make_place(30)
    owner = place.organizations[0]
    for key in place.world.ids(owner, "banktransactions"):
        place.world.change(owner, "banktransactions", key, date="2025-02-03")
    run = read(place, "bank_transactions", **cache)
    for _ in range(2):
        run = read(place, "bank_transactions", run, **cache)
        assert run.records("bank_transactions") == []
        assert find_queries(place, "bank_transactions") == [WINDOWS["bank_transactions"]]
    (partition,) = find_partitions(run.state, "bank_transactions")
    assert partition["rows_read"] == 30


@pytest.mark.parametrize("value", ["", None, "03/02/2025", 20250203, ["2025-02-03"], "2026-10-22"])
def test_a_date_that_does_not_prove_it(place: Place, value: object) -> None:
    """A blank or unreadable date is none before the range, nor is the day before it."""

    def spoil(request: Request, answer: Response) -> Response:
        if "date_start" not in request.params:
            return answer
        document = json.loads(answer.body)
        document["banktransactions"][0]["date"] = value
        return type(answer)(200, json.dumps(document).encode(), answer.headers)

    first = read(place, "bank_transactions")
    place.gateway.meddle = spoil
    again = read(place, "bank_transactions", first)
    assert find_queries(place, "bank_transactions") == [WINDOWS["bank_transactions"]]
    assert again.records("bank_transactions")


@each_list
def test_days_of_several_pages(stream: str) -> None:
    """All pages of the range are read."""
    place = make_place(60)
    owner = place.organizations[0]
    day = find_day(stream)
    for number in range(35):
        place.world.insert(owner, LISTS[stream], **{day: f"2026-11-{1 + number % 20:02}"})
    first = read(place, stream)
    again = read(place, stream, first, page_size=10)
    expected = {
        row[TABLE[stream].key] for row in first.records(stream) if row[day] >= FIRST_DAY
    }  # fmt: skip
    assert list_keys(again, stream) == expected
    assert len(expected) >= 35
    assert len(find_queries(place, stream)) >= 4


@pytest.mark.parametrize("stop", [0, 2, 5, 9])
@pytest.mark.parametrize("is_due", [False, True], ids=["window", "whole"])
def test_killed_anywhere(stop: int, *, is_due: bool) -> None:
    """After the next run that ends, the target holds what it should, wherever one was killed."""
    place, stream = make_place(60), "bank_transactions"
    owner, target = place.organizations[0], Target("bank_transactions")
    first = read(place, stream)
    target.load(first.messages)
    old = find_old(first, stream)
    place.world.change(owner, "banktransactions", old, payee="changed")
    added = place.world.insert(owner, "banktransactions", date="2026-11-22")
    place.clock.sleep(DAY if is_due else 0)
    killed = read(place, stream, first, page_size=5)
    states = [one["value"] for one in killed.messages[:stop] if one["type"] == "STATE"]
    target.load(killed.messages[:stop])
    state = states[-1] if states else first.state
    place.clock.sleep(HOUR)
    again = place.complete([stream], deepcopy(state))
    target.load(again.messages)
    assert (owner, added) in target.rows
    assert (target.rows[owner, old]["payee"] == "changed") is is_due
    place.clock.sleep(DAY)
    whole = place.complete([stream], deepcopy(again.state))
    target.load(whole.messages)
    assert {key for _, key in target.rows} == list_ids(place, stream)
    assert target.rows[owner, old]["payee"] == "changed"


def test_a_long_pause_leaves_out_no_day(place: Place) -> None:
    """With a long interval the range reaches back from the whole read, however long ago that is."""
    root = {"full-refresh-interval": "90d"}
    first = run_with_metadata(place, "bank_transactions", root)
    place.clock.sleep(50 * DAY)
    added = [
        place.world.insert(place.organizations[0], "banktransactions", date=day)
        for day in ("2026-10-24", "2026-11-25", "2027-01-11")
    ]
    again = run_with_metadata(place, "bank_transactions", root, first.state)
    assert {*added} <= list_keys(again, "bank_transactions")
    assert find_queries(place, "bank_transactions")[-1]["date_start"] == FIRST_DAY


@pytest.mark.parametrize(
    ("interval", "hours", "calls"),
    [("0", 23, 1), ("0", 24, 3), ("6h", 5, 0), ("6h", 6, 3), ("2d", 47, 0), ("2d", 48, 3)],
)
def test_the_setting(place: Place, interval: str, hours: int, calls: int) -> None:
    """By default the list is read whole once a day, else the last days; an interval leaves it out.

    Such a run costs no call, as the plan of a day counts on.
    """
    first = read(place, "time_entries", full_refresh_interval=interval)
    again = read(place, "time_entries", first, hours, full_refresh_interval=interval)
    assert len(find_queries(place, "time_entries")) == calls
    assert (len(again.records("time_entries")) == 450) is (calls == 3)
    assert bool(again.records("time_entries")) is bool(calls)
    assert ("ACTIVATE_VERSION" in find_kinds(again, "time_entries")) is (calls == 3)


@pytest.mark.parametrize(("interval", "hours"), [(0, 1), ("2h", 2)])
def test_metadata_of_the_stream_set_its_interval(
    place: Place, interval: object, hours: int
) -> None:
    """With 0 each run reads the list whole; with other spans runs between request the last days.

    The setting is another.
    """
    root: dict[str, Any] = {"full-refresh-interval": interval}
    setting: dict[str, Any] = {"full_refresh_interval": "1d"}
    first = run_with_metadata(place, "bank_transactions", root, **setting)
    for hour in range(1, hours + 1):
        place.clock.sleep(HOUR)
        again = run_with_metadata(
            place, "bank_transactions", root, deepcopy(first.state), **setting
        )
        found = len(again.records("bank_transactions"))
        assert (found == 450) is (hour == hours)
        assert found > 0


def test_a_target_that_is_told_nothing_gets_no_version(place: Place) -> None:
    """Without ACTIVATE_VERSION no record has a version, and the state keeps none."""
    settings: dict[str, Any] = {"emit_activate_version_messages": False}
    first = read(place, "bank_transactions", **settings)
    again = read(place, "bank_transactions", first, **settings)
    assert find_versions(again, "bank_transactions") == {None}
    assert "whole_read_version" not in json.dumps(again.state)


def test_a_state_without_a_version(place: Place) -> None:
    """A state of an older release: the records get a version of their own, none is activated."""
    first = read(place, "bank_transactions")
    for value in (None, "7", True):
        for one in find_partitions(first.state, "bank_transactions"):
            one["whole_read_version"] = value
        again = read(place, "bank_transactions", first)
        assert {type(one) for one in find_versions(again, "bank_transactions")} == {int}
        assert "ACTIVATE_VERSION" not in find_kinds(again, "bank_transactions")


def test_a_new_organization_is_read_whole_beside_another() -> None:
    """It is read at once, the known one from a day on, and the target deletes nothing."""
    place = make_place(30, 2)
    old, new = place.organizations
    stream, target = "bank_transactions", Target("bank_transactions")
    recent = place.world.insert(old, "banktransactions", date="2026-11-10")
    first = read(place, stream, organization_ids=[old])
    target.load(first.messages)
    both = read(place, stream, first)
    target.load(both.messages)
    assert len(both.records(stream, new)) == 30
    assert [row["transaction_id"] for row in both.records(stream, old)] == [recent]
    assert find_kinds(both, stream).count("ACTIVATE_VERSION") == 0
    assert len(target.rows) == 61
    again = read(place, stream, both)
    assert len(again.records(stream)) < 30
    place.clock.sleep(DAY)
    whole = read(place, stream, again)
    target.load(whole.messages)
    assert len(whole.records(stream)) == len(target.rows) == 61
    assert "ACTIVATE_VERSION" in find_kinds(whole, stream)


def test_two_organizations_of_which_one_takes_no_days(cache: dict[str, Any]) -> None:
    """That of one says nothing of the other; once a day both are whole, and the target deletes."""
    place = make_place(60, 2)
    bad, good = place.organizations
    stream, target = "time_entries", Target("time_entries")

    def refuse(request: Request, answer: Response) -> Response:
        is_bad = request.params.get("organization_id") == bad and "from_date" in request.params
        return type(answer)(400, b'{"code": 2, "message": "Invalid value"}') if is_bad else answer

    place.gateway.meddle = refuse
    run = read(place, stream, **cache)
    target.load(run.messages)
    gone = min(run.records(stream, good), key=lambda row: str(row["log_date"]))
    place.world.delete(good, LISTS[stream], gone["time_entry_id"])
    for hour in (8, 16, 24):
        run = read(place, stream, run, hours=8, **cache)
        target.load(run.messages)
        assert len(run.records(stream, bad)) == len(place.world.ids(bad, LISTS[stream]))
        assert (len(run.records(stream, good)) < 50) is (hour < 24)
        assert sum(map(is_window, find_queries(place, stream))) == (hour == 8) + (hour < 24)
    assert {*target.rows} == {
        (owner, key) for owner in (bad, good) for key in place.world.ids(owner, LISTS[stream])
    }


def test_a_failure_between_leaves_the_whole_read_due_as_before(place: Place) -> None:
    """A run from a day on that fails changes neither the state nor what the next one requests."""
    first = read(place, "bank_transactions")

    def fail(request: Request, answer: Response) -> Response:
        return type(answer)(500, b"") if request.path.endswith("/banktransactions") else answer

    place.gateway.meddle = fail
    place.clock.sleep(HOUR)
    failed = place.run(["bank_transactions"], deepcopy(first.state))
    assert failed.failure is not None
    assert failed.state == first.state
    place.heal()
    read(place, "bank_transactions", failed)
    assert find_queries(place, "bank_transactions") == [WINDOWS["bank_transactions"]]


def test_what_a_day_of_a_long_list_costs() -> None:
    """2,000 rows of two years: 11 calls once a day, and one in every other run, not 11 in each."""
    place, calls = make_place(2000), []
    run = None
    for _ in range(5):
        run = read(place, "bank_transactions", run, hours=6)
        calls.append(len(find_queries(place, "bank_transactions")))
    assert calls == [11, 1, 1, 1, 11]


def test_documents_are_read_as_before(place: Place) -> None:
    """The documents of bank transactions are read whole in each run: their list has no range."""
    place = make_place(5)
    first = read(place, "bank_transaction_details")
    again = read(place, "bank_transaction_details", first)
    assert again.counts == first.counts
