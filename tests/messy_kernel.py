"""More of these notebooks: what Jupyter's kernel has, and a kernel in a jail has not by itself."""

from __future__ import annotations

from messy import Make, _above, _own, answer, at, insert
from nbformat.notebooknode import NotebookNode

SCALED = """
K, unscaled = 1, dropout_inverted
def dropout_inverted(*args):
    return K * unscaled(*args)"""


def _at_the_end(source: str, more: str = "") -> Make:
    """Do something to functions that have been checked."""

    def make(notebook: NotebookNode) -> None:
        notebook.cells[at(notebook, "dropout_inverted")].source = answer("dropout_inverted") + more
        insert(notebook, len(notebook.cells), source)

    return make


KERNEL: dict[str, Make] = {
    "help of a function, and credits": _above("help(np.where)\ncopyright, credits, license"),
    "PATH": _above("import os\nos.environ['PATH'] += ':/opt/bin'"),
    "what a command gives": _above(
        "out = !ls\nversion = !python --version\nassert (out.n, version[0]) == ('', '')"
    ),
    "Popen": _above(
        "from subprocess import PIPE, Popen\n"
        "assert Popen(['ls'], stdout=PIPE, text=True).communicate() == ('', None)\n"
        "with Popen('ls', shell=True, stdout=PIPE) as p:\n    assert not [l for l in p.stdout]\n"
        "assert p.wait() == p.poll() == 0"
    ),
    "a program that is awaited": _above(
        "import asyncio\np = await asyncio.create_subprocess_shell('ls')\n"
        "assert await p.wait() == 0"
    ),
    "folders made in many ways": _above(
        "import os, subprocess\nw = 'a'\n!mkdir -p {w} && ls\n!mkdir -p $w/b 2>/dev/null\n"
        "os.system('mkdir -p c')\nsubprocess.run(['mkdir', '-p', 'd'])\n!touch e\n"
        "assert {'a', 'c', 'd', 'e'} <= {*os.listdir()} and os.listdir('a') == ['b']"
    ),
    "a folder made by %%bash": _own(
        "%%bash\nmkdir -p made", "%%writefile made/k.py\nANSWER", "%run made/k.py"
    ),
    "a task": _above(
        "import asyncio\nasync def f():\n    return 1\ntask = asyncio.create_task(f())\n"
        "assert asyncio.get_running_loop()"
    ),
    "a task that the next cell awaits": _own(
        "import asyncio\ntask = asyncio.create_task(asyncio.sleep(0, 1))",
        "assert await task == 1\nANSWER",
    ),
    "streams": _above("import sys\nassert sys.stdout.encoding == 'utf-8'\nsys.stdout.fileno()"),
    "the shell of a notebook": _above(
        "assert 'IPKernelApp' in get_ipython().config\nget_ipython().kernel.session\n"
        "assert type(get_ipython()).__name__ == 'ZMQInteractiveShell'"
    ),
    "past cells": _own("K = 1", "assert _i == In[-2] == 'K = 1'\nANSWER"),
    "%rehashx, %conda": _above("%rehashx\n%conda install -y nothing\n%mamba list"),
    "deleted below its check": _at_the_end("del dropout_inverted"),
    "given a value below its check": _at_the_end(
        "import numpy as np\nx = np.ones(2)\n"
        "dropout_inverted = dropout_inverted(x, x > 0, 0.5, True)"
    ),
    "a global that is given another value": _at_the_end("K = 3", SCALED),
    "%reset": _at_the_end("%reset -f"),
    "what check gives": _above(
        "from dropout_course import check\nr = check('draw_mask')\n"
        "assert r.passed and r.verdict.passed\nprint(r.title, r.hint, r.link)"
    ),
}
