"""The double of Zoho Books: start it, read its data and counts, change its documents."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from demo.processes import DemoError, run_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class Summary:
    """The requests (by organization), issued tokens and errors of the service so far."""

    calls: dict[str, int]
    mints: int
    refused: int

    def subtract(self, earlier: Summary) -> Summary:
        """Subtract an earlier summary."""
        calls = {key: count - earlier.calls.get(key, 0) for key, count in self.calls.items()}
        return Summary(calls, self.mints - earlier.mints, self.refused - earlier.refused)


@dataclass(frozen=True, slots=True)
class Service:
    """A running double: its URL, its credentials, its controls."""

    base_url: str
    organization_ids: tuple[str, ...]
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @classmethod
    def parse(cls, line: str) -> Service:
        """Parse the line of JSON that the double prints when it is ready."""
        greeting = json.loads(line)
        names = ("base_url", "client_id", "client_secret", "refresh_token")
        return cls(
            organization_ids=tuple(greeting["organization_ids"]),
            **{name: greeting[name] for name in names},
        )

    def _get(self, what: str, **params: str) -> dict[str, Any]:
        response = requests.get(f"{self.base_url}/sandbox/{what}", params, timeout=TIMEOUT)
        response.raise_for_status()
        content: dict[str, Any] = response.json()
        return content

    def ids(self, organization: str, collection: str) -> set[str]:
        """Return the ids of a collection in the service."""
        return set(self.times(organization, collection))

    def times(self, organization: str, collection: str) -> dict[str, int]:
        """Return the time of change of each record of a collection (epoch seconds), by id."""
        return self._get("times", organization_id=organization, collection=collection)

    def change(self, organization: str, collection: str, document: str) -> None:
        """Change a document, as a user would."""
        body = {"organization_id": organization, "collection": collection, "id": document}
        requests.post(
            f"{self.base_url}/sandbox/change", json=body, timeout=TIMEOUT
        ).raise_for_status()

    def summary(self) -> Summary:
        """Return the counts so far."""
        counts = self._get("summary")
        refused = sum(count for status, count in counts["statuses"].items() if status != "200")
        return Summary(counts["organizations"], counts["mints"], refused)


@contextmanager
def run_service(options: Sequence[str]) -> Iterator[Service]:
    """Run the double with these options of `python -m sandbox`.

    Raises:
        DemoError: It did not start; its output is on standard error.
    """
    command = [sys.executable, "-m", "sandbox", *options]
    with run_program(command, stdout=subprocess.PIPE) as process:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            msg = "The double of Zoho Books did not start."
            raise DemoError(msg)
        yield Service.parse(line)
