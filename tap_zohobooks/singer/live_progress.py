"""The live line of a run on a terminal; only a run on a terminal imports it, and rich with it."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from tap_zohobooks.safe_text import to_safe_text
from tap_zohobooks.singer.log_output import list_handlers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def show_live(line: Callable[[], str], stream: TextIO) -> Iterator[None]:
    """Show the line of `line()` at the end of a terminal, log lines above it."""
    console = Console(file=stream)

    def render() -> Text:
        return Text(to_safe_text(line()), no_wrap=True, overflow="ellipsis")

    with (
        Live(get_renderable=render, console=console, transient=True, refresh_per_second=2),
        ExitStack() as handlers,
    ):
        for handler in list_handlers():
            if not isinstance(handler, logging.StreamHandler) or handler.stream is not stream:
                continue
            before = handler.setStream(_Above(console))
            if before is not None:
                handlers.callback(handler.setStream, before)
        yield


class _Above:
    """Writes log lines above the live line."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> None:
        if text.strip():
            self._console.print(Text(text.rstrip("\n")), soft_wrap=True)

    def flush(self) -> None:
        """Nothing is held back."""
