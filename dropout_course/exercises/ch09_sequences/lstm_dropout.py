"""9.2 lstm_dropout: where a mask may stand in an LSTM."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.features import dtype, finite, overwrites, rounded, values
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, overwriting, question, upcasting
from dropout_course.exercises.ch09_sequences import lstm

YES, NO = np.array([[True]]), np.array([[False]])


def lstm_form(
    order="ifgo",
    on_x=lambda kind: kind == "gal",
    on_h=lambda kind: kind == "gal",
    on_g=lambda kind: kind == "semeniuta",
    on_c=lambda kind: False,
    on_out=lambda kind: False,
    squash=np.tanh,
    factor=lambda p: 1 / (1 - p) if p < 1 else 0.0,
):
    """Run an LSTM that may have a mask in five places."""

    def lstm_forward(x, params, zx, zh, kind, p):
        def masked(value, mask, where):
            # np.float32: a factor that is a NumPy float64 would change the dtype
            return value * (mask * factor(p)).astype(x.dtype) if where(kind) else value

        def gate(z):
            return (1 + np.tanh(z / 2)) / 2

        h = c = np.zeros(zh.shape, x.dtype)
        states = []
        for now in x:
            z = masked(now, zx, on_x) @ params["Wx"] + masked(h, zh, on_h) @ params["Wh"]
            part = dict(zip(order, np.split(z + params["b"], 4, axis=-1), strict=True))
            c = gate(part["f"]) * c + gate(part["i"]) * masked(np.tanh(part["g"]), zh, on_g)
            c = masked(c, zh, on_c)
            h = masked(gate(part["o"]) * squash(c), zh, on_out)
            states.append(h)
        return np.stack(states)

    return lstm_forward


right = lstm_form()

# What is true of every right answer ------------------------------------------------------------


def by_hand():
    """Give an LSTM with one unit: three gates are ½, and the candidate is tanh(x + h)."""
    one = np.array([[0.0, 0.0, 1.0, 0.0]])
    return np.array([[[1.0]], [[-2.0]]]), {"Wx": one, "Wh": one, "b": np.zeros(4)}, YES, YES


def agree(student, case, kind, nets):
    """Require the states of some LSTMs."""
    calls = [(*net, kind, p) for net, p in nets]
    case.gives(student.lstm_forward, [(call, right(*call)) for call in calls])


def without(net, *names):
    """Put zeros in the place of some arrays of an LSTM."""
    x, params, zx, zh = net
    x = 0 * x if "x" in names else x
    return x, {n: 0 * w if n in names else w for n, w in params.items()}, zx, zh


@law("'none': an LSTM with the gates i, f, g, o", weight=4, core=True)
def plain(student, case):
    agree(student, case, "none", [(by_hand(), 0.5), (lstm(case, 4, 3, 2, 3), 0.4)])


@law("'gal': the inputs are masked, alike in every step", weight=3)
def inputs(student, case):
    # Without recurrent weights only the inputs can be masked.
    nets = [by_hand(), lstm(case, 4, 3, 5, 2)]
    agree(student, case, "gal", [(without(net, "Wh"), p) for net, p in zip(nets, (0.5, 0.3))])  # noqa: B905


@law("'gal': what comes back is masked, what goes out is not", weight=3)
def recurrent(student, case):
    nets = [
        (without(lstm(case, 3, 2, 1, 2), "x"), 0.3),
        (without(lstm(case, 5, 3, 2, 6), "x"), 0.6),
    ]
    agree(student, case, "gal", nets)


@law("'semeniuta': the candidate is masked, and nothing else", weight=4)
def candidate(student, case):
    agree(student, case, "semeniuta", [(by_hand(), 0.5), (lstm(case, 4, 3, 2, 6), 0.3)])


@law("p = 1 gives no NaN", weight=1, edge=True)
def all_dropped(student, case):
    x, params, zx, zh = lstm(case, 3, 2, 2, 2)
    kinds = ("gal", "semeniuta")
    calls = [(x, params, zx & False, zh & False, kind, 1.0) for kind in kinds]
    answers = [student.lstm_forward(*call) for call in calls]
    for answer in answers:
        got = case.array(answer, (3, 2, 2))
        case.that(np.isfinite(got).all(), "there is a NaN or an infinity", received=got)


@law("float32 stays float32, and no argument is written to", weight=1, edge=True)
def form(student, case):
    x, params, zx, zh = lstm(case, 3, 2, 2, 2)
    x = case.frozen(x.astype(np.float32))
    params = {name: case.frozen(w.astype(np.float32)) for name, w in params.items()}
    answers = [
        student.lstm_forward(x, params, zx, zh, k, 0.5) for k in ("none", "gal", "semeniuta")
    ]
    for answer in answers:
        case.form(answer, x)


# By what a wrong answer is recognised ----------------------------------------------------------

# One unit, gates open or shut, and numbers so small that tanh is the identity: what comes out
# is a sum, in units of SMALL, in which every mask can be seen.
SMALL, OPEN = 1e-3, 40.0


def probe(student, kind, zh, zx=YES, wx=0.0, wh=0.0, bias=1.0, forget=-OPEN):
    """Run three steps of the small LSTM with p = 0.2, and give its states in units of SMALL."""
    params = {
        "Wx": np.array([[0.0, 0.0, wx, 0.0]]),
        "Wh": np.array([[0.0, 0.0, wh, 0.0]]),
        "b": np.array([OPEN, forget, SMALL * bias, OPEN]),
    }
    x = np.full((3, 1, 1), SMALL)
    return rounded(student.lstm_forward(x, params, zx, zh, kind, 0.2).value / SMALL, 3)


@question("What are the states without dropout?")
def states(student, case):
    # Masks that keep everything: what 'none' does with masks is another question.
    x, params, _, _ = lstm(case, 3, 2, 2, 2)
    every = np.ones((2, 2), bool)
    return rounded(student.lstm_forward(x, params, every, every, "none", 0.0))


@question("Does 'none' use the masks?")
def masks_in_none(student, case):
    x, params, zx, zh = lstm(case, 3, 2, 2, 2)
    a, b = (student.lstm_forward(x, params, *m, "none", 0.4) for m in ((zx, zh), (~zx, ~zh)))
    return np.allclose(a.value, b.value)


@question("By what are the inputs multiplied in 'gal'?")
def inputs_gal(student, case):
    return [values(probe(student, "gal", YES, z, wx=1.0, bias=0.0)) for z in (YES, NO)]


@question("By what is the state multiplied on its way back in 'gal'?")
def back_gal(student, case):
    # The bias alone comes in: 1, then 1 + d, then 1 + d + d².
    return [probe(student, "gal", z, wh=1.0) for z in (YES, NO)]


@question("What becomes of the cell state in 'gal'?")
def cell_gal(student, case):
    return [probe(student, "gal", z, forget=OPEN) for z in (YES, NO)]


@question("What becomes of the cell state in 'semeniuta'?")
def cell_semeniuta(student, case):
    return [probe(student, "semeniuta", z, forget=OPEN) for z in (YES, NO)]


@question("Are the inputs masked in 'semeniuta'?")
def inputs_semeniuta(student, case):
    got = probe(student, "semeniuta", YES, NO, wx=1.0, bias=0.0)
    return bool(got.any())


@question("Is it finite at p = 1?", edge=True)
def at_one(student, case):
    x, params, zx, zh = lstm(case, 2, 1, 1, 1)
    return finite(student.lstm_forward(x, params, zx & False, zh & False, "gal", 1.0))


@question("Which dtype comes out for float32?", edge=True)
def kind(student, case):
    x, params, zx, zh = lstm(case, 2, 1, 1, 1)
    params = {name: w.astype(np.float32) for name, w in params.items()}
    return dtype(student.lstm_forward(x.astype(np.float32), params, zx, zh, "none", 0.5))


@question("Does it write to its input?", edge=True)
def writes(student, case):
    x, params, zx, zh = lstm(case, 2, 1, 1, 1)
    return overwrites(student.lstm_forward, case.frozen(x), params, zx, zh, "none", 0.5)


# What people write instead ---------------------------------------------------------------------

mistakes = Mistakes(lstm_forward=lstm_form)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "division-by-zero-at-one",
    factor=lambda p: 1 / (1 - p) if p < 1 else np.nan,
)
mistakes.row(
    "gates-in-another-order",
    "Gates in another order",
    "You read the last two blocks as o, g; the order here is i, f, g, o.",
    order="ifog",
)
mistakes.row(
    "forget-gate-first",
    "Forget gate first",
    "You read the first two blocks as f, i; the order here is i, f, g, o.",
    order="figo",
)
mistakes.row(
    "cell-not-squashed",
    "The cell not squashed",
    "The state is o times tanh(c); you multiply c itself.",
    squash=lambda c: c,
)
mistakes.row(
    "masks-in-none",
    "Masks used in 'none'",
    "The kind 'none' is an LSTM without dropout; it ignores both masks.",
    on_x=lambda kind: kind in ("none", "gal"),
    on_h=lambda kind: kind in ("none", "gal"),
)
mistakes.row(
    "factor-missing",
    "Factor missing",
    "What is kept is not divided by 1 - p, neither in 'gal' nor in 'semeniuta'.",
    factor=lambda p: 1.0,
)
mistakes.row(
    "inputs-not-masked",
    "Inputs not masked",
    "In 'gal' the inputs have a mask too, zx, the same in every step.",
    on_x=lambda kind: False,
)
mistakes.row(
    "state-not-masked",
    "Recurrent state not masked",
    "In 'gal' only the inputs are masked here; the state on its way back needs zh. That it is "
    "masked at all is the point of the method.",
    on_h=lambda kind: False,
)
mistakes.row(
    "output-masked",
    "Masked state returned",
    "The state that goes out is masked too; zh belongs on the way back alone, so keep h and its "
    "masked copy apart.",
    on_h=lambda kind: False,
    on_out=lambda kind: kind == "gal",
)
mistakes.row(
    "cell-masked",
    "Cell state masked in 'gal'",
    "In 'gal' the cell state is masked as well; c is the memory, and no kind here touches it.",
    on_c=lambda kind: kind == "gal",
)
mistakes.row(
    "cell-for-candidate",
    "Cell masked instead of the candidate",
    "In 'semeniuta' you mask the whole new cell state; mask the candidate g alone, before it is "
    "added to what the forget gate keeps.",
    on_g=lambda kind: False,
    on_c=lambda kind: kind == "semeniuta",
)
mistakes.row(
    "gal-for-semeniuta",
    "Gal's masks in 'semeniuta'",
    "In 'semeniuta' you mask inputs and state, as 'gal' does; there only the candidate is masked.",
    on_x=lambda kind: kind != "none",
    on_h=lambda kind: kind != "none",
    on_g=lambda kind: False,
)
mistakes.row(
    "candidate-masked-in-gal",
    "Candidate masked in 'gal' too",
    "In 'gal' the candidate is masked besides inputs and state; that mask belongs to 'semeniuta'.",
    on_g=lambda kind: kind != "none",
)
