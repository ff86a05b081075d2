"""`zohobooks doctor`: a checklist of everything that a run needs."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from itertools import product
from typing import TYPE_CHECKING, Any

from rich.table import Table

from tap_zohobooks.cli.checks import Account, Check, failed, unmade
from tap_zohobooks.cli.common import build_tap, load_config, reset_of, select_streams
from tap_zohobooks.cli.probe import Finding, examine, lists, strategy
from tap_zohobooks.cli.terminal import affordable, plain, show, show_json, table
from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import AccessDenied, ConfigError, QuotaReached

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tap_zohobooks.cli.common import SelectedStream
    from tap_zohobooks.errors import TapError
    from tap_zohobooks.organizations import Organizations
    from tap_zohobooks.resources import Resource
    from tap_zohobooks.tap import TapZohoBooks

LONGEST_NAME = 13
MARKS = {True: "[green]pass[/green]", False: "[red]FAIL[/red]", None: "[yellow]--[/yellow]"}


def doctor(
    config: Sequence[str],
    catalog: Path | None,
    streams: Sequence[str],
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Check, show, and end with 0 only if everything passes.

    Raises:
        ConfigError: There is no such catalog or stream, or nobody can be asked.
    """
    examination = Examination(select_streams(catalog, streams), yes=yes)
    for check in examination.checks(config):
        if not as_json:
            show_check(check)
    if as_json:
        show_json(examination.told())
    elif examination.findings:
        show(examination.table())
    sys.exit(examination.exit_code)


def show_check(check: Check) -> None:
    """Show a line of the checklist, and under it the next step where there is one."""
    line = Table.grid(padding=(0, 2))
    line.add_column(width=4)
    line.add_column(width=LONGEST_NAME, overflow="fold")
    line.add_column(overflow="fold")
    line.add_row(MARKS[check.passed], check.name, plain(check.found))
    if check.next_step:
        line.add_row("", "", f"[bold]{plain(check.next_step)}[/bold]")
    show(line)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an organization may still ask today; None where the answers do not tell."""

    organization: str
    left: int | None
    limit: int | None
    resets_at: str | None

    @classmethod
    def of(cls, tap: TapZohoBooks, organization: str) -> Allowance:
        """Return what the last answer has told of an organization."""
        quota = tap.client.quotas.get(organization)
        if quota is None:
            return cls(organization, None, None, None)
        reset = reset_of(tap, quota).isoformat(timespec="minutes")
        return cls(organization, quota.remaining, quota.limit, reset)

    def check(self, reserve: int) -> Check:
        """Return whether more is left than is to be left for others."""
        if self.left is None:
            return Check("quota", f"{self.organization}: the answers do not tell it")
        left = f"{self.left} of {self.limit} calls of the day are left"
        when = f"at {self.resets_at}"
        if self.left > reserve:
            return Check("quota", f"{self.organization}: {left}, reset {when}")
        reached = Reason.QUOTA_REACHED.error(organization=self.organization, left=left, when=when)
        return failed("quota", reached)


@dataclass(slots=True)
class Examination:
    """The checks of one visit, kept as they are made."""

    streams: Sequence[SelectedStream]
    yes: bool
    made: list[Check] = field(default_factory=list)
    findings: dict[str, Finding] = field(default_factory=dict)
    allowances: list[Allowance] = field(default_factory=list)

    def checks(self, config: Sequence[str]) -> Iterator[Check]:
        """Yield the checks in the order in which they help."""
        for check in self._checks(config):
            self.made.append(check)
            yield check

    @property
    def exit_code(self) -> int:
        """0 where all pass, else that of the first which failed."""
        first = next((check.exit_code for check in self.made if check.exit_code), None)
        return first or int(any(check.passed is None for check in self.made))

    def _checks(self, config: Sequence[str]) -> Iterator[Check]:
        try:
            tap = build_tap(load_config(config))
        except ConfigError as error:
            yield failed("settings", error)
            return
        yield Check("settings", "complete")
        account = Account(tap, lambda: datetime.now(timezone.utc))
        yield from account.checks()
        if account.organizations is None:
            yield from unmade("quota", "scopes")
        else:
            yield from self._lists(tap, account.organizations)

    def _lists(self, tap: TapZohoBooks, organizations: Organizations) -> Iterator[Check]:
        wanted = lists(self.streams)
        calls = len(wanted) + len(organizations.ids) - 1
        if not affordable("Looking at each list takes {}.", calls, yes=self.yes):
            yield Check("quota", "not asked for", exit_code=None)
            yield Check("scopes", "not asked for", exit_code=None)
            return
        now = organizations.served or datetime.now(timezone.utc)
        first, *others = organizations.ids
        try:
            for listed in wanted:
                self.findings[listed.name] = examine(tap.client, listed, first, now)
            for other, listed in product(others, wanted[:1]):
                examine(tap.client, listed, other, now)
        except QuotaReached as reached:
            yield failed("quota", reached)
            yield from unmade("scopes")
            return
        for organization in organizations.ids:
            allowance = Allowance.of(tap, organization)
            self.allowances.append(allowance)
            yield allowance.check(tap.config["quota_reserve"])
        yield from _scopes([(listed, self.findings[listed.name]) for listed in wanted])

    def _shown(self) -> Iterator[tuple[str, str, str]]:
        """Yield stream, whether it may be read, and how its changes are."""
        for stream in self.streams:
            finding = self.findings.get(stream.listed.name)
            if finding is None:
                continue
            match finding:
                case Finding(refused=None):
                    yield stream.name, "yes", strategy(stream, finding.capabilities)
                case Finding(is_absent=True):
                    yield stream.name, "not offered", "-"
                case _:
                    yield stream.name, "no", "-"

    def table(self) -> Table:
        """Return the streams as a table."""
        shown = table(["Stream", "May be read", "Changes are read by"])
        for row in self._shown():
            shown.add_row(*row)
        return shown

    def told(self) -> dict[str, Any]:
        """Return everything, for machines."""
        return {
            "passed": not self.exit_code,
            "exit_code": self.exit_code,
            "checks": [
                {
                    "check": check.name,
                    "passed": check.passed,
                    "found": check.found,
                    "next_step": check.next_step or None,
                }
                for check in self.made
            ],
            "quotas": [asdict(allowance) for allowance in self.allowances],
            "streams": [
                {"stream": name, "may_be_read": readable, "strategy": way}
                for name, readable, way in self._shown()
            ],
        }


def _scopes(findings: Sequence[tuple[Resource, Finding]]) -> Iterator[Check]:
    readable = [listed for listed, finding in findings if finding.refused is None]
    absent = [listed.name for listed, finding in findings if finding.is_absent]
    refused = [_refused(listed, finding.refused) for listed, finding in findings
               if finding.refused is not None and not finding.is_absent]  # fmt: skip
    worst = refused[0].exit_code if refused and not readable else 0
    told = f"{len(readable)} of {len(findings)} lists may be read"
    yield Check("scopes", told if findings else "no list is selected", exit_code=worst)
    if absent:
        yield Check("not offered", f"{', '.join(absent)}: the plan or edition lacks them")
    yield from refused


def _refused(listed: Resource, refused: TapError) -> Check:
    if not isinstance(refused, AccessDenied):
        return failed(listed.name, refused)
    why, scope = str(refused).rstrip("."), listed.permission
    return failed(listed.name, Reason.SCOPE_MISSING.error(refusal=why, scope=scope))
