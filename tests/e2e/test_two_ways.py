"""Streams that two paths show: the cheap one first, the other once that is refused."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import serve
from sandbox.oddities import Oddity
from tap_zohobooks.resources import TABLE
from tests.conftest import Run, Service, made

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Request, World

PLENTY = {"requests_per_minute": 10**6, "daily_quota": 10**6}
REFUSALS = {
    "no such path": (404, 5, "Invalid URL Passed"),
    "not found": (404, 1002, "Contact does not exist."),
    "not authorized": (401, 57, "You are not authorized to perform this operation"),
    "invalid": (400, 2, "Invalid value passed for contact_id"),
    "without a code": (400, None, "Something is wrong."),
}
# stream: the paths to refuse for the first way, and the collection of the other
WAYS = {
    "contact_persons": ("contacts/contactpersons", "contacts/{contact_id}/contactpersons"),
    "contact_addresses": ("contacts/address", "contacts/{contact_id}/address"),
    "bank_rules": ("bankaccounts/rules", "bankaccounts/rules"),
    "reporting_tags": ("reportingtags", "settings/tags"),
    "transaction_locks": ("transactionlocks", "transactionlock"),
    "bank_statements": (
        "bankaccounts/*/statements", "bankaccounts/{account_id}/statement/lastimported",
    ),
    "reporting_tag_options": ("reportingtags/*", "settings/tags/{tag_id}/options/all"),
}  # fmt: skip
WHOLE_FIRST = ["contact_persons", "contact_addresses"]


def service_of(**options: Any) -> Service:
    """Return a service that limits nothing."""
    return made(**{"rows": 30, "organizations": 1, **PLENTY, **options})


def count_paths(place: Service, organization: str = "") -> Counter[str]:
    """Count the requests of each path below /books/v3, ids replaced."""
    return Counter(
        "/".join("*" if part.isdigit() else part for part in call.path.split("/")[3:])
        for call in place.world.log
        if call.path.startswith("/books/v3/") and organization in {"", call.organization_id}
    )


def list_rows(run: Run, stream: str) -> list[tuple[Any, ...]]:
    """Return the keys of a stream's records."""
    keys = TABLE[stream].keys
    return sorted(tuple(record[key] for key in keys) for record in run.records(stream))


def refuse_first(place: Service, stream: str, refusal: str = "no such path") -> None:
    """Refuse the first way of a stream."""
    if stream == "bank_rules":  # both ways have one path; only the other gives an account
        place.world.before_call.append(_refuse_without_account(REFUSALS[refusal]))
    else:
        place.world.refuse(WAYS[stream][0], *REFUSALS[refusal])


def _refuse_without_account(refusal: tuple[int, int | None, str]) -> Callable[..., None]:
    def hook(world: World, request: Request) -> None:
        lacks = request.path.endswith("/rules") and "account_id" not in request.params
        world.refusals.pop("bankaccounts/rules", None)
        if lacks:
            world.refuse("bankaccounts/rules", *refusal)

    return hook


@pytest.mark.parametrize("stream", WAYS)
def test_the_cheap_way_is_the_only_one_if_it_works(stream: str) -> None:
    """The other path is not requested, and no row is missing."""
    place = service_of()
    run = place.complete([stream])
    (organization,) = place.organizations
    paths = count_paths(place)
    other = TABLE[stream].then.partition("?")[0]
    asked = "/".join("*" if "{" in part else part for part in other.split("/"))
    assert stream == "bank_rules" or paths[asked] == 0
    collection = WAYS[stream][1]
    if collection != "transactionlock":
        assert len(list_rows(run, stream)) == len(place.world.ids(organization, collection)) > 0
    assert not run.tap.sync_context.stats.skipped


def test_a_list_of_all_costs_a_call_a_page() -> None:
    """Not a call a contact, nor the list of contacts."""
    place = service_of()
    place.complete(["contact_persons"])
    calls = count_paths(place)
    assert calls.total() - calls["organizations"] == calls["contacts/contactpersons"] == 1


@pytest.mark.parametrize(
    ("stream", "refusal"),
    [
        *((stream, "no such path") for stream in WAYS),
        *(("contact_persons", refusal) for refusal in [*REFUSALS][1:]),
        *(("reporting_tags", refusal) for refusal in [*REFUSALS][1:]),
    ],
)
def test_the_other_way_counts_once_the_first_is_refused(stream: str, refusal: str) -> None:
    """Whatever the refusal, the rows come by the other path."""
    place = service_of(rows=12)
    refuse_first(place, stream, refusal)
    run = place.complete([stream])
    (organization,) = place.organizations
    found = list_rows(run, stream)
    if stream == "transaction_locks":
        assert found == [("transactionlock",)]
        return
    assert len(found) == len(set(found)) == len(place.world.ids(organization, WAYS[stream][1])) > 0


@pytest.mark.parametrize("stream", [*WHOLE_FIRST, "reporting_tags"])
def test_a_refusal_is_remembered_in_its_organization(stream: str) -> None:
    """The refused path is requested once; another organization has its own answer."""
    place = service_of(organizations=2)
    first, second = place.organizations
    path, _ = WAYS[stream]
    place.world.refuse(path, *REFUSALS["no such path"], organization_id=first)
    run = place.complete([stream])
    assert count_paths(place, first)[path] == 1
    assert count_paths(place, second)[path] >= 1
    for organization in place.organizations:
        expected = place.world.ids(organization, WAYS[stream][1])
        assert len(run.records(stream, organization)) == len(expected) > 0


@pytest.mark.parametrize("stream", WHOLE_FIRST)
def test_rows_that_do_not_name_their_parent_are_no_way(
    stream: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Such rows would have no key; the costly way is read instead, and the log says so."""
    place = service_of()
    place.world.behaviour[WAYS[stream][1]].names_parents = False
    run = place.complete([stream])
    (organization,) = place.organizations
    assert len(list_rows(run, stream)) == len(place.world.ids(organization, WAYS[stream][1])) > 0
    assert "each row of 'contacts' costs a call" in caplog.text
    assert run.tap.sync_context.stats.keyless[stream] == 0


@pytest.mark.parametrize("stream", ["reporting_tags", "transaction_locks", "reporting_tag_options"])
def test_both_ways_are_refused(stream: str) -> None:
    """The stream is skipped, the run is complete."""
    place = service_of()
    place.world.refuse(WAYS[stream][0], *REFUSALS["without a code"])
    place.world.refuse("settings/tags", *REFUSALS["without a code"])
    place.world.refuse("transactionlock", *REFUSALS["without a code"])
    run = place.complete([stream, "users"])
    assert not run.records(stream)
    assert run.records("users")
    assert {name for name, _ in run.tap.sync_context.stats.skipped} == {stream}


def test_a_path_that_has_answered_is_not_given_up() -> None:
    """A later page that is refused is an error, not a reason to read a call a contact."""
    place = service_of(rows=450)
    place.world.before_call.append(
        lambda world, request: (
            world.refuse("contacts/contactpersons", 400, 9, "No.")
            if request.params.get("page") == "2"
            else None
        )
    )
    run = place.run(["contact_persons"])
    assert run.failure is not None
    assert count_paths(place)["contacts/*/contactpersons"] == 0


@pytest.mark.parametrize(
    "edits", [{"recurring_journal_id": "journal_id"}, {"recurring_journal_id": "unknown"}]
)
def test_a_recurring_journal_may_name_itself_as_a_journal(edits: dict[str, str]) -> None:
    """Its id is then the key; a row with neither is counted as one without a key."""
    place = service_of()
    place.world.oddities["recurringjournals"] = Oddity(edits=edits)
    run = place.run(["recurring_journals"])
    (organization,) = place.organizations
    is_named = "journal_id" in edits.values()
    ids = place.world.ids(organization, "recurringjournals")
    assert {one for (one,) in list_rows(run, "recurring_journals")} == (ids if is_named else set())
    assert run.tap.sync_context.stats.keyless["recurring_journals"] == (0 if is_named else len(ids))


@pytest.mark.parametrize("granted", ["items", "settings"])
def test_a_scope_that_was_renamed(granted: str) -> None:
    """Either name permits; where the service takes the other only, the refusal names both."""
    place = service_of()
    scopes = frozenset({"ZohoBooks.settings.READ", f"ZohoBooks.{granted}.READ"})
    place.world.scopes[place.world.credentials.refresh_token] = scopes
    place.world.areas["items"] = granted
    assert place.complete(["items"]).records("items")
    place.world.areas["items"] = "unknown"
    run = place.complete(["items", "users"])
    (line,) = run.tap.sync_context.stats.list_skipped(TABLE)
    assert "the scope ZohoBooks.items.READ or ZohoBooks.settings.READ" in line


ALL = {
    "contact_persons": ("contacts/contactpersons", "contact_persons"),
    "contact_addresses": ("contacts/address", "addresses"),
    "bank_rules": ("bankaccounts/rules", "rules"),
}


def show_no_rows(place: Service, stream: str) -> None:
    """Let the list of all parents' rows be empty, whatever the parents have."""
    path, rows = ALL[stream]

    def hook(world: World, request: Request) -> None:
        world.oddities.pop(path, None)
        if request.path.endswith(path) and "account_id" not in request.params:
            world.oddities[path] = Oddity(content={rows: []})

    place.world.before_call.append(hook)


@pytest.mark.parametrize("stream", ALL)
def test_an_empty_list_of_all_is_not_believed(
    stream: str, caplog: pytest.LogCaptureFixture
) -> None:
    """If a parent has rows all the same, each parent is asked, and the log says so."""
    place = service_of(rows=12)
    show_no_rows(place, stream)
    run = place.complete([stream])
    (organization,) = place.organizations
    assert len(list_rows(run, stream)) == len(place.world.ids(organization, WAYS[stream][1])) > 0
    assert "costs a call (the list of all is empty, and some of them have rows)" in caplog.text


@pytest.mark.parametrize("stream", ["contact_persons", "contact_addresses"])
def test_an_empty_list_of_all_is_checked_by_a_few_parents(stream: str) -> None:
    """If there are no rows, that costs eleven calls and the parents' first page, not all."""
    place = service_of(rows=200)
    (organization,) = place.organizations
    for one in place.world.ids(organization, WAYS[stream][1]):
        place.world.delete(organization, WAYS[stream][1], one)
    run = place.complete([stream])
    calls = count_paths(place)
    assert not run.records(stream)
    assert calls.total() - calls["organizations"] == 12
    assert "ACTIVATE_VERSION" in [message["type"] for message in run.messages]


@pytest.mark.parametrize("refusal", ["no such path", "not found", "without a code"])
def test_a_refusal_for_one_account_says_nothing_of_the_others(refusal: str) -> None:
    """The other accounts show all their statements, whichever account is refused."""
    place = service_of(rows=4)
    plain = list_rows(place.complete(["bank_statements"]), "bank_statements")
    for account in dict.fromkeys(account for account, _ in plain):
        for path in ("bankaccounts/{}/statements", "bankaccounts/{}/statement/lastimported"):
            place.world.refuse(path.format(account), *REFUSALS[refusal])
        run = place.run(["bank_statements"])
        assert count_paths(place)["bankaccounts/*/statement/lastimported"] <= 1
        others = [row for row in plain if row[0] != account]
        assert list_rows(run, "bank_statements") == others != []
        place.world.refusals.clear()
        place.world.log.clear()


@pytest.mark.parametrize(
    ("stream", "what"),
    [
        ("bank_statements", "the newest statement of each account"),
        ("transaction_locks", "one lock"),
    ],
)
def test_a_path_that_shows_less_is_named(
    stream: str, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The log warns once, and a target is told to delete nothing."""
    place = service_of(rows=4)
    before = place.complete([stream])
    assert "shows no more" not in caplog.text
    refuse_first(place, stream)
    run = place.complete([stream], before.state)
    assert run.records(stream)
    (line,) = [one for one in caplog.messages if f"service shows no more than {what}:" in one]
    assert line.startswith(f"Stream '{stream}' of organization {place.organizations[0]}")
    assert "ACTIVATE_VERSION" not in [message["type"] for message in run.messages]


@pytest.mark.parametrize(
    ("stream", "said"),
    [("bank_statements", "shows no more than"), ("reporting_tag_options", "is read from")],
)
def test_requests_in_flight_say_once_that_the_other_path_is_read(
    stream: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Several parent rows are refused at the same time: that is one finding, not one each."""
    place = service_of(rows=4)
    refuse_first(place, stream)
    place.world.latency = 0.1
    with caplog.at_level("INFO"), serve(place.world) as base:
        run = place.complete([stream], accounts_url=base, api_url=base)
    assert run.records(stream)
    lines = [one for one in caplog.messages if said in one and f"'{stream}' of org" in one]
    assert len(lines) == 1


def test_options_in_a_tag_have_the_names_of_the_list() -> None:
    """Lines name options by their ids: the other path shows the names of these, too."""
    place = service_of(rows=4)
    refuse_first(place, "reporting_tag_options")
    records = place.complete(["reporting_tag_options"]).records("reporting_tag_options")
    assert records
    assert all(record["option_id"] and record["option_name"] for record in records)
    assert not any(record.get("additional_fields") for record in records)
