"""How a run ends: one last line that names the reason and the next step, and its exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import (
    ConfigValidationError,
    MapExpressionError,
    StreamMapConfigError,
)
from singer_sdk.plugin_base import SingerCommand
from typing_extensions import override

from tap_zohobooks.errors import ConfigError, TapError

if TYPE_CHECKING:
    import click


class ZohoBooksCommand(SingerCommand):
    """The command line of the tap."""

    @override
    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; a foreseeable end is a line and an exit code, never a traceback."""
        try:
            return super().main(*args, **kwargs)
        except TapError as error:
            self.logger.error("%s", error)  # noqa: TRY400  # the line is the whole message
            sys.exit(error.exit_code)
        except (ConfigValidationError, MapExpressionError, StreamMapConfigError) as error:
            self.logger.error("The configuration is wrong: %s", error)  # noqa: TRY400
            sys.exit(ConfigError.exit_code)

    @override
    def invoke(self, ctx: click.Context) -> Any:
        """Run the tap; a pipe that the target has closed is its end, whatever is left to say."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            # What is left in the buffer has nowhere to go; the interpreter must not try again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            msg = (
                "The target closed the pipe. See its log for the reason, then run again: the "
                "next run goes on from the state that the target has kept."
            )
            raise TapError(msg) from error
