"""What must hold of a run whose responses are changed, and of the one after it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tap_zohobooks.errors import TapError
from tap_zohobooks.resources import UNREAD
from tap_zohobooks.singer.whole_reads import DAY
from tests.property.responses.scene import MAX_REQUESTS, MAX_SECONDS

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.property.responses.changes import Change
    from tests.property.responses.scene import Gate, Records, Scene

EXIT_CODES = {0, 1, 75, 77, 78}


def check_end(scene: Scene, run: Run, gate: Gate, seconds: float) -> None:
    """Check that a run ended by an error of the table, in bounds, and showed no secret."""
    failure, text = run.failure, "\n".join(scene.lines.texts)
    assert failure is None or isinstance(failure, TapError), repr(failure)
    assert failure is None or failure.exit_code in EXIT_CODES
    assert failure is None or failure.name
    assert "[defect]" not in str(failure)
    assert "Traceback" not in text
    assert "An unexpected error" not in text
    assert gate.count <= MAX_REQUESTS
    assert seconds <= MAX_SECONDS
    messages = [one for one in run.messages if one["type"] != "RECORD"]
    shown = f"{text}\n{failure!r}\n{failure}\n{json.dumps(omit_ids(messages), default=str)}"
    for secret in gate.known_secrets:
        assert secret not in shown


def omit_ids(value: object) -> object:
    """Return messages without the ids of unread documents, which the state needs as they are."""
    if isinstance(value, dict):
        return {name: omit_ids(inner) for name, inner in value.items() if name != UNREAD}
    return [omit_ids(inner) for inner in value] if isinstance(value, list) else value


def check(scene: Scene, name: str, plan: dict[int, list[Change]], *, has_state: bool) -> None:
    """Read a stream with changed responses, then from the state that this left, with others."""
    place, wanted = scene.places[name], scene.wholes[name, has_state]
    number = scene.requests[name, has_state]
    gate = scene.build_gate(name, {at % number: some for at, some in plan.items()})
    state, began = scene.states[name, has_state], place.clock.now
    run = scene.read(name, state, gate)
    check_end(scene, run, gate, place.clock.now - began)
    about = f"{name}: {run.failure!r} {scene.lines.warnings} {gate.effect}"
    if not gate.effect.lies:
        found = scene.collect(name, [run])
        is_silent = run.failure is None and not scene.lines.warnings
        is_activated = any(one["type"] == "ACTIVATE_VERSION" for one in run.messages)
        if is_silent or is_activated:
            check_rows(wanted, found, gate, about)
    if name == "metadata" and any("refused a parameter" in line for line in scene.lines.texts):
        place.clock.now += DAY  # a parameter that was refused is requested again with the others
    healing = scene.build_gate(name, {})
    healed = scene.read(name, run.state or state, healing)
    if gate.effect.lies:
        check_end(scene, healed, healing, 0)
        return
    assert healed.failure is None, (about, repr(healed.failure))
    check_rows(wanted, scene.collect(name, [run, healed]), gate, about)


def check_rows(wanted: Records, found: Records, gate: Gate, about: str) -> None:
    """Check that all rows are there, those that were not touched as they are."""
    assert found.keys() >= wanted.keys(), (about, wanted.keys() - found.keys())
    for key, record in wanted.items():
        if gate.effect.touched.isdisjoint(key):
            assert found[key] == record, about
