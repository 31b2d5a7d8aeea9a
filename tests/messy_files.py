"""More of these notebooks: what was added to demonstrations, switched off, or handed in beside."""

from __future__ import annotations

from messy import Make, _own, answer, at, insert
from nbformat.notebooknode import NotebookNode


def _demo(more: str, used: str) -> Make:
    """Extend the first demonstration, and use in 3.3 what it defines."""

    def make(notebook: NotebookNode) -> None:
        demo = next(c for c in notebook.cells if "demo" in c.metadata.get("tags", []))
        demo.source += f"\n{more}"
        stub = notebook.cells[at(notebook, "dropout_inverted")]
        stub.source = f"{used}\n{answer('dropout_inverted')}"

    return make


def _off(kind: str, above: bool = True) -> Make:
    """Switch the cell of 3.3 off, with something wrong in it; the answer is in an own cell."""

    def make(notebook: NotebookNode) -> None:
        stub = at(notebook, "dropout_inverted")
        cell = notebook.cells[stub]
        cell.source = "def dropout_inverted(x, mask, p, training):\n    return x"
        cell.cell_type = kind
        del cell["outputs"], cell["execution_count"]
        insert(notebook, stub + (not above), answer("dropout_inverted"))

    return make


FILES: dict[str, Make] = {
    "demonstration extended by a call": _demo("K = np.sqrt(4.0)", "assert K == 2"),
    "demonstration extended by partial": _demo(
        "from functools import partial\nsq = partial(pow, 2)\nsq2 = np.vectorize(sq)",
        "assert sq(2) == 4 == sq2([2])[0]",
    ),
    "demonstration extended by an object": _demo(
        "class K:\n    pass\nk = K()\nsetattr(K, 'one', 1)\nk.two = 2", "assert k.one + k.two == 3"
    ),
    "demonstration extended by a tuple": _demo("A, B = 1, float('2')", "assert A + B == 3"),
    "demonstration extended by a list": _demo(
        "SQS = [i * i for i in range(3)]\nL = []\nL.append(3)",
        "assert SQS == [0, 1, 4]; assert L == [3]",
    ),
    "demonstration extended by if and with": _demo(
        "if True:\n    K = 2\nwith np.errstate(all='ignore'):\n    K2 = np.float64(2)",
        "assert K == K2",
    ),
    "demonstration extended by a walrus": _demo("print(K := 2)", "assert K == 2"),
    "demonstration extended step by step": _demo(
        "K = 2\nK += 1\nC = dict(a=1)\nC.update(b=2)\nfor k in C:\n    C[k] = 0",
        "assert K == 3; assert C == {'a': 0, 'b': 0}",
    ),
    "answer cell made raw, answer above": _off("raw"),
    "answer cell made raw, answer below": _off("raw", above=False),
    "answer cell made Markdown, answer above": _off("markdown"),
    "a module that a module imports": _own(
        "from my_helpers import dropout_inverted",
        my_helpers__py="from utils2 import dropout_inverted\n"
        "assert open('k_data.txt').read() == 'one'",
        utils2__py="ANSWER",
        k_data__txt="one",
    ),
    "files by glob": _own(
        "from glob import glob\nassert len(glob('rates_*.csv')) == 2\nANSWER",
        rates_1__csv="1",
        rates_2__csv="2",
    ),
    "files by an f-string": _own(
        "assert [open(f'rates_{i}.csv').read() for i in (1, 2)] == ['1', '2']\nANSWER",
        rates_1__csv="1",
        rates_2__csv="2",
    ),
    "a file by a sum": _own(
        "name = 'rates'\nassert open(name + '.csv').read() == '1'\nANSWER", rates__csv="1"
    ),
    "a folder that it lists": _own(
        "import os\nassert 'rates.csv' in os.listdir()\nANSWER", rates__csv="1"
    ),
}
