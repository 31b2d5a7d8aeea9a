"""Chapter 09, Recurrent nets and transformers: the reference answers.

``p`` is the probability of dropping, ``q = 1 - p`` of keeping; a mask is True where something is
kept. Sequences have time first: ``(T, B, …)``; ids and attention have the batch first.
"""

import numpy as np


def rnn_masks(
    T: int,
    B: int,
    H: int,
    p: float,
    rng: np.random.Generator,
    kind: str,
) -> np.ndarray:
    """Draw the masks of a recurrent layer for all time steps.

    Parameters
    ----------
    T, B, H : int
        Time steps, sequences in the batch, units.
    p : float
        Probability of dropping.
    rng : numpy.random.Generator
        The only source of randomness.
    kind : {"step", "tied"}
        A new mask in each step, or one mask for all steps of a sequence.

    Returns
    -------
    ndarray of bool (T, B, H)
        True where a unit is kept.

    References
    ----------
    Gal and Ghahramani (2016), section 4.
    """
    keep = rng.random((T if kind == "step" else 1, B, H)) >= p
    return np.broadcast_to(keep, (T, B, H))


def lstm_forward(
    x: np.ndarray,
    params: dict[str, np.ndarray],
    zx: np.ndarray,
    zh: np.ndarray,
    kind: str,
    p: float,
) -> np.ndarray:
    """Run an LSTM over a sequence, with dropout inside; it starts from zeros.

    Parameters
    ----------
    x : ndarray (T, B, D)
        Inputs, time first.
    params : dict
        "Wx" (D, 4H), "Wh" (H, 4H) and "b" (4H,); gates in the order
        i, f, g, o.
    zx : ndarray of bool (B, D)
        Mask of the inputs, the same in all steps; used by "gal" alone.
    zh : ndarray of bool (B, H)
        Mask of what "gal" or "semeniuta" drops, the same in all steps.
    kind : {"none", "gal", "semeniuta"}
        No dropout; inputs and recurrent state masked; candidate g masked.
    p : float
        Probability of dropping. What is kept is divided by 1 - p.

    Returns
    -------
    ndarray (T, B, H)
        States h of all steps, not masked, in the dtype of x.

    References
    ----------
    Gal and Ghahramani (2016), equation 7; Semeniuta et al. (2016).
    """
    scale = 1 / (1 - p) if p < 1 else 0.0
    on_x = on_h = on_g = np.ones((), x.dtype)
    if kind == "gal":
        on_x, on_h = ((z * scale).astype(x.dtype) for z in (zx, zh))
    elif kind == "semeniuta":
        on_g = (zh * scale).astype(x.dtype)
    h = c = np.zeros(zh.shape, x.dtype)
    states = []
    for x_t in x:
        gates = (x_t * on_x) @ params["Wx"] + (h * on_h) @ params["Wh"] + params["b"]
        i, f, g, o = np.split(gates, 4, axis=-1)
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g) * on_g
        h = _sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states).astype(x.dtype)


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return (1 + np.tanh(z / 2)) / 2  # never overflows


def memory_survival(q: float, T: int, kind: str) -> tuple[float, float, float]:
    """Say what is left of a state that is masked in each of T steps.

    The state obeys h_t = (m_t / q) h_(t-1), with nothing added.

    Parameters
    ----------
    q : float
        Probability of *keeping*, in [0, 1]; at 0 all results are 0.
    T : int
        Steps, at least 1.
    kind : {"step", "tied"}
        A new mask in each step, or one for all.

    Returns
    -------
    prob_alive : float
        Probability that h_T is not 0, for h_0 not 0.
    mean_factor, var_factor : float
        Mean and variance of h_T / h_0.
    """
    if q == 0:
        return 0.0, 0.0, 0.0
    if kind == "step":
        return q**T, 1.0, q**-T - 1
    return q, q ** (1 - T), (1 - q) * q ** (1 - 2 * T)


def zoneout_forward(
    prev: np.ndarray,
    new: np.ndarray,
    keep_prev: np.ndarray,
    z: float,
    training: bool,
) -> np.ndarray:
    """Keep some units of the old state, and update the others.

    Parameters
    ----------
    prev, new : ndarray
        Old state and its update, of one shape.
    keep_prev : ndarray of bool
        True where the old state is kept; not used in evaluation.
    z : float
        Probability with which a unit keeps its old state.
    training : bool
        False gives the expectation over keep_prev.

    Returns
    -------
    ndarray
        The next state, in the dtype of prev.

    References
    ----------
    Krueger et al. (2017).
    """
    mixed = np.where(keep_prev, prev, new) if training else z * prev + (1 - z) * new
    return mixed.astype(prev.dtype)


def zoneout_backward(
    grad: np.ndarray,
    keep_prev: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients through zoneout_forward in training.

    Parameters
    ----------
    grad : ndarray
        Gradient of the loss by the next state.
    keep_prev : ndarray of bool
        As in the forward pass.

    Returns
    -------
    dprev, dnew : ndarray
        Gradients by the old state and by its update, in the dtype of grad.
    """
    nothing = np.zeros((), grad.dtype)
    return np.where(keep_prev, grad, nothing), np.where(keep_prev, nothing, grad)


def embedding_dropout(
    E: np.ndarray,
    ids: np.ndarray,
    type_mask: np.ndarray,
    p: float,
) -> np.ndarray:
    """Look up the vectors of words, some words dropped from a whole sequence.

    Parameters
    ----------
    E : ndarray (V, D)
        A vector for each word of the vocabulary.
    ids : ndarray of int (B, T)
        Words of each sequence.
    type_mask : ndarray of bool (B, V)
        True where a sequence keeps a word.
    p : float
        Probability of dropping. What is kept is divided by 1 - p.

    Returns
    -------
    ndarray (B, T, D)
        In the dtype of E.

    References
    ----------
    Gal and Ghahramani (2016), section 4.2.
    """
    kept = np.take_along_axis(type_mask, ids, axis=1)
    scale = 1 / (1 - p) if p < 1 else 0.0
    return E[ids] * (kept * scale)[..., None].astype(E.dtype)


def attention_dropout(
    Q: np.ndarray,
    K: np.ndarray,
    V: np.ndarray,
    mask: np.ndarray,
    p: float,
    training: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Attend, with dropout on the weights after the softmax.

    Parameters
    ----------
    Q : ndarray (..., Tq, d)
        Queries.
    K, V : ndarray (..., Tk, d), (..., Tk, dv)
        Keys and values.
    mask : ndarray of bool (..., Tq, Tk)
        Dropout mask of the weights, True for kept; not used in evaluation.
    p : float
        Probability of dropping. What is kept is divided by 1 - p.
    training : bool
        False leaves the weights as they are.

    Returns
    -------
    out : ndarray (..., Tq, dv)
        Values, summed with the weights.
    A : ndarray (..., Tq, Tk)
        The weights after dropout. Both in the dtype of Q.

    References
    ----------
    Vaswani et al. (2017), equation 1; there without dropout on the weights.
    """
    A = np.exp(_log_softmax(Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1]).astype(Q.dtype)))
    if training:
        A = A * (mask / (1 - p) if p < 1 else np.zeros(mask.shape))
    A = A.astype(Q.dtype)
    return (A @ V).astype(Q.dtype), A


def _log_softmax(z: np.ndarray) -> np.ndarray:
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def rdrop_loss(
    logits1: np.ndarray,
    logits2: np.ndarray,
    y: np.ndarray,
    alpha: float,
) -> float:
    """Loss of two passes with different masks, which are asked to agree.

    Parameters
    ----------
    logits1, logits2 : ndarray (B, C)
        Logits of the two passes for the same examples.
    y : ndarray of int (B,)
        Classes.
    alpha : float
        Weight of the disagreement.

    Returns
    -------
    float
        Mean over the examples of
        (CE1 + CE2) / 2 + alpha (KL(P1|P2) + KL(P2|P1)) / 2.

    References
    ----------
    Liang et al. (2021), with the mean of the two cross-entropies in place
    of their sum.
    """
    log1, log2 = _log_softmax(logits1), _log_softmax(logits2)
    rows = np.arange(len(y))
    ce = -(log1[rows, y] + log2[rows, y]) / 2
    kl = ((np.exp(log1) - np.exp(log2)) * (log1 - log2)).sum(axis=-1) / 2  # both directions
    return float((ce + alpha * kl).mean())
