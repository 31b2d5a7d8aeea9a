"""Answers to chapter 2."""

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("weight_decay", "AdamW's decay isn't multiplied by the learning rate")
def decay_without_lr():
    def l2_loss_grad(w, lam):
        return lam * (w * w).sum(), 2 * lam * w

    def adam_step(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
        beta1, beta2 = betas
        g = grad if decoupled else grad + wd * w
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        mhat = m / (1 - beta1**t)
        vhat = v / (1 - beta2**t)
        new = w - lr * mhat / (np.sqrt(vhat) + eps)
        if decoupled:
            new = new - wd * w
        return new.astype(w.dtype), m, v


@wrong("weight_decay", "No correction of the running means' bias")
def decay_without_hats():
    def l2_loss_grad(w, lam):
        loss = 0.0
        for value in w.ravel():
            loss += lam * value**2
        return loss, (2 * lam * w).astype(w.dtype)

    def adam_step(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
        if not decoupled:
            grad = grad + wd * w
        new_m = betas[0] * m + (1 - betas[0]) * grad
        new_v = betas[1] * v + (1 - betas[1]) * np.square(grad)
        step = lr * new_m / (np.sqrt(new_v) + eps)
        if decoupled:
            step = step + lr * wd * w
        return w - step, new_m, new_v


@wrong("weight_decay", "The loss has the half of the deep-learning books, so the gradient is lam w")
def decay_half():
    def l2_loss_grad(w, lam):
        return 0.5 * lam * np.sum(w**2), lam * w

    def adam_step(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
        b1, b2 = betas
        g = grad + (0 if decoupled else wd) * w
        m2 = m + (1 - b1) * (g - m)
        v2 = v + (1 - b2) * (g * g - v)
        root = np.sqrt(v2 / (1 - b2**t)) + eps
        shrink = 1 - lr * wd if decoupled else 1.0
        return shrink * w - lr * (m2 / (1 - b1**t)) / root, m2, v2


@wrong("lasso", "Hard thresholding: what survives isn't moved")
def lasso_hard():
    def soft_threshold(w, t):
        out = w.copy()
        out[np.abs(w) <= t] = 0
        return out

    def lasso_ista(X, y, lam, steps):
        L = np.linalg.norm(X, 2) ** 2
        w = np.zeros(X.shape[1], X.dtype)
        for _ in range(steps):
            w = soft_threshold(w - X.T @ (X @ w - y) / L, lam / L)
        return w.astype(X.dtype)


@wrong("lasso", "The threshold of each step is lam, not lam times the step")
def lasso_whole_threshold():
    def soft_threshold(w, t):
        return (np.sign(w) * np.maximum(abs(w) - t, 0)).astype(w.dtype)

    def lasso_ista(X, y, lam, steps):
        eta = 1 / np.linalg.svd(X, compute_uv=False)[0] ** 2
        w = np.zeros(X.shape[1])
        k = 0
        while k < steps:
            grad = X.T @ (X @ w - y)
            w = soft_threshold(w - eta * grad, lam)
            k += 1
        return w.astype(X.dtype)


@wrong("lasso", "FISTA with momentum instead of plain ISTA")
def lasso_fista():
    def soft_threshold(w, t):
        return np.where(w > t, w - t, np.where(w < -t, w + t, 0)).astype(w.dtype)

    def lasso_ista(X, y, lam, steps):
        L = np.linalg.norm(X, ord=2) ** 2
        w = z = np.zeros(X.shape[1], dtype=X.dtype)
        theta = 1.0
        for _ in range(steps):
            old = w
            w = soft_threshold(z - X.T @ (X @ z - y) / L, lam / L)
            nxt = (1 + np.sqrt(1 + 4 * theta**2)) / 2
            z = w + (theta - 1) / nxt * (w - old)
            theta = nxt
        return w.astype(X.dtype)


@right("lasso", "The threshold as w minus its clipped self")
def lasso_clip():
    def soft_threshold(w, t):
        return w - np.clip(w, -t, t)

    def lasso_ista(X, y, lam, steps):
        G, c = X.T @ X, X.T @ y
        L = np.linalg.eigvalsh(G.astype(float))[-1]
        w = np.zeros_like(c, dtype=float)
        for _ in range(steps):
            w = soft_threshold(w + (c - G @ w) / L, lam / L)
        return w.astype(X.dtype)


@wrong("noise_is_ridge", "sigma2 is taken for the penalty: n is missing")
def noise_without_n():
    def noise_is_ridge(X, y, sigma2):
        d = X.shape[1]
        return np.linalg.solve(X.T @ X + sigma2 * np.eye(d), X.T @ y).astype(X.dtype)


@wrong("noise_is_ridge", "The penalty is multiplied by the number of inputs, not of examples")
def noise_times_d():
    def noise_is_ridge(X, y, sigma2):
        _, cols = np.shape(X)
        A = X.T.dot(X)
        for j in range(cols):
            A[j, j] += cols * sigma2
        w = np.linalg.inv(A).dot(X.T).dot(y)
        return w.astype(X.dtype)


@wrong("noise_is_ridge", "Squares what is a variance already")
def noise_squared():
    def noise_is_ridge(X, y, sigma2):
        n = len(X)
        lam = n * sigma2**2
        extra = np.sqrt(lam) * np.eye(X.shape[1])
        A = np.concatenate([X, extra])
        b = np.concatenate([y, np.zeros(X.shape[1])])
        return np.linalg.lstsq(A, b, rcond=None)[0].astype(X.dtype)


@right("noise_is_ridge", "In the dual: invert n by n")
def noise_dual():
    def noise_is_ridge(X, y, sigma2):
        X64 = X.astype(np.float64)
        n = X64.shape[0]
        K = X64 @ X64.T + n * sigma2 * np.identity(n)
        return (X64.T @ np.linalg.solve(K, y)).astype(X.dtype)


@wrong("max_norm", "Limits the columns")
def norm_columns():
    def max_norm(W, c):
        norms = np.sqrt((W**2).sum(axis=0, keepdims=True))
        factor = np.where(norms > c, c / np.where(norms > 0, norms, 1), 1.0)
        return (W * factor).astype(W.dtype)


@wrong("max_norm", "All rows get the norm c, the short ones too")
def norm_always():
    def max_norm(W, c):
        out = np.zeros_like(W)
        for i, row in enumerate(W):
            length = np.linalg.norm(row)
            if length > 0:
                out[i] = row / length * c
        return out


@wrong("max_norm", "One norm for the whole matrix, like the clipping of gradients")
def norm_whole():
    def max_norm(W, c):
        total = np.linalg.norm(W)
        if total > c:
            return (W * (c / total)).astype(W.dtype)
        return W.copy()


@right("max_norm", "Divides by the larger of norm / c and 1")
def norm_maximum():
    def max_norm(W, c):
        n = np.linalg.norm(W, axis=-1)
        return (W / np.fmax(n / c, 1)[..., None]).astype(W.dtype)


@right("weight_decay", "Adam with the bias in the step size")
def decay_step_size():
    def l2_loss_grad(w, lam):
        return lam * np.vdot(w, w), w * w.dtype.type(2 * lam)

    def adam_step(w, grad, m, v, t, lr, wd, decoupled, betas=(0.9, 0.999), eps=1e-8):
        b1, b2 = betas
        g = grad if decoupled else grad + wd * w
        m1, v1 = m * b1 + g * (1 - b1), v * b2 + g * g * (1 - b2)
        root = (1 - b2**t) ** 0.5
        step = lr * root / (1 - b1**t) * m1 / (np.sqrt(v1) + eps * root)
        out = w - step - (lr * wd * w if decoupled else 0)
        return tuple(a.astype(w.dtype) for a in (out, m1, v1))
