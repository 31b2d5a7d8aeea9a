"""What a cell gets that starts a program where a jail refuses it."""

from __future__ import annotations

import subprocess
import sysconfig

import pytest

from dropout_course.engine.inside import programs

REPLIES = {name: reply for _, name, reply in programs._REPLIES}
CELL, LIBRARY = "<ipython-input-1>", sysconfig.get_path("purelib") + "/lib/of_it.py"
STANDARD, ELSEWHERE = subprocess.__file__, "/other/venv/lib/python3.11/site-packages/lib/of_it.py"


def refused(*args, **kwargs):
    raise PermissionError(1, "Operation not permitted")


def asked(name, start, call, filename=CELL):
    """Call what stands in for a function, from code of a file."""
    scope = {"f": programs._patient(start, REPLIES[name]), "PIPE": subprocess.PIPE}
    exec(compile(f"value = f{call}", filename, "exec"), scope)
    return scope["value"]


@pytest.mark.parametrize(
    ("name", "call", "value"),
    [
        ("call", "(['ls'])", 0),
        ("check_call", "(['ls'])", 0),
        ("check_output", "('ls')", b""),
        ("check_output", "('ls', text=True)", ""),
        ("check_output", "('ls', encoding='utf-8')", ""),
        ("getoutput", "('ls')", ""),
        ("getstatusoutput", "('ls')", (0, "")),
    ],
)
def test_a_cell_gets_the_reply_of_a_silent_program(capsys, name, call, value):
    assert asked(name, refused, call) == value
    assert capsys.readouterr().out == "(at grading, shell commands are not run: ls)\n"


@pytest.mark.parametrize(
    ("options", "out", "err"),
    [
        ("", None, None),
        (", capture_output=True", b"", b""),
        (", stdout=PIPE, text=True", "", None),
    ],
)
def test_run_gives_what_was_asked_for(options, out, err):
    done = asked("run", refused, f"(['ls', '-l']{options})")
    assert (done.args, done.returncode) == (["ls", "-l"], 0)
    assert (done.stdout, done.stderr) == (out, err)


def test_a_shell_that_may_not_start_is_passed_over():
    assert asked("system", lambda command: programs.REFUSED, "('ls')") == 0
    assert asked("system", lambda command: 1, "('ls')") == 1


def test_what_runs_gives_its_own_result(capsys):
    assert asked("check_output", lambda *args, **kwargs: b"a.txt", "('ls')") == b"a.txt"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("filename", [LIBRARY, ELSEWHERE, STANDARD])
def test_a_library_is_refused(filename):
    with pytest.raises(PermissionError):
        asked("check_output", refused, "('ls')", filename)
