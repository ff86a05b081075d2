"""``python -m sandbox``: serve a seeded world and say where, as one line of JSON."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.server.serving import LOOPBACK, address, listen, server
from sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    made.add_argument("--host", default=LOOPBACK, help="loopback address (default %(default)s)")
    made.add_argument("--port", type=int, default=0, help="0 takes a free port")
    made.add_argument("--rows", type=int, default=450, help="rows of each list")
    made.add_argument("--organizations", type=int, default=2)
    made.add_argument("--seed", type=int, default=7)
    made.add_argument("--region", default="us", help="data center that it plays")
    made.add_argument("--requests-per-minute", type=int, default=100)
    made.add_argument("--window", type=float, default=60.0, help="seconds of a 'minute'")
    made.add_argument("--daily-quota", type=int, default=10_000)
    made.add_argument("--concurrency", type=int, default=10)
    made.add_argument("--latency", type=float, default=0.0, help="seconds that each call takes")
    made.add_argument("--log", type=Path, help="file for the log of calls, written at the end")
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until told to stop."""
    asked = parser().parse_args(arguments)
    if not asked.host.startswith("127.") and asked.host not in {"localhost", "::1"}:
        sys.exit("python -m sandbox: --host must be a loopback address")
    world = World.build(
        seed=asked.seed,
        organizations=asked.organizations,
        rows=asked.rows,
        requests_per_minute=asked.requests_per_minute,
        window=asked.window,
        daily_quota=asked.daily_quota,
        concurrency=asked.concurrency,
        latency=asked.latency,
        region=asked.region,
    )
    # The server closes down at the signal and passes it on: end well then, log written.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with listen(asked.host, asked.port) as listener:
        world.accounts.base_url = address(listener)
        sys.stdout.write(json.dumps(greeting(world, address(listener))) + "\n")
        sys.stdout.flush()
        try:
            server(world).run([listener])
        finally:
            if asked.log:
                lines = (json.dumps(asdict(call), default=str) for call in world.log)
                asked.log.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def greeting(world: World, base_url: str) -> dict[str, object]:
    """What a client needs to know."""
    return {
        "base_url": base_url,
        "accounts_url": base_url,
        "api_url": base_url,
        "organization_ids": [one["organization_id"] for one in world.organizations],
        **asdict(world.credentials),
    }


if __name__ == "__main__":
    main()
