"""A real process: what it runs, what it can't import, and how it ends."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.sandbox import Process, Stopped
from autograder.sandbox.process import Limits
from dropout_course.engine.student import Student

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def process():
    with Process() as process:
        yield process


def text_of(reply):
    return "".join(shown.get("text", "") for shown in reply["outputs"])


def test_cells_share_names_and_show_what_they_print(process):
    process.cell("import numpy as np\na = 20", 20)
    reply = process.cell("print(a + 1)\n'shown'", 20)
    assert "21\n" in text_of(reply)
    assert "'shown'" in text_of(reply)
    assert reply["error"] is None


def test_calls_carry_plain_data_both_ways(process):
    process.cell("def twice(x, *, times=2):\n    print('noise')\n    return x * times", 20)
    student = Student(lambda request: process.ask(request, 20))
    assert np.array_equal(student.twice(np.arange(3.0)).value, [0, 2, 4])
    assert student.twice([1], times=3).value == [1, 1, 1]


def test_an_error_comes_back_with_the_students_line_and_no_line_of_ours(process):
    error = process.cell("ok = 1\ndef f():\n    return 1 / 0\nf()", 20)["error"]
    assert error["kinds"][0] == "ZeroDivisionError"
    assert error["line"] == 3
    assert [line.split(":")[0] for line in error["trace"]] == ["line 4 in <module>", "line 3 in f"]


NOTEBOOK = b'{"cells": [{"cell_type": "code", "source": "N = 3"}, {"cell_type": "code", '
NOTEBOOK += b'"source": "M = N + 1\\n1 / 0"}, {"cell_type": "code", "source": "L = 1"}]}'


@pytest.mark.parametrize(
    ("source", "kind", "said"),
    [
        ("%run bad.py", "ZeroDivisionError", "division by zero (in bad.py, line 2)"),
        ("import bad", "ZeroDivisionError", "division by zero (in bad.py, line 2)"),
        ("%run odd.py", "SyntaxError", "(in odd.py, line 1)"),
        ("%run more.ipynb", "ZeroDivisionError", "division by zero (in more.ipynb, cell 2)"),
        ("%run none.ipynb", "Exception", "none.ipynb is not there: hand it in beside the"),
        ("x = 1\n%run 'my none.py'", "Exception", "my none.py is not there: hand it in"),
        ("import more", "ModuleNotFoundError", "imported: write %run more.ipynb, or put what"),
        ("from more import N", "ModuleNotFoundError", "write %run more.ipynb, or put what"),
        ("import import_ipynb", "ModuleNotFoundError", "write %run other.ipynb, or put what you"),
        ("import mine", "ModuleNotFoundError", "hand in mine.py beside the notebook; if it is a"),
    ],
)
def test_what_is_run_and_imported_from_beside(process, source, kind, said):
    """As in Jupyter; and where it fails, it is said in which file, and what to do."""
    process.file("bad.py", b"N = 7\n1 / 0\n")
    process.file("odd.py", b"def f(:\n")
    process.file("more.ipynb", NOTEBOOK)
    process.cell("%reset -f", 20)
    error = process.cell(source, 20)["error"]
    assert error["kinds"][0] == kind
    assert said in error["message"]
    assert error["line"] is None or "import" in source or "none" in source
    names = {"%run bad.py": "N == 7", "%run more.ipynb": "(N, M) == (3, 4) and 'L' not in dir()"}
    if source in names:  # what was there before the error is there
        assert process.cell(f"assert {names[source]}", 20)["error"] is None


def test_an_import_that_is_guarded_fails_as_ever(process):
    source = "try:\n    import nothing_such\nexcept ImportError as e:\n    said = str(e)"
    assert process.cell(source, 20)["error"] is None
    assert process.cell("assert said == \"No module named 'nothing_such'\"", 20)["error"] is None


def test_a_syntax_error_is_an_error_of_the_cell(process):
    error = process.cell("def f(:\n    pass", 20)["error"]
    assert error["kinds"][0] == "SyntaxError"


def test_magics_and_figures_work_and_html_is_dropped(process):
    source = "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    reply = process.cell(source, 60)
    assert reply["error"] is None
    assert ["png"] in [sorted(shown) for shown in reply["outputs"]]
    reply = process.cell("from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))", 20)
    assert "<b>" not in str(reply)


@pytest.mark.parametrize("module", ["solutions", "autograder", "autograder.hidden"])
def test_references_and_hidden_laws_cannot_be_imported(process, module):
    error = process.cell(f"import {module}", 20)["error"]
    assert error["kinds"][0] == "ModuleNotFoundError"


def test_nothing_of_the_graders_environment_is_there(process, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_KEY", "secret")
    with Process() as fresh:
        seen = text_of(fresh.cell("import os; print(dict(os.environ), os.listdir())", 20))
    assert "secret" not in seen
    assert "PATH" not in seen


def test_the_global_generators_can_be_seeded(process):
    drawn = []
    for _ in range(2):
        process.seed(5)
        drawn.append(text_of(process.cell("import random; print(random.random())", 20)))
    assert drawn[0] == drawn[1]


# It does not heed the interrupt: what does may answer before it is stopped. A cell of its own
# makes it deaf, so that no interrupt comes before that on a busy machine.
DEAF = "import signal as s; s.pthread_sigmask(s.SIG_BLOCK, s.valid_signals())"
LOOP = "while True: pass"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import os; os._exit(0)", "died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died"),
        (LOOP, "timeout"),
    ],
)
def test_a_cell_that_never_answers_stops_the_process_and_leaves_nothing(source, kind):
    process = Process()
    folder = Path(process._folder)
    process.cell(DEAF, 20)
    with pytest.raises(Stopped) as caught:
        process.cell(source, 0.5)
    assert caught.value.kind == kind
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(process._process.pid, 0)


def test_exit_is_an_error_of_the_cell_and_not_the_end():
    with Process() as process:
        error = process.cell("exit()", 20)["error"]
        assert error is None or error["kinds"][0] == "SystemExit"
        assert process.cell("1", 20)["error"] is None
        assert process.cell("import sys; sys.exit(3)", 20)["error"]["kinds"][0] == "SystemExit"


def test_memory_is_limited():
    with Process(Limits(memory=1 << 30)) as process:
        reply = process.cell("x = bytearray(3 << 30)", 20)
        assert reply["error"]["kinds"][0] == "MemoryError"


def test_a_flood_of_output_is_cut():
    with Process() as process:
        reply = process.cell("print('x' * 10_000_000)", 20)
        assert len(text_of(reply)) <= 20_000


def test_what_a_cell_starts_ends_with_the_process():
    with Process() as process:
        reply = process.cell(
            "import subprocess; p = subprocess.Popen(['/bin/sleep', '60']); print(p.pid)", 20
        )
        pid = int(text_of(reply))
        os.kill(pid, 0)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().split()[2]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        time.sleep(0.01)
    pytest.fail("the child of a cell outlived its process")
