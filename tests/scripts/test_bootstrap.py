"""The bootstrap chooses the right uv and takes no other content for it."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

import bootstrap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = [
    "uv-1.2.3-py3-none-macosx_11_0_arm64.whl",
    "uv-1.2.3-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
    "uv-1.2.3-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "uv-1.2.3-py3-none-musllinux_1_1_x86_64.whl",
    "uv-1.2.3.tar.gz",
    "uv-1.2.30-py3-none-musllinux_1_1_x86_64.whl",
]


def wheel() -> bytes:
    """Return a wheel with a program in it."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        opened.writestr("uv/__init__.py", "")
        opened.writestr("uv-1.2.3.data/scripts/uv", "the program")
    return written.getvalue()


def index(content: bytes, digest: str) -> Callable[..., bytes]:
    """Return a package index that lists one file for any machine, as a double of `fetch`."""
    tags = bootstrap.wheel_tags(platform.system(), platform.machine(), platform.libc_ver()[0])
    name = f"uv-1.2.3-py3-none-{'_'.join(tags)}.whl"
    listed = {"filename": name, "url": "https://files/uv", "hashes": {"sha256": digest}}
    answers = {
        "https://index/uv/": json.dumps({"files": [listed]}).encode(),
        "https://files/uv": content,
    }
    return lambda url, *_accept: answers[url]


@pytest.fixture(autouse=True)
def _own_index(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    known = tmp_path_factory.mktemp("scripts") / "uv.txt"
    digest = hashlib.sha256(wheel()).hexdigest()
    known.write_text(f"uv==1.2.3 \\\n    --hash=sha256:{digest}\n")
    monkeypatch.setattr(bootstrap, "HASHES", known)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://index/")


@pytest.mark.fast
@pytest.mark.parametrize(
    ("machine", "place"),
    [
        (("Darwin", "arm64", ""), 0),
        (("Linux", "aarch64", "glibc"), 1),
        (("Linux", "aarch64", ""), 1),
        (("Linux", "x86_64", "glibc"), 2),
        (("Linux", "x86_64", ""), 3),
    ],
)
def test_the_wheel_fits_the_machine(machine: tuple[str, str, str], place: int) -> None:
    """System, processor and C library decide which wheel is taken."""
    files: list[dict[str, Any]] = [{"filename": name} for name in NAMES]
    picked = bootstrap.pick(files, "1.2.3", bootstrap.wheel_tags(*machine))
    assert picked["filename"] == NAMES[place]


@pytest.mark.fast
def test_no_wheel_is_said_so() -> None:
    """A machine that uv is not built for ends with what to do."""
    with pytest.raises(
        SystemExit, match=r"no uv 1\.2\.3 for manylinux sparc; install python3-venv"
    ):
        bootstrap.pick([], "1.2.3", ("manylinux", "sparc"))


@pytest.mark.fast
def test_the_program_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program comes out of the wheel with its run bit."""
    monkeypatch.setattr(bootstrap, "fetch", index(wheel(), hashlib.sha256(wheel()).hexdigest()))
    bootstrap.from_wheel("1.2.3", tmp_path)
    program = tmp_path / "bin" / "uv"
    assert (program.read_text(), program.stat().st_mode & 0o777) == ("the program", 0o755)


@pytest.mark.fast
@pytest.mark.parametrize("content", [b"", b"another wheel"])
def test_other_content_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    """Content without a known digest is never unpacked, even if the index names its digest."""
    monkeypatch.setattr(bootstrap, "fetch", index(content, hashlib.sha256(content).hexdigest()))
    with pytest.raises(SystemExit, match="does not have a digest"):
        bootstrap.from_wheel("1.2.3", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fast
@pytest.mark.parametrize("way", [bootstrap.from_wheel, bootstrap.from_pip])
def test_a_version_without_digests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Callable[[str, Path], None]
) -> None:
    """A version whose digests are not known is not installed."""
    monkeypatch.setattr(bootstrap, "fetch", index(wheel(), hashlib.sha256(wheel()).hexdigest()))
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: None)
    monkeypatch.setattr(bootstrap, "pick", lambda files, *_: files[0])
    with pytest.raises(SystemExit, match=r"no digests of uv 1\.2\.4"):
        way("1.2.4", tmp_path)


@pytest.mark.fast
def test_half_an_install_never_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an install fails, the folder is not there, so that the next run starts anew."""
    monkeypatch.setattr(bootstrap, "has_pip", lambda: False)
    monkeypatch.setattr(bootstrap, "fetch", index(b"", "0" * 64))
    with pytest.raises(SystemExit):
        bootstrap.main("1.2.3", tmp_path / "uv")
    assert not (tmp_path / "uv").exists()


@pytest.mark.fast
@pytest.mark.parametrize("pip", [True, False])
def test_pip_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, pip: bool) -> None:
    """Only a Python that cannot make an environment with pip takes the wheel itself."""
    used: list[str] = []

    def way(name: str) -> Callable[[str, Path], None]:
        def install(_version: str, folder: Path) -> None:
            used.append(name)
            folder.mkdir()

        return install

    monkeypatch.setattr(bootstrap, "has_pip", lambda: pip)
    monkeypatch.setattr(bootstrap, "from_pip", way("pip"))
    monkeypatch.setattr(bootstrap, "from_wheel", way("wheel"))
    bootstrap.main("1.2.3", tmp_path / "uv")
    assert used == ["pip" if pip else "wheel"]
    assert (tmp_path / "uv").is_dir()
