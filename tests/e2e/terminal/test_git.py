"""Secrets stay out of commits: login checks git before it writes."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.terminal.conftest import Terminal

    Terminals = Callable[..., Terminal]

QUESTION = "git would commit .env with the secrets in it. Add it to .gitignore? [Y/n]: "


def git(terminal: Terminal, *words: str) -> str:
    """Run git in the folder of a terminal."""
    program = shutil.which("git")
    assert program is not None
    done = subprocess.run(
        [program, *words], cwd=terminal.folder, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture
def checkout(terminal: Terminals) -> Terminal:
    """Return a terminal in a checkout, with stored settings."""
    one = terminal(organizations=1)
    git(one, "init", "--quiet")
    (one.folder / ".gitignore").write_text("*.log")
    return one


def test_env_is_added_to_gitignore(checkout: Terminal) -> None:
    """After a confirmation, .env is added to .gitignore of a checkout that would commit it."""
    dialogue = checkout.run("login", "--keep")
    dialogue.answer(QUESTION, "")
    dialogue.expect("Client ID: ")
    assert dialogue.interrupt() == 1
    assert (checkout.folder / ".gitignore").read_text() == "*.log\n.env\n"
    checkout.store()
    assert ".env" not in git(checkout, "status", "--short", "--untracked-files=all").split()
    assert checkout.run("login", "--keep").end() == 0


def test_nothing_is_written_that_would_be_committed(checkout: Terminal) -> None:
    """Without the confirmation, .env is not written."""
    dialogue = checkout.run("login")
    dialogue.answer(QUESTION, "n")
    dialogue.expect("Nothing was written")
    assert dialogue.end() == 78
    assert not (checkout.folder / ".env").exists()


def test_a_file_that_git_keeps_already(checkout: Terminal) -> None:
    """A tracked .env is refused, even if it is ignored."""
    (checkout.folder / ".env").touch()
    (checkout.folder / ".gitignore").write_text(".env\n")
    git(checkout, "add", "--force", ".env")
    dialogue = checkout.run("login")
    dialogue.expect("git tracks .env already", "git rm --cached .env")
    assert dialogue.end() == 78
