"""A run may be stopped anywhere: it ends in time, in whole lines, and the next one goes on."""

from __future__ import annotations

import json
import re
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.pipeline.conftest import PLENTY, Shell, selecting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox import Request, World


def whole(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """Return the messages of a run; each line must be a whole one."""
    found = list(lines)
    assert all(line.endswith(b"\n") for line in found)
    return [json.loads(line) for line in found]


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    """Return the types of messages."""
    return [message["type"] for message in messages]


def test_a_target_that_does_not_read(shell: Shell, config: dict[str, Any]) -> None:
    """While the pipe is full a signal ends the run, and what stands in the pipe are whole lines."""
    with shell.started(config, catalog=selecting("invoices", "contacts")) as run:
        run.await_full_pipe()
        run.stop(signal.SIGTERM)
        found = whole(run.lines)
    assert kinds(found).count("RECORD") < 160


def test_a_target_that_does_not_read_what_a_killed_run_wrote(
    shell: Shell, config: dict[str, Any]
) -> None:
    """Killed while the pipe is full, a run leaves whole lines, from which the next one goes on."""
    catalog = selecting("invoices")
    with shell.started(config, catalog=catalog) as run:
        run.await_full_pipe()
        run.process.kill()
        run.process.wait(5)
        found = whole(run.lines)
    assert 0 < kinds(found).count("RECORD") < 80
    states = [message["value"] for message in found if message["type"] == "STATE"]
    rest = shell.sync(config, catalog=catalog, **({"state": states[-1]} if states else {}))
    assert rest.returncode == 0
    both = [*found, *whole(rest.stdout.encode().splitlines(keepends=True))]
    assert len({message["record"]["invoice_id"] for message in both
                if message["type"] == "RECORD"}) == 80  # fmt: skip


@pytest.mark.parametrize("text", ["short", "x" * 300_000], ids=["between lines", "in a line"])
def test_a_target_that_reads_on(
    shell: Shell, config: dict[str, Any], world: World, text: str
) -> None:
    """If the target reads on, the line on its way is finished, and the state follows."""
    for organization in world.organizations:
        for key in world.ids(organization["organization_id"], "invoices"):
            world.change(organization["organization_id"], "invoices", key, reference_number=text)
    with shell.started(config, catalog=selecting("invoices")) as run:
        schema = run.lines.readline()
        run.await_full_pipe()
        run.process.send_signal(signal.SIGTERM)
        found = whole([schema, *run.lines])
        assert run.process.wait(5) == 143
    assert kinds(found)[-1] == "STATE"
    assert kinds(found).count("RECORD") < 80
    *_, last = (message["record"] for message in found if message["type"] == "RECORD")
    assert last["reference_number"] == text


def slow_documents(request: Request) -> float:
    """Let a document take half a minute."""
    return 30.0 if re.search(r"/invoices/\d", request.path) else 0.0


def test_threads_that_wait_for_answers(shell: Shell, config: dict[str, Any], world: World) -> None:
    """Answers on their way are not waited for."""
    world.latency = slow_documents
    asked: list[str] = []
    world.before_call.append(lambda _, request: asked.append(request.path))
    with shell.started(config, catalog=selecting("invoice_details")) as run:
        while not any(re.search(r"/invoices/\d", path) for path in asked):
            assert run.process.poll() is None
        run.stop(signal.SIGTERM)
        assert kinds(whole(run.lines))[-1] == "STATE"


@pytest.mark.parametrize(
    ("number", "per_minute", "calls", "mints", "told"),
    [
        (signal.SIGTERM, 1, [], [], "Beginning sync of"),
        (signal.SIGTERM, PLENTY, ["429:44:300"], [], "all wait for 3"),
        (signal.SIGINT, PLENTY, [], ["throttle"], "requested again in 60"),
    ],
    ids=["for its pace", "after a refusal", "for a token"],
)
def test_a_run_that_sleeps(
    shell: Shell,
    config: dict[str, Any],
    world: World,
    number: signal.Signals,
    per_minute: int,
    calls: list[str],
    mints: list[str],
    told: str,
) -> None:
    """Whatever a run waits for, a signal ends it, with a state."""
    world.script.extend(calls)
    world.accounts.script.extend(mints)
    config["requests_per_minute"] = per_minute
    catalog = selecting("currencies", "taxes")
    with shell.started(config, catalog=catalog) as run:
        run.await_log(told)
        run.stop(number)
        assert kinds(whole(run.lines))[-1] == "STATE"


def test_a_run_that_has_not_begun(shell: Shell, config: dict[str, Any], world: World) -> None:
    """Stopped while it discovers, a run writes nothing: whatever state there was stands."""
    world.script.append("429:44:300")
    with shell.started(config, state={"bookmarks": {}}) as run:
        run.await_log("all wait for 3")
        run.stop(signal.SIGTERM)
        assert whole(run.lines) == []


@pytest.mark.parametrize("count", [1, 57])
def test_a_run_that_is_killed(
    shell: Shell, config: dict[str, Any], world: World, count: int
) -> None:
    """Killed at any document, the last state that was read leads to the others, and hardly more."""
    files: dict[str, Any] = {"catalog": selecting("bill_details")}
    read: list[dict[str, Any]] = []
    with shell.started(config, **files) as run:
        while kinds(read).count("RECORD") < count:
            read.append(json.loads(run.lines.readline()))
        run.process.kill()
    states = [message["value"] for message in read if message["type"] == "STATE"]
    done = shell.sync(config, **files, **({"state": states[-1]} if states else {}))
    assert done.returncode == 0
    rest = whole(done.stdout.encode().splitlines(keepends=True))
    records = [one["record"] for one in [*read, *rest] if one["type"] == "RECORD"]
    assert {(one["organization_id"], one["bill_id"]) for one in records} == {
        (organization["organization_id"], key)
        for organization in world.organizations
        for key in world.ids(organization["organization_id"], "bills")
    }
    assert len(records) <= 80 + 4
