"""One notebook's process, at every level: the same protocol, and nothing left behind."""

import time

import numpy as np
import pytest
from sandbox_support import Warm, eventually, folders, jailed, usable_levels

from autograder.referee import limits as referee_limits
from autograder.referee.session import Session
from autograder.sandbox import Process, Stopped
from autograder.sandbox.jail.limits import Limits
from dropout_course.engine.student import Raised, Student

pytestmark = pytest.mark.slow

SECONDS = 20.0
LIMITS = Limits(memory=1 << 30)
# It does not heed the interrupt: what does may answer before it is stopped. A cell of its own
# makes it deaf, so that no interrupt comes before that on a busy machine.
DEAF = "import signal as s; s.pthread_sigmask(s.SIG_BLOCK, s.valid_signals())"
LOOP = "while True: pass"


@pytest.fixture(scope="module", params=usable_levels())
def warm(request):
    with Warm(request.param, limits=LIMITS) as warm:
        yield warm


@pytest.fixture(scope="module", params=["unsafe", *usable_levels()])
def start(request):
    if request.param == "unsafe":
        yield lambda: Process(LIMITS)
        return
    with Warm(request.param, limits=LIMITS) as warm:
        yield warm.start


@pytest.fixture
def runner(start):
    with start() as runner:
        yield runner


def nothing_left(warm):
    return eventually(lambda: not jailed(warm)) and not folders(warm)


def test_cells_and_calls(runner):
    reply = runner.cell("import numpy as np\ndef double(x): return 2 * x\nprint('hello')", SECONDS)
    assert reply["error"] is None
    assert reply["outputs"] == [{"stream": "stdout", "text": "hello\n"}]
    student = Student(lambda request: runner.ask(request, SECONDS))
    np.testing.assert_array_equal(student.double(np.arange(3.0)).value, [0.0, 2.0, 4.0])


def test_errors_carry_the_students_line(runner):
    reply = runner.cell("x = 1\nraise ValueError('no')", SECONDS)
    assert reply["error"]["kinds"][0] == "ValueError"
    assert reply["error"]["line"] == 2


def test_writing_to_an_argument_raises(runner):
    runner.cell("def f(x):\n    x *= 2\n    return x", SECONDS)
    student, frozen = Student(lambda request: runner.ask(request, SECONDS)), np.ones(2)
    frozen.flags.writeable = False
    with pytest.raises(Raised, match="read-only"):
        student.f(frozen).value  # noqa: B018


def test_figures_come_as_pictures(runner):
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('a title')\n1"
    assert "png" in runner.cell(source, SECONDS)["outputs"][-1]


def test_seeds_and_hashes_are_the_same_each_time(start):
    source = "import random, numpy as np\nprint(random.random(), np.random.rand(), hash('a'))"
    told = []
    for _ in range(2):
        with start() as runner:
            runner.seed(5)
            told.append(runner.cell(source, SECONDS)["outputs"])
    assert told[0] == told[1]


def test_notebooks_do_not_see_each_other(start):
    with start() as first, start() as second:
        first.cell("x = 1; open('file', 'w').write('x'); import json; json.x = 1", SECONDS)
        seen = "import json, os; print('x' in globals(), os.listdir('.'), hasattr(json, 'x'))"
        (shown,) = second.cell(seen, SECONDS)["outputs"]
    assert shown["text"].startswith("False [")
    assert "'file'" not in shown["text"]
    assert shown["text"].endswith("False\n")


def test_a_shell_command_does_not_cost_its_cell(runner):
    reply = runner.cell("!pip install dropout-course\nx = 1", SECONDS)
    assert reply["error"] is None
    assert "not run" in reply["outputs"][0]["text"]


@pytest.mark.parametrize(
    "source",
    [
        "import os; os._exit(3)",
        "import ctypes; ctypes.string_at(0)",
        "import os; os.closerange(3, 99)",
    ],
    ids=["exit", "crash", "close"],
)
def test_an_end_is_told(start, source):
    runner = start()
    with pytest.raises(Stopped) as stopped:
        runner.cell(source, SECONDS)
    assert stopped.value.kind == "died"
    with pytest.raises(Stopped):
        runner.cell("1", SECONDS)
    runner.close()


CLOSES = "import os, time; os.closerange(3, 99); time.sleep({}); os._exit(3)"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os; os._exit(3)", "the process ended (exit 3)"),
        ("import ctypes; ctypes.string_at(0)", "it crashed (segmentation fault)"),
        (CLOSES.format(0.5), "the process ended (exit 3)"),  # what is told does not hang on who is
        (CLOSES.format(60), "the process ended"),  # quicker: the grader waits for the supervisor
    ],
    ids=["exit", "crash", "close and exit", "close and stay"],
)
def test_why_it_ended_is_told_alike_each_time(warm, source, said, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.jailed.BY_ITSELF", 1.0 if "60" in source else 30.0)
    with warm.start() as runner, pytest.raises(Stopped) as stopped:
        runner.cell(source, SECONDS)
    assert str(stopped.value) == said


def test_a_loop_is_ended_by_the_processors_clock(start):
    runner = start()
    runner.cell(DEAF, SECONDS)
    before = runner.clock()
    with pytest.raises(Stopped) as stopped:
        runner.cell(LOOP, 0.3)
    assert stopped.value.kind == "timeout"
    assert runner.clock() - before >= 0.3


def test_waiting_is_ended_by_the_walls_clock(start, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.wire.GRACE", 0.1)
    runner = start()
    began = time.monotonic()
    with pytest.raises(Stopped) as stopped:
        runner.cell("import time; time.sleep(60)", 0.1)
    assert stopped.value.kind == "timeout"
    assert time.monotonic() - began < 30


def test_memory_is_bounded(runner):
    reply = runner.cell("import numpy as np; room = np.empty(3 << 30, np.uint8)", SECONDS)
    assert "MemoryError" in reply["error"]["kinds"]
    assert runner.cell("1", SECONDS)["error"] is None


def test_a_session_goes_on_after_an_end(start):
    session = Session(start, seed=1, limits=referee_limits.Limits(cell_seconds=SECONDS, restarts=1))
    session.run("a", "def f(): return 1")
    session.run("b", "import os; os._exit(1)")
    assert Student(session.transport()).f().value == 1
    assert "ended the Python process" in session.trouble["b"]
    session.close()


def outcome(warm, source):
    """The class of what a cell raised, or the reason for which it was ended."""
    with warm.start() as runner:
        try:
            return runner.cell(source, SECONDS)["error"]["kinds"][0]
        except Stopped as stopped:
            return str(stopped)


# --- in a jail ------------------------------------------------------------------------------


def test_an_end_leaves_nothing(warm):
    for source in ("import os; os._exit(1)", LOOP, ""):
        with warm.start() as runner:
            runner.cell(DEAF, SECONDS)
            if source:
                with pytest.raises(Stopped):
                    runner.cell(source, 0.2)
    assert nothing_left(warm)


def test_processes_are_refused_and_threads_bounded(warm):
    with warm.start() as runner:
        reply = runner.cell("import os\nif os.fork() == 0: os._exit(0)", SECONDS)
        assert reply["error"]["kinds"][0] == "PermissionError"
    bomb = "import threading, time\ne = threading.Event()\n"
    bomb += "for _ in range(200): threading.Thread(target=e.wait, daemon=True).start()\n"
    bomb += "time.sleep(5)"
    assert outcome(warm, bomb) in ("RuntimeError", "it started more threads than it may")
    assert nothing_left(warm)


def test_memory_that_is_used_has_its_reason_told(warm):
    source = "import mmap\nroom = [mmap.mmap(-1, 300 << 20) for _ in range(5)]\n"
    source += "for r in room:\n    for at in range(0, len(r), 4096): r[at] = 1\n"
    source += "import time; time.sleep(3)"
    runner = warm.start()
    with pytest.raises(Stopped, match="memory") as stopped:
        runner.cell(source, SECONDS)
    assert stopped.value.kind == "died"
    assert nothing_left(warm)


def test_a_deep_folder_is_removed(warm):
    with warm.start() as runner:
        source = "import os\nfor _ in range(1500):\n    os.mkdir('d' * 50); os.chdir('d' * 50)"
        assert runner.cell(source, SECONDS)["error"] is None
    assert nothing_left(warm)


def test_numpy_alone(warm):
    with warm.start() as runner:
        assert runner.cell("import torch", SECONDS)["error"] is None
        error = runner.cell("import torch\ntorch.tensor(1)", SECONDS)["error"]
        assert "to be done in NumPy" in error["message"]
        assert error["line"] == 2
        again = "import sys; sys.meta_path[:] = sys.meta_path[1:]\nimport torch"
        kind = runner.cell(again, SECONDS)["error"]["kinds"][0]
        assert kind in ("ModuleNotFoundError", "PermissionError")  # not in view, or not readable


def test_the_warm_process_knows_no_secret(warm):
    source = """
import sys
secret = ("autograder", "solutions", "_jail", "dropout_course.exercises", "dropout_course.course")
print([name for name in sys.modules if name.startswith(secret)])
"""
    with warm.start() as runner:
        assert runner.cell(source, SECONDS)["outputs"][0]["text"] == "[]\n"


def test_many_at_once(warm):
    runners = [warm.start() for _ in range(6)]
    for number, runner in enumerate(runners):
        runner.cell(f"x = {number}", SECONDS)
    shown = [runner.cell("print(x)", SECONDS)["outputs"][0]["text"] for runner in runners]
    assert shown == [f"{number}\n" for number in range(6)]
    for runner in runners:
        runner.close()
    assert nothing_left(warm)


def test_a_warm_process_that_died_is_started_again(warm):
    warm.start().close()
    warm._process.kill()
    warm._process.wait()
    with warm.start() as runner:
        assert runner.cell("1", SECONDS)["error"] is None
