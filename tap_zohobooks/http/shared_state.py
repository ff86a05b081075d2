"""Share small values between the runs of one user: SQLite files in a private folder."""

from __future__ import annotations

import hmac
import logging
import os
import sqlite3
import stat
import threading
import time
import weakref
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
WRITABLE_BY_OTHERS = 0o022
SUFFIXES = ("", "-journal", "-wal", "-shm")  # of the files that SQLite opens

PATIENCE = 5.0  # seconds to wait for a lock; most are held for less than one millisecond

Value = TypeVar("Value", bound=msgspec.Struct)


class SharedValue(Generic[Value]):
    """A value that the threads of one run change one at a time; `now` is its clock, in seconds."""

    def __init__(self, kind: type[Value], now: Callable[[], float] = time.monotonic) -> None:
        """Start with the defaults of `kind`."""
        self.now = now
        self._value = kind()
        self._threads = threading.Lock()

    @property
    def path(self) -> Path | None:
        """The file that holds the value; None if only this run has it."""
        return None

    @contextmanager
    def change(self) -> Iterator[Value]:
        """Yield the value to read and change; other threads and processes wait meanwhile."""
        with self._threads:
            yield self._value


@dataclass(slots=True)
class Cache:
    """A private folder of shared values.

    If it cannot be used, the run keeps its values in memory and logs that once. `clock` (seconds)
    is for values in memory, `wall` (seconds since 1970) for values that other runs read.
    """

    folder: Path | None
    logger: logging.Logger
    level: int = logging.WARNING
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    is_usable: bool = True
    _is_prepared: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def record(
        self,
        kind: type[Value],
        *parts: str,
        secret: str = "",
        patience: float = PATIENCE,
        is_secret: bool = True,
    ) -> SharedValue[Value]:
        """Return the value of these parts, shared with other runs if there is a folder.

        `patience` is the longest wait for its lock, in seconds. Of a value that `is_secret` no
        former one stays in the folder.
        """
        if self.folder is None:
            return SharedValue(kind, self.clock)
        path = self.folder / file_name(kind.__name__, *parts, secret=secret)
        return FileValue(kind, self, path, patience, is_secret=is_secret)

    def prepare(self) -> None:
        """Create the folder, and check that only this user may write to it.

        Raises:
            OSError: It cannot be created, or is not private.
        """
        if self._is_prepared or self.folder is None:
            return
        if not self.folder.is_absolute():
            msg = "this user has no home; set token_cache"
            raise FileNotFoundError(msg)
        self.folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        if os.name == "posix":
            _check_folder(self.folder)
        self._is_prepared = True

    def give_up(self, error: Exception) -> None:
        """Continue without the folder."""
        with self._lock:
            if self.is_usable:
                self.is_usable = False
                self.warn(f"{self.folder} cannot be used: {error}. This run shares nothing.")

    def warn(self, problem: str) -> None:
        """Log a problem with the folder."""
        self.logger.log(self.level, "Token cache: %s", problem)


class FileValue(SharedValue[Value]):
    """A value in a SQLite file of its own, which the processes of a user change one at a time.

    A change is one transaction of a file that stays open: 0.08 ms on ext4, 0.2 ms with opening it.
    A killed process leaves the value as it was and no lock. One file per value, as a token is
    requested within a change, and requests of other values must not wait for that.

    What a change replaces is kept in a file beside it until it is written. Of a value that is no
    secret, that file stays: to delete it takes a third of the time of a change.
    """

    def __init__(
        self, kind: type[Value], cache: Cache, path: Path, patience: float, *, is_secret: bool
    ) -> None:
        """Prepare; no file is opened yet. `patience` is in seconds."""
        super().__init__(kind, cache.wall)
        self._kind = kind
        self._cache = cache
        self._path = path.with_suffix(".db")
        self._files = [f"{self._path}{suffix}" for suffix in SUFFIXES]
        self._patience = patience
        self._journal = "DELETE" if is_secret else "PERSIST"
        self._file: _OpenFile | None = None
        self._stored = b""  # the value as it was last read or written

    @property
    @override
    def path(self) -> Path | None:
        return self._path if self._cache.is_usable else None

    @override
    @contextmanager
    def change(self) -> Iterator[Value]:
        """Yield the value as the last process left it, and write it if it was changed."""
        with self._threads:
            file = self._begin() if self._cache.is_usable else None
            try:
                yield self._value
            finally:
                if file is not None:
                    self._commit(file)

    def _begin(self) -> _OpenFile | None:
        """Begin a transaction and read the value; None if this run shares nothing."""
        try:
            self._cache.prepare()
            if os.name == "posix":
                _check_files(self._files)
            file = self._open()
            self._read(file)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)
            return None
        return file

    def _open(self) -> _OpenFile:
        """Return the file, opened once for as long as its path leads to it."""
        with suppress(FileNotFoundError):
            if self._file is not None and self._file.identity == _identify(self._path):
                return self._file
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
        self._file = _OpenFile(self._path, self._patience, self._journal)
        return self._file

    def _give_up(self, error: Exception) -> None:
        if self._file is not None:
            self._file.connection.close()
            self._file = None
        self._cache.give_up(error)

    def _read(self, file: _OpenFile) -> None:
        """Read the value, unless it is what was written last; empty a file that holds no value."""
        try:
            stored = file.begin()
            if stored and stored != self._stored:
                self._value = msgspec.json.decode(stored, type=self._kind)
        except sqlite3.OperationalError:
            raise
        except (sqlite3.DatabaseError, msgspec.DecodeError, UnicodeDecodeError) as error:
            self._cache.warn(f"{self._path} is not as it was written; it is begun anew.")
            if isinstance(error, sqlite3.DatabaseError):
                os.truncate(self._path, 0)
                stored = file.begin()
        self._stored = stored

    def _commit(self, file: _OpenFile) -> None:
        try:
            value = msgspec.json.encode(self._value)
            if value != self._stored:
                file.connection.execute("REPLACE INTO value VALUES (1, ?)", (value,))
            file.connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._give_up(error)
        else:
            self._stored = value


class _OpenFile:
    """An open SQLite file, used by one thread at a time; it is closed with the last reference."""

    def __init__(self, path: Path, patience: float, journal: str) -> None:
        """Open a file that exists; `patience` is in seconds."""
        self.identity = _identify(path)
        self._journal = journal
        self._is_set = False
        self.connection = sqlite3.connect(
            path, timeout=patience, isolation_level=None, check_same_thread=False
        )
        # Not as the process ends: a thread may be using it.
        weakref.finalize(self, self.connection.close).atexit = False

    def begin(self) -> bytes:
        """Lock the file, and return its value as JSON; empty if there is none."""
        if not self._is_set:  # not as it is opened: the file may be none of SQLite
            self.connection.execute("PRAGMA synchronous = OFF")  # a power failure may lose a value
            self.connection.execute(f"PRAGMA journal_mode = {self._journal}")
            self._is_set = True
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            row = self.connection.execute("SELECT json FROM value").fetchone()
        except sqlite3.OperationalError:
            self.connection.execute("CREATE TABLE value (id INTEGER PRIMARY KEY, json BLOB)")
            row = None
        return row[0] if row else b""


def _identify(path: Path) -> tuple[int, int]:
    """Return what tells a file from one that takes its place."""
    found = path.stat()
    return found.st_dev, found.st_ino


def _check_folder(folder: Path) -> None:
    """Check that no other user can change the folder, or where a link to it leads.

    Raises:
        PermissionError: One can, even if this user is root.
    """
    found = folder.stat()
    if {found.st_uid, folder.lstat().st_uid} != {os.geteuid()}:
        msg = "it belongs to another user; set token_cache to a folder of your own"
        raise PermissionError(msg)
    if found.st_mode & WRITABLE_BY_OTHERS:
        msg = "others may write to it; set token_cache to a folder of your own"
        raise PermissionError(msg)


def _check_files(files: Sequence[str]) -> None:
    """Check the file of a value, and those that SQLite opens beside it, before they are opened.

    Opening a named pipe waits, and opening a link changes the file that it names.

    Raises:
        PermissionError: One is no regular file, has another name, or belongs to another user.
    """
    for file in files:
        try:
            found = os.lstat(file)
        except FileNotFoundError:
            continue
        is_alone = found.st_nlink <= 1 and found.st_uid == os.geteuid()
        if not (stat.S_ISREG(found.st_mode) and is_alone):
            msg = f"{Path(file).name} is no regular file of this user alone; remove it"
            raise PermissionError(msg)
        if stat.S_IMODE(found.st_mode) & ~PRIVATE_FILE:
            Path(file).chmod(PRIVATE_FILE)


def file_name(kind: str, *parts: str, secret: str = "") -> str:
    """Return a file name that shows no part and cannot be computed without `secret`."""
    text = "\0".join(parts).encode()
    return f"{kind.lower()}-{hmac.new(secret.encode(), text, 'sha256').hexdigest()[:32]}"
