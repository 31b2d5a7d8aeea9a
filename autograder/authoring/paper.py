"""The book to take along: one PDF of all pages, and a zip of the site.

    python -m autograder.authoring.paper pdf    build/dropout-course.pdf
    python -m autograder.authoring.paper zip    build/dropout-course-site.zip

Both are made from the built site, which is built first where something has changed. The PDF is
what Chromium prints of one long page, so that links lead inside it and its outline is the book's.
"""

from __future__ import annotations

import re
import sys
import tempfile
import zipfile
from html import escape
from pathlib import Path
from typing import NamedTuple

import yaml

from autograder.authoring import chromium
from autograder.authoring.book import ROOT, build_book
from autograder.authoring.config import read_site
from autograder.root import SetUpError

# It says when and with what the site was built, which is nothing to print.
LEFT_OUT = {"status"}
OUTPUT = ROOT / "build"
ARTICLE = re.compile(r'<article class="bd-article"[^>]*>(.*)</article>', re.DOTALL)
HEADING = re.compile(r"<h1>(.*?)(?:<a class=\"headerlink\".*?)?</h1>", re.DOTALL)
TAG = re.compile(r"<[a-zA-Z][^>]*>")
OWN = re.compile(r'(\s(?:id|for|name|aria-(?:labelledby|describedby|controls))=")([^"]+)(")')
LINK = re.compile(r'(\s(?:xlink:)?href=")([^"#]*)(?:#([^"]*))?(")')
PAINT = re.compile(r"url\(#([^)]+)\)")
MARKUP = re.compile(r"<(?:script|link)\b(?![^>]*stylesheet)[^>]*>(?:.*?</script>)?", re.DOTALL)
STYLES = re.compile(r'<link[^>]*rel="stylesheet"[^>]*>')
COVER = """<style>
.cover { break-after: page; padding-top: 45mm; }
.cover .title { font: 600 30pt/1.15 var(--serif); }
.list { break-after: page; }
.list ul { list-style: none; padding: 0; }
.page { break-before: page; }
.page:first-of-type { break-before: auto; }
</style>"""


class Page(NamedTuple):
    """A page of the book, below the caption of its part."""

    name: str
    part: str


def listed(root: Path) -> list[Page]:
    """Return the pages in the order of the table of contents."""
    toc = yaml.safe_load((root / "book" / "_toc.yml").read_text("utf-8"))
    found = [Page(toc["root"], "")]
    for part in toc.get("parts", [toc]):
        caption = part.get("caption", "")
        found += [Page(entry["file"], caption) for entry in part["chapters"]]
    return [page for page in found if page.name not in LEFT_OUT]


def inside(html: str, name: str, names: set[str], home: str) -> str:
    """Return the article of a page, with names and links that hold in the one long page.

    Parameters
    ----------
    html : str
        The page as it was built.
    name : str
        Its name, without ``.html``; it becomes part of every id.
    names : set of str
        The pages that the long page holds. Links to others lead to the published site.
    home : str
        Address of the published site, with a slash at its end.
    """
    found = ARTICLE.search(html)
    if found is None:
        raise SetUpError(f"{name}.html has no article: build the book again (make book)")

    def link(match: re.Match[str]) -> str:
        before, path, anchor, after = match.groups()
        target = path.removesuffix(".html")
        if not path:
            return f"{before}#{name}--{anchor or ''}{after}"
        if target in names and path.endswith(".html"):
            return f"{before}#{target}{f'--{anchor}' if anchor else ''}{after}"
        if re.match(r"[a-z]+:", path):
            return match[0]
        return f"{before}{home}{path}{f'#{anchor}' if anchor else ''}{after}"

    def own(match: re.Match[str]) -> str:
        return match[1] + " ".join(f"{name}--{word}" for word in match[2].split()) + match[3]

    def tag(match: re.Match[str]) -> str:
        text = OWN.sub(own, match[0])
        text = PAINT.sub(lambda m: f"url(#{name}--{m[1]})", LINK.sub(link, text))
        return text.replace(' loading="lazy"', "")

    body = TAG.sub(tag, MARKUP.sub("", found[1]))
    return f'<article class="bd-article page" id="{name}">{body}</article>'


def long_page(site: Path, root: Path) -> str:
    """Return the whole book as one page: cover, contents, all articles."""
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    addresses = read_site(root)
    pages = listed(root)
    texts = {page.name: (site / f"{page.name}.html").read_text("utf-8") for page in pages}
    styles = dict.fromkeys(link for text in texts.values() for link in STYLES.findall(text))
    names, contents, part = set(texts), [], ""
    for page in pages:
        if page.part != part:
            part = page.part
            contents.append(f"<li><strong>{escape(part)}</strong></li>")
        heading = HEADING.search(texts[page.name])
        words = heading[1] if heading else escape(page.name)
        contents.append(f'<li><a href="#{page.name}">{words}</a></li>')
    home, title = addresses.book_url, escape(config["title"])
    about = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    edition = f"Version {about['version']}, released {about['date-released']}"
    articles = [inside(texts[page.name], page.name, names, home) for page in pages]
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light"><head><meta charset="utf-8">
<title>{title}</title>{"".join(styles)}{COVER}</head><body>
<div class="cover bd-article"><p class="title">{title}</p>
<p>{escape(config["author"])}<br>{edition}</p>
<p><a href="{home}">{home}</a><br>{escape(addresses.repository)}</p>
<p>Text and figures: CC BY 4.0. Code: BSD 3-Clause.</p></div>
<nav class="list bd-article"><h2>Contents</h2><ul>{"".join(contents)}</ul></nav>
{"".join(articles)}</body></html>"""


def print_page(page: Path, pdf: Path) -> None:
    """Let Chromium print a page, without its scripts: interactive figures stay pictures.

    Raises
    ------
    chromium.NoBrowserError
        If Playwright or Chromium is not there.
    """
    with chromium.launched() as browser:
        view = browser.new_context(java_script_enabled=False, color_scheme="light").new_page()
        view.set_default_timeout(0)  # a whole book takes its time
        view.goto(page.as_uri())
        view.pdf(
            path=pdf, prefer_css_page_size=True, print_background=True, outline=True, tagged=True
        )


def make_pdf(root: Path = ROOT) -> Path:
    """Print the whole book; return where the PDF is."""
    site, pdf = build_book(root), OUTPUT / "dropout-course.pdf"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "book.html"
        for part in ("_static", "_images"):
            (Path(folder) / part).symlink_to(site / part)
        page.write_text(long_page(site, root), "utf-8")
        print_page(page, pdf)
    return pdf


def make_zip(root: Path = ROOT) -> Path:
    """Pack the site; the same site gives the same bytes. Return where the zip is."""
    site, packed = build_book(root), OUTPUT / "dropout-course-site.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(site.rglob("*")):
            if path.is_file():
                name = f"dropout-course/{path.relative_to(site).as_posix()}"
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return packed


def main() -> int:
    """Make what the command line asks for; return the exit status."""
    makers = {"pdf": make_pdf, "zip": make_zip}
    asked = sys.argv[1:]
    if len(asked) != 1 or asked[0] not in makers:
        print("python -m autograder.authoring.paper pdf, or zip", file=sys.stderr)
        return 2
    try:
        made = makers[asked[0]]()
    except SetUpError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{made} ({made.stat().st_size / 2**20:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
