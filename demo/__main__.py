"""``python -m demo``: a first run, three changes, a second run, and the database after each.

The second run ends with `dbt:build`; the statements of the books are printed beside those of the
service. Exits with 0 if rows and statements are those of the service, with 1 if they are not.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from rich.markup import escape

from demo import report
from demo.pipeline import BOOKS, Pipeline
from demo.postgres import run_postgres
from demo.processes import DemoError, end_on_signals
from demo.service import run_service
from demo.statements import are_equal, read_figures
from demo.verdict import compare_rows, compare_runs, expect_changes
from demo.warehouse import Key, read_rows
from tap_zohobooks import resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from demo.warehouse import Holding

REPORTS = frozenset(one.name for one in resources.STREAM_REPORTS)
OF_ORGANIZATIONS = ("organizations", "organization_details")
# The list of debit notes has the path of invoices, and a collection of its own in the double.
COLLECTIONS = {"customer_debit_notes": "debitnotes"}
CHANGED = ("invoices", "bills", "contacts")
REQUESTS_PER_MINUTE = 6000


@dataclass(frozen=True, slots=True)
class Demo:
    """The running parts, and the collection of the service that each stream reads."""

    pipeline: Pipeline
    streams: dict[str, str]
    console: Console

    def load(self, name: str, *more: str) -> tuple[Holding, str]:
        """Run the pipeline, print its cost, and return the rows of the database, and its error."""
        before = self.pipeline.service.summary()
        outcome = self.pipeline.run(*more)
        cost = self.pipeline.service.summary().subtract(before)
        self.console.print(report.format_cost(name, outcome.seconds, cost), soft_wrap=True)
        with self.pipeline.database.connect() as connection:
            return read_rows(connection, REPORTS), outcome.error

    def compare(self, arrived: Holding) -> bool:
        """Print the rows that arrived, and return whether they are those of the service."""
        found = compare_rows(self.list_keys(), arrived)
        self.console.print(
            report.build_arrival_table(found, self.pipeline.service.organization_ids)
        )
        return all(match.is_whole for match in found)

    def list_keys(self) -> list[Key]:
        """List the keys of all rows of the streams in the service."""
        service, keys = self.pipeline.service, []
        for organization in service.organization_ids:
            keys += [Key(stream, organization, "") for stream in OF_ORGANIZATIONS]
            for stream, collection in self.streams.items():
                ids = service.ids(organization, collection)
                keys += [Key(stream, organization, one) for one in ids]
        return keys

    def change(self) -> set[Key]:
        """Change three documents, alternating between the organizations; return all that changed.

        What settles a document, or is settled by it, changes with it.
        """
        service, changes, before = self.pipeline.service, [], self._list_times()
        for place, collection in enumerate(CHANGED):
            organization = service.organization_ids[place % len(service.organization_ids)]
            document = sorted(service.ids(organization, collection))[place]
            service.change(organization, collection, document)
            changes.append(Key(collection, organization, document))
        names = ", ".join(f"{one.stream} {one.id}" for one in changes)
        found = {one for one, time in self._list_times().items() if before[one] != time}
        others = len(found - set(changes))
        self.console.print(
            f"Changed in the service: {names}; with them {others} that settle them.\n",
            soft_wrap=True,
        )
        return found

    def _list_times(self) -> dict[Key, int]:
        """Return the time of change of each record of each collection."""
        service = self.pipeline.service
        return {
            Key(collection, organization, record): time
            for collection in {*self.streams.values()}
            for organization in service.organization_ids
            for record, time in service.times(organization, collection).items()
        }

    def show_books(self, error: str) -> bool:
        """Print the statements, or why they were not built; return whether they are right."""
        if error:
            self.console.print(f"[red]The books are not right:[/red] {escape(error)}")
            return False
        organizations = self.pipeline.service.organization_ids
        with self.pipeline.database.connect() as connection:
            figures = read_figures(connection)
        for organization in organizations:
            self.console.print(report.build_statements(figures, organization))
        return are_equal(figures, organizations)

    def run(self) -> bool:
        """Run, change, run again; return whether both runs, and the books, were right.

        Raises:
            DemoError: The first run failed.
        """
        first, error = self.load("First run")
        if error:
            raise DemoError(error)
        is_first_whole = self.compare(first)
        changes = self.change()
        second, error = self.load(f"Second run, with {BOOKS}", BOOKS)
        seen, wanted = compare_runs(first, second), expect_changes(changes, self.streams)
        self.console.print(report.build_change_table(seen, wanted))
        incremental = frozenset(one.name for one in (*resources.INCREMENTAL, *resources.DETAILED))
        self.console.print(report.format_rereads(seen, incremental), soft_wrap=True)
        is_second_whole = all(match.is_whole for match in compare_rows(self.list_keys(), second))
        is_right = is_first_whole and is_second_whole and seen.changed == wanted and not seen.lost
        return self.show_books(error) and is_right


def list_selected_streams() -> list[str]:
    """List the streams that Meltano's environment `sandbox` selects."""
    settings = yaml.safe_load(Path("meltano.yml").read_text(encoding="utf-8"))
    (sandbox,) = [one for one in settings["environments"] if one["name"] == "sandbox"]
    (extractor,) = sandbox["config"]["plugins"]["extractors"]
    return [pattern.removesuffix(".*") for pattern in extractor["select"]]


def find_collection(stream: str) -> str:
    """Find the collection of the double that holds the rows of a stream: the path of its list."""
    resource = resources.TABLE[stream]
    if stream in COLLECTIONS:
        return COLLECTIONS[stream]
    return (resources.TABLE[resource.of] if resource.of else resource).list_path


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--rows", type=int, default=250, help="rows a list (default %(default)s)")
    parser.add_argument("--organizations", type=int, default=2, help="default %(default)s")
    parser.add_argument("--meltano", type=Path, default=Path(".tools/meltano/bin/meltano"))
    return parser


def run_demo(options: argparse.Namespace, console: Console) -> bool:
    """Start the parts, run the demo, remove everything, and return whether it was right."""
    arguments = [
        f"--rows={options.rows}",
        f"--organizations={options.organizations}",
        f"--requests-per-minute={REQUESTS_PER_MINUTE}",
    ]
    streams = {
        name: find_collection(name)
        for name in list_selected_streams()
        if name not in {*REPORTS, *OF_ORGANIZATIONS}
    }
    with (
        run_service(arguments) as double,
        run_postgres() as database,
        tempfile.TemporaryDirectory(prefix="zohobooks-demo-") as folder,
    ):
        pipeline = Pipeline(options.meltano.absolute(), Path(folder), double, database)
        return Demo(pipeline, streams, console).run()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return its exit code."""
    options = build_parser().parse_args(arguments)
    end_on_signals()
    console = report.open_console()
    try:
        is_right = run_demo(options, console)
    except (DemoError, subprocess.TimeoutExpired, OSError) as error:
        console.print(f"[red]The demo failed:[/red] {escape(str(error))}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted; everything that was started has been ended.")
        return 130
    verdict = "holds exactly what the service holds" if is_right else "[red]is not right[/red]"
    console.print(f"The database {verdict}.")
    if is_right:
        console.print("The books have the figures that the service reports, to the last digit.")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
