"""What a finished page loads: a frame that all pages share, and what is its own.

Sphinx, the themes and the extensions bring two dozen files. When all pages are written, what they
have in common becomes `_static/frame.css` (theirs, without what no page uses), `_static/course.css`
(ours) and `_static/frame.js`; scripts wait until the page stands.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Sequence
from pathlib import Path

from purge import Words, minify, purge
from sphinx.application import Sphinx

SHEET = re.compile(r'[ \t]*<link\b(?![^>]*media=)[^>]*\brel="stylesheet"[^>]*>\n?')
SCRIPT = re.compile(r"[ \t]*<script\b[^>]*\bsrc=[^>]*></script>\n?")
ADDRESS = re.compile(r'\b(?:href|src)="([^"?#]*)')
IMPORT = re.compile(r"""@import\s+["']([^"']+)["'];""")
URL = re.compile(r"""url\(\s*(["']?)(?!data:|#)([^"')]+)\1\s*\)""")
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
FACE = re.compile(r"@font-face\s*\{[^}]*KaTeX_[^}]*\}")  # css/fonts.css has them, cut
# Two lines that Sphinx and the theme write into each page: options of a search that is not ours.
OPTIONS = re.compile(r"[ \t]*<script>DOCUMENTATION_OPTIONS\.\w+ = [^<]*</script>\n?")

COURSE_SHEETS = ("css/fonts.css", "css/course.css", "css/blocks.css", "css/form.css")
SHARED = (
    "documentation_options.js",
    "clipboard.min.js",
    "copybutton.js",
    "scripts/pydata-sphinx-theme.js",
    "scripts/sphinx-book-theme.js",
    "js/search-open.js",
    "js/way.js",
    "js/cards.js",
    "js/page.js",
)
# Tooltips and menus that no page has, and keys for a search that is not ours.
UNUSED = ("scripts/bootstrap.js", "doctools.js")
TABS = (
    "design-tabs.js",
    "sd-tab-set",
)  # a script, and the class without which it has nothing to do
CONTENT = '<div class="bd-content">'
FRAME_CSS, COURSE_CSS, FRAME_JS = "frame.css", "course.css", "frame.js"


def local(element: str) -> str:
    """Return the path below ``_static`` of what an element loads, or ""."""
    found = ADDRESS.search(element)
    return posixpath.normpath(found[1]).partition("_static/")[2] if found else ""


def is_foreign(name: str) -> bool:
    """Whether a stylesheet belongs to Sphinx, a theme, an extension or KaTeX."""
    return bool(name) and not name.startswith("css/") and name not in (FRAME_CSS, COURSE_CSS)


def sheet(static: Path, name: str) -> str:
    """Return a stylesheet with what it imports; its addresses lead from ``_static``."""
    folder = posixpath.dirname(name)

    def path(address: str) -> str:
        return posixpath.normpath(posixpath.join(folder, address))

    text = URL.sub(lambda found: f"url({path(found[2])})", (static / name).read_text("utf-8"))
    return IMPORT.sub(lambda found: sheet(static, path(found[1])), text)


def write(static: Path, name: str, text: str) -> str:
    """Write a file; return its address, whose query changes with the bytes, as in Sphinx."""
    data = text.encode()
    (static / name).write_bytes(data)
    return f"_static/{name}?v={hashlib.sha256(data).hexdigest()[:8]}"


def frame_css(static: Path, names: Sequence[str], pages: Sequence[str]) -> str:
    """Return the stylesheets of others as one, without what neither pages nor scripts use."""
    scripts = [
        path.read_text("utf-8")
        for path in sorted(static.rglob("*.js"))
        if path.relative_to(static).parts[0] != "locales"
        and path.relative_to(static).as_posix() not in UNUSED
    ]
    words = Words()
    for page in pages:
        words.page(page)
    for script in scripts:
        words.script(script)
    styles = [path.read_text("utf-8") for path in sorted(static.glob("css/*.css"))]
    css = "\n".join(sheet(static, name) for name in names)
    return purge(FACE.sub("", css), words, "\n".join([*styles, *scripts, *pages]))


def slim(html: str, css: str, course: str, script: str) -> str:
    """Return a page that loads the shared files in place of those that they are made of."""
    seen: set[str] = set()

    def once(address: str, element: str) -> str:
        if address in seen:
            return ""
        seen.add(address)
        return f"  {element}\n"

    def styled(found: re.Match[str]) -> str:
        name = local(found[0])
        if is_foreign(name) or name == FRAME_CSS:
            return once(css, f'<link rel="stylesheet" href="{css}"/>')
        if name in COURSE_SHEETS or name == COURSE_CSS:
            return once(course, f'<link rel="stylesheet" href="{course}"/>')
        return found[0]

    def scripted(found: re.Match[str]) -> str:
        name = local(found[0])
        if name in UNUSED or (name == TABS[0] and TABS[1] not in html):
            return ""
        if name in SHARED or name == FRAME_JS:
            return once(script, f'<script defer src="{script}"></script>')
        element = found[0]
        return element if " defer" in element else element.replace("<script", "<script defer", 1)

    if 'class="bd-sidebar-secondary' in html:  # what its place is kept for, while it is on its way
        html = html.replace(CONTENT, CONTENT.replace('">', ' with-contents">'), 1)
    return SCRIPT.sub(scripted, SHEET.sub(styled, OPTIONS.sub("", html)))


def slim_all(app: Sphinx, exception: Exception | None) -> None:
    """Make the shared files, and let every page load them."""
    if exception is not None or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    paths = sorted(Path(app.outdir).glob("*.html"))
    pages = [path.read_text("utf-8") for path in paths]
    names = list(
        dict.fromkeys(
            name
            for page in pages
            for found in SHEET.finditer(page)
            if is_foreign(name := local(found[0]))
        )
    )
    if not names:  # no page has been written anew
        return
    css = write(static, FRAME_CSS, frame_css(static, names, pages))
    styles = "".join(minify(sheet(static, name)) for name in COURSE_SHEETS)
    course = write(static, COURSE_CSS, styles)
    parts = [(static / name).read_text("utf-8").strip() for name in SHARED]
    script = write(static, FRAME_JS, SOURCE_MAP.sub("", "\n;\n".join(parts)) + "\n")
    for path, page in zip(paths, pages, strict=True):
        path.write_text(slim(page, css, course, script), "utf-8")
    for name in (*names, *COURSE_SHEETS, *SHARED, *UNUSED, "basic.css"):
        (static / name).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    app.connect("build-finished", slim_all, priority=950)  # other files are all there by then
    return {"parallel_read_safe": True, "parallel_write_safe": True}
