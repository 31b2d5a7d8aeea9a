"""What people write instead of the answer to 9.2."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.mistakes import Mistakes, overwriting, upcasting


def lstm_form(
    order="ifgo",
    on_x=lambda kind: kind == "gal",
    on_h=lambda kind: kind == "gal",
    on_g=lambda kind: kind == "semeniuta",
    on_c=lambda kind: False,
    on_out=lambda kind: False,
    inside=False,
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
            g = part["g"]
            g = np.tanh(masked(g, zh, on_g)) if inside else masked(np.tanh(g), zh, on_g)
            c = gate(part["f"]) * c + gate(part["i"]) * g
            c = masked(c, zh, on_c)
            h = masked(gate(part["o"]) * squash(c), zh, on_out)
            states.append(h)
        return np.stack(states)

    return lstm_forward


right = lstm_form()  # what laws compare with
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
    "masked-inside-tanh",
    "Mask inside the tanh",
    "In 'semeniuta' you mask what goes into the tanh; mask the candidate that comes out of it.",
    inside=True,
)
mistakes.row(
    "inputs-masked-too",
    "Inputs masked in 'semeniuta' too",
    "In 'semeniuta' the inputs are masked besides the candidate; there nothing else is.",
    on_x=lambda kind: kind != "none",
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
