"""Says what was done, as text."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from mockservice.corrections import CORRECTIONS
from mockservice.outcomes import EMPTY
from mockservice.parameters import beyond
from mockservice.syncs import DISCOVERY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mockservice.outcomes import Outcome
    from mockservice.parameters import Known

HEADING = ("stream", "outcome", "calls", "records", "parameters")


def line(stream: str, outcome: str, calls: object, records: object, parameters: str) -> str:
    """Return a line of the table."""
    return f"{stream:32} {outcome:13} {calls:>5} {records:>7}  {parameters}".rstrip()


def row(outcome: Outcome) -> str:
    """Return the line of a stream, and below it what is wrong."""
    cells = (outcome.text, len(outcome.calls), outcome.records, outcome.parameters)
    return "\n    ".join([line(outcome.stream, *cells), *outcome.problems])


def notes(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield what has to be known to believe the table, and its sum at the end."""
    yield "\nPut right before the files were served:"
    for one in CORRECTIONS:
        yield f"  {one.path} {one.what}. {one.why}"
    yield "\nSent although the files have it not:"
    for known, places in _beyond(outcomes).items():
        yield f"  {', '.join(sorted(known.names))}: {known.why}\n    {' '.join(sorted(places))}"
    yield "\nEmpty:"
    for stream in sorted({outcome.stream for outcome in outcomes} & EMPTY.keys()):
        yield f"  {stream}: {EMPTY[stream]}"
    found = Counter(outcome.text for outcome in outcomes if outcome.stream != DISCOVERY)
    calls = sum(len(outcome.calls) for outcome in outcomes)
    yield f"\n{', '.join(f'{n} {text}' for text, n in found.most_common())}; {calls} calls."


def _beyond(outcomes: Sequence[Outcome]) -> dict[Known, set[str]]:
    """Return the places where parameters are known that no file has."""
    places: dict[Known, set[str]] = defaultdict(set)
    for outcome in outcomes:
        for path, _, known in beyond(outcome.calls):
            if known is not None:
                places[known].add(path)
    return places
