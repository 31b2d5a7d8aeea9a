"""Answers to chapter 9 about tokens: their embedding, and attention to them."""

import numpy as np

from bench.wrong.answer import right, wrong


@wrong(
    "embedding_dropout", "Positions are masked: the mask is read at (b, t), not at the word's type"
)
def embed_positions():
    def embedding_dropout(E, ids, type_mask, p):
        if p == 1:
            return np.zeros(ids.shape + (E.shape[1],), E.dtype)
        B, T = ids.shape
        V = type_mask.shape[1]
        pos = type_mask[:, np.arange(T) % V]
        return (E[ids] * pos[:, :, None] / (1 - p)).astype(E.dtype)


@wrong("embedding_dropout", "One mask for the batch: the first sequence's")
def embed_first():
    def embedding_dropout(E, ids, type_mask, p):
        s = 0 if p == 1 else 1 / (1 - p)
        table = E * type_mask[0][:, None] * s
        return table[ids].astype(E.dtype)


@wrong("embedding_dropout", "Isn't rescaled")
def embed_unscaled():
    def embedding_dropout(E, ids, type_mask, p):
        B, T = ids.shape
        out = np.zeros((B, T, E.shape[1]), E.dtype)
        for b in range(B):
            for t in range(T):
                w = ids[b, t]
                if type_mask[b, w]:
                    out[b, t] = E[w]
        return out


@right("embedding_dropout", "One table a sequence")
def embed_tables():
    def embedding_dropout(E, ids, type_mask, p):
        gain = E.dtype.type(1 / (1 - p) if p < 1 else 0)
        return np.stack(
            [np.where(m[:, None], E * gain, 0)[i] for m, i in zip(type_mask, ids)]
        ).astype(E.dtype)


@wrong("attention", "Renormalises the weights after dropout")
def attention_renormalised():
    def attention_dropout(Q, K, V, mask, p, training):
        s = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
        s = s - s.max(-1, keepdims=True)
        A = np.exp(s)
        A = A / A.sum(-1, keepdims=True)
        if training:
            A = A * mask
            total = A.sum(-1, keepdims=True)
            A = A / np.where(total > 0, total, 1)
        A = A.astype(Q.dtype)
        return (A @ V).astype(Q.dtype), A

    def rdrop_loss(logits1, logits2, y, alpha):
        def logsm(l):
            l = l - l.max(1, keepdims=True)
            return l - np.log(np.exp(l).sum(1, keepdims=True))

        a, b = logsm(logits1), logsm(logits2)
        rows = np.arange(len(y))
        ce = -(a[rows, y] + b[rows, y]) / 2
        kl = (np.exp(a) * (a - b)).sum(1) + (np.exp(b) * (b - a)).sum(1)
        return float((ce + alpha * kl / 2).mean())


@wrong("attention", "Dropout on the scores before the softmax")
def attention_scores():
    def attention_dropout(Q, K, V, mask, p, training):
        scores = np.matmul(Q, K.swapaxes(-1, -2)) / Q.shape[-1] ** 0.5
        if training:
            scores = np.where(mask, scores / (1 - p), 0) if p < 1 else scores * 0
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        A = (e / e.sum(axis=-1, keepdims=True)).astype(Q.dtype)
        return np.matmul(A, V).astype(Q.dtype), A

    def rdrop_loss(logits1, logits2, y, alpha):
        lp = [z - np.logaddexp.reduce(z, axis=1)[:, None] for z in (logits1, logits2)]
        p1, p2 = np.exp(lp[0]), np.exp(lp[1])
        B = len(y)
        ce = -0.5 * sum(l[range(B), y].sum() for l in lp) / B
        kl = 0.5 * (((p1 - p2) * (lp[0] - lp[1])).sum()) / B
        return ce + alpha * kl


@wrong("attention", "R-Drop in one direction: KL(P1|P2) alone")
def attention_one_direction():
    def attention_dropout(Q, K, V, mask, p, training):
        d = Q.shape[-1]
        logits = np.einsum("...qd,...kd->...qk", Q, K) / np.sqrt(d)
        w = np.exp(logits - np.max(logits, -1, keepdims=True))
        w /= w.sum(-1, keepdims=True)
        if training:
            w = np.zeros_like(w) if p == 1 else w * mask / (1 - p)
        w = w.astype(Q.dtype)
        return np.einsum("...qk,...kv->...qv", w, V).astype(Q.dtype), w

    def rdrop_loss(logits1, logits2, y, alpha):
        total = 0.0
        for l1, l2, c in zip(logits1, logits2, y):
            a = l1 - l1.max()
            a = a - np.log(np.exp(a).sum())
            b = l2 - l2.max()
            b = b - np.log(np.exp(b).sum())
            total += -(a[c] + b[c]) / 2 + alpha * np.sum(np.exp(a) * (a - b))
        return total / len(y)
