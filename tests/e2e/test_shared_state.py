"""A record in a folder is one value for all processes, those that are killed among them."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sqlite3
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import msgspec
import pytest

from tap_zohobooks.http.shared_state import Cache, SharedValue

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

SPAWN = multiprocessing.get_context("spawn")


class Count(msgspec.Struct):
    """A number to be changed."""

    number: int = 0
    ballast: str = ""


def open_value(folder: Path, *, is_secret: bool = True) -> SharedValue[Count]:
    """Open the value as another process would."""
    return Cache(folder, logging.getLogger("test")).record(Count, "one", is_secret=is_secret)


def increment(value: SharedValue[Count]) -> int:
    """Add one to the number and return it."""
    with value.change() as count:
        count.number += 1
        return count.number


def increment_often(folder: Path, times: int) -> None:
    """Add many, as a process of its own."""
    value = open_value(folder)
    for _ in range(times):
        increment(value)


def write_on(folder: Path, pipe: Connection) -> None:
    """Write a long value again and again until this process is killed."""
    value = open_value(folder, is_secret=False)
    pipe.send(increment(value))
    while True:
        with value.change() as count:
            count.number += 1
            count.ballast = "x" * (count.number % 7 * 2000)


def hold(folder: Path, pipe: Connection) -> None:
    """Hold a record in the middle of a change until this process is killed."""
    with open_value(folder).change() as count:
        count.number = 99
        pipe.send("held")
        time.sleep(600)


def die_while_writing(path: Path) -> None:
    """Overwrite the value, so much of it that it reaches the file, and die before the commit."""
    file = sqlite3.connect(path)
    file.execute("PRAGMA cache_size = 1")
    file.execute("UPDATE value SET json = ?", (b"x" * 10**6,))
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where a cache may be made."""
    return tmp_path / "cache"


def test_processes_change_it_one_at_a_time(folder: Path) -> None:
    """Of the changes that processes make at the same time none is lost."""
    with ProcessPoolExecutor(2, SPAWN) as pool:
        work = [pool.submit(increment_often, folder, 300) for _ in range(2)]
        for one in work:
            one.result()
    assert increment(open_value(folder)) == 601


@pytest.mark.timed
def test_a_killed_process_blocks_no_other(folder: Path) -> None:
    """A process that is killed within a change leaves the value as it was, and no lock."""
    increment(open_value(folder))
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=hold, args=(folder, theirs))
    process.start()
    assert ours.recv() == "held"
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    started = time.monotonic()
    assert increment(open_value(folder)) == 2
    assert time.monotonic() - started < 1


def test_a_process_that_is_killed_while_it_writes(folder: Path) -> None:
    """A value that was written in part is undone by the next process."""
    increment(open_value(folder))
    (path,) = folder.iterdir()
    process = SPAWN.Process(target=die_while_writing, args=(path,))
    process.start()
    process.join()
    assert len(list(folder.iterdir())) == 2
    assert increment(open_value(folder)) == 2
    assert list(folder.iterdir()) == [path]


def test_a_process_that_is_killed_while_its_journal_stays(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A value that is no secret is whole as well, at whatever point of a change the kill comes."""
    last = 0
    for turn in range(12):
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=write_on, args=(folder, theirs))
        process.start()
        assert ours.recv() == last + 1
        time.sleep(0.02 + 0.003 * turn)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        now = increment(open_value(folder, is_secret=False))
        assert now > last + 1
        last = now
    assert not caplog.messages
