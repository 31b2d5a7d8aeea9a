"""Hidden laws of chapter 05: the visible ones on other sizes, types, layouts and edge values.

Values are compared with the reference answers.
"""

from __future__ import annotations

import numpy as np

from dropout_course.checks import ch05_ensembles as visible
from dropout_course.engine.laws import law
from dropout_course.scenes import FUNCTIONS
from solutions import ch05_ensembles as reference

# 5.1 all_masks ---------------------------------------------------------------------------------


@law("all_masks", "Every mask is listed once", weight=2, core=True)
def every_mask_once(student, case):
    for _ in visible.listed(student, case, (4, 5, 7, 10)):
        pass  # each list is judged as it comes


@law("all_masks", "The probability of a mask is a product over its units", weight=2)
def product_elsewhere(student, case):
    examples = []
    for shape in ((1, 1), (1, 7), (9, 1), (5, 12), (300, 6)):
        p = case.rate()
        masks = case.mask(shape, p)
        want = reference.mask_probs(masks, p)
        examples += [((laid_out, p), want) for laid_out in case.layouts(masks)]
    answers = visible.probabilities(student, case, [args for args, _ in examples])
    for got, (_, want) in zip(answers, examples, strict=True):
        case.equal(got, want, what="mask_probs")


@law("all_masks", "All masks together have probability one", weight=1)
def together_one_elsewhere(student, case):
    sizes = (3, 8)
    for n, masks in zip(sizes, visible.listed(student, case, sizes), strict=True):
        calls = [(masks, p) for p in (0.02, case.rate(), 0.98)]
        for got in visible.probabilities(student, case, calls):
            case.close(float(got.sum()), 1.0, 1e-9, what=f"the sum over all masks of {n} units")


@law("all_masks", "At p = 0 and p = 1 a single mask is left", weight=1)
def one_mask_elsewhere(student, case):
    calls = [(reference.all_masks(n), p) for n in (1, 5) for p in (0, 1, 0.0, 1.0)]
    for args, got in zip(calls, visible.probabilities(student, case, calls), strict=True):
        case.equal(got, reference.mask_probs(*args), what=f"mask_probs at p = {args[1]}")


# 5.2 exact_average -----------------------------------------------------------------------------


def on_rows(name, z, **params):
    """Apply a function of `scenes.FUNCTIONS` to each row of a stack at once."""
    if name == "squares":
        return (z * z).sum(1)
    if name == "outer":
        return z[:, :, None] * z[:, None, :]
    if name == "softmax_of":
        return visible.softmax(z @ params["W"] + params["b"])
    return FUNCTIONS[name](**params)(z)  # goes element by element, so it takes a stack as it is


def exact(name, x, p, **params):
    """Average over all masks at once, which is faster than the reference's call for each mask."""
    masks = reference.all_masks(len(x))
    inputs = masks * x / (1 - p) if p < 1 else 0 * (masks * x)
    values = on_rows(name, inputs, **params)
    weights = reference.mask_probs(masks, p).astype(values.dtype)
    return np.tensordot(weights, values, axes=1)[()]


def of_all_masks(case, name, x, p, **params):
    """Give the average of a function of `scenes.FUNCTIONS`: an example for `visible.averages`."""
    args = (case.fn(name, **params), x, p)
    return args, exact(name, x, p, **params), f"the average of {name}"


@law(
    "exact_average",
    "Squares grow by 1/(1-p), products of two units stay",
    weight=2,
    core=True,
)
def moments_elsewhere(student, case):
    examples = []
    for n in (1, 3, 7):
        x, p = case.normal(n, scale=2), case.rate(0.05, 0.95)
        examples += visible.second_moments(case, x, p)
    visible.averages(student, case, examples)


@law("exact_average", "A linear function keeps its value", weight=1)
def linear_elsewhere(student, case):
    examples = []
    for n in (1, 6):
        x, p = case.normal(n), case.rate()
        a, b = (float(v) for v in case.normal(2))
        examples.append(((case.fn("affine", a=a, b=b), x, p), a * x + b, "the mean of a z + b"))
    visible.averages(student, case, examples)


@law("exact_average", "One unit: f(x/(1-p)) and f(0) are weighted with 1-p and p", weight=2)
def any_function(student, case):
    examples = []
    for n in (2, 4):
        for x in case.layouts(case.normal(n, scale=2)):
            p = case.rate()
            examples += [of_all_masks(case, name, x, p) for name in ("gelu", "squares", "outer")]
    W, b, x, p = case.normal(8, 3), case.normal(3), case.normal(8), case.rate()
    args, want, _ = of_all_masks(case, "softmax_of", x, p, W=W, b=b)
    visible.averages(student, case, [*examples, (args, want, "the mean of a softmax")])


@law("exact_average", "p = 0 gives f(x), p = 1 gives f(0)", weight=1)
def edges_elsewhere(student, case):
    examples = []
    for p in (0, 1, 0.0, 1.0):
        x = case.normal(5)
        examples += [of_all_masks(case, name, x, p) for name in ("sigmoid", "squares", "outer")]
    visible.averages(student, case, examples)


@law("exact_average", "float32 stays float32", weight=1)
def float32_elsewhere(student, case):
    examples = []
    for p in (0.0, 0.3, 1.0):
        x = case.normal(4, dtype=np.float32)
        examples += [of_all_masks(case, name, x, p) for name in ("tanh", "outer")]
    visible.averages(student, case, examples)


# 5.3 geometric_mean ----------------------------------------------------------------------------


def means_agree(student, case, calls):
    """Compare means with the reference."""
    case.gives(
        student, "geometric_mean", [(args, reference.geometric_mean(*args)) for args in calls]
    )


@law(
    "geometric_mean", "The mean of softmaxes is the softmax of the mean logits", weight=2, core=True
)
def means_elsewhere(student, case):
    calls = []
    for M, K in ((1, 2), (2, 10), (64, 3), (5, 1)):
        probs = visible.softmax(case.normal(M, K, scale=3))
        weights = visible.shares(case, M)
        some = case.layouts(probs) if M == 64 else [probs]
        calls += [(laid_out, weights) for laid_out in some]
    means_agree(student, case, calls)


@law("geometric_mean", "A row counts as often as its weight says", weight=1)
def uneven_weights(student, case):
    calls = []
    for p in (0.1, 0.7):
        weights = reference.mask_probs(reference.all_masks(5), p)
        calls.append((visible.softmax(case.normal(32, 4, scale=2)), weights))
    means_agree(student, case, calls)


@law("geometric_mean", "A row of weight 0 has no say", weight=1)
def weight_zero_elsewhere(student, case):
    probs = visible.softmax(case.normal(6, 3))
    probs[[1, 4]] = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    weights = np.array([0.3, 0.0, 0.5, 0.2, 0.0, 0.0])
    calls = [(probs.astype(dtype), weights.astype(dtype)) for dtype in (np.float64, np.float32)]
    means_agree(student, case, calls)


@law("geometric_mean", "A zero in a row of positive weight is a veto", weight=1)
def vetoes_elsewhere(student, case):
    probs = visible.softmax(case.normal(5, 4))
    probs[0, 1] = probs[3, 1] = probs[4, 2] = 0
    probs /= probs.sum(1, keepdims=True)
    types = (np.float64, np.float32)
    calls = [(probs.astype(dtype), visible.shares(case, 5, dtype)) for dtype in types]
    means_agree(student, case, calls)


@law("geometric_mean", "Many rows of tiny numbers do not underflow", weight=1.5)
def no_underflow_elsewhere(student, case):
    calls = []
    for M in (50, 1024):
        probs = np.full((M, 4), 1e-300)
        probs[np.arange(M), case.integers(0, 3, M)] = 1.0
        probs[: M // 2] = visible.softmax(case.normal(M // 2, 4))
        calls.append((probs, np.full(M, 1 / M)))
    means_agree(student, case, calls)


@law("geometric_mean", "float32 stays float32", weight=1)
def float32_means(student, case):
    calls = []
    for M, K in ((3, 4), (20, 2)):
        probs = visible.softmax(case.normal(M, K, dtype=np.float32))
        calls.append((probs, visible.shares(case, M, np.float32)))
    means_agree(student, case, calls)


# 5.4 mc_average --------------------------------------------------------------------------------


@law("mc_average", "The probabilities of T passes are averaged", weight=2, core=True)
def averaged_elsewhere(student, case):
    examples = []
    for K, T in ((2, 3), (10, 12)):
        params = {"centre": case.normal(K), "scale": 3.0}
        examples.append(visible.of_passes(case, "noisy_logits", np.ones(1), T, **params))
    W, x = case.normal(20, 3), case.normal(20)
    for laid_out in case.layouts(x):
        params = {"W": W, "p": case.rate()}
        examples.append(visible.of_passes(case, "dropped_logits", laid_out, 4, **params))
    visible.mean_passes(student, case, examples)


@law("mc_average", "One pass is a softmax", weight=1)
def one_pass_elsewhere(student, case):
    examples = []
    for K in (2, 7):
        params = {"W": case.normal(5, K, scale=3), "p": case.rate()}
        examples.append(visible.of_passes(case, "dropped_logits", case.normal(5), 1, **params))
    visible.mean_passes(student, case, examples)


@law("mc_average", "Logits of 10 000 give finite numbers", weight=1.5)
def huge_logits_elsewhere(student, case):
    examples = []
    for sign in (1.0, -1.0):
        params = {"centre": sign * np.array([1e4, 9999.0, 0.0]), "scale": 50.0}
        examples.append(visible.of_passes(case, "noisy_logits", np.ones(1), 6, **params))
    visible.mean_passes(student, case, examples)


@law("mc_average", "The model is called T times, with the given generator", weight=1, observed=True)
def calls_elsewhere(student, case):
    for T in (2, 9):
        visible.counted(student, case, case.normal(3), T)


@law("mc_average", "float32 stays float32", weight=1)
def float32_passes(student, case):
    examples = []
    for T in (1, 5):
        x = case.normal(4, dtype=np.float32)
        examples.append(visible.of_passes(case, "noisy_logits", x, T, centre=case.normal(3)))
    visible.mean_passes(student, case, examples)
