"""The terminal: what is shown, what is asked, and what happens where nobody can be asked."""

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
from tap_zohobooks.singer.stdout import discard_stdout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

MOST_CALLS = 20  # of the day, without asking
CONTROLS = dict.fromkeys((*range(10), *range(11, 32), *range(127, 160)), "�")


def console(*, stderr: bool = False) -> Console:
    """Return the terminal; rich leaves out colours for NO_COLOR, and where it is none."""
    return Console(stderr=stderr, highlight=False)


@contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # who reads has seen enough, and click ends without a word
    except OSError as error:
        discard_stdout()
        raise Reason.OUTPUT_UNWRITABLE.error(problem=error.strerror) from error


def show(what: RenderableType = "") -> None:
    """Show a result on standard output.

    Raises:
        TapError: It cannot be written.
    """
    with _written():
        console().print(what)


def tell(text: str) -> None:
    """Say something beside the result, on standard error."""
    console(stderr=True).print(text, soft_wrap=True)


def plain(text: object) -> str:
    """Return what others have written so that a terminal shows it, and does nothing else."""
    return escape(str(text).translate(CONTROLS))


def table(titles: Iterable[str], numbers: Iterable[str] = ()) -> Table:
    """Return a table of texts and numbers, of which no terminal is too narrow for a whole cell."""
    texts = [Column(title, overflow="fold") for title in titles]
    counts = [Column(title, justify="right", overflow="fold") for title in numbers]
    return Table(*texts, *counts, box=None, pad_edge=False)


def show_json(value: object) -> None:
    """Print a result for machines.

    Raises:
        TapError: It cannot be written.
    """
    show_text(json.dumps(value, indent=2, ensure_ascii=False))


def show_text(text: str) -> None:
    """Print a result as it is.

    Raises:
        TapError: It cannot be written.
    """
    with _written():
        click.echo(text)


def is_attended() -> bool:
    """Tell whether somebody sits at a terminal and can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()  # closed, it is none


def ask(what: str, option: str, **prompt: Any) -> str:
    """Ask for something; keyword arguments are those of `click.prompt`.

    Raises:
        ConfigError: Nobody can be asked; the option that answers is named.
    """
    if not is_attended():
        raise Reason.NO_TERMINAL.error(question=f"{what.rstrip('?')}?", option=option)
    return str(click.prompt(what, err=True, **prompt)).strip()


def agree(question: str, option: str, *, default: bool = False) -> bool:
    """Ask for a yes or a no.

    Raises:
        ConfigError: Nobody can be asked; the option that answers is named.
    """
    if not is_attended():
        raise Reason.NO_TERMINAL.error(question=question, option=option)
    return click.confirm(question, default=default, err=True)


def affordable(sentence: str, calls: int, *, yes: bool) -> bool:
    """State what a look costs, in a sentence with a gap; where that is much, ask whether to go on.

    Raises:
        ConfigError: Nobody can be asked; the option that answers is named.
    """
    cost = sentence.format(f"{calls} call{'s' if calls != 1 else ''} of the day")
    if calls > MOST_CALLS and not yes:
        return agree(f"{cost} Go on?", "--yes")
    tell(cost)
    return True


class _Command(click.Command):
    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _written():  # --help
            return super().parse_args(ctx, args)


class Commands(click.Group):
    """A group of commands of which no foreseeable end is a traceback."""

    command_class = _Command

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        with _ended(ctx), _written():
            return super().parse_args(ctx, args)

    @override
    def invoke(self, ctx: click.Context) -> Any:
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
        with _ended(ctx):
            return super().invoke(ctx)


@contextmanager
def _ended(ctx: click.Context) -> Iterator[None]:
    """End with a message, and the exit code that stands for it."""
    try:
        yield
    except click.UsageError as error:
        error.show()
        ctx.exit(ConfigError.exit_code)
    except TapError as error:
        _give_up(ctx, error)
    except (click.Abort, EOFError, KeyboardInterrupt):
        tell("")  # the cursor stands behind a question
        _give_up(ctx, Reason.ABORTED.error())


def _give_up(ctx: click.Context, error: TapError) -> NoReturn:
    tell(f"[red]Error:[/red] {plain(error)}")
    ctx.exit(error.exit_code)
