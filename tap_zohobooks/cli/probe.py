"""`zohobooks probe`: how all endpoints of an organization answer, as a file without values."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tap_zohobooks.cli import terminal
from tap_zohobooks.cli.common import build_tap, load_config
from tap_zohobooks.cli.exchange import ENDING, Exchanges
from tap_zohobooks.cli.prober import NOT_ASKED, Prober, create_entry
from tap_zohobooks.cli.targets import list_targets
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.organizations import Organizations
from tap_zohobooks.regions import REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_zohobooks.cli.prober import Entry
    from tap_zohobooks.cli.targets import Target
    from tap_zohobooks.errors import TapError
    from tap_zohobooks.tap import TapZohoBooks

FORMAT, FORMAT_VERSION = "tap-zohobooks-probe", 1
ABORTED = "aborted"


def probe(config: Sequence[str], report: Path, organization: str | None, *, yes: bool) -> None:
    """Probe each list, document and report of an organization, and write the findings to a file.

    Raises:
        TapError: A setting is wrong, the file cannot be written, there is no terminal to confirm
            the calls, or the quota was used up; what was found until then is written.
    """
    targets = list_targets()
    tap = build_tap(load_config(config))
    ids = [organization] if organization else tap.config["organization_ids"][:1]
    calls = sum(target.calls for target in targets)
    if not terminal.confirm_calls(_ask(ids, calls, tap), calls, yes=yes):
        terminal.print_message("Nothing was probed.")
        return
    part = create_part(report)
    try:
        organizations = Organizations.ask(tap.client, ids, tap.logger)
        owner = organizations.ids[0]
        terminal.print_message(f"Organization {terminal.escape_text(owner)} is probed.")
        findings = Findings(tap, owner, calls, targets)
        try:
            findings.collect()
        finally:
            write_report(part, report, findings.to_dict())
    finally:
        part.unlink(missing_ok=True)
    findings.print_summary(report)
    if findings.end is not None:
        raise findings.end


def _ask(ids: Sequence[str], calls: int, tap: TapZohoBooks) -> str:
    """Return the question before the calls, with {} for their number."""
    owner = f"organization {ids[0]}" if ids else "the first active organization"
    minutes = max(1, round(calls / tap.config["requests_per_minute"]))
    safe = owner.replace("{", "{{").replace("}", "}}")
    return (
        f"Probing {safe} takes about {minutes} min and {{}}, one more for each custom module, and "
        "more where the service fails."
    )


def create_part(report: Path) -> Path:
    """Create the file that takes the place of the report at the end, before any call is spent.

    Raises:
        ConfigError: The folder cannot be written to.
    """
    with _convert_os_errors(report):
        number, name = tempfile.mkstemp(dir=report.parent, prefix=".probe-")
        os.close(number)
    return Path(name)


def write_report(part: Path, report: Path, content: dict[str, Any]) -> None:
    """Write the report, whole or not at all.

    Raises:
        ConfigError: It cannot be written.
    """
    with _convert_os_errors(report):
        part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        part.replace(report)


@contextmanager
def _convert_os_errors(report: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Reason.FOLDER_UNWRITABLE.error(file=report, problem=error.strerror) from error


@dataclass(slots=True)
class Findings:
    """What is found of an organization; `end` is why not everything was asked for."""

    tap: TapZohoBooks
    organization: str
    planned: int
    targets: Sequence[Target]
    entries: list[Entry] = field(default_factory=list)
    end: TapError | None = None
    ended_by: str | None = ABORTED
    exchanges: Exchanges = field(init=False)
    data_center: str = field(init=False)

    def __post_init__(self) -> None:
        """Listen to the responses of the tap's session."""
        regions = {region.api_url: region.name for region in REGIONS.values()}
        self.data_center = regions.get(self.tap.auth.token().api_url, "other")
        self.exchanges = Exchanges(self.tap.client, self.organization)
        self.tap.session.hooks["response"].append(self.exchanges.receive)

    def collect(self) -> None:
        """Probe all endpoints, until the quota is used up or nothing can be read any more."""
        prober = Prober(self.exchanges, datetime.now(UTC).date())
        try:
            for target in self.targets:
                for entry in prober.probe(target):
                    self.entries.append(entry)
        except ENDING as end:
            self.end, self.ended_by = end, end.name or type(end).__name__
        else:
            self.ended_by = None

    def to_dict(self) -> dict[str, Any]:
        """Return the report: names, types and verdicts, and no value of the organization."""
        entries = [*self.entries, *self._list_rest()]
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "tap_version": version("tap-zohobooks"),
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "data_center": self.data_center,
            "is_complete": self.ended_by is None,
            "ended_by": self.ended_by,
            "calls": {"planned": self.planned,
                      "made": self.tap.client.calls.get(self.organization, 0)},
            "headers": {"names": sorted(self.exchanges.headers),
                        "rate_limits": self.exchanges.limits},
            "endpoints": entries,
        }  # fmt: skip

    def _list_rest(self) -> Iterator[Entry]:
        """Yield the entries of endpoints that were not reached."""
        if self.ended_by is None:
            return
        known = {(entry["kind"], entry["name"]) for entry in self.entries}
        for target in self.targets:
            if (target.kind, target.name) not in known:
                yield create_entry(target, None) | {"reason": f"ended by {self.ended_by}"}

    def print_summary(self, report: Path) -> None:
        """Print how many endpoints had which outcome, those that were refused by name."""
        outcomes = Counter(entry["outcome"] for entry in self.entries)
        outcomes[NOT_ASKED] += sum(1 for _ in self._list_rest())
        table = terminal.create_table(["Outcome"], ["Endpoints"])
        for outcome, number in outcomes.items():
            if number:
                table.add_row(outcome, str(number))
        terminal.print_result(table)
        state = "" if self.ended_by is None else ", not complete"
        terminal.print_message(f"The report{state}: {terminal.escape_text(report)}")
