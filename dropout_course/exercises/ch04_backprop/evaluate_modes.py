"""4.5 evaluate_modes: accuracy with dropout on and off."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question

TRAIN, EVAL = "train_mode_accuracy", "eval_accuracy"

# What is true of every right answer ------------------------------------------------------------


def example(case, X, y, p):
    """Give a call on dropout_logits, and the accuracies with the same draws."""
    rng = case.rng()
    drawn = np.random.default_rng(rng.seed).random(X.shape)
    noisy = np.where(drawn >= p, X / (1 - p), 0)
    return (case.fn("dropout_logits", p=p), X, y, rng), {TRAIN: share(noisy, y), EVAL: share(X, y)}


def share(logits, y):
    """Fraction of rows whose largest logit, the first of equals, is that of the right class."""
    return float(np.mean(logits.argmax(1) == y))


def accuracy(case, answer, key):
    """Require a dict with both keys; give one of its numbers."""
    got = answer.value
    text = f"the result must be a dict with the keys {TRAIN!r} and {EVAL!r}"
    case.that(isinstance(got, dict) and set(got) == {TRAIN, EVAL}, text, kind="type")
    return float(case.array(got[key], (), what=key))


def separate(case, rows, classes):
    """Draw logits of which most rows are right, so that dropout changes the accuracy."""
    y = np.arange(rows) % classes
    X = case.uniform(rows, classes, low=0.1, high=1.0)
    X[np.arange(rows), y] += 0.7
    return X, y


@law("Accuracies are counted in both modes", weight=3, core=True)
def both_modes(student, case):
    X, y = np.array([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0], [4.0, 5.0]]), np.array([0, 1, 1, 1])
    # several, because another draw may by chance give the same accuracy once
    larger = [example(case, *separate(case, 150, 3), 0.6) for _ in range(8)]
    case.gives(student.evaluate_modes, [example(case, X, y, 0.0), *larger])


@law("The train mode uses your caller's generator", weight=2)
def callers_generator(student, case):
    X, y = separate(case, 150, 5)
    # another generator would give other accuracies
    examples = [example(case, X, y, 0.7) for _ in range(8)]
    asked = [student.evaluate_modes(*call) for call, _ in examples]
    for (_, want), answer in zip(examples, asked, strict=True):
        got = accuracy(case, answer, TRAIN)
        case.equal(got, want[TRAIN], what=f"{TRAIN} with the draws of the given generator")


@law("Of equal logits the first counts", weight=1, edge=True)
def ties(student, case):
    X, y = np.array([[1.0, 1.0], [2.0, 2.0], [0.0, 0.0], [3.0, 3.0]]), np.array([0, 1, 0, 0])
    answer = student.evaluate_modes(*example(case, X, y, 0.0)[0])
    case.equal(accuracy(case, answer, EVAL), 0.75, what=EVAL)


@law("The model is called once in each mode", weight=1, observed=True)
def one_call_each(student, case):
    X, y = separate(case, 6, 3)
    run = student.play("evaluate_modes_run", X=X, y=y, p=0.5, seed=case.seed())
    seen = run.value
    calls = [bool(mode) for mode in seen["modes"]]
    case.that(
        sorted(calls) == [False, True],
        "forward must be called once with training=True and once with training=False; "
        f"the values of training were {calls}",
    )
    case.that(seen["same_rng"], "forward must get the generator that evaluate_modes was given")
    case.that(seen["same_X"], "forward must get X as it is")


# By what a wrong answer is recognised ----------------------------------------------------------


def seen(student, case):
    """Give what a model saw, and the result; half of the rows are right in evaluation."""
    y = np.arange(400) ** 2 % 5  # classes of unequal size
    X = case.uniform(400, 5, low=0.1, high=1.0)
    X[np.arange(400), y] += 0.7
    X[::2] = 1 - X[::2]
    X[0, 1] = 9.0  # the largest of all
    run = student.play("evaluate_modes_run", X=X, y=y, p=0.7, seed=1)
    return X, y, run.value


@question("In which modes is the model called?")
def modes(student, case):
    called = [bool(mode) for mode in seen(student, case)[2]["modes"]]
    words = {0: "never", 1: "once"}
    return [words.get(called.count(mode), "several times") for mode in (True, False)]


@question("Which generator does it get?")
def generator(student, case):
    return seen(student, case)[2]["same_rng"]


@question("What stands under the key of evaluation?")
def evaluated(student, case):
    X, y, run = seen(student, case)
    right, found = share(X, y), float(run["result"][EVAL])
    kinds = {"accuracy": right, "error": 1 - right, "per cent": 100 * right}
    return next((name for name, value in kinds.items() if abs(found - value) < 1e-9), found)


@question("Which key holds the smaller number?")
def order(student, case):
    result = seen(student, case)[2]["result"]
    return float(np.sign(float(result[TRAIN]) - float(result[EVAL])))


# What people write instead ---------------------------------------------------------------------


def evaluating(
    calls=lambda forward, X, rng: (forward(X, True, rng), forward(X, False, rng)),
    measure=share,
    keys=(TRAIN, EVAL),
):
    """Call the model, and count for each mode."""

    def evaluate_modes(forward, X, y, rng):
        return {key: measure(z, y) for key, z in zip(keys, calls(forward, X, rng), strict=True)}

    return evaluate_modes


def called_before(forward, X, rng):
    """Call once too often."""
    forward(X, True, rng)
    return forward(X, True, rng), forward(X, False, rng)


def probability(logits, y):
    """Mean probability of the right class."""
    odds = np.exp(logits - logits.max(1, keepdims=True))
    return float((odds / odds.sum(1, keepdims=True))[np.arange(len(y)), y].mean())


mistakes = Mistakes(evaluate_modes=evaluating)
ROWS = (
    (
        "keys-swapped",
        "Keys swapped",
        "The two accuracies stand under each other's key.",
        {"keys": (EVAL, TRAIN)},
    ),
    (
        "drops-in-eval",
        "Drops in evaluation",
        "Both accuracies are taken with dropout on; "
        "the eval accuracy needs a forward pass with training=False.",
        {"calls": lambda forward, X, rng: (forward(X, True, rng), forward(X, True, rng))},
    ),
    (
        "never-in-training-mode",
        "Dropout off in training",
        "Both accuracies are taken with dropout off; "
        "the train mode accuracy needs a forward pass with training=True.",
        {"calls": lambda forward, X, rng: 2 * (forward(X, False, rng),)},
    ),
    (
        "error-for-accuracy",
        "Error instead of accuracy",
        "These are error rates; the accuracy is the share of right answers.",
        {"measure": lambda z, y: 1 - share(z, y)},
    ),
    (
        "per-cent",
        "Per cent",
        "The accuracies are in per cent; return fractions between 0 and 1.",
        {"measure": lambda z, y: 100 * share(z, y)},
    ),
    (
        "another-generator",
        "Another generator",
        "forward gets a generator of its own; hand on the one that the caller has given.",
        {
            "calls": lambda forward, X, rng: (
                forward(X, True, np.random.default_rng()),
                forward(X, False, rng),
            )
        },
    ),
    (
        "called-twice",
        "Called twice in training mode",
        "forward is called more than once in training mode, "
        "so the accuracy belongs to other masks; one call for each mode is enough.",
        {"calls": called_before},
    ),
    (
        "wrong-axis",
        "Wrong axis",
        "The argmax runs over the whole array, all examples together; a prediction is the largest "
        "logit of each row: argmax needs axis=1.",
        {"measure": lambda z, y: float(np.mean(z.argmax() == y))},
    ),
    (
        "one-call-for-both",
        "One call for both",
        "Both accuracies come from one call with dropout on; the eval accuracy needs a call with "
        "training=False.",
        {"calls": lambda forward, X, rng: 2 * (forward(X, True, rng),)},
    ),
    (
        "all-pairs-compared",
        "All pairs compared",
        "A column beside a row broadcasts, so every prediction is compared with the class of every "
        "example; both must have shape (B,).",
        {"measure": lambda z, y: float(np.mean(z.argmax(1)[:, None] == y))},
    ),
    (
        "probability-for-accuracy",
        "Probability instead of accuracy",
        "These are mean probabilities of the right class; the accuracy is the share of rows whose "
        "largest logit is that of the right class.",
        {"measure": probability},
    ),
)
for name, title, says, changes in ROWS:
    mistakes.row(name, title, says, **changes)
