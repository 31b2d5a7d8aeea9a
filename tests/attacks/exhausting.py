"""Exhausting the grader: its time, memory, disk and patience."""

from __future__ import annotations

import json
from typing import Any

from attacks.model import BACK, Attack, in_family

exhausting = in_family("exhausting")
LOOP = """
import time
end = time.monotonic() + 4
while time.monotonic() < end: pass
"""


def _cells(count: int, source: str) -> dict[str, Any]:
    made = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    return {"cells": [{**made, "id": f"many-{n}", "source": source} for n in range(count)]}


def _more_cells(count: int, source: str) -> Any:
    def change(notebook: dict[str, Any]) -> None:
        notebook["cells"] += _cells(count, source)["cells"]

    return change


def _million(notebook: dict[str, Any]) -> bytes:
    cells = '"cells": [' + '{"cell_type":"code","source":"1"},' * 200_000 + "0," * 800_000
    return json.dumps(notebook).replace('"cells": [', cells, 1).encode()


def _tiny_parts(notebook: dict[str, Any]) -> bytes:
    """Twelve megabytes of JSON that are hundreds as Python objects."""
    parts = '"more": [' + "{}," * 4_000_000 + '{}], "cells": ['
    return json.dumps(notebook).replace('"cells": [', parts, 1).encode()


def _outputs(notebook: dict[str, Any], outputs: str) -> bytes:
    """The notebook with one more cell, whose outputs are given as they stand in the file."""
    made = {**_cells(1, "1")["cells"][0], "outputs": "here"}
    changed = {**notebook, "cells": [*notebook["cells"], made]}
    return json.dumps(changed).replace('"here"', outputs, 1).encode()


def _deep_addition(notebook: dict[str, Any]) -> None:
    setup = next(c for c in notebook["cells"] if "setup" in c["metadata"].get("tags", []))
    source = setup["source"]
    source = "".join(source) if isinstance(source, list) else source
    setup["source"] = source + "\ntotal = " + "+".join(["1"] * 980)


EVIL = ["(" * 400_000, "-" * 100_000 + "1", "def " + " " * 400_000, "async" + "\n" * 400_000]
EVIL += [" " * 400_000 + "%", "a" + ".a" * 100_000, "lambda: " * 50_000, "f'" + "{" * 100_000]
EVIL += ["x = '" + "\\" * 300_001, "%" * 400_000, "!" * 400_000, "\f" * 400_000]


def _evil(notebook: dict[str, Any]) -> None:
    left = iter(EVIL)
    for source in EVIL:
        notebook["cells"] += _cells(1, source)["cells"]
    for cell in notebook["cells"]:
        if "demo" in cell["metadata"].get("tags", []):
            cell["source"] = "x = " + next(left, "1")


def _in_cell(name: str, tries: str, source: str, **rest: Any) -> Attack:
    return exhausting(name, tries, early=source, **{"seconds": 1.0, "waits": True, **rest})


def _in_answer(name: str, tries: str, body: str, early: str = "", **rest: Any) -> Attack:
    answers = {BACK: f"def dropout_backward(grad, cache):\n    {body}"}
    return exhausting(
        name, tries, early=early, answers=answers, **{"seconds": 1.0, "waits": True, **rest}
    )


ATTACKS = [
    _in_cell("loop", "Loops in a cell.", LOOP),
    _in_answer(
        "loop-in-an-answer",
        "Loops in an answer.",
        "spin()",
        "def spin():\n" + "".join(f"    {line}\n" for line in LOOP.strip().splitlines()),
    ),
    _in_cell(
        "loop-in-c",
        "Computes in C, where no signal of Python's is heard, and ignores all signals.",
        """
import signal
for number in range(1, 64):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
sum(range(120_000_000))
""",
    ),
    _in_cell("sleep", "Sleeps, and uses no processor time.", "import time; time.sleep(9)"),
    _in_answer("sleep-in-an-answer", "Sleeps in an answer.", "import time; time.sleep(9)"),
    _in_answer(
        "sleeps-in-each-call",
        "Sleeps in each of many calls a little less than it may.",
        "import time; time.sleep(0.5)",
        seconds=0.2,
        at_most=8.0,
    ),
    _in_cell(
        "many-sleeps",
        "Sleeps in each of many cells a little less than it may.",
        "",
        change=_more_cells(60, "import time; time.sleep(0.2)"),
        seconds=0.2,
        at_most=8.0,
    ),
    _in_cell("memory", "Takes 3 GB.", "import numpy as np\nroom = np.ones(3 << 30, np.uint8)"),
    _in_cell("memory-in-c", "Maps 3 GB.", "import mmap\nmmap.mmap(-1, 3 << 30)[0]"),
    _in_cell(
        "disk",
        "Writes 600 MB.",
        """
import os
for number in range(10):
    with open(str(number), "wb") as file: os.posix_fallocate(file.fileno(), 0, 60 << 20)
""",
    ),
    _in_cell(
        "files",
        "Makes 20,000 files.",
        "for number in range(20_000): open(str(number), 'w').close()",
    ),
    _in_cell(
        "flood-of-descriptors",
        "Writes 100 MB to stdout and stderr, past Python.",
        "import os\nfor _ in range(1000): os.write(1, b'x' * 50_000), os.write(2, b'x' * 50_000)",
    ),
    _in_cell("flood-of-prints", "Prints 200 MB.", "for _ in range(2000): print('x' * 100_000)"),
    _in_cell(
        "flood-of-displays",
        "Displays 20,000 objects.",
        "from IPython.display import display\nfor _ in range(20_000): display('x' * 1000)",
        seconds=3.0,
    ),
    _in_cell(
        "flood-in-all-cells",
        "Reports a megabyte of output for each of 240 cells.",
        "from dropout_course.engine.inside import child\n"
        "child.Cells.run = lambda *a: {'outputs': [{'png': 'A' * 1_000_000}], 'error': None}",
        change=_more_cells(240, "1"),
    ),
    _in_cell(
        "descriptors",
        "Opens 2000 descriptors.",
        "import os\nopened = [os.open('/dev/null', os.O_RDONLY) for _ in range(2000)]",
    ),
    _in_cell(
        "recursion",
        "Recurses until the stack ends.",
        "import sys\nsys.setrecursionlimit(10**7)\ndef deep(): return deep()\ndeep()",
    ),
    _in_answer("recursion-in-an-answer", "Recurses.", "return dropout_backward(grad, cache)"),
    _in_answer(
        "huge-reply",
        "Returns 63 MB.",
        "return np.ones(63 << 17)",
        "import numpy as np",
        seconds=1.5,
    ),
    _in_answer(
        "huge-strided-reply",
        "Returns 60 MB, of every second element of an array.",
        "return np.ones(120 << 17)[::2]",
        "import numpy as np",
        seconds=3.0,
    ),
    _in_answer(
        "too-huge-reply", "Returns 200 MB.", "return np.ones(25 << 20)", "import numpy as np"
    ),
    _in_answer(
        "huge-shape",
        "Returns an array of 10^18 elements that takes eight bytes.",
        "return np.broadcast_to(1.0, (10**6,) * 3)",
        "import numpy as np",
    ),
    _in_answer(
        "huge-message", "Raises with a message of 100 MB.", "raise ValueError('x' * (100 << 20))"
    ),
    _in_answer(
        "endless-message",
        "Raises with a message that takes forever to make.",
        "raise Endless()",
        "class Endless(Exception):\n    def __str__(self):\n"
        + "".join(f"        {line}\n" for line in LOOP.strip().splitlines())
        + "        return 'x'",
    ),
    _in_answer(
        "deep-reply",
        "Returns a list nested 100,000 deep.",
        "return deep",
        "deep = []\nfor _ in range(100_000): deep = [deep]",
    ),
    _in_answer("wide-reply", "Returns a million parts.", "return [0] * 1_000_000"),
    _in_answer(
        "endless-reply", "Returns a list that holds itself.", "a = []; a.append(a); return a"
    ),
    _in_answer(
        "colliding-set",
        "Returns a set of 20,000 numbers with one hash.",
        "return numbers",
        "m = 2**61 - 1\nnumbers = list({i * m for i in range(2000)}) * 10",
    ),
    _in_answer("huge-integer", "Returns an integer of a million digits.", "return 1 << 4_000_000"),
    exhausting(
        "million-cells",
        "Hands in a million cells.",
        change=_million,
        at_most=60.0,
    ),
    exhausting(
        "tiny-parts",
        "Hands in a file of 12 MB that is made of four million empty objects.",
        change=_tiny_parts,
    ),
    exhausting(
        "tiny-outputs",
        "Hands in a file of 48 MB whose outputs are sixteen million empty objects.",
        change=lambda nb: _outputs(nb, "[" + "{}," * 16_000_000 + "{}]"),
    ),
    exhausting(
        "wide-outputs",
        "Hands in 48 MB of output and one emoji, with which each character takes four bytes.",
        change=lambda nb: _outputs(nb, '["\U0001f642' + "x" * 48_000_000 + '"]'),
        check=lambda o: [] if o.record.handed_in else ["a notebook with large outputs was refused"],
    ),
    exhausting(
        "escaped-quotes",
        "Hands in a file of 48 MB whose last text never ends, and seems to at each character.",
        change=lambda nb: _outputs(nb, '["' + '\\"' * 24_000_000),
    ),
    exhausting(
        "evil-sources",
        "Hands in sources on which regular expressions and parsers are slow.",
        change=_evil,
    ),
    exhausting(
        "deep-addition",
        "Adds a long sum to a locked cell, which is compared part by part.",
        change=_deep_addition,
    ),
]
