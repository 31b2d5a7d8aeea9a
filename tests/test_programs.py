"""What a cell gets that starts a program where a jail refuses it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import sysconfig

import pytest

from dropout_course.engine.inside import commands, programs

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


@pytest.fixture
def no_programs(monkeypatch):
    monkeypatch.setattr(subprocess.Popen, "_execute_child", refused)


def popen(source, filename=CELL):
    """Run code of a file that starts programs."""
    scope = {"Popen": programs.Popen, "PIPE": subprocess.PIPE, "python": sys.executable}
    exec(compile(source, filename, "exec"), scope)


@pytest.mark.usefixtures("no_programs")
@pytest.mark.parametrize(
    "source",
    [
        "assert Popen(['ls'], stdout=PIPE).communicate() == (b'', None)",
        "assert Popen('ls', shell=True, stdout=PIPE, text=True).communicate() == ('', None)",
        "assert Popen(['sort'], stdin=PIPE, stdout=PIPE, stderr=PIPE).communicate(b'b a', 3) "
        "== (b'', b'')",
        "with Popen([python, '-V'], stdout=PIPE, encoding='utf-8') as p:\n"
        "    assert p.stdout.read() == '' and list(p.stdout) == []\n"
        "assert p.returncode == p.poll() == p.wait() == 0\np.kill()",
        "p = Popen('ls')\nassert (p.stdin, p.stdout, p.stderr) == (None, None, None)",
        "q = Popen(['sort'], stdin=Popen(['ls'], stdout=PIPE).stdout, stdout=PIPE)\n"
        "assert list(iter(q.stdout.readline, b'')) == [] and isinstance(q, Popen)",
        "class Mine(Popen):\n    pass\nassert Mine(['ls']).wait() == 0 and Popen[str]",
    ],
)
def test_a_program_that_is_talked_to_said_nothing_and_has_ended(capsys, source):
    popen(source)
    assert "shell commands are not run" in capsys.readouterr().out


@pytest.mark.usefixtures("no_programs")
@pytest.mark.parametrize("filename", [LIBRARY, ELSEWHERE, STANDARD])
def test_a_library_that_starts_a_program_is_refused(filename):
    with pytest.raises(PermissionError):
        popen("Popen(['ls'])", filename)


@pytest.mark.usefixtures("no_programs")
def test_a_program_from_elsewhere_is_refused():
    """As the doctor's probe: else nobody could see in a cell whether there is a jail."""
    with pytest.raises(PermissionError):
        popen("Popen(['/lib64/ld-linux-x86-64.so.2', '--version'])")


def test_a_program_that_may_start_starts(capsys):
    popen("assert Popen([python, '-c', 'print(1)'], stdout=PIPE).communicate() == (b'1\\n', None)")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("filename", [CELL, LIBRARY])
def test_a_program_that_is_awaited(filename):
    async def start(*args, **kwargs):
        refused()

    source = """async def f():
    p = await start('ls', '-l', stdout=PIPE)
    return await p.communicate(), await p.wait(), await p.stdout.read()"""
    scope = {"start": programs._awaited(start), "PIPE": subprocess.PIPE}
    exec(compile(source, filename, "exec"), scope)
    if filename == CELL:
        assert asyncio.run(scope["f"]()) == ((b"", None), 0, b"")
    else:
        with pytest.raises(PermissionError):
            asyncio.run(scope["f"]())


@pytest.mark.parametrize(
    ("command", "made", "all_of_it"),
    [
        ("mkdir -p a/b 2>/dev/null", "a a/b", True),
        ("mkdir -p 'a b' && ls", "a\0b", False),
        ("test -d a || mkdir a", "a", False),
        ("mkdir a>log; touch b.txt\nmkdir c # and more", "a b.txt c", True),
        ("mkdir a \\\n b", "a b", True),
        ("mkdir a &> /dev/null", "a", True),
        (["mkdir", "-p", "a; b"], "a;\0b", True),
        ("touch none/a", "", True),
        ("mkdir 'a", "", False),
        ("rm -r x", "", False),
        ("", "", False),
    ],
)
def test_folders_and_files_are_made_without_a_program(
    tmp_path, monkeypatch, command, made, all_of_it
):
    monkeypatch.chdir(tmp_path)
    assert commands.done(command) is all_of_it
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert found == [name.replace("\0", " ") for name in made.split()]


def test_a_command_that_makes_folders_says_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert asked("system", lambda command: programs.REFUSED, "('mkdir -p a')") == 0
    assert asked("run", refused, "(['mkdir', '-p', 'b'], cwd='a')").returncode == 0
    assert os.path.isdir("a/b")
    assert capsys.readouterr().out == ""
