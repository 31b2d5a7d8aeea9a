"""Right answers to chapter 06 in other styles than the references: none may lose a point."""

from __future__ import annotations

import itertools
import math

import numpy as np

# 6.1 expected_dropout_loss ---------------------------------------------------------------------


def loss_gamma(X, y, w, p):
    """Use the diagonal of the Gram matrix."""
    if p == 1:
        return np.sum(y**2)
    gamma2 = np.diag(X.T @ X)
    return np.linalg.norm(y - X @ w) ** 2 + p / (1 - p) * (gamma2 * w**2).sum()


def loss_moments(X, y, w, p):
    """Add squared bias and variance of each prediction."""
    q = 1 - p
    if q == 0:
        return float(np.dot(y, y))
    mean = X.dot(w)
    variance = np.einsum("ij,j->i", np.square(X), np.square(w)) * p / q
    return float(np.sum((y - mean) ** 2 + variance))


def loss_loops(X, y, w, p):
    total = 0.0
    for i in range(X.shape[0]):
        score = noise = 0.0
        for j in range(X.shape[1]):
            score += float(X[i, j]) * float(w[j])
            noise += (float(X[i, j]) * float(w[j])) ** 2
        if p < 1:
            total += (float(y[i]) - score) ** 2 + p / (1 - p) * noise
        else:
            total += float(y[i]) ** 2
    return total


# 6.2 dropout_ridge -----------------------------------------------------------------------------


def ridge_pinv(X, y, p):
    G = X.T.astype(float) @ X.astype(float)
    w = np.linalg.pinv(G + p / (1 - p) * np.diag(np.diag(G))) @ (X.T.astype(float) @ y)
    return w.astype(X.dtype)


def ridge_scaled(X, y, p):
    """Bring every column to length 1, use plain ridge there, and go back."""
    A, q = np.array(X, dtype=np.float64), 1 - p
    if p == 0:
        return (np.linalg.pinv(A) @ y).astype(X.dtype)
    length = np.linalg.norm(A, axis=0)
    used = length > 0
    Z = A[:, used] / length[used]
    v = np.linalg.solve(Z.T @ Z + p / q * np.identity(used.sum()), Z.T @ y)
    w = np.zeros(A.shape[1])
    w[used] = v / length[used]
    return w.astype(X.dtype)


def ridge_lstsq(X, y, p):
    """Solve the normal equations by least squares, which takes singular ones as well."""
    A = X.astype(np.float64)
    G = A.T @ A
    G[np.diag_indices_from(G)] *= 1 / (1 - p)
    return np.linalg.lstsq(G, A.T @ y.astype(np.float64), rcond=None)[0].astype(X.dtype)


def ridge_standard(X, y, p):
    """Solve standard dropout and multiply by q."""
    A, q = X.astype(np.float64), 1 - p
    G = q**2 * A.T @ A + p * q * np.diag((A * A).sum(0))
    return np.asarray(q * (np.linalg.pinv(G, hermitian=True) @ (q * A.T @ y)), dtype=X.dtype)


# 6.3 glm_penalty -------------------------------------------------------------------------------


def penalty_product(X, beta, p, family, order):
    q = 1.0 - p
    u = X @ beta
    if family == "linear":
        A, A2 = (lambda t: t * t / 2), np.ones(len(u))
    else:
        A = lambda t: np.maximum(t, 0) + np.log1p(np.exp(-np.abs(t)))
        e = np.exp(-np.abs(u))
        A2 = e / (1 + e) ** 2
    if order == "quadratic":
        return 0.5 * p / q * np.sum(beta**2 * (A2 @ X**2))
    total = -A(u).sum()
    for mask in itertools.product([0, 1], repeat=len(beta)):
        prob = math.prod(q if kept else p for kept in mask)
        total += prob * A(X @ (np.array(mask) / q * beta)).sum()
    return total


def penalty_bits(X, beta, p, family, order):
    """Number the masks by their bits."""
    n, d = X.shape
    scores = X @ beta
    if order == "quadratic":
        pi = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
        weight = 1 if family == "linear" else (pi * (1 - pi))[:, np.newaxis]
        return float((weight * X**2 * beta**2).sum() * p / (2 * (1 - p)))
    bits = (np.arange(2**d)[:, None] >> np.arange(d)) & 1
    prob = np.prod(np.where(bits == 1, 1 - p, p), axis=1)
    result = 0.0
    for i in range(n):
        noisy = (bits / (1 - p)) @ (X[i] * beta)
        if family == "linear":
            result += prob @ (noisy**2) / 2 - scores[i] ** 2 / 2
        else:
            result += prob @ np.logaddexp(0.0, noisy) - np.logaddexp(0.0, scores[i])
    return np.float64(result)


def penalty_recursive(X, beta, p, family, order):
    """Decide one feature after the other."""
    if order == "quadratic":
        total = 0.0
        for x in X:
            u = abs(float(x @ beta))
            curve = 1.0 if family == "linear" else math.exp(-u) / (1 + math.exp(-u)) ** 2
            total += 0.5 * curve * p / (1 - p) * float(np.sum((x * beta) ** 2))
        return total

    def A(u):
        return 0.5 * u**2 if family == "linear" else np.logaddexp(u, 0)

    def mean(u, j):
        if j == len(beta):
            return A(u).sum()
        kept = u + X[:, j] * beta[j] / (1 - p)
        return (1 - p) * mean(kept, j + 1) + p * mean(u, j + 1)

    return float(mean(np.zeros(len(X)), 0) - A(X @ beta).sum())


# 6.4 gaussian_dropout --------------------------------------------------------------------------

C = (1.16145124, -1.50204118, 0.58629921)
K = (0.63576, 1.8732, 1.48695)


def noise_normal(x, p, rng):
    return x * rng.normal(1.0, np.sqrt(p / (1 - p)), size=x.shape).astype(x.dtype)


def noise_on_top(x, p, rng):
    sd = (p / (1 - p)) ** 0.5
    return x + x * x.dtype.type(sd) * rng.standard_normal(x.shape, dtype=x.dtype)


def noise_around_x(x, p, rng):
    return rng.normal(loc=x, scale=math.sqrt(p / (1 - p)) * np.abs(x)).astype(x.dtype)


def kingma_horner(alpha):
    if np.any(alpha > 1) or np.any(alpha <= 0):
        raise ValueError("alpha must be in (0, 1]")
    return -0.5 * np.log(alpha) - alpha * (C[0] + alpha * (C[1] + alpha * C[2]))


def kingma_sum(alpha):
    a = np.asarray(alpha)
    if a.min() <= 0 or a.max() > 1:
        raise ValueError(f"alpha = {alpha}")
    return -(np.log(a) / 2 + sum(c * a ** (k + 1) for k, c in enumerate(C)))


def kingma_loop(alpha):
    if np.ndim(alpha):
        values = np.array([kingma_loop(a) for a in np.ravel(alpha)], dtype=alpha.dtype)
        return values.reshape(alpha.shape)
    if not 0 < alpha <= 1:
        raise ValueError("out of range")
    return -(0.5 * math.log(alpha) + C[0] * alpha + C[1] * alpha**2 + C[2] * alpha**3)


def molchanov_plain(log_alpha):
    sigmoid = 1 / (1 + np.exp(-(K[1] + K[2] * log_alpha)))
    return -(K[0] * sigmoid - 0.5 * np.log(1 + 1 / np.exp(log_alpha)) - K[0])


def molchanov_log1p(log_alpha):
    t = K[1] + K[2] * log_alpha
    return K[0] / (1 + np.exp(t)) + 0.5 * np.log1p(np.exp(-log_alpha))


def molchanov_0d(log_alpha):
    """Come back as a 0-d array for a number."""
    la = np.asarray(log_alpha)
    value = K[0] + 0.5 * np.logaddexp(0, -la) - K[0] / (1 + np.exp(-K[1] - K[2] * la))
    return np.asarray(value, dtype=la.dtype)


# 6.5 fast_dropout ------------------------------------------------------------------------------


def dtype_of(mu, s2):
    return next((v.dtype for v in (mu, s2) if isinstance(v, np.ndarray)), np.float64)


def relu_errstate(mu, s2):
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.sqrt(s2)
        z = np.divide(mu, s)
        cdf = 0.5 * (1 + np.vectorize(math.erf)(z / np.sqrt(2)))
        value = mu * cdf + s * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return np.where(np.equal(s2, 0), np.maximum(mu, 0.0), value).astype(dtype_of(mu, s2))


def relu_tiny(mu, s2):
    """Put a tiny number in the place of a variance of 0."""
    s = np.maximum(np.sqrt(np.asarray(s2, dtype=float)), 1e-150)
    z = np.clip(mu / s, -1e4, 1e4)
    tail = np.vectorize(math.erfc)(-z / math.sqrt(2)) / 2
    out = mu * tail + s * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return out.astype(dtype_of(mu, s2))


def relu_loop(mu, s2):
    pairs = np.broadcast(mu, s2)
    out = []
    for m, v in pairs:
        m, v = float(m), float(v)
        if v == 0:
            out.append(max(m, 0.0))
        else:
            s = math.sqrt(v)
            density = math.exp(-m * m / (2 * v)) / math.sqrt(2 * math.pi)
            out.append(m * 0.5 * math.erfc(-m / s / math.sqrt(2)) + s * density)
    if pairs.shape == ():
        return out[0]
    return np.array(out, dtype=dtype_of(mu, s2)).reshape(pairs.shape)


def probit_plain(mu, s2):
    u = mu / np.sqrt(1 + np.pi * s2 / 8)
    return 1 / (1 + np.exp(-u))


def probit_tanh(mu, s2):
    kappa = (1 + np.pi / 8 * np.asarray(s2)) ** -0.5
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * mu * kappa), dtype=dtype_of(mu, s2))


def probit_logaddexp(mu, s2):
    value = np.exp(-np.logaddexp(0, -np.asarray(mu) / np.sqrt(1 + np.asarray(s2) * math.pi / 8)))
    return value if np.ndim(value) else float(value)


IDIOMS = {
    "expected_dropout_loss": [
        {"expected_dropout_loss": answer} for answer in (loss_gamma, loss_moments, loss_loops)
    ],
    "dropout_ridge": [
        {"dropout_ridge": answer}
        for answer in (ridge_pinv, ridge_scaled, ridge_lstsq, ridge_standard)
    ],
    "glm_penalty": [
        {"glm_penalty": answer} for answer in (penalty_product, penalty_bits, penalty_recursive)
    ],
    "gaussian_dropout": [
        {"gaussian_dropout": noise, "kl_kingma": kingma, "kl_molchanov": molchanov}
        for noise, kingma, molchanov in (
            (noise_normal, kingma_horner, molchanov_plain),
            (noise_on_top, kingma_sum, molchanov_log1p),
            (noise_around_x, kingma_loop, molchanov_0d),
        )
    ],
    "fast_dropout": [
        {"relu_gaussian_mean": relu, "probit_sigmoid_mean": probit}
        for relu, probit in (
            (relu_errstate, probit_plain),
            (relu_tiny, probit_tanh),
            (relu_loop, probit_logaddexp),
        )
    ],
}
