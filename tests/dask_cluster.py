"""A Dask scheduler and workers on this machine, each worker in an environment of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import postgres
from sandbox_support import eventually

from autograder.classroom.running.journal import REPOSITORY

PACKAGES = ("autograder", "dropout_course", "solutions")
LEFT = shutil.ignore_patterns("__pycache__", "package")


def environment(place: Path) -> Path:
    """Make an environment that has copies of our packages, and give its Python.

    The libraries are those of this environment: they are read, and not copied.
    """
    venv.create(place, with_pip=False, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = place / "lib" / version / "site-packages"
    for name in PACKAGES:
        shutil.copytree(REPOSITORY / name, packages / name, ignore=LEFT)
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    here.add(str(Path(importlib.util.find_spec("distributed").origin).parents[1]))
    (packages / "libraries.pth").write_text("".join(f"{path}\n" for path in sorted(here)))
    return place / "bin" / "python"


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """Run a scheduler; give its address."""
    if importlib.util.find_spec("distributed") is None:
        postgres.missing("no Dask: pip install distributed")
    folder.mkdir(exist_ok=True)
    told = folder / "scheduler.json"
    command = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    command += ["--no-dashboard", "--scheduler-file", str(told)]
    process = start(sys.executable, command, folder)
    try:
        assert eventually(lambda: told.is_file() and "address" in told.read_text(), 120)
        yield json.loads(told.read_text())["address"]
    finally:
        process.kill()
        process.wait()


@contextmanager
def worker(address: str, python: Path, folder: Path) -> Iterator[subprocess.Popen]:
    """Run a worker without a nanny: killed, it stays dead."""
    folder.mkdir(exist_ok=True)
    command = ["-m", "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1"]
    command += ["--no-dashboard", "--local-directory", str(folder), "--name", folder.name]
    process = start(python, command, folder)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def start(python: Path | str, command: list[str], folder: Path) -> subprocess.Popen:
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("AUTOGRADER", "DROPOUT"))
    }
    if str(python) != sys.executable:
        environment.pop("PYTHONPATH", None)
    with (folder / "said").open("wb") as said:
        return subprocess.Popen(
            [str(python), "-W", "ignore", *command], cwd=folder, env=environment,
            stdout=said, stderr=said,
        )  # fmt: skip


def wait_for(address: str, count: int) -> None:
    """Wait until a scheduler has so many workers."""
    import distributed

    with distributed.Client(address, timeout=60, set_as_default=False) as client:
        until = time.monotonic() + 120
        while len(client.scheduler_info(n_workers=-1)["workers"]) < count:
            assert time.monotonic() < until, "the workers did not come"
            time.sleep(0.2)
