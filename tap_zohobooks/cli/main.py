"""The command `zohobooks`: its subcommands, options and help texts."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem, get_completion_class

from tap_zohobooks.cli.terminal import CommandGroup, print_text
from tap_zohobooks.regions import REGIONS
from tap_zohobooks.resources import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

PROGRAM = "zohobooks"
PORT = 8765
TIMEOUT = 300
SHELLS = ("bash", "fish", "zsh")
EXPORT_FORMS = ("duckdb", "xlsx", "csv", "parquet")
PLUGIN = re.compile(r"[a-zA-Z][\w-]*", re.ASCII)
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)

Command = TypeVar("Command", bound="Callable[..., Any]")


def _run_command(module: str, command: str, plugin: str | None = None, **options: Any) -> None:
    """Import the module of a command, and run it; help and completion need no such import."""
    run = getattr(import_module(f"tap_zohobooks.cli.{module}"), command)
    with import_module("tap_zohobooks.setting_sources").use_plugin(plugin):
        run(**options)


def _complete_streams(
    _ctx: click.Context, _param: click.Parameter, start: str
) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(TABLE) if name.startswith(start)]


def _require_text(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():
        msg = "it is blank."
        raise click.BadParameter(msg)
    return value


def _check_plugin(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not PLUGIN.fullmatch(value):
        msg = "it is not the name of a plugin: a letter, then letters, digits, '-' and '_'."
        raise click.BadParameter(msg)
    return value


def _add_options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Return a decorator that adds options to a command, in the order of its help."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


config = _add_options(
    click.option(
        "--config",
        multiple=True,
        type=click.Path(),  # completes names of files
        metavar="FILE|ENV",
        help="Settings as the tap takes them; without it, TAP_ZOHOBOOKS_* variables and .env.",
    ),
    click.option(
        "--plugin",
        metavar="NAME",
        callback=_check_plugin,
        help="Use the variables of this plugin of Meltano, in place of TAP_ZOHOBOOKS_*.",
    ),
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")
yes = click.option("--yes", is_flag=True, help="Answer yes to each question.")
organization = click.option(
    "--organization",
    metavar="ID",
    callback=_require_text,
    help="The organization to read; without it, the first that a run reads.",
)
selected = click.option(
    "--catalog", type=FILE, help="Catalog that selects streams, as the tap takes it."
)
named = click.argument("streams", nargs=-1, metavar="[STREAM]...", shell_complete=_complete_streams)
selection = _add_options(
    selected,
    click.option(
        "--stream",
        "streams",
        multiple=True,
        metavar="NAME",
        shell_complete=_complete_streams,
        help="A stream instead, repeatable; without either, the streams selected by default.",
    ),
)


def format_example(line: str) -> str:
    """Return the last lines of a help text: an example."""
    return f"\b\nExample:\n  {line}"


@click.group(cls=CommandGroup, epilog=format_example("zohobooks login && zohobooks doctor"))
@click.version_option(package_name="tap-zohobooks")
def cli() -> None:
    """Set up, check and plan runs of tap-zohobooks."""


@cli.command(epilog=format_example("zohobooks login --client-credentials --organization 10234695"))
@_add_options(
    click.option("--client-id", help="Client ID, from the API console."),
    click.option(
        "--client-secret",
        help="Client secret; the variable TAP_ZOHOBOOKS_CLIENT_SECRET keeps it out of sight.",
    ),
    click.option("--client-credentials", is_flag=True,
                 help="Authorize by the Self Client alone, for one organization: no browser, no "
                 "refresh token, no custom modules."),
    click.option("--browser", is_flag=True, help="Authorize in the browser."),
    click.option("--code", help="Authorize with a Self Client's grant code."),
    click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True,
                 help="Port of 127.0.0.1 to which the browser is redirected."),
    click.option("--timeout", type=click.IntRange(1, 86_400), default=TIMEOUT, show_default=True,
                 help="Seconds to wait for the redirect."),
    click.option("--region", type=click.Choice([*REGIONS]),
                 help="Data center; all but cn are searched without it."),
    selection,
    click.option("--organization", "organizations", multiple=True, metavar="ID",
                 help="An organization to read, repeatable."),
    click.option("--all-organizations", is_flag=True, help="Read all that are active."),
    click.option("--keep/--renew", default=None,
                 help="Keep a stored refresh token, or make another one."),
    click.option("--meltano", is_flag=True,
                 help="Print `meltano config` lines as well, for all but the secrets."),
    config,
    yes,
)  # fmt: skip
def login(**options: Any) -> None:
    """Authorize, choose organizations, and write .env.

    A second account of a Meltano project is a plugin that inherits the tap: --plugin writes the
    variables that Meltano reads for it.
    """
    _run_command("login", "login", **options)


@cli.command(epilog=format_example("zohobooks organizations --json"))
@_add_options(config, as_json)
def organizations(**options: Any) -> None:
    """List the organizations, and whether a run reads them."""
    _run_command("account", "print_organizations", **options)


@cli.command(epilog=format_example("zohobooks logout --yes"))
@_add_options(config, yes)
def logout(**options: Any) -> None:
    """Revoke the refresh token, and remove it from .env."""
    _run_command("account", "logout", **options)


@cli.command(epilog=format_example("zohobooks doctor --catalog catalog.json --json"))
@_add_options(selection, config, yes, as_json)
def doctor(**options: Any) -> None:
    """Check everything that a run needs.

    The exit code is 0 only if all of it passes. Without a terminal and --yes, the checks that take
    more than 20 API calls are left out, which the output says.
    """
    _run_command("doctor", "diagnose", **options)


@cli.command(epilog=format_example("zohobooks plan --catalog catalog.json --state state.json"))
@_add_options(
    selection,
    click.option("--state", type=FILE, help="State from which the run would continue."),
    click.option("--every", metavar="TIME", help="Time between runs, as 1h: print a day's calls."),
    config,
    yes,
    as_json,
)
def plan(**options: Any) -> None:
    """Print what the next run would cost: API calls, minutes, days.

    If all streams were read before, it is what the last run has spent, without a call. With --state
    or --yes rows are counted; without --yes and a terminal at most by 20 calls.
    """
    _run_command("plan", "plan", **options)


@cli.command(epilog=format_example("zohobooks export invoices contacts --to books.xlsx"))
@_add_options(
    named,
    click.option("--to", required=True, metavar="PATH", type=click.Path(path_type=Path),
                 help="A .duckdb or .xlsx file, or a folder for a file a table."),
    click.option("--format", "form", type=click.Choice(EXPORT_FORMS),
                 help="Form of the files; without it, the suffix of the path, or else csv."),
    click.option("--lines", is_flag=True, help="Make a table of the lines of documents as well."),
    click.option("--keep-deleted", is_flag=True,
                 help="Read changes only, and keep what is gone in Zoho Books."),
    config,
)  # fmt: skip
def export(**options: Any) -> None:
    """Read streams into a database, files or a spreadsheet.

    Without a stream, those selected by default; '*_details' names several, '*' all. A second run
    brings what has changed, and removes what is gone. It needs the extra: pip install
    'tap-zohobooks[export]'.
    """
    _run_command("export", "export", **options)


@cli.command(epilog=format_example("zohobooks probe --report report.json"))
@_add_options(
    click.option("--report", required=True, metavar="FILE",
                 type=click.Path(dir_okay=False, path_type=Path),
                 help="File to write, in place of one that exists."),
    organization,
    config,
    yes,
)  # fmt: skip
def probe(**options: Any) -> None:
    """Find out how each list, document and report answers.

    The report holds names of fields, types and refusals, and no value: it can be attached to an
    issue. Names of custom fields and modules are hashed.
    """
    _run_command("probe", "probe", **options)


@cli.command(epilog=format_example("zohobooks get invoices -p per_page=2 --mask"))
@click.argument("path")
@_add_options(
    click.option("-p", "params", multiple=True, metavar="NAME=VALUE",
                 help="A parameter of the request, repeatable."),
    click.option("--all-pages", is_flag=True,
                 help="Print one document with the rows of all pages; each page is a call."),
    click.option("--mask", is_flag=True,
                 help="Replace each value by another of its shape, the same one always alike."),
    organization,
    config,
)  # fmt: skip
def get(**options: Any) -> None:
    """Print the response of a path below /books/v3, with one API call.

    It may begin with /books/v3, and have parameters behind a question mark. Nothing but GET is
    sent, at the pace and with the token of a run.
    """
    _run_command("get", "get", **options)


@cli.command(epilog=format_example("zohobooks scopes invoices invoice_details contacts"))
@_add_options(named, selected)
def scopes(**options: Any) -> None:
    """Print the scopes that reading streams needs.

    Without a stream or a catalog, those of the streams selected by default.
    """
    _run_command("scopes", "print_scopes", **options)


@cli.command(epilog=format_example("zohobooks catalog --stream invoices --stream bills.total"))
@_add_options(
    click.option("--stream", "names", multiple=True, metavar="NAME[.FIELD]",
                 shell_complete=_complete_streams,
                 help="A stream, or a field of one beside its key, repeatable."),
    click.option("--all", "is_all", is_flag=True, help="All streams."),
    click.option("--without-details", is_flag=True,
                 help="Leave out the streams that cost a call for each row."),
    click.option("--refresh-catalog", is_flag=True,
                 help="Discover anew, whatever was learned within a day."),
    config,
)  # fmt: skip
def catalog(**options: Any) -> None:
    """Print a catalog that selects streams; without an option, the default ones.

    With credentials it holds the custom fields and modules of the organizations.
    """
    _run_command("catalog", "print_catalog", **options)


@cli.command(epilog=format_example('eval "$(zohobooks completion bash)"'))
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script that completes commands, options, files and streams in a shell."""
    completer = get_completion_class(shell)
    if completer is None:
        msg = f"click does not know the shell {shell}."
        raise AssertionError(msg)
    print_text(completer(cli, {}, PROGRAM, "_ZOHOBOOKS_COMPLETE").source())
