"""Output and prompts of `zohobooks` at a terminal, and its exit codes."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from typing_extensions import override

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.errors import ConfigError, TapError
from tap_zohobooks.safe_text import to_safe_text
from tap_zohobooks.singer.log_output import protect_log
from tap_zohobooks.singer.stdout import discard, recognize_closed_pipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

MAX_CALLS = 20  # API calls that a command may make without a prompt


@contextmanager
def _convert_write_errors() -> Iterator[None]:
    try:
        with recognize_closed_pipe():
            yield
    except BrokenPipeError:
        raise  # click exits without a message
    except OSError as error:
        discard(sys.stdout)
        raise Reason.OUTPUT_UNWRITABLE.error(problem=error.strerror) from error


def print_result(result: RenderableType = "") -> None:
    """Print a result on standard output, without colours if NO_COLOR is set or it is no terminal.

    Raises:
        TapError: It cannot be written.
    """
    with _convert_write_errors():
        Console(highlight=False).print(result)


class _Messages(Console):
    @override
    def on_broken_pipe(self) -> None:
        """Raise the error, in place of ending the process."""
        raise  # noqa: PLE0704  # rich calls it while it handles the error


def print_message(text: str) -> None:
    """Print rich markup on standard error, beside the result, as far as it can be written."""
    try:
        _Messages(stderr=True, highlight=False).print(text, soft_wrap=True)
    except OSError:  # the result, and the exit code, do not depend on it
        discard(sys.stderr)


def escape_text(text: object) -> str:
    """Return text of the service as rich markup: one line, without secrets."""
    return escape(to_safe_text(text))


def create_table(titles: Iterable[str], numbers: Iterable[str] = ()) -> Table:
    """Return a table with columns of text, then of numbers; a narrow terminal wraps its cells."""
    texts = [Column(title, overflow="fold") for title in titles]
    counts = [Column(title, justify="right", overflow="fold") for title in numbers]
    return Table(*texts, *counts, box=None, pad_edge=False)


def print_json(value: object) -> None:
    """Print a result as JSON.

    Raises:
        TapError: It cannot be written.
    """
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    print_text(json.dumps(value, indent=2, ensure_ascii=not is_unicode))


def print_text(text: str | bytes) -> None:
    """Print plain text on standard output; bytes leave as they are, whatever its encoding.

    Raises:
        TapError: It cannot be written.
    """
    with _convert_write_errors():
        click.echo(text)


def is_interactive() -> bool:
    """Return whether standard input is a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()  # None if it is closed


def prompt(text: str, option: str, **kwargs: Any) -> str:
    """Prompt for a value; `kwargs` are those of `click.prompt`.

    Raises:
        ConfigError: There is no terminal; the error names the option to give instead.
    """
    if not is_interactive():
        raise Reason.NO_TERMINAL.error(question=f"{text.rstrip('?')}?", option=option)
    return str(click.prompt(text, err=True, **kwargs)).strip()


def confirm(question: str, option: str, *, default: bool = False) -> bool:
    """Prompt for yes or no.

    Raises:
        ConfigError: There is no terminal; the error names the option to give instead.
    """
    if not is_interactive():
        raise Reason.NO_TERMINAL.error(question=question, option=option)
    return click.confirm(question, default=default, err=True)


def can_spend(calls: int, *, yes: bool) -> bool:
    """Tell whether a command may make so many API calls, or can prompt for it."""
    return yes or calls <= MAX_CALLS or is_interactive()


def confirm_calls(sentence: str, calls: int, *, yes: bool) -> bool:
    """Print how many API calls a command makes, at the {} of a sentence; above 20, confirm them.

    Raises:
        ConfigError: There is no terminal; the error names the option to give instead.
    """
    cost = sentence.format(f"{calls} call{'s' if calls != 1 else ''} of the day")
    if calls > MAX_CALLS and not yes:
        return confirm(f"{cost} Go on?", "--yes")
    print_message(cost)
    return True


class _Command(click.Command):
    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _convert_write_errors():  # --help
            return super().parse_args(ctx, args)


class CommandGroup(click.Group):
    """A group of commands that exits with an error message and its code, without a traceback."""

    command_class = _Command

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _exit_on_error(ctx), _convert_write_errors():
            return super().parse_args(ctx, args)

    @override
    def invoke(self, ctx: click.Context) -> Any:
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
        logging.captureWarnings(capture=True)
        protect_log()
        with _exit_on_error(ctx):
            return super().invoke(ctx)


@contextmanager
def _exit_on_error(ctx: click.Context) -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        error.show()
        ctx.exit(ConfigError.exit_code)
    except TapError as error:
        _exit(ctx, error)
    except (click.Abort, EOFError, KeyboardInterrupt):
        print_message("")  # the cursor is behind a prompt
        _exit(ctx, Reason.ABORTED.error())


def _exit(ctx: click.Context, error: TapError) -> NoReturn:
    print_message(f"[red]Error:[/red] {escape_text(error)}")
    ctx.exit(error.exit_code)
