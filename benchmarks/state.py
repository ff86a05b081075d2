"""The share of STATE messages in the output of large runs: `python -m benchmarks.state`.

500 organizations with 120 streams each, each of which brings one response. The writer of states is
the tap's own, and so are the records; the clock is moved by hand, as fast as the limit of the
service lets organizations be read. Ends with 1 where more bytes of states leave than the writer's
bound lets, or more than 2 % of the output of full responses: those of few rows take as much time.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from singer_sdk.contrib.msgspec import MsgSpecWriter, encoder
from singer_sdk.singerlib import StateMessage
from typing_extensions import override

from tap_zohobooks.singer.state_writer import RATE, BoundedStateWriter
from tests.gateway import make_place

if TYPE_CHECKING:
    from singer_sdk.helpers.types import TapState
    from singer_sdk.singerlib import Message

LIMIT = 0.02  # of the bytes of the output, with as many rows a response as the service lets
ORGANIZATIONS, STREAMS = 500, 120
AT_ONCE = (4, 32)  # organizations: the default, and the most
CALLS = 100 / 60  # a second and organization
ROWS = (200, 50, 1)  # of each response


class Meter(MsgSpecWriter):
    """Counts the bytes of states in place of writing them, without the SDK's copy of each."""

    size = 0

    @override
    def write_message(self, message: Message) -> None:
        if isinstance(message, StateMessage):
            self.size += len(encoder.encode({"type": "STATE", "value": message.value})) + 1


def measure_record() -> float:
    """Return the bytes of a RECORD line, the mean of all rows that the default selection brings."""
    messages = make_place(60).complete().messages
    sizes = [len(encoder.encode(one)) + 1 for one in messages if one["type"] == "RECORD"]
    return sum(sizes) / len(sizes)


def build_state(organizations: int, streams: int) -> dict[str, Any]:
    """Return a state with a bookmark for each organization and stream."""
    names = [str(10**9 + number) for number in range(organizations)]
    return {"bookmarks": {f"stream_name_{number}": {"partitions": [
        {"context": {"organization_id": name}, "replication_key": "last_modified_time",
         "replication_key_value": "2026-06-09T17:15:37+00:00"} for name in names
    ]} for number in range(streams)}}  # fmt: skip


def simulate(
    at_once: int, organizations: int = ORGANIZATIONS, streams: int = STREAMS
) -> tuple[int, float]:
    """Read one response of each stream; return the bytes of all states, and the most they may be.

    That is what the rate of the writer lets in the time of the run, and two whole states.
    """
    now, meter = 0.0, Meter()
    writer = BoundedStateWriter(meter, lambda: now)
    state = build_state(organizations, streams)
    partitions = [one["partitions"] for one in state["bookmarks"].values()]
    for organization in range(organizations):
        for held in partitions:
            now += 1 / CALLS / at_once
            held[organization]["replication_key_value"] = "2026-07-09T17:15:37+00:00"
            writer.write_state(cast("TapState", state))
    last = len(encoder.encode(state))
    return meter.size + last, now * RATE + 2 * last


def main() -> int:
    """Print the share of runs at some paces, and check the bound."""
    record, is_above = measure_record(), False
    print(f"{record:.0f} bytes a record, limit {LIMIT:.0%} of full pages")
    for at_once in AT_ONCE:
        states, most = simulate(at_once)
        is_above = is_above or states > most
        print(f"{at_once} organizations at a time: {states / 1e6:.0f} MB of states, "
              f"at most {most / 1e6:.0f}")  # fmt: skip
        for rows in ROWS:
            output = states + ORGANIZATIONS * STREAMS * rows * record
            is_above = is_above or (rows == max(ROWS) and states > LIMIT * output)
            print(f"  {rows:>3} rows a response: {states / output:.1%} of {output / 1e6:.0f} MB")
    return int(is_above)


if __name__ == "__main__":
    sys.exit(main())
