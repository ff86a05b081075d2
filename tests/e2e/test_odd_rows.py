"""Rows that are none, rows without a key, views that hide rows: what is read all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Behaviour, Oddity
from tap_zohobooks.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.data.catalog import Treatment
    from tests.conftest import Run, Service

    Make = Callable[..., Service]

WHOLE = {"contacts": "FULL_TABLE"}
NO_ROWS: list[Any] = [None, "x", "", 7, True, [], [1], {}]
BLANKS: list[Any] = [None, "", " ", "\t\n", "\u00a0", {}, {"id": 1}, [], [1], ["1"], True, 1.5]


def said(caplog: pytest.LogCaptureFixture, text: str) -> int:
    """Count the warnings that hold a text."""
    return sum(text in one.getMessage() for one in caplog.records if one.levelname == "WARNING")


def activated(run: Run) -> set[str]:
    """Return the streams whose missing rows the target deletes."""
    return {one["stream"] for one in run.messages if one["type"] == "ACTIVATE_VERSION"}


def all_ids(run: Run, stream: str, key: str) -> list[str]:
    """Return the keys of the records of a stream, sorted."""
    return sorted(record[key] for record in run.records(stream))


@pytest.mark.parametrize(
    ("stream", "path", "key"),
    [
        ("users", "users", "user_id"),
        ("contacts", "contacts", "contact_id"),
        ("contact_details", "contacts", "contact_id"),
        ("item_details", "items", "item_id"),
        ("bill_comments", "bills/*/comments", "comment_id"),
        ("bill_comments", "bills", "comment_id"),
        ("locations", "locations", "location_id"),
        ("cm_debtor", "cm_debtor", "module_record_id"),
    ],
)
def test_what_is_no_row(
    service: Make, caplog: pytest.LogCaptureFixture, stream: str, path: str, key: str
) -> None:
    """What is listed and is no object is skipped, counted and named once; it deletes nothing."""
    place = service(rows=7, organizations=1)
    discovers = stream.startswith("cm_")
    expected = all_ids(place.complete([stream], discovers=discovers), stream, key)
    place.world.oddities[path] = Oddity(rows=NO_ROWS)
    run = place.complete([stream], discovers=discovers)
    assert all_ids(run, stream, key) == expected != []
    assert said(caplog, f"'{stream}' of organization {place.organizations[0]}: what is no row") == 1
    assert run.tap.sync_context.stats.no_rows[stream] >= len(NO_ROWS)
    assert activated(run) == set()


@pytest.mark.parametrize("blank", BLANKS, ids=repr)
@pytest.mark.parametrize(
    ("stream", "path", "key"),
    [("users", "users", "user_id"), ("contacts", "contacts", "contact_id"),
     ("contact_details", "contacts", "contact_id"), ("locations", "locations", "location_id"),
     ("bill_comments", "bills/*/comments", "bill_id comment_id"),
     ("custom_fields", "settings/customfields", "entity customfield_id")],
)  # fmt: skip
def test_rows_without_a_key(
    service: Make,
    caplog: pytest.LogCaptureFixture,
    stream: str,
    path: str,
    key: str,
    blank: object,
) -> None:
    """A row without a key is skipped and named once, the others come, and the run says so."""
    place = service(rows=7, organizations=1)
    only = key.rsplit(maxsplit=1)[-1]
    row = {only: blank, "field_id": blank, "last_modified_time": "2026-01-01T00:00:00+0000"}
    if stream == "custom_fields":
        place.world.oddities[path] = Oddity(content={"customfields": [row, {only: "1"}]})
    else:
        place.world.oddities[path] = Oddity(rows=[row])
    run = place.run([stream])
    assert isinstance(run.failure, ServiceError)
    assert run.failure.name == "key-missing"
    assert f"{stream} " in run.failure.found
    assert said(caplog, f"a row without '{key}'") == 1
    assert all(record[only] for record in run.records(stream))
    assert run.records(stream)
    assert activated(run) == set()


@pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])
@pytest.mark.parametrize("stream", ["contacts", "contact_details"])
def test_a_key_that_comes_back(service: Make, stream: str, method: str) -> None:
    """The bookmark does not pass a row without a key: it arrives once the service has its key."""
    place = service(rows=9, organizations=1)
    (organization,) = place.organizations
    ids = place.world.ids(organization, "contacts")
    place.world.oddities["contacts"] = Oddity(fields={"contact_id": ""}, every=4)
    place.world.oddities["contacts/*"] = Oddity()
    first = place.run([stream], methods={stream: method})
    assert 0 < len(first.records(stream)) < 9
    place.world.oddities.clear()
    second = place.complete([stream], first.state, methods={stream: method})
    found = {*all_ids(first, stream, "contact_id"), *all_ids(second, stream, "contact_id")}
    assert found == ids


def test_numbers_are_keys(service: Make) -> None:
    """A key may be a whole number, zero included; it leaves as text."""
    place = service(rows=3, organizations=1)
    place.world.oddities["users"] = Oddity(rows=[{"user_id": 0}, {"user_id": 4136804000000048002}])
    run = place.complete(["users"])
    assert {"0", "4136804000000048002"} < {*all_ids(run, "users", "user_id")}


@pytest.mark.parametrize("statement", [{}, "", None])
def test_no_statement_is_no_row(service: Make, statement: object) -> None:
    """An empty object in place of a statement says that there is none."""
    place = service(rows=3, organizations=1)
    place.world.oddities["bankaccounts/*"] = Oddity(content={"statement": statement})
    run = place.complete(["bank_statements", "bank_accounts"])
    assert run.records("bank_accounts")
    assert run.records("bank_statements") == []


@pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])
@pytest.mark.parametrize(
    ("stream", "path", "per_row"),
    [("contacts", "contacts", 0), ("contact_details", "contacts", 1), ("items", "items", 0)],
)
def test_a_view_that_hides_rows(
    service: Make,
    caplog: pytest.LogCaptureFixture,
    stream: str,
    path: str,
    per_row: int,
    method: str,
) -> None:
    """A list that shows active rows is asked for all of them: it costs one call."""
    place = service(rows=30, organizations=1)
    methods = {stream: method}
    expected = len(place.complete([stream], methods=methods).records(stream))
    before = len(place.world.log)
    place.complete([stream], methods=methods)
    cost = len(place.world.log) - before
    place.world.behaviour[path] = Behaviour(view="Status.Active")
    before = len(place.world.log)
    run = place.complete([stream], methods=methods)
    assert len(run.records(stream)) == expected
    assert len(place.world.log) - before == cost + 1
    assert said(caplog, "hides rows") == 0
    assert per_row * expected < cost


@pytest.mark.parametrize("treatment", ["ignored", "refused"])
@pytest.mark.parametrize("method", ["INCREMENTAL", "FULL_TABLE"])
@pytest.mark.parametrize("stream", ["contacts", "contact_details", "contact_persons"])
def test_a_view_that_cannot_be_widened(
    service: Make,
    caplog: pytest.LogCaptureFixture,
    stream: str,
    method: str,
    treatment: Treatment,
) -> None:
    """A list that hides rows all the same is named once, in every mode, and deletes nothing."""
    place = service(rows=30, organizations=1)
    place.world.behaviour["contacts"] = Behaviour(view="Status.Active", all_view=treatment)
    place.world.refuse("contacts/contactpersons", 404, 5, "Invalid URL Passed")
    run = place.complete([stream, "contacts"], methods={stream: method, "contacts": method})
    assert run.records("contacts")
    assert said(caplog, "the service hides rows, it shows no more than Status.Active") == 1
    assert activated(run) == set()


@pytest.mark.parametrize("treatment", ["ignored", "refused"])
def test_a_list_of_all_parents_that_cannot_be_widened(
    service: Make, caplog: pytest.LogCaptureFixture, treatment: Treatment
) -> None:
    """What such a list hides is named and not deleted; the list of parents hides nothing."""
    place = service(rows=30, organizations=1)
    place.world.behaviour["contacts/{contact_id}/contactpersons"] = Behaviour(
        view="Status.Active", all_view=treatment
    )
    run = place.complete(["contact_persons", "contacts"], methods={"contacts": "FULL_TABLE"})
    assert run.records("contact_persons")
    assert said(caplog, "the service hides rows, it shows no more than Status.Active") == 1
    assert activated(run) == {"contacts"}


def test_a_view_of_all_parents_is_none_of_their_rows(
    service: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """Once the list of all is given up, its filter and what it hid say nothing of the others."""
    place = service(rows=6, organizations=1)
    place.world.behaviour["contacts/{contact_id}/contactpersons"] = Behaviour(
        view="Status.Active", all_view="honoured", names_parents=False
    )
    run = place.complete(["contact_persons"])
    assert run.records("contact_persons")
    calls = [one for one in place.world.log if "/contacts/26" in one.path]
    assert [one.params.get("filter_by") for one in calls[:2]] == [None, "Status.All"]
    assert said(caplog, "hides rows") == 0


@pytest.mark.parametrize("applied", ["Active", "Status.", ["Status.Active"], 7, None, {}])
def test_filters_of_no_family(service: Make, applied: object) -> None:
    """A filter without a family, and what is no filter, ends nothing."""
    place = service(rows=5, organizations=1)
    place.world.oddities["users"] = Oddity(context={"applied_filter": applied})
    assert len(place.complete(["users"]).records("users")) == len(
        place.world.ids(place.organizations[0], "users")
    )


def test_views_of_child_rows(service: Make, caplog: pytest.LogCaptureFixture) -> None:
    """The rows of each parent are asked for with the filter that the first one needed."""
    place = service(rows=6, organizations=1)
    place.world.behaviour["contacts/{contact_id}/contactpersons"] = Behaviour(
        view="Status.Inactive", all_view="honoured"
    )
    run = place.complete(["contact_persons"])
    assert run.records("contact_persons")
    calls = [one for one in place.world.log if one.path.endswith("/contactpersons")]
    assert sum("filter_by" not in one.params for one in calls) == 1
    assert said(caplog, "hides rows") == 0


@pytest.mark.parametrize(
    "content",
    [
        {"errors": []},
        {"users": None, "instrumentation": []},
        {"users": "", "errors": []},
        {"instrumentation": {}},
        {"instrumentation": None},
        {},
    ],
)
@pytest.mark.parametrize(("stream", "path"), [("users", "users"), ("locations", "locations")])
def test_an_empty_list_of_something_else(
    service: Make, stream: str, path: str, content: dict[str, Any]
) -> None:
    """Only the expected list says that there is nothing: another one deletes nothing."""
    place = service(rows=5, organizations=1)
    state = place.complete([stream]).state
    named = {path if name == "users" else name: value for name, value in content.items()}
    place.world.oddities[path] = Oddity(content=named)
    run = place.complete([stream], state)
    assert run.records(stream) == []
    assert activated(run) == set()
    place.world.oddities[path] = Oddity(content={path: []})
    assert activated(place.complete([stream], run.state)) == {stream}


@pytest.mark.parametrize("content", [{"errors": [{"code": 1}]}, {"users": 7}, {"users": True},
                                     {"a": [], "b": []}, {"users": "none"}])  # fmt: skip
def test_rows_of_something_else(service: Make, content: dict[str, Any]) -> None:
    """A list of other things is an error of its stream."""
    place = service(rows=5, organizations=1)
    place.world.oddities["users"] = Oddity(content=content)
    run = place.run(["users"])
    assert isinstance(run.failure, ServiceError)
    assert run.failure.name == "no-rows"


def test_a_second_look(service: Make) -> None:
    """Where the last run had rows and none come, the list is requested once more."""
    place = service(rows=5, organizations=1)
    first = place.complete(["users", "locations"])
    seen: list[str] = []

    def empty_once(world: Any, request: Any) -> None:  # noqa: ANN401  # a hook of any world
        if request.path.endswith("/users"):
            seen.append(request.path)
            world.oddities.clear()
            if len(seen) == 1:
                world.oddities["users"] = Oddity(content={"users": []})

    place.world.before_call.append(empty_once)
    second = place.complete(["users", "locations"], first.state)
    assert len(seen) == 2
    assert len(second.records("users")) == len(first.records("users")) > 0
    assert activated(second) == {"users", "locations"}
    place.world.before_call.clear()
    place.world.oddities["users"] = Oddity(content={"users": []})
    third = place.complete(["users"], second.state)
    assert activated(third) == {"users"}
    place.world.log.clear()
    place.complete(["users"], third.state)
    assert sum(one.path.endswith("/users") for one in place.world.log) == 1
