"""Pictures of chapter 08: masks on a weight matrix, and what the experiments found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .data import digits
from .ensembles import stochastic_passes
from .ensembles import train as train_mlp
from .plots import COLORS, MUTED, axes, line, scatter
from .rates_learned import PRUNED, Sparse
from .stats import mean
from .train import error_rate


def loss_and_error(rates: Sequence[float], seeds: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Train networks 64-128-128-10 on noisy labels for some rates; both results ``(rates, seeds)``.

    Returns
    -------
    loss : ndarray
        Mean cross-entropy on the training set with masks, as the optimiser sees it, in nats.
    error : ndarray
        Test error without masks, in per cent.
    """
    data = digits(seeds, n_train=500, noise=0.3)
    losses, errors = [], []
    for p in rates:
        params = train_mlp(data, [64, 128, 128, 10], seeds, p, epochs=60)
        passes = stochastic_passes(params, data.X_train, p, np.random.default_rng(87))
        right = data.y_train[..., None]
        nll = [-np.log(np.take_along_axis(next(passes), right, -1) + 1e-30) for _ in range(10)]
        losses.append(np.mean(nll, axis=(0, -1, -2)))
        errors.append(error_rate(params, data.X_test, data.y_test))
    return np.array(losses), np.array(errors)


def two_optima(rates: Sequence[float], losses: np.ndarray, errors: np.ndarray) -> None:
    """Draw training loss and test error against p, side by side."""
    panels = axes(
        2,
        "What training sees",
        "probability p of dropping",
        "training loss / nats",
        figsize=(5.8, 3.0),
    )
    line(panels[0], rates, losses, "training loss", 0)
    line(panels[1], rates, errors, "test error", 1)
    panels[1].set_title("What you want")
    panels[1].set_ylabel("test error / %")
    for ax, runs in zip(panels, (losses, errors), strict=True):
        best = int(np.argmin(mean(runs)))
        ax.axvline(rates[best], color=MUTED, linestyle=":")
        ax.set_xticks(rates)
        ax.set_ylim(0, None)


def weight_masks(masks: Mapping[str, np.ndarray]) -> None:
    """Show masks of one weight matrix (out, in); kept weights are blue, soft masks in between."""
    figure = axes(1, figsize=(5.4, 4.2)).figure
    figure.clear()
    across = -(-len(masks) // 2)
    panels = figure.subplots(2, across).ravel()
    for ax, (name, mask) in zip(panels, masks.items(), strict=True):
        color = [int(COLORS[0][i : i + 2], 16) / 255 for i in (1, 3, 5)]
        tiles = np.empty((*mask.shape, 4))
        tiles[..., :3] = color
        tiles[..., 3] = 0.08 + 0.92 * mask.astype(float)
        ax.imshow(tiles, interpolation="nearest")
        ax.set_title(name, fontsize=11, fontweight="normal", loc="center")
        ax.set_xticks([])
        ax.set_yticks([])
    panels[across].set_ylabel("outputs")
    panels[across].set_xlabel("inputs")  # below the last row, so that no title is below it


def pruning_curves(shares: Sequence[float], curves: Mapping[str, np.ndarray], mark: float) -> None:
    """Draw test error ``(shares, seeds)`` against the share of weights cut, a line a network."""
    ax = axes(1, "Trained to be pruned", "share of weights cut / %", "test error / %")
    for series, (name, runs) in enumerate(curves.items()):
        line(ax, [100 * share for share in shares], runs, name, series)
    ax.axvline(100 * mark, color=MUTED, linestyle=":", label="share of candidates in training")
    ax.set_yscale("log")
    ax.set_yticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"])
    ax.minorticks_off()
    ax.legend(loc="upper left")


def soft_masks(u: np.ndarray, masks: Mapping[str, np.ndarray], threshold: float) -> None:
    """Draw soft masks against the uniform draw, a line a temperature."""
    ax = axes(1, "A coin that can be differentiated", "uniform draw u", "mask")
    for series, (name, mask) in enumerate(masks.items()):
        ax.plot(u, mask, label=name, color=COLORS[series], linestyle=("-", "--", "-.")[series % 3])
    ax.axvline(threshold, color=MUTED, linestyle=":", label="u = 1 − p")
    ax.legend(loc="lower left")


def learned_rates(sizes: Sequence[int], curves: Mapping[str, np.ndarray]) -> None:
    """Draw the learned rate ``(sizes, seeds)`` against the number of examples."""
    ax = axes(1, "More data, less dropout", "training examples N", "learned p")
    for series, (name, runs) in enumerate(curves.items()):
        line(ax, sizes, runs, name, series)
    ax.set_xscale("log")
    ax.set_xticks(sizes, [str(n) for n in sizes])
    ax.minorticks_off()
    ax.axhline(0.1, color=MUTED, linestyle=":", label="p at the start")
    ax.set_ylim(0, 0.55)
    ax.legend()


def noise_of_weights(found: Sequence[Sparse]) -> None:
    """Draw the learned log noise of all weights of several runs, relevant ones apart."""
    ax = axes(1, "Noise goes where nothing is lost", "run", "log noise variance, log α")
    for series, (name, relevant) in enumerate((("weights that count", True), ("idle", False))):
        shift = 0.15 * (2 * series - 1)
        values = [run.log_alpha[run.relevant == relevant] for run in found]
        x = np.repeat(np.arange(1, len(found) + 1) + shift, [len(v) for v in values])
        scatter(ax, x.tolist(), np.concatenate(values).tolist(), name, series)
    ax.set_xticks(range(1, len(found) + 1))
    ax.axhline(PRUNED, color=MUTED, linestyle=":", label="cut above")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncol=3)
