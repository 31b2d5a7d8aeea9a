"""Whoever dies, nothing is left: the grader, the warm process, the supervisor, the notebook."""

import json
import os
import signal
import subprocess
import sys

import pytest
from sandbox_support import Warm, descendants, eventually, usable_levels

from autograder.sandbox import Stopped

pytestmark = pytest.mark.slow

# Without seccomp a notebook may start processes: only then is there something to hunt.
ESCAPE = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.setsid()
        while True:
            time.sleep(1)
            if os.fork(): os._exit(0)
    os._exit(0)
"""
GRADER = """
import json, sys, threading
from autograder.sandbox.jail.processes import Table
from autograder.sandbox.warm_client import Warm
warm = Warm(sys.argv[1])
runner = warm.start()
runner.cell("1", 20)
threading.Thread(target=lambda: runner.cell("while True: pass", 60), daemon=True).start()
table = Table()
pids = [warm._process.pid, *table.descendants(warm._process.pid)]
print(json.dumps([pids, warm._folder]), flush=True)
sys.stdin.read()
"""


def is_there(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("level", usable_levels())
def test_a_killed_grader_leaves_nothing(level):
    with subprocess.Popen(
        [sys.executable, "-c", GRADER, level],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as grader:
        processes, folder = json.loads(grader.stdout.readline())
        assert len(processes) == 3  # the warm process, a supervisor, the notebook
        assert all(map(is_there, processes))
        grader.send_signal(signal.SIGKILL)
        grader.wait()
        assert eventually(lambda: not any(map(is_there, processes)))
        assert eventually(lambda: not os.path.exists(folder))


@pytest.mark.parametrize("level", usable_levels())
def test_a_killed_warm_process_leaves_nothing(level):
    with Warm(level) as warm:
        runner = warm.start()
        runner.cell("1", 20)
        inside = descendants(warm)
        assert len(inside) == 2
        warm._process.kill()
        assert eventually(lambda: not any(map(is_there, inside)))
        with pytest.raises(Stopped):
            runner.cell("1", 20)


@pytest.mark.parametrize("level", usable_levels())
def test_a_killed_supervisor_takes_the_notebook_along(level):
    with Warm(level) as warm:
        runner = warm.start()
        runner.cell("1", 20)
        inside = descendants(warm)
        (supervisor,) = [p for p in inside if p != runner.process]
        os.kill(supervisor, signal.SIGKILL)
        assert eventually(lambda: not any(map(is_there, inside)))
        runner.close()


@pytest.mark.parametrize("level", usable_levels())
def test_what_escaped_its_session_is_ended(level):
    with Warm(level, without=["seccomp"]) as warm:
        runner = warm.start()
        assert runner.cell(ESCAPE, 20)["error"] is None
        assert eventually(lambda: len(descendants(warm)) > 2)
        _supervisor, *escaped = descendants(warm)
        runner.close()
        assert not any(map(is_there, escaped))
        assert eventually(lambda: not descendants(warm))


@pytest.mark.parametrize("level", usable_levels())
def test_closing_ends_the_warm_process_and_its_folder(level):
    warm = Warm(level)
    runner = warm.start()
    processes = [warm._process.pid, *descendants(warm)]
    folder = warm._folder
    warm.close()
    assert eventually(lambda: not any(map(is_there, processes)))
    assert not os.path.exists(folder)
    runner.close()
