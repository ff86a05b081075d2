"""``python -m sandbox``: serve a seeded world and say where, as one line of JSON."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.data.organizations import EDITIONS
from sandbox.server.serving import LOOPBACK, build_server, get_base_url, listen
from sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default=LOOPBACK, help="loopback address (default %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--rows", type=int, default=450, help="rows of each list")
    parser.add_argument("--organizations", type=int, default=2)
    parser.add_argument(
        "--editions", nargs="+", choices=sorted(EDITIONS), metavar="EDITION",
        help=f"an organization of each edition, instead: {', '.join(sorted(EDITIONS))}",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--region", default="us", help="data center that it plays")
    parser.add_argument("--requests-per-minute", type=int, default=100)
    parser.add_argument("--window", type=float, default=60.0, help="seconds of a 'minute'")
    parser.add_argument("--daily-quota", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=10)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each call takes")
    parser.add_argument("--log", type=Path, help="file for the log of calls, written at the end")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGINT or SIGTERM."""
    options = build_parser().parse_args(arguments)
    if not options.host.startswith("127.") and options.host not in {"localhost", "::1"}:
        sys.exit("python -m sandbox: --host must be a loopback address")
    world = World.build(
        seed=options.seed,
        organizations=[EDITIONS[one] for one in options.editions or ()] or options.organizations,
        rows=options.rows,
        requests_per_minute=options.requests_per_minute,
        window=options.window,
        daily_quota=options.daily_quota,
        concurrency=options.concurrency,
        latency=options.latency,
        region=options.region,
    )
    # The server shuts down at the signal and raises it again: exit with 0, and write the log.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with listen(options.host, options.port) as listener:
        world.accounts.base_url = get_base_url(listener)
        sys.stdout.write(json.dumps(describe(world, get_base_url(listener))) + "\n")
        sys.stdout.flush()
        try:
            build_server(world).run([listener])
        finally:
            if options.log:
                lines = (json.dumps(asdict(call), default=str) for call in world.log)
                options.log.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def describe(world: World, base_url: str) -> dict[str, object]:
    """Describe the double to a client: its URLs, organizations and credentials."""
    return {
        "base_url": base_url,
        "accounts_url": base_url,
        "api_url": base_url,
        "organization_ids": [one["organization_id"] for one in world.organizations],
        **asdict(world.credentials),
    }


if __name__ == "__main__":
    main()
