"""The lab: data, statistics, and figures that look the same everywhere."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from colours import contrast, of_hex
from scipy import stats

from dropout_course import lab
from dropout_course.lab import plots
from dropout_course.lab.stats import T95

ROOT = Path(__file__).resolve().parents[1]


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


def brightened(color):
    """A colour as the dark theme of the book shows it."""
    css = (ROOT / "book" / "_static" / "css" / "course.css").read_text("utf-8")
    factor = float(re.findall(r"picture > img \{ filter: brightness\(([\d.]+)\)", css)[0])
    return [min(255, round(factor * channel)) for channel in color]


@pytest.mark.parametrize("color", [*plots.COLORS, plots.MUTED])
def test_colours_are_fit_for_text_in_both_themes_of_the_book(color):
    ink, light, dark = map(of_hex, (color, "#ffffff", "#14191f"))
    assert contrast(ink, light) >= 4.5
    assert contrast(brightened(ink), dark) >= 4.5
    assert contrast(ink, dark) >= 3  # in a notebook nothing brightens them


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
