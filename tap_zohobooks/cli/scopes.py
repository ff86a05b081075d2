"""`zohobooks scopes`: what the consent of a refresh token must include."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_zohobooks.cli.common import collect_scopes, select_streams
from tap_zohobooks.cli.terminal import print_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def print_scopes(catalog: Path | None, streams: Sequence[str]) -> None:
    """Print the scopes of the selected streams, separated by commas.

    Raises:
        ConfigError: There is no such stream, or no such catalog.
    """
    print_text(collect_scopes(select_streams(catalog, streams)))
