"""Second answers to chapters 1 to 6, to exercises whose bank had not been read by then."""

import itertools

import numpy as np

from bench.wrong.answer import wrong


@wrong("poly_fit_predict", "Rows of λ instead of √λ below the design, so the penalty is λ²", 2)
def poly_no_root():
    def poly_fit_predict(x, y, x_test, degree, ridge=0.0):
        def design(t):
            return np.vander(t, degree + 1, increasing=True)

        A = np.vstack([design(x), ridge * np.eye(degree + 1)])
        b = np.hstack([y, np.zeros(degree + 1)])
        w = np.linalg.lstsq(A, b, rcond=None)[0]
        return (design(x_test) @ w).astype(x.dtype)


@wrong("ensemble_variance", "The variance of the sum, not of the mean", 2)
def ensemble_sum():
    def ensemble_variance(sigma2, rho, k):
        return k * sigma2 + k * (k - 1) * rho * sigma2


@wrong("draw_mask", "Draws whole numbers from 0 to 9, so the rate is rounded to tenths", 2)
def mask_tenths():
    def draw_mask(shape, p, rng):
        if not 0 <= p <= 1:
            raise ValueError("p")
        return rng.integers(0, 10, size=shape) >= 10 * p


@wrong("dropout_standard", "This is inverted dropout", 2)
def standard_is_inverted():
    def dropout_standard(x, mask, p, training):
        if not 0 <= p <= 1:
            raise ValueError("p must lie in [0, 1]")
        if training and p < 1:
            return (x * mask / (1 - p)).astype(x.dtype)
        if training:
            return np.zeros_like(x)
        return x


@wrong("output_moments", "Returns standard deviations in the place of variances", 2)
def moments_deviation():
    def output_moments(x, p):
        if p == 1:
            return np.zeros_like(x), np.zeros_like(x), 0.0
        odds = p / (1 - p)
        sd = np.abs(x) * odds**0.5
        return x.copy(), sd.astype(x.dtype), float((x**2).sum() * (1 + odds))


@wrong("commutes", "The largest difference without its absolute value", 2)
def commutes_signed():
    def placement_gap(f, z, mask, p):
        def D(a):
            return np.where(mask, a, 0) * (1 / (1 - p) if p < 1 else 0)

        return float(np.max(f(D(z)) - D(f(z))))

    def commuting(names):
        return {"relu", "leaky_relu", "linear", "abs"}.intersection(names)


@wrong("dropout_backward", "The gradient goes through dropped units as well", 2)
def backward_everywhere():
    def dropout_backward(grad, cache):
        mask, p, training = cache
        if training:
            if p == 1:
                return np.zeros(grad.shape, grad.dtype)
            return (grad / (1 - p)).astype(grad.dtype)
        return grad


@wrong("dropout_layer", "Starts in evaluation mode", 2)
def layer_starts_in_eval():
    class Dropout:
        training = False

        def __init__(self, p, rng):
            if not 0 <= p <= 1:
                raise ValueError("drop probability")
            self.p = p
            self.rng = rng
            self.mult = None

        def train(self):
            self.training = True

        def eval(self):
            self.training = False

        def forward(self, x):
            if not self.training:
                self.mult = np.ones_like(x)
            elif self.p == 1:
                self.mult = np.zeros_like(x)
            else:
                keep = self.rng.random(x.shape) >= self.p
                self.mult = (keep / (1 - self.p)).astype(x.dtype)
            return x * self.mult

        def backward(self, grad):
            if self.mult is None:
                raise RuntimeError("forward first")
            return grad * self.mult.astype(grad.dtype)


@wrong("inverted_from_standard", "The rate is divided by q², the weights are right", 2)
def convert_rate_up():
    def inverted_from_standard(W, lr, q):
        return (q * W).astype(W.dtype), lr / q / q


@wrong("all_masks", "Kept units count with p, dropped ones with 1 - p", 2)
def masks_exchanged():
    def all_masks(n):
        return np.array(list(itertools.product((True, False), repeat=n)))

    def mask_probs(masks, p):
        return np.array([np.prod([p if kept else 1 - p for kept in row]) for row in masks], float)


@wrong("exact_average", "Survivors aren't divided by 1 - p", 2)
def average_unscaled():
    def exact_average(f, x, p):
        total, n = 0, len(x)
        for bits in itertools.product((0, 1), repeat=n):
            kept = sum(bits)
            weight = (1 - p) ** kept * p ** (n - kept)
            if weight > 0:
                total = total + weight * f(x * np.array(bits, x.dtype))
        return total


@wrong("expected_dropout_loss", "Standard dropout: the mean score is q times x·w", 2)
def loss_of_standard():
    def expected_dropout_loss(X, y, w, p):
        q = 1 - p
        terms = X * w
        bias = ((y - q * terms.sum(1)) ** 2).sum()
        return float(bias + p * q * (terms**2).sum())
