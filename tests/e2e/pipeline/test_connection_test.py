"""`tap-zohobooks --test`: a call a scope and organization, however long the lists are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import World
from tap_zohobooks.streams.registry import STREAM_TYPES
from tests.e2e.pipeline.conftest import PLENTY, selecting
from tests.e2e.pipeline.test_command_line import last_line, messages

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tests.e2e.pipeline.conftest import Shell

MAX_CALLS = 30  # an organization
ROWS = (1, 260)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """A service of two organizations; a parameter gives the rows of each list."""
    rows = getattr(request, "param", 5)
    return World.build(rows=rows, requests_per_minute=PLENTY, daily_quota=PLENTY)


def calls(world: World) -> list[tuple[str, str]]:
    """Return organization and path of each call of the API, in order."""
    return [(one.organization_id, one.path.partition("/books/v3/")[2]) for one in world.log]


def run(shell: Shell, config: dict[str, Any], *catalog: str) -> CompletedProcess[str]:
    """Run the test with a catalog that selects these streams, or with the default selection."""
    files = ["--config", shell.file("config.json", config)]
    if catalog:  # behind --test, whose callback needs it
        files += ["--test", "--catalog", shell.file("catalog.json", selecting(*catalog))]
    done = shell.run(*files, *([] if catalog else ["--test"]))
    assert "unhandled error" not in done.stderr
    return done


@pytest.mark.parametrize("world", ROWS, indirect=True)
def test_the_calls_do_not_depend_on_the_lists(
    shell: Shell, world: World, config: dict[str, Any]
) -> None:
    """Each organization costs a call a scope: none for discovery, documents or a second page."""
    done = run(shell, config)
    assert done.returncode == 0
    spent = calls(world)
    selected = [row for kind, rows in STREAM_TYPES.items() if kind.selected_by_default
                for row in rows]  # fmt: skip
    scopes = {one.permission for one in selected}
    counts = Counter(organization for organization, _ in spent if organization)
    assert counts == {one["organization_id"]: len(scopes) for one in world.organizations}
    assert len(scopes) < MAX_CALLS
    assert max(Counter(spent).values()) == 1
    written = Counter(message["stream"] for message in messages(done, "RECORD"))
    assert written["contacts"] == len(world.organizations)
    assert not messages(done, "STATE")


def test_what_costs_a_call_a_row_costs_none(
    shell: Shell, world: World, config: dict[str, Any]
) -> None:
    """The selection of the catalog is tested: its lists, and nothing for its documents."""
    done = run(shell, config, "taxes", "invoice_details", "invoice_payments", "tax_groups")
    assert done.returncode == 0
    assert {path for _, path in calls(world)} == {"organizations", "settings/taxes"}
    assert "for 3 selected streams that cost calls for each row" in done.stderr


def test_a_scope_that_is_missing(shell: Shell, world: World, config: dict[str, Any]) -> None:
    """A refused list is named with its scope, the others are tested, and the exit code is 77."""
    world.scopes[world.credentials.refresh_token] = frozenset({
        "ZohoBooks.settings.READ", "ZohoBooks.contacts.READ",
    })  # fmt: skip
    done = run(shell, config, "contacts", "invoices", "bills", "items")
    assert done.returncode == 77
    assert "ZohoBooks.invoices.READ" in last_line(done)
    assert "ZohoBooks.bills.READ" in last_line(done)
    assert {message["stream"] for message in messages(done, "RECORD")} == {"contacts", "items"}
    assert "2 of 4 scopes allow reading" in done.stderr


@pytest.mark.parametrize(
    ("path", "answer", "code", "found"),
    [
        ("contacts", (404, 5, "Invalid URL Passed"), 0, "lacks contacts"),
        ("contacts", (400, 9001, "This feature has not been enabled."), 1, "'contacts'"),
        ("employees", (400, 57, "You are not authorized"), 77, "ZohoBooks.expenses.READ"),
        ("settings/tags", (400, 15, "Please ensure that it is right."), 0, "lacks reporting_tags"),
        ("contacts", (429, 45, "The daily limit is reached."), 75, "quota"),
    ],
)
def test_what_a_list_may_answer(
    shell: Shell,
    world: World,
    config: dict[str, Any],
    path: str,
    answer: tuple[int, int, str],
    code: int,
    found: str,
) -> None:
    """The exit code is that of a run; what the plan lacks is said, and fails nothing."""
    world.refuse(path, *answer)
    done = run(shell, config | {"max_wait_seconds": 0}, "contacts", "employees", "reporting_tags")
    assert done.returncode == code
    assert found in done.stderr


def test_credentials_that_are_wrong(shell: Shell, config: dict[str, Any]) -> None:
    """A dead refresh token ends the test as it ends a run."""
    assert run(shell, config | {"refresh_token": "1000.dead"}).returncode == 77
    assert run(shell, config | {"client_secret": "wrong"}).returncode == 78
    assert run(shell, config | {"organization_ids": ["4711"]}).returncode == 78


def test_a_stream_map_that_is_wrong(shell: Shell, config: dict[str, Any]) -> None:
    """Stream maps are part of what is tested."""
    done = run(shell, config | {"stream_maps": {"contacts": {"x": "no syntax("}}})
    assert done.returncode == 78
