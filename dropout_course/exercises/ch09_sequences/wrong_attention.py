"""What people write instead of the answers to 9.6."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.mistakes import Mistakes, overwriting, upcasting


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def attend(
    scale=lambda d, keys: d**0.5,
    transposed=lambda K: np.swapaxes(K, -1, -2),
    normalise=softmax,
    scores=lambda s, mask, p: s,
    drop=lambda A, mask, p: A * (mask / (1 - p) if p < 1 else 0.0),
    in_eval=lambda A, mask, p: A,
    returned=lambda dropped, A: dropped,
    used=lambda dropped, A: dropped,
):
    """Attend, in steps."""

    def attention_dropout(Q, K, V, mask, p, training):
        s = Q @ transposed(K) / scale(Q.shape[-1], K.shape[-2])
        A = normalise(scores(s, mask, p) if training else s)
        dropped = (drop if training else in_eval)(A, mask, p)
        out = used(dropped, A) @ V
        return out.astype(Q.dtype), returned(dropped, A).astype(Q.dtype)

    return attention_dropout


def both_ways(a, b):
    return ((np.exp(a) - np.exp(b)) * (a - b)).sum(axis=-1) / 2


def loss_form(
    shift=log_softmax,
    entropy=lambda a, b: -(a + b) / 2,
    divergence=both_ways,
    mean=np.mean,
):
    """Add the mean cross-entropy and the weighted disagreement."""

    def rdrop_loss(logits1, logits2, y, alpha):
        rows = np.arange(len(y))
        ce = entropy(log_softmax(logits1)[rows, y], log_softmax(logits2)[rows, y])
        return float(mean(ce) + alpha * mean(divergence(shift(logits1), shift(logits2))))

    return rdrop_loss


rdrop = loss_form()  # what laws compare with
mistakes = Mistakes(attention_dropout=attend, rdrop_loss=loss_form)
mistakes.row("float32-becomes-float64", wrap=upcasting)
mistakes.row("writes-to-its-input", wrap=overwriting)
mistakes.row(
    "division-by-zero-at-one",
    drop=lambda A, mask, p: A * (mask / (1 - p) if p < 1 else np.nan),
)
mistakes.row(
    "overflow",
    "Overflow",
    "For large scores the exponential overflows; subtract the largest score of each row first.",
    normalise=lambda s: np.exp(s) / np.exp(s).sum(axis=-1, keepdims=True),
)
mistakes.row(
    "dropped-before-the-softmax",
    "Dropped before the softmax",
    "Rows still sum to 1: you drop scores before the softmax, or normalise again after it, which "
    "is the same. Drop weights after the softmax, and divide by 1 - p alone.",
    scores=lambda s, mask, p: np.where(mask, s, -1e30),
    drop=lambda A, mask, p: A,
)
mistakes.row(
    "scores-zeroed",
    "Scores set to zero",
    "You apply dropout to the scores; a score of 0 still gets weight in the softmax, e to the 0.",
    scores=lambda s, mask, p: s * mask / (1 - p if p < 1 else 1),
    drop=lambda A, mask, p: A,
)
mistakes.row(
    "factor-missing",
    "Factor missing",
    "Kept weights are not divided by 1 - p.",
    drop=lambda A, mask, p: A * mask,
)
mistakes.row(
    "drops-in-eval",
    "Drops in evaluation",
    "In evaluation the weights are a softmax, whatever the mask says.",
    in_eval=lambda A, mask, p: A * mask / (1 - p if p < 1 else 1),
)
mistakes.row(
    "never-drops",
    "No dropout at all",
    "The weights are not dropped in training.",
    drop=lambda A, mask, p: A,
)
mistakes.row(
    "weights-before-dropping-returned",
    "Weights of before returned",
    "You return the weights of before dropout; asked for are those that made the output.",
    returned=lambda dropped, A: A,
)
mistakes.row(
    "output-without-dropping",
    "Output without dropout",
    "The output is made of the weights of before dropout, so dropout changes nothing.",
    used=lambda dropped, A: A,
)
mistakes.row(
    "scores-not-scaled",
    "Scores not scaled",
    "The scores are not divided by the root of d, the length of a query.",
    scale=lambda d, keys: 1.0,
)
mistakes.row(
    "square-root-missing",
    "Square root missing",
    "You divide the scores by d; divide by its square root.",
    scale=lambda d, keys: d,
)
mistakes.row(
    "root-of-the-number-of-keys",
    "Root of the number of keys",
    "You divide the scores by the root of the number of keys; divide by that of d, the length of a "
    "query.",
    scale=lambda d, keys: keys**0.5,
)
mistakes.row(
    "all-axes-transposed",
    "All axes transposed",
    "`K.T` turns all axes round, which is right for a single matrix; of a batch swap the last two.",
    transposed=lambda K: K.T,
)
mistakes.row(
    "wrong-axis",
    "Wrong axis",
    "Your softmax runs over the queries; for each query the weights of all keys sum to 1.",
    normalise=lambda s: softmax(s, axis=-2),
)
mistakes.row(
    "one-way-divergence",
    "One direction only",
    "You take the divergence one way; R-Drop takes the mean of both.",
    of="rdrop_loss",
    divergence=lambda a, b: (np.exp(a) * (a - b)).sum(axis=-1),
)
mistakes.row(
    "half-missing",
    "The half is missing",
    "The two divergences are added, and their mean is asked for: one half in front.",
    of="rdrop_loss",
    divergence=lambda a, b: 2 * both_ways(a, b),
)
mistakes.row(
    "halved-twice",
    "Halved twice",
    "The mean of the two divergences is their sum divided by 2; yours is divided by 4.",
    of="rdrop_loss",
    divergence=lambda a, b: both_ways(a, b) / 2,
)
mistakes.row(
    "divergence-of-logits",
    "Logits for log-probabilities",
    "Your divergence works on logits; it is about distributions, so take a softmax first.",
    of="rdrop_loss",
    shift=lambda logits: logits,
)
mistakes.row(
    "probabilities-clipped",
    "Probabilities cut off from below",
    "A large loss comes out too small: the probability is kept away from 0 before its logarithm is "
    "taken. Compute log-probabilities instead.",
    of="rdrop_loss",
    entropy=lambda a, b: -(np.maximum(a, -30) + np.maximum(b, -30)) / 2,
)
mistakes.row(
    "entropies-added",
    "Cross-entropies added",
    "You add the two cross-entropies, as the paper does; here their mean is asked for.",
    of="rdrop_loss",
    entropy=lambda a, b: -(a + b),
)
mistakes.row(
    "one-pass-alone",
    "Cross-entropy of one pass",
    "Only the first pass has a cross-entropy; both count, one half each.",
    of="rdrop_loss",
    entropy=lambda a, b: -a,
)
mistakes.row(
    "mean-over-classes",
    "Mean over classes too",
    "You average the divergence over classes; it is a sum over classes and a mean over examples. "
    "In PyTorch that is reduction='batchmean'.",
    of="rdrop_loss",
    divergence=lambda a, b: both_ways(a, b) / a.shape[-1],
)
mistakes.row(
    "sum-for-mean",
    "Sum instead of mean",
    "The loss is a sum over examples; their mean is asked for.",
    of="rdrop_loss",
    mean=np.sum,
)
