"""Right answers to chapter 01 in other styles than the references: none may lose a point."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction

import numpy as np

# 1.1 poly_fit_predict --------------------------------------------------------------------------


def poly_normal_equations(x, y, x_test, degree, ridge=0.0):
    """Solve the normal equations for a ridge, the pseudo-inverse without."""
    A = np.stack([x**j for j in range(degree + 1)], axis=1)
    T = np.stack([x_test**j for j in range(degree + 1)], axis=1)
    if ridge > 0:
        w = np.linalg.solve(A.T @ A + ridge * np.eye(degree + 1, dtype=x.dtype), A.T @ y)
    else:
        w = np.linalg.pinv(A) @ y
    return T @ w


def poly_polyval(x, y, x_test, degree, ridge=0):
    """Go through the singular values, weights with the highest power first."""
    A = np.vander(x, degree + 1)
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    keep = s > s[0] * 1e-7
    U, s, Vt = U[:, keep], s[keep], Vt[keep]
    w = Vt.T @ (s / (s**2 + ridge) * (U.T @ y))
    return np.polyval(w.astype(x.dtype), x_test)


def poly_powers(x, y, x_test, degree, ridge=0.0):
    """Use broadcasting and lstsq, with the extra equations only where they are needed."""
    j = np.arange(degree + 1)
    A = np.power(x[:, np.newaxis], j)
    b = np.array(y)
    if ridge != 0:
        A = np.concatenate([A, math.sqrt(ridge) * np.identity(degree + 1)])
        b = np.append(b, [0.0] * (degree + 1))
    w, *_ = np.linalg.lstsq(A, b, rcond=None)
    return (np.power(x_test[:, np.newaxis], j) @ w).astype(x_test.dtype)


def poly_dual(x, y, x_test, degree, ridge=0.0):
    """Work with one weight a training point: w = Xᵀ a."""
    A = np.polynomial.polynomial.polyvander(x, degree)
    T = np.polynomial.polynomial.polyvander(x_test, degree)
    if ridge == 0:
        if degree + 1 > len(x):
            return T @ (A.T @ np.linalg.solve(A @ A.T, y))
        return T @ np.linalg.lstsq(A, y, rcond=None)[0]
    a = np.linalg.solve(A @ A.T + ridge * np.eye(len(x)), y)
    return np.asarray(T @ (A.T @ a), dtype=x.dtype)


def poly_horner(x, y, x_test, degree, ridge=0.0):
    """Plain gradient-free normal equations, evaluated by Horner's rule in a loop."""
    A = np.empty((len(x), degree + 1))
    for i in range(len(x)):
        for j in range(degree + 1):
            A[i, j] = x[i] ** j
    weights = (
        np.linalg.pinv(np.vstack((A, np.sqrt(ridge) * np.eye(degree + 1))))
        @ np.r_[y, np.zeros(degree + 1)]
    )
    out = []
    for t in x_test:
        value = 0.0
        for w in reversed(weights):
            value = value * t + w
        out.append(value)
    return np.array(out, dtype=x.dtype)


# 1.2 bias_variance -----------------------------------------------------------------------------


def parts_direct(predictions, truth):
    mean = np.mean(predictions, axis=0)
    bias2 = ((mean - truth) ** 2).mean()
    variance = ((predictions - mean) ** 2).mean()
    return bias2, variance, ((predictions - truth[None, :]) ** 2).mean()


def parts_by_sum(predictions, truth):
    """Return the sum of the two as the error, which it is."""
    S, m = predictions.shape
    centre = predictions.sum(0) / S
    bias2 = np.dot(centre - truth, centre - truth) / m
    variance = np.var(predictions, axis=0, ddof=0).sum() / m
    return [bias2, variance, bias2 + variance]


def parts_loop(predictions, truth):
    S, m = predictions.shape
    bias2 = variance = mse = 0.0
    for i in range(m):
        column = [float(predictions[s, i]) for s in range(S)]
        bias2 += (sum(column) / S - float(truth[i])) ** 2 / m
        variance += statistics.pvariance(column) / m
        mse += sum((value - float(truth[i])) ** 2 for value in column) / S / m
    return (bias2, variance, mse)


def parts_of_errors(predictions, truth):
    """Work with the errors: their mean is the bias, their variance the variance."""
    errors = predictions - truth
    bias = np.average(errors, axis=0)
    return np.mean(bias**2), errors.var(0).mean(), np.mean(np.square(errors))


# 1.3 ensemble_variance -------------------------------------------------------------------------


def variance_expanded(sigma2, rho, k):
    return sigma2 / k + (k - 1) / k * rho * sigma2


def variance_of_sum(sigma2, rho, k):
    total = k * sigma2 + k * (k - 1) * rho * sigma2
    return np.float64(total / k**2)


def variance_matrix(sigma2, rho, k):
    """Sum the covariance matrix, which for many predictors is written as two numbers."""
    if k <= 50:
        covariance = np.full((k, k), rho * sigma2, dtype=float)
        np.fill_diagonal(covariance, sigma2)
        ones = np.ones(k) / k
        return ones @ covariance @ ones
    return rho * sigma2 + (1 - rho) * sigma2 / k


def variance_exact(sigma2, rho, k):
    s, r = Fraction(sigma2), Fraction(rho)
    return float(s * (1 + (k - 1) * r) / k)


# 1.4 early_stopping ----------------------------------------------------------------------------


def stop_counter(train_curve, val_curve, patience):
    best_value, best_epoch, bad = math.inf, 0, 0
    stop_epoch = len(val_curve) - 1
    for epoch in range(len(val_curve)):
        if val_curve[epoch] < best_value:
            best_value, best_epoch, bad = val_curve[epoch], epoch, 0
        else:
            bad += 1
        if bad == patience:
            stop_epoch = epoch
            break
    gap = val_curve[best_epoch] - train_curve[best_epoch]
    return {"best_epoch": best_epoch, "stop_epoch": stop_epoch, "gap": gap}


def stop_vectorised(train_curve, val_curve, patience):
    """Find improvements with a running minimum, then the first long enough wait."""
    val = np.where(np.isnan(val_curve), np.inf, val_curve)
    before = np.concatenate([[np.inf], np.minimum.accumulate(val)[:-1]])
    epochs = np.arange(len(val))
    latest = np.maximum.accumulate(np.where(val < before, epochs, 0))
    done = np.flatnonzero(epochs - latest >= patience)
    stop = done[0] if done.size else epochs[-1]
    best = np.argmin(val[: stop + 1])
    return dict(best_epoch=best, stop_epoch=stop, gap=float(val_curve[best] - train_curve[best]))


def stop_while(train_curve, val_curve, patience):
    epoch = best = 0
    while epoch + 1 < len(val_curve) and epoch - best < patience:
        epoch += 1
        best = epoch if val_curve[epoch] < val_curve[best] else best
    return {
        "gap": float(val_curve[best]) - float(train_curve[best]),
        "stop_epoch": epoch,
        "best_epoch": best,
    }


def stop_slices(train_curve, val_curve, patience):
    for stop in range(len(val_curve)):
        best = int(np.nanargmin(val_curve[: stop + 1]))
        if stop - best == patience:
            break
    return {
        "best_epoch": best,
        "stop_epoch": stop,
        "gap": np.subtract(val_curve, train_curve)[best],
    }


IDIOMS = {
    "poly_fit_predict": [
        {"poly_fit_predict": answer}
        for answer in (
            poly_normal_equations,
            poly_polyval,
            poly_powers,
            poly_dual,
            poly_horner,
        )
    ],
    "bias_variance": [
        {"bias_variance": answer}
        for answer in (parts_direct, parts_by_sum, parts_loop, parts_of_errors)
    ],
    "ensemble_variance": [
        {"ensemble_variance": answer}
        for answer in (variance_expanded, variance_of_sum, variance_matrix, variance_exact)
    ],
    "early_stopping": [
        {"early_stopping": answer}
        for answer in (stop_counter, stop_vectorised, stop_while, stop_slices)
    ],
}
