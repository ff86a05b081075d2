"""Lines go to a pipe whole or not at all."""

from __future__ import annotations

import array
import fcntl
import json
import os
import termios
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.contrib.msgspec import encoder
from singer_sdk.singerlib import RecordMessage

from tap_zohobooks.singer.stdout import PAGE, LineWriter, room, write_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CAPACITY = 16 * PAGE
SERVED = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
ENVELOPE = RecordMessage("s", {}, 7, SERVED)


def record(size: int) -> RecordMessage:
    """Return a record whose line has so many bytes."""
    message = RecordMessage("s", {"a": ""})
    rest = size - len('{"type":"RECORD","stream":"s","record":{"a":""}}\n')
    message.record["a"] = "x" * rest
    return message


def shut(descriptor: int) -> None:
    """Close an end of a pipe; its number stays taken."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, descriptor)
    os.close(null)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe: where it is read, where it is written."""
    read, write = os.pipe()
    yield read, write
    for end in (read, write):
        os.close(end)


def fill(write: int) -> int:
    """Fill a pipe, and return how many bytes it has taken."""
    os.set_blocking(write, False)
    filled = 0
    try:
        while True:
            filled += os.write(write, b"." * PAGE)
    except BlockingIOError:
        os.set_blocking(write, True)
    return filled


@pytest.mark.parametrize("writes", [1, 2, 3, 5, 6])
def test_there_is_as_much_room_as_is_said(pipe: tuple[int, int], writes: int) -> None:
    """However thinly the unread bytes are spread, a pipe takes the longest line at once."""
    read, write = pipe
    os.set_blocking(write, False)
    for _ in range(writes + 1):
        os.write(write, b"." * (PAGE // 2 + 1))  # no two of them share a page
    unread = writes * (PAGE // 2 + 1) + 1
    os.read(read, PAGE // 2)
    length = room(unread, CAPACITY)
    assert os.write(write, b"x" * length) == length > PAGE


def test_what_stands_in_a_pipe_that_nobody_reads(pipe: tuple[int, int]) -> None:
    """Of lines of all lengths, those that a full pipe holds are whole."""
    read, write = pipe
    writer = LineWriter(write)

    def work() -> None:
        with suppress(BrokenPipeError):
            for size in range(80, 99 * PAGE, 777):
                writer.write_message(record(size))

    thread = threading.Thread(target=work)
    thread.start()
    unread = 0
    while unread != (unread := len_unread(read)) or not unread:
        time.sleep(0.1)
    found = os.read(read, 3 * CAPACITY)
    shut(read)
    thread.join()
    assert found.endswith(b"\n")
    assert found.count(b"\n") > 5


def test_what_records_leave_in_a_pipe_that_nobody_reads(pipe: tuple[int, int]) -> None:
    """Of records of all lengths that are written together, those that a full pipe holds are whole.

    Behind a stop no further one is begun.
    """
    read, write = pipe
    writer = LineWriter(write)
    records = ({"a": "x" * (size * 777 % (2 * PAGE))} for size in range(999))
    thread = threading.Thread(target=lambda: writer.write_records(ENVELOPE, records), daemon=True)
    thread.start()
    unread = 0
    while unread != (unread := len_unread(read)) or not unread:
        time.sleep(0.1)
    writer.stop()
    found = os.read(read, 3 * CAPACITY)
    time.sleep(0.1)
    assert not len_unread(read)
    assert found.endswith(b"}\n")
    assert found.count(b"\n") > 5
    assert [json.loads(line)["type"] for line in found.splitlines()] == ["RECORD"] * found.count(
        b"\n"
    )


@pytest.mark.parametrize("stream", ["invoices", 'a"b', '"record":{}', "\n"])
@pytest.mark.parametrize("version", [None, 0, 1_800_000_000])
@pytest.mark.parametrize("served", [None, SERVED])
@pytest.mark.parametrize("sizes", [[], [1], [80] * 300, [9 * PAGE, 1, 3 * CAPACITY, 1, 1]])
def test_records_are_written_as_their_messages_are(
    tmp_path: Path, stream: str, version: int | None, served: datetime | None, sizes: list[int]
) -> None:
    """Lines are those that a message for each record makes, byte for byte."""
    records: list[dict[str, Any]] = [{"a": "x" * size, "record": {}} for size in sizes]
    messages = [RecordMessage(stream, record, version, served) for record in records]
    with (tmp_path / "out").open("wb") as out:
        write_records(
            LineWriter(out.fileno()), RecordMessage(stream, {}, version, served), iter(records)
        )
    expected = b"".join(encoder.encode(one.to_dict()) + b"\n" for one in messages)
    assert (tmp_path / "out").read_bytes() == expected


@pytest.mark.parametrize("capacity", [PAGE, 4 * PAGE, 16 * PAGE])
def test_records_arrive_in_order(pipe: tuple[int, int], capacity: int) -> None:
    """Records that are shorter and longer than the pipe arrive whole, one after the other."""
    read, write = pipe
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, capacity)
    writer = LineWriter(write)
    sizes = [1, 1, PAGE, 1, 3 * capacity, 100, 9 * PAGE, 1]

    def work() -> None:
        writer.write_records(ENVELOPE, ({"a": "x" * size} for size in sizes))
        shut(write)

    thread = threading.Thread(target=work)
    thread.start()
    with os.fdopen(os.dup(read), "rb") as lines:
        assert [len(json.loads(line)["record"]["a"]) for line in lines] == sizes
    thread.join()


def len_unread(read: int) -> int:
    """Return how many bytes stand in a pipe."""
    count = array.array("i", [0])
    fcntl.ioctl(read, termios.FIONREAD, count)
    return count[0]


def test_lines_arrive_in_order(pipe: tuple[int, int]) -> None:
    """Short lines and lines longer than the pipe arrive whole, one after the other."""
    read, write = pipe
    writer = LineWriter(write)
    sizes = [80, PAGE, PAGE + 1, 3 * CAPACITY, 100, 9 * PAGE]

    def work() -> None:
        for size in sizes:
            writer.write_message(record(size))
        shut(write)

    thread = threading.Thread(target=work)
    thread.start()
    with os.fdopen(os.dup(read), "rb") as lines:
        assert [len(line) for line in lines] == sizes
    thread.join()


def test_a_pipe_that_does_not_block(pipe: tuple[int, int]) -> None:
    """A pipe that its maker has set not to block gets every line all the same."""
    read, write = pipe
    os.set_blocking(write, False)
    writer = LineWriter(write)
    thread = threading.Thread(target=lambda: writer.write_message(record(5 * CAPACITY)))
    thread.start()
    with os.fdopen(os.dup(read), "rb") as lines:
        assert len(lines.readline()) == 5 * CAPACITY
    thread.join()


def test_a_file_takes_everything(tmp_path: Path) -> None:
    """A file has room for any line."""
    with (tmp_path / "out").open("wb") as out:
        LineWriter(out.fileno()).write_message(record(3 * CAPACITY))
    assert (tmp_path / "out").stat().st_size == 3 * CAPACITY


@pytest.mark.parametrize("size", [80, 5 * PAGE])
def test_a_closed_pipe_is_told(pipe: tuple[int, int], size: int) -> None:
    """When the reader is gone, whatever it has left unread, the write fails."""
    read, write = pipe
    writer = LineWriter(write)
    fill(write)
    shut(read)
    with pytest.raises(BrokenPipeError):
        writer.write_message(record(size))


@pytest.mark.parametrize("unread", [0, 8 * PAGE])
def test_the_last_line_is_the_last(pipe: tuple[int, int], unread: int) -> None:
    """The last message is written if there is room, and nothing after it."""
    read, write = pipe
    writer = LineWriter(write)
    os.write(write, b"." * unread)
    assert writer.write_last({"type": "STATE"}, 1)
    late = threading.Thread(target=lambda: writer.write_message(record(80)), daemon=True)
    late.start()
    late.join(0.1)
    assert os.read(read, 3 * CAPACITY)[unread:] == b'{"type":"STATE"}\n'


@pytest.mark.parametrize("size", [80, 5 * PAGE])
def test_a_writer_that_is_stopped(pipe: tuple[int, int], size: int) -> None:
    """It begins no line, however much room there is, but the last."""
    read, write = pipe
    writer = LineWriter(write)
    writer.write_message(record(80))
    writer.stop()
    late = threading.Thread(target=lambda: writer.write_message(record(size)), daemon=True)
    late.start()
    late.join(0.1)
    assert writer.write_last({"type": "STATE"}, 1)
    late.join(0.1)
    assert os.read(read, 3 * CAPACITY)[80:] == b'{"type":"STATE"}\n'


@pytest.mark.parametrize("size", [80, 9 * PAGE])
def test_no_half_of_a_line(pipe: tuple[int, int], size: int) -> None:
    """Where there is no room in time nothing is written, not even the beginning of a line."""
    read, write = pipe
    writer = LineWriter(write)
    filled = fill(write)
    assert not writer.write_last({"type": "x" * size}, 0.05)
    assert os.read(read, 3 * CAPACITY) == b"." * filled


def test_a_line_on_its_way_is_waited_for(pipe: tuple[int, int]) -> None:
    """The last message waits for a line that is being written; if that never ends, it is left."""
    read, write = pipe
    writer = LineWriter(write)
    stuck = threading.Thread(target=lambda: writer.write_message(record(9 * CAPACITY)))
    stuck.start()
    os.read(read, 1)  # the line is begun
    assert not writer.write_last({"type": "STATE"}, 0.05)
    with os.fdopen(os.dup(read), "rb") as lines:
        assert len(lines.readline()) == 9 * CAPACITY - 1
    stuck.join()
