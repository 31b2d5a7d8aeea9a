"""9.6 attention: dropped weights, and two passes that are to agree."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, rounded, tried
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import question
from dropout_course.exercises.ch09_sequences import parts
from dropout_course.exercises.ch09_sequences.wrong_attention import mistakes, rdrop

__all__ = ["mistakes"]

RESULTS = ("out", "A")
# One query, two keys, d = 4: scores ln 3 and 0, so the weights are 3/4 and 1/4.
Q = np.array([[2 * np.log(3.0), 0.0, 0.0, 0.0]])
K = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
V = np.array([[1.0, 10.0], [2.0, 20.0]])
FIRST = np.array([[True, False]])

# What is true of every right answer ------------------------------------------------------------


def drawn(case, *batch, queries=3, keys=5, d=3, dv=2, p=0.4):
    """Draw ``(Q, K, V, mask)``."""
    sizes = (queries, d), (keys, d), (keys, dv)
    arrays = [case.apart(*batch, *size) for size in sizes]
    return (*arrays, case.mask((*batch, queries, keys), p))


def weights(Q, K):
    """Give the softmax of the scores over the keys."""
    e = np.exp(np.einsum("...qd,...kd->...qk", Q, K) / Q.shape[-1] ** 0.5)
    return e / e.sum(axis=-1, keepdims=True)


def require_weights(student, case, calls):
    """Require the weights that are returned, for several calls."""
    asked = [(student.attention_dropout(*call), call) for call in calls]
    for answer, (Q, K, _, mask, p, training) in asked:
        want = weights(Q, K) * (mask / (1 - p) if training else 1)
        case.equal(parts(answer, RESULTS)["A"], want, what="A")


def require_outputs(student, case, calls):
    """Require that the outputs are what the returned weights make of the values."""
    asked = [(student.attention_dropout(*call), call[2]) for call in calls]
    for answer, V in asked:
        got = parts(answer, RESULTS)
        A = case.array(got["A"], what="A")
        case.that(A.ndim >= 2 and A.shape[-1] == V.shape[-2], "A has the wrong shape", received=A)
        case.equal(got["out"], A @ V, what="out, beside the A that you return,")


@law(
    "In training the weights are dropped after the softmax, and divided by 1 - p",
    weight=4,
    core=True,
)
def training(student, case):
    calls = [(Q, K, V, FIRST, 0.5, True), (*drawn(case, 2), 0.3, True)]
    require_weights(student, case, calls)


@law("In evaluation they are a softmax", weight=2)
def evaluation(student, case):
    require_weights(student, case, [(Q, K, V, FIRST, 0.5, False), (*drawn(case, 2), 0.3, False)])


@law("The output is made of the weights that are returned", weight=2)
def outputs(student, case):
    calls = [(Q, K, V, FIRST, 0.5, True), (*drawn(case, 2), 0.3, True)]
    require_outputs(student, case, calls)


@law("rdrop_loss: the mean of two cross-entropies", weight=2.5)
def cross_entropies(student, case):
    require_entropies(student, case, [(3, 4)])


def require_entropies(student, case, shapes):
    """Require the loss without a weight on the disagreement."""
    calls = [(np.zeros((1, 2)), np.log([[3.0, 1.0]]), np.array([0]), 0.0)]
    for shape in shapes:
        y = case.integers(0, shape[1], shape[0])
        calls.append((case.apart(*shape), case.apart(*shape), y, 0.0))
    case.gives(student.rdrop_loss, [(call, rdrop(*call)) for call in calls])


@law("rdrop_loss: alpha weighs the disagreement, both ways", weight=3)
def disagreement(student, case):
    require_disagreement(student, case, [(3, 4)])


def require_disagreement(student, case, shapes):
    """Require what alpha adds to the loss."""
    calls = [(np.zeros((1, 2)), np.log([[3.0, 1.0]]), np.array([0]), 2.0)]
    for shape in shapes:
        y = case.integers(0, shape[1], shape[0])
        # Every logit of the second pass is off by half or more, in either direction by turns.
        off = case.uniform(*shape, low=0.5, high=2.0) * np.where(np.arange(shape[1]) % 2, 1, -1)
        one = case.apart(*shape)
        calls.append((one, one + off, y, case.rate()))
    asked = [(student.rdrop_loss(*c), student.rdrop_loss(*c[:3], 0.0), c) for c in calls]
    for whole, without, call in asked:
        loss = float(case.array(without).reshape(()))
        got = float(case.array(whole).reshape(()))  # asked for last: the call that is shown
        want = rdrop(*call) - rdrop(*call[:3], 0.0)
        case.equal(got, loss + want, what=f"the loss (alpha = 0 gives {loss:.6g})")


@law("Large scores and logits stay finite, and large losses count in full", weight=1.5, edge=True)
def large(student, case):
    q, k, v, mask = drawn(case)
    q, k = 3000 * np.abs(q), np.abs(k)  # all scores are far beyond what exp bears
    logits = np.array([[900.0, 0.0], [0.0, -900.0]])
    answers = [student.attention_dropout(q, k, v, mask, 0.3, mode) for mode in (True, False)]
    loss = student.rdrop_loss(logits, logits, np.array([0, 0]), 1.0)
    # Both passes are sure of the wrong class: the loss is the gap between the logits.
    gaps = [gap * np.array([[1.0, 0.0]]) for gap in (10, 300)]
    far = [student.rdrop_loss(gap, gap, np.array([1]), 0.0) for gap in gaps]
    for answer in answers:
        require_finite(case, parts(answer, RESULTS)["A"])
    for answer in (loss, *far):
        require_finite(case, answer.value)
    small, large = (case.array(answer).reshape(()) for answer in far)
    text = "logits 30 times as large give too small a loss: never cut a probability off from below"
    holds = np.isclose(large, 30 * small, rtol=1e-3)
    case.that(holds, text, expected=float(np.round(30 * small)), received=float(large))


def require_finite(case, got):
    """Require finite numbers."""
    text = "there is a NaN or an infinity: subtract the largest score of each row first"
    case.that(np.isfinite(case.array(got)).all(), text, received=case.array(got))


@law("float32 stays float32, no argument is written to, p = 1 gives no NaN", weight=1.5, edge=True)
def form(student, case):
    require_form(student, case, np.float32)


def require_form(student, case, kind):
    """Require dtype and shape of both results; at p = 1 finite numbers."""
    *arrays, mask = drawn(case, 2)
    q, k, v = (case.frozen(a.astype(kind)) for a in arrays)
    answers = [student.attention_dropout(q, k, v, mask, 0.3, mode) for mode in (True, False)]
    nothing = student.attention_dropout(q, k, v, mask & False, 1.0, True)
    for answer in answers:
        got = parts(answer, RESULTS)
        case.form(got["out"], np.zeros((2, 3, 2), kind), what="out")
        case.form(got["A"], np.zeros((2, 3, 5), kind), what="A")
    dropped = case.array(parts(nothing, RESULTS)["A"], what="A at p = 1")
    case.that(np.isfinite(dropped).all(), "at p = 1 there is a NaN", received=dropped)


# By what a wrong answer is recognised ----------------------------------------------------------

UNIT = np.eye(2)  # as values: the output shows the weights


def shown(student, training, which, mask=FIRST, Q=Q, p=0.2):
    """Give the output, or the weights, for one query and two keys."""
    return rounded(student.attention_dropout(Q, K, UNIT, mask, p, training).value[which])


@question("Which weights come back in training?")
def training_weights(student, case):
    return shown(student, True, 1)


@question("With which weights are values summed in training?")
def training_output(student, case):
    return shown(student, True, 0)


@question("Which weights come back in evaluation?")
def eval_weights(student, case):
    return shown(student, False, 1)


@question("What are the weights of two queries in evaluation?")
def two_queries(student, case):
    both, mask = np.concatenate((Q, -Q)), np.ones((2, 2), bool)
    return shown(student, False, 1, mask, both)


@question("What is the loss of two passes without alpha?")
def entropies(student, case):
    one, two = (
        np.array([[1.0, 2.0, 0.5], [0.0, 1.0, 1.0]]),
        np.array([[0.0, 0.5, 1.0], [2.0, 0, 1]]),
    )
    return rounded(student.rdrop_loss(one, two, np.array([2, 0]), 0.0))


@question("What does alpha add for two passes?")
def added(student, case):
    one, two = np.log([[3.0, 1.0, 1.0], [1.0, 2.0, 4.0]]), np.zeros((2, 3))
    y = np.array([0, 1])
    whole, without = (student.rdrop_loss(one, two, y, alpha) for alpha in (1.0, 0.0))
    return rounded(np.asarray(whole.value) - np.asarray(without.value))


@question("Does it bear large scores?", edge=True)
def large_scores(student, case):
    return finite(student.attention_dropout(2000 * Q, K, UNIT, FIRST, 0.2, False))


@question("Does it bear large logits?", edge=True)
def large_logits(student, case):
    logits = np.array([[2000.0, 0.0]])
    return finite(student.rdrop_loss(logits, logits, np.array([0]), 1.0))


@question("Does a large loss count in full?", edge=True)
def large_loss(student, case):
    logits = np.array([[300.0, 0.0]])
    got = student.rdrop_loss(logits, logits, np.array([1]), 0.0)
    return bool(np.asarray(got.value) > 200)


@question("Does it take a batch of sequences?")
def batches(student, case):
    q, k, v, mask = drawn(case, 2)
    got = tried(student.attention_dropout(q, k, v, mask, 0.2, False))
    return got if isinstance(got, str) else np.shape(got[1])


@question("Is it finite at p = 1?", edge=True)
def at_one(student, case):
    return finite(student.attention_dropout(Q, K, UNIT, FIRST & False, 1.0, True).value[1])


@question("Which dtype comes out for float32?", edge=True)
def kind(student, case):
    q, k, v = (a.astype(np.float32) for a in (Q, K, V))
    return dtype(student.attention_dropout(q, k, v, FIRST, 0.2, False).value[0])


@question("Does it write to its input?", edge=True)
def writes(student, case):
    return overwrites(student.attention_dropout, case.frozen(Q), K, V, FIRST, 0.2, True)
