"""Every error of docs/errors.md happens, and says what the page says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tap_zohobooks.error_catalog import Reason
from tests.e2e.terminal.errors import by_commands, by_runs
from tests.e2e.terminal.errors.scene import Scene, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAYS = by_runs.WAYS | by_commands.WAYS
BY_DOCTOR = {
    Reason.ACCOUNTS_UNREACHABLE,
    Reason.API_UNREACHABLE,
    Reason.CLIENT_ELSEWHERE,
    Reason.CLOCK_OFF,
    Reason.SCOPE_MISSING,
    Reason.TOKEN_CACHE_UNUSABLE,
}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Return a folder in which services can be had."""
    one = Scene(tmp_path)
    with one.stack:
        yield one


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.title)
def test_each_error_is_reached(scene: Scene, reason: Reason) -> None:
    """A run or a command ends with the error's code, and says last what its row says."""
    outcome = WAYS[reason](scene)
    assert outcome.code == reason.kind.exit_code
    said, wanted = outcome.said, text_of(reason).pattern
    end = "" if reason in BY_DOCTOR else "$"
    assert re.search(f"{wanted}{end}", said), said[-2000:]


@pytest.mark.parametrize(
    ("words", "found"), [(["--state=/none"], "/none"), (["--unheard-of"], "--unheard-of")]
)
def test_a_command_line_that_cannot_be_read(scene: Scene, words: list[str], found: str) -> None:
    """What stands there is named, and the exit code is none of the table's."""
    done = scene.service().shell.run(*words)
    assert done.returncode == 2
    assert found in done.stderr.strip().splitlines()[-1]
