"""What the runs of one user know together: small values in files of a private folder."""

from __future__ import annotations

import hmac
import logging
import os
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from filelock import FileLock
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
WRITABLE_BY_OTHERS = 0o022

# Most locks are held for a fraction of a millisecond, so whoever waits for one looks often.
POLL = 0.002
PATIENCE = 5.0

Value = TypeVar("Value", bound=msgspec.Struct)


class SharedValue(Generic[Value]):
    """A value that the threads of one run change one at a time; `now` is its clock, in seconds."""

    def __init__(self, kind: type[Value], now: Callable[[], float] = time.monotonic) -> None:
        """Begin with a blank value."""
        self.now = now
        self._value = kind()
        self._threads = threading.Lock()

    @contextmanager
    def changing(self) -> Iterator[Value]:
        """Yield the value to the only one who reads and changes it now."""
        with self._threads:
            yield self._value


@dataclass(slots=True)
class Cache:
    """A private folder; where it cannot be used each run keeps to itself, and says so once.

    `clock` is for what stays in this run, `wall` (seconds since 1970) for what others read.
    """

    folder: Path | None
    logger: logging.Logger
    level: int = logging.WARNING
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    works: bool = True
    _is_prepared: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def record(
        self, kind: type[Value], *parts: str, secret: str = "", patience: float = PATIENCE
    ) -> SharedValue[Value]:
        """Return a record of its own for these parts, in a file that is always whole."""
        if self.folder is None:
            return SharedValue(kind, self.clock)
        path = self.folder / file_name(kind.__name__, *parts, secret=secret)
        return FileValue(kind, self, path, patience)

    def lossy_value(self, kind: type[Value], *parts: str) -> SharedValue[Value]:
        """Return a record of its own for these parts, for a value that changes with every call."""
        if self.folder is None:
            return SharedValue(kind, self.clock)
        return LossyFileValue(kind, self, self.folder / file_name(kind.__name__, *parts), PATIENCE)

    def prepare(self) -> None:
        """Make the folder, and see that nobody else may change what is in it.

        Raises:
            OSError: It cannot be made, or is not private.
        """
        if self._is_prepared or self.folder is None:
            return
        if not self.folder.is_absolute():
            msg = "this user has no home; set token_cache"
            raise FileNotFoundError(msg)
        self.folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        if os.name == "posix" and not _is_private(self.folder.stat()):
            msg = "others may write to it; set token_cache to a folder of your own"
            raise PermissionError(msg)
        self._is_prepared = True

    def give_up(self, error: OSError) -> None:
        """Go on without the folder."""
        with self._lock:
            if self.works:
                self.works = False
                self.say(f"{self.folder} cannot be used: {error}. This run shares nothing.")

    def say(self, trouble: str) -> None:
        """Tell of a trouble with the folder."""
        self.logger.log(self.level, "Token cache: %s", trouble)


class FileValue(SharedValue[Value]):
    """A value that all processes of a user change one at a time, each through its own record."""

    def __init__(self, kind: type[Value], cache: Cache, path: Path, patience: float) -> None:
        """Prepare; no file is touched yet. `patience` is in seconds."""
        super().__init__(kind, cache.wall)
        self._kind = kind
        self._cache = cache
        self._path = path.with_suffix(".json")
        self._patience = patience
        self._lock = FileLock(path.with_suffix(".lock"), mode=PRIVATE_FILE)

    @override
    @contextmanager
    def changing(self) -> Iterator[Value]:
        """Yield the value as the last process left it; keep it where it was changed."""
        with self._threads, ExitStack() as stack:
            if self._cache.works:
                try:
                    self._cache.prepare()
                    stack.enter_context(self._lock.acquire(self._patience, POLL))
                    found = self._path.read_bytes() if self._path.exists() else b""
                except OSError as error:
                    self._cache.give_up(error)
                else:
                    self._value = self._understood(found)
                    stack.callback(self._keep, found)
            yield self._value

    def _understood(self, found: bytes) -> Value:
        """Return what a file holds; what this run knew where that is nothing of ours."""
        if not found:
            return self._value
        try:
            return msgspec.json.decode(found, type=self._kind)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._cache.say(f"{self._path} is not as it was written; it is begun anew.")
            return self._value

    def _keep(self, found: bytes) -> None:
        written = msgspec.json.encode(self._value)
        if written == found:
            return
        try:
            self._write(written)
        except OSError as error:
            self._cache.give_up(error)

    def _write(self, content: bytes) -> None:
        """Put a whole file in the place of the old one: who dies here leaves one or the other."""
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(_open(fresh, os.O_EXCL), "wb") as file:
            file.write(content)
        fresh.replace(self._path)


class LossyFileValue(FileValue[Value]):
    """A shared value that is not missed when it is lost.

    It is written over in place, which costs a hundredth of the time; who dies in the middle of
    that leaves a file that is begun anew.
    """

    @override
    def _write(self, content: bytes) -> None:
        with os.fdopen(_open(self._path), "wb") as file:
            file.write(content)
            file.truncate()


def _open(path: Path, flags: int = 0) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | flags, PRIVATE_FILE)


def _is_private(found: os.stat_result) -> bool:
    is_ours = os.geteuid() in {0, found.st_uid}
    return is_ours and not found.st_mode & WRITABLE_BY_OTHERS


def file_name(kind: str, *parts: str, secret: str = "") -> str:
    """Return a file name that shows no part, and that only who has `secret` can find again."""
    text = "\0".join(parts).encode()
    return f"{kind.lower()}-{hmac.new(secret.encode(), text, 'sha256').hexdigest()[:32]}"
