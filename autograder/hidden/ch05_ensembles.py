"""Hidden laws of chapter 05: the visible ones on other sizes, types, layouts and edge values.

Values are compared with the reference answers.
"""

from __future__ import annotations

import numpy as np

from dropout_course.checks import ch05_ensembles as visible
from dropout_course.laws import law
from dropout_course.scenes import FUNCTIONS
from solutions import ch05_ensembles as reference

# 5.1 all_masks ---------------------------------------------------------------------------------


@law("all_masks", "Every mask is listed once", weight=2, core=True)
def every_mask_once(student, case):
    for n in (4, 5, 7, 10):
        visible.listed(student, case, n)


@law("all_masks", "The probability of a mask is a product over its units", weight=2)
def product_elsewhere(student, case):
    for shape in ((1, 1), (1, 7), (9, 1), (5, 12), (300, 6)):
        p = case.rate()
        masks = case.mask(shape, p)
        want = reference.mask_probs(masks, p)
        for laid_out in case.layouts(masks):
            case.equal(visible.probabilities(student, case, laid_out, p), want, what="mask_probs")


@law("all_masks", "All masks together have probability one", weight=1)
def together_one_elsewhere(student, case):
    for n in (3, 8):
        for p in (0.02, case.rate(), 0.98):
            got = visible.probabilities(student, case, visible.listed(student, case, n), p)
            case.close(float(got.sum()), 1.0, 1e-9, what=f"the sum over all masks of {n} units")


@law("all_masks", "At p = 0 and p = 1 a single mask is left", weight=1)
def one_mask_elsewhere(student, case):
    for n in (1, 5):
        masks = reference.all_masks(n)
        for p in (0, 1, 0.0, 1.0):
            want = reference.mask_probs(masks, p)
            got = visible.probabilities(student, case, masks, p)
            case.equal(got, want, what=f"mask_probs at p = {p}")


# 5.2 exact_average -----------------------------------------------------------------------------


def averages_agree(student, case, x, p, names=("tanh", "gelu", "relu", "squares", "outer")):
    """Compare the averages of several functions with the reference."""
    for name in names:
        want = reference.exact_average(FUNCTIONS[name](), x, p)
        visible.average(student, case, case.fn(name), x, p, want, f"the average of {name}")


@law(
    "exact_average",
    "Squares grow by 1/(1-p), products of two units stay",
    weight=2,
    core=True,
)
def moments_elsewhere(student, case):
    for n in (1, 3, 7):
        visible.second_moments(student, case, case.normal(n, scale=2), case.rate(0.05, 0.95))


@law("exact_average", "A linear function keeps its value", weight=1)
def linear_elsewhere(student, case):
    for n in (1, 6):
        x, p = case.normal(n), case.rate()
        a, b = (float(v) for v in case.normal(2))
        fn = case.fn("affine", a=a, b=b)
        visible.average(student, case, fn, x, p, a * x + b, "the mean of a z + b")


@law("exact_average", "One unit: f(x/(1-p)) and f(0) are weighted with 1-p and p", weight=2)
def any_function(student, case):
    for n in (2, 4):
        for x in case.layouts(case.normal(n, scale=2)):
            averages_agree(student, case, x, case.rate(), ("gelu", "squares", "outer"))
    W, b, x, p = case.normal(8, 3), case.normal(3), case.normal(8), case.rate()
    want = reference.exact_average(FUNCTIONS["softmax_of"](W=W, b=b), x, p)
    fn = case.fn("softmax_of", W=W, b=b)
    visible.average(student, case, fn, x, p, want, "the mean of a softmax")


@law("exact_average", "p = 0 gives f(x), p = 1 gives f(0)", weight=1)
def edges_elsewhere(student, case):
    for p in (0, 1, 0.0, 1.0):
        averages_agree(student, case, case.normal(5), p, ("sigmoid", "squares", "outer"))


@law("exact_average", "float32 stays float32", weight=1)
def float32_elsewhere(student, case):
    for p in (0.0, 0.3, 1.0):
        averages_agree(student, case, case.normal(4, dtype=np.float32), p, ("tanh", "outer"))


# 5.3 geometric_mean ----------------------------------------------------------------------------


def means_agree(student, case, probs, weights):
    """Compare one mean with the reference."""
    want = reference.geometric_mean(probs, weights)
    case.equal(student.geometric_mean(probs, weights), want)


@law(
    "geometric_mean", "The mean of softmaxes is the softmax of the mean logits", weight=2, core=True
)
def means_elsewhere(student, case):
    for M, K in ((1, 2), (2, 10), (64, 3), (5, 1)):
        probs = visible.softmax(case.normal(M, K, scale=3))
        weights = visible.shares(case, M)
        for laid_out in case.layouts(probs) if M == 64 else [probs]:
            means_agree(student, case, laid_out, weights)


@law("geometric_mean", "A row counts as often as its weight says", weight=1)
def uneven_weights(student, case):
    for p in (0.1, 0.7):
        weights = reference.mask_probs(reference.all_masks(5), p)
        means_agree(student, case, visible.softmax(case.normal(32, 4, scale=2)), weights)


@law("geometric_mean", "A row of weight 0 has no say", weight=1)
def weight_zero_elsewhere(student, case):
    probs = visible.softmax(case.normal(6, 3))
    probs[[1, 4]] = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    weights = np.array([0.3, 0.0, 0.5, 0.2, 0.0, 0.0])
    means_agree(student, case, probs, weights)
    means_agree(student, case, probs.astype(np.float32), weights.astype(np.float32))


@law("geometric_mean", "A zero in a row of positive weight is a veto", weight=1)
def vetoes_elsewhere(student, case):
    probs = visible.softmax(case.normal(5, 4))
    probs[0, 1] = probs[3, 1] = probs[4, 2] = 0
    probs /= probs.sum(1, keepdims=True)
    for dtype in (np.float64, np.float32):
        means_agree(student, case, probs.astype(dtype), visible.shares(case, 5, dtype))


@law("geometric_mean", "Many rows of tiny numbers do not underflow", weight=1.5)
def no_underflow_elsewhere(student, case):
    for M in (50, 1024):
        probs = np.full((M, 4), 1e-300)
        probs[np.arange(M), case.integers(0, 3, M)] = 1.0
        probs[: M // 2] = visible.softmax(case.normal(M // 2, 4))
        means_agree(student, case, probs, np.full(M, 1 / M))


@law("geometric_mean", "float32 stays float32", weight=1)
def float32_means(student, case):
    for M, K in ((3, 4), (20, 2)):
        probs = visible.softmax(case.normal(M, K, dtype=np.float32))
        means_agree(student, case, probs, visible.shares(case, M, np.float32))


# 5.4 mc_average --------------------------------------------------------------------------------


@law("mc_average", "The probabilities of T passes are averaged", weight=2, core=True)
def averaged_elsewhere(student, case):
    for K, T in ((2, 3), (10, 12)):
        centre, scale = case.normal(K), 3.0
        params = {"centre": centre, "scale": scale}
        visible.average_of_passes(student, case, "noisy_logits", np.ones(1), T, **params)
    W, x = case.normal(20, 3), case.normal(20)
    for laid_out in case.layouts(x):
        params = {"W": W, "p": case.rate()}
        visible.average_of_passes(student, case, "dropped_logits", laid_out, 4, **params)


@law("mc_average", "One pass is a softmax", weight=1)
def one_pass_elsewhere(student, case):
    for K in (2, 7):
        params = {"W": case.normal(5, K, scale=3), "p": case.rate()}
        visible.average_of_passes(student, case, "dropped_logits", case.normal(5), 1, **params)


@law("mc_average", "Logits of 10 000 give finite numbers", weight=1.5)
def huge_logits_elsewhere(student, case):
    for sign in (1.0, -1.0):
        params = {"centre": sign * np.array([1e4, 9999.0, 0.0]), "scale": 50.0}
        visible.average_of_passes(student, case, "noisy_logits", np.ones(1), 6, **params)


@law("mc_average", "The model is called T times, with the given generator", weight=1, observed=True)
def calls_elsewhere(student, case):
    for T in (2, 9):
        visible.counted(student, case, case.normal(3), T)


@law("mc_average", "float32 stays float32", weight=1)
def float32_passes(student, case):
    for T in (1, 5):
        x = case.normal(4, dtype=np.float32)
        params = {"centre": case.normal(3)}
        visible.average_of_passes(student, case, "noisy_logits", x, T, **params)
