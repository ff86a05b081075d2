"""A cache with planted files is not used: nothing else is written, and nothing blocks."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from typing import TYPE_CHECKING

import msgspec
import pytest

from tap_zohobooks.http.shared_state import SUFFIXES, Cache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ANOTHER = 12_345  # the id of another user


class Count(msgspec.Struct):
    """A number to be changed."""

    number: int = 0


@pytest.fixture(autouse=True)
def _alarm() -> Iterator[None]:
    """A test that blocks fails after ten seconds."""

    def end(*_: object) -> None:
        msg = "It blocks."
        raise TimeoutError(msg)

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(10)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def count(folder: Path) -> int:
    """Add one to the number in a folder and return it; 1 if nothing is shared."""
    with Cache(folder, logging.getLogger("test")).record(Count, "one").change() as value:
        value.number += 1
        return value.number


def socket_at(path: Path) -> None:
    """Bind a socket; its name must be short."""
    with socket.socket(socket.AF_UNIX) as bound:
        os.chdir(path.parent)
        bound.bind(path.name)


def file_of_another(path: Path) -> None:
    """Make a file that belongs to another user."""
    path.touch()
    os.chown(path, ANOTHER, ANOTHER)


PLANTS: dict[str, Callable[[Path, Path], None]] = {
    "a named pipe": lambda path, _: os.mkfifo(path),
    "a folder": lambda path, _: path.mkdir(),
    "a link": lambda path, victim: path.symlink_to(victim),
    "a link to nothing": lambda path, victim: path.symlink_to(victim.with_name("new")),
    "another name": lambda path, victim: path.hardlink_to(victim),
    "a socket": lambda path, _: socket_at(path),
}
if os.geteuid() == 0:  # only root can make one
    PLANTS["a file of another user"] = lambda path, _: file_of_another(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_planted_files(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[Path, Path], None],
    suffix: str,
) -> None:
    """What stands in place of a value, or of a file that SQLite opens beside it, is left alone."""
    monkeypatch.chdir(tmp_path)
    victim = tmp_path / "victim"
    victim.write_text("precious " * 1000)
    folder = tmp_path / "cache"
    assert count(folder) == 1
    (path,) = folder.glob("count-*.db")
    planted = path.with_name(path.name + suffix)
    planted.unlink(missing_ok=True)
    plant(planted, victim)
    assert count(folder) == 1
    assert "is no regular file of this user alone" in caplog.text
    assert victim.read_text() == "precious " * 1000
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("owner", [0, ANOTHER])
def test_a_folder_of_another_user(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, owner: int
) -> None:
    """Root does not use the folder of another user either: links could be planted in it."""
    folder = tmp_path / "cache"
    folder.mkdir(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1 + owner)
    assert count(folder) == 1
    assert "it belongs to another user" in caplog.text
    assert list(folder.iterdir()) == []


def test_a_link_of_another_user(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A link to a folder is followed only if no other user can let it lead elsewhere."""
    own, link = tmp_path / "own", tmp_path / "link"
    own.mkdir(0o700)
    link.symlink_to(own)
    assert [count(link), count(link)] == [1, 2]
    if os.geteuid() == 0:
        os.chown(link, ANOTHER, ANOTHER, follow_symlinks=False)
        assert count(link) == 1
        assert "it belongs to another user" in caplog.text


@pytest.mark.parametrize("plant", [os.mkfifo, lambda path: path.touch()], ids=["pipe", "file"])
def test_something_in_place_of_the_folder(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, plant: Callable[[Path], None]
) -> None:
    """A folder that is none is not used."""
    plant(tmp_path / "cache")
    assert count(tmp_path / "cache") == 1
    assert "cannot be used" in caplog.text


def test_a_file_that_others_may_read(tmp_path: Path) -> None:
    """A file becomes private before a token is written to it."""
    folder = tmp_path / "cache"
    count(folder)
    (path,) = folder.glob("count-*.db")
    path.chmod(0o644)
    assert count(folder) == 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_threads_share_checked_files(tmp_path: Path) -> None:
    """The checks let no thread lose its lock: no count is lost."""
    threads = [threading.Thread(target=count, args=(tmp_path / "cache",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(tmp_path / "cache") == 9
