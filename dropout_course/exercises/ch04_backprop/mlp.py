"""What 4.3 is judged with: networks to draw, the form of its result, and its common form."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.case import Broken

KEYS = ("W1", "b1", "W2", "b2", "W3", "b3")


def network(case, sizes, batch, p, dtype=np.float64):
    """Draw parameters, inputs, classes and masks of a small network."""
    d, h1, h2, k = sizes
    shapes = {"W1": (d, h1), "b1": (h1,), "W2": (h1, h2), "b2": (h2,), "W3": (h2, k), "b3": (k,)}
    # Small, so that no class is so improbable that a constant in a logarithm shows.
    half = np.asarray(0.5, dtype)
    params = {name: half * case.apart(*shape, dtype=dtype) for name, shape in shapes.items()}
    masks = (case.mask((batch, h1), p), case.mask((batch, h2), p))
    return params, case.apart(batch, d, dtype=dtype), np.arange(batch) % k, masks


def positive(params, X, y):
    """Leave no ReLU that gives 0: what stands behind one is not seen."""
    return {name: np.abs(value) for name, value in params.items()}, np.abs(X), y


def zero_network(case, y, k=3):
    """Make a network 2-3-2-k whose weights are all zero."""
    params, X, _, masks = network(case, (2, 3, 2, k), len(y), 0.3)
    return {name: np.zeros_like(value) for name, value in params.items()}, X, np.array(y), masks


def smooth_network(case, sizes, batch, p):
    """Draw a network in which no ReLU is near its kink, and every kind of unit occurs.

    In both layers some units that are kept, and some that are dropped, have positive inputs, and
    some kept ones negative inputs: whatever is wrong in backward changes a gradient.
    """
    while True:
        params, X, y, masks = network(case, sizes, batch, p)
        a1 = X @ params["W1"] + params["b1"]
        a2 = (np.maximum(a1, 0) * masks[0] / (1 - p)) @ params["W2"] + params["b2"]
        far = min(np.abs(a1).min(), np.abs(a2).min()) > 1e-2
        kinds = [
            (kind & alive).any()
            for a, kept in ((a1, masks[0]), (a2, masks[1]))
            for kind in (kept & (a > 0), ~kept & (a > 0), kept & (a < 0))
            for alive in (np.ones_like(kept) if a is a2 else ((a2 > 0) & masks[1]).any(1)[:, None],)
        ]
        if far and all(kinds):
            return params, X, y, masks


def loss_grads(student, case, *calls):
    """Call mlp_loss_grads several times; give a number and a dict with the right keys of each."""
    results = []
    for answer in [student.mlp_loss_grads(*call) for call in calls]:
        got = answer.value
        if not isinstance(got, (tuple, list)) or len(got) != 2:
            raise Broken("mlp_loss_grads must return a tuple (loss, grads)", kind="type")
        loss = float(case.array(got[0], (), what="the loss"))
        if not np.isfinite(loss):  # NaN is like NaN: laws that compare losses would hold of it
            raise Broken("the loss is not finite", received=loss, kind="nonfinite")
        if not isinstance(got[1], dict) or set(got[1]) != set(KEYS):
            raise Broken(f"grads must be a dict with the keys {', '.join(KEYS)}", kind="type")
        grads = {name: case.array(got[1][name], what=f"the gradient of {name}") for name in KEYS}
        results.append((loss, grads))
    return results


def softmax_loss(logits, y):
    """Mean cross-entropy, and P - Y."""
    rows = np.arange(len(y))
    shifted = logits - logits.max(1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    g = np.exp(logs)
    g[rows, y] -= 1
    return -logs[rows, y].mean(), g


def mlp(
    forward=lambda p: 1 / (1 - p) if p < 1 else 0.0,
    backward=None,
    backward_first=None,
    masks_back=lambda masks, p: masks,
    slope=lambda a: a > 0,
    seen=lambda before, after: after,
    of_bias=lambda g: g.sum(axis=0),
    batch=len,
    total=lambda loss, y: loss,
    softmax=softmax_loss,
):
    """Loss and gradients as most people write them; each mistake changes one part."""

    def mlp_loss_grads(params, X, y, masks, p):
        W1, b1, W2, b2, W3, b3 = (params[name] for name in KEYS)
        scale = forward(p)
        back = scale if backward is None else backward(p)
        back_first = back if backward_first is None else backward_first(p)
        m1, m2 = masks
        n1, n2 = masks_back(masks, p)
        a1 = X @ W1 + b1
        r1 = np.maximum(a1, 0)
        h1 = r1 * m1 * scale
        a2 = h1 @ W2 + b2
        r2 = np.maximum(a2, 0)
        h2 = r2 * m2 * scale
        loss, g3 = softmax(h2 @ W3 + b3, y)
        g3 = g3 / batch(y)
        g2 = (g3 @ W3.T) * n2 * back * slope(a2)
        g1 = (g2 @ W2.T) * n1 * back_first * slope(a1)
        h1, h2 = seen(r1, h1), seen(r2, h2)
        grads = {"W1": X.T @ g1, "W2": h1.T @ g2, "W3": h2.T @ g3}
        grads |= {"b1": of_bias(g1), "b2": of_bias(g2), "b3": of_bias(g3)}
        return total(loss, y), {name: g.astype(X.dtype) for name, g in grads.items()}

    return mlp_loss_grads


def unstable(cut):
    """Make a softmax without the shift, or with a constant in the logarithm."""

    def softmax(logits, y):
        rows = np.arange(len(y))
        e = np.exp(logits - (logits.max(1, keepdims=True) if cut else 0))
        prob = e / e.sum(1, keepdims=True)
        loss = -np.log(prob[rows, y] + cut).mean()
        prob[rows, y] -= 1
        return loss, prob

    return softmax


def kept_everywhere(masks, p):
    """Forget the masks."""
    return tuple(np.ones_like(mask) for mask in masks)


def mask_on_weights(params, X, y, masks, p):
    """Mask the gradients of the weights, and not those of the activations."""
    loss, grads = mlp(masks_back=kept_everywhere, backward=lambda p: 1.0)(params, X, y, masks, p)
    scale = 1 / (1 - p) if p < 1 else 0.0
    for layer, mask in zip("12", masks, strict=True):
        factor = (mask.mean(0) * scale).astype(X.dtype)
        grads["W" + layer] = grads["W" + layer] * factor
        grads["b" + layer] = grads["b" + layer] * factor
    return loss, grads


def without_second(params, X, y, masks, p):
    """Leave the second dropout out: keep every unit there, and take its factor from W3."""
    q, everything = X.dtype.type(1 - p), np.ones_like(masks[1])
    loss, grads = mlp()({**params, "W3": q * params["W3"]}, X, y, (masks[0], everything), p)
    return loss, grads | {"W3": q * grads["W3"]}


def finite_differences(student, case, params, X, y, masks, p):
    """Require that the gradient of each parameter has the right slope in a random direction."""
    eps = 1e-5
    # from the loss downwards
    directions = {name: case.apart(*params[name].shape) for name in reversed(KEYS)}
    calls = [(params, X, y, masks, p)]
    for name, direction in directions.items():
        for step in (eps, -eps):
            moved = {**params, name: params[name] + step * direction}
            calls.append((moved, X, y, masks, p))
    (_, grads), *moved = loss_grads(student, case, *calls)
    for (name, direction), (up, _), (down, _) in zip(
        directions.items(), moved[::2], moved[1::2], strict=True
    ):
        if np.shape(grads[name]) != direction.shape:
            text = f"the gradient of {name} must have its shape, {direction.shape}"
            raise Broken(text, received=grads[name], kind="shape")
        want, got = (up - down) / (2 * eps), float(np.sum(grads[name] * direction))
        case.that(
            abs(got - want) <= 1e-6 * max(1.0, abs(want)),
            f"the gradient of {name} does not agree with central differences of your loss; "
            "the slope in one direction is shown",
            expected=want,
            received=got,
        )
