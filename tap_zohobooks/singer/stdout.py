"""Standard output: whole lines, wherever a run is stopped."""

from __future__ import annotations

import array
import errno
import os
import select
import stat
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO

from singer_sdk.contrib.msgspec import MsgSpecWriter, encoder
from singer_sdk.singerlib import RecordMessage
from typing_extensions import override

try:
    import fcntl
    import termios
except ImportError:  # Windows
    HAS_PIPE_CALLS = False
else:
    HAS_PIPE_CALLS = hasattr(select, "poll")

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from singer_sdk.helpers.types import Record
    from singer_sdk.singerlib import Message
    from singer_sdk.singerlib.encoding.base import GenericSingerWriter

PAGE = 4096  # bytes
PAUSE = 0.0005  # seconds between two looks at a full pipe
LARGE = 64 * 1024  # bytes of lines that a file takes at once


def room(unread: int, capacity: int) -> int:
    """Return how many bytes a pipe with so many unread bytes takes at once, at least.

    A pipe is a row of 4096-byte pages, each filled by one write or by several: in the worst case
    every other page is nearly empty.
    """
    return capacity - 2 * unread - 3 * PAGE


def discard(stream: TextIO) -> None:
    """Redirect a standard stream to nowhere, so that its buffer is flushed without an error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class OutputError(OSError):
    """Standard output cannot be written."""


@contextmanager
def convert_write_errors() -> Iterator[None]:
    """Write out what is printed within the block.

    Raises:
        BrokenPipeError: The reader has closed the pipe.
        OutputError: Standard output cannot be written.
    """
    with _classify_errors():
        yield
        sys.stdout.flush()


@contextmanager
def recognize_closed_pipe() -> Iterator[None]:
    """Raise the error of a pipe without a reader as BrokenPipeError: Windows reports EINVAL."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EINVAL:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from error
        raise


@contextmanager
def _classify_errors() -> Iterator[None]:
    try:
        with recognize_closed_pipe():
            yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(error.errno, error.strerror) from error


def split_envelope(envelope: RecordMessage) -> tuple[bytes, bytes]:
    """Return what stands before and behind the record in each line of a message's stream."""
    empty = replace(envelope, record={})
    before, mark, behind = encoder.encode(empty.to_dict()).partition(b'"record":{}')
    return before + mark.removesuffix(b"{}"), behind + b"\n"


def write_records(
    writer: GenericSingerWriter[Any, Any], envelope: RecordMessage, records: Iterable[Record]
) -> None:
    """Write the records of one stream by any writer; `envelope` holds all but the record."""
    if isinstance(writer, LineWriter):
        writer.write_records(envelope, records)
        return
    for record in records:
        writer.write_message(
            RecordMessage(
                stream=envelope.stream,
                record=record,
                version=envelope.version,
                time_extracted=envelope.time_extracted,
            )
        )


class LineWriter(MsgSpecWriter):
    """Writes messages to a descriptor, each as a line; those of records several at a time.

    Lines are begun once the pipe has room for all of them, so that a process that is stopped while
    the target does not read leaves no part of a line.
    """

    def __init__(self, descriptor: int) -> None:
        """Write to a descriptor."""
        super().__init__()
        self._descriptor = descriptor
        self._capacity = _capacity(descriptor)
        # A quarter of the pipe, so that the target reads while more is encoded.
        self._most = LARGE if self._capacity is None else max(PAGE, self._capacity // 4)
        self._room = 0
        self._is_stopped = False
        self._lock = threading.Lock()
        # A poll object must not be used by two threads at once: only with the lock held.
        self._poll = None if self._capacity is None else _poll(descriptor)

    @override
    def write_message(self, message: Message) -> None:
        self._write(_line(message.to_dict()))

    def write_records(self, envelope: RecordMessage, records: Iterable[Record]) -> None:
        """Write the records of one stream; `envelope` is a message of it, its record is left out.

        It takes 0.4 of the time of a message and a write a record.
        """
        before, behind = split_envelope(envelope)
        lines = bytearray()
        for record in records:
            end = len(lines)
            lines += before
            encoder.encode_into(record, lines, -1)
            lines += behind
            if len(lines) > self._most:
                self._write(lines[:end])
                del lines[:end]
        self._write(lines)

    def _write(self, lines: bytes | bytearray) -> None:
        while lines and not self._write_if_room(lines):
            self._wait(lines)

    def stop(self) -> None:
        """Begin no further line but the last; a thread that writes waits until the process ends.

        It takes no lock: a signal handler interrupts the thread that may hold it.
        """
        self._is_stopped = True

    def write_last(self, message: Mapping[str, Any], seconds: float) -> bool:
        """Write a message after which no line begins; False if there was no room in time."""
        self.stop()
        until = time.monotonic() + seconds
        line = _line(message)
        if not self._lock.acquire(timeout=seconds):
            return False
        try:
            while not self._has_room(line):
                if time.monotonic() > until:
                    return False
                time.sleep(PAUSE)
            self._put(line)
        finally:
            self._lock.release()
        return True

    def _write_if_room(self, line: bytes | bytearray) -> bool:
        with self._lock:
            if self._is_stopped or not self._has_room(line):
                return False
            self._put(line)
            return True

    def _has_room(self, line: bytes | bytearray) -> bool:
        if self._poll is None or len(line) <= self._room:
            return True
        event = next((event for _, event in self._poll.poll(0)), 0)
        if not self._capacity or event != select.POLLOUT:
            return event != 0  # the write raises the error
        unread = _unread(self._descriptor)
        self._room = room(unread, self._capacity)
        # A line longer than the pipe never fits at once: an empty pipe is the most there is.
        return len(line) <= max(PAGE, self._room) or not unread

    def _wait(self, line: bytes | bytearray) -> None:
        if self._is_stopped or len(line) > PAGE:
            time.sleep(PAUSE)
        else:
            self._await_room()

    def _put(self, line: bytes | bytearray) -> None:
        self._room -= 2 * len(line)
        rest = memoryview(line)
        while rest:
            rest = rest[self._put_some(rest) :]

    def _put_some(self, rest: memoryview) -> int:
        with _classify_errors():
            try:
                return os.write(self._descriptor, rest)
            except BlockingIOError:  # the pipe may be set not to block
                self._await_room()
                return 0

    def _await_room(self) -> None:
        if HAS_PIPE_CALLS:
            _poll(self._descriptor).poll()
        else:
            time.sleep(PAUSE)


def _line(message: Mapping[str, Any]) -> bytes:
    return encoder.encode(message) + b"\n"


def _poll(descriptor: int) -> select.poll:
    """Return a poll object that waits until a descriptor takes a page, or is broken."""
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return poll


def _capacity(descriptor: int) -> int | None:
    """Return how many bytes a pipe holds, 0 if the system does not tell; None for no pipe.

    A system that cannot tell how full a pipe is has none for this purpose: a write waits.
    """
    if not HAS_PIPE_CALLS or not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return None
    return fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ) if sys.platform == "linux" else 0


def _unread(descriptor: int) -> int:
    count = array.array("i", [0])
    fcntl.ioctl(descriptor, termios.FIONREAD, count)
    return count[0]
