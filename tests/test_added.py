"""What a student adds to a demonstration runs at grading, unless it needs what does not."""

from __future__ import annotations

import time

import pytest
from classroom_tiny import filled, get, tiny

from autograder.classroom.submissions.added import Names, additions
from autograder.classroom.submissions.rebuild import rebuild
from autograder.referee.lacking import why_lacking
from dropout_course.engine.judging import Finding

DEMO = (
    "data = [1, 2]\nn = 3\n\n\ndef train(k):\n    return data\n\n\n"
    "plain = train(3)\nlab.fit(plain)\nprint(plain)"
)
SETUP = "import numpy as np\nfrom functools import partial\nfrom dropout_course import lab, check"


def added(more, before="", names=None):
    names = names or Names(asked={"double"})
    names.run(SETUP)
    return additions(DEMO, f"{before}{DEMO}\n{more}", frozenset({"double"}), names)


KEPT = [
    "SQ = np.sqrt(4.0)",
    "sq = partial(pow, 2)",
    "sq = partial(pow, 2)\nsq2 = np.vectorize(sq)",
    "class K:\n    x = 1\nk = K()",
    "A, B = 1, float('2')",
    "SQS = [n * n for n in range(3)]",
    "SQS = {n: (lambda n: n)(n) for n in range(3) if n}",
    "if True:\n    SQ = 2",
    "with np.errstate(all='ignore'):\n    SQ = np.float64(2)",
    "try:\n    SQ = 1 / 0\nexcept ZeroDivisionError as data:\n    SQ = str(data)",
    "print(SQ := 2)",
    "SQ = 2\nSQ += 1",
    "L = []\nL.append(3)",
    "CFG = dict(a=1)\nCFG.update(b=2)",
    "TAB = {}\nfor n in (1, 2):\n    TAB[n] = n",
    "class K:\n    pass\nsetattr(K, 'x', 1)",
    "global_one = 1\ndef put():\n    global SQ\n    SQ = 2\nput()",
    "data = 3\nSQ = data + 1",
    "n = 1\nn = n + 1",
    "%run helpers.py",
    "exec('SQ = 2')",
    "globals()['SQ'] = 2",
    "def double(x):\n    return 2 * x",
    "double = partial(np.multiply, 2)",
    "SQ = double(3)",
    "def late():\n    return later_on",
    "match 3:\n    case n:\n        SQ = n",
]


@pytest.mark.parametrize("more", KEPT)
def test_what_can_run_alone_is_kept(more):
    got = added(more)
    assert "\n".join(got.kept) == more
    assert got.left == {}


@pytest.mark.parametrize(
    ("more", "left"),
    [
        ("SQ = data[0]", {"SQ": "data"}),
        ("SQ = plain", {"SQ": "plain"}),
        ("SQ = [data for _ in range(3)]", {"SQ": "data"}),
        ("SQ = lambda: data", {"SQ": "data"}),
        ("SQ = 2\nSQ += n", {"SQ": "n"}),
        ("L = []\nL.append(data)", {"L": "data"}),
        ("TAB = {}\nfor k in (1, 2):\n    TAB[k] = train(k)", {"TAB": "train", "k": "train"}),
        ("SQ = data\nONE = SQ", {"SQ": "data", "ONE": "SQ"}),
        ("if True:\n    lab.fit(plain, n)", {}),
        ("n += 1", {}),
        ("data.append(3)", {}),
        ("lab.fit(plain, epochs=3)", {}),
        ("lab.line([1], [2])\nprint(3)\n'words'\ncheck('double')", {}),
        ("%time 3", {}),
    ],
)
def test_what_needs_an_experiment_is_not_and_is_named(more, left):
    got = added(more)
    assert got.kept == []
    assert got.left == left


@pytest.mark.parametrize(
    "more", ["data = lab.digits(9)", "n = double(10**9)", "def train(k):\n    lab.fit(k)\ntrain(3)"]
)
def test_an_experiment_that_was_altered_is_not_run(more):
    got = added(more)
    assert [text for text in got.kept if not text.startswith("def")] == []
    assert got.left == {}


def test_own_names_may_come_from_the_courses_package():
    assert added("mine = lab.digits(9)").kept == ["mine = lab.digits(9)"]


def test_a_function_that_needs_an_experiment_is_kept_and_its_calls_are_not():
    function = "def again(k):\n    return train(k)"
    assert added(f"{function}\nSQ = again(3)").kept == [function]
    assert added(f"{function}\nSQ = again(3)").left == {"SQ": "train"}
    held = "class K:\n    def f(self):\n        return data"
    assert added(f"{held}\nSQ = K()").left == {"SQ": "data"}


def test_a_name_given_a_value_again_is_kept():
    got = added("SQ = data\nSQ = 2")
    assert got.kept == ["SQ = 2"]
    assert got.left == {}
    assert added("SQ = 2\nSQ = data").kept == []


def test_at_the_top_the_names_of_the_cells_above_count():
    names = Names()
    names.run("n = 7")
    got = added("TWO = n", "ONE = n\n", names)
    assert got.kept == ["ONE = n"]
    assert got.left == {"TWO": "n"}


def test_statements_that_share_a_line_run_once():
    assert added("L = []; L.append(3); print(L)").kept == ["L = []", "L.append(3)"]
    assert additions("a = f()\nb = 1", "a = f(); c = 2\nb = 1").kept == ["c = 2"]


def test_a_demonstration_without_a_line_of_ours_is_the_students():
    got = additions("result = double(21)", "mine = 1\nprint(mine)")
    assert got.kept == ["mine = 1\nprint(mine)"]


def test_magic_in_a_cell_is_no_obstacle():
    original = "try:\n    import numpy\nexcept ImportError:\n    %pip install numpy"
    assert additions(original, original + "\nimport math").kept == ["import math"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "more",
    [
        "f = " + "lambda: " * 90 + "1",
        "x = " + "[(y := " * 60 + "1" + ") for _ in range(2)]" * 60,
        "\n".join(" " * i + f"def f{i}():" for i in range(90)) + "\n" + " " * 90 + "pass",
        "\n".join(f"def f{i}():\n    return f{i + 1}()" for i in range(2000)) + "\nx = f0()" * 2000,
        "\n".join(f"x{i} = x{i + 1}" for i in range(3000)),
    ],
    ids=["lambdas", "loops", "functions", "chain", "names"],
)
def test_code_made_to_take_long_does_not(more):
    start = time.process_time()
    added(more)
    assert time.process_time() - start < 10


def notebook(more):
    made = filled()
    get(made, "code-demo").source += f"\n{more}"
    return rebuild(tiny(), made)


def test_the_note_names_what_was_not_run():
    rebuilt = notebook("SQ = result\nONE = 1")
    assert rebuilt.notes == [
        "1 set-up or demonstration cell was changed; what you defined there is kept, but for SQ, "
        "which needs result: experiments are not run at grading."
    ]
    assert "SQ = result" not in [cell.source for cell in rebuilt.notebook.cells]
    many = "\n".join(f"S{i} = result" for i in range(6))
    assert "S3, which needs result; and 2 more: exp" in notebook(many).notes[0]


def test_an_answer_that_needs_what_was_not_run_is_told_why():
    rebuilt = notebook("SQ = result")
    finding = Finding("raised", "it raised", received="NameError: name 'SQ' is not defined")
    assert why_lacking(finding, rebuilt.notebook, {}) == (
        "SQ, which you define in a demonstration, needs result, and demonstrations are not run at "
        "grading: define it in a cell of your own, without that"
    )


def test_a_note_on_an_altered_experiment_says_that_it_is_not_run():
    released, made = tiny(), filled()
    for nb in (released, made):
        get(nb, "code-demo").source = "k = 1\nresult = double(k)\nprint(result)"
    get(made, "code-demo").source = "k = 1\nresult = double(k + 1)\nprint(result)"
    (said,) = rebuild(released, made).notes
    assert said.endswith("what you added there is kept, and experiments are not run at grading.")


def test_a_note_on_what_is_all_kept_says_so():
    (said,) = notebook("SQ = np.sqrt(4.0)").notes
    assert said.endswith("cell was changed; what you defined there is kept.")


def test_what_an_earlier_demonstration_defines_is_needed_too():
    released, made = tiny(), filled()
    for nb in (released, made):
        extra = get(tiny(), "code-demo")
        extra.source, extra.id = "more = 1\nprint(more)", "later-demo"
        extra.metadata["nbgrader"]["grade_id"] = "later-demo"
        nb.cells.insert(6, extra)
    get(made, "later-demo").source += "\nSQ = result\nONE = double(1)"
    rebuilt = rebuild(released, made)
    assert rebuilt.notebook.metadata.dropout_course["not_run"] == {"SQ": "result"}
    assert "ONE = double(1)" in [cell.source for cell in rebuilt.notebook.cells]
