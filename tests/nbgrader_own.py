"""nbgrader's own tests of autograde and feedback, run with our configuration."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from autograder.classroom.running.journal import REPOSITORY

FILES = ("test_nbgrader_autograde", "test_nbgrader_generate_feedback")
# Ours in everything but the places: the tests say where a course and its gradebook are.
CONFIG = """
load_subconfig("nbgrader_config.py", path={repository!r})
c = get_config()
del c.CourseDirectory, c.Exchange
c.Referee.key_folder = {folder!r}
"""


def run(folder: Path, *options: str) -> dict[str, str]:
    """Run tests of nbgrader in a process of their own; give "passed" or "failed" by name."""
    (folder / "nbgrader_config.py").write_text(
        CONFIG.format(repository=str(REPOSITORY), folder=str(folder))
    )
    (folder / "pytest.ini").write_text("[pytest]\n")
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(folder)}
    environment["PYTHONPATH"] = os.pathsep.join(
        [str(REPOSITORY), str(REPOSITORY / "tests"), *filter(None, sys.path)]
    )
    environment.pop("PYTEST_ADDOPTS", None)
    command = [sys.executable, "-m", "pytest", "-c", str(folder / "pytest.ini"), "-rA", "-v"]
    command += ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "nbgrader_quick"]
    command += ["--tb=short", "-W", "ignore"]
    command += ["--pyargs", *(f"nbgrader.tests.apps.{name}" for name in FILES), *options]
    with (folder / "said").open("w") as said:
        subprocess.run(command, cwd=folder, env=environment, stdout=said, stderr=said)
    found = {}
    for line in (folder / "said").read_text().splitlines():
        state, _, rest = line.partition(" ")
        if state in ("PASSED", "FAILED", "ERROR", "SKIPPED", "XFAIL") and "::" in rest:
            found[rest.split(" ")[0].lstrip(":")] = state.lower()
    return found
