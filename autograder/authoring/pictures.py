"""PNG twins of the SVG figures, for notebooks.

Not every program for notebooks shows an SVG, so one carries a picture of it: white background,
since a notebook knows nothing of the reader's theme. The twins are committed in
`notebooks/images/`; each holds the hash of its SVG, so that one that lags behind is noticed
without drawing it again.
`make notebooks` draws what is missing in Chromium, which the tests of the pages need too.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from . import chromium
from .errors import Place, SourceError

KEY = "svg-sha256"
SCALE = 2  # sharp on dense screens; a cell shrinks what is wider than itself
COLOURS = 64  # of line drawings; a quarter of the bytes


class MissingPictureError(SourceError):
    """An SVG without a current twin."""

    def __init__(self, place: Place, svg: Path) -> None:
        message = (
            f"{svg.name} has no current picture in notebooks/images/, and notebooks show no "
            "SVG: run `make notebooks` where Chromium and Playwright are installed"
        )
        super().__init__(place.path, place.line, message)
        self.svg = svg


def twin(svg: Path, root: Path) -> Path:
    """Where the picture of an SVG is kept."""
    return root / "notebooks" / "images" / f"{svg.stem}.png"


def current(svg: Path, png: Path) -> bool:
    """Whether a picture shows this version of an SVG."""
    if not png.exists():
        return False
    with Image.open(png) as image:
        return image.info.get(KEY) == _hash(svg)


def draw(svgs: Iterable[Path], root: Path) -> list[Path]:
    """Draw pictures of SVGs; return where they are.

    Raises
    ------
    chromium.NoBrowserError
        If Playwright or Chromium is not installed.
    """
    drawn = []
    with chromium.launched() as browser:
        page = browser.new_page(device_scale_factor=SCALE, color_scheme="light")
        for svg in svgs:
            page.set_content(_html(svg.read_text("utf-8")))
            png = twin(svg, root)
            png.parent.mkdir(parents=True, exist_ok=True)
            info = PngInfo()
            info.add_text(KEY, _hash(svg))
            shot = page.locator("svg").first.screenshot()
            picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS)
            picture.save(png, pnginfo=info, optimize=True)
            drawn.append(png)
    return drawn


def _html(svg: str) -> str:
    """The SVG on white, in the size of its own units."""
    box = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', svg)
    size = f"svg {{ width: {box[1]}px; height: {box[2]}px; }}" if box else ""
    return f"<style>body {{ margin: 0; background: white; }} {size}</style>{svg}"


def _hash(svg: Path) -> str:
    return hashlib.sha256(svg.read_bytes()).hexdigest()
