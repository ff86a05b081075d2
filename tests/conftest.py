"""What the tests share: a double of the service, a clock moved by hand, a tap between them."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import hypothesis
import msgspec
import pytest
from singer_sdk.contrib.msgspec import MsgSpecWriter, encoder
from typing_extensions import override

from sandbox import World
from sandbox.server.transport import WorldAdapter
from tap_zohobooks.safe_text import forget_secrets
from tap_zohobooks.singer.catalog import leave_out_fields, read_catalog
from tap_zohobooks.streams import registry
from tap_zohobooks.tap import TapZohoBooks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from singer_sdk.singerlib import Message

    from tap_zohobooks.http.session import ServiceSession

_begun = [0]  # seconds in which runs began: the versions of their tables
SEED = "ZOHOBOOKS_SEED"
hypothesis.settings.register_profile(
    "project",
    deadline=None,  # two slow cores, shared with others
    derandomize=SEED not in os.environ,
)
hypothesis.settings.load_profile("project")

# Entries of a catalog: as they are, and as they are read if their streams are not selected.
Entries: TypeAlias = tuple[list[dict[str, Any]], list[dict[str, Any]]]
_CATALOGS: dict[str, Entries] = {}  # static ones, by kinds of stream

BASE = "http://127.0.0.1:9"
EPOCH = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Clock:
    """Time that passes only by sleeping, and at once."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def monotonic(self) -> float:
        """Return seconds since the start."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        with self.lock:
            self.slept.append(seconds)
            self.now += seconds

    def utc(self) -> datetime:
        """Return the service's time."""
        return EPOCH + timedelta(seconds=self.now)


class Collector(MsgSpecWriter):
    """Keeps messages as a target would read them: through JSON, numbers exact."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.messages: list[dict[str, Any]] = []
        self._decode = msgspec.json.Decoder(float_hook=Decimal).decode

    @override
    def write_message(self, message: Message) -> None:
        self.messages.append(self._decode(encoder.encode(message.to_dict())))


@dataclass
class Run:
    """What one run has brought."""

    messages: list[dict[str, Any]]
    tap: TapZohoBooks
    failure: Exception | None = None

    def records(self, stream: str, organization: str | None = None) -> list[dict[str, Any]]:
        """Return the records of a stream in the order in which they came."""
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
            if organization in {None, message["record"]["organization_id"]}
        ]

    @property
    def counts(self) -> dict[tuple[str, str], int]:
        """Return the number of records by stream and organization."""
        found: dict[tuple[str, str], int] = defaultdict(int)
        for message in self.messages:
            if message["type"] == "RECORD":
                found[message["stream"], message["record"]["organization_id"]] += 1
        return found

    @property
    def state(self) -> dict[str, Any]:
        """Return the last state that a target would keep."""
        states = [message["value"] for message in self.messages if message["type"] == "STATE"]
        return dict(states[-1]) if states else {}

    def bookmark(self, stream: str, organization: str) -> str | None:
        """Return where the next run goes on."""
        for partition in self.state["bookmarks"][stream]["partitions"]:
            if partition["context"]["organization_id"] == organization:
                found: str | None = partition.get("replication_key_value")
                return found
        return None


def _begin() -> int:
    """Return the second in which a run begins; no two share one, however fast they are."""
    _begun.append(max(int(time.time()), _begun[-1] + 1))
    return _begun[-1]


def is_wanted(entry: dict[str, Any], streams: Collection[str]) -> bool:
    """Tell whether a stream is among those that are named, or selected by default if none is."""
    (root,) = (one["metadata"] for one in entry["metadata"] if not one["breadcrumb"])
    return entry["stream"] in streams if streams else root["selected-by-default"]


def select(
    entry: dict[str, Any],
    deselected: Collection[tuple[str, str]] = (),
    methods: Mapping[str, str] | None = None,
    *,
    is_selected: bool = True,
) -> dict[str, Any]:
    """Return a copy of the entry of a catalog; its stream is selected but for some fields."""
    metadata = [{**item, "metadata": {**item["metadata"]}} for item in entry["metadata"]]
    for item in metadata:
        if not item["breadcrumb"]:
            item["metadata"]["selected"] = is_selected
        elif (entry["stream"], item["breadcrumb"][-1]) in deselected:
            item["metadata"]["selected"] = False
    method = (methods or {}).get(entry["stream"], entry["replication_method"])
    return {**entry, "metadata": metadata, "replication_method": method}


def pair_entries(catalog: dict[str, Any]) -> Entries:
    """Return the entries of a catalog as they are, and as they are read unselected."""
    whole = catalog["streams"]
    return whole, [leave_out_fields(select(entry, is_selected=False)) for entry in whole]


@dataclass
class Service:
    """A world with a clock, and taps that read it without a socket."""

    world: World
    clock: Clock

    @property
    def organizations(self) -> list[str]:
        """Return the ids of the organizations."""
        return [row["organization_id"] for row in self.world.organizations]

    def config(self, **settings: Any) -> dict[str, Any]:
        """Return a configuration that reaches this world."""
        return {
            **asdict(self.world.credentials),
            "accounts_url": BASE,
            "api_url": BASE,
            "token_cache": "off",
            **settings,
        }

    def tap(
        self,
        streams: Iterable[str] = (),
        state: dict[str, Any] | None = None,
        *,
        deselected: Iterable[tuple[str, str]] = (),
        methods: dict[str, str] | None = None,
        discovers: bool = False,
        writer: Collector | None = None,
        **settings: Any,
    ) -> TapZohoBooks:
        """Return a tap with these streams selected (by default what is selected by default).

        The catalog is the static one, unless the service is asked what it holds.
        """
        config = self.config(**settings)
        wanted, without = {*streams}, {*deselected}
        if discovers:
            whole, unselected = pair_entries(self.catalog(config))
        else:
            whole, unselected = self._static_entries()
        entries = [
            select(entry, without, methods) if is_wanted(entry, wanted) else other
            for entry, other in zip(whole, unselected, strict=True)
        ]
        return self._quick(
            config=config, catalog=read_catalog({"streams": entries}), state=state,
            message_writer=writer or Collector(),
        )  # fmt: skip

    def static_catalog(self) -> dict[str, Any]:
        """Return a catalog of all streams, selected, to be changed; its schemas are shared."""
        return {"streams": [select(entry) for entry in self._static_entries()[0]]}

    def _static_entries(self) -> Entries:
        """Return the entries of the streams that the tap has now, which no service changes.

        Making them takes most of a short run. They are shared, and not to be changed.
        """
        streams = repr(registry.STREAM_TYPES)
        if streams not in _CATALOGS:
            _CATALOGS[streams] = pair_entries(self.catalog({}))
        return _CATALOGS[streams]

    def catalog(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return what discovery with a configuration finds."""
        return self.discovery(config).catalog_dict

    def discovery(self, config: dict[str, Any]) -> TapZohoBooks:
        """Return the tap that discovers, with a configuration or without one."""
        return self._quick(config=dict(config), validate_config=False, setup_mapper=False)

    def quiet_tap(self, **settings: Any) -> TapZohoBooks:
        """Return a tap that has asked nothing yet, and selects nothing."""
        catalog: dict[str, Any] = {"streams": []}
        return self._quick(config=self.config(**settings), catalog=catalog, setup_mapper=False)

    def _quick(self, **arguments: Any) -> TapZohoBooks:
        world, clock, began = self.world, self.clock, _begin()

        class QuickTap(TapZohoBooks):
            """The tap, with a clock moved by hand and without a socket."""

            @cached_property
            @override
            def session(self) -> ServiceSession:
                session = super().session
                session.mount(BASE, WorldAdapter(world, clock.sleep))
                return session

            @property
            @override
            def initialized_at(self) -> int:
                return began * 1000

            @override
            def sleep(self, seconds: float) -> None:
                clock.sleep(seconds)

        QuickTap.clock = staticmethod(clock.monotonic)
        QuickTap.wall = staticmethod(lambda: clock.utc().timestamp())
        return QuickTap(**arguments)

    def run(self, streams: Iterable[str] = (), *args: Any, **options: Any) -> Run:
        """Run a tap to its end, whichever it is."""
        tap = self.tap(streams, *args, **options)
        writer = tap.message_writer
        assert isinstance(writer, Collector)
        try:
            tap.sync_all()
        except Exception as failure:  # noqa: BLE001  # the test says which one it expects
            return Run(writer.messages, tap, failure)
        return Run(writer.messages, tap)

    def complete(self, *args: Any, **options: Any) -> Run:
        """Run a tap that must end well."""
        run = self.run(*args, **options)
        if run.failure is not None:
            raise run.failure
        return run


def made(**options: Any) -> Service:
    """Return a service; arguments are those of `World.build`."""
    clock = Clock()
    return Service(World.build(clock=clock.utc, **{"rows": 40, **options}), clock)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test shares a token with the user's own runs, nor leaves one behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module", autouse=True)
def _own_garbage() -> None:
    """No test pays for what others left: caches of the sandbox alone hold 500,000 objects.

    A collection of all garbage would look at each of them, for up to a second on a slow machine.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _own_secrets() -> Iterator[None]:
    """No test masks the secrets of another."""
    yield
    forget_secrets()


@pytest.fixture
def service() -> Callable[..., Service]:
    """Return a maker of services; arguments are those of `World.build`."""
    return made


def story_seed() -> str:
    """Return the seed of the generated histories: the one that is set, or always the same.

    A change is judged by what it does, not by chance; `make soak` takes another seed each time.
    """
    return os.environ.get(SEED, "1")


def pytest_collection() -> None:
    """Collect no garbage while tests are collected: it looks at each of them again and again."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave the collected tests out of all collections of garbage to come.

    With more than 15,000 tests each takes a second, and falls into any test that measures time.
    """
    gc.enable()
    gc.freeze()


def pytest_report_header() -> str:
    """Print the seed, so that a history that failed can be told again."""
    return f"histories are generated from {SEED}={story_seed()}"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that is the same for all workers of a test run."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent
