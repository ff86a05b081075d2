"""`zohobooks doctor`: check everything that a run needs."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING, Any

from rich.table import Table

from tap_zohobooks.cli import terminal
from tap_zohobooks.cli.checks import AccountChecks, Check, fail, skip
from tap_zohobooks.cli.common import build_tap, compute_reset, load_config, select_streams
from tap_zohobooks.cli.list_check import ListCheck, check_list, choose_strategy, collect_lists
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


def diagnose(
    config: Sequence[str],
    catalog: Path | None,
    streams: Sequence[str],
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Print the checks, and exit with 0 only if all of them pass.

    Raises:
        ConfigError: There is no such catalog or stream.
    """
    examination = Examination(select_streams(catalog, streams), yes=yes)
    for check in examination.run(config):
        if not as_json:
            print_check(check)
    if as_json:
        terminal.print_json(examination.to_dict())
    elif examination.list_checks:
        terminal.print_result(examination.create_table())
    sys.exit(examination.exit_code)


def print_check(check: Check) -> None:
    """Print a line of the checklist, and below it the next step, if there is one."""
    line = Table.grid(padding=(0, 2))
    line.add_column(width=4)
    line.add_column(width=LONGEST_NAME, overflow="fold")
    line.add_column(overflow="fold")
    line.add_row(MARKS[check.is_passed], check.name, terminal.escape_text(check.found))
    if check.next_step:
        line.add_row("", "", f"[bold]{terminal.escape_text(check.next_step)}[/bold]")
    terminal.print_result(line)


@dataclass(frozen=True, slots=True)
class QuotaLeft:
    """The API calls that an organization has left today; None if the responses do not say."""

    organization: str
    left: int | None
    limit: int | None
    resets_at: str | None

    @classmethod
    def of(cls, tap: TapZohoBooks, organization: str) -> QuotaLeft:
        """Return the quota in the last response of an organization."""
        quota = tap.client.quotas.get(organization)
        if quota is None:
            return cls(organization, None, None, None)
        reset = compute_reset(tap, quota).isoformat(timespec="minutes")
        return cls(organization, quota.remaining, quota.limit, reset)

    def check(self, reserve: int) -> Check:
        """Return the check that more calls are left than the setting `quota_reserve`."""
        if self.left is None:
            return Check("quota", f"{self.organization}: the responses do not say")
        left = f"{self.left} of {self.limit} calls of the day are left"
        when = f"at {self.resets_at}"
        if self.left > reserve:
            return Check("quota", f"{self.organization}: {left}, reset {when}")
        reached = Reason.QUOTA_REACHED.error(organization=self.organization, left=left, when=when)
        return fail("quota", reached)


@dataclass(slots=True)
class Examination:
    """The checks of one command, and their results."""

    streams: Sequence[SelectedStream]
    yes: bool
    checks: list[Check] = field(default_factory=list)
    list_checks: dict[str, ListCheck] = field(default_factory=dict)
    quotas: list[QuotaLeft] = field(default_factory=list)
    leaves_out_calls: bool = False

    def run(self, config: Sequence[str]) -> Iterator[Check]:
        """Yield the checks, each after those that it depends on."""
        for check in self._check(config):
            self.checks.append(check)
            yield check

    @property
    def exit_code(self) -> int:
        """The exit code: 0 if all pass, else that of the first that failed, or 1.

        Checks that are left out for want of a terminal, as the output says, count as passed.
        """
        first = next((check.exit_code for check in self.checks if check.exit_code), None)
        is_short = any(check.is_passed is None for check in self.checks)
        return first or int(is_short and not self.leaves_out_calls)

    def _check(self, config: Sequence[str]) -> Iterator[Check]:
        try:
            tap = build_tap(load_config(config))
        except ConfigError as error:
            yield fail("settings", error)
            return
        yield Check("settings", "complete")
        account = AccountChecks(tap, lambda: datetime.now(UTC))
        yield from account.run()
        if account.organizations is None:
            yield from skip("quota", "scopes")
        else:
            yield from self._check_lists(tap, account.organizations)

    def _check_lists(self, tap: TapZohoBooks, organizations: Organizations) -> Iterator[Check]:
        lists = collect_lists(self.streams)
        calls = len(lists) + len(organizations.ids) - 1
        if not terminal.can_spend(calls, yes=self.yes):
            self.leaves_out_calls = True
            found = f"left out: it takes {calls} calls of the day, and no terminal can confirm them"
            yield Check("quota", found, "Give --yes.", exit_code=None)
            yield Check("scopes", found, "Give --yes.", exit_code=None)
            return
        if not terminal.confirm_calls("Looking at each list takes {}.", calls, yes=self.yes):
            yield Check("quota", "not asked for", exit_code=None)
            yield Check("scopes", "not asked for", exit_code=None)
            return
        now = organizations.served or datetime.now(UTC)
        first, *others = organizations.ids
        try:
            for listed in lists:
                self.list_checks[listed.name] = check_list(tap.client, listed, first, now)
            for other, listed in product(others, lists[:1]):
                check_list(tap.client, listed, other, now)
        except QuotaReached as reached:
            yield fail("quota", reached)
            yield from skip("scopes")
            return
        for organization in organizations.ids:
            quota = QuotaLeft.of(tap, organization)
            self.quotas.append(quota)
            yield quota.check(tap.config["quota_reserve"])
        yield from _check_scopes([(listed, self.list_checks[listed.name]) for listed in lists])

    def _describe_streams(self) -> Iterator[tuple[str, str, str]]:
        """Yield each stream, whether it may be read, and the strategy for its changes."""
        for stream in self.streams:
            match self.list_checks.get(stream.list_resource.name):
                case None:
                    continue
                case ListCheck(error=None, capabilities=capabilities):
                    yield stream.name, "yes", choose_strategy(stream, capabilities)
                case ListCheck(is_absent=True):
                    yield stream.name, "not offered", "-"
                case _:
                    yield stream.name, "no", "-"

    def create_table(self) -> Table:
        """Return the streams as a table."""
        table = terminal.create_table(["Stream", "May be read", "Changes are read by"])
        for row in self._describe_streams():
            table.add_row(*row)
        return table

    def to_dict(self) -> dict[str, Any]:
        """Return the results for `--json`."""
        return {
            "passed": not self.exit_code,
            "exit_code": self.exit_code,
            "checks": [
                {
                    "check": check.name,
                    "passed": check.is_passed,
                    "found": check.found,
                    "next_step": check.next_step or None,
                }
                for check in self.checks
            ],
            "quotas": [asdict(quota) for quota in self.quotas],
            "streams": [
                {"stream": name, "may_be_read": readable, "strategy": strategy}
                for name, readable, strategy in self._describe_streams()
            ],
        }


def _check_scopes(list_checks: Sequence[tuple[Resource, ListCheck]]) -> Iterator[Check]:
    readable = [listed for listed, one in list_checks if one.error is None]
    absent = [listed.name for listed, one in list_checks if one.is_absent]
    refused = [_explain_error(listed, one.error) for listed, one in list_checks
               if one.error is not None and not one.is_absent]  # fmt: skip
    exit_code = refused[0].exit_code if refused and not readable else 0
    found = f"{len(readable)} of {len(list_checks)} lists may be read"
    yield Check("scopes", found if list_checks else "no list is selected", exit_code=exit_code)
    if absent:
        yield Check("not offered", f"{', '.join(absent)}: the plan or edition lacks them")
    yield from refused


def _explain_error(listed: Resource, error: TapError) -> Check:
    if isinstance(error, AccessDenied):
        refusal, scope = str(error).rstrip("."), listed.permission
        error = Reason.SCOPE_MISSING.error(refusal=refusal, scope=scope)
    return fail(listed.name, error)
