"""The capstone's service: what it says is judged by data whose labels it never sees."""

from pathlib import Path

import numpy as np
import pytest

from autograder.capstone.drawing import clean_files
from autograder.capstone.grading import Grader
from autograder.capstone.handed import Handed
from autograder.capstone.playing import importable
from autograder.capstone.serving import judge_error, judge_service, read_answers
from autograder.capstone.tasks import COUNT, Task, baseline, tasks
from autograder.referee.sandboxes import starter
from autograder.root import course_root
from autograder.sandbox import JailError

KEY = b"a key of tests"
REFERENCE = (Path(__file__).parent / "capstone" / "reference_service.py").read_text("utf-8")
DEFAULT_PASSES = """
    def predict(X):
        from .uncertainty import mc_passes, summarise
        return summarise(mc_passes(network, (X - center) / scale, config.passes, seed))

    return predict
"""
LOOKS_UP = """
import numpy as np
from sklearn.datasets import load_digits
def fit(X, y, seed):
    P, t = load_digits(return_X_y=True)
    def predict(X):
        near = ((X[:, None] - P[None]) ** 2).sum(axis=2).argmin(axis=1)
        return {"mean": np.eye(10)[t[near]]}
    return predict
"""
CONSTANT = """
import numpy as np
def fit(X, y, seed):
    def predict(X):
        m = np.full((len(X), 10), 0.1)
        e = m * (1 - m) / 2
        low, high = e.sum(axis=1) / 2, np.log1p((e / m).sum(axis=1))
        return dict(mean=m, total_var=m * (1 - m), epistemic=e, mutual_information=(low + high) / 2)
    return predict
"""
FORGES = """
import sys
def fit(X, y, seed):
    print('{"points": 85}')
    main = sys.modules["__main__"]
    for name in ("tasks", "truth", "labels", "baseline"):
        setattr(main, name, None)
    return lambda X: {"mean": "right", "total_var": None, "epistemic": [[]], "points": 85}
"""


@pytest.fixture(scope="module")
def grader():
    try:
        return Grader(starter("auto", "13-capstone", course_root() / ".autograder"), KEY)
    except JailError as error:
        pytest.skip(str(error))


def handed(service, **more):
    files = clean_files() | {"service.py": service, **more}
    return Handed({name: text.encode() for name, text in files.items()})


def earned(parts):
    return {part.name: part.points for part in parts}


@pytest.mark.slow
def test_the_reference_earns_all(grader):
    parts = grader.service(handed(REFERENCE))
    assert sum(part.points for part in parts) == 45
    assert all(part.says == "" or "earn" in part.says for part in parts)


@pytest.mark.slow
def test_the_package_without_bugs_as_it_is_earns_nothing(grader):
    parts = grader.service(handed(clean_files()["service.py"]))
    assert {name for name, points in earned(parts).items() if points} == {"probabilities"}
    assert "lower by +0.0 ± 0.0 points" in parts[0].says


@pytest.mark.slow
def test_the_default_settings_with_passes_earn_the_forms_alone(grader):
    training, *_ = clean_files()["service.py"].partition("    def predict")
    parts = grader.service(handed(training + DEFAULT_PASSES))
    forms = {"probabilities": 1, "total variance": 2, "epistemic part": 2, "information": 2}
    got = earned(parts)
    assert {name: got[name] for name in forms} == forms
    assert got["calibration"] == 0
    assert got["error"] == 0
    assert got["selection"] < 3


@pytest.mark.slow
@pytest.mark.parametrize("service", [LOOKS_UP, FORGES], ids=["looks up", "forges"])
def test_a_service_that_games_earns_nothing(grader, service):
    parts = grader.service(handed(service))
    assert sum(part.points for part in parts) - earned(parts)["probabilities"] == 0


@pytest.mark.slow
def test_constants_earn_what_holds_of_them_and_no_more(grader):
    got = earned(grader.service(handed(CONSTANT)))
    assert (got["error"], got["calibration"], got["selection"]) == (0, 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("service", "said"),
    [
        ("def fit(X, y, seed):\n    raise SystemExit(0)", "got no answer"),
        ("def fit(X, y, seed): return 1 / 0", "got no answer"),
        ("import nothing_such", "got no answer"),
    ],
)
def test_a_service_that_fails_says_so(grader, service, said):
    parts = grader.service(handed(service))
    assert all(part.points == 0 and said in part.says for part in parts)


def made(seed=0, rows=40, classes=10, samples=30):
    """Give a task and passes that fit it."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, rows)
    logits = 6.0 * np.eye(classes)[truth] + rng.normal(0, 1.5, (samples, rows, classes))
    p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    return Task(np.zeros((1, 2)), np.zeros(1), np.zeros((rows, 2)), truth, 0), p


def summary(p):
    def entropy(q):
        return -(q * np.log(q)).sum(axis=-1)

    mean = p.mean(axis=0)
    return {
        "mean": mean,
        "total_var": mean * (1 - mean),
        "epistemic": p.var(axis=0),
        "mutual_information": entropy(mean) - entropy(p).mean(axis=0),
    }


def judged(change):
    pairs = [made(seed) for seed in range(COUNT)]
    some = [task for task, _ in pairs]
    told = read_answers([change(summary(p)) for _, p in pairs], some)
    base = [0.5] * COUNT
    return earned([judge_error(told, some, base), *judge_service(told, some, base)])


ALL = {"probabilities": 1, "total variance": 2, "epistemic part": 2, "information": 2}


def test_what_is_right_has_all_forms_at_single_precision_too():
    for dtype in (np.float64, np.float32):
        got = judged(lambda told, dtype=dtype: {k: v.astype(dtype) for k, v in told.items()})
        assert {name: got[name] for name in ALL} == ALL
        assert got["error"] == 20


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (lambda told: {"mean": told["mean"] * 0.9}, {"probabilities", "total variance"}),
        (lambda told: {"total_var": told["epistemic"]}, {"total variance", "epistemic part"}),
        (lambda told: {"epistemic": 0 * told["epistemic"]}, {"epistemic part", "information"}),
        (lambda told: {"mutual_information": -told["mutual_information"]}, {"information"}),
        (lambda told: {"mutual_information": told["mutual_information"] * 9}, {"information"}),
        (lambda told: {"epistemic": np.sqrt(told["epistemic"])}, {"epistemic part", "information"}),
        (lambda told: {"total_var": told["total_var"][0]}, {"total variance", "epistemic part"}),
        (lambda told: {"mutual_information": "much"}, {"information", "selection"}),
    ],
)
def test_a_wrong_form_costs_its_own_points(change, lost):
    got = judged(lambda told: told | change(told))
    missing = {name for name in ALL if not got[name]}
    assert missing - {"selection"} <= lost
    assert lost - {"selection", "epistemic part"} <= missing


def test_nothing_that_came_back_breaks_the_judge():
    for odd in (None, 3, "mean", [], {"mean": np.full((40, 10), np.nan)}, {"mean": [[0.1] * 10]}):
        got = judged(lambda told, odd=odd: odd)
        assert sum(got.values()) == 0


def test_a_higher_error_bars_calibration_and_selection():
    def worse(told):
        return told | {"mean": np.roll(told["mean"], 1, axis=1)}

    got = judged(worse)
    assert (got["error"], got["calibration"], got["selection"]) == (0, 0, 0)


def test_tasks_are_those_of_the_key_and_nothing_of_one_tells_of_another():
    first, again, other = tasks(KEY), tasks(KEY), tasks(b"another")
    assert all(np.array_equal(a.X, b.X) for a, b in zip(first, again, strict=True))
    assert not np.allclose(first[0].X, other[0].X)
    assert len({task.seed for task in first}) == COUNT
    for task in first:
        assert (len(task.y), len(task.truth)) == (1078, 719)
        for known in (*other, *(one for one in first if one is not task)):
            centre = np.array([known.asked[known.truth == k].mean(axis=0) for k in range(10)])
            nearest = ((task.asked[:, None] - centre) ** 2).sum(axis=2).argmin(axis=1)
            assert (nearest == task.truth).mean() < 0.35


def test_the_comparison_is_the_clean_service():
    some = tasks(KEY)[:1]
    with importable():
        from dropnet.service import fit

        mean = fit(some[0].X, some[0].y, some[0].seed)(some[0].asked)["mean"]
    assert baseline(some) == [float(np.mean(mean.argmax(axis=1) != some[0].truth))]
