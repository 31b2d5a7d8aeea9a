"""The narrow drawing of a figure: everything is there, large enough, and in its place."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest

from dropout_course import lab
from dropout_course.lab import narrow, plots
from dropout_course.lab.narrow_page import RAISED, SMALL, WIDTH

pytestmark = pytest.mark.slow

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def agg():
    plt.switch_backend("Agg")
    plots._pyplot()
    yield
    plt.close("all")


def curves():
    """Two panels that share their vertical axis, a long title, a key each, an exponent."""
    left, right = lab.axes(
        2, "A title that is much too long for the width of a phone", "epoch", "error (%)",
        sharey=True, figsize=(8, 3.6),
    )  # fmt: skip
    for series in range(4):
        lab.line(left, [1, 2, 3], np.full((3, 2), 1.0 + series), f"curve number {series}", series)
    left.legend(title="curves")
    lab.scatter(right, [1, 10, 100], [1, 2, 3], "points")
    right.set(xscale="log", yscale="log", ylim=(1e-3, 9), title="The right one")
    right.annotate("a note", (1, 2))
    right.legend(loc="upper left")
    return left.figure


def bars():
    """Names for numbers, and a key of the whole figure."""
    ax = lab.axes(1, "Methods", "error (%)")
    ax.barh(range(9), range(1, 10), label="all")
    ax.set_yticks(range(9), [f"a method with a name {i}" for i in range(9)])
    ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center")
    return ax.figure


def masks():
    """Four pictures without ticks, one with a colour bar."""
    panels = lab.axes(4, figsize=(7, 2.6))
    for i, ax in enumerate(panels):
        image = ax.imshow(np.eye(6), vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[], title=f"mask {i}", xlabel="time", ylabel="units")
    panels[0].figure.colorbar(image, ax=panels, label="kept")
    return panels[0].figure


def crowded():
    """Labels of the horizontal axis that have no room on a phone."""
    ax = lab.axes(1, "Crowded", "size", "loss")
    ax.plot(range(30), range(30))
    ax.set_xticks(range(30), [f"{i} units" for i in range(30)])
    return ax.figure


FIGURES = [curves, bars, masks, crowded]


def drawn(figure):
    """All text that is seen: its words, its size, and its box in points from the top left."""
    from matplotlib.text import Text

    figure.draw_without_rendering()
    renderer, scale = figure.canvas.get_renderer(), 72 / figure.dpi
    hidden = {
        label
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        for label in (tick.label1, tick.label2)
        if not (ax.axison and inside(tick.get_loc(), axis.get_view_interval()))
    }
    texts = [
        text
        for text in figure.findobj(Text)
        if text.get_text() and text.get_visible() and text not in hidden
    ]
    height = figure.bbox.height
    return [
        (text.get_text(), text.get_fontsize(), box.x0 * scale, (height - box.y1) * scale,
         box.x1 * scale, (height - box.y0) * scale)
        for text in texts
        for box in [text.get_window_extent(renderer)]
    ]  # fmt: skip


def inside(place, limits):
    low, high = sorted(limits)
    return low <= place <= high


@pytest.mark.parametrize("make", FIGURES)
def test_all_text_is_large_enough_and_inside_the_page(make):
    figure = make()
    narrow.relayout(figure)
    assert figure.get_figwidth() * 72 == pytest.approx(WIDTH)
    bottom = figure.get_figheight() * 72
    for words, size, left, top, right, below in drawn(figure):
        assert size >= (RAISED if "^{" in words else SMALL), words
        assert left >= -1, words
        assert top >= -1, words
        assert right <= WIDTH + 1, words
        assert below <= bottom + 1, words


@pytest.mark.parametrize("make", FIGURES)
def test_no_text_lies_on_another(make):
    figure = make()
    narrow.relayout(figure)
    boxes = drawn(figure)
    for i, (words, _, left, top, right, below) in enumerate(boxes):
        for other, _, start, high, end, low in boxes[:i]:
            across = min(right, end) - max(left, start)
            down = min(below, low) - max(top, high)
            assert across < 1 or down < 1.5, (words, other)


@pytest.mark.parametrize("make", FIGURES)
def test_no_word_is_lost(make):
    def words(figure):
        seen = " ".join(text for text, *_ in drawn(figure))
        return set(re.findall("[a-z]+", seen.lower()))

    figure = make()
    before = words(figure)
    narrow.relayout(figure)
    assert words(figure) >= before


def test_plots_come_below_each_other_and_pictures_in_columns():
    figure = curves()
    narrow.relayout(figure)
    left, right = (ax.get_position() for ax in figure.axes)
    assert left.y0 > right.y1
    assert left.width * WIDTH > 200
    figure = masks()
    narrow.relayout(figure)
    places = [ax.get_position() for ax in figure.axes[:4]]
    assert places[0].x1 < places[1].x0
    assert places[0].y0 > places[2].y1
    assert figure.axes[4].get_position().x0 > places[1].x1


def test_panels_that_share_an_axis_say_what_it_shows_each():
    figure = curves()
    narrow.relayout(figure)
    texts = [words for words, *_ in drawn(figure)]
    assert texts.count("error (%)") == 2


def test_keys_say_what_they_said():
    figure = curves()
    narrow.relayout(figure)
    said = [[text.get_text() for text in legend.get_texts()] for legend in figure.legends]
    assert said == [[f"curve number {i}" for i in range(4)], ["points"]]
    assert figure.legends[0].get_title().get_text() == "curves"


def test_data_and_limits_stay():
    figure = curves()
    figure.draw_without_rendering()
    before = [(ax.get_xlim(), ax.get_ylim(), [*map(str, ax.lines)]) for ax in figure.axes]
    narrow.relayout(figure)
    figure.draw_without_rendering()
    assert [(ax.get_xlim(), ax.get_ylim(), [*map(str, ax.lines)]) for ax in figure.axes] == before


@pytest.mark.parametrize("make", FIGURES)
def test_both_drawings_are_in_one_file_with_the_same_bytes_each_time(make):
    one, other = narrow.both(make()), narrow.both(make())
    assert one == other
    assert one.count("<svg ") == 2
    start, end = one.index(narrow.HIDDEN[0]), one.rindex(narrow.HIDDEN[1])
    small = one[start + len(narrow.HIDDEN[0]) : end]
    assert f'width="{WIDTH:g}pt"' in small
    assert one[end:].endswith("</svg>\n")


def test_an_empty_figure_is_no_drawing():
    assert narrow.both(plt.figure()) is None


def test_a_wide_figure_keeps_eleven_pixels_on_a_desktop():
    ax = lab.axes(1, "Wide", "x", "y", figsize=(10, 3))
    ax.plot([0, 1], label="line")
    ax.legend(fontsize=7)
    narrow._enlarge(ax.figure)
    size = ax.get_legend().get_texts()[0].get_fontsize()
    assert size * 96 / 72 * narrow.COLUMN / (10 * 96) >= 11


def test_the_extension_takes_the_drawings_apart(root, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "book" / "_ext"))
    monkeypatch.delitem(sys.modules, "figures", raising=False)
    import figures

    file = tmp_path / "a.svg"
    both = narrow.both(curves())
    file.write_text(both, "utf-8")
    small = figures.split(file)
    assert small == tmp_path / "a-narrow.svg"
    for path in (file, small):
        text = path.read_text("utf-8")
        assert text.count("<svg ") == 1
        assert "CDATA" not in text
    assert figures.split(file) == small  # a page that is read again
    plain = tmp_path / "b.svg"
    plain.write_text("<svg></svg>", "utf-8")
    assert figures.split(plain) is None
