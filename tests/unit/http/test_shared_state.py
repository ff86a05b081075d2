"""A shared value is one for all threads and processes, and never ends a run."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import threading
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tap_zohobooks.http.rate_limit import Rate, SlidingWindow
from tap_zohobooks.http.shared_state import Cache, FileValue, SharedValue

if TYPE_CHECKING:
    from collections.abc import Callable


class Count(msgspec.Struct):
    """A number to be changed."""

    number: int = 0


def cache(folder: Path | None) -> Cache:
    """Return a cache in a folder."""
    return Cache(folder, logging.getLogger("test"))


def record(folder: Path, *, patience: float = 5.0, is_secret: bool = True) -> SharedValue[Count]:
    """Return a record as another process would open it."""
    return cache(folder).record(Count, "one", patience=patience, is_secret=is_secret)


def raised(one: SharedValue[Count]) -> int:
    """Add one to the number and return it."""
    with one.change() as count:
        count.number += 1
        return count.number


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where a cache may be made."""
    return tmp_path / "cache"


@pytest.mark.parametrize("is_secret", [True, False])
def test_one_run_leaves_to_the_next(folder: Path, *, is_secret: bool) -> None:
    """What one record has kept another finds; of a secret no former value stays in the folder."""
    assert [raised(record(folder, is_secret=is_secret)) for _ in range(3)] == [1, 2, 3]
    files = {path.suffix: path.read_bytes() for path in folder.iterdir()}
    assert set(files) == ({".db"} if is_secret else {".db", ".db-journal"})
    assert b'{"number":2}' not in files[".db"]


def test_threads_change_it_one_at_a_time(folder: Path) -> None:
    """Of the changes that threads make at the same time none is lost, with and without a file."""
    for one in (record(folder), SharedValue(Count), cache(None).record(Count)):
        threads = [
            threading.Thread(target=lambda one=one: [raised(one) for _ in range(50)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert raised(one) == 201


def test_a_stuck_process_holds_nobody_up(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the lock is not to be had the run goes on alone, and says so once."""
    raised(record(folder))
    shared = cache(folder)
    one, other = (shared.record(Count, name, patience=0.05) for name in ("one", "other"))
    with record(folder).change():
        assert [raise_elsewhere(one) for _ in range(2)] == [1, 2]
    assert raise_elsewhere(other) == 1
    assert [entry.levelname for entry in caplog.records] == ["WARNING"]
    assert str(folder) in caplog.text


def raise_elsewhere(one: SharedValue[Count]) -> int:
    """Add one from another thread, as a lock is held by a thread."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(raised(one)))
    thread.start()
    thread.join()
    return found[0]


def test_files_are_private(folder: Path) -> None:
    """The folder is for its owner alone, and so is each file in it."""
    before = os.umask(0)
    try:
        for name in ("one", "other"):
            raised(cache(folder).record(Count, name))
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 2


def test_names_show_no_secret(folder: Path) -> None:
    """A file's name shows nothing of what it stands for, and needs the secret to be found."""
    parts, secrets = ("1000.client", "1000.refresh"), ("s3cr3t-one", "s3cr3t-two")
    shared = cache(folder)
    for secret in secrets:
        raised(shared.record(Count, *parts, secret=secret))
    names = {path.stem for path in folder.iterdir()}
    assert len(names) == 2
    assert not [name for name in names for part in (*parts, *secrets) if part in name]


def stored(path: Path) -> bytes:
    """Return the value that a file holds, as JSON."""
    with closing(sqlite3.connect(path)) as file:
        (value,) = file.execute("SELECT json FROM value").fetchone()
    return bytes(value)


def overwrite_value(path: Path, content: bytes) -> None:
    """Write another value into a file, as another program would."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE value SET json = ?", (content,))


@pytest.mark.parametrize("is_secret", [True, False])
@pytest.mark.parametrize("overwrite", [Path.write_bytes, overwrite_value], ids=["file", "value"])
@pytest.mark.parametrize(
    "content",
    [b'{"number', b"\xff\xfe", b"[]", b'{"number": "many"}', b'{"number": 1}}', b"\0" * 9000],
)
def test_foreign_content_is_survived(
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    overwrite: Callable[[Path, bytes], None],
    content: bytes,
    *,
    is_secret: bool,
) -> None:
    """A file or value that is broken or not ours is replaced, and logged without its content."""
    raised(record(folder, is_secret=is_secret))
    (path,) = folder.glob("*.db")
    overwrite(path, content)
    again = record(folder, is_secret=is_secret)
    assert [raised(again) for _ in range(2)] == [1, 2]
    assert msgspec.json.decode(stored(path)) == {"number": 2}
    assert caplog.messages == [f"Token cache: {path} is not as it was written; it is begun anew."]
    assert is_secret == (list(folder.iterdir()) == [path])


def test_what_a_run_knows_outlives_the_file(folder: Path) -> None:
    """If the files are removed, a run continues with the value that it has read."""
    one = record(folder)
    raised(one)
    next(folder.iterdir()).unlink()
    assert raised(one) == 2


def test_a_file_stays_open_for_as_long_as_it_is_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value opens its file once; the file of another run that takes its place is opened anew."""
    opened: list[object] = []
    connect = sqlite3.connect

    def count(path: Path, **options: Any) -> sqlite3.Connection:
        opened.append(path)
        file: sqlite3.Connection = connect(path, **options)
        return file

    monkeypatch.setattr(sqlite3, "connect", count)
    one, other = record(folder), record(folder)
    assert [raised(each) for each in (one, other, one, one)] == [1, 2, 3, 4]
    assert len(opened) == 2
    (path,) = folder.iterdir()
    path.rename(path.with_name("away"))
    assert raised(record(folder)) == 1
    assert raised(one) == 2
    assert len(opened) == 4


def test_a_folder_that_cannot_be_made(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where there can be no folder the run goes on without, and says so once and what to do."""
    (tmp_path / "file").touch()
    shared = cache(tmp_path / "file" / "cache")
    one, other = shared.record(Count, "one"), shared.record(Count, "other")
    assert [raised(one), raised(one), raised(other)] == [1, 2, 1]
    assert len(caplog.records) == 1
    assert "cannot be used" in caplog.text


def test_trouble_is_told_of_once(caplog: pytest.LogCaptureFixture, folder: Path) -> None:
    """Records that meet the same trouble say so once between them."""
    shared = cache(folder)
    for trouble in ("first", "second"):
        shared.give_up(OSError(trouble))
    assert len(caplog.records) == 1


def test_a_file_that_cannot_be_read(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where a file cannot be read the run goes on with what it knew, and says so once."""
    one = record(folder)
    raised(one)
    (path,) = folder.iterdir()
    path.unlink()
    path.mkdir()
    assert [raised(one) for _ in range(2)] == [2, 3]
    assert len(caplog.records) == 1


def test_a_file_that_cannot_be_written(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where a file cannot be written the run goes on with what it knows, and says so once."""
    one = record(folder)
    raised(one)
    (path,) = folder.iterdir()
    path.with_name(f"{path.name}-journal").mkdir()
    assert [raised(one) for _ in range(2)] == [2, 3]
    path.with_name(f"{path.name}-journal").rmdir()
    assert msgspec.json.decode(stored(path)) == {"number": 1}
    assert len(caplog.records) == 1


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
def test_a_folder_that_others_may_write_to(
    folder: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    """A folder where others could plant a token is not used, and not changed."""
    folder.mkdir()
    folder.chmod(mode)
    assert raised(record(folder)) == 1
    assert not list(folder.iterdir())
    assert "others may write to it" in caplog.text
    assert stat.S_IMODE(folder.stat().st_mode) == mode


def test_a_user_without_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the user's home is not known nothing is written anywhere."""
    monkeypatch.chdir(tmp_path)
    assert raised(record(Path("~", "cache"))) == 1
    assert "no home" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_off_keeps_to_memory() -> None:
    """Without a folder a record is the run's own, with the run's own clock."""
    one = Cache(None, logging.getLogger("test"), clock=lambda: 7.0).record(Count)
    assert not isinstance(one, FileValue)
    assert one.now() == 7.0


def fail(one: SharedValue[Count]) -> None:
    """Note something, and fail."""
    with one.change() as count:
        count.number = 5
        msg = "later"
        raise ValueError(msg)


def test_a_change_is_kept_when_it_ends_in_an_error(folder: Path) -> None:
    """What was noted before an error is not forgotten."""
    with pytest.raises(ValueError, match="later"):
        fail(record(folder))
    assert raised(record(folder)) == 6


@pytest.mark.timed
def test_a_change_costs_next_to_nothing(folder: Path) -> None:
    """A change of a shared window of a hundred calls takes less than five milliseconds."""
    one, ceiling, taken = cache(folder).record(SlidingWindow, "one"), Rate(10**6), []
    for _ in range(200):
        started = time.perf_counter()
        with one.change() as window:
            window.take(one.now(), ceiling)
        taken.append(time.perf_counter() - started)
    assert median(taken[100:]) < 0.005
