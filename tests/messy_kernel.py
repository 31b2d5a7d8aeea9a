"""More of these notebooks: what Jupyter's kernel has, and a kernel in a jail has not by itself."""

from __future__ import annotations

from messy import Make, _above, _own

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
    "what check gives": _above(
        "from dropout_course import check\nr = check('draw_mask')\n"
        "assert r.passed and r.verdict.passed\nprint(r.title, r.hint, r.link)"
    ),
}
