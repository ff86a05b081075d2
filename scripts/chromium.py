#!/usr/bin/env python
"""Find the browser that the tests of `zohobooks login` open, and install it where there is none.

Usage: python scripts/chromium.py   (the variable CHROMIUM names another Chromium or Chrome)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

VARIABLE = "CHROMIUM"
NAMES = (
    "chromium",
    "google-chrome",
    "chromium-browser",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
PATIENCE = 60  # seconds for a browser to tell its version, on a machine that is busy
APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2", "--yes",
       "--option=Acquire::Retries=3", "--option=DPkg::Lock::Timeout=300")  # fmt: skip
ADVICE = (
    "Install Chromium or Chrome (Debian: `apt-get install chromium`), or name one: `make test "
    f"{VARIABLE}=/path/to/chrome`."
)


class NoBrowser(Exception):
    """There is none that runs; its text says what to do."""


def program() -> str:
    """Return the path of a browser that runs.

    Raises:
        NoBrowser: There is none.
    """
    named = os.environ.get(VARIABLE)
    for name in [named] if named else NAMES:
        path = shutil.which(name)
        if path is not None and runs(path):
            return path
    found = f"{VARIABLE} names {named}, which does not run" if named else "No browser was found"
    msg = f"{found}; the tests of `zohobooks login` open one. {ADVICE}"
    raise NoBrowser(msg)


def runs(path: str) -> bool:
    """Tell whether a program is a browser: what only stands for a missing one ends badly."""
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, check=False, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def as_root() -> list[str]:
    """Return what to put before a command that root alone may run.

    Raises:
        NoBrowser: This user may not run it, or would be asked for a password.
    """
    if os.geteuid() == 0:
        return []
    sudo = [shutil.which("sudo") or "", "-n"]
    if sudo[0] and not subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode:
        return sudo
    msg = f"No browser was found, and only root could install it. {ADVICE}"
    raise NoBrowser(msg)


def install() -> None:
    """Install the newest Chromium that Debian has.

    Raises:
        NoBrowser: That is not possible here.
    """
    if not shutil.which("apt-get"):
        msg = f"No browser was found, and there is no apt-get to install it. {ADVICE}"
        raise NoBrowser(msg)
    apt = [*as_root(), *APT]
    # One source that does not answer is no reason to stop: the package may come from another.
    subprocess.run([*apt, "update"], check=False, stdout=sys.stderr)
    words = [*apt, "install", "--no-install-recommends", "chromium"]
    if subprocess.run(words, check=False, stdout=sys.stderr).returncode:
        msg = f"apt-get could not install chromium, see above. {ADVICE}"
        raise NoBrowser(msg)


def main() -> None:
    """See that there is a browser; one that is named is never replaced."""
    try:
        program()
    except NoBrowser:
        if os.environ.get(VARIABLE):
            raise
        install()
        program()


if __name__ == "__main__":
    try:
        main()
    except NoBrowser as missing:
        sys.exit(str(missing))
