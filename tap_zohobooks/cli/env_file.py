"""The .env file that login writes: private, its other lines kept, and never committed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values, set_key, unset_key
from dotenv.parser import parse_stream

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.settings import NOT_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tap_zohobooks.errors import TapError

    Value = str | list[str]

FILE = Path(".env")
IGNORE = Path(".gitignore")
PREFIX = "TAP_ZOHOBOOKS_"
PRIVATE = 0o600
FOUND = ("region", "accounts_url", "organization_ids")  # by a login, and no secret


def variable(setting: str) -> str:
    """Return the variable that holds a setting."""
    return PREFIX + setting.upper()


def text(value: Value) -> str:
    """Return a value as the tap reads it from a variable."""
    return value if isinstance(value, str) else json.dumps(value)


def check() -> None:
    """See that the file can be written, before there is something that must not be lost.

    Raises:
        ConfigError: It cannot, or what is written there could not be read.
    """
    if FILE.is_dir() or not os.access(".", os.W_OK):
        raise _unwritable(FILE, "it is a folder" if FILE.is_dir() else "the folder is read-only")
    if not FILE.exists():
        return
    with _told(), FILE.open(encoding="utf-8") as file:
        try:
            lines = [line.original.line for line in parse_stream(file) if line.error]
        except UnicodeDecodeError as error:
            raise Reason.ENV_UNREADABLE.error(problem=NOT_TEXT) from error
    if lines:  # a quote that is not closed there swallows what follows it
        raise Reason.ENV_UNREADABLE.error(problem=f"line {lines[0]} is no NAME=value")


def save(settings: Mapping[str, Value]) -> None:
    """Write settings, for this user's eyes only.

    Raises:
        ConfigError: The file cannot be written.
    """
    with _told():
        if not FILE.is_symlink():  # a link gives way to a file
            FILE.touch(PRIVATE)
            FILE.chmod(PRIVATE)
        for name, value in settings.items():
            set_key(FILE, variable(name), text(value), quote_mode="auto")


def holds(setting: str, value: str) -> bool:
    """Tell whether the file sets a setting to this value."""
    return dotenv_values(FILE, interpolate=False).get(variable(setting)) == value


def remove(names: Iterable[str]) -> None:
    """Remove settings, where they are set.

    Raises:
        ConfigError: The file cannot be written.
    """
    with _told():
        for name in names:
            if variable(name) in dotenv_values(FILE):
                unset_key(FILE, variable(name))


def ignore() -> None:
    """Let git leave the file alone.

    Raises:
        ConfigError: .gitignore cannot be written.
    """
    with _told():
        found = _ignored()
        joint = b"" if not found or found.endswith(b"\n") else b"\n"
        IGNORE.write_bytes(found + joint + bytes(FILE) + b"\n")


def _ignored() -> bytes:
    """Return .gitignore, whose names may be in any encoding."""
    return IGNORE.read_bytes() if IGNORE.exists() else b""


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unwritable(error.filename, error.strerror) from error


def _unwritable(file: Path | str, why: str | None) -> TapError:
    return Reason.FOLDER_UNWRITABLE.error(file=file, problem=why)


def is_tracked() -> bool:
    """Tell whether git keeps the file already."""
    return _git("ls-files", "--error-unmatch", "--", str(FILE)) == 0


def is_exposed() -> bool:
    """Tell whether the next commit could hold the file; where git does not say, by its files."""
    verdict = _git("check-ignore", "--quiet", "--", str(FILE))
    if verdict in (0, 1):
        return verdict == 1
    here = Path.cwd()
    is_checkout = any((folder / ".git").exists() for folder in (here, *here.parents))
    return is_checkout and bytes(FILE) not in _ignored().splitlines()


def _git(*words: str) -> int | None:
    """Return git's exit code: None without git, 128 where it sees no checkout or mistrusts it."""
    git = shutil.which("git")
    if git is None:
        return None
    done = subprocess.run([git, *words], capture_output=True, check=False)  # noqa: S603  # fixed words
    return done.returncode


def meltano_lines(settings: Mapping[str, Value]) -> list[str]:
    """Return the commands that tell Meltano what a login finds out; secrets stay in .env."""
    return [
        f"meltano config set tap-zohobooks {name} '{text(settings[name])}'"
        for name in FOUND
        if name in settings
    ]
