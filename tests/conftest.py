"""What the tests share: a double of the service, a clock moved by hand, a tap between them."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from singer_sdk.contrib.msgspec import MsgSpecWriter, encoder
from typing_extensions import override

from sandbox import World
from sandbox.transport import WorldAdapter
from tap_zohobooks.tap import TapZohoBooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from singer_sdk.singerlib import Message

BASE = "http://127.0.0.1:9"
EPOCH = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


@dataclass
class Clock:
    """Time that passes only when somebody sleeps, and at once."""

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
                return str(partition.get("replication_key_value"))
        return None


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
            **settings,
        }

    def tap(
        self,
        streams: Iterable[str] = (),
        state: dict[str, Any] | None = None,
        *,
        deselected: Iterable[tuple[str, str]] = (),
        methods: dict[str, str] | None = None,
        **settings: Any,
    ) -> TapZohoBooks:
        """Return a tap with these streams selected (by default what is selected by default)."""
        quick = type(
            "QuickTap",
            (TapZohoBooks,),
            {"clock": staticmethod(self.clock.monotonic), "sleep": staticmethod(self.clock.sleep)},
        )
        config = self.config(**settings)
        catalog = quick(config=dict(config)).catalog_dict
        for entry in catalog["streams"]:
            for item in entry["metadata"]:
                if not item["breadcrumb"] and streams:
                    item["metadata"]["selected"] = entry["stream"] in set(streams)
                elif not item["breadcrumb"]:
                    item["metadata"]["selected"] = item["metadata"]["selected-by-default"]
                elif (entry["stream"], item["breadcrumb"][-1]) in set(deselected):
                    item["metadata"]["selected"] = False
            entry["replication_method"] = (methods or {}).get(
                entry["stream"], entry["replication_method"]
            )
        tap: TapZohoBooks = quick(
            config=config, catalog=catalog, state=state, message_writer=Collector()
        )
        tap.session.mount(BASE, WorldAdapter(self.world, self.clock.sleep))
        return tap

    def run(self, streams: Iterable[str] = (), *args: Any, **options: Any) -> Run:
        """Run a tap to its end, whichever it is."""
        tap = self.tap(streams, *args, **options)
        writer = tap.message_writer
        assert isinstance(writer, Collector)
        try:
            tap.run()
        except Exception as failure:  # noqa: BLE001  # the test says which one it expects
            return Run(writer.messages, tap, failure)
        return Run(writer.messages, tap)

    def complete(self, *args: Any, **options: Any) -> Run:
        """Run a tap that must end well."""
        run = self.run(*args, **options)
        if run.failure is not None:
            raise run.failure
        return run


@pytest.fixture
def service() -> Callable[..., Service]:
    """Return a maker of services; arguments are those of `World.build`."""

    def make(**options: Any) -> Service:
        clock = Clock()
        return Service(World.build(clock=clock.utc, **{"rows": 40, **options}), clock)

    return make
