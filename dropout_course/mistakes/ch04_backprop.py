"""Known mistakes of chapter 04, Backprop through dropout: wrong answers that run."""

from __future__ import annotations

import numpy as np

from dropout_course.engine.laws import mistake, probe

# 4.1 dropout_backward --------------------------------------------------------------------------


@mistake(
    "M23",
    "dropout_backward",
    title="Fresh mask in backward",
    says="The backward pass draws a new mask; it must use the mask of the forward pass, "
    "which is in the cache.",
)
def fresh_mask(grad, cache):
    _, p, training = cache
    if not training:
        return grad
    mask = np.random.default_rng().random(grad.shape) >= p
    return np.where(mask, grad / (1 - p) if p < 1 else 0, 0).astype(grad.dtype)


@mistake(
    "M24",
    "dropout_backward",
    title="Factor missing in backward",
    says="The forward pass multiplies kept units by 1/(1-p), so the backward pass has to as well.",
)
def no_factor(grad, cache):
    mask, _, training = cache
    return np.where(mask, grad, 0) if training else grad


@mistake(
    "M25",
    "dropout_backward",
    title="Factor applied twice",
    says="The gradient is divided by 1 - p twice; the forward pass has that factor once.",
)
def factor_twice(grad, cache):
    mask, p, training = cache
    if not training:
        return grad
    if p == 1:
        return np.zeros_like(grad)
    return np.where(mask, grad / (1 - p) ** 2, 0)


@mistake(
    "M4",
    "dropout_backward",
    title="Divided by p",
    says="Kept units were divided by the keep probability 1 - p in the forward pass, not by p.",
)
def divides_by_p(grad, cache):
    mask, p, training = cache
    if not training:
        return grad
    return np.where(mask, grad / p if p else grad, 0)


@mistake(
    "M5",
    "dropout_backward",
    title="Multiplied by 1 - p",
    says="The gradient of a kept unit is divided by 1 - p; here it is multiplied by it.",
)
def multiplies_by_q(grad, cache):
    mask, p, training = cache
    return np.where(mask, grad * (1 - p), 0) if training else grad


@mistake(
    "M26",
    "dropout_backward",
    title="Gradient to the dropped units",
    says="The gradient goes to the units that were dropped; True in the mask means kept.",
)
def to_the_dropped(grad, cache):
    mask, p, training = cache
    if not training:
        return grad
    return np.where(mask, 0, grad / (1 - p) if p < 1 else 0).astype(grad.dtype)


@mistake(
    "M27",
    "dropout_backward",
    title="Mask used in eval",
    says="In eval the layer is the identity, so its gradient is too: the mask is not used there.",
)
def mask_in_eval(grad, cache):
    mask, p, _ = cache
    return np.where(mask, grad / (1 - p), 0) if p < 1 else np.zeros_like(grad)


@mistake(
    "M141",
    "dropout_backward",
    title="Backward of standard dropout",
    says="This is the gradient of standard dropout, which scales in eval; "
    "inverted dropout scales in training and leaves eval alone.",
)
def standard_backward(grad, cache):
    mask, p, training = cache
    return np.where(mask, grad, 0) if training else grad * (1 - p)


@mistake(
    "M140",
    "dropout_backward",
    title="Derivative without the chain rule",
    says="mask/(1-p) is the derivative of the layer itself; "
    "the chain rule multiplies it by the gradient that arrives from above.",
)
def no_chain_rule(grad, cache):
    mask, p, training = cache
    if not training:
        return np.ones_like(grad)
    return (mask / (1 - p) if p < 1 else np.zeros(grad.shape)).astype(grad.dtype)


@mistake(
    "M20",
    "dropout_backward",
    title="0 times infinity",
    says="Multiplying by a mask turns a dropped infinite or NaN gradient into NaN; "
    "select with np.where instead, so that it becomes 0.",
)
def nan_survives(grad, cache):
    mask, p, training = cache
    if not training:
        return grad
    return grad * mask / (1 - p) if p < 1 else np.zeros_like(grad)


@mistake(
    "M10",
    "dropout_backward",
    title="Division by zero at p = 1",
    says="At p = 1 there is nothing to divide by: every unit is dropped "
    "and the gradient is exactly zero.",
)
def nan_at_one(grad, cache):
    mask, p, training = cache
    if not training:
        return grad
    return np.where(mask, grad, 0) / np.float64(1 - p).astype(grad.dtype)


@mistake(
    "M12",
    "dropout_backward",
    title="float32 becomes float64",
    says="The result is float64 for a float32 gradient; the dtype of the gradient must stay.",
)
def upcasts(grad, cache):
    mask, p, training = cache
    if not training:
        return grad
    scale = 1 / (1 - p) if p < 1 else 0.0
    return np.where(mask, grad.astype(float) * scale, 0.0) if p < 1 else np.zeros(grad.shape)


@mistake(
    "M13",
    "dropout_backward",
    title="Writes to its input",
    says="The gradient that was passed in is overwritten; "
    "the caller still needs it, so make a new array.",
)
def in_place(grad, cache):
    mask, p, training = cache
    if training:
        grad *= mask / (1 - p) if p < 1 else 0
    return grad


@probe("dropout_backward")
def probe_backward(student, case):
    mask = np.repeat([True, False], 200)
    grad = np.linspace(1, 3, 400).astype(np.float32)
    odd = np.where(mask, 1.0, np.inf)

    def call(g, m, p, training):
        return student.attempt("dropout_backward", g, (m, p, training))

    def factors(got):
        """Name what kept and dropped units were multiplied by: the same for random answers."""
        if not isinstance(got, np.ndarray) or got.shape != grad.shape:
            return got
        ratio = np.round(got / grad, 3)
        return [got.dtype.name, _values(ratio[mask]), _values(ratio[~mask])]

    everything, nothing = np.ones(3, bool), np.zeros(3, bool)
    return [
        factors(call(grad, mask, 0.3, True)),
        factors(call(grad, mask, 0.3, False)),
        call(grad[:3], everything, 0.0, True),
        call(grad[:3], nothing, 1.0, True),
        _finite(call(odd, mask, 0.3, True)),
    ]


def _values(array):
    """Give up to four different values of an array; of more, say that there are many."""
    found = sorted({float(v) for v in np.round(np.asarray(array, float), 4).ravel()})
    return found if len(found) <= 4 else "many"


def _finite(got):
    return bool(np.isfinite(got).all()) if isinstance(got, np.ndarray) else got


# 4.2 dropout_layer -----------------------------------------------------------------------------


class _Right:
    """A right layer that the wrong ones change in one place."""

    def __init__(self, p, rng):
        if not 0 <= p <= 1:
            raise ValueError("p must be between 0 and 1")
        self.p, self.rng, self.training, self.factor = p, rng, True, None

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def mask(self, shape):
        return self.rng.random(shape) >= self.p

    def scale(self):
        return 1 / (1 - self.p) if self.p < 1 else 0.0

    def forward(self, x):
        self.factor = np.ones(x.shape)
        if self.training:
            self.factor = self.mask(x.shape) * self.scale()
        return (x * self.factor).astype(x.dtype)

    def backward(self, grad):
        if self.factor is None:
            raise RuntimeError("call forward first")
        return (grad * self.factor).astype(grad.dtype)


def _layer(number, title, says, **kwargs):
    return mistake(number, "dropout_layer", title=title, says=says, replaces="Dropout", **kwargs)


@_layer("M1", "Keeps with probability p", "Units are kept with probability p; p is for dropping.")
class KeepsWithP(_Right):
    def mask(self, shape):
        return self.rng.random(shape) < self.p


@_layer(
    "M290",
    "p read as keep",
    "You keep with probability p and divide by p; p is the probability of dropping, "
    "so it is 1 - p in both places.",
)
class KeepsWithPThroughout(KeepsWithP):
    def scale(self):
        return 1 / self.p if self.p else 1.0


@_layer(
    "M2",
    "Factor missing",
    "Kept units are not divided by 1 - p, so training and eval disagree on average.",
)
class NoFactor(_Right):
    def scale(self):
        return 1.0


@_layer(
    "M3",
    "Scaled in both modes",
    "The layer divides by 1 - p in training and multiplies by it in eval; "
    "scale in exactly one of the two modes.",
)
class ScalesTwice(_Right):
    def forward(self, x):
        y = super().forward(x)
        return y if self.training else (y * (1 - self.p)).astype(x.dtype)


@_layer(
    "M4",
    "Divided by p",
    "Kept units are divided by p; they must be divided by the keep probability 1 - p.",
)
class DividesByP(_Right):
    def scale(self):
        return 1 / self.p if self.p else 1.0


@_layer(
    "M6",
    "One mask for the batch",
    "All examples of a batch share one mask; each example needs its own thinned network.",
)
class OneMaskForTheBatch(_Right):
    def mask(self, shape):
        return np.broadcast_to(self.rng.random(shape[1:]) >= self.p, shape)


@_layer(
    "M7",
    "One mask for ever",
    "The mask is drawn once and used for ever; every training forward needs a fresh one.",
)
class OneMaskForEver(_Right):
    known = None

    def mask(self, shape):
        if self.known is None or self.known.shape != shape:
            self.known = super().mask(shape)
        return self.known


@_layer(
    "M8",
    "An exact number of survivors",
    "Every mask keeps exactly the same number of units; "
    "each unit has its own coin, so the number is random.",
)
class ExactCount(_Right):
    def mask(self, shape):
        size = int(np.prod(shape))
        mask = np.zeros(size, bool)
        mask[self.rng.permutation(size)[: round((1 - self.p) * size)]] = True
        return mask.reshape(shape)


@_layer("M9", "A fair coin", "Every unit is kept with probability one half, whatever p is.")
class FairCoin(_Right):
    def mask(self, shape):
        return self.rng.integers(0, 2, shape).astype(bool)


@_layer(
    "M10",
    "Division by zero at p = 1",
    "At p = 1 the layer computes 0/0, which is NaN; the output there is exactly zero.",
)
class NanAtOne(_Right):
    def scale(self):
        return np.float64(1) / np.float64(1 - self.p)


@_layer(
    "M12",
    "float32 becomes float64",
    "The layer returns float64 for float32 input; a mask should not change the dtype.",
)
class Upcasts(_Right):
    def forward(self, x):
        return super().forward(x.astype(float))

    def backward(self, grad):
        return super().backward(grad.astype(float))


@_layer(
    "M15",
    "Drops in eval",
    "The layer drops units after eval() as well; in eval it must be the identity.",
)
class DropsInEval(_Right):
    def eval(self):
        pass


@_layer(
    "M16",
    "Starts in eval mode",
    "A new layer does not drop anything; it has to start in training mode.",
)
class StartsInEval(_Right):
    def __init__(self, p, rng):
        super().__init__(p, rng)
        self.training = False


@_layer(
    "M22",
    "Seeds inside forward",
    "forward makes its own generator with a fixed seed, so all masks are equal; "
    "use the generator that the layer was given.",
)
class SeedsInside(_Right):
    def mask(self, shape):
        return np.random.default_rng(0).random(shape) >= self.p


@_layer(
    "M23",
    "Fresh mask in backward",
    "backward draws a new mask; it must use the one that its forward pass has drawn.",
)
class FreshMaskInBackward(_Right):
    def backward(self, grad):
        factor = super().backward(np.ones(grad.shape))
        if self.training:
            factor = self.mask(grad.shape) * self.scale()
        return (grad * factor).astype(grad.dtype)


@_layer(
    "M24",
    "Factor missing in backward",
    "forward divides kept units by 1 - p and backward does not, so the gradient is too small.",
)
class NoFactorInBackward(_Right):
    def backward(self, grad):
        return (super().backward(grad) != 0) * grad


@_layer(
    "M25",
    "Factor twice in backward",
    "backward divides by 1 - p although the stored mask holds that factor already.",
)
class FactorTwiceInBackward(_Right):
    def backward(self, grad):
        dx = super().backward(grad)
        trained = self.was_training and self.p < 1
        return (dx / (1 - self.p)).astype(grad.dtype) if trained else dx

    def forward(self, x):
        self.was_training = self.training
        return super().forward(x)


@_layer(
    "M26",
    "Gradient to the dropped units",
    "backward sends the gradient to the units that were dropped instead of the kept ones.",
)
class ToTheDropped(_Right):
    def backward(self, grad):
        dx = super().backward(grad)
        if not self.was_training or self.p in (0, 1):
            return dx
        return ((dx == 0) * grad * self.scale()).astype(grad.dtype)

    def forward(self, x):
        self.was_training = self.training
        return super().forward(x)


@_layer(
    "M27",
    "Stale mask after eval",
    "After a forward pass in eval, backward still uses the mask of an earlier training step; "
    "remember the mode together with the mask.",
)
class StaleMask(_Right):
    def forward(self, x):
        if self.training:
            return super().forward(x)
        if self.factor is None or self.factor.shape != x.shape:
            self.factor = np.ones(x.shape)
        return x


@_layer(
    "M142",
    "No mask after eval",
    "backward after a forward pass in eval fails because there is no mask; "
    "there the layer is the identity, and so is its gradient.",
)
class NoMaskAfterEval(_Right):
    def forward(self, x):
        y = super().forward(x)
        self.seen, self.factor = True, self.factor if self.training else None
        return y

    def backward(self, grad):
        if not hasattr(self, "seen"):
            raise RuntimeError("call forward first")
        return (grad * self.factor).astype(grad.dtype)


@_layer(
    "M143",
    "Backward follows the present mode",
    "backward looks at the mode that the layer is in now; "
    "what counts is the mode in which the latest forward pass ran.",
)
class PresentMode(_Right):
    def backward(self, grad):
        dx = super().backward(grad)
        return dx if self.training else grad


@_layer(
    "M144",
    "Backward forgets the mask",
    "backward works once and then has lost its mask; "
    "the same forward pass may be differentiated several times.",
)
class ForgetsTheMask(_Right):
    def backward(self, grad):
        dx = super().backward(grad)
        self.factor = None
        return dx


@_layer(
    "M145",
    "Global random state",
    "The masks don't come from the layer's rng, so a run can't be repeated.",
)
class GlobalRandom(_Right):
    def mask(self, shape):
        return np.random.random(shape) >= self.p


@_layer(
    "M146",
    "Backward without forward accepted",
    "backward before any forward pass returns something; it has to raise RuntimeError.",
)
class BackwardAccepted(_Right):
    def backward(self, grad):
        return grad if self.factor is None else super().backward(grad)


@_layer(
    "M147",
    "NaN accepted as p",
    "NaN is neither below 0 nor above 1, so that test lets it through: "
    "ask whether 0 <= p <= 1 holds.",
)
class NanAccepted(_Right):
    def __init__(self, p, rng):
        if p < 0 or p > 1:
            raise ValueError("p must be between 0 and 1")
        super().__init__(0.5 if p != p else p, rng)


@_layer(
    "M169",
    "p is not checked",
    "The constructor accepts a p that is no probability; it has to raise ValueError at once.",
)
class AnythingAccepted(_Right):
    def __init__(self, p, rng):
        self.p, self.rng, self.training, self.factor = p, rng, True, None


@_layer(
    "M32",
    "Mask read off the output",
    "backward takes outputs that are 0 for dropped units; "
    "a kept unit with value 0, as after a ReLU, must pass its gradient on.",
)
class MaskFromOutput(_Right):
    def forward(self, x):
        y = super().forward(x)
        if self.training:
            self.factor = (y != 0) * self.scale()
        return y


@probe("dropout_layer")
def probe_layer(student, case):
    """Describe a layer in words that don't depend on its random numbers."""
    ones, zeros, g = np.ones((100, 120)), np.zeros(200), np.full(200, 2.0)
    flat = np.ones(200)

    def play(p, *steps, seed=5):
        return student.attempt_play("dropout_layer_run", p=p, seed=seed, steps=list(steps))

    def words(p, *steps):
        """What came back at each step, as a dtype and the values that occur."""
        got = play(p, *steps)
        return [_described(value) for value in got] if isinstance(got, list) else got

    pair = play(0.3, ("forward", ones), ("forward", ones), ("backward", ones))
    masks: list[object] = []
    if isinstance(pair, list) and all(np.shape(y) == ones.shape for y in pair):
        a, b, dx = (np.asarray(y) != 0 for y in pair)
        masks = [
            round(float(a.mean()), 1),
            np.array_equal(a, b),
            np.array_equal(a[0], a[1]),
            np.array_equal(b, dx),
            np.array_equal(b, ~dx),
        ]
    again = play(0.3, ("forward", ones), ("forward", ones), ("backward", ones))
    elsewhere = play(0.3, ("forward", ones), ("forward", ones), ("backward", ones), seed=6)
    counts = play(0.3, *[("forward", np.ones(32))] * 16)
    exact = isinstance(counts, list) and len({int(np.count_nonzero(y)) for y in counts}) == 1
    single = np.ones(3, np.float32)
    return [
        masks,
        _same(pair, again),
        _same(pair, elsewhere),
        exact,
        words(0.3, ("forward", flat), ("backward", g), ("try", "backward", g)),
        words(0.3, ("forward", zeros), ("backward", g)),
        words(0.3, "eval", ("forward", flat), ("try", "backward", g)),
        words(0.3, ("forward", flat), "eval", ("forward", flat), ("try", "backward", g)),
        words(0.3, ("forward", flat), "eval", ("backward", g)),
        words(0.3, "eval", ("forward", flat), "train", ("try", "backward", g)),
        words(0.3, ("try", "backward", g)),
        *(words(p, ("forward", single), ("backward", single)) for p in (0.0, 1.0)),
        *(_accepted(play(p)) for p in (-0.5, 1.5, np.nan)),
    ]


def _described(value):
    if isinstance(value, np.ndarray):
        return [value.dtype.name, value.shape == (0,), str(_values(value))]
    return sorted(value["raised"]) if isinstance(value, dict) and "raised" in value else value


def _same(a, b):
    if not (isinstance(a, list) and isinstance(b, list)):
        return False
    return all(np.array_equal(x, y) for x, y in zip(a, b))


def _accepted(got):
    return got["raised"] if isinstance(got, dict) else "accepted"


# 4.3 mlp_loss_grads ----------------------------------------------------------------------------


def _mlp(
    params, X, y, masks, p, *,
    forward_scale=None, backward_scale=None, backward_masks=None, at_zero=False,
    relu=True, bare_activations=False, reduce=np.sum, batch=None, softmax=None,
):  # fmt: skip
    """Compute loss and gradients; each keyword puts one mistake in."""
    W1, b1, W2, b2, W3, b3 = (params[k] for k in ("W1", "b1", "W2", "b2", "W3", "b3"))
    scale = (1 / (1 - p) if p < 1 else 0.0) if forward_scale is None else forward_scale
    back = scale if backward_scale is None else backward_scale
    m1, m2 = masks
    n1, n2 = backward_masks or masks
    a1 = X @ W1 + b1
    r1 = np.maximum(a1, 0)
    h1 = r1 * m1 * scale
    a2 = h1 @ W2 + b2
    r2 = np.maximum(a2, 0)
    h2 = r2 * m2 * scale
    logits = h2 @ W3 + b3
    loss, g3 = (softmax or _softmax)(logits, y)
    g3 = g3 / (len(y) if batch is None else batch)
    on1, on2 = (a1 >= 0, a2 >= 0) if at_zero else (a1 > 0, a2 > 0)
    if not relu:
        on1, on2 = np.ones_like(on1), np.ones_like(on2)
    g2 = (g3 @ W3.T) * n2 * back * on2
    g1 = (g2 @ W2.T) * n1 * back * on1
    if bare_activations:
        h1, h2 = r1, r2
    grads = {"W1": X.T @ g1, "b1": reduce(g1, axis=0), "W2": h1.T @ g2, "b2": reduce(g2, axis=0)}
    return loss, {**grads, "W3": h2.T @ g3, "b3": reduce(g3, axis=0)}


def _softmax(logits, y):
    """Mean cross-entropy and P - Y."""
    rows = np.arange(len(y))
    shifted = logits - logits.max(1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    g = np.exp(logs)
    g[rows, y] -= 1
    return -logs[rows, y].mean(), g


@mistake(
    "M2",
    "mlp_loss_grads",
    title="Factor missing",
    says="Kept units are never multiplied by 1/(1-p), neither forward nor backward.",
)
def mlp_no_factor(params, X, y, masks, p):
    return _mlp(params, X, y, masks, p, forward_scale=1.0)


@mistake(
    "M24",
    "mlp_loss_grads",
    title="Factor missing in backward",
    says="The forward pass multiplies kept units by 1/(1-p), and the backward pass forgets it.",
)
def mlp_no_factor_backward(params, X, y, masks, p):
    return _mlp(params, X, y, masks, p, backward_scale=1.0)


@mistake(
    "M25",
    "mlp_loss_grads",
    title="Factor twice in backward",
    says="The backward pass multiplies by 1/(1-p) twice for each dropout layer; "
    "the forward pass does it once.",
)
def mlp_factor_twice(params, X, y, masks, p):
    scale = 1 / (1 - p) ** 2 if p < 1 else 0.0
    return _mlp(params, X, y, masks, p, backward_scale=scale)


@mistake(
    "M23",
    "mlp_loss_grads",
    title="Fresh masks in backward",
    says="The backward pass draws its own masks: the loss repeats and the gradients do not.",
)
def mlp_fresh_masks(params, X, y, masks, p):
    rng = np.random.default_rng()
    drawn = tuple(rng.random(mask.shape) >= p for mask in masks)
    return _mlp(params, X, y, masks, p, backward_masks=drawn)


@mistake(
    "M154",
    "mlp_loss_grads",
    title="Masks forgotten in backward",
    says="The gradient passes dropped units as if they had been there; "
    "multiply it by the same mask and factor as the activations.",
)
def mlp_no_masks_backward(params, X, y, masks, p):
    everything = tuple(np.ones_like(mask) for mask in masks)
    return _mlp(params, X, y, masks, p, backward_masks=everything, backward_scale=1.0)


@mistake(
    "M30",
    "mlp_loss_grads",
    title="Mask on the weight gradient",
    says="The masks are applied to the gradients of the weights; "
    "they belong to the gradients of the activations, example by example.",
)
def mlp_mask_on_weights(params, X, y, masks, p):
    everything = tuple(np.ones_like(mask) for mask in masks)
    loss, grads = _mlp(params, X, y, masks, p, backward_masks=everything, backward_scale=1.0)
    scale = 1 / (1 - p) if p < 1 else 0.0
    for layer, mask in zip("12", masks):
        factor = (mask.mean(0) * scale).astype(grads["b" + layer].dtype)
        grads["W" + layer] = grads["W" + layer] * factor
        grads["b" + layer] = grads["b" + layer] * factor
    return loss, grads


@mistake(
    "M148",
    "mlp_loss_grads",
    title="Activations before the mask",
    says="The gradients of W2 and W3 are made from activations before dropout; "
    "what the next layer has seen is the activation after it.",
)
def mlp_bare_activations(params, X, y, masks, p):
    return _mlp(params, X, y, masks, p, bare_activations=True)


@mistake(
    "M149",
    "mlp_loss_grads",
    title="Mean forgotten in the gradient",
    says="The loss is a mean over the batch and the gradients are a sum: divide them by B, once.",
)
def mlp_sum_over_batch(params, X, y, masks, p):
    return _mlp(params, X, y, masks, p, batch=1)


@mistake(
    "M150",
    "mlp_loss_grads",
    title="ReLU forgotten in backward",
    says="The gradient also passes ReLUs whose input was negative; there their slope is 0.",
)
def mlp_no_relu_backward(params, X, y, masks, p):
    return _mlp(params, X, y, masks, p, relu=False)


@mistake(
    "M151",
    "mlp_loss_grads",
    title="Softmax overflows",
    says="exp of a large logit is infinite; "
    "subtract the largest logit of each row before you take exp.",
)
def mlp_overflow(params, X, y, masks, p):
    def softmax(logits, y):
        rows, e = np.arange(len(y)), np.exp(logits)
        prob = e / e.sum(1, keepdims=True)
        loss = -np.log(prob[rows, y]).mean()
        prob[rows, y] -= 1
        return loss, prob

    return _mlp(params, X, y, masks, p, softmax=softmax)


@mistake(
    "M157",
    "mlp_loss_grads",
    title="Loss cut off by an epsilon",
    says="log(P + epsilon) caps the loss of a confident wrong answer; "
    "take the logarithm of the softmax analytically instead.",
)
def mlp_epsilon(params, X, y, masks, p):
    def softmax(logits, y):
        rows = np.arange(len(y))
        e = np.exp(logits - logits.max(1, keepdims=True))
        prob = e / e.sum(1, keepdims=True)
        loss = -np.log(prob[rows, y] + 1e-12).mean()
        prob[rows, y] -= 1
        return loss, prob

    return _mlp(params, X, y, masks, p, softmax=softmax)


@mistake(
    "M153",
    "mlp_loss_grads",
    title="Slope 1 at zero",
    says="At exactly 0 the derivative of the ReLU counts as 0 here: a > 0, not a >= 0.",
)
def mlp_relu_at_zero(params, X, y, masks, p):
    return _mlp(params, X, y, masks, p, at_zero=True)


@mistake(
    "M155",
    "mlp_loss_grads",
    title="Summed loss",
    says="Loss and gradients are sums over the batch; the loss is the mean over its examples.",
)
def mlp_summed(params, X, y, masks, p):
    loss, grads = _mlp(params, X, y, masks, p, batch=1)
    return loss * len(y), grads


@mistake(
    "M156",
    "mlp_loss_grads",
    title="Bias gradient averaged again",
    says="The gradient of a bias is a sum over the batch; "
    "the mean over the batch is in P - Y already.",
)
def mlp_mean_bias(params, X, y, masks, p):
    return _mlp(params, X, y, masks, p, reduce=np.mean)


@mistake(
    "M10",
    "mlp_loss_grads",
    title="Division by zero at p = 1",
    says="At p = 1 the factor 1/(1-p) is infinite and 0 times it is NaN; "
    "use the factor 0 there, since every unit is dropped.",
)
def mlp_nan_at_one(params, X, y, masks, p):
    scale = float(np.float64(1) / np.float64(1 - p))
    return _mlp(params, X, y, masks, p, forward_scale=scale)


@mistake(
    "M12",
    "mlp_loss_grads",
    title="float32 becomes float64",
    says="The gradients are float64 although parameters and inputs are float32.",
)
def mlp_upcasts(params, X, y, masks, p):
    params = {name: value.astype(float) for name, value in params.items()}
    return _mlp(params, X.astype(float), y, masks, p)


@probe("mlp_loss_grads")
def probe_mlp(student, case):
    rng = np.random.default_rng(7)
    shapes = {"W1": (2, 4), "b1": (4,), "W2": (4, 3), "b2": (3,), "W3": (3, 3), "b3": (3,)}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    X, y = rng.normal(size=(40, 2)), np.arange(40) % 3
    # every unit is kept for some examples and dropped for others
    m1 = np.arange(160).reshape(40, 4) % 3 > 0
    m2 = np.arange(120).reshape(40, 3) % 4 > 0
    flat = {**params, "W1": 0 * params["W1"], "b1": 0 * params["b1"]}
    huge = {**params, "b3": np.array([1e4, 0.0, -1e4])}
    single = {name: value.astype(np.float32) for name, value in params.items()}

    def call(params, masks=(m1, m2), p=0.3, X=X):
        return student.attempt("mlp_loss_grads", params, X, y, masks, p)

    first, second = call(params), call(params)
    if _gradient(first, "W1") is not None and not _same_gradients(first, second):
        return "the gradients change from call to call" if first[0] == second[0] else "all changes"
    everything, nothing = (np.ones_like(m1), np.ones_like(m2)), (0 * m1 > 0, 0 * m2 > 0)
    return [
        first,
        call(flat, masks=everything),
        call(huge),
        call(params, masks=nothing, p=1.0),
        [
            str(getattr(_gradient(call(single, X=X.astype(np.float32)), k), "dtype", ""))
            for k in shapes
        ],
    ]


def _gradient(got, name):
    ok = isinstance(got, (tuple, list)) and len(got) == 2 and isinstance(got[1], dict)
    return got[1].get(name) if ok else None


def _dtypes(got, names):
    return [str(getattr(_gradient(got, name), "dtype", "")) for name in names]


def _same_gradients(a, b):
    return all(np.array_equal(_gradient(a, k), _gradient(b, k), equal_nan=True) for k in a[1])


# 4.4 inverted_from_standard --------------------------------------------------------------------


@mistake(
    "M158",
    "inverted_from_standard",
    title="Converted the wrong way round",
    says="Inverted dropout sends larger activations, so its weights and its learning rate "
    "are smaller, not larger: multiply by q and q squared.",
)
def wrong_way(W, lr, q):
    return W / q, lr / q**2


@mistake(
    "M159",
    "inverted_from_standard",
    title="Learning rate not converted",
    says="With the old learning rate the outputs agree at first and part after one step: "
    "the gradient is larger by 1/q and the weights are smaller by q.",
)
def same_rate(W, lr, q):
    return q * W, lr


@mistake(
    "M160",
    "inverted_from_standard",
    title="Only one factor q",
    says="One factor q in the learning rate is for the larger gradient; "
    "a second one is needed because the weights themselves are smaller.",
)
def one_factor(W, lr, q):
    return q * W, q * lr


@mistake(
    "M161",
    "inverted_from_standard",
    title="Weights not converted",
    says="The learning rate is converted and the weights are not: "
    "the two networks already differ before the first step.",
)
def same_weights(W, lr, q):
    return W, q**2 * lr


@mistake(
    "M21",
    "inverted_from_standard",
    title="q taken for the drop rate",
    says="q is the probability of keeping a unit; this answer reads it as that of dropping one.",
)
def drop_for_keep(W, lr, q):
    return (1 - q) * W, (1 - q) ** 2 * lr


@mistake(
    "M162",
    "inverted_from_standard",
    title="Learning rate divided",
    says="The weights are right, and the learning rate has to become smaller, "
    "not larger: multiply it by q squared.",
)
def divided_rate(W, lr, q):
    return q * W, lr / q**2


@mistake(
    "M152",
    "inverted_from_standard",
    title="Weights divided by q",
    says="Kept activations are already divided by q, so the weights are multiplied by q "
    "to give the same output.",
)
def divided_weights(W, lr, q):
    return W / q, q**2 * lr


@mistake(
    "M13",
    "inverted_from_standard",
    title="Writes to its input",
    says="W is overwritten, although the standard network still needs it; make a new array.",
)
def overwrites(W, lr, q):
    W *= q
    return W, q**2 * lr


@mistake(
    "M12",
    "inverted_from_standard",
    title="float32 becomes float64",
    says="The weights are float64 although W is float32; the dtype must stay.",
)
def upcast_weights(W, lr, q):
    return q * W.astype(float), q**2 * lr


@probe("inverted_from_standard")
def probe_inverted(student, case):
    W = np.array([[1.0, -2.0, 3.0]])
    return [
        student.attempt("inverted_from_standard", W, 0.5, 0.7),
        student.attempt("inverted_from_standard", W.astype(np.float32), 0.5, 0.8),
    ]


# 4.5 evaluate_modes ----------------------------------------------------------------------------


def _share(logits, y):
    return float(np.mean(logits.argmax(1) == y))


def _both(train, evaluated):
    return {"train_mode_accuracy": train, "eval_accuracy": evaluated}


@mistake(
    "M163",
    "evaluate_modes",
    title="Keys swapped",
    says="The two accuracies stand under each other's key.",
)
def swapped(forward, X, y, rng):
    return _both(_share(forward(X, False, rng), y), _share(forward(X, True, rng), y))


@mistake(
    "M15",
    "evaluate_modes",
    title="Dropout on in eval",
    says="Both accuracies are taken with dropout on; "
    "the eval accuracy needs a forward pass with training=False.",
)
def always_training(forward, X, y, rng):
    return _both(_share(forward(X, True, rng), y), _share(forward(X, True, rng), y))


@mistake(
    "M16",
    "evaluate_modes",
    title="Dropout off in training",
    says="Both accuracies are taken with dropout off; "
    "the train mode accuracy needs a forward pass with training=True.",
)
def never_training(forward, X, y, rng):
    accuracy = _share(forward(X, False, rng), y)
    return _both(accuracy, accuracy)


@mistake(
    "M164",
    "evaluate_modes",
    title="Error instead of accuracy",
    says="These are error rates; the accuracy is the share of right answers.",
)
def errors(forward, X, y, rng):
    return _both(1 - _share(forward(X, True, rng), y), 1 - _share(forward(X, False, rng), y))


@mistake(
    "M165",
    "evaluate_modes",
    title="Per cent",
    says="The accuracies are in per cent; return fractions between 0 and 1.",
)
def per_cent(forward, X, y, rng):
    return _both(100 * _share(forward(X, True, rng), y), 100 * _share(forward(X, False, rng), y))


@mistake(
    "M166",
    "evaluate_modes",
    title="Another generator",
    says="forward gets a generator of its own; hand on the one that the caller has given.",
)
def own_generator(forward, X, y, rng):
    own = np.random.default_rng()
    return _both(_share(forward(X, True, own), y), _share(forward(X, False, own), y))


@mistake(
    "M167",
    "evaluate_modes",
    title="Called twice in training mode",
    says="forward is called more than once in training mode, "
    "so the accuracy belongs to other masks; one call for each mode is enough.",
)
def called_twice(forward, X, y, rng):
    forward(X, True, rng)
    return _both(_share(forward(X, True, rng), y), _share(forward(X, False, rng), y))


@mistake(
    "M168",
    "evaluate_modes",
    title="Argmax along the batch",
    says="The argmax is taken over the examples; a prediction is the largest logit of each row.",
)
def wrong_axis(forward, X, y, rng):
    def share(logits):
        return float(np.mean(np.resize(logits.argmax(0), len(y)) == y))

    return _both(share(forward(X, True, rng)), share(forward(X, False, rng)))


@probe("evaluate_modes")
def probe_modes(student, case):
    rng = np.random.default_rng(11)
    y = rng.integers(0, 5, 400)
    X = rng.uniform(0.1, 1, (400, 5))
    X[np.arange(400), y] += 0.7
    seen = [
        student.attempt_play("evaluate_modes_run", X=X, y=y, p=0.7, seed=seed) for seed in (1, 2)
    ]
    if not all("modes" in part for part in seen):
        return seen
    calls = [[sorted(part["modes"]), part["same_rng"]] for part in seen]
    if not all(part["same_rng"] for part in seen):
        return calls  # the numbers are random then
    return [calls, [part["result"] for part in seen]]
