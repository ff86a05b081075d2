#!/usr/bin/env python
"""Sync every stream from a mock server that answers as Zoho's OpenAPI files say.

Usage: python scripts/mock_service.py FOLDER [STREAM ...]
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from mockservice import prism, report
from mockservice.corrections import correct
from mockservice.openapi import describe, read, write
from mockservice.outcomes import Outcome
from mockservice.syncs import DISCOVERY, Ended, Runner
from mockservice.traffic import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from mockservice.openapi import Description
    from mockservice.syncs import Catalog


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every described stream syncs, and every parameter is known; else 1."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    outcomes = []
    print(report.line(*report.HEADING))
    for outcome in sync(describe(correct(read(options.folder))), options.streams):
        outcomes.append(outcome)
        print(report.row(outcome), flush=True)
    for note in report.notes(outcomes):
        print(note)
    return 1 if any(outcome.problems for outcome in outcomes) else 0


def sync(description: Description, chosen: Sequence[str]) -> Iterator[Outcome]:
    """Yield what comes of each stream, the chosen ones or all that the tap discovers.

    Raises:
        SystemExit: Something that is needed is missing, or a chosen stream does not exist.
    """
    command = prism.install()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zohobooks-mock-")))
        files = write(description.documents, folder)
        servers = [stack.enter_context(prism.serve(command, file)) for file in files]
        recorder = Recorder(description, servers)
        runner = Runner(stack.enter_context(recorder.serve()), folder)
        catalog = runner.discover()
        yield Outcome(DISCOVERY, [Ended(0, "")], recorder.of(DISCOVERY))
        streams = choose(catalog, chosen)
        pool = ThreadPoolExecutor(os.cpu_count())
        stack.callback(pool.shutdown, cancel_futures=True)
        runs = pool.map(lambda stream: runner.sync(catalog, stream), streams)
        for stream, ended in zip(streams, runs, strict=True):
            yield Outcome(stream, ended, recorder.of(stream))


def choose(catalog: Catalog, chosen: Sequence[str]) -> list[str]:
    """Return the chosen streams, or all.

    Raises:
        SystemExit: One of them does not exist.
    """
    streams = [entry["stream"] for entry in catalog["streams"]]
    if unknown := set(chosen) - set(streams):
        msg = f"There is no stream {', '.join(sorted(unknown))}."
        raise SystemExit(msg)
    return list(chosen) or streams


def _parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    parser = argparse.ArgumentParser(description="Sync every stream from a mock of the service.")
    parser.add_argument("folder", type=Path, help="Zoho's OpenAPI files")
    parser.add_argument("streams", nargs="*", help="sync these alone", metavar="stream")
    return parser


def _leave(number: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does: what was started ends as well."""
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
