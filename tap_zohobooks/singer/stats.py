"""Counts of a run: rows and calls by stream, waits, quotas; logged at its end."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, cast

import msgspec
from singer_sdk.metrics import Metric, Point

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import NotFound, NotInPlan, NotPermitted, ServiceError, TapError
from tap_zohobooks.resources import ORGANIZATIONS, Resource, scopes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tap_zohobooks.http.rate_limit import Quota

_Counts = Counter[str]


class Measure(StrEnum):
    """What is measured beyond the SDK's own metrics."""

    TOKENS = "token_mint_count"
    QUOTA = "quota_remaining"
    THROTTLES = "throttled_request_count"
    WAITS = "wait_count"
    MISSED = "missed_stream_count"


class SpentCalls(msgspec.Struct):
    """What the last complete run has read of each stream, and the API calls it took, by name.

    `between` are the calls of the last run in which a whole read of the stream was not due.
    """

    calls: dict[str, int] = {}
    rows: dict[str, int] = {}
    between: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class RequestStats:
    """What a run has cost: calls and quotas by organization, waits by cause, 429s by code."""

    calls: Mapping[str, int]
    quotas: Mapping[str, Quota]
    waits: Mapping[str, int]
    refusals: Mapping[str, int]
    token_requests: int

    def lines(self) -> Iterator[str]:
        """Yield a line an organization, and one for all."""
        for name, calls in sorted(self.calls.items()):
            owner = f"Organization {name}" if name else "Without an organization"
            line = f"{owner}: {calls} calls"
            if name in self.quotas:
                quota = self.quotas[name]
                line += f", {quota.remaining} of {quota.limit} of the day are left"
            yield f"{line}."
        waits = ", ".join(f"{cause} {count}" for cause, count in sorted(self.waits.items()))
        line = f"Tokens requested: {self.token_requests}; waits: {waits or 'none'}"
        refused = ", ".join(f"code {code} {count}" for code, count in sorted(self.refusals.items()))
        yield f"{line}; refused for a limit: {refused}." if refused else f"{line}."

    def points(self) -> Iterator[Point[int]]:
        """Yield the same as Singer metrics."""
        of = "organization_id"
        for name, calls in self.calls.items():
            yield Point("counter", Metric.HTTP_REQUEST_COUNT, calls, {of: name})
        for name, quota in self.quotas.items():
            yield _point("gauge", Measure.QUOTA, quota.remaining, {of: name})
        for cause, count in self.waits.items():
            yield _point("counter", Measure.WAITS, count, {"cause": cause})
        for code, count in self.refusals.items():
            yield _point("counter", Measure.THROTTLES, count, {"code": code})
        yield _point("counter", Measure.TOKENS, self.token_requests, {})


def describe_calls(calls: Mapping[str, int], quotas: Mapping[str, Quota]) -> dict[str, object]:
    """Return the calls of a run so far, and those left of the day by organization, for the log."""
    left = {name: quota.remaining for name, quota in {**quotas}.items()}
    return {"calls": sum({**calls}.values()), "quota_left": left}


def _join(counts: _Counts) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


def _point(kind: str, measure: Measure, value: int, tags: dict[str, str]) -> Point[int]:
    return Point(kind, cast("Metric", measure), value, tags)


@dataclass(slots=True)
class StreamStats:
    """Rows and calls by stream, and what was not read; any thread may count."""

    rows: _Counts = field(default_factory=_Counts)
    calls: _Counts = field(default_factory=_Counts)
    gone: _Counts = field(default_factory=_Counts)
    refused: _Counts = field(default_factory=_Counts)
    failed: _Counts = field(default_factory=_Counts)
    failures: dict[str, TapError] = field(default_factory=dict)
    keyless: _Counts = field(default_factory=_Counts)
    no_rows: _Counts = field(default_factory=_Counts)
    repairs: _Counts = field(default_factory=_Counts)
    unbalanced: _Counts = field(default_factory=_Counts)
    skipped: dict[tuple[str, str], TapError] = field(default_factory=dict)
    closed: dict[str, TapError] = field(default_factory=dict)
    missed: dict[str, list[str]] = field(default_factory=dict)
    """The streams that were not read to their end as the calls had ended, by organization."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, counts: _Counts, stream: str, number: int = 1) -> int:
        """Count something of a stream, and return the count."""
        with self._lock:
            counts[stream] += number
            return counts[stream]

    def fail(self, stream: str, error: TapError) -> None:
        """Count a document of a stream that could not be read, and keep the first error."""
        with self._lock:
            self.failed[stream] += 1
            self.failures.setdefault(stream, error)

    def count_unread(self, stream: str) -> int:
        """Return how many documents of a stream were refused or could not be read."""
        with self._lock:
            return self.refused[stream] + self.failed[stream]

    def list_refused(self) -> Iterator[str]:
        """Yield a line for each stream with documents, or parents of rows, that were refused."""
        for stream, number in sorted(self.refused.items()):
            if number:
                yield (
                    f"Refused: {number} of the requests of stream '{stream}' for single documents. "
                    "This user may not read them; the next run that reads the stream requests them "
                    "again."
                )

    def list_missed(self) -> Iterator[str]:
        """Yield a line for each organization whose calls did not suffice: for which streams."""
        for organization, names in sorted(self.missed.items()):
            yield (
                f"Organization {organization}: its calls ended before {len(names)} streams were "
                f"read to their end: {', '.join(names)}. The next run begins with what was missed "
                "longest. If this recurs, set full_refresh_interval to 1d, or leave streams out; "
                "`zohobooks plan --every 1h` counts the calls of a day."
            )

    def points(self) -> Iterator[Point[int]]:
        """Yield how many streams each organization has missed, as Singer metrics."""
        for organization, names in self.missed.items():
            yield _point("gauge", Measure.MISSED, len(names), {"organization_id": organization})

    def list_streams(self) -> Iterator[str]:
        """Yield a line a stream: its rows, and the API calls that they cost."""
        for stream in sorted(self.rows.keys() | self.calls.keys()):
            line = f"Stream '{stream}': {self.rows[stream]} rows, {self.calls[stream]} calls"
            for counts, what in (
                (self.gone, "gone before they could be read"),
                (self.keyless, "without a key skipped"),
                (self.no_rows, "that are no rows skipped"),
                (self.repairs, "values mended"),
                (self.unbalanced, "transactions with other debits than credits"),
            ):
                line += f", {counts[stream]} {what}" if counts[stream] else ""
            yield f"{line}."

    def list_skipped(self, resources: Mapping[str, Resource]) -> Iterator[str]:
        """Yield a line for each organization, and each stream of one, that was skipped: why."""
        for _, why in sorted(self.closed.items()):
            yield f"Skipped: {why}"
        for (stream, organization), why in sorted(self.skipped.items()):
            line = f"Skipped: stream '{stream}' of organization {organization}. {why}"
            if isinstance(why, (NotFound, NotInPlan)):
                yield f"{line} The plan or edition of the organization does not have it."
            elif isinstance(why, NotPermitted):
                yield f"{line} No scope helps: the list may be read, and none of its documents."
            else:
                yield f"{line} It needs the scope {resources[stream].permission}."

    def find_failure(
        self,
        resources: Mapping[str, Resource],
        selected: Iterable[str],
        organizations: Sequence[str],
    ) -> TapError | None:
        """Return why a run that came to its end is no success; None if it is one."""
        is_open = [one for one in organizations if one not in self.closed]
        if self._is_all_denied({*selected} - {ORGANIZATIONS.name}, is_open):
            needed = scopes(resources[name] for name, _ in self.skipped)
            return Reason.NOTHING_MAY_BE_READ.error(scopes=needed)
        problems = []
        if self.failures:
            problems.append(
                Reason.DOCUMENTS_UNREAD.error(
                    counts=_join(self.failed), first=self.failures[min(self.failures)].found
                )
            )
        if self.keyless:
            problems.append(Reason.KEY_MISSING.error(counts=_join(self.keyless)))
        if problems:
            return ServiceError.of_all(problems)
        return None

    def _is_all_denied(self, names: Iterable[str], organizations: Sequence[str]) -> bool:
        beyond_scopes = (NotFound, NotInPlan, NotPermitted)
        if all(isinstance(why, beyond_scopes) for why in self.skipped.values()):
            return False
        return self.skipped.keys() == {(name, one) for name in names for one in organizations}
