"""Write requirements.lock: the newest releases that install on the oldest Python we name.

Run it as ``make lock``. pip resolves requirements.txt as if the interpreter were that oldest
Python, so no release that needs a newer one is chosen, whichever patch release runs this file.
Each line says which Pythons its release admits; tests/test_lock.py reads that without a network.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
LINE = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.!]+)  # Python (?P<python>[\w.,*<>=!~ ]+)")


def oldest_python() -> str:
    """Return the lowest Python that the course supports, as ``"3.11.0"``."""
    project = (ROOT / "packaging/autograder/pyproject.toml").read_text("utf-8")
    return re.findall(r'^requires-python = ">=([\d.]+)"$', project, re.MULTILINE)[0] + ".0"


def resolve(requirements: Path, python: str, *options: str) -> list[dict]:
    """Ask pip which releases it would install; nothing is installed.

    Parameters
    ----------
    requirements : Path
        A requirements file.
    python : str
        The version of Python that the releases must admit, as ``"3.11.0"``. Markers such as
        ``python_version < "3.13"`` are those of the interpreter that runs this.
    *options : str
        More options of ``pip install``.

    Returns
    -------
    list of dict
        The core metadata of each release, by pip's names (``name``, ``version``,
        ``requires_python``, …).

    Raises
    ------
    subprocess.CalledProcessError
        pip found no solution, or no index; its ``stderr`` says which.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"]
        command += ["--ignore-installed", "--only-binary=:all:", "--python-version", python]
        command += ["--target", folder, "--report", str(report), "-r", str(requirements)]
        subprocess.run([*command, *options], check=True, stderr=subprocess.PIPE, text=True)
        return [one["metadata"] for one in json.loads(report.read_text("utf-8"))["install"]]


def line(release: dict) -> str:
    """Return a release's line of the lock; ``+cpu`` and the like name a build, not a version."""
    version = release["version"].partition("+")[0]
    return f"{release['name']}=={version}  # Python {release.get('requires_python') or '>=2'}"


def main() -> None:
    """Write the lock; stop with a sentence where it can't be made."""
    oldest = oldest_python()
    if not oldest.startswith(f"{sys.version_info.major}.{sys.version_info.minor}."):
        minor = oldest.rpartition(".")[0]
        sys.exit(f"make lock needs Python {minor}, the oldest that the course supports: "
                 f"make lock PYTHON=python{minor}")  # fmt: skip
    try:
        releases = resolve(ROOT / "requirements.txt", oldest)
    except subprocess.CalledProcessError as problem:
        sys.exit(f"{problem.stderr}\nrequirements.lock is unchanged. Correct requirements.txt, or "
                 "look whether the package index can be reached, and try again.")  # fmt: skip
    lines = [line(one) for one in sorted(releases, key=lambda one: one["name"].lower())]
    if odd := [one for one in lines if not LINE.fullmatch(one)]:
        sys.exit(f"requirements.lock is unchanged: packaging/lock.py can't write {odd}.")
    LOCK.write_text("".join(f"{one}\n" for one in lines), "utf-8")
    print(f"requirements.lock: {len(lines)} packages, for Python {oldest} and newer")


if __name__ == "__main__":
    main()
