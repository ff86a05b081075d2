"""The command beside the tap: log in, look around, check, and know beforehand what a run costs."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem, get_completion_class

from tap_zohobooks.cli.terminal import Commands, show_text
from tap_zohobooks.regions import REGIONS
from tap_zohobooks.resources import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = "zohobooks"
PORT = 8765
TIMEOUT = 300
SHELLS = ("bash", "fish", "zsh")
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)

Command = TypeVar("Command", bound="Callable[..., Any]")


def _run(module: str, command: str, **options: Any) -> None:
    """Run a command; what it needs is imported only now, so that help and completion are quick."""
    getattr(import_module(f"tap_zohobooks.cli.{module}"), command)(**options)


def _streams(_ctx: click.Context, _param: click.Parameter, start: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(TABLE) if name.startswith(start)]


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Give a command several options, which its help shows in this order."""

    def give(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return give


config = click.option(
    "--config",
    multiple=True,
    type=click.Path(),  # completes names of files
    metavar="FILE|ENV",
    help="Settings as the tap takes them; without it, TAP_ZOHOBOOKS_* variables and .env.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
yes = click.option("--yes", is_flag=True, help="Say yes wherever a yes or a no would be asked.")
selection = _options(
    click.option("--catalog", type=FILE, help="Catalog that selects streams, as the tap takes it."),
    click.option(
        "--stream",
        "streams",
        multiple=True,
        metavar="NAME",
        shell_complete=_streams,
        help="A stream instead, again for more; without either, what is selected by default.",
    ),
)


def example(line: str) -> str:
    """Return the last lines of a help text."""
    return f"\b\nExample:\n  {line}"


@click.group(cls=Commands, epilog=example("zohobooks login && zohobooks doctor"))
@click.version_option(package_name="tap-zohobooks")
def cli() -> None:
    """Set up, check and plan runs of tap-zohobooks."""


@cli.command(epilog=example("zohobooks login --browser --stream invoices --stream contacts"))
@_options(
    click.option("--client-id", help="Client ID, from the API console."),
    click.option(
        "--client-secret",
        help="Client secret; the variable TAP_ZOHOBOOKS_CLIENT_SECRET keeps it out of sight.",
    ),
    click.option("--browser", is_flag=True, help="Authorize in the browser."),
    click.option("--code", help="Authorize with a Self Client's grant code."),
    click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True,
                 help="Port of 127.0.0.1 to which the browser brings its answer."),
    click.option("--timeout", type=click.IntRange(1, 86_400), default=TIMEOUT, show_default=True,
                 help="Seconds to wait for the browser's answer."),
    click.option("--region", type=click.Choice([*REGIONS]),
                 help="Data center; found without it, but for cn."),
    selection,
    click.option("--organization", "organizations", multiple=True, metavar="ID",
                 help="An organization to read, again for more."),
    click.option("--all-organizations", is_flag=True, help="Read all that are active."),
    click.option("--keep/--renew", default=None,
                 help="Keep a stored refresh token, or make another one."),
    click.option("--meltano", is_flag=True,
                 help="Print `meltano config` lines as well, for all but the secrets."),
    config,
    yes,
)  # fmt: skip
def login(**options: Any) -> None:
    """Authorize, choose organizations, and write .env."""
    _run("login", "login", **options)


@cli.command(epilog=example("zohobooks organizations --json"))
@_options(config, as_json)
def organizations(**options: Any) -> None:
    """List the organizations, and which of them are read."""
    _run("account", "organizations", **options)


@cli.command(epilog=example("zohobooks logout --yes"))
@_options(config, yes)
def logout(**options: Any) -> None:
    """Revoke the refresh token, and remove it from .env."""
    _run("account", "logout", **options)


@cli.command(epilog=example("zohobooks doctor --catalog catalog.json --json"))
@_options(selection, config, yes, as_json)
def doctor(**options: Any) -> None:
    """Check everything that a run needs.

    The exit code is 0 only if all of it passes.
    """
    _run("doctor", "doctor", **options)


@cli.command(epilog=example("zohobooks plan --catalog catalog.json --state state.json"))
@_options(
    selection,
    click.option("--state", type=FILE, help="State that the run would go on from."),
    config,
    yes,
    as_json,
)
def plan(**options: Any) -> None:
    """Say what the next run would cost: calls, minutes, days."""
    _run("plan", "plan", **options)


@cli.command(epilog=example("zohobooks scopes invoices invoice_details contacts"))
@click.argument("streams", nargs=-1, metavar="[STREAM]...", shell_complete=_streams)
@click.option("--catalog", type=FILE, help="Catalog that selects streams, as the tap takes it.")
def scopes(**options: Any) -> None:
    """Print the scopes that reading streams needs.

    Without a stream or a catalog, those of what is selected by default.
    """
    _run("scopes", "scopes", **options)


@cli.command(epilog=example('eval "$(zohobooks completion bash)"'))
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print what completes words in a shell.

    Commands, options, files and names of streams are completed.
    """
    found = get_completion_class(shell)
    if found is None:
        msg = f"click does not know the shell {shell}."
        raise AssertionError(msg)
    show_text(found(cli, {}, PROGRAM, "_ZOHOBOOKS_COMPLETE").source())
