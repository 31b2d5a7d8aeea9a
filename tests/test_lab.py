"""The lab: data, gradients, training, statistics, and figures that look the same everywhere."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from dropout_course import lab
from dropout_course.lab import plots
from dropout_course.lab.stats import T95
from solutions.ch03_dropout_forward import draw_mask, dropout_inverted, dropout_standard

ROOT = Path(__file__).resolve().parents[1]
SIZES = [64, 7, 5, 10]


# data -------------------------------------------------------------------------------------------


def test_digits_are_split_scaled_and_repeatable():
    data = lab.digits(3, 100, 0.3)
    assert data.X_train.shape == (100, 64)
    assert data.X_test.shape == (1697, 64)
    assert data.X_train.dtype == np.float32
    assert data.X_train.min() == 0
    assert data.X_train.max() == 1
    assert all(np.array_equal(a, b) for a, b in zip(data, lab.digits(3, 100, 0.3), strict=True))
    assert not np.array_equal(data.y_test, lab.digits(4, 100, 0.3).y_test)


@pytest.mark.parametrize("noise", [0.0, 0.25, 1.0])
def test_exactly_the_stated_fraction_of_labels_is_wrong(noise):
    data = lab.digits(0, 200, noise)
    assert (data.y_train != data.y_train_clean).sum() == round(noise * 200)
    assert set(data.y_train) <= set(range(10))


def test_wrong_labels_are_uniform_over_the_other_classes():
    data = lab.digits(0, 1700, 1.0)
    shift = (data.y_train - data.y_train_clean) % 10
    counts = np.bincount(shift, minlength=10)
    assert counts[0] == 0
    assert stats.chisquare(counts[1:]).pvalue > 1e-4


def test_several_seeds_are_the_single_splits_stacked():
    stacked = lab.digits([5, 6], 50, 0.2)
    for replica, seed in enumerate((5, 6)):
        single = lab.digits(seed, 50, 0.2)
        assert all(np.array_equal(a[replica], b) for a, b in zip(stacked, single, strict=True))


def test_tumours_are_standardised_by_the_training_set_alone():
    data = lab.tumours(range(3), 300, 0.2)
    assert data.X_train.shape == (3, 300, 30)
    assert data.X_test.shape == (3, 269, 30)
    assert data.X_train.dtype == data.X_test.dtype == np.float32
    np.testing.assert_allclose(data.X_train.mean(1), 0, atol=1e-5)
    np.testing.assert_allclose(data.X_train.std(1), 1, atol=1e-5)
    assert (np.abs(data.X_test.mean(1)) > 1e-3).any()
    assert set(np.unique(data.y_test)) == {0, 1}
    assert ((data.y_train != data.y_train_clean).sum(1) == 60).all()
    alone = lab.tumours(1, 300, 0.2)
    assert all(np.array_equal(a[1], b) for a, b in zip(data, alone, strict=True))
    with pytest.raises(ValueError, match="between 1 and 568"):
        lab.tumours(0, 569)


@pytest.mark.parametrize(("n_train", "noise"), [(0, 0.1), (1797, 0.1), (10, -0.1), (10, 1.1)])
def test_impossible_splits_are_refused(n_train, noise):
    with pytest.raises(ValueError, match="between"):
        lab.digits(0, n_train, noise)


def test_without_scikit_learn_the_message_says_what_to_install():
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from dropout_course import lab\n"
        "try: lab.digits(0, 10)\n"
        "except ImportError as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "dropout-course[data]"' in said.stdout


def test_importing_the_lab_imports_neither_matplotlib_nor_scikit_learn():
    heavy = "{'matplotlib', 'sklearn'}"
    code = f"import sys; from dropout_course import lab; print({heavy} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


# networks and training --------------------------------------------------------------------------


def small_problem(dtype=np.float64):
    rng = np.random.default_rng(0)
    params = {name: value.astype(dtype) for name, value in lab.init_mlp([6, 5, 4, 3], 1).items()}
    X, y = rng.normal(size=(8, 6)).astype(dtype), rng.integers(0, 3, 8)
    masks = tuple(rng.random((8, width)) >= 0.4 for width in (5, 4))
    return params, X, y, masks


@pytest.mark.parametrize("dropout", [dropout_standard, dropout_inverted, lab.no_dropout])
def test_gradients_agree_with_central_differences(dropout):
    params, X, y, masks = small_problem()
    loss_grads = lab.loss_grads_with(dropout)
    _, grads = loss_grads(params, X, y, masks, 0.4)
    rng, eps = np.random.default_rng(1), 1e-6
    for name, value in params.items():
        direction = rng.normal(size=value.shape)
        up, down = (
            loss_grads({**params, name: value + step * direction}, X, y, masks, 0.4)[0]
            for step in (eps, -eps)
        )
        assert np.sum(grads[name] * direction) == pytest.approx((up - down) / (2 * eps), abs=1e-7)


def test_replicas_are_independent_networks():
    data = lab.digits([1, 2], 60, 0.2)
    params = lab.init_mlp(SIZES, [1, 2])
    masks = tuple(np.random.default_rng(0).random((2, 60, n)) >= 0.5 for n in (7, 5))
    loss_grads = lab.loss_grads_with(dropout_inverted)
    loss, grads = loss_grads(params, data.X_train, data.y_train, masks, 0.5)
    for r in (0, 1):
        one = {name: value[r] for name, value in params.items()}
        alone = loss_grads(one, data.X_train[r], data.y_train[r], tuple(m[r] for m in masks), 0.5)
        assert loss[r] == pytest.approx(alone[0], rel=1e-5)
        for name, grad in alone[1].items():
            np.testing.assert_allclose(grads[name][r], grad, atol=1e-6)


def test_training_repeats_exactly_and_learns():
    data = lab.digits([0, 1], 300, 0.0)
    runs = []
    for _ in range(2):
        params = lab.init_mlp([64, 32, 32, 10], [0, 1])
        lab.fit(
            params,
            data,
            epochs=20,
            lr=1e-2,
            loss_grads=lab.loss_grads_with(dropout_inverted),
            draw_mask=draw_mask,
            p=0.2,
        )
        runs.append(params)
    assert all(np.array_equal(runs[0][name], runs[1][name]) for name in runs[0])
    assert (lab.error_rate(runs[0], data.X_test, data.y_test) < 30).all()


def test_p_zero_trains_the_network_without_dropout():
    data = lab.digits(0, 100, 0.0)
    plain, zero = lab.init_mlp(SIZES, 0), lab.init_mlp(SIZES, 0)
    lab.fit(plain, data, epochs=3)
    with_p = {"loss_grads": lab.loss_grads_with(dropout_inverted), "draw_mask": draw_mask}
    lab.fit(zero, data, epochs=3, p=0.0, **with_p)
    assert all(np.array_equal(plain[name], zero[name]) for name in plain)


def test_after_epoch_is_called_and_can_stop():
    seen = []
    data = lab.digits(0, 50, 0.0)
    lab.fit(
        lab.init_mlp(SIZES, 0),
        data,
        epochs=9,
        after_epoch=lambda epoch, params: seen.append(epoch) or epoch == 3,
    )
    assert seen == [1, 2, 3]


def test_adam_takes_its_textbook_step():
    start = np.array([[1.0, -2.0]], np.float32)
    params = {"W1": start.copy(), "b1": np.zeros(2, np.float32)}
    grads = {"W1": np.array([[0.3, -5.0]], np.float32), "b1": np.zeros(2, np.float32)}
    one = type("Data", (), {"X_train": np.ones((1, 1), np.float32), "y_train": np.zeros(1, int)})
    lab.fit(params, one, epochs=1, lr=0.1, loss_grads=lambda *args: (0.0, grads))
    # the first step of Adam has the length of the learning rate, whatever the gradient
    np.testing.assert_allclose(params["W1"] - start, [[-0.1, 0.1]], rtol=1e-4)


def test_evaluation_and_training_mode_go_through_the_given_function():
    params, X, y, masks = small_problem()
    h = X
    for k in (1, 2):
        h = dropout_inverted(
            np.maximum(h @ params[f"W{k}"] + params[f"b{k}"], 0), masks[k - 1], 0.4, True
        )
    want = h @ params["W3"] + params["b3"]
    got = lab.logits(params, X, dropout_inverted, masks, 0.4)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    assert np.array_equal(lab.logits(params, X, dropout_inverted, None, 0.4), lab.logits(params, X))
    assert lab.error_rate(params, X, y) == 100 * np.mean(lab.logits(params, X).argmax(-1) != y)
    z = lab.logits(params, X)
    prob = np.exp(z) / np.exp(z).sum(-1, keepdims=True)
    assert lab.confidence(params, X) == pytest.approx(100 * prob.max(-1).mean())
    want = -np.log(prob[np.arange(8), y]).mean()
    assert lab.mean_loss(params, X, y) == pytest.approx(want)


def test_softmax_is_stable_for_large_logits():
    loss, grad = lab.softmax_loss_grad(np.array([[1e4, 0.0, -1e4]]), np.array([0]))
    assert loss == 0
    assert np.array_equal(grad, np.zeros((1, 3)))


# statistics -------------------------------------------------------------------------------------


def test_quantiles_are_those_of_student():
    np.testing.assert_allclose(T95, stats.t.ppf(0.975, np.arange(1, len(T95) + 1)), atol=6e-5)


def test_the_paired_interval_is_that_of_scipy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 6))
    got = lab.paired_difference(a, b)
    want = stats.ttest_1samp(a - b, 0).confidence_interval(0.95)
    assert (got.low, got.high) == pytest.approx((want.low, want.high), rel=1e-4)
    assert got.n == 6
    assert str(got).endswith("over 6 paired runs")


def test_beyond_the_stored_quantiles_the_interval_is_not_too_narrow():
    difference = np.random.default_rng(0).normal(size=200)
    got = lab.paired_difference(difference, np.zeros(200))
    want = stats.ttest_1samp(difference, 0).confidence_interval(0.95)
    assert got.low <= want.low
    assert got.high >= want.high


def test_standard_error_and_its_text():
    runs = np.array([[7.0, 9.0], [8.0, 8.0]])
    np.testing.assert_allclose(lab.standard_error(runs), [1.0, 0.0])
    assert lab.plus_minus(runs[0]) == "  8.0 ± 1.0"
    with pytest.raises(ValueError, match="two runs"):
        lab.standard_error([1.0])
    with pytest.raises(ValueError, match="one-dimensional"):
        lab.paired_difference(runs, runs)


# figures ----------------------------------------------------------------------------------------


def luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(color, ground):
    bright, dark = sorted([luminance(color), luminance(ground)], reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def brightened(color):
    """A colour as the dark theme of the book shows it."""
    css = (ROOT / "book" / "_static" / "css" / "course.css").read_text("utf-8")
    factor = float(re.findall(r"picture > img \{ filter: brightness\(([\d.]+)\)", css)[0])
    channels = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{min(255, round(factor * c)):02x}" for c in channels)


@pytest.mark.parametrize("color", [*plots.COLORS, plots.MUTED])
def test_colours_are_fit_for_text_in_both_themes_of_the_book(color):
    assert contrast(color, "#ffffff") >= 4.5
    assert contrast(brightened(color), "#14191f") >= 4.5
    assert contrast(color, "#14191f") >= 3  # in a notebook nothing brightens them


def figure_as_svg():
    import matplotlib.pyplot as plt

    ax = lab.axes(title="A title", xlabel="x", ylabel="y / %")
    lab.line(ax, [1, 2], [[1.0, 2.0], [3.0, 4.0]], "runs")
    lab.bar(ax, [1, 2], [0.5, 1.5], "counts", series=2)
    lab.scatter(ax, [1, 2], [0.6, 1.4], "law", series=1)
    lab.mark(ax, 1.5, "there", series=3)
    ax.legend()
    file = io.StringIO()
    ax.figure.savefig(file, format="svg", metadata={"Date": None})
    plt.close(ax.figure)
    return file.getvalue()


def test_the_same_figure_gives_the_same_bytes():
    pytest.importorskip("matplotlib").use("Agg")
    assert figure_as_svg() == figure_as_svg()


def test_figures_have_no_ground_of_their_own():
    pytest.importorskip("matplotlib").use("Agg")
    fills = re.findall(r'id="patch_1">\s*<path[^>]*style="([^"]*)"', figure_as_svg())
    assert fills == ["fill: none"]
