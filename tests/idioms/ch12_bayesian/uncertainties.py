"""Right answers to 12.4 in other styles than the reference."""

from __future__ import annotations

import numpy as np


def plogp(p):
    out = np.zeros_like(p)
    np.log(p, out=out, where=p > 0)
    return p * out


def with_where(probs):
    mean = probs.mean(0)
    total = -plogp(mean).sum(-1)
    each = -plogp(probs).sum(-1).mean(0)
    hits = np.array([np.bincount(v).max() for v in probs.argmax(-1).T])
    vr = np.asarray(1 - hits / len(probs), probs.dtype)
    return dict(predictive_entropy=total, expected_entropy=each, mutual_information=total - each,
                variation_ratio=vr, max_prob=mean.max(1))  # fmt: skip


def by_divergence(probs):
    mean = probs.mean(axis=0)
    each = -np.nansum(np.where(probs > 0, probs * np.log(np.maximum(probs, 1e-300)), 0), -1).mean(0)
    safe = np.where(probs > 0, probs, 1)
    kl = (probs * (np.log(safe) - np.log(np.where(mean > 0, mean, 1)))).sum(-1).mean(0)
    one_hot = np.eye(probs.shape[-1])[probs.argmax(-1)]
    vr = 1 - one_hot.mean(0).max(-1)
    found = {"expected_entropy": each, "mutual_information": kl, "predictive_entropy": each + kl}
    found |= {"variation_ratio": vr, "max_prob": np.amax(mean, axis=-1)}
    return {key: value.astype(probs.dtype) for key, value in found.items()}


def by_loops(probs):
    T, N, C = probs.shape
    keys = ("predictive_entropy", "expected_entropy", "mutual_information", "variation_ratio",
            "max_prob")  # fmt: skip
    out = {key: np.zeros(N, probs.dtype) for key in keys}

    def H(p):
        return -sum(v * np.log(v) for v in p if v > 0)

    for n in range(N):
        mean = [sum(float(probs[t, n, c]) for t in range(T)) / T for c in range(C)]
        votes = [int(np.argmax(probs[t, n])) for t in range(T)]
        total, each = H(mean), sum(H(probs[t, n].astype(float)) for t in range(T)) / T
        most = max(votes.count(c) for c in range(C))
        for key, value in zip(keys, (total, each, total - each, 1 - most / T, max(mean))):
            out[key][n] = value
    return out


IDIOMS = [{"uncertainties": f} for f in (with_where, by_divergence, by_loops)]
