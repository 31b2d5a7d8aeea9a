"""Honest notebooks that look odd: each holds the right answers and must earn all points."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from attacks.intake import _old_format
from attacks.model import BACK, CONVERT, LAYER, MLP, MODES

Notebook = dict[str, Any]
Control = Callable[[Notebook], "bytes | dict[str, bytes] | None"]
CONTROLS: dict[str, Control] = {}


def control(make: Control) -> Control:
    """Add a control to the table."""
    CONTROLS[make.__name__.replace("_", "-")] = make
    return make


def cell(source: str, **more: Any) -> dict[str, Any]:
    """A code cell of a student's own."""
    made = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 3}
    return {**made, "source": source, **more}


def answer(notebook: Notebook, exercise: str) -> dict[str, Any]:
    """The cell of an answer, its source as one string."""
    for found in notebook["cells"]:
        if found["metadata"].get("nbgrader", {}).get("grade_id") == exercise:
            source = found["source"]
            found["source"] = source if isinstance(source, str) else "".join(source)
            return found
    raise LookupError(exercise)


def checks(notebook: Notebook) -> list[dict[str, Any]]:
    """The check cells."""
    marked = [(c, c["metadata"].get("nbgrader", {}).get("grade_id", "")) for c in notebook["cells"]]
    return [c for c, grade_id in marked if grade_id.endswith("-check")]


@control
def as_it_is(notebook: Notebook) -> None:
    pass


@control
def prints_and_warnings(notebook: Notebook) -> None:
    found = answer(notebook, BACK)
    found["source"] = found["source"].replace(
        "    mask, p, training = cache\n",
        "    mask, p, training = cache\n    import warnings, sys\n    print('here', p)\n"
        "    warnings.warn('numbers are hard')\n    print('also here', file=sys.stderr)\n",
    )
    assert "numbers are hard" in found["source"]
    notebook["cells"].insert(5, cell("import warnings\nwarnings.warn('x')\n1 / np.zeros(3)"))


@control
def helper_in_an_own_cell(notebook: Notebook) -> None:
    found = answer(notebook, CONVERT)
    place = notebook["cells"].index(found)
    notebook["cells"].insert(place, cell("def power(q, n):\n    return q**n"))
    found["source"] = found["source"].replace("q**2 * lr", "power(q, 2) * lr")
    assert "power(" in found["source"]


@control
def magics_and_commands(notebook: Notebook) -> None:
    notebook["cells"][4:4] = [
        cell("%matplotlib inline\n%load_ext autoreload\n%autoreload 2"),
        cell("!ls -la\nfiles = !ls\n!pip install numpy"),
        cell("%%time\nx = sum(range(1000))"),
        cell("%timeit -n 1 -r 1 1 + 1\n?print"),
        cell("%%bash\necho hello"),
    ]
    found = answer(notebook, BACK)
    found["source"] = "%config InlineBackend.figure_format = 'retina'\n" + found["source"]


@control
def more_imports(notebook: Notebook) -> None:
    head = "import math, random, os, sys, time\nfrom typing import *\nimport numpy\n"
    head += "import matplotlib.pyplot as plt\nimport scipy.stats\n"
    found = answer(notebook, MLP)
    found["source"] = head + found["source"]


@control
def check_cells_duplicated(notebook: Notebook) -> None:
    for found in checks(notebook):
        notebook["cells"].insert(notebook["cells"].index(found), copy.deepcopy(found))


@control
def check_cells_deleted(notebook: Notebook) -> None:
    gone = checks(notebook)
    notebook["cells"] = [c for c in notebook["cells"] if c not in gone]


@control
def check_cells_changed(notebook: Notebook) -> None:
    for found in checks(notebook):
        found["source"] = "# check('x')\nassert False, 'I broke it'"


@control
def cells_in_reverse(notebook: Notebook) -> None:
    """The answers, which need no order among themselves but for one, from last to first."""
    found = [answer(notebook, name) for name in (BACK, MLP, CONVERT, MODES)]
    places = sorted(notebook["cells"].index(c) for c in found)
    for place, one in zip(places, reversed(found), strict=True):
        notebook["cells"][place] = one


@control
def demonstrations_deleted(notebook: Notebook) -> None:
    keep = [c for c in notebook["cells"] if "demo" not in c["metadata"].get("tags", [])]
    notebook["cells"] = [c for c in keep if c["cell_type"] == "code"]


@control
def metadata_stripped(notebook: Notebook) -> None:
    notebook["metadata"] = {}
    for one in notebook["cells"]:
        one["metadata"] = {}


@control
def ids_and_metadata_stripped(notebook: Notebook) -> None:
    metadata_stripped(notebook)
    notebook["nbformat_minor"] = 2
    for one in notebook["cells"]:
        one.pop("id", None)


@control
def renamed(notebook: Notebook) -> dict[str, bytes]:
    return {"04-backprop (final) (2).ipynb": json.dumps(notebook).encode()}


@control
def beside_other_files(notebook: Notebook) -> dict[str, bytes]:
    files = {"data.csv": b"1,2\n", "notes.txt": b"caf\xe9", ".DS_Store": b"\0" * 99}
    return {"04-backprop.ipynb": json.dumps(notebook).encode(), **files}


@control
def megabytes_of_output(notebook: Notebook) -> None:
    lines = {"output_type": "stream", "name": "stdout", "text": "epoch\n" * 700_000}
    notebook["cells"].append(cell("for i in range(20_000): print('epoch', i)", outputs=[lines]))
    html = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<b>" * 99_999}}
    answer(notebook, LAYER)["outputs"] = [html]


@control
def nearly_all_that_is_taken(notebook: Notebook) -> bytes:
    """48 MB, as Jupyter writes it: many short lines, a large picture, an emoji, a pasted one."""
    lines = {"output_type": "stream", "name": "stdout", "text": ["epoch 1\n"] * 700_000}
    data = {"image/png": "A" * 30_000_000, "text/plain": ['<b>\U0001f642 "x\\"</b>']}
    shown = {"output_type": "display_data", "metadata": {}, "data": data}
    notebook["cells"].append(cell("train()", outputs=[lines, shown]))
    notebook["cells"][2]["attachments"] = {"a.png": {"image/png": "A" * 2_000_000}}
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode()


@control
def format_3(notebook: Notebook) -> bytes:
    return _old_format(3)(notebook)


@control
def windows_line_ends(notebook: Notebook) -> bytes:
    for one in notebook["cells"]:
        source = one["source"]
        text = source if isinstance(source, str) else "".join(source)
        one["source"] = text.replace("\n", "\r\n")
    return json.dumps(notebook, indent=1).replace("\n", "\r\n").encode()


@control
def byte_order_mark(notebook: Notebook) -> bytes:
    return b"\xef\xbb\xbf" + json.dumps(notebook, ensure_ascii=False).encode()


@control
def utf_16(notebook: Notebook) -> bytes:
    return json.dumps(notebook, ensure_ascii=False).encode("utf-16")


@control
def tabs(notebook: Notebook) -> None:
    for name in (BACK, LAYER, MLP, CONVERT, MODES):
        found = answer(notebook, name)
        lines = found["source"].split("\n")
        spaces = [len(line) - len(line.lstrip(" ")) for line in lines]
        pairs = zip(lines, spaces, strict=True)
        found["source"] = "\n".join("\t" * (n // 4) + " " * (n % 4) + s[n:] for s, n in pairs)


@control
def a_global_that_counts(notebook: Notebook) -> None:
    found = answer(notebook, CONVERT)
    head = "calls = 0\n\n\n"
    found["source"] = head + found["source"].replace(
        "    return q * W", "    global calls\n    calls += 1\n    return q * W"
    )
    assert "global calls" in found["source"]


@control
def plots(notebook: Notebook) -> None:
    source = "import matplotlib.pyplot as plt\nfor _ in range(7):\n    plt.figure(); plt.plot([1])"
    notebook["cells"].insert(8, cell(source))
    notebook["cells"].append(cell("plt.imshow(np.ones((99, 99)))\nplt.show()"))


@control
def an_error_in_the_last_cell(notebook: Notebook) -> None:
    notebook["cells"] += [cell("undefined_name + 1"), cell("this is no python ("), cell("1/0")]


@control
def an_error_in_the_middle(notebook: Notebook) -> None:
    notebook["cells"].insert(6, cell("raise RuntimeError('I was here')"))


@control
def an_exit_in_the_middle(notebook: Notebook) -> None:
    place = notebook["cells"].index(answer(notebook, MLP))
    notebook["cells"].insert(place, cell("exit()"))
    notebook["cells"].insert(place, cell("import sys; sys.exit(1)"))
    notebook["cells"].insert(place, cell("input('your name? ')"))


@control
def type_hints(notebook: Notebook) -> None:
    found = answer(notebook, BACK)
    found["source"] = "from __future__ import annotations\n" + found["source"].replace(
        "def dropout_backward(grad, cache):",
        "def dropout_backward(grad: np.ndarray, cache: tuple[Mask, float, bool]) -> Undefined:",
    )
    assert "Undefined" in found["source"]


@control
def coroutines(notebook: Notebook) -> None:
    source = "import asyncio\nasync def train():\n    await asyncio.sleep(0)\n    return 1\n"
    notebook["cells"].insert(6, cell(source + "await train()"))


@control
def spare_copies(notebook: Notebook) -> None:
    """First tries, in copies of the answer cells above those that count."""
    for name in (BACK, MLP):
        found = answer(notebook, name)
        first = {**copy.deepcopy(found), "source": found["source"].replace("return", "return 0 *")}
        notebook["cells"].insert(notebook["cells"].index(found), first)


@control
def writes_files(notebook: Notebook) -> None:
    notebook["cells"].insert(6, cell("np.save('weights', np.ones(9)); np.load('weights.npy')"))


@control
def unicode_everywhere(notebook: Notebook) -> None:
    found = answer(notebook, CONVERT)
    found["source"] = found["source"].replace("q**2 * lr", "q**2 * lr  # η ← q²η 学习率 🙂")
    notebook["cells"].insert(6, cell("π = 3\nprint('naïve café 🙂 \\u202e')"))
