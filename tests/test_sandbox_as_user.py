"""The tests of the jail once more as an ordinary user, when they are run as root."""

import os

import pytest
from sandbox_support import NOBODY, ROOT, ordinary_python, run_as

# With what is left out: what has no jail, and what is the same for every user. The kernel looks at
# no rights where it keeps limits of a process (but tasks are counted by user), and torch is one
# more library. Of deaths those in which processes of the jail are ended: the rest is the grader's.
SAME = ["memory", "file", "descriptors", "core", "cpu", "close"]
MACHINE = ["closing", "blames_nobody", "machine_did", "room", "shortage", "full_disk"]
FILES = {
    "test_sandbox_runner.py": "unsafe",
    "test_sandbox_death.py": " or ".join(MACHINE),
    "test_sandbox_doctor.py": " or ".join(["torch", *(f"missing and {rule}]" for rule in SAME)]),
}


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="these tests already run as an ordinary user")
@pytest.mark.parametrize("file", FILES)
def test_as_an_ordinary_user(file):
    left_out = FILES[file]
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
        *(["-k", f"not ({left_out})"] if left_out else []),
    ]
    said = run_as(NOBODY, [*command, "--rootdir", str(ROOT), f"{ROOT}/tests/{file}"], seconds=1200)
    assert " passed" in said or "100%" in said
    assert "skipped" not in said
