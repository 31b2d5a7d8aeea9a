"""Whoever dies, nothing is left: the grader, the warm process, the supervisor, the notebook."""

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sandbox_support import (
    JailError,
    Warm,
    descendants,
    eventually,
    folders,
    jailed,
    open_folder,
    supervisors,
    usable_levels,
)

from autograder.referee.limits import Limits
from autograder.referee.session import Session
from autograder.sandbox import Stopped, boot, doctor, open_sandbox
from autograder.sandbox.jail import syscalls
from autograder.sandbox.jail.jail import Config, Namespaces
from autograder.sandbox.refusal import ShortageError

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
        with pytest.raises(JailError, match="no notebook is to blame"):
            runner.cell("1", 20)
        with pytest.raises(Stopped):  # said once
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
        with pytest.raises(JailError, match="run it again"):
            runner.cell("1", 20)
        with warm.start() as another:
            assert another.cell("1", 20)["error"] is None


@pytest.mark.parametrize("level", usable_levels())
def test_what_escaped_its_session_is_ended(level):
    with Warm(level, without=["seccomp"]) as warm:
        runner = warm.start()
        assert runner.cell(ESCAPE, 20)["error"] is None
        assert eventually(lambda: len(descendants(warm)) > 2)
        _supervisor, *escaped = descendants(warm)
        runner.close()
        assert not any(map(is_there, escaped))
        assert eventually(lambda: not jailed(warm))


# What shows a world of its own: who it is, what others left, what it may see, what runs in it.
WORLD = """
import os, socket
world = os.getuid(), os.listdir()
open("left", "w").write("by another student")
if os.getcwd() == "/scratch":
    world += socket.gethostname(), sorted(os.listdir("/proc"))[:3]
    world += sum(1 for _ in open("/proc/self/mountinfo")),
print(world)
"""


@pytest.mark.parametrize("level", usable_levels())
def test_a_supervisor_whose_jail_has_ended_takes_the_next_and_leads_it_into_a_world_of_its_own(
    level,
):
    again = level == "landlock" or os.getuid() == 0  # no way leads out of a namespace of users
    without = ["landlock"] if level == "namespaces" else []  # so that it may look around
    with Warm(level, without=without) as warm:
        worlds, seen = [], []
        for _ in range(3):
            with warm.start() as runner:
                reply = runner.cell(WORLD, 20)
                assert reply["error"] is None
                worlds.append(reply["outputs"])
                seen += supervisors(warm)
            assert eventually(lambda: len(supervisors(warm)) == again and not jailed(warm))
        assert worlds == [worlds[0]] * 3
        assert "[]" in worlds[0][0]["text"]  # an empty folder
        assert len(set(seen)) == (1 if again else 3)


def test_where_no_way_leads_back_the_supervisor_is_not_kept():
    jail = Namespaces(Config("namespaces", "numpy", "/nowhere", []))
    with open(os.devnull) as nowhere:  # stands for the machine's, which this user may not enter
        jail._before = [(nowhere.fileno(), syscalls.CLONE_NEWNS)]
        assert jail.back() is False


@pytest.mark.parametrize("level", usable_levels())
def test_a_supervisor_that_died_while_it_waited_is_replaced(level):
    with Warm(level) as warm:
        warm.start().close()
        process = warm._process.pid
        for _ in range(5):
            for supervisor in supervisors(warm):
                os.kill(supervisor, signal.SIGKILL)
            with warm.start() as runner:  # mostly before the warm process has heard of it
                assert runner.cell("1", 20)["error"] is None
        assert warm._process.pid == process


@pytest.mark.parametrize("level", usable_levels())
def test_several_jails_at_once_have_supervisors_of_their_own(level):
    with Warm(level) as warm:
        runners = [warm.start() for _ in range(3)]
        assert len(supervisors(warm)) == len(jailed(warm)) == 3
        runners[1].close()
        assert eventually(lambda: len(jailed(warm)) == 2)
        assert all(runners[i].cell("1", 20)["error"] is None for i in (0, 2))
        with warm.start() as another:
            assert another.cell("1", 20)["error"] is None
        for runner in runners:
            runner.close()
        assert eventually(lambda: not jailed(warm))


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


# --- the machine fails ----------------------------------------------------------------------


@pytest.mark.parametrize("level", usable_levels())
def test_a_warm_process_killed_between_two_notebooks_is_replaced_at_once(level):
    with Warm(level) as warm:
        for _ in range(2):
            warm.start().close()
            folder = warm._folder
            warm._process.kill()  # and is not yet gone
            with warm.start() as runner:
                assert runner.cell("1", 20)["error"] is None
            assert not os.path.exists(folder)
            assert warm._folder != folder


@pytest.mark.parametrize("level", usable_levels())
def test_a_warm_process_killed_in_the_middle_of_a_notebook_blames_nobody(level):
    with Warm(level) as warm:
        runner = warm.start()
        runner.cell("open('file', 'w').write('x')", 20)
        folder = warm._folder
        threading.Timer(0.3, warm._process.kill).start()
        with pytest.raises(JailError, match="run it again"):
            runner.cell("while True: pass", 60)
        with warm.start() as another:
            assert another.cell("1", 20)["error"] is None
        assert not os.path.exists(folder)


def test_a_grade_is_not_given_for_what_the_machine_did():
    with Warm("namespaces") as warm:
        session = Session(warm.start, seed=1, limits=Limits(cell_seconds=60, restarts=1))
        session.run("a", "1")
        threading.Timer(0.3, warm._process.kill).start()
        with pytest.raises(JailError):
            session.run("b", "while True: pass")
        assert not session.trouble
        session.close()


def fail_in_the_warm_process(monkeypatch, patch):
    """Let a function fail in the warm process, and in its forks, while a file is there."""
    with tempfile.NamedTemporaryFile(prefix="fails-", delete=False) as file:
        flag = Path(file.name)
    setting = f"import os, tempfile\nFLAG, WARM = {file.name!r}, os.getpid()\n{patch}\n"
    monkeypatch.setattr(boot, "_BOOT", setting + boot._BOOT)
    return flag


def no_room(*args, **kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


FORK_FAILS = """
fork = os.fork
def failing():
    if os.path.exists(FLAG) and (os.getpid() == WARM) == IN_WARM:
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return fork()
os.fork = failing
"""
DISK_IS_FULL = """
mkdtemp = tempfile.mkdtemp
def failing(*args, **kwargs):
    if os.path.exists(FLAG):
        raise OSError(28, "No space left on device", kwargs.get("dir"))
    return mkdtemp(*args, **kwargs)
tempfile.mkdtemp = failing
"""


@pytest.mark.parametrize("where", ["warm process", "supervisor"])
@pytest.mark.parametrize("level", usable_levels())
def test_no_more_processes_for_a_jail(monkeypatch, level, where):
    patch = FORK_FAILS.replace("IN_WARM", str(where == "warm process"))
    flag = fail_in_the_warm_process(monkeypatch, patch)
    with Warm(level) as warm:
        flag.unlink()
        warm.start().close()
        process = warm._process.pid
        for waits in supervisors(warm):
            os.kill(waits, signal.SIGKILL)
        flag.touch()
        for _ in range(2):
            with pytest.raises(ShortageError, match=r"too many processes.*run it again"):
                warm.start()
        assert eventually(lambda: not jailed(warm) and not folders(warm))
        flag.unlink()
        with warm.start() as runner:
            assert runner.cell("1", 20)["error"] is None
        assert warm._process.pid == process


def test_no_room_for_the_folder_of_a_notebook(monkeypatch):
    if "landlock" not in usable_levels():
        pytest.skip("the level landlock alone makes a folder for each notebook")
    flag = fail_in_the_warm_process(monkeypatch, DISK_IS_FULL)
    with Warm("landlock") as warm:
        with pytest.raises(ShortageError, match="TMPDIR"):
            warm.start()
        flag.unlink()
        with warm.start() as runner:
            assert runner.cell("1", 20)["error"] is None


@pytest.mark.parametrize("level", usable_levels())
def test_no_room_for_the_warm_process(monkeypatch, tmp_path, level):
    with Warm(level) as warm:
        with monkeypatch.context() as patched:
            patched.setattr(boot, "lend_fonts", no_room)
            patched.setattr(tempfile, "tempdir", str(tmp_path))
            with pytest.raises(ShortageError, match="TMPDIR to a folder on another disk"):
                warm.start()
        assert not os.listdir(tmp_path)
        warm.start().close()


def test_no_more_processes_for_the_warm_process(monkeypatch):
    def refused(*args, **kwargs):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    with Warm("namespaces") as warm:
        with monkeypatch.context() as patched:
            patched.setattr(subprocess, "Popen", refused)
            with pytest.raises(ShortageError, match="ulimit -u"):
                warm.start()
        warm.start().close()


@pytest.mark.parametrize("place", ["autograder.sandbox.boot.lend_fonts", "tempfile.mkdtemp"])
def test_a_shortage_is_no_verdict_on_a_level(monkeypatch, tmp_path, place):
    with monkeypatch.context() as patched:
        patched.setattr(place, no_room)
        with pytest.raises(ShortageError, match="run it again"):
            open_sandbox(state=tmp_path)
    assert not os.listdir(tmp_path)
    assert doctor.recorded("namespaces", "numpy", tmp_path) is None


if os.getuid() == 0:  # an ordinary user can't mount a disk

    @pytest.fixture
    def small_disk(monkeypatch):
        with open_folder() as folder:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "small", folder], check=True)
            monkeypatch.setattr(tempfile, "tempdir", str(folder))
            yield folder
            subprocess.run(["umount", "-l", folder], check=True)

    @pytest.mark.parametrize("level", usable_levels())
    def test_a_full_disk(level, small_disk):
        filler = small_disk / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        with Warm(level) as warm:
            with pytest.raises(ShortageError, match="the disk of temporary files is full"):
                warm.start()
            assert [path.name for path in small_disk.iterdir()] == ["filler"]
            filler.unlink()
            with warm.start() as runner:
                assert runner.cell("1", 20)["error"] is None
