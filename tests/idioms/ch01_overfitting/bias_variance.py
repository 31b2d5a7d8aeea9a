"""Right answers to 1.2 in other styles than the reference."""

from __future__ import annotations

import statistics

import numpy as np


def direct(predictions, truth):
    mean = np.mean(predictions, axis=0)
    bias2 = ((mean - truth) ** 2).mean()
    variance = ((predictions - mean) ** 2).mean()
    return bias2, variance, ((predictions - truth[None, :]) ** 2).mean()


def by_sum(predictions, truth):
    """Return the sum of the two as the error, which it is."""
    S, m = predictions.shape
    centre = predictions.sum(0) / S
    bias2 = np.dot(centre - truth, centre - truth) / m
    variance = np.var(predictions, axis=0, ddof=0).sum() / m
    return [bias2, variance, bias2 + variance]


def loop(predictions, truth):
    S, m = predictions.shape
    bias2 = variance = mse = 0.0
    for i in range(m):
        column = [float(predictions[s, i]) for s in range(S)]
        bias2 += (sum(column) / S - float(truth[i])) ** 2 / m
        variance += statistics.pvariance(column) / m
        mse += sum((value - float(truth[i])) ** 2 for value in column) / S / m
    return (bias2, variance, mse)


def of_errors(predictions, truth):
    """Work with the errors: their mean is the bias, their variance the variance."""
    errors = predictions - truth
    bias = np.average(errors, axis=0)
    return np.mean(bias**2), errors.var(0).mean(), np.mean(np.square(errors))


def as_one_array(predictions, truth):
    """Return one array, which unpacks like a tuple."""
    return np.array(direct(predictions, truth))


IDIOMS = [{"bias_variance": f} for f in (direct, by_sum, loop, of_errors, as_one_array)]
