"""Style, formatting and types: what `make lint` runs, beside the other tests on another core."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
COMMANDS = re.findall(r"^\t@\$\(BIN\)/((?:ruff|mypy).*)$", (ROOT / "Makefile").read_text(), re.M)


def test_there_are_commands():
    assert [command.split()[0] for command in COMMANDS] == ["ruff", "ruff", "mypy"]


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_found(command):
    program = [sys.executable, "-m", *command.split()]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
