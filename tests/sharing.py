"""What is dear to make is made once a test run, whichever worker needs it first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from filelock import BaseFileLock


def once(root: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that one worker fills while the others that need it wait."""
    folder = root / name
    with FileLock(root / f"{name}.lock"):
        if not folder.exists():
            unfinished = root / f"{name}.unfinished"
            unfinished.mkdir(exist_ok=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder


def one_at_a_time(root: Path) -> BaseFileLock:
    """Return what keeps Meltano from running twice in the checkout: both would use one folder."""
    return FileLock(root / "meltano-runs.lock")
