"""Right notebooks with answers in copies, own cells and set-up cells, in every form of Python."""

from __future__ import annotations

import copy

from messy import Make, _above, _own, answer, at, insert
from nbformat.notebooknode import NotebookNode


def _copy(of: str, above: bool = False, delete: bool = False, marks: bool = True) -> Make:
    """Answer 3.3 in a copy of a cell, ids and all."""

    def make(notebook: NotebookNode) -> None:
        twin = copy.deepcopy(notebook.cells[at(notebook, of)])
        twin.source, twin.cell_type = answer("dropout_inverted"), "code"
        twin.metadata = twin.metadata if marks else NotebookNode()
        stub = at(notebook, "dropout_inverted")
        if delete:
            notebook.cells[stub] = twin
        else:
            notebook.cells.insert(stub + (not above), twin)

    return make


def _setup(more: str, used: str, before: bool = False) -> Make:
    """Extend the second set-up cell, and use in 3.3 what it defines."""

    def make(notebook: NotebookNode) -> None:
        cells = [c for c in notebook.cells if "setup" in c.metadata.get("tags", [])]
        cells[-1].source = (
            f"{more}\n{cells[-1].source}" if before else f"{cells[-1].source}\n{more}"
        )
        stub = notebook.cells[at(notebook, "dropout_inverted")]
        stub.source = f"{used}\n{answer('dropout_inverted')}"

    return make


def _swap(one: str, other: str) -> Make:
    def make(notebook: NotebookNode) -> None:
        stub = notebook.cells[at(notebook, "dropout_inverted")]
        stub.source = answer("dropout_inverted")
        a, b = notebook.cells[at(notebook, one)], notebook.cells[at(notebook, other)]
        a.source, b.source = b.source, a.source

    return make


def _in_demo(notebook: NotebookNode) -> None:
    demo = next(c for c in notebook.cells if "demo" in c.metadata.get("tags", []))
    demo.source += "\n" + answer("dropout_inverted")


def _decorated(before: str, *decorators: str) -> Make:
    """Write 3.3 below decorators that a cell before it makes."""

    def make(notebook: NotebookNode) -> None:
        head = "def dropout_inverted"
        right = answer("dropout_inverted").replace(head, "\n".join([*decorators, head]))
        insert(notebook, at(notebook, "dropout_inverted"), before, right)

    return make


WRAP = "def checked(f):\n    return lambda *args: f(*args)"
RENAME = "ANSWER\n\nmine = dropout_inverted\ndel dropout_inverted"

CELLS: dict[str, Make] = {
    "copy of another answer, below the stub": _copy("dropout_standard"),
    "copy of another answer, above the stub": _copy("dropout_standard", above=True),
    "copy of another answer, stub deleted": _copy("dropout_standard", delete=True),
    "copy of the stub itself": _copy("dropout_inverted"),
    "copy of a check cell": _copy("dropout_inverted-check"),
    "copy of a set-up cell": _copy("setup"),
    "copy of a demonstration": _copy("code-d0f43e3b38"),
    "copy without nbgrader's marks": _copy("survivors", marks=False),
    "decorator before": _decorated(WRAP, "@checked"),
    "decorator called": _own(WRAP, "ANSWER\n\ndropout_inverted = checked(dropout_inverted)"),
    "decorator with an argument": _decorated(
        "def times(n):\n    return lambda f: lambda *args: f(*args)", "@times(1)"
    ),
    "decorator that wraps, twice": _decorated(
        "import functools\ndef kept(f):\n    @functools.wraps(f)\n    def g(*args):\n"
        "        return f(*args)\n    return g",
        "@kept",
        "@kept",
    ),
    "decorator that is a class": _decorated(
        "class Counted:\n    def __init__(self, f):\n        self.f = f\n"
        "    def __call__(self, *args):\n        return self.f(*args)",
        "@Counted",
    ),
    "decorator of the library": _decorated(
        "from functools import singledispatch", "@singledispatch"
    ),
    "import as": _own(
        "import numpy as xp\nfrom numpy import where as pick", "assert xp and pick\nANSWER"
    ),
    "import of everything": _own("from numpy import *", "assert float64\nANSWER"),
    "import that a helper needs": _own(
        "import math as m", "def root(x):\n    return m.sqrt(x)", "assert root(4) == 2\nANSWER"
    ),
    "import from the future": _own("from __future__ import annotations\nANSWER"),
    "import of what is not installed": _own(
        "import seaborn as sns, pandas as pd\nfrom tqdm.auto import tqdm\nANSWER"
    ),
    "import that is asked for": _own(
        "from importlib.util import find_spec\nHAVE = find_spec('torch') or find_spec('pandas')",
        "assert HAVE is None\nANSWER",
    ),
    "import that may fail": _own(
        "try:\n    import torch.nn as nn\nexcept (ImportError, OSError):\n    nn = None",
        "assert nn is None\nANSWER",
    ),
    "import of tqdm": _own(
        "from tqdm.notebook import trange\nimport tqdm",
        "with trange(3) as bar:\n    for i in bar:\n        bar.set_description(str(i))\n"
        "for i, x in enumerate(tqdm.tqdm([1, 2], desc='x')):\n    pass\nassert x == 2\nANSWER",
    ),
    "import before": _own(
        "import functools", "ANSWER\ndropout_inverted = functools.partial(dropout_inverted)"
    ),
    "helper before": _own(
        "def scale(x, q):\n    return x / q", "ANSWER", "assert scale(1, 0.5) == 2"
    ),
    "constant before": _own("ONE = 1.0", "assert ONE == 1\nANSWER"),
    "class before": _own("class K:\n    one = 1", "assert K.one\nANSWER", delete=True),
    "under if": _own("if True:\nBLOCK", delete=True),
    "under else": _own("if 0:\n    pass\nelse:\nBLOCK"),
    "under try": _own("try:\nBLOCK\nexcept NameError:\n    raise"),
    "under with": _own("import contextlib\nwith contextlib.suppress(ValueError):\nBLOCK"),
    "in a loop": _own("for _ in range(1):\nBLOCK"),
    "partial": _own(RENAME, "from functools import partial\ndropout_inverted = partial(mine)"),
    "tuple assignment": _own(RENAME, "dropout_inverted, other = mine, None"),
    "starred assignment": _own(RENAME, "dropout_inverted, *rest = [mine, 1, 2]"),
    "chained assignment": _own(RENAME, "a = dropout_inverted = mine"),
    "walrus": _own(RENAME, "(dropout_inverted := mine)"),
    "lambda": _own(RENAME, "dropout_inverted = lambda *args: mine(*args)"),
    "globals": _own(RENAME, 'globals()["dropout_inverted"] = mine'),
    "globals update": _own(RENAME, "globals().update(dropout_inverted=mine)"),
    "exec": _own(RENAME, 'exec("dropout_inverted = mine")'),
    "as a loop's target": _own(RENAME, "for dropout_inverted in [mine]:\n    pass"),
    "as a context": _own(
        RENAME,
        "from contextlib import nullcontext\nwith nullcontext(mine) as dropout_inverted:\n    pass",
    ),
    "by a global statement": _own(
        RENAME, "def put():\n    global dropout_inverted\n    dropout_inverted = mine\nput()"
    ),
    "set on the module": _own(RENAME, "import __main__\n__main__.dropout_inverted = mine"),
    "a method": _own(
        RENAME,
        "class S:\n    def f(self, *args):\n        return mine(*args)\ndropout_inverted = S().f",
    ),
    "annotated": _own(RENAME, "dropout_inverted: object = mine"),
    "set-up extended by try": _setup(
        "try:\n    from math import lgamma as g\nexcept ImportError:\n    g = 0", "assert g"
    ),
    "set-up extended by a call": _setup("K = dict(one=1)", "assert K['one']"),
    "set-up extended by if": _setup("if True:\n    K = 1", "assert K"),
    "set-up extended by for": _setup("for K in (1, 2):\n    pass", "assert K == 2"),
    "set-up extended by with": _setup(
        "import warnings\nwith warnings.catch_warnings():\n    K = 1", "assert K"
    ),
    "set-up extended at the top": _setup("K = 1", "assert K", before=True),
    "%%time": _above("%%time"),
    "%%capture": _above("%%capture out"),
    "%%time in an own cell": _own("%%time\nANSWER"),
    "%matplotlib": _above("%matplotlib inline"),
    "await": _own("import asyncio\nawait asyncio.sleep(0)\nANSWER"),
    "if main": _own("if __name__ == '__main__':\nBLOCK"),
    "help": _own("np.where?\nANSWER"),
    "%autoreload": _above("%load_ext autoreload\n%autoreload 2"),
    "%%bash": _own("%%bash\necho hi", "ANSWER"),
    "%%html": _own("%%html\n<b>hi</b>", "ANSWER"),
    "what the cell before showed": _own("1 + 1", "assert _ == 2\nANSWER"),
    "errors that raise": _own("np.seterr(all='raise')\nANSWER"),
    "warnings that raise": _own("import warnings\nwarnings.filterwarnings('error')\nANSWER"),
    "input": _own("name = input('Who? ')", "ANSWER"),
    "exit": _own("ANSWER", "exit()"),
    "%cd": _above("%cd .."),
    "!pip": _above("!pip install --quiet nothing-at-all"),
    "programs": _above(
        "import os, subprocess, sys\nsubprocess.run([sys.executable, '-m', 'pip', 'list'])\n"
        "assert subprocess.check_output('ls', text=True) == '' == os.popen('ls').read()\n"
        "assert os.system('ls') == 0"
    ),
    "magics that are not installed": _above("%load_ext watermark\n%watermark -v\n%store"),
    "%%memit": _own("%%memit\nANSWER"),
    "%%R": _own("%%R\nx <- 1", "ANSWER"),
    "%timeit": _own("ANSWER", "%timeit -n 1 -r 1 sum([])"),
    "TkAgg": _above('import matplotlib\nmatplotlib.use("TkAgg")'),
    "answers in each other's cells": _swap("draw_mask", "survivors"),
    "answer in the other's cell": _swap("dropout_inverted", "dropout_standard"),
    "in a demonstration": _in_demo,
    "from my_helpers import f": _own(
        "from my_helpers import dropout_inverted", my_helpers__py="ANSWER"
    ),
    "import my_helpers as h": _own(
        "import my_helpers as h\ndropout_inverted = h.dropout_inverted", my_helpers__py="ANSWER"
    ),
    "from my_helpers import *": _own("from my_helpers import *", my_helpers__py="ANSWER"),
    "a file that it reads": _own(
        "K = open('k.txt').read()", "assert K == 'one'\nANSWER", k__txt="one"
    ),
    "%run": _own("%run my_helpers.py", my_helpers__py="ANSWER"),
    "%run -i": _own("K = 1", "%run -i ./my_helpers.py", my_helpers__py="assert K\nANSWER"),
    "%run of a notebook": _own("%run other.ipynb", other__ipynb="CELLS"),
    "a folder for %%writefile": _own(
        "!mkdir -p made/in",
        "%mkdir made",
        "%%writefile made/in/other.py\nANSWER",
        "import sys\nsys.path.append('made/in')\nfrom other import dropout_inverted",
    ),
    "%%writefile": _own("%%writefile other.py\nANSWER", "from other import dropout_inverted"),
}
