"""What a cell finds at grading that it finds in Jupyter: names, streams, a past and a loop."""

from __future__ import annotations

import errno
import multiprocessing
import os
import tempfile
import zlib

import pytest

from autograder.sandbox import Process, boot
from autograder.sandbox.jail import warm
from dropout_course.engine.inside import scarce, unchecked


@pytest.fixture(scope="module")
def process():
    with Process() as process:
        yield process


@pytest.fixture
def run(process):
    def run(source, *limits):
        reply = process.cell(source, *(limits or (20,)))
        assert reply["error"] is None, reply["error"]
        return "".join(shown.get("text", "") for shown in reply["outputs"])

    return run


def test_the_names_that_site_adds(run):
    assert "Help on built-in function len" in run("help(len)")
    assert "python.org" in run("copyright, license, print(credits)")


def test_what_a_command_gives_is_a_list_of_lines_of_which_each_is_empty(run):
    run("from IPython.utils.text import SList\nout = !no-such-command")
    run("assert isinstance(out, SList) and list(out) == [] and not out[:1]")
    run("assert out[0] == out[-1] == '' == out.n == out.s and not out.grep('x')")


@pytest.mark.parametrize(
    "source",
    [
        "w = 'made/{n}'\n!mkdir -p {{w}}",
        "w = 'made/{n}'\n!mkdir -p $w",
        '!mkdir -p "made/{n}" && ls',
        "def f(w):\n    !mkdir -p {{w}}\nf('made/{n}')",
        "x = !mkdir -p made/{n} 2>/dev/null",
        "%%bash\necho hi\nmkdir -p made/{n}",
        "%%sh --out said\nmkdir -p made/{n}",
    ],
)
def test_folders_are_made(run, source):
    name = f"n{zlib.crc32(source.encode())}"
    run(source.replace("{n}", name).replace("{{", "{").replace("}}", "}"))
    run(f"import os\nassert os.path.isdir('made/{name}')")
    if "said" in source:
        run("assert said == ''")


def test_a_cell_has_a_loop_if_it_asks_for_one(run):
    run("import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return 7")
    run("task = asyncio.create_task(f())\nassert asyncio.get_running_loop().is_running()")
    run("assert await task == 7")
    run("assert asyncio.run(f()) == 7")
    run("loop = asyncio.new_event_loop()\nassert loop.run_until_complete(f()) == 7\nloop.close()")
    run("def g():\n    return asyncio.run(f())", 20)
    run("assert g() == 7", 20)


def test_a_cell_in_a_loop_is_interrupted_and_the_next_one_runs(process, run):
    run("import asyncio")
    source = "asyncio.create_task(asyncio.sleep(0))\nwhile True:\n    pass"
    error = process.cell(source, 0.3, 20, 20)["error"]
    assert error["kinds"][0] == "TooLong"
    run("asyncio.create_task(asyncio.sleep(0))")


def test_streams_are_those_of_a_kernel(run):
    run("import sys\nassert sys.stdout.encoding == sys.stderr.encoding == 'utf-8'")
    run("assert sys.stdout.fileno() > 0 and not sys.stderr.isatty() and sys.stdout.name")
    assert run("print('a'); print('b', file=sys.stderr)") == "a\nb\n"


def test_the_shell_is_that_of_a_kernel(run):
    run("ip = get_ipython()\nassert 'IPKernelApp' in ip.config")
    run("assert type(ip).__name__ == 'ZMQInteractiveShell'")
    run("ip.kernel.do_shutdown(True)\nip.kernel.session.send")


@pytest.mark.parametrize("magic", ["rehashx", "conda install x", "mamba list", "pip list"])
def test_magics_that_need_programs_are_passed_over(run, magic):
    assert f"not run: %{magic}" in run(f"%{magic}")


def test_past_cells_are_numbered_and_kept(run):
    with Process() as fresh:
        for source in ("a = 1", "a + 1", "assert _2 == Out[2] == _ and _i == 'a + 1'"):
            assert fresh.cell(source, 20)["error"] is None
        source = "assert _ii == 'a + 1' and In[1] == 'a = 1' and In[-2].startswith('assert')"
        assert fresh.cell(source, 20)["error"] is None


def test_a_process_of_a_jail_gets_a_path_and_no_folder_of_the_warm_one(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "environ", {"TORCHINDUCTOR_CACHE_DIR": "/warm", "A": "1"})
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)
    monkeypatch.setattr(warm, "_run_as_written", lambda: None)
    warm.settle(str(tmp_path), [])
    assert os.environ["PATH"] == os.defpath
    assert "TORCHINDUCTOR_CACHE_DIR" not in os.environ
    assert boot._environment("x")["TORCH_COMPILE_DISABLE"] == "1"


def test_the_limit_that_an_error_comes_from_is_named(process, monkeypatch):
    error = process.cell("x = bytearray(1 << 60)", 20)["error"]
    assert error["message"].endswith("GiB of memory: use less)")
    monkeypatch.setattr(scarce.resource, "getrlimit", lambda what: (64 << 20, 64 << 20))
    for full in (OSError("41 requested and 8 written"), OSError(errno.EFBIG, "File too large")):
        assert scarce.limit(full) == "at grading a file may have 64 MiB: write less"
    for other in (FileNotFoundError(2, "none"), PermissionError(1, "no"), ValueError("no")):
        assert scarce.limit(other) == ""
    monkeypatch.setattr(scarce.resource, "getrlimit", lambda what: (-1, -1))
    assert scarce.limit(MemoryError()) == ""


def test_a_lock_between_processes_that_is_refused_is_explained(monkeypatch):
    def refuse(*args):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr("multiprocessing.synchronize._multiprocessing.SemLock", refuse)
    with pytest.raises(FileNotFoundError) as caught:
        multiprocessing.Lock()
    assert scarce.limit(caught.value).endswith("do without multiprocessing")


def test_what_check_gives_has_what_a_report_has(capsys):
    report = unchecked.check("draw_mask", seed=1)
    assert (report.passed, report.verdict.passed, report.title) == (True, True, "draw_mask")
    assert (report.hint, report.link, report.footnote) == ("", "", "")
    assert report.verdict.mistakes == report.verdict.outcomes == ()
    assert unchecked.NOTICE in report._repr_html_()
    with pytest.raises(AttributeError, match="what check gives has no grade at grading"):
        _ = report.grade
