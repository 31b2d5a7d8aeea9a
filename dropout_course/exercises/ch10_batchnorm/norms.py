"""What people write instead of 10.2 batchnorm: forms that differ in one respect."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.mistakes import Mistakes, overwriting, upcasting

KEYS = ("gamma", "beta", "running_mean", "running_var")


def batchnorm_form(
    used=lambda training, batch, stored: batch if training else stored,
    statistics=lambda x: (x.mean(axis=0), x.var(axis=0)),
    kept_var=lambda x: x.var(axis=0, ddof=1),
    step=lambda old, new, momentum: (1 - momentum) * old + momentum * new,
    root=lambda var, eps: np.sqrt(var + eps),
    stores=lambda training: training,
    place=dict,
    offset=lambda state: state["beta"],
):
    """Batch norm with its two modes."""

    def bn_forward(x, state, training, momentum=0.1, eps=1e-5):
        batch = statistics(x)
        mean, var = used(training, batch, (state["running_mean"], state["running_var"]))
        y = state["gamma"] * (x - mean) / root(var, eps) + offset(state)
        if stores(training):
            moved = [step(state["running_mean"], batch[0], momentum)]
            moved.append(step(state["running_var"], kept_var(x), momentum))
            state = place(state)
            for name, value in zip(KEYS[2:], moved, strict=True):
                state[name] = np.broadcast_to(value, state[name].shape).astype(state[name].dtype)
        return y.astype(x.dtype), state

    return bn_forward


def recalibrating(
    mean=lambda batches: np.concatenate(batches).mean(axis=0),
    var=lambda batches: np.concatenate(batches).var(axis=0),
):
    """Mean and variance over batches."""
    return lambda batches: (mean(batches), var(batches))


def running(part):
    """Give the moving average of a statistic over batches, as one more pass would store it."""

    def over(batches):
        value = float(part is np.var) * np.ones(batches[0].shape[1])
        for batch in batches:
            value = 0.9 * value + 0.1 * part(batch, axis=0)
        return value

    return over


mistakes = Mistakes(bn_forward=batchnorm_form, recalibrate=recalibrating)
mistakes.row(
    "batch-statistics-in-evaluation",
    "Batch statistics in evaluation",
    "Evaluation normalises with the batch at hand, so that a prediction depends on what else is "
    "in the batch; use the stored statistics.",
    used=lambda training, batch, stored: batch,
)
mistakes.row(
    "stored-statistics-in-training",
    "Stored statistics in training",
    "Training normalises with the stored statistics; there each batch is standardised with its "
    "own.",
    used=lambda training, batch, stored: stored,
)
mistakes.row(
    "unbiased-variance-normalises",
    "Unbiased variance normalises",
    "The batch is divided by the root of the variance with N - 1; only what is *stored* is "
    "unbiased.",
    statistics=lambda x: (x.mean(axis=0), x.var(axis=0, ddof=1)),
)
mistakes.row(
    "population-variance-stored",
    "Population variance stored",
    "The stored variance is moved towards the population variance; PyTorch stores the unbiased "
    "one, N/(N - 1) times as large.",
    kept_var=lambda x: x.var(axis=0),
)
mistakes.row(
    "momentum-exchanged",
    "Momentum exchanged",
    "momentum is the share of the *batch* here, as in PyTorch; in Keras it is that of the old "
    "value.",
    step=lambda old, new, momentum: momentum * old + (1 - momentum) * new,
)
mistakes.row(
    "momentum-not-read",
    "Always momentum 0.1",
    "The stored statistics move by 0.1 whatever momentum is; it is an argument.",
    step=lambda old, new, momentum: 0.9 * old + 0.1 * new,
)
mistakes.row(
    "latest-batch-stored",
    "Latest batch stored",
    "The stored statistics are replaced by the latest batch's; they move towards them by a share "
    "momentum.",
    step=lambda old, new, momentum: new,
)
mistakes.row(
    "axis-forgotten",
    "Axis forgotten",
    "Mean and variance run over the whole array; each column has its own, axis=0.",
    statistics=lambda x: (x.mean(), x.var()),
    kept_var=lambda x: x.var(ddof=1),
)
mistakes.row(
    "eps-not-read",
    "Always eps 1e-5",
    "You add 1e-5 whatever eps is; it is an argument.",
    root=lambda var, eps: np.sqrt(var + 1e-5),
)
mistakes.row(
    "eps-outside-the-root",
    "eps outside the root",
    "eps is added to the variance, under the root, not to the standard deviation.",
    root=lambda var, eps: np.sqrt(var) + eps,
)
mistakes.row(
    "root-forgotten",
    "Root forgotten",
    "You divide by the variance; a standardised column is divided by its root.",
    root=lambda var, eps: var + eps,
)
mistakes.row(
    "shift-forgotten",
    "beta forgotten",
    "beta is not added: a standardised column is multiplied by gamma and then shifted by beta.",
    offset=lambda state: 0.0,
)
mistakes.row(
    "deviation-stored",
    "Standard deviation stored",
    "running_var moves towards the standard deviation of the batch; it holds variances.",
    kept_var=lambda x: x.std(axis=0, ddof=1),
)
mistakes.row(
    "evaluation-stores",
    "Evaluation stores as well",
    "The stored statistics move in evaluation too, so predicting changes the model; only training "
    "stores.",
    stores=lambda training: True,
)
mistakes.row(
    "state-changed-in-place",
    "State changed in place",
    "You put the new statistics into the caller's dict; return a new one, {**state, ...}.",
    place=lambda state: state,
)


@mistakes.whole(
    "moved-statistics-in-training",
    "Moved statistics in training",
    "You move the stored statistics and then normalise with them in training; there each batch is "
    "standardised with its own.",
)
def moved_first(x, state, training, momentum=0.1, eps=1e-5):
    right = batchnorm_form()
    return right(x, right(x, state, training, momentum, eps)[1], False, momentum, eps)


mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "mean-of-batch-means",
    "Mean of batch means",
    "You average the batches' means and variances; a short batch then counts as much as a long "
    "one, and the spread between batches is lost.",
    of="recalibrate",
    mean=lambda batches: np.mean([b.mean(axis=0) for b in batches], axis=0),
    var=lambda batches: np.mean([b.var(axis=0) for b in batches], axis=0),
)
mistakes.row(
    "spread-between-batches-lost",
    "Spread between batches lost",
    "The variance is the average within batches; the spread of the batches' means belongs to it.",
    of="recalibrate",
    var=lambda batches: sum(len(b) * b.var(axis=0) for b in batches) / sum(map(len, batches)),
)
mistakes.row(
    "moving-average-again",
    "Moving average again",
    "You update a moving average once more, in which the old values linger; recalibration takes "
    "the exact moments of all rows.",
    of="recalibrate",
    mean=running(np.mean),
    var=running(np.var),
)
mistakes.row(
    "unbiased-where-population-is-asked",
    "N - 1 in recalibrate",
    "The variance is divided by the number of rows minus 1; here it is the population variance.",
    of="recalibrate",
    var=lambda batches: np.concatenate(batches).var(axis=0, ddof=1),
)
mistakes.row(
    "deviation-for-variance",
    "Standard deviation",
    "You return the standard deviation; the variance is its square.",
    of="recalibrate",
    var=lambda batches: np.concatenate(batches).std(axis=0),
)
