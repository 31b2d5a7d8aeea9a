"""A real PostgreSQL server in a folder of its own, for the tests that need one."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER, PASSWORD = "grader", "s3cret-in-no-message"


def missing(reason: str) -> None:
    """Skip a test for a reason; fail it in CI, where everything is there."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def programs() -> Path:
    """Return the folder of `initdb` and `postgres`; skip the test where there is none."""
    if importlib.util.find_spec("psycopg") is None:
        missing("no psycopg: pip install 'psycopg[binary]'")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    if path := shutil.which("initdb"):
        return Path(path).resolve().parent
    missing("no PostgreSQL server: install it (Debian: apt install postgresql)")
    raise AssertionError


def _version(path: Path) -> float:
    name = path.parents[1].name
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


@dataclass
class Server:
    """A server; it takes who knows the password, on this machine."""

    folder: Path
    programs: Path
    port: int
    who: dict

    def url(self, password: str = PASSWORD, database: str = "dropout") -> str:
        return f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off"
        options += f" -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self) -> None:
        """Stop it at once, as if it had crashed."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def new_database(self, name: str, like: str = "template1") -> str:
        """Make a database, by default an empty one, and give its address."""
        import psycopg

        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, dbname="postgres",
            autocommit=True,
        ) as connection:  # fmt: skip
            connection.execute(f'create database "{name}" template "{like}"')
        return self.url(database=name)

    def _run(self, program: str, *options: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *options]
        # a file for what it says: the server keeps a pipe open
        with (self.folder / "said").open("ab") as said:
            subprocess.run(
                command,
                check=True,
                cwd=self.folder,
                stdout=said,
                stderr=said,
                timeout=60,
                **self.who,
            )


@contextmanager
def serving() -> Iterator[Server]:
    """Start a server in a new folder, as an ordinary user, and stop it at the end."""
    binaries = programs()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    who = {}
    if os.getuid() == 0:  # PostgreSQL refuses root
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            user = pwd.getpwnam("nobody")
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(folder, user.pw_uid, user.pw_gid)
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(folder, binaries, port, who)
    try:
        server._run(
            "initdb", "-U", USER, "-A", "scram-sha-256", "--pwfile", str(folder / "password"),
            "-E", "UTF8", "--no-locale", "--no-sync",
        )  # fmt: skip
        server.start()
        try:
            yield server
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
