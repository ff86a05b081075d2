"""Taps that read one stream each of a service whose responses are changed, and what they left."""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from sandbox import Behaviour
from tap_zohobooks.resources import MODIFIED, TABLE
from tap_zohobooks.safe_text import forget_secrets
from tap_zohobooks.singer.log_output import SafeFormatter, SafeRecord
from tests.conftest import Collector, Run
from tests.gateway import Place, make_place
from tests.property.responses.changes import INSTANTS, MESSAGES, apply
from tests.property.responses.lies import Effect, compare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sandbox import Request
    from sandbox.http import Response
    from tests.property.responses.changes import Change

BASE = "/books/v3/"
ROWS = 3
DEADLINE = 30.0  # seconds of real time, a run; one takes 0.05
MAX_REQUESTS = 300  # a run; one takes 20 at most
MAX_SECONDS = 4 * 3600.0  # of the clock moved by hand: a few blocks of an hour
MIN_SECRET = 12  # characters: a shorter token that was made up is part of ordinary words
ORDINARY = {*INSTANTS, *MESSAGES}  # a token that is one of these equals what a state or log holds
MAX_WAIT = 60  # seconds

IGNORED = Behaviour("ignored", "ignored", echo=False)
# A stream of each strategy and kind, and how its list treats sort and filter.
CASES: dict[str, tuple[str, Behaviour | None]] = {
    "keyset": ("contacts", None),
    "sorts only": ("journals", None),
    "filters only": ("recurring_bills", None),
    "neither": ("invoices", IGNORED),
    "whole": ("users", None),
    "single": ("opening_balances", None),
    "documents": ("invoice_details", None),
    "bulk": ("item_details", None),
    "whole documents": ("bank_account_details", None),
    "children": ("bill_comments", None),
    "postings": ("account_transactions", None),
    "metadata": ("custom_fields", None),
    "organizations": ("organizations", None),
}
Records = dict[tuple[str, ...], dict[str, Any]]


class Lines(logging.Handler):
    """Keeps what is logged, as the tap's own handlers write it."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(logging.DEBUG)
        self.setFormatter(SafeFormatter(logging.Formatter("%(levelname)s %(message)s")))
        self.texts: list[str] = []
        self.warnings: list[str] = []

    def clear(self) -> None:
        """Forget all."""
        self.texts.clear()
        self.warnings.clear()

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        self.texts.append(text)
        if record.levelno >= logging.WARNING:
            self.warnings.append(text)


@dataclass
class Gate:
    """Changes some requests of a run, by their number, and keeps what that has done."""

    stream: str
    secrets: dict[str, str]
    changes: dict[int, list[Change]]
    count: int = 0
    effect: Effect = field(default_factory=Effect)
    tokens: set[str] = field(default_factory=set)

    @property
    def known_secrets(self) -> set[str]:
        """The client's secrets, and the tokens that were issued and sent."""
        known = {*self.secrets.values(), *self.tokens} - ORDINARY
        return {one for one in known if len(one) >= MIN_SECRET}

    def meddle(self, request: Request, answer: Response) -> Response:
        """Return the response that is sent."""
        number, self.count = self.count, self.count + 1
        header = request.headers.get("authorization", "")
        token = header.partition(" ")[2] or self.secrets["access_token"]
        self.tokens.add(token)
        changed = answer
        for change in self.changes.get(number, ()):
            changed = apply(change, changed, {**self.secrets, "access_token": token})
        if changed is not answer:
            effect = compare(self.stream, request.path.removeprefix(BASE), answer, changed)
            self.effect.touched |= effect.touched
            self.effect.lies += effect.lies
        return changed


class Scene:
    """A service, the whole reads of some streams, and the states from which they are read on."""

    def __init__(self) -> None:
        """Read each stream whole, and from the middle of its rows."""
        self.lines = Lines()
        self.places = {name: self._make_place(*case) for name, case in CASES.items()}
        catalog = self.places["keyset"].catalog({})
        self._catalogs = {stream: select(catalog, stream) for stream, _ in CASES.values()}
        self.wholes: dict[tuple[str, bool], Records] = {}
        self.states: dict[tuple[str, bool], dict[str, Any]] = {}
        self.requests: dict[tuple[str, bool], int] = {}
        for name in CASES:
            for has_state in (False, True):
                self._read_whole(name, has_state=has_state)

    def _make_place(self, stream: str, behaviour: Behaviour | None) -> Place:
        place = make_place(ROWS)
        place.world.accounts.mints_allowed = 10**6
        if behaviour is not None:
            place.world.behaviour[TABLE[stream].list_path] = behaviour
        return place

    def _read_whole(self, name: str, *, has_state: bool) -> None:
        self.states[name, has_state] = self._build_state(name) if has_state else {}
        gate = self.build_gate(name, {})
        run = self.read(name, self.states[name, has_state], gate)
        assert run.failure is None, run.failure
        assert gate.count > 0
        self.wholes[name, has_state] = self.collect(name, [run])
        self.requests[name, has_state] = gate.count

    def _build_state(self, name: str) -> dict[str, Any]:
        """Return a state in the middle of the rows, or that of a whole read."""
        stream, place = CASES[name][0], self.places[name]
        times = sorted(str(one.get(MODIFIED)) for one in self.wholes[name, False].values())
        context = {"organization_id": place.organizations[0]}
        held: dict[str, Any] = {"context": context, "rows_read": len(times)}
        if stream in TABLE and times[0] != "None" and stream != "bill_comments":
            held = {"context": context, "replication_key": MODIFIED,
                    "replication_key_value": times[len(times) // 2]}  # fmt: skip
        return {"bookmarks": {stream: {"partitions": [held]}}}

    def build_gate(self, name: str, changes: dict[int, list[Change]]) -> Gate:
        """Return a gate before a service."""
        credentials = self.places[name].world.credentials
        known = {"client_secret": credentials.client_secret,
                 "refresh_token": credentials.refresh_token, "access_token": ""}  # fmt: skip
        return Gate(CASES[name][0], known, changes)

    def read(self, name: str, state: dict[str, Any], gate: Gate) -> Run:
        """Run a tap over a stream, within the deadline."""
        place, (stream, _) = self.places[name], CASES[name]
        forget_secrets()
        self.lines.clear()
        place.world.log.clear()
        place.gateway.meddle = gate.meddle
        config = place.config(page_size=2, max_wait_seconds=MAX_WAIT)
        writer = Collector()
        tap = place._quick(  # noqa: SLF001  # as `Service.tap`, without its catalog of all streams
            config=config, catalog=self._catalogs[stream], state=deepcopy(state),
            message_writer=writer,
        )  # fmt: skip
        run = Run(writer.messages, tap)
        finish(lambda: sync(run))
        return run

    def collect(self, name: str, runs: Sequence[Run]) -> Records:
        """Return the rows of a target after some runs, by key."""
        stream = CASES[name][0]
        keys = TABLE[stream].keys if stream in TABLE else ["organization_id"]
        return {tuple(str(one[key]) for key in keys): one
                for run in runs for one in run.records(stream)}  # fmt: skip


def select(catalog: dict[str, Any], stream: str) -> dict[str, Any]:
    """Return a catalog that holds one stream alone: the SDK copies what it holds, which is most."""
    (entry,) = (one for one in catalog["streams"] if one["stream"] == stream)
    root = {"breadcrumb": [], "metadata": {"selected": True}}
    fields = [one for one in entry["metadata"] if one["breadcrumb"]]
    return {"streams": [{**entry, "metadata": [root, *fields]}]}


def sync(run: Run) -> None:
    """Run a tap to its end, whichever it is."""
    try:
        run.tap.sync_all()
    except Exception as failure:  # noqa: BLE001  # the test says which one it expects
        run.failure = failure


def finish(work: Callable[[], None]) -> None:
    """Do something in a thread; fail with its stack if it is not done within the deadline."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(DEADLINE)
    if thread.is_alive():
        frames = sys._current_frames()  # noqa: SLF001  # the only way to the stack of a thread
        stacks = ["".join(traceback.format_stack(frame)) for frame in frames.values()]
        msg = f"not done after {DEADLINE} s (at {time.monotonic()}):\n" + "\n".join(stacks)
        raise AssertionError(msg)


@contextmanager
def build_scene() -> Iterator[Scene]:
    """Yield a scene that keeps what is logged, by records as those of the tap's own commands."""
    before, logger = logging.getLogRecordFactory(), logging.getLogger()
    logging.setLogRecordFactory(SafeRecord)
    scene = Scene()
    logger.addHandler(scene.lines)
    try:
        yield scene
    finally:
        logger.removeHandler(scene.lines)
        logging.setLogRecordFactory(before)
