"""The tests of the jail once more as an ordinary user, when they are run as root."""

import os

import pytest
from sandbox_support import NOBODY, ROOT, ordinary_python, run_as

FILES = ["test_sandbox_runner.py", "test_sandbox_death.py", "test_sandbox_doctor.py"]


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="these tests already run as an ordinary user")
@pytest.mark.parametrize("file", FILES)
def test_as_an_ordinary_user(file):
    if not ordinary_python():
        pytest.skip("no Python with our libraries that an ordinary user may run")
    command = [
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-c",
        str(ROOT / "pyproject.toml"),
    ]
    said = run_as(NOBODY, [*command, "--rootdir", str(ROOT), f"{ROOT}/tests/{file}"], seconds=1200)
    assert " passed" in said or "100%" in said
    assert "skipped" not in said
