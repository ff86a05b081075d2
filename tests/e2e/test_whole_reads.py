"""Streams without a time of change are read again once `full_refresh_interval` has passed."""

from __future__ import annotations

import json
import logging
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from tap_zohobooks.cli.common import select_streams
from tap_zohobooks.cli.last_run import recall_costs
from tap_zohobooks.errors import ConfigError
from tap_zohobooks.singer.catalog import read_catalog
from tests.conftest import Collector, Run
from tests.gateway import Place, make_place

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Request
    from sandbox.http import Response

HOUR, DAY = 3600, 86_400
DAILY = {"full_refresh_interval": "1d"}


@pytest.fixture
def place() -> Place:
    """Return a service of two organizations with five rows a list."""
    return make_place(5, 2)


def find_kinds(run: Run, stream: str) -> list[str]:
    """Return the types of the messages of a stream, in their order."""
    return [one["type"] for one in run.messages if one.get("stream") == stream]


def find_partitions(state: dict[str, Any], stream: str) -> list[dict[str, Any]]:
    """Return what a state holds of a stream, by organization."""
    found: list[dict[str, Any]] = state["bookmarks"][stream]["partitions"]
    return found


def count_calls(place: Place, path: str) -> int:
    """Return how often a path was requested since the log was cleared."""
    return sum(one.path.endswith(f"/books/v3/{path}") for one in place.world.log)


def run_with_metadata(
    place: Place,
    stream: str,
    root: dict[str, Any],
    state: dict[str, Any] | None = None,
    **settings: Any,
) -> Run:
    """Return a run of one stream with more metadata in its catalog."""
    catalog = place.static_catalog()
    for entry in catalog["streams"]:
        for one in entry["metadata"]:
            if not one["breadcrumb"]:
                one["metadata"]["selected"] = entry["stream"] == stream
                one["metadata"] |= root if entry["stream"] == stream else {}
    writer = Collector()
    tap = place._quick(  # noqa: SLF001  # the harness's own, with a catalog as the command reads it
        config=place.config(**settings), catalog=read_catalog(catalog), state=deepcopy(state),
        message_writer=writer,
    )  # fmt: skip
    tap.sync_all()
    return Run(writer.messages, tap)


def test_each_run_reads_whole_by_default(place: Place) -> None:
    """With the default of 0 each run reads a list without a time of change."""
    first = place.complete(["users"])
    again = place.complete(["users"], deepcopy(first.state))
    assert len(again.records("users")) == len(first.records("users")) > 0


@pytest.mark.parametrize("stream", ["users", "taxes", "bank_accounts", "locations"])
def test_a_list_that_is_not_due_is_left_alone(
    place: Place, stream: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It costs no call, sends no message, and keeps its state; the log names it once, and when."""
    first = place.complete([stream, "invoices"], **DAILY)
    place.world.log.clear()
    place.clock.sleep(HOUR)
    with caplog.at_level(logging.INFO):
        again = place.complete([stream, "invoices"], deepcopy(first.state), **DAILY)
    assert find_kinds(again, stream) == []
    assert again.state["bookmarks"][stream] == first.state["bookmarks"][stream]
    lines = [one for one in caplog.messages if "not due" in one]
    (line,) = lines
    assert line.startswith("1 streams without a time of change are not due, and are not read")
    assert line.endswith(f": {stream}. Next is '{stream}', at 2026-11-24T11:55:00+00:00 "
                         "(full_refresh_interval).")  # fmt: skip
    assert all("invoices" in one.path or "organizations" in one.path for one in place.world.log)


def test_a_list_is_read_once_its_time_has_come(place: Place) -> None:
    """A day later it is read whole, and the target is told to delete what is gone."""
    first = place.complete(["users"], **DAILY)
    place.clock.sleep(DAY)
    again = place.complete(["users"], deepcopy(first.state), **DAILY)
    assert len(again.records("users")) == len(first.records("users"))
    assert find_kinds(again, "users")[-1] == "ACTIVATE_VERSION"
    assert find_partitions(again.state, "users") != find_partitions(first.state, "users")


@pytest.mark.parametrize(("seconds", "is_due"), [(DAY - 301, False), (DAY - 299, True)])
def test_a_daily_schedule_may_start_early(place: Place, *, seconds: int, is_due: bool) -> None:
    """A run up to five minutes before its time counts: else a daily one reads every other day."""
    first = place.complete(["users"], **DAILY)
    place.clock.sleep(seconds)
    assert (
        bool(place.complete(["users"], deepcopy(first.state), **DAILY).records("users")) is is_due
    )


def test_a_clock_that_was_set_back_makes_due(place: Place) -> None:
    """A last read that lies in the future says nothing: the list is read."""
    first = place.complete(["users"], **DAILY)
    place.clock.now -= HOUR
    assert place.complete(["users"], deepcopy(first.state), **DAILY).records("users")


@pytest.mark.parametrize(
    "value", ["never", "", 7, None, ["x"], "2026-11-23", "0001-01-01T00:00:00Z"]
)
def test_a_time_that_cannot_be_read_makes_due(place: Place, value: object) -> None:
    """What a state says of the last read is no instant of use: the list is read."""
    state = place.complete(["users"], **DAILY).state
    for partition in find_partitions(state, "users"):
        partition["whole_read_at"] = value
    assert place.complete(["users"], state, **DAILY).records("users")


def test_other_columns_make_due(place: Place) -> None:
    """A column that was selected or deselected, or a stream map, is wanted for all rows."""
    first = place.complete(["users"], **DAILY)
    other = place.complete(
        ["users"], deepcopy(first.state), deselected=[("users", "email")], **DAILY
    )
    assert other.records("users")
    again = place.complete(
        ["users"], deepcopy(other.state), deselected=[("users", "email")], **DAILY
    )
    assert again.records("users") == []
    maps = {"users": {"added": "record['user_id']"}}
    assert place.complete(["users"], deepcopy(first.state), stream_maps=maps, **DAILY).records(
        "users"
    )


def test_what_was_not_read_to_its_end_is_due(place: Place) -> None:
    """One organization fails: it alone is read again, nothing is deleted, and a day later both."""
    bad, good = place.organizations

    def fail(request: Request, answer: Response) -> Response:
        is_bad = request.params.get("organization_id") == bad and request.path.endswith("/users")
        return type(answer)(500, b"") if is_bad else answer

    place.gateway.meddle = fail
    first = place.run(["users"], **DAILY)
    assert first.failure is not None
    place.heal()
    place.clock.sleep(HOUR)
    again = place.complete(["users"], deepcopy(first.state), **DAILY)
    assert again.records("users", bad)
    assert again.records("users", good) == []
    assert "ACTIVATE_VERSION" not in find_kinds(again, "users")
    place.clock.sleep(DAY - HOUR)
    whole = place.complete(["users"], deepcopy(again.state), **DAILY)
    assert whole.records("users", bad)
    assert whole.records("users", good)
    assert "ACTIVATE_VERSION" in find_kinds(whole, "users")


def test_a_killed_read_is_due(place: Place) -> None:
    """The state before the end of the last organization says nothing of a complete read."""
    run = place.complete(["users"], **DAILY)
    states = [one["value"] for one in run.messages if one["type"] == "STATE"]
    partial = next(one for one in states if one.get("bookmarks", {}).get("users"))
    assert place.complete(["users"], partial, **DAILY).records("users")


def test_a_read_again_that_is_killed_is_due(place: Place) -> None:
    """A list that was read a day ago, and whose read is killed today, is due in the next run."""
    first = place.complete(["users"], **DAILY)
    place.clock.sleep(DAY)
    again = place.complete(["users"], deepcopy(first.state), **DAILY)
    states = [one["value"] for one in again.messages if one["type"] == "STATE"]
    unfinished = [one for one in states if "whole_read_at" not in json.dumps(one)]
    for state in (first.state, *unfinished):
        assert place.complete(["users"], deepcopy(state), **DAILY).records("users")


def test_a_new_organization_is_read_at_once(place: Place) -> None:
    """An organization that the state does not know is read, and the other one is not."""
    old, new = place.organizations
    first = place.complete(["users"], organization_ids=[old], **DAILY)
    again = place.complete(["users"], deepcopy(first.state), **DAILY)
    assert again.records("users", new)
    assert again.records("users", old) == []
    assert "ACTIVATE_VERSION" not in find_kinds(again, "users")


def test_children_have_a_time_of_their_own(place: Place) -> None:
    """Children that are due are read although their parents' list is not, and the other way."""
    first = place.complete(["currencies"], **DAILY)
    both = place.complete(["currencies", "exchange_rates"], deepcopy(first.state), **DAILY)
    assert both.records("currencies") == []
    assert both.records("exchange_rates")
    again = place.complete(["currencies", "exchange_rates"], deepcopy(both.state), **DAILY)
    assert again.counts == {}


@pytest.mark.parametrize("stream", ["custom_fields", "custom_modules"])
def test_metadata_is_read_once_a_day(place: Place, stream: str) -> None:
    """Without a setting custom fields are read once a day, and anew with refresh_catalog."""
    first = place.complete([stream])
    assert first.records(stream)
    place.clock.sleep(HOUR)
    again = place.complete([stream], deepcopy(first.state))
    assert again.counts == {}
    assert place.complete([stream], deepcopy(again.state), refresh_catalog=True).records(stream)
    place.clock.sleep(DAY)
    assert place.complete([stream], deepcopy(again.state)).records(stream)


def test_a_list_whose_documents_fail_is_due(place: Place) -> None:
    """A child that could not be read is requested again in the next run."""
    bad: set[str] = set()

    def fail(request: Request, answer: Response) -> Response:
        """Let the first path of rates fail however often it is requested."""
        if not request.path.endswith("/exchangerates"):
            return answer
        bad.update({request.path} if not bad else ())
        return type(answer)(500, b"") if request.path in bad else answer

    place.gateway.meddle = fail
    first = place.run(["exchange_rates"], **DAILY)
    assert first.failure is not None
    place.heal()
    assert place.complete(["exchange_rates"], deepcopy(first.state), **DAILY).records(
        "exchange_rates"
    )


def list_timeless(run: Run) -> list[str]:
    """Return the ids of the payments that a run brought without a time of change."""
    return [
        row["payment_id"] for row in run.records("vendor_payments")
        if not row.get("last_modified_time")
    ]  # fmt: skip


def test_rows_without_a_time_wait_for_their_interval(caplog: pytest.LogCaptureFixture) -> None:
    """Of a list in which some rows have a time, those that have are read in each run."""
    place, stream = make_place(450), "vendor_payments"
    first = place.complete([stream], **DAILY)
    timeless = list_timeless(first)
    assert 0 < len(timeless) < len(first.records(stream))
    place.clock.sleep(HOUR)
    changed = sorted({row["payment_id"] for row in first.records(stream)} - {*timeless})[:2]
    for key in changed:
        place.world.change(place.organizations[0], "vendorpayments", key)
    place.world.log.clear()
    with caplog.at_level(logging.INFO):
        later = place.complete([stream], deepcopy(first.state), **DAILY)
    assert {row["payment_id"] for row in later.records(stream)} >= {*changed}
    assert list_timeless(later) == []
    assert count_calls(place, "vendorpayments") == 1
    assert f"Stream '{stream}': rows without a time of change are not due" in caplog.text
    place.clock.sleep(DAY - HOUR)
    whole = place.complete([stream], deepcopy(later.state), **DAILY)
    assert sorted(list_timeless(whole)) == sorted(timeless)
    (before,), (after,) = (find_partitions(run.state, stream) for run in (later, whole))
    assert after["whole_read_at"] > before["whole_read_at"]


@pytest.mark.parametrize(("interval", "calls"), [("1d", 1 + 1), ("0", 1 + 1 + 2)])
def test_documents_of_rows_without_a_time_wait(interval: str, calls: int) -> None:
    """A quiet run costs the list and its boundary document, and by default the two without."""
    place, stream = make_place(60), "vendor_payment_details"
    first = place.complete([stream], full_refresh_interval=interval)
    place.clock.sleep(HOUR)
    later = place.complete([stream], deepcopy(first.state), full_refresh_interval=interval)
    assert later.tap.sync_context.stats.calls[stream] == calls


def test_rows_without_a_time_come_in_each_run_by_default() -> None:
    """With the default of 0 each run reads the list whole for them."""
    place = make_place(60)
    first = place.complete(["vendor_payments"])
    again = place.complete(["vendor_payments"], deepcopy(first.state))
    assert sorted(list_timeless(again)) == sorted(list_timeless(first)) != []


@pytest.mark.parametrize("stop", [1, 7, 20, 40, 60, 68])
def test_rows_without_a_time_of_a_killed_run_come(stop: int) -> None:
    """A first run that is killed anywhere has read no list whole: the next one reads them all."""
    place = make_place(60)
    first = place.complete(["vendor_payments"], page_size=10, **DAILY)
    dead = Run(first.messages[:stop], first.tap)
    later = place.complete(["vendor_payments"], deepcopy(dead.state), page_size=10, **DAILY)
    keys = {row["payment_id"] for run in (dead, later) for row in run.records("vendor_payments")}
    assert keys == {row["payment_id"] for row in first.records("vendor_payments")}


def test_a_list_with_times_keeps_no_whole_read(place: Place) -> None:
    """The state says of the last whole read only where a run needs it."""
    state = place.complete(["invoices"], **DAILY).state
    assert "whole_read_at" not in json.dumps(state)


def test_costs_are_of_the_last_read(place: Place, tmp_path: Path) -> None:
    """A run in which a stream is not due says nothing of its cost: a plan would promise 0 calls."""
    streams, settings = ["users", "invoices"], {**DAILY, "token_cache": str(tmp_path / "cache")}
    first = place.complete(streams, **settings)
    place.clock.sleep(HOUR)
    again = place.complete(streams, deepcopy(first.state), **settings)
    assert again.counts.keys() == {("invoices", one) for one in place.organizations}
    costs = {one.stream: one for one in recall_costs(again.tap, select_streams(None, streams))}
    assert (costs["users"].calls, costs["users"].rows) == (2, len(first.records("users")))
    assert costs["invoices"].rows == len(again.records("invoices"))


def test_costs_of_one_organization_are_not_those_of_all(place: Place, tmp_path: Path) -> None:
    """A run that reads a stream of a new organization alone keeps no cost of the stream."""
    old, _ = place.organizations
    settings = {**DAILY, "token_cache": str(tmp_path / "cache")}
    first = place.complete(["users"], organization_ids=[old], **DAILY)
    both = place.complete(["users"], deepcopy(first.state), **settings)
    assert recall_costs(both.tap, select_streams(None, ["users"])) == []


def test_a_refused_document_is_requested_by_the_next_read(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    """The warning names the next run that reads the stream: the next one may not."""

    def refuse(request: Request, answer: Response) -> Response:
        is_bad = request.path.endswith("00002/exchangerates")
        return type(answer)(401, b'{"code": 57, "message": "Not authorized"}') if is_bad else answer

    place.gateway.meddle = refuse
    first = place.complete(["exchange_rates"], **DAILY)
    assert "The next run that reads this stream requests it again." in caplog.text
    assert "the next run that reads the stream requests them again" in caplog.text
    assert "he next run requests" not in caplog.text
    place.heal()
    assert place.complete(["exchange_rates"], deepcopy(first.state), **DAILY).counts == {}
    place.clock.sleep(DAY)
    again = place.complete(["exchange_rates"], deepcopy(first.state), **DAILY)
    assert len(again.records("exchange_rates")) > len(first.records("exchange_rates"))


@pytest.mark.parametrize(
    ("status", "body", "is_due"),
    [
        (400, b'{"code": 4, "message": "Invalid value passed for entity"}', False),
        (200, b'{"code": null, "message": "success", "customfields": {}}', True),
        (400, b'{"code": 987654, "message": "Try later"}', True),
    ],
)
def test_an_entity_that_shows_no_fields(
    place: Place, status: int, body: bytes, *, is_due: bool
) -> None:
    """What refuses the parameter waits for a day; after any other odd response the next run asks.

    Each of its fields arrives then.
    """

    def refuse(request: Request, answer: Response) -> Response:
        is_bad = request.params.get("entity") == "invoice"
        return type(answer)(status, body) if is_bad else answer

    whole = place.complete(["custom_fields"])
    place.gateway.meddle = refuse
    first = place.complete(["custom_fields"])
    assert len(first.records("custom_fields")) < len(whole.records("custom_fields"))
    place.heal()
    again = place.complete(["custom_fields"], deepcopy(first.state))
    assert len(again.records("custom_fields")) == is_due * len(whole.records("custom_fields"))
    place.clock.sleep(DAY)
    later = place.complete(["custom_fields"], deepcopy(first.state))
    assert later.counts == whole.counts


def test_a_timed_list_in_full_table_mode_is_read_each_run(place: Place) -> None:
    """FULL_TABLE was chosen for a stream with a time of change: no change may wait."""
    methods = {"invoices": "FULL_TABLE"}
    first = place.complete(["invoices"], methods=methods, **DAILY)
    again = place.complete(["invoices"], deepcopy(first.state), methods=methods, **DAILY)
    assert again.counts == first.counts


@pytest.mark.parametrize(("stream", "method"), [("users", None), ("invoices", "FULL_TABLE")])
def test_metadata_of_a_stream_sets_its_interval(
    place: Place, stream: str, method: str | None
) -> None:
    """The metadata `full-refresh-interval` counts for its stream, also in FULL_TABLE mode."""
    root: dict[str, Any] = {"full-refresh-interval": "6h"}
    root |= {"replication-method": method} if method else {}
    first = run_with_metadata(place, stream, root)
    assert first.records(stream)
    place.clock.sleep(5 * HOUR)
    assert run_with_metadata(place, stream, root, deepcopy(first.state)).counts == {}
    place.clock.sleep(HOUR)
    assert run_with_metadata(place, stream, root, deepcopy(first.state)).records(stream)


def test_metadata_of_custom_fields_sets_their_interval(place: Place) -> None:
    """Custom fields are read in each run if their metadata say 0."""
    root: dict[str, Any] = {"full-refresh-interval": 0}
    first = run_with_metadata(place, "custom_fields", root)
    again = run_with_metadata(place, "custom_fields", root, deepcopy(first.state))
    assert again.counts == first.counts


WRONG = ["soon", "-1", "1.5h", "1d6h", True, -5, ["6h"], "6 months", "9" * 30, "11000d", "٦h"]


@pytest.mark.parametrize("value", WRONG)
def test_an_interval_that_is_none_is_refused(place: Place, value: object) -> None:
    """The error names the setting, or the stream whose metadata it is in; the exit code is 78."""
    users = {"tap_stream_id": "users", "schema": {"properties": {}}}
    root = {"full-refresh-interval": value}
    with pytest.raises(ConfigError, match="'full_refresh_interval' is wrong") as refused:
        place.quiet_tap(full_refresh_interval=value)
    assert refused.value.exit_code == 78
    with pytest.raises(ConfigError, match="full-refresh-interval of stream users") as refused:
        read_catalog({"streams": [users | {"metadata": [{"breadcrumb": [], "metadata": root}]}]})
    assert refused.value.exit_code == 78


FORMS = [(0, 0), ("0", 0), (90, 90), ("90", 90), ("6h", 21_600), (" 6 H ", 21_600), ("1d", DAY)]
FORMS += [("30m", 1800), ("45s", 45), ("2w", 14 * DAY), (3600.0, HOUR), ("3600.0", HOUR)]


@pytest.mark.parametrize(("value", "seconds"), FORMS, ids=repr)
def test_an_interval_has_several_forms(place: Place, value: object, seconds: int) -> None:
    """Seconds as a number or as text, or with the letter of a unit."""
    tap = place.quiet_tap(full_refresh_interval=value)
    assert tap.sync_context.full_refresh_interval == seconds
