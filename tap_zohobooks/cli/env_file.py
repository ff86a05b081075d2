"""The `.env` file that login writes: mode 0600, other lines unchanged, and ignored by git."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values, set_key, unset_key
from dotenv.parser import parse_stream

from tap_zohobooks.error_catalog import Reason
from tap_zohobooks.safe_text import escape_controls
from tap_zohobooks.setting_sources import (
    ENV_FILE,
    LITERAL_VARIABLE,
    NOT_TEXT,
    get_plugin,
    read_env_file,
    to_variable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tap_zohobooks.errors import TapError

    Value = str | list[str]

FILE = ENV_FILE
IGNORE = Path(".gitignore")
PRIVATE = 0o600
FOR_MELTANO = ("grant_type", "region", "accounts_url", "organization_ids")  # not secret


def to_text(value: Value) -> str:
    """Return a value as the tap reads it from a variable."""
    return value if isinstance(value, str) else json.dumps(value)


def check_writable() -> None:
    """Check that settings can be written, before there is a token to save.

    Raises:
        ConfigError: The file cannot be written, or its lines cannot be parsed.
    """
    with _convert_os_errors():
        Path.cwd()  # it may have been removed
    if not os.access(".", os.W_OK):
        raise _create_error(FILE, "the folder is read-only")
    if not FILE.exists():
        return
    if not FILE.is_file():  # reading from a pipe would wait
        raise _create_error(FILE, "it is a folder" if FILE.is_dir() else "it is no regular file")
    with _convert_os_errors(), FILE.open(encoding="utf-8") as file:
        try:
            lines = [line.original.line for line in parse_stream(file) if line.error]
        except UnicodeDecodeError as error:
            raise Reason.ENV_UNREADABLE.error(problem=NOT_TEXT) from error
    if lines:  # an unclosed quote would include the lines after it
        raise Reason.ENV_UNREADABLE.error(problem=f"line {lines[0]} is no NAME=value")


def save(settings: Mapping[str, Value]) -> None:
    """Write settings to the file, with mode 0600.

    Raises:
        ConfigError: The file cannot be written.
    """
    with _convert_os_errors():
        if not FILE.is_symlink():  # dotenv replaces a link by a file
            FILE.touch(PRIVATE)
            FILE.chmod(PRIVATE)
        for name, value in settings.items():
            text = to_text(value).replace("${", LITERAL_VARIABLE)
            set_key(FILE, to_variable(name), text, quote_mode="auto")


def has_value(setting: str, value: str) -> bool:
    """Return whether the file sets a setting to this value."""
    text = read_env_file().get(to_variable(setting)) or ""
    return text.strip() == value


def remove(names: Iterable[str]) -> None:
    """Remove settings from the file.

    Raises:
        ConfigError: The file cannot be written.
    """
    with _convert_os_errors():
        for name in names:
            if to_variable(name) in dotenv_values(FILE):
                unset_key(FILE, to_variable(name))


def add_to_gitignore() -> None:
    """Add the file to `.gitignore`.

    Raises:
        ConfigError: .gitignore cannot be written.
    """
    with _convert_os_errors():
        if IGNORE.is_symlink():  # git does not follow it either
            raise _create_error(IGNORE, "it is a link")
        content = _read_gitignore()
        end = b"" if not content or content.endswith(b"\n") else b"\n"
        IGNORE.write_bytes(content + end + bytes(FILE) + b"\n")


def _read_gitignore() -> bytes:
    """Return the bytes of `.gitignore`, whose encoding is unknown."""
    return IGNORE.read_bytes() if IGNORE.exists() else b""


@contextmanager
def _convert_os_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _create_error(error.filename or FILE, error.strerror) from error


def _create_error(file: Path | str, problem: str | None) -> TapError:
    return Reason.FOLDER_UNWRITABLE.error(file=file, problem=problem)


def is_tracked() -> bool:
    """Return whether the file is in git's index."""
    return _run_git("ls-files", "--error-unmatch", "--", str(FILE)) == 0


def is_exposed() -> bool:
    """Return whether the next commit could hold the file; read git's files if git gives no result.

    Git gives none if it is not installed, or does not trust the folder.
    """
    code = _run_git("check-ignore", "--quiet", "--", str(FILE))
    if code in (0, 1):
        return code == 1
    here = Path.cwd()
    is_checkout = any((folder / ".git").exists() for folder in (here, *here.parents))
    return is_checkout and bytes(FILE) not in _read_gitignore().splitlines()


def _run_git(*words: str) -> int | None:
    """Return git's exit code; None without git, 128 outside of a checkout that it trusts."""
    git = shutil.which("git")
    if git is None:
        return None
    done = subprocess.run([git, *words], capture_output=True, check=False)  # noqa: S603  # fixed words
    return done.returncode


def _quote(text: str) -> str:
    """Return text in quotes as a shell reads it, controls included."""
    if text.isprintable():
        return f"'{text}'" if "'" not in text else shlex.quote(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{escape_controls(escaped)}'"


def format_meltano_commands(settings: Mapping[str, Value]) -> list[str]:
    """Return the commands that set what a login finds in Meltano; secrets stay in `.env`."""
    plugin = get_plugin() or "tap-zohobooks"
    return [
        f"meltano config set {plugin} {name} {_quote(to_text(settings[name]))}"
        for name in FOR_MELTANO
        if name in settings
    ]
