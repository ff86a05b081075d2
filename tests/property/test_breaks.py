"""Ten things that break at once: everything else is read, each is named, and the next run heals.

A document that the service says does not exist is none of them: that is no failure.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import engine
from singer_sdk.singerlib import SchemaMessage, StateMessage
from typing_extensions import override

from tap_zohobooks.errors import TapError
from tap_zohobooks.resources import ORGANIZATION, TABLE, Report, Resource
from tests.conftest import Collector, Run, story_seed
from tests.gateway import Place, make_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from singer_sdk.singerlib import Message

    from sandbox import Request
    from sandbox.http import Response

SHARDS = 8
EXAMPLES = 200
SHRINKING = 60  # seconds; see test_stateful.py
ROWS, ORGANIZATIONS = 1, 2
BASE = "/books/v3/"


def find_group(name: str) -> str:
    """Return the collection on which a stream hangs: that of its parent, or its own."""
    one: Resource = TABLE[name]
    while one.of:
        one = TABLE[one.of]
    parts = one.list_path.split("/")
    return "/".join(parts[:2]) if parts[0] == "settings" else parts[0]


STREAMS = [name for name, one in TABLE.items() if not isinstance(one, Report)]  # a call a period
GROUPS = sorted({find_group(name) for name in STREAMS} - {"organizations"})


@dataclass(frozen=True)
class Fault:
    """What a request gets instead of its response; a body of None is that of an error."""

    status: int
    body: bytes

    def apply(self, answer: Response) -> Response:
        """Return the response that is sent."""
        return replace(answer, status=self.status, body=self.body)


def error(status: int, code: int, message: str) -> Fault:
    """Return an error of the service."""
    return Fault(status, json.dumps({"code": code, "message": message}).encode())


FAULTS = [
    error(400, 9001, "This feature has not been enabled for your organization."),
    error(400, 123456, "Unheard of."),
    error(403, 4711, "Not from this network."),
    error(401, 57, "You are not authorized to perform this operation"),
    error(500, 1000, "Internal Error"),
    Fault(502, b"<html>Bad Gateway</html>"),
    Fault(200, b"<html>Sign in</html>"),
    Fault(200, b'{"code": 0, "message": "succ'),
    Fault(200, b'{"code": 0, "message": "success"}'),
    Fault(200, b"[]"),
]
ODD_ROWS: list[Any] = [None, "x", 7, [], {}, {"name": "of no key"}]
CLOSED = error(400, 103001, "Your trial of Zoho Books is over. Please upgrade to a paid plan.")


@dataclass(frozen=True)
class Break:
    """A thing that is broken in one organization: a collection, one request of it, or a row.

    `place` chooses the request among those of the collection that a whole run sends; None is all.
    """

    group: str
    organization: int
    fault: int
    place: int | None = None
    row: int | None = None


breaks = st.builds(
    Break,
    st.sampled_from(GROUPS),
    st.integers(0, ORGANIZATIONS - 1),
    st.integers(0, len(FAULTS) - 1),
    st.none() | st.integers(0, 30),
    st.none() | st.integers(0, len(ODD_ROWS) - 1),
)


@dataclass
class Scene:
    """What a whole run of a service brings by organization, and the requests that it takes."""

    rows: dict[str, dict[str, dict[str, Any]]]
    requests: dict[tuple[str, str], list[str]]

    @property
    def organizations(self) -> list[str]:
        """Return the ids of the organizations."""
        return [*self.rows]


def build_scene() -> Scene:
    """Run a tap over all streams of a service."""
    place = make_place(ROWS, ORGANIZATIONS)
    whole = place.complete([*STREAMS, "organizations"])
    requests: dict[tuple[str, str], list[str]] = {}
    for call in place.world.log:
        path = call.path.partition(BASE)[2]
        for group in GROUPS:
            if path == group or path.startswith(f"{group}/"):
                paths = requests.setdefault((call.organization_id, group), [])
                if path not in paths:
                    paths.append(path)
    return Scene({one: by_key([whole], one) for one in place.organizations}, requests)


@pytest.fixture(scope="module")
def scene() -> Scene:
    """Return what a healthy service holds, and how it is read."""
    return build_scene()


class Breaker:
    """The gateway of a history: what it breaks, and what it met."""

    def __init__(self, scene: Scene, plan: Sequence[Break], closed: int | None) -> None:
        """Find the path of each break."""
        self.organizations = scene.organizations
        self.closed = None if closed is None else self.organizations[closed]
        self.met: set[str] = set()
        self._breaks: dict[tuple[str, str], Break] = {}
        for one in plan:
            organization = self.organizations[one.organization]
            paths = scene.requests[organization, one.group]
            chosen = paths if one.place is None else [paths[one.place % len(paths)]]
            self._breaks.update({(organization, path): one for path in chosen})

    @property
    def groups(self) -> set[tuple[str, str]]:
        """The organizations and collections of which something is broken."""
        return {(organization, one.group) for (organization, _), one in self._breaks.items()}

    def meddle(self, request: Request, answer: Response) -> Response:
        """Return the broken response, or the one that there is."""
        organization = request.params.get("organization_id", "")
        path = request.path.partition(BASE)[2]
        if organization and organization == self.closed:
            return CLOSED.apply(answer)
        one = self._breaks.get((organization, path))
        if one is None:
            return answer
        broken = FAULTS[one.fault].apply(answer) if one.row is None else spoil(answer, one.row)
        if broken is not answer:
            self.met.add(one.group)
        return broken


def spoil(answer: Response, row: int) -> Response:
    """Return a response whose first row is an odd one."""
    document = json.loads(answer.body)
    lists = [value for key, value in document.items() if isinstance(value, list) and value]
    if not lists or "page_context" not in document:
        return answer
    lists[0][0] = ODD_ROWS[row]
    return replace(answer, body=json.dumps(document).encode())


def by_key(runs: Sequence[Run], organization: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a target after some runs, by stream and key."""
    rows: dict[str, dict[str, Any]] = {}
    for run in runs:
        for message in run.messages:
            record = message.get("record")
            if record and record[ORGANIZATION] == organization:
                stream = message["stream"]
                keys = TABLE[stream].keys if stream in TABLE else [ORGANIZATION]
                rows[f"{stream} {[record[key] for key in keys]}"] = record
    return rows


class LastState(Collector):
    """Keeps records, and of the states only the last one: there is one a batch.

    The schemas of 160 streams are not kept: to encode them takes an eighth of a run.
    """

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.last: StateMessage | None = None

    @override
    def write_message(self, message: Message) -> None:
        if isinstance(message, StateMessage):
            self.last = message
        elif not isinstance(message, SchemaMessage):
            super().write_message(message)

    def close(self) -> None:
        """Keep the last state as a target reads it."""
        if self.last is not None:
            super().write_message(self.last)


def run_tap(place: Place, names: Sequence[str], state: dict[str, Any] | None = None) -> Run:
    """Run a tap over streams of a service."""
    writer = LastState()
    run = place.run(names, state, writer=writer)
    writer.close()
    return run


class Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(logging.WARNING)
        self.text = ""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.text += record.getMessage() + "\n"


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Return what is logged at WARNING or above."""
    handler, logger = Lines(), logging.getLogger("tap-zohobooks")
    logger.addHandler(handler)
    logging.disable(logging.INFO)  # histories would log more than can be read
    yield handler
    logging.disable(logging.NOTSET)
    logger.removeHandler(handler)


def has_other_path(scene: Scene, run: Run, group: str, closed: str | None) -> bool:
    """Tell whether each row of a collection arrived all the same, as it has another path.

    That one may show less of a row.
    """
    streams = [name for name in STREAMS if find_group(name) == group]
    keys = [
        (scene.rows[organization], by_key([run], organization))
        for organization in {*scene.organizations} - {closed}
    ]
    return any(TABLE[name].then for name in streams) and all(
        key in found for wanted, found in keys for key in wanted if key.partition(" ")[0] in streams
    )


def check(scene: Scene, plan: Sequence[Break], closed: int | None, lines: Lines) -> None:
    """Run with breaks, then without: all else arrives at once, and the rest afterwards."""
    place, breaker = make_place(ROWS, ORGANIZATIONS), Breaker(scene, plan, closed)
    names = [*STREAMS, "organizations"]
    lines.text = ""
    place.gateway.meddle = breaker.meddle
    run = run_tap(place, names)
    assert run.failure is None or isinstance(run.failure, TapError)
    for organization in place.organizations:
        wanted, found = scene.rows[organization], by_key([run], organization)
        if organization == breaker.closed:
            assert organization in lines.text
            continue
        broken = {group for owner, group in breaker.groups if owner == organization}
        for key, record in wanted.items():
            name = key.partition(" ")[0]
            if name == "organizations" or find_group(name) not in broken:
                assert found.get(key) == record, key
    for group in breaker.met:
        streams = [name for name in STREAMS if find_group(name) == group]
        text = f"{lines.text} {run.failure}"
        is_named = any(re.search(rf"\b{one}\b", text) for one in streams)
        assert is_named or has_other_path(scene, run, group, breaker.closed), (group, text)
    place.heal()
    healed = run_tap(place, names, run.state)
    assert healed.failure is None
    for organization in place.organizations:
        wanted = scene.rows[organization]
        found = by_key([run, healed], organization)
        assert found.keys() >= wanted.keys(), wanted.keys() - found.keys()
        assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize("shard", range(SHARDS))
def test_ten_breaks_stop_nothing_else(shard: int, scene: Scene, lines: Lines) -> None:
    """Lists, documents and rows of two organizations break, and one of these may be closed."""

    @seed(f"{story_seed()}/{shard}")
    @settings(
        max_examples=EXAMPLES // SHARDS, deadline=None, database=None, print_blob=True,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    @given(
        st.lists(breaks, min_size=10, max_size=10), st.none() | st.integers(0, ORGANIZATIONS - 1)
    )
    def history(plan: list[Break], closed: int | None) -> None:
        check(scene, plan, closed, lines)

    with mock.patch.object(engine, "MAX_SHRINKING_SECONDS", SHRINKING):
        history()
