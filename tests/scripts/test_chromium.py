"""The browser of the tests is found, or installed, or its lack is told with the next step."""

from __future__ import annotations

import os
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

import pytest

import chromium

if TYPE_CHECKING:
    from pathlib import Path

NAME = "the-browser"
SYSTEM = os.environ["PATH"]


@dataclass
class Machine:
    """A machine that has the programs which are written into a folder, and no browser."""

    programs: Path
    patch: pytest.MonkeyPatch

    def has(self, name: str, script: str) -> None:
        """Install a program."""
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def has_apt(self, *, with_browser: bool = True) -> Path:
        """Install an apt-get that writes down what it is called with; return where."""
        asked, browser = self.programs / "asked", self.programs / NAME
        installing = f"printf '#!/bin/sh\\n' >{quote(str(browser))}; chmod +x {quote(str(browser))}"
        self.has(
            "apt-get",
            f'echo "$DEBIAN_FRONTEND $*" >>{quote(str(asked))}; case "$*" in '
            f"*update) exit 100 ;; *) {installing if with_browser else 'exit 100'} ;; esac",
        )
        return asked

    def is_run_by(self, user: int) -> None:
        """Be in use."""
        self.patch.setattr(os, "geteuid", lambda: user)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Return a machine on which root is at work."""
    monkeypatch.setattr(chromium, "NAMES", (NAME,))
    monkeypatch.setenv("PATH", f"{tmp_path}:{SYSTEM}")
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    made = Machine(tmp_path, monkeypatch)
    made.is_run_by(0)
    return made


def test_a_browser_that_is_there_is_left_alone(machine: Machine) -> None:
    """Where there is one, nothing is installed."""
    asked = machine.has_apt()
    machine.has(NAME, "exit 0")
    chromium.main()
    assert chromium.program() == str(machine.programs / NAME)
    assert not asked.exists()


def test_a_missing_browser_is_installed(machine: Machine) -> None:
    """The newest of the newest lists is installed without a question, though a source is silent."""
    asked = machine.has_apt()
    chromium.main()
    first, second = asked.read_text().splitlines()
    assert (first.split()[0], first.split()[-1]) == ("noninteractive", "update")
    assert second.split()[-3:] == ["install", "--no-install-recommends", "chromium"]
    assert "--yes" in second
    assert chromium.program() == str(machine.programs / NAME)


def test_what_only_stands_for_a_browser_is_none(machine: Machine) -> None:
    """A program that says how to install a browser, as some systems have it, is replaced."""
    machine.has(NAME, "echo Install the snap.; exit 1")
    machine.has_apt()
    chromium.main()
    assert chromium.program() == str(machine.programs / NAME)


@pytest.mark.parametrize("script", [None, "exit 1", "not a program"])
def test_a_browser_that_is_named_is_never_replaced(machine: Machine, script: str | None) -> None:
    """A named one that does not run is an error, whatever else there is."""
    asked = machine.has_apt()
    machine.has(NAME, "exit 0")
    if script:
        machine.has("mine", script)
    machine.patch.setenv(chromium.VARIABLE, str(machine.programs / "mine"))
    with pytest.raises(chromium.NoBrowser, match=r"CHROMIUM names .*/mine, .*make test CHROMIUM="):
        chromium.main()
    assert not asked.exists()


def test_a_user_installs_by_sudo(machine: Machine) -> None:
    """A user that needs no password for sudo installs by sudo."""
    machine.is_run_by(1000)
    machine.has("sudo", 'shift; test "$1" = true || exec "$@"')
    machine.has_apt()
    chromium.main()
    assert chromium.program() == str(machine.programs / NAME)


@pytest.mark.parametrize("sudo", [True, False])
def test_a_user_who_cannot_install(machine: Machine, *, sudo: bool) -> None:
    """Without a sudo, or where it asks for a password, the person is told what to install."""
    machine.is_run_by(1000)
    asked = machine.has_apt()
    if sudo:
        machine.has("sudo", "exit 1")
    else:
        machine.patch.setenv("PATH", str(machine.programs))
    with pytest.raises(chromium.NoBrowser, match=r"only root .*`apt-get install chromium`"):
        chromium.main()
    assert not asked.exists()


def test_a_machine_without_apt(machine: Machine) -> None:
    """Elsewhere than on Debian the person is told what to install."""
    machine.patch.setenv("PATH", str(machine.programs))
    with pytest.raises(chromium.NoBrowser, match=r"no apt-get .* Install Chromium or Chrome"):
        chromium.main()


def test_an_installation_that_fails(machine: Machine) -> None:
    """Where apt-get fails that is told, after what it has to say itself."""
    machine.has_apt(with_browser=False)
    with pytest.raises(chromium.NoBrowser, match=r"could not install chromium, see above"):
        chromium.main()
