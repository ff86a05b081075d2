"""``python -m demo``: a first run, three changes, a second run, and what the database says of both.

Ends with 0 where the database holds what the service holds, with 1 where it does not.
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
from demo.pipeline import Pipeline
from demo.postgres import postgres
from demo.processes import DemoError, end_on_signals
from demo.service import service
from demo.verdict import arrivals, expected, matches
from demo.warehouse import Key, holding
from tap_zohobooks import resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from demo.warehouse import Holding

CHANGED = ("invoices", "bills", "contacts")
CALLS_A_MINUTE = 6000


@dataclass(frozen=True, slots=True)
class Demo:
    """The running parts, and the streams with the collection of the service that each reads."""

    pipeline: Pipeline
    streams: dict[str, str]
    console: Console

    def load(self, name: str) -> Holding:
        """Run the pipeline, say what it has cost, and return what the database holds now."""
        before = self.pipeline.service.summary()
        seconds = self.pipeline.run()
        cost = self.pipeline.service.summary().since(before)
        self.console.print(report.spent(name, seconds, cost), soft_wrap=True)
        with self.pipeline.database.connect() as connection:
            return holding(connection)

    def compare(self, arrived: Holding) -> bool:
        """Show what arrived, and say whether it is what the service holds."""
        found = matches(self.held(), arrived)
        self.console.print(report.arrived(found, self.pipeline.service.organization_ids))
        return all(match.is_whole for match in found)

    def held(self) -> list[Key]:
        """Ask the service for everything that it holds of the streams."""
        service, keys = self.pipeline.service, []
        for organization in service.organization_ids:
            keys.append(Key(resources.ORGANIZATIONS.name, organization, ""))
            for stream, collection in self.streams.items():
                ids = service.ids(organization, collection)
                keys += [Key(stream, organization, one) for one in ids]
        return keys

    def change(self) -> list[Key]:
        """Change three documents, in one organization and another by turns."""
        service, changes = self.pipeline.service, []
        for place, collection in enumerate(CHANGED):
            organization = service.organization_ids[place % len(service.organization_ids)]
            document = sorted(service.ids(organization, collection))[place]
            service.change(organization, collection, document)
            changes.append(Key(collection, organization, document))
        names = ", ".join(f"{one.stream} {one.id}" for one in changes)
        self.console.print(f"Changed in the service: {names}.\n", soft_wrap=True)
        return changes

    def show(self) -> bool:
        """Run, change, run again; say whether all of it was right."""
        first = self.load("First run")
        whole = self.compare(first)
        changes = self.change()
        second = self.load("Second run")
        seen, wanted = arrivals(first, second), expected(changes, self.streams)
        self.console.print(report.second_run(seen, wanted))
        incremental = frozenset(one.name for one in (*resources.INCREMENTAL, *resources.DETAILED))
        self.console.print(report.reread(seen, incremental), soft_wrap=True)
        still_whole = all(match.is_whole for match in matches(self.held(), second))
        return whole and still_whole and seen.changed == wanted and not seen.lost


def selected() -> list[str]:
    """Return the streams that the sandbox environment selects."""
    settings = yaml.safe_load(Path("meltano.yml").read_text(encoding="utf-8"))
    (sandbox,) = [one for one in settings["environments"] if one["name"] == "sandbox"]
    (extractor,) = sandbox["config"]["plugins"]["extractors"]
    return [pattern.removesuffix(".*") for pattern in extractor["select"]]


def collection(stream: str) -> str:
    """Return under which path the service holds the rows of a stream."""
    resource = resources.TABLE[stream]
    return (resources.TABLE[resource.of] if resource.of else resource).list_path


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    made = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    made.add_argument("--rows", type=int, default=250, help="rows a list (default %(default)s)")
    made.add_argument("--organizations", type=int, default=2, help="default %(default)s")
    made.add_argument("--meltano", type=Path, default=Path(".tools/meltano/bin/meltano"))
    return made


def show(asked: argparse.Namespace, console: Console) -> bool:
    """Set everything up, show it, leave nothing behind, and say whether it was right."""
    options = {
        "rows": asked.rows,
        "organizations": asked.organizations,
        "requests-per-minute": CALLS_A_MINUTE,
    }
    streams = {
        name: collection(name) for name in selected() if name != resources.ORGANIZATIONS.name
    }
    with (
        service([f"--{key}={value}" for key, value in options.items()]) as double,
        postgres() as database,
        tempfile.TemporaryDirectory(prefix="zohobooks-demo-") as folder,
    ):
        pipeline = Pipeline(asked.meltano.absolute(), Path(folder), double, database)
        return Demo(pipeline, streams, console).show()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return its exit code."""
    asked = parser().parse_args(arguments)
    end_on_signals()
    console = report.terminal()
    try:
        right = show(asked, console)
    except (DemoError, subprocess.TimeoutExpired, OSError) as error:
        console.print(f"[red]The demo failed:[/red] {escape(str(error))}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted; everything that was started has been ended.")
        return 130
    verdict = "holds exactly what the service holds" if right else "[red]is not right[/red]"
    console.print(f"The database {verdict}.")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
