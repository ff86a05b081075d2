"""The tables and lines that the demo prints."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from demo.service import Summary
    from demo.statements import Figure
    from demo.verdict import Arrivals, Match
    from demo.warehouse import Key

WIDTH = 100


def open_console() -> Console:
    """Open the console; a pipe or a log file gets lines of 100 characters."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def build_arrival_table(found: Sequence[Match], organizations: Sequence[str]) -> Table:
    """Build a table of rows in the database and in the service, a column an organization."""
    table = Table(title="Rows in PostgreSQL, and what the service holds", title_justify="left")
    table.add_column("stream")
    for organization in organizations:
        table.add_column(organization, justify="right")
    table.add_column("verdict")
    for stream, group in groupby(found, key=lambda match: match.stream):
        by_organization = {match.organization: match for match in group}
        cells = [_format_count(by_organization.get(organization)) for organization in organizations]
        faults = [
            _format_difference(match) for match in by_organization.values() if not match.is_whole
        ]
        table.add_row(stream, *cells, "; ".join(faults) or "[green]every row[/green]")
    return table


def _format_count(match: Match | None) -> str:
    return f"{match.arrived} of {match.held}" if match else "none"


def _format_difference(match: Match) -> str:
    return f"[red]{match.missing} missing, {match.unknown} unknown[/red]"


def format_cost(name: str, seconds: float, summary: Summary) -> str:
    """Format the cost of a run: seconds, API calls, tokens."""
    calls = ", ".join(f"{count} ({key or 'none'})" for key, count in sorted(summary.calls.items()))
    return (
        f"{name}: {seconds:.1f} s, {sum(summary.calls.values())} calls by organization: {calls}; "
        f"tokens minted: {summary.mints}; responses other than 200: {summary.refused}."
    )


def build_change_table(seen: Arrivals, wanted: Iterable[Key]) -> Table:
    """Build a table of the rows that the second run has changed in the database."""
    table = Table(title="Rows that the second run has changed", title_justify="left")
    for name in ("stream", "organization", "id", "verdict"):
        table.add_column(name)
    wanted = set(wanted)
    for key in sorted(seen.changed | wanted):
        match key in seen.changed, key in wanted:
            case True, True:
                verdict = "[green]changed in the service, arrived[/green]"
            case True, False:
                verdict = "[red]not changed in the service[/red]"
            case _:
                verdict = "[red]has not arrived[/red]"
        table.add_row(key.stream, key.organization, key.id, verdict)
    return table


def format_rereads(seen: Arrivals, incremental: frozenset[str]) -> str:
    """Format how many rows were written again without a change, and why."""
    edge = Counter(
        (key.stream, key.organization) for key in seen.reread if key.stream in incremental
    )
    return (
        f"Written again without a change: {edge.total()} rows at the bookmark, within the "
        "lookback before it, or without a time of change, at most "
        f"{max(edge.values(), default=0)} a stream and organization; "
        f"{len(seen.reread) - edge.total()} rows of streams that are read whole, because their "
        "rows have no time of change."
    )


def build_statements(figures: Iterable[Figure], organization: str) -> Table:
    """Build the statements of an organization: books, report of the service, difference."""
    table = Table(title=f"The books of {organization}, and what Zoho Books reports")
    table.title_justify = "left"
    for name in ("fiscal year", "statement", "figure"):
        table.add_column(name)
    for name in ("books", "Zoho Books", "difference"):
        table.add_column(name, justify="right")
    before = None
    for one in figures:
        if one.organization == organization:
            place = (one.last_day, one.statement)
            year = "" if before and before[0] == one.last_day else f"to {one.last_day}"
            statement = "" if place == before else one.statement
            table.add_row(year, statement, one.name, *_format_figure(one))
            before = place
    return table


def _format_figure(figure: Figure) -> tuple[str, str, str]:
    color = "green" if figure.difference == 0 else "red"
    ours, theirs, difference = (
        "none" if one is None else f"{one:,.2f}"
        for one in (figure.ours, figure.theirs, figure.difference)
    )
    return ours, theirs, f"[{color}]{difference}[/{color}]"
