"""Stubs: what is shown of a reference, and what never is."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder.authoring.stub import StubError, answer, stub

ROOT = Path(__file__).parents[1]
SOURCE = (ROOT / "tests/fixtures/authoring/solutions/ch03_forward.py").read_text("utf-8")
BODY = "    # YOUR CODE HERE\n    raise NotImplementedError"


def test_a_function_keeps_signature_and_docstring_and_what_they_need():
    assert stub(SOURCE, ["scale"]) == (
        "DEFAULT_RATE: float = 0.5\n\n\n"
        "def scale(\n"
        "    p: float = DEFAULT_RATE,  # the rate: of dropping\n"
        '    sep: str = "#:",\n'
        ") -> float:\n"
        '    r"""Factor of the survivors, $1/(1-p)$."""\n' + BODY
    )


def test_a_class_keeps_attributes_decorators_and_given_methods():
    code = stub(SOURCE, ["Layer"])
    assert "    training = True\n" in code
    assert "    @property\n    def keep(self) -> float:\n" in code
    assert "    @staticmethod\n    def rate(p: float) -> bool:\n        # YOUR CODE HERE" in code
    assert "        self.p = p\n" in code  # marked `# given`
    assert code.count("raise NotImplementedError") == 3


@pytest.mark.parametrize("names", [["scale"], ["drop"], ["Layer"], ["drop", "Layer", "scale"]])
def test_nothing_of_a_body_is_left_comments_included(names):
    code = stub(SOURCE, names)
    assert "solution" not in code
    assert "_keep" not in code


def test_several_names_come_in_the_order_of_the_module():
    code = stub(SOURCE, ["Layer", "drop"])
    assert [n.name for n in ast.parse(code).body if hasattr(n, "name")] == ["drop", "Layer"]


def test_a_given_helper_is_whole_and_brings_what_it_needs():
    code = stub(SOURCE, ["scale"], ["_keep"])
    assert "def _keep(p):\n    return max(1.0 - p, EPS)\n" in code
    assert "EPS = 1e-8" in code


def test_a_stub_runs_by_itself_and_fails_as_unwritten():
    space: dict = {"__name__": "__main__"}
    exec(stub(SOURCE, ["Layer", "drop"]), space)
    with pytest.raises(NotImplementedError):
        space["drop"](None, None)
    assert space["Layer"](0.3).p == 0.3


def test_an_answer_is_whole():
    assert "solution: nested" in answer(SOURCE, ["Layer"])


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("def g(): pass", 1, "no `f` at the top level"),
        ("f = lambda x: x", 1, "as a function or class"),
        ("\ndef f(x): return x", 2, "lines of its own"),
        ('def f(x):\n    """Doc."""; return x', 2, "nothing may follow the docstring"),
        ("def h():\n    return 1\n\ndef f(x=h()):\n    return x", 1, "`h` would be shown"),
        ("def h():\n    return 1\nT = h()\ndef f(x=T):\n    return x", 1, "`h` would be shown"),
        ("class B:\n    pass\nclass f(B):\n    pass", 1, "`B` would be shown"),
        ("def f(x: Tensor):\n    return x", 1, "Tensor"),
        ("class f:\n    if 1:\n        def g(self):\n            return 1", 3, "directly"),
        ("class f:\n    g = lambda self: 1", 2, "directly"),
    ],
)
def test_what_cannot_be_a_stub_says_where_and_what(source, line, message):
    with pytest.raises(StubError, match=message) as found:
        stub(source, ["f"])
    assert found.value.line == line


def test_annotations_are_needed_though_the_reference_postpones_them():
    source = (
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from numpy import ndarray\n"
        "def f(x: ndarray):\n    return x"
    )
    with pytest.raises(StubError, match="ndarray"):
        stub(source, ["f"])


def test_a_multiline_signature_with_strings_and_lambdas_is_found():
    source = 'def f(a={"x": 1}, b="):", c=lambda z: z) -> "int:":  # note: here\n    return 1'
    assert stub(source, ["f"]) == source.replace("    return 1", BODY)


REFERENCES = sorted((ROOT / "solutions").glob("ch[0-9][0-9]_*.py"))


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)
def test_no_body_of_a_real_reference_shows(path):
    source = path.read_text("utf-8")
    public = [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
    ]
    for name in public:
        shown = ast.parse(stub(source, [name])).body
        defined = [n for n in shown if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
        assert [n.name for n in defined] == [name]
        assert "return" not in _code_only(stub(source, [name]))


def _code_only(code: str) -> str:
    """Code without docstrings and comments."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
