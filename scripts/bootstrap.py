"""Put one pinned uv into a folder, with nothing at hand but Python's standard library.

Its files must have one of the digests in uv.txt, whatever the package index says. Run as
`python scripts/bootstrap.py VERSION FOLDER`; afterwards FOLDER/bin/uv is there.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

INDEX = "https://pypi.org/simple"
HASHES = Path(__file__).with_name("uv.txt")
SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"


def has_pip() -> bool:
    """Say whether this Python can make an environment with pip in it; Debian's, bare, cannot."""
    found = [importlib.util.find_spec(name) for name in ("venv", "ensurepip")]
    return all(spec is not None and spec.origin for spec in found)


def wheel_tags(system: str, machine: str, libc: str) -> tuple[str, str]:
    """Return the two parts that the file name of the fitting uv wheel holds."""
    if system == "Darwin":
        return "macosx", machine
    return ("manylinux" if libc == "glibc" else "musllinux"), machine


def pick(files: list[dict[str, Any]], version: str, tags: tuple[str, str]) -> dict[str, Any]:
    """Choose the wheel of `version` for this machine out of the index's list of files."""
    for file in files:
        name = file["filename"]
        if name.startswith(f"uv-{version}-py3-none-") and all(tag in name for tag in tags):
            return file
    msg = f"The package index has no uv {version} for {' '.join(tags)}; install python3-venv."
    raise SystemExit(msg)


def read_digests(version: str) -> set[str]:
    """Return the digests that the files of a version may have."""
    text = HASHES.read_text(encoding="utf-8")
    if f"uv=={version} " not in text:
        msg = f"{HASHES.name} has no digests of uv {version}; run `make lock`."
        raise SystemExit(msg)
    return set(re.findall(r"--hash=sha256:([0-9a-f]{64})", text))


def fetch(url: str, accept: str = "*/*") -> bytes:
    """Read one address of the package index."""
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=60) as answer:
        content: bytes = answer.read()
    return content


def from_wheel(version: str, folder: Path) -> None:
    """Unpack the executable of uv's wheel, checked against the known digests."""
    index = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("PIP_INDEX_URL") or INDEX
    listing = json.loads(fetch(f"{index.rstrip('/')}/uv/", SIMPLE_JSON))
    tags = wheel_tags(platform.system(), platform.machine(), platform.libc_ver()[0])
    file = pick(listing["files"], version, tags)
    content = fetch(file["url"])
    if hashlib.sha256(content).hexdigest() not in read_digests(version):
        msg = f"{file['filename']} does not have a digest of {HASHES.name}."
        raise SystemExit(msg)
    (folder / "bin").mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        member = next(name for name in wheel.namelist() if PurePosixPath(name).name == "uv")
        (folder / "bin" / "uv").write_bytes(wheel.read(member))
    (folder / "bin" / "uv").chmod(0o755)


def from_pip(version: str, folder: Path) -> None:
    """Let pip install uv, so that a mirror or proxy in pip's own settings is honoured."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    read_digests(version)  # they are of this version
    wanted = ["--require-hashes", "--requirement", str(HASHES)]
    subprocess.run([*pip, "install", "--quiet", *wanted], check=True)


def main(version: str, folder: Path) -> None:
    """Install into a folder beside the wanted one first, so that half an install never counts."""
    half = folder.with_name(f"{folder.name}.part")
    for leftover in (half, folder):
        shutil.rmtree(leftover, ignore_errors=True)
    if has_pip():
        from_pip(version, half)
    else:
        from_wheel(version, half)
    half.rename(folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
