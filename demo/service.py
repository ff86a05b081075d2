"""The double of Zoho Books, as the demo starts, asks and changes it."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from demo.processes import DemoError, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class Summary:
    """What the service has counted so far."""

    calls: dict[str, int]
    mints: int
    refused: int

    def since(self, earlier: Summary) -> Summary:
        """Return what has been added since."""
        calls = {key: count - earlier.calls.get(key, 0) for key, count in self.calls.items()}
        return Summary(calls, self.mints - earlier.mints, self.refused - earlier.refused)


@dataclass(frozen=True, slots=True)
class Service:
    """A running double: its address, its credentials, its controls."""

    base_url: str
    organization_ids: tuple[str, ...]
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @classmethod
    def greeted(cls, line: str) -> Service:
        """Read the line that the double prints when it is ready."""
        told = json.loads(line)
        names = ("base_url", "client_id", "client_secret", "refresh_token")
        return cls(
            organization_ids=tuple(told["organization_ids"]), **{name: told[name] for name in names}
        )

    def _get(self, what: str, **params: str) -> dict[str, Any]:
        answer = requests.get(f"{self.base_url}/sandbox/{what}", params, timeout=TIMEOUT)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def ids(self, organization: str, collection: str) -> set[str]:
        """Return the ids of all that the service holds of a collection."""
        return set(self._get("revisions", organization_id=organization, collection=collection))

    def change(self, organization: str, collection: str, document: str) -> None:
        """Change a document, as a bookkeeper would."""
        body = {"organization_id": organization, "collection": collection, "id": document}
        requests.post(
            f"{self.base_url}/sandbox/change", json=body, timeout=TIMEOUT
        ).raise_for_status()

    def summary(self) -> Summary:
        """Return the counts so far."""
        told = self._get("summary")
        refused = sum(count for status, count in told["statuses"].items() if status != "200")
        return Summary(told["organizations"], told["mints"], refused)


@contextmanager
def service(options: Sequence[str]) -> Iterator[Service]:
    """Run the double with these options of `python -m sandbox`.

    Raises:
        DemoError: It did not start; its own words are on standard error.
    """
    command = [sys.executable, "-m", "sandbox", *options]
    with running(command, stdout=subprocess.PIPE) as process:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            msg = "The double of Zoho Books did not start."
            raise DemoError(msg)
        yield Service.greeted(line)
