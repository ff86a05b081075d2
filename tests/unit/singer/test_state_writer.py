"""STATE messages are bounded in bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import pytest
from singer_sdk.contrib.msgspec import MsgSpecWriter, encoder
from typing_extensions import override

from tap_zohobooks.singer import state_writer
from tap_zohobooks.singer.state_writer import RATE, SMALL, BoundedStateWriter
from tests.conftest import Service

if TYPE_CHECKING:
    from singer_sdk.helpers.types import TapState
    from singer_sdk.singerlib import Message

Make = Callable[..., Service]
STREAMS = 56


def build_state(organizations: int) -> dict[str, Any]:
    """Return a state of so many organizations."""
    names = [str(10**9 + number) for number in range(organizations)]
    return {"bookmarks": {f"stream_{number}": {"partitions": [
        {"context": {"organization_id": name}, "replication_key": "last_modified_time",
         "replication_key_value": "2026-06-09T17:15:37+00:00"} for name in names
    ]} for number in range(STREAMS)}}  # fmt: skip


def move(state: dict[str, Any], number: int) -> None:
    """Change one bookmark of a state."""
    partition = state["bookmarks"]["stream_0"]["partitions"][0]
    partition["replication_key_value"] = f"2026-06-{number:05}"


class Lines(MsgSpecWriter):
    """Keeps each message as its line."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.lines: list[bytes] = []

    @override
    def write_message(self, message: Message) -> None:
        self.lines.append(encoder.encode(message.to_dict()))


class Bench:
    """A writer with a clock moved by hand."""

    def __init__(self) -> None:
        """Start at an instant that is not zero."""
        self.now = 50.0
        self.output = Lines()
        self.writer = BoundedStateWriter(self.output, lambda: self.now)

    def write(self, state: dict[str, Any]) -> None:
        """Hand a state over."""
        self.writer.write_state(cast("TapState", state))

    @property
    def sizes(self) -> list[int]:
        """The bytes of each STATE message."""
        return [len(line) for line in self.output.lines]


def test_a_small_state_is_written_at_each_change() -> None:
    """A state of one organization leaves with each batch, at whatever pace."""
    bench, state = Bench(), build_state(1)
    for number in range(200):
        move(state, number)
        bench.write(state)
    assert len(bench.sizes) == 200
    assert max(bench.sizes) < SMALL


def test_a_state_without_news_is_not_written() -> None:
    """The same state leaves once, small or large."""
    for organizations in (1, 500):
        bench, state = Bench(), build_state(organizations)
        for _ in range(3):
            bench.write(state)
            bench.now += 3600
        assert len(bench.sizes) == 1


@pytest.mark.parametrize("organizations", [20, 100])
def test_a_large_state_is_bounded(organizations: int) -> None:
    """In five minutes with a change each second, no more bytes leave than the rate, and a state."""
    bench, state = Bench(), build_state(organizations)
    for number in range(300):
        move(state, number)
        bench.write(state)
        bench.now += 1
    assert 300 * RATE / 3 < sum(bench.sizes) < 300 * RATE + 2 * max(bench.sizes)


def test_what_was_left_out_is_written_later() -> None:
    """A change that comes too soon leaves with the first call that is due, without another one."""
    bench, state = Bench(), build_state(500)
    bench.write(state)
    move(state, 7)
    bench.write(state)
    assert len(bench.sizes) == 1
    bench.now += max(bench.sizes) / RATE
    bench.write(state)
    assert json.loads(bench.output.lines[-1])["value"] == state


def test_a_run_ends_with_its_state(service: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little may leave: the SDK and the tap write by this writer, and the end stands."""
    monkeypatch.setattr(state_writer, "SMALL", 0)
    monkeypatch.setattr(state_writer, "RATE", 1)
    run = service(rows=30, organizations=2).complete(["contacts", "invoices", "items"])
    states = [one["value"] for one in run.messages if one["type"] == "STATE"]
    assert len(states) == 2
    assert states[-1] == run.tap.state
    assert run.messages[-1]["type"] == "STATE"
    assert len({name for name, one in run.state["bookmarks"].items() if one}) == 3
