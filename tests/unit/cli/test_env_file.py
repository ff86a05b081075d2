"""The .env file is private, keeps its other lines, and the tap reads the values back."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from dotenv import dotenv_values

from tap_zohobooks import setting_sources, settings
from tap_zohobooks.cli import env_file
from tap_zohobooks.errors import ConfigError

OTHERS = "# mine\nTARGET_POSTGRES_USER=me\n\nexport OTHER='a b'  # and why"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {})  # reading .env sets variables


def test_other_lines_stay() -> None:
    """Settings are added or replaced; other lines stay unchanged."""
    env_file.FILE.write_text(OTHERS)
    env_file.save({"client_id": "1000.A"})
    env_file.save({"client_id": "1000.B", "region": "eu"})
    written = env_file.FILE.read_text()
    assert written.startswith(f"{OTHERS}\n")
    assert written.count("CLIENT_ID") == 1
    env_file.remove(["client_id", "region", "refresh_token"])
    assert env_file.FILE.read_text() == f"{OTHERS}\n"


@pytest.mark.parametrize("before", [None, 0o644, 0o666, 0o600])
def test_the_file_is_private(before: int | None) -> None:
    """The file has mode 0600 before the first secret is written to it."""
    if before is not None:
        env_file.FILE.touch()
        env_file.FILE.chmod(before)
    env_file.save({"client_secret": "s"})
    assert env_file.FILE.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("organization_ids", []),
        ("organization_ids", ["10", "20"]),
        ("user_agent", 'it\'s #1 = "good" \\n $HOME'),
        ("client_secret", 'it\'s#1="good"\\n$HOME${HOME}'),
        ("client_secret", "a${HOME}b${UNSET:-c}${HOME"),
        ("refresh_token", "${${HOME}}$${:-x}"),
        ("refresh_token", "1000.ends_in_a_backslash\\"),
        ("refresh_token", "1000.ab.cd"),
        ("region", "eu"),
    ],
)
def test_values_are_read_back(name: str, value: str | list[str]) -> None:
    """The tap reads each value back unchanged."""
    env_file.save({name: value})
    assert setting_sources.read_environment(settings.SCHEMA) == {name: value}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """If .env is a link, no secret is written to its target."""
    elsewhere = tmp_path / "shared"
    elsewhere.write_text("A=1\n")
    elsewhere.chmod(0o640)
    env_file.FILE.symlink_to(elsewhere)
    env_file.save({"client_secret": "s"})
    assert elsewhere.read_text() == "A=1\n"
    assert elsewhere.stat().st_mode & 0o777 == 0o640
    assert not env_file.FILE.is_symlink()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The error for a file that cannot be written names it."""
    env_file.FILE.mkdir()
    with pytest.raises(ConfigError, match=r"\.env.* cannot be written"):
        env_file.save({"region": "eu"})
    assert list(tmp_path.iterdir()) == [tmp_path / ".env"]


def test_the_check_comes_before_the_token() -> None:
    """The check fails if the file cannot be written, and writes nothing."""
    env_file.check_writable()
    assert not env_file.FILE.exists()
    env_file.FILE.mkdir()
    with pytest.raises(ConfigError, match=r"\.env cannot be written \(it is a folder\)"):
        env_file.check_writable()


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"A=1\nB='half\nC=2\n", "line 2 is no NAME=value"), (b"A=\xff\n", "it is not text in UTF-8")],
)
def test_a_file_that_cannot_be_read_back(content: bytes, problem: str) -> None:
    """The check fails if a line of the file would hide the settings after it."""
    env_file.FILE.write_bytes(content)
    with pytest.raises(ConfigError, match=problem):
        env_file.check_writable()


@pytest.mark.parametrize("content", ["", OTHERS, "A\nB=\nC='a\nb'\n"])
def test_a_file_that_can(content: str) -> None:
    """Comments, lines without a value and values of several lines pass the check."""
    env_file.FILE.write_text(content)
    env_file.check_writable()


def test_a_folder_that_is_read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check fails in a folder that this user may not write to."""
    monkeypatch.setattr(os, "access", lambda path, mode: (path, mode) != (".", os.W_OK))
    with pytest.raises(ConfigError, match="the folder is read-only"):
        env_file.check_writable()


def test_values_of_the_file() -> None:
    """A value differs from another one, and from none."""
    assert not env_file.has_value("refresh_token", "1000.a")
    env_file.save({"refresh_token": "1000.a"})
    assert env_file.has_value("refresh_token", "1000.a")
    assert not env_file.has_value("refresh_token", "1000.b")


@pytest.mark.parametrize(("before", "after"), [(None, ""), ("*.log", "*.log\n"), ("a\n", "a\n")])
def test_gitignore_gets_a_line(before: str | None, after: str) -> None:
    """The line is added after the existing ones."""
    if before is not None:
        env_file.IGNORE.write_text(before)
    env_file.add_to_gitignore()
    assert env_file.IGNORE.read_text() == f"{after}.env\n"


def test_gitignore_in_another_encoding() -> None:
    """Lines in another encoding stay unchanged."""
    env_file.IGNORE.write_bytes(b"caf\xe9\n")
    env_file.add_to_gitignore()
    assert env_file.IGNORE.read_bytes() == b"caf\xe9\n.env\n"


@pytest.mark.parametrize("code", [None, 128])
def test_a_checkout_without_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int | None
) -> None:
    """If git is missing, or does not trust the folder, its files show the checkout."""
    monkeypatch.setattr(env_file, "_run_git", lambda *_: code)
    (tmp_path / ".git").mkdir()
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    assert env_file.is_exposed()
    env_file.add_to_gitignore()
    assert not env_file.is_exposed()


def test_without_git_nothing_is_exposed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git and without a checkout the file is not exposed."""
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert not env_file.is_exposed()
    assert not env_file.is_tracked()


def test_meltano_commands_hold_no_secret() -> None:
    """The commands for Meltano hold no secret: Meltano reads .env as well."""
    lines = env_file.format_meltano_commands(
        {"client_secret": "s", "refresh_token": "r", "region": "eu", "organization_ids": ["10"]}
    )
    assert lines == [
        "meltano config set tap-zohobooks region 'eu'",
        "meltano config set tap-zohobooks organization_ids '[\"10\"]'",
    ]


@pytest.mark.parametrize("value", ["a${HOME}b", "${:-$}{HOME}", "it's\\"])
def test_meltano_reads_the_same(value: str) -> None:
    """python-dotenv, by which Meltano reads .env, returns the value as it was."""
    os.environ["HOME"] = "/home/me"
    env_file.save({"client_secret": value})
    assert dotenv_values(env_file.FILE)["TAP_ZOHOBOOKS_CLIENT_SECRET"] == value
    assert env_file.has_value("client_secret", value)


@pytest.mark.parametrize(
    "value",
    ["us", "it's", "$(touch planted)", "`touch planted`", "a\nb;touch planted", "\x1b[2J\\"],
)
def test_meltano_lines_are_quoted(value: str) -> None:
    """A shell passes the value of a printed line on as it was, and runs nothing else."""
    (line,) = env_file.format_meltano_commands({"accounts_url": value})
    assert line.isprintable()
    script = f"meltano() {{ printf '%s' \"$5\"; }}; {line}"
    done = subprocess.run(["/bin/bash", "-c", script], capture_output=True, check=True)
    assert done.stdout.decode() == value
    assert not Path("planted").exists()


def test_a_pipe_in_place_of_the_file() -> None:
    """A pipe is not opened, which would wait."""
    os.mkfifo(env_file.FILE)
    with pytest.raises(ConfigError, match="it is no regular file"):
        env_file.check_writable()


def test_a_linked_gitignore(tmp_path: Path) -> None:
    """What a link in place of .gitignore names is not changed."""
    (tmp_path / "victim").write_text("precious")
    env_file.IGNORE.symlink_to(tmp_path / "victim")
    with pytest.raises(ConfigError, match="it is a link"):
        env_file.add_to_gitignore()
    assert (tmp_path / "victim").read_text() == "precious"


def test_a_folder_that_was_removed(tmp_path: Path) -> None:
    """The error says that the current folder cannot be written."""
    (tmp_path / "gone").mkdir()
    os.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(ConfigError, match=r"\.env cannot be written \(No such file"):
        env_file.check_writable()
