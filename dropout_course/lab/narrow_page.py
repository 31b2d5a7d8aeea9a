"""The narrow page: where titles, keys and panels of a figure stand on a phone.

All lengths are points, 72 to the inch; places are counted from the top left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

WIDTH = 252.0  # 336 px, what a page that is 390 px wide leaves for a figure
TITLE, LABEL, SMALL = 11.0, 10.0, 9.5  # 14.7, 13.3 and 12.7 px
RAISED = 12.0  # of text with exponents, which matplotlib shrinks to 70 %: 11.2 px
GAP = 7.0  # between the parts of a panel
BETWEEN = 16.0  # between panels
PICTURE = 75.0  # the least width of a picture beside others
CANVAS = 2000.0  # height while nothing has its final place
FINE = 288  # dots per inch while measuring: hinting moves glyphs by less
WORD = re.compile(r"(?:\$[^$]*\$|\S)+")
EXPONENT = re.compile(r"\$[^$]*[\^_][^$]*\$")


class Key(NamedTuple):
    """What a legend says; `owner` is its panel, None for one of the whole figure."""

    owner: Any
    handles: Sequence[Any]
    names: Sequence[str]
    title: str


def bare(ax: Any) -> bool:
    """Whether a panel is a picture, without ticks."""
    return not ax.axison or not (len(ax.get_xticks()) or len(ax.get_yticks()))


class Page:
    """A narrow figure that is filled from top to bottom; `y` is how far it has come."""

    def __init__(self, figure: Any) -> None:
        self.figure = figure
        self.renderer = figure.canvas.get_renderer()
        self.y = 2.0
        self.boxes: list[tuple[Any, float, float, float, float]] = []  # artist, left, top, w, h
        self.points: list[tuple[Any, float, float]] = []  # text or legend, left, top

    def fill(
        self, panels: list[Any], shapes: list[float], keys: list[Key | None], bars: list[Any]
    ) -> None:
        """Place everything, then cut the page to its height."""
        from matplotlib.text import Text

        for text in self.figure.findobj(Text):
            text.set_fontsize(_size(text.get_text(), SMALL))
        common = [key for key in keys if key is not None and key.owner is None]
        own = {key.owner: key for key in keys if key is not None and key.owner is not None}
        if self.figure._suptitle is not None:
            self.write(self.figure._suptitle.get_text(), TITLE, "bold")
            self.figure._suptitle.set_text("")
        if all(map(bare, panels)) and len(panels) > 1 and not common:
            self.tile(panels, shapes, bars)
        else:
            labels = [_name_up(ax, panels[0]) for ax in panels]
            for ax, shape, label in zip(panels, shapes, labels, strict=True):
                self.y += BETWEEN if ax is not panels[0] else 0
                self.stack(ax, shape, label, [*common, *([own[ax]] if ax in own else [])])
                common = []
        self.finish()

    # pictures ---------------------------------------------------------------------------------

    def tile(self, panels: list[Any], shapes: list[float], bars: list[Any]) -> None:
        """Place pictures in columns, with a colour bar to their right."""
        side = max((self._margins(bar)[2] + 14 + GAP for bar in bars), default=0.0)
        left = max(self._margins(ax)[0] for ax in panels)
        titles = [_pull_title(ax) for ax in panels]
        columns = 2 if len(panels) % 3 else 3
        while columns > 1 and self._cell(columns, side) - left < self._least(panels, titles):
            columns -= 1
        width = self._cell(columns, side) - left
        top = self.y
        for start in range(0, len(panels), columns):
            row = slice(start, start + columns)
            self.y += BETWEEN if start else 0
            self._row(panels[row], shapes[row], titles[row], left, width)
        for bar in bars:
            bar.set_box_aspect(None)
            _size_ticks(bar)
            head = self._extent("X", LABEL)[1] + 4  # a label stands out of the bar by half of it
            self.boxes.append((bar, WIDTH - side + GAP, top + head, 9, self.y - top - 1.5 * head))

    def _cell(self, columns: int, side: float) -> float:
        return (WIDTH - side - (columns - 1) * GAP) / columns

    def _least(self, panels: list[Any], titles: list[tuple[str, str]]) -> float:
        """How narrow a picture may be: its label stays in one line, its title breaks at words."""
        words = [(word, weight) for text, weight in titles for word in WORD.findall(text)]
        words += [(ax.get_xlabel(), "normal") for ax in panels]
        return max(PICTURE, *(self._extent(text, LABEL, weight)[0] for text, weight in words))

    def _row(
        self,
        panels: list[Any],
        shapes: list[float],
        titles: list[tuple[str, str]],
        left: float,
        width: float,
    ) -> None:
        top, below = self.y, self.y
        titles = [(self._wrapped(text, LABEL, look, width), look) for text, look in titles]
        head = max(self._extent(text, LABEL, weight)[1] for text, weight in titles)
        for i, (ax, shape, (text, weight)) in enumerate(zip(panels, shapes, titles, strict=True)):
            x = i * (left + width + GAP) + left
            self._put(text, x, top, LABEL, weight)
            y = top + (head + 4 if head else 0)
            self._set(ax, x, y, width, width * shape)
            below = max(below, y + width * shape + self._margins(ax)[1])
        self.y = below

    # plots ------------------------------------------------------------------------------------

    def stack(self, ax: Any, shape: float, label: str, keys: list[Key]) -> None:
        """Place a plot over the whole width: title, key, name of the vertical axis, axes."""
        self.write(_pull_title(ax)[0], TITLE, "bold")
        for key in keys:
            self.explain(key)
        ax.set_ylabel("")
        ax.tick_params(axis="y", labelleft=True)
        _size_ticks(ax)
        if ax.axison:
            self.write(label.replace("\n", " "), LABEL)
        ax.set_xlabel(self._wrapped(ax.get_xlabel(), LABEL, "normal", WIDTH - 40))
        ax.xaxis.label.set_fontsize(_size(ax.get_xlabel(), LABEL))
        left, right, width = 30.0, 4.0, 0.0
        for _ in range(3):  # a plot's margins depend on its ticks, and these on its width
            width = WIDTH - left - right
            height = max(width * shape, 14.0 * len(ax.get_yticklabels()) if _named(ax) else 0)
            self._set(ax, left, self.y + 6, width, height, keep=False)
            left, below, right, above = self._margins(ax)
        self._set(ax, left, self.y + above, width, height)
        self._thin(ax)
        self.y += above + height + below

    def explain(self, key: Key) -> None:
        """Place a key in as many columns as fit."""
        names = [self._wrapped(name, SMALL, "normal", WIDTH - 34) for name in key.names]
        size = max(_size(name, SMALL) for name in names)
        for columns in range(min(3, len(names)), 0, -1):
            legend = self.figure.legend(
                key.handles,
                names,
                title=key.title or None,
                loc="upper left",
                ncols=columns,
                fontsize=size,
                title_fontsize=SMALL,
                alignment="left",
                borderpad=0,
                borderaxespad=0,
                handlelength=1.7,
                handletextpad=0.6,
                columnspacing=1.4,
                labelspacing=0.35,
            )
            box = legend.get_window_extent(self.renderer)
            if columns == 1 or box.width * 72 / FINE <= WIDTH - 2:
                break
            legend.remove()
        self.points.append((legend, 0.0, self.y))
        self.y += box.height * 72 / FINE + GAP

    def _thin(self, ax: Any) -> None:
        """Hide labels of the horizontal axis that would touch the one before them."""
        end = float("-inf")
        for tick in ax.xaxis.get_major_ticks():
            if tick.label1.get_text() and tick.label1.get_visible():
                box = tick.label1.get_window_extent(self.renderer)
                if box.x0 < end + 3 * FINE / 72:
                    tick.label1.set_visible(False)
                else:
                    end = box.x1

    # what places are made of --------------------------------------------------------------------

    def write(self, text: str, size: float, weight: str = "normal") -> None:
        """Place lines of text over the whole width."""
        if text:
            text = self._wrapped(text, size, weight, WIDTH)
            self._put(text, 0.0, self.y, size, weight)
            self.y += self._extent(text, size, weight)[1] + GAP

    def _put(self, text: str, x: float, y: float, size: float, weight: str) -> None:
        drawn = self.figure.text(0, 0, text, va="top", weight=weight, linespacing=1.25)
        drawn.set_fontsize(_size(text, size))
        self.points.append((drawn, x, y))

    def _set(
        self, ax: Any, x: float, y: float, width: float, height: float, keep: bool = True
    ) -> None:
        ax.set_position((x / WIDTH, 1 - (y + height) / CANVAS, width / WIDTH, height / CANVAS))
        if keep:
            self.boxes.append((ax, x, y, width, height))

    def _margins(self, ax: Any) -> tuple[float, float, float, float]:
        """What stands around the axes: left, below, right, above."""
        ax.apply_aspect()
        inner, outer = ax.get_window_extent(self.renderer), ax.get_tightbbox(self.renderer)
        around = (
            inner.x0 - outer.x0,
            inner.y0 - outer.y0,
            outer.x1 - inner.x1,
            outer.y1 - inner.y1,
        )
        left, below, right, above = (max(0.0, 72 / FINE * margin) for margin in around)
        return left + 1, below, right + 1, above

    def _extent(self, text: str, size: float, weight: str = "normal") -> tuple[float, float]:
        if not text:
            return 0.0, 0.0
        probe = self.figure.text(0, 0, text, weight=weight, linespacing=1.25)
        probe.set_fontsize(_size(text, size))
        box = probe.get_window_extent(self.renderer)
        probe.remove()
        return box.width * 72 / FINE, box.height * 72 / FINE

    def _wrapped(self, text: str, size: float, weight: str, width: float) -> str:
        lines: list[str] = []
        for word in WORD.findall(text):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._extent(longer, size, weight)[0] <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return "\n".join(lines)

    def finish(self) -> None:
        """Cut the page where it ends; places are fractions of its height."""
        height = self.y + 2
        self.figure.set_size_inches(WIDTH / 72, height / 72)
        for ax, x, y, w, h in self.boxes:
            ax.set_position((x / WIDTH, 1 - (y + h) / height, w / WIDTH, h / height))
        for artist, x, y in self.points:
            place = (x / WIDTH, 1 - y / height)
            if hasattr(artist, "set_bbox_to_anchor"):
                artist.set_bbox_to_anchor(place)
            else:
                artist.set_position(place)


def _size(text: str, size: float) -> float:
    return max(size, RAISED) if EXPONENT.search(text) else size


def _size_ticks(ax: Any) -> None:
    """Size the labels of ticks, those that are still to come included."""
    for name, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
        labels = [*axis.get_ticklabels(), *axis.get_ticklabels(minor=True)]
        size = max((_size(label.get_text(), SMALL) for label in labels), default=SMALL)
        ax.tick_params(axis=name, which="both", labelsize=size)


def _pull_title(ax: Any) -> tuple[str, str]:
    """Take a panel's title away: its text, and its weight."""
    for title in (ax._left_title, ax.title, ax._right_title):
        if text := title.get_text():
            title.set_text("")
            return text, title.get_weight()
    return "", "normal"


def _name_up(ax: Any, first: Any) -> str:
    """What the vertical axis shows; panels that share it have said so once."""
    shared = ax.get_shared_y_axes().joined(ax, first)
    return ax.get_ylabel() or (first.get_ylabel() if shared else "")


def _named(ax: Any) -> bool:
    """Whether the vertical axis has names for numbers."""
    return any(re.search("[a-z]", text.get_text()) for text in ax.get_yticklabels())
