"""Answers to chapter 4 about a network: its gradients, its training, its two modes."""

import numpy as np

from bench.wrong.answer import right, wrong


@wrong("mlp_loss_grads", "The gradient isn't divided by the batch size")
def mlp_sum():
    def mlp_loss_grads(params, X, y, masks, p):
        W1, b1, W2, b2, W3, b3 = (params[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3"))
        m1, m2 = masks
        s = 0 if p == 1 else 1 / (1 - p)
        a1 = X @ W1 + b1
        h1 = np.maximum(a1, 0) * m1 * s
        a2 = h1 @ W2 + b2
        h2 = np.maximum(a2, 0) * m2 * s
        z = h2 @ W3 + b3
        z = z - z.max(1, keepdims=True)
        logp = z - np.log(np.exp(z).sum(1, keepdims=True))
        loss = -logp[np.arange(len(y)), y].mean()
        d = np.exp(logp)
        d[np.arange(len(y)), y] -= 1
        dh2 = d @ W3.T * m2 * s * (a2 > 0)
        dh1 = dh2 @ W2.T * m1 * s * (a1 > 0)
        grads = {
            "W3": h2.T @ d,
            "b3": d.sum(0),
            "W2": h1.T @ dh2,
            "b2": dh2.sum(0),
            "W1": X.T @ dh1,
            "b1": dh1.sum(0),
        }
        return loss, {k: g.astype(params[k].dtype) for k, g in grads.items()}


@wrong("mlp_loss_grads", "The backward pass forgets the factor 1/(1-p) of the first dropout")
def mlp_forgets_factor():
    def mlp_loss_grads(params, X, y, masks, p):
        q = 1 - p

        def dense(a, i):
            return a @ params[f"W{i}"] + params[f"b{i}"]

        def drop(a, m):
            return np.zeros_like(a) if q == 0 else np.where(m, a / q, 0)

        pre1 = dense(X, 1)
        out1 = drop(np.where(pre1 > 0, pre1, 0), masks[0])
        pre2 = dense(out1, 2)
        out2 = drop(np.where(pre2 > 0, pre2, 0), masks[1])
        logits = dense(out2, 3)
        top = logits.max(axis=1, keepdims=True)
        lse = top + np.log(np.sum(np.exp(logits - top), axis=1, keepdims=True))
        onehot = np.eye(logits.shape[1])[y]
        loss = np.mean(lse[:, 0] - (logits * onehot).sum(1))
        delta3 = (np.exp(logits - lse) - onehot) / X.shape[0]
        delta2 = drop(delta3 @ params["W3"].T, masks[1]) * (pre2 > 0)
        delta1 = (delta2 @ params["W2"].T) * masks[0] * (pre1 > 0)
        g = {}
        for i, (inp, delta) in enumerate(((X, delta1), (out1, delta2), (out2, delta3)), 1):
            g[f"W{i}"] = (inp.T @ delta).astype(params[f"W{i}"].dtype)
            g[f"b{i}"] = delta.sum(0).astype(params[f"b{i}"].dtype)
        return float(loss), g


@wrong("mlp_loss_grads", "The weights' gradients use the activations before dropout")
def mlp_undropped_inputs():
    def mlp_loss_grads(params, X, y, masks, p):
        P = params
        B = len(X)
        k = 1.0 / (1.0 - p) if p < 1 else 0.0
        D = [m * k for m in masks]
        z1 = X @ P["W1"] + P["b1"]
        r1 = z1.clip(min=0)
        z2 = (r1 * D[0]) @ P["W2"] + P["b2"]
        r2 = z2.clip(min=0)
        z3 = (r2 * D[1]) @ P["W3"] + P["b3"]
        z3 = z3 - np.amax(z3, axis=1)[:, None]
        prob = np.exp(z3)
        total = prob.sum(axis=1)
        loss = (np.log(total) - z3[range(B), y]).sum() / B
        prob = prob / total[:, None]
        prob[range(B), y] -= 1
        e3 = prob / B
        e2 = (e3 @ P["W3"].T) * D[1] * (z2 > 0)
        e1 = (e2 @ P["W2"].T) * D[0] * (z1 > 0)
        raw = dict(
            W3=r2.T @ e3, b3=e3.sum(0), W2=r1.T @ e2, b2=e2.sum(0), W1=X.T @ e1, b1=e1.sum(0)
        )
        return loss, {n: raw[n].astype(P[n].dtype) for n in P}


@wrong("inverted_from_standard", "The learning rate stays as it is")
def convert_same_lr():
    def inverted_from_standard(W, lr, q):
        return (W * q).astype(W.dtype), lr


@wrong("inverted_from_standard", "The learning rate is multiplied by q once")
def convert_lr_once():
    def inverted_from_standard(W, lr, q):
        W_inv = np.array(W)
        W_inv *= q
        return W_inv, lr * q


@wrong("inverted_from_standard", "Divides the weights: the wrong direction")
def convert_divides():
    def inverted_from_standard(W, lr, q):
        scale = 1.0 / q
        return (scale * W).astype(W.dtype), scale**2 * lr


@right("inverted_from_standard", "By repeated multiplication in place")
def convert_in_place():
    def inverted_from_standard(W, lr, q):
        out = W.astype(W.dtype, copy=True)
        np.multiply(out, q, out=out)
        for _ in range(2):
            lr = lr * q
        return out, float(lr)


@wrong("evaluate_modes", "The two modes are exchanged")
def modes_exchanged():
    def evaluate_modes(forward, X, y, rng):
        res = {}
        for name, flag in (("train_mode_accuracy", False), ("eval_accuracy", True)):
            pred = forward(X, flag, rng).argmax(1)
            res[name] = float((pred == y).mean())
        return res


@wrong("evaluate_modes", "Makes a generator of its own")
def modes_own_rng():
    def evaluate_modes(forward, X, y, rng):
        def acc(training):
            logits = forward(X, training, np.random.default_rng(0))
            return float(np.mean(np.argmax(logits, axis=-1) == y))

        return {"train_mode_accuracy": acc(True), "eval_accuracy": acc(False)}


@wrong("evaluate_modes", "Averages over ten passes in training mode")
def modes_ten_passes():
    def evaluate_modes(forward, X, y, rng):
        train = np.mean([forward(X, True, rng).argmax(1) == y for _ in range(10)])
        test = np.mean(forward(X, False, rng).argmax(1) == y)
        return {"train_mode_accuracy": float(train), "eval_accuracy": float(test)}


@right("evaluate_modes", "Counts, evaluation first")
def modes_counts():
    def evaluate_modes(forward, X, y, rng):
        out = {}
        for mode in (False, True):
            hits = 0
            for row, label in zip(forward(X, mode, rng), y):
                hits += int(max(range(len(row)), key=lambda j: row[j]) == label)
            out["train_mode_accuracy" if mode else "eval_accuracy"] = hits / len(y)
        return out
