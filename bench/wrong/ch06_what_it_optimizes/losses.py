"""Answers to chapter 6 about expected losses and the penalties that they hold."""

import itertools

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("expected_dropout_loss", "The penalty has p(1-p), as without the rescaling")
def loss_standard():
    def expected_dropout_loss(X, y, w, p):
        if p == 1:
            return float(y @ y)
        r = y - X @ w
        pen = p * (1 - p) * np.sum((X**2) @ (w**2))
        return float(r @ r + pen)


@wrong("expected_dropout_loss", "The mean over the examples")
def loss_mean():
    def expected_dropout_loss(X, y, w, p):
        n = X.shape[0]
        if p == 1:
            return np.mean(y**2)
        fit = np.mean((y - X.dot(w)) ** 2)
        noise = p / (1 - p) * sum((X[i] ** 2 * w**2).sum() for i in range(n)) / n
        return fit + noise


@wrong(
    "expected_dropout_loss", "One coin for a whole example: (x·w)² in place of the sum of squares"
)
def loss_shared_coin():
    def expected_dropout_loss(X, y, w, p):
        if p >= 1:
            return float((y**2).sum())
        u = X @ w
        return float(((y - u) ** 2).sum() + p / (1 - p) * (u**2).sum())


@right("expected_dropout_loss", "By the moments of the score")
def loss_moments():
    def expected_dropout_loss(X, y, w, p):
        if p == 1:
            return np.square(y).sum(dtype=float)
        total = 0.0
        for row, target in zip(X.astype(float), y.astype(float)):
            terms = [a * b for a, b in zip(row, w)]
            second = sum(terms) ** 2 + p / (1 - p) * sum(t * t for t in terms)
            total += target**2 - 2 * target * sum(terms) + second
        return total


@wrong("dropout_ridge", "An ordinary ridge: the same penalty for all weights")
def ridge_plain():
    def dropout_ridge(X, y, p):
        A = X.astype(np.float64)
        lam = p / (1 - p)
        M = A.T @ A + lam * np.eye(A.shape[1])
        return (np.linalg.pinv(M) @ A.T @ y).astype(X.dtype)


@wrong("dropout_ridge", "The penalty is p, not p/(1-p)")
def ridge_p():
    def dropout_ridge(X, y, p):
        Z = np.asarray(X, dtype=float)
        G = Z.T @ Z
        G = G + p * np.diag(np.diag(G))
        return np.linalg.lstsq(G, Z.T @ y, rcond=None)[0].astype(X.dtype)


@wrong("dropout_ridge", "The penalty uses the column's mean square: n is missing")
def ridge_mean_square():
    def dropout_ridge(X, y, p):
        X64, y64 = X.astype(float), y.astype(float)
        n, d = X64.shape
        gram = X64.T @ X64
        for j in range(d):
            gram[j, j] += p / (1 - p) * np.mean(X64[:, j] ** 2)
        w = np.linalg.pinv(gram) @ (X64.T @ y64)
        return w.astype(X.dtype)


@right("dropout_ridge", "As least squares with scaled rows below X")
def ridge_rows():
    def dropout_ridge(X, y, p):
        A = X.astype(np.float64)
        rows = np.diag(np.sqrt(p / (1 - p) * (A * A).sum(0)))
        b = np.r_[y.astype(float), np.zeros(A.shape[1])]
        return np.linalg.lstsq(np.r_[A, rows], b, rcond=None)[0].astype(X.dtype)


@wrong("glm_penalty", "The quadratic penalty without the half")
def glm_no_half():
    def glm_penalty(X, beta, p, family, order):
        q = 1 - p
        u = X @ beta
        A = (lambda v: v**2 / 2) if family == "linear" else (lambda v: np.logaddexp(0, v))
        if order == "quadratic":
            curv = np.ones_like(u) if family == "linear" else (1 - np.tanh(u / 2) ** 2) / 4
            return float(p / q * np.sum(curv @ (X * beta) ** 2))
        total = 0.0
        for bits in itertools.product((0, 1), repeat=len(beta)):
            m = np.array(bits)
            pr = q ** m.sum() * p ** (len(m) - m.sum())
            total += pr * A(X @ (m * beta) / q).sum()
        return float(total - A(u).sum())


@wrong("glm_penalty", "The exact penalty doesn't subtract the loss without dropout")
def glm_no_difference():
    def glm_penalty(X, beta, p, family, order):
        def A(v):
            if family == "linear":
                return 0.5 * v * v
            return np.maximum(v, 0) + np.log1p(np.exp(-np.abs(v)))

        n, d = X.shape
        if order == "exact":
            out = 0.0
            for c in range(2**d):
                keep = np.array([(c >> j) & 1 for j in range(d)])
                prob = np.prod(np.where(keep, 1 - p, p))
                out += prob * np.sum(A((X * keep) @ beta / (1 - p)))
            return out
        s = X @ beta
        if family == "linear":
            second = np.ones(n)
        else:
            e = np.exp(-np.abs(s))
            second = e / (1 + e) ** 2
        var = p / (1 - p) * ((X * beta) ** 2).sum(1)
        return 0.5 * np.sum(second * var)


@wrong("glm_penalty", "The curvature is the mean pi, without the factor 1 - pi")
def glm_curvature():
    def glm_penalty(X, beta, p, family, order):
        u = X @ beta
        if order == "quadratic":
            if family == "logistic":
                c = 0.5 * (1 + np.tanh(u / 2))
            else:
                c = 1 + 0 * u
            return 0.5 * p / (1 - p) * float((c[:, None] * X**2 * beta**2).sum())
        fn = {"linear": lambda v: v * v / 2, "logistic": lambda v: np.logaddexp(0.0, v)}[family]
        masks = np.array(list(itertools.product([0, 1], repeat=X.shape[1])))
        kept = masks.sum(1)
        weight = (1 - p) ** kept * p ** (X.shape[1] - kept)
        scores = X @ (masks * beta / (1 - p)).T
        return float((fn(scores) @ weight - fn(u)).sum())


@right("glm_penalty", "The logistic curvature from two logarithms")
def glm_logs():
    def glm_penalty(X, beta, p, family, order):
        X, beta = X.astype(float), beta.astype(float)
        u = X @ beta
        if order == "quadratic":
            curve = (
                np.exp(-np.logaddexp(0, u) - np.logaddexp(0, -u))
                if family == "logistic"
                else 1 + u * 0
            )
            return float(
                sum(curve[i] * sum((X[i] * beta) ** 2) for i in range(len(u))) * p / (1 - p) / 2
            )
        part = (lambda s: s**2 / 2) if family == "linear" else (lambda s: np.logaddexp(s, 0))
        result = 0.0
        for row in X:
            scores, probs = np.zeros(1), np.ones(1)
            for term in row * beta / (1 - p):
                scores = np.r_[scores, scores + term]
                probs = np.r_[probs * p, probs * (1 - p)]
            result += probs @ part(scores) - part(row @ beta)
        return float(result)
