"""Standard output as a target reads it: whole lines, wherever a run is stopped."""

from __future__ import annotations

import array
import os
import select
import stat
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from singer_sdk.contrib.msgspec import MsgSpecWriter, encoder
from typing_extensions import override

if sys.platform != "win32":
    import fcntl
    import termios

if TYPE_CHECKING:
    from collections.abc import Mapping

    from singer_sdk.singerlib import Message

PAGE = 4096
PAUSE = 0.0005


def room(unread: int, capacity: int) -> int:
    """Return how many bytes a pipe surely takes at once, of which some are unread.

    A pipe is a row of pages, each filled by one write or by several: at worst every other page is
    nearly empty.
    """
    return capacity - 2 * unread - 3 * PAGE


def give_up_output() -> None:
    """Leave what is in the buffer of standard output: it has nowhere to go.

    The interpreter must not try again when it ends.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class LineWriter(MsgSpecWriter):
    """Writes messages to a descriptor, one at a time.

    A line is not begun before the pipe has room for all of it, so that a process that is stopped
    while a target does not read leaves no half of one.
    """

    def __init__(self, descriptor: int) -> None:
        """Write there."""
        super().__init__()
        self._descriptor = descriptor
        self._capacity = _capacity(descriptor)
        self._room = 0
        self._is_stopped = False
        self._lock = threading.Lock()
        # Threads must not share one but under the lock.
        self._poll = None if self._capacity is None else _poll(descriptor)

    @override
    def write_message(self, message: Message) -> None:
        line = _line(message.to_dict())
        while not self._is_written(line):
            self._wait(line)

    def stop(self) -> None:
        """Begin no further line but the last: whoever writes waits for the end of the process."""
        self._is_stopped = True

    def write_last(self, message: Mapping[str, Any], seconds: float) -> bool:
        """Write a message and let none follow; False if there was no room for it in time."""
        until = time.monotonic() + seconds
        line = _line(message)
        if not self._lock.acquire(timeout=seconds):  # and never release it
            return False
        while not self._has_room(line):
            if time.monotonic() > until:
                return False
            time.sleep(PAUSE)
        self._put(line)
        return True

    def _is_written(self, line: bytes) -> bool:
        with self._lock:
            if self._is_stopped or not self._has_room(line):
                return False
            self._put(line)
            return True

    def _has_room(self, line: bytes) -> bool:
        if self._poll is None or len(line) <= self._room:
            return True
        event = next((event for _, event in self._poll.poll(0)), 0)
        if not self._capacity or event != select.POLLOUT:
            return event != 0  # an error is for the write to tell
        unread = _unread(self._descriptor)
        self._room = room(unread, self._capacity)
        # A line that is longer than the pipe can wait for no more than an empty one.
        return len(line) <= max(PAGE, self._room) or not unread

    def _wait(self, line: bytes) -> None:
        if self._is_stopped or len(line) > PAGE:
            time.sleep(PAUSE)
        else:
            _poll(self._descriptor).poll()

    def _put(self, line: bytes) -> None:
        self._room -= 2 * len(line)
        rest = memoryview(line)
        while rest:
            rest = rest[self._put_some(rest) :]

    def _put_some(self, rest: memoryview) -> int:
        try:
            return os.write(self._descriptor, rest)
        except BlockingIOError:  # whoever made the pipe may have made it so
            _poll(self._descriptor).poll()
            return 0


def _line(message: Mapping[str, Any]) -> bytes:
    return encoder.encode(message) + b"\n"


def _poll(descriptor: int) -> select.poll:
    """Return what waits until a descriptor takes a page, or is broken."""
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return poll


def _capacity(descriptor: int) -> int | None:
    """Return how many bytes a pipe holds, 0 where the system does not tell; None for no pipe."""
    if sys.platform == "win32" or not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return None
    return fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ) if sys.platform == "linux" else 0


def _unread(descriptor: int) -> int:
    count = array.array("i", [0])
    fcntl.ioctl(descriptor, termios.FIONREAD, count)
    return count[0]
