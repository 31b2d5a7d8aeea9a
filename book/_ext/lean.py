"""What a page of this book is made of, and what it is spared.

First in the list of extensions: it also prepares the surroundings in which cells run, so that
``jupyter-book build`` by hand gives the same pages as ``make book``.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"

# Jupyter Book loads every .css and .js file below _static on every page; these are enough.
CSS_FILES = ["css/fonts.css", "css/course.css", "css/blocks.css", "css/form.css"]
JS_FILES = [("js/page.js", {"defer": "defer"})]
# Copied by the theme, used by no page.
DEAD_WEIGHT = [
    "_static/scripts/*.map",
    "_static/styles/*.map",
    "_static/scripts/fontawesome.js*",
    "_static/vendor/fontawesome/webfonts/*.ttf",
    "_static/katex/LICENSE.md",
    "_static/searchtools.js",  # of Sphinx's own search, as the next two
    "_static/language_data.js",
    "_static/sphinx_highlight.js",
]
# What says the wrong thing to assistive technology: a label that hides the words of a summary, and
# docutils' roles of a bibliography (deprecated, and a list without items).
MISLEADING = [
    ' aria-label="Toggle hidden content"',
    ' role="doc-biblioentry"',
    ' role="list"',
]


def ipython_home() -> Path:
    """Return a folder for IPython that holds our configuration (IPython writes there too)."""
    home = ROOT / "build" / "ipython"
    name = "ipython_kernel_config.py"
    (home / "profile_default").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(BOOK / "_data" / name, home / "profile_default" / name)
    return home


def prepare_kernels() -> None:
    """Set what the kernels of the book's cells inherit: one thread, SVG figures, no dates."""
    sys.path.insert(0, str(ROOT))
    path = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *([path] if path else [])])
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # sums in one order: the same bytes everywhere
    os.environ.setdefault("MATPLOTLIBRC", str(BOOK / "_data" / "matplotlibrc"))
    os.environ.setdefault("IPYTHONDIR", str(ipython_home()))
    os.environ.setdefault("PYTHONHASHSEED", "0")


def own_files_only(app: Sphinx, config: Config) -> None:
    """Load our stylesheets and scripts, not everything that lies in ``_static``."""
    config.html_css_files = list(CSS_FILES)
    config.html_js_files = list(JS_FILES)
    config.html_static_path = ["_static"]


def first_words(doctree: nodes.document, limit: int = 155) -> str:
    """Return the first paragraph of a page as plain text, cut at a word."""
    for paragraph in doctree.findall(nodes.paragraph):
        parent = paragraph.parent
        if isinstance(parent, nodes.section) or "opening" in parent.get("classes", ()):
            text = re.sub(r"\s+", " ", paragraph.astext()).strip()
            if len(text) > limit:
                text = text[:limit].rsplit(" ", 1)[0].rstrip(",;:") + " …"
            return text
    return ""


def describe(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Give the page's template its description and the plain title of the window."""
    context["course_description"] = (first_words(doctree) if doctree else "") or (
        "Dropout, from the mask up: an interactive book with exercises that check themselves."
    )
    body = context.get("body", "")
    for mark in MISLEADING:
        body = body.replace(mark, "")
    context["body"] = body
    title = app.env.titles.get(page)
    if title is not None:
        context["title"] = title.astext()  # without the markup of code and mathematics


def sweep(app: Sphinx, exception: Exception | None) -> None:
    """Remove files that the theme copies and no page asks for."""
    if exception is None and app.builder.name == "html":
        for pattern in DEAD_WEIGHT:
            for path in Path(app.outdir).glob(pattern):
                path.unlink()


def not_found(app: Sphinx, exception: Exception | None) -> None:
    """Write the page for addresses that there are not; it may be shown at any depth."""
    if exception is None and app.builder.name == "html":
        text = (BOOK / "_templates" / "404.html").read_text("utf-8")
        page = text.replace("BASE", app.config.html_baseurl)
        (Path(app.outdir) / "404.html").write_text(page, "utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx."""
    prepare_kernels()
    # Jupyter Book always sets this option of sphinx_comments, which we do without.
    app.add_config_value("comments_config", {}, "")
    app.connect("config-inited", own_files_only, priority=700)  # before Sphinx unpacks the lists
    app.connect("html-page-context", describe, priority=900)
    app.connect("build-finished", sweep)
    app.connect("build-finished", not_found)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
