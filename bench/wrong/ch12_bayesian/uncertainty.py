"""Answers to chapter 12 about uncertainty: its parts, calibration, contraction."""

import math
from statistics import NormalDist

import numpy as np

from bench.wrong.answer import right, wrong


@wrong(
    "uncertainties", "predictive and expected entropy are exchanged, so the information is negative"
)
def doubt_exchanged():
    def uncertainties(probs):
        def H(q):
            return -np.sum(q * np.log(np.where(q > 0, q, 1)), axis=-1)

        mean = probs.mean(0)
        expected, predictive = H(mean), H(probs).mean(0)
        T, N, C = probs.shape
        votes = probs.argmax(-1)
        top = np.stack([(votes == c).sum(0) for c in range(C)]).max(0)
        return {
            "predictive_entropy": predictive,
            "expected_entropy": expected,
            "mutual_information": predictive - expected,
            "variation_ratio": (1 - top / T).astype(probs.dtype),
            "max_prob": mean.max(-1),
        }


@wrong("uncertainties", "The variation ratio is one minus the largest mean probability")
def doubt_ratio_of_means():
    def uncertainties(probs):
        p = probs.mean(axis=0)
        logs = np.log(np.clip(p, 1e-300 if p.dtype == np.float64 else 1e-38, None))
        pe = -(p * logs).sum(-1)
        each = np.zeros_like(probs)
        np.log(probs, out=each, where=probs > 0)
        ee = -(probs * each).sum(-1).mean(0)
        return dict(
            predictive_entropy=pe,
            expected_entropy=ee,
            mutual_information=pe - ee,
            variation_ratio=1 - p.max(-1),
            max_prob=p.max(-1),
        )


@wrong("uncertainties", "Logarithms to base 2")
def doubt_bits():
    def uncertainties(probs):
        T, N, C = probs.shape
        out = {
            k: np.zeros(N, probs.dtype)
            for k in (
                "predictive_entropy",
                "expected_entropy",
                "mutual_information",
                "variation_ratio",
                "max_prob",
            )
        }
        for n in range(N):
            m = probs[:, n].mean(0)
            out["predictive_entropy"][n] = -sum(v * np.log2(v) for v in m if v > 0)
            out["expected_entropy"][n] = (
                -sum(v * np.log2(v) for row in probs[:, n] for v in row if v > 0) / T
            )
            votes = np.bincount(probs[:, n].argmax(1), minlength=C)
            out["variation_ratio"][n] = 1 - votes.max() / T
            out["max_prob"][n] = m.max()
        out["mutual_information"] = out["predictive_entropy"] - out["expected_entropy"]
        return out


@right("uncertainties", "The information as a mean divergence from the mean")
def doubt_divergence():
    def uncertainties(probs):
        P = probs.astype(float)
        m = P.mean(0)
        with np.errstate(divide="ignore", invalid="ignore"):
            mi = np.where(P > 0, P * np.log(P / m), 0).sum(-1).mean(0)
            pe = -np.where(m > 0, m * np.log(m), 0).sum(-1)
        eye = np.eye(P.shape[-1])
        ratio = 1 - eye[P.argmax(-1)].mean(0).max(-1)
        res = {
            "predictive_entropy": pe,
            "expected_entropy": pe - mi,
            "mutual_information": mi,
            "variation_ratio": ratio,
            "max_prob": m.max(-1),
        }
        return {k: v.astype(probs.dtype) for k, v in res.items()}


@wrong("calibration", "ECE without weights: the plain mean of the bins' gaps")
def calib_unweighted():
    def ece(probs, labels, bins=15):
        conf, pred = probs.max(1), probs.argmax(1)
        edges = np.linspace(0, 1, bins + 1)
        gaps = []
        for lo, hi in zip(edges[:-1], edges[1:]):
            inside = (conf > lo) & (conf <= hi)
            if inside.any():
                gaps.append(abs((pred == labels)[inside].mean() - conf[inside].mean()))
        return float(np.mean(gaps))

    def brier(probs, labels):
        return float(((probs - np.eye(probs.shape[1])[labels]) ** 2).sum(1).mean())

    def coverage(y, mean, var, level):
        z = NormalDist().inv_cdf((1 + level) / 2)
        return float(np.mean(np.abs(y - mean) <= z * np.sqrt(var)))


@wrong("calibration", "The Brier score is averaged over the classes as well")
def calib_brier_mean():
    def ece(probs, labels, bins=15):
        c = np.max(probs, axis=1)
        ok = np.argmax(probs, axis=1) == labels
        which = np.ceil(c * bins).astype(int) - 1
        total = 0
        for b in range(bins):
            total += abs((ok[which == b] * 1.0 - c[which == b]).sum())
        return total / len(c)

    def brier(probs, labels):
        onehot = np.zeros_like(probs)
        onehot[np.arange(len(labels)), labels] = 1
        return np.mean((probs - onehot) ** 2)

    def coverage(y, mean, var, level):
        half = NormalDist().inv_cdf(0.5 + level / 2) * np.sqrt(var)
        return np.mean((y >= mean - half) & (y <= mean + half))


@wrong("calibration", "The interval uses the quantile at level: a one-sided one")
def calib_one_sided():
    def ece(probs, labels, bins=15):
        conf = probs.max(axis=-1)
        right_ = probs.argmax(axis=-1) == labels
        edges = np.linspace(0, 1, bins + 1)
        idx = np.digitize(conf, edges, right=True)
        return float(
            sum(abs(right_[idx == i].sum() - conf[idx == i].sum()) for i in range(1, bins + 1))
            / len(conf)
        )

    def brier(probs, labels):
        s = 0.0
        for row, c in zip(probs, labels):
            for k, v in enumerate(row):
                s += (v - (k == c)) ** 2
        return s / len(probs)

    def coverage(y, mean, var, level):
        z = NormalDist().inv_cdf(level)
        return float((abs(y - mean) / np.sqrt(var) <= z).mean())


@right("calibration", "ECE with histograms, Brier from its expansion")
def calib_histograms():
    def ece(probs, labels, bins=15):
        top = probs.max(1).astype(float)
        gap = (probs.argmax(1) == labels) - top
        sums = np.bincount(np.ceil(top * bins).astype(int), weights=gap, minlength=bins + 1)
        return np.abs(sums).sum() / len(top)

    def brier(probs, labels):
        own = np.take_along_axis(probs, labels[:, None], 1)[:, 0]
        return ((probs**2).sum(1) - 2 * own + 1).mean(dtype=float)

    def coverage(y, mean, var, level):
        inside = [math.erf(abs(a - m) / math.sqrt(2 * v)) <= level for a, m, v in zip(y, mean, var)]
        return sum(inside) / len(inside)


@wrong("contraction", "The ratio of the ends: only the first and the last point count")
def slope_ends():
    def contraction_slope(spreads, Ns):
        return float(np.log(spreads[-1] / spreads[0]) / np.log(Ns[-1] / Ns[0]))


@wrong("contraction", "A line through the origin: the means aren't subtracted")
def slope_origin():
    def contraction_slope(spreads, Ns):
        a, b = np.log(Ns), np.log(spreads)
        return float((a * b).sum() / (a * a).sum())


@wrong("contraction", "The axes are exchanged: log N against log spread")
def slope_exchanged():
    def contraction_slope(spreads, Ns):
        return np.polyfit(np.log(spreads), np.log(np.asarray(Ns, float)), 1)[0]


@right("contraction", "As a ratio of covariances, in base 10")
def slope_covariance():
    def contraction_slope(spreads, Ns):
        C = np.cov(np.log10(np.asarray(Ns, float)), np.log10(spreads))
        return C[0, 1] / C[0, 0]
