"""Cut the book's fonts to what its pages show: ``python packaging/fonts.py``.

Needs fonttools and brotli, and a built book in `build/book/html`. Writes `*-core.woff2` beside
each whole font of the text and of KaTeX, and `book/_static/css/fonts.css`, which loads a core
first and the whole font only for a character that the core lacks. So a book that has grown since
is shown as before, and loads more; a test says when to run this again.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "book" / "_static"
TEXT = STATIC / "css" / "fonts"
SITE = ROOT / "build" / "book" / "html"
# CSS family, style, file.
FACES = (
    ("Source Serif", "normal", "source-serif-4-normal"),
    ("Source Serif", "italic", "source-serif-4-italic"),
    ("Source Sans", "normal", "source-sans-3-normal"),
    ("Source Code", "normal", "source-code-pro-normal"),
)
# The fonts of KaTeX that the book's formulas ask for; others are loaded whole, by who needs them.
MATHS = ("Main-Regular", "Main-Bold", "Main-Italic", "Math-Italic", "AMS-Regular")
MATHS += ("Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular")
WEIGHTS = (400, 700)  # what the stylesheets ask for
FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "lnum", "onum", "pnum", "tnum"]
# Fonts that machines have, with the width of a letter in the book's text in em:
# measured for DejaVu and Liberation, which has the widths of Times and Arial; for the others those
# of npm @capsizecss/metrics 3, in the same proportion. Until our fonts are there they stand in, at
# the size at which lines break in the same places.
SERIF = (
    ("Georgia", ("Georgia",), 0.4347),
    ("Noto", ("Noto Serif",), 0.469),
    ("Times", ("Times New Roman", "Liberation Serif"), 0.3961),
    ("DejaVu", ("DejaVu Serif",), 0.5051),
)
SANS = (
    ("Roboto", ("Roboto",), 0.434),
    ("Arial", ("Arial", "Helvetica Neue", "Liberation Sans"), 0.4354),
    ("DejaVu", ("DejaVu Sans",), 0.4987),
)
# Of ours: the family, that width, ascent and descent in em, its stand-ins.
FAMILIES = (
    ("Source Serif", 0.4696, 1.036, 0.335, SERIF),
    ("Source Sans", 0.4088, 1.024, 0.4, SANS),
)
NO_TEXT = re.compile(r"<(script|style|annotation)\b.*?</\1>", re.DOTALL)
FORMULA = re.compile(
    r'<span class="katex-html".*?(?=<span class="katex"|</p>|</div>|</li>|<h\d)', re.S
)
KATEX_FACE = re.compile(r"@font-face\{([^}]*)\}")
HEAD = """\
/* Fonts, served by the site (css/fonts/README.md). Made by `python packaging/fonts.py`: a core
   with the characters of the pages, and the whole font for any other. Glyphs outside Latin come
   from the system. The first rules fit its own fonts to ours. */
"""
ICONS = """
/* The theme's icon font, cut to the icons in use. */
@font-face {
  font-family: "Font Awesome 6 Free"; font-style: normal; font-weight: 900; font-display: block;
  src: url(fonts/icons.woff2) format("woff2");
  unicode-range: U+F002, U+F00C-F00D, U+F010, U+F019, U+F03A-F03B, U+F042, U+F054, U+F057-F058,
    U+F05A, U+F060-F064, U+F06A, U+F071, U+F077-F078, U+F0C1, U+F0C9, U+F0EB, U+F0F3,
    U+F104-F105, U+F185-F186, U+F303, U+F35D;
}
"""


def characters(pages: Iterable[str]) -> set[int]:
    """Return the characters that readers see on pages, may see there later, and those of ASCII."""
    found = {*map(chr, range(32, 127)), *map(chr, range(0x2000, 0x2045))}  # and punctuation
    for path in (*STATIC.glob("js/*.js"), *STATIC.glob("css/*.css")):
        found |= set(path.read_text("utf-8"))
    for page in pages:
        found |= set(html.unescape(re.sub(r"<[^>]+>", " ", NO_TEXT.sub(" ", page))))
    return {ord(one) for one in found if one >= " "}


def ranges(codes: Iterable[int]) -> str:
    """Write characters as a ``unicode-range``."""
    runs: list[list[int]] = []
    for code in sorted(codes):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ", ".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


def coverage(path: Path) -> set[int]:
    """Return the characters of a font."""
    from fontTools.ttLib import TTFont

    return set(TTFont(path).getBestCmap())


def cut(path: Path, wanted: set[int]) -> tuple[set[int], set[int]]:
    """Write the core of a font; return its characters, and those of the whole font beyond it."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(path, recalcTimestamp=False)
    whole = set(font.getBestCmap())
    options = subset.Options(
        layout_features=FEATURES, hinting=False, name_IDs=[], notdef_outline=False
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted & whole)
    cutter.subset(font)
    if "fvar" in font:
        font = instancer.instantiateVariableFont(font, {"wght": WEIGHTS})
    font.flavor = "woff2"
    font.save(path.with_name(f"{path.stem}-core.woff2"))
    return wanted & whole, whole - wanted


def face(family: str, style: str, weight: str, display: str, url: str, codes: set[int]) -> str:
    """Write a ``@font-face`` for some characters."""
    return (
        f'@font-face {{ font-family: "{family}"; font-style: {style}; font-weight: {weight}; '
        f'font-display: {display}; src: url({url}) format("woff2"); '
        f"unicode-range: {ranges(codes)}; }}"
    )


def stand_ins() -> list[str]:
    """Return rules for the machine's own fonts at the measures of ours."""
    out = []
    for family, width, ascent, descent, others in FAMILIES:
        for name, local, local_width in others:
            size = width / local_width
            source = ", ".join(f'local("{one}")' for one in local)
            out.append(
                f'@font-face {{ font-family: "{family} in {name}"; src: {source}; '
                f"size-adjust: {size:.1%}; ascent-override: {ascent / size:.1%}; "
                f"descent-override: {descent / size:.1%}; line-gap-override: 0%; }}"
            )
    return out


def text_faces(wanted: set[int]) -> list[str]:
    """Cut the fonts of the text; return their rules."""
    out = []
    for family, style, name in FACES:
        core, rest = cut(TEXT / f"{name}.woff2", wanted)
        weights = " ".join(map(str, WEIGHTS))
        out.append(face(family, style, weights, "swap", f"fonts/{name}-core.woff2", core))
        out.append(face(family, style, weights, "swap", f"fonts/{name}.woff2", rest))
    return out


def katex_faces(wanted: set[int]) -> list[str]:
    """Cut KaTeX's fonts; return rules in place of those of its own stylesheet."""
    out = []
    for found in KATEX_FACE.finditer((STATIC / "katex" / "katex.min.css").read_text("utf-8")):
        rule = dict(part.split(":", 1) for part in found[1].split(";") if ":" in part)
        path = STATIC / "katex" / re.search(r"url\((fonts/[^)]+\.woff2)\)", rule["src"])[1]
        family = rule["font-family"].strip("\"'")
        how = (family, rule["font-style"], rule["font-weight"], "block")
        if path.stem.removeprefix("KaTeX_") in MATHS:
            core, rest = cut(path, wanted)
            out.append(face(*how, f"../katex/fonts/{path.stem}-core.woff2", core))
        else:
            rest = coverage(path)
        out.append(face(*how, f"../katex/fonts/{path.name}", rest))
    return out


def main() -> None:
    """Cut all fonts."""
    pages = [path.read_text("utf-8") for path in sorted(SITE.glob("*.html"))]
    if not pages:
        sys.exit("no pages in build/book/html: run `make book` first")
    formulas = [found for page in pages for found in FORMULA.findall(page)]
    rules = [*stand_ins(), *text_faces(characters(pages)), *katex_faces(characters(formulas))]
    (STATIC / "css" / "fonts.css").write_text(HEAD + "\n".join(rules) + "\n" + ICONS, "utf-8")


if __name__ == "__main__":
    main()
