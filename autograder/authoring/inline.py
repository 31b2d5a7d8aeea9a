"""Roles, links and footnotes of MyST text as plain Markdown.

One pass over the text, leftmost construct first, so that what stands in code or in a formula is
left as it is.
"""

from __future__ import annotations

import base64
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path

from docutils.nodes import make_id

from .errors import Place
from .measured import MeasuredError, parse
from .myst import words
from .pictures import MissingPictureError, current, twin
from .scan import Book, Target

PATTERN = re.compile(
    r"""
      (?<![\\`]) (?:\{(?P<role>[\w:.+-]+)\})? (?P<ticks>`+)(?!`) (?P<code>.+?) (?<!`)(?P=ticks)(?!`)
    | (?<![\\$]) (?P<math>\$\$.+?\$\$ | \$(?!\s)(?:\\.|[^$\\])+?(?<!\s)\$(?!\d))
    | \[\^(?P<note>[^\]\s]+)\](?!:)
    | (?P<bang>!?) \[ (?P<text>(?:[^\[\]]|\[[^\[\]]*\])*) \]
      \( \s*(?P<to><[^<>\n]+>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*) (?P<hover>\s+"[^"]*")?\s* \)
    """,
    re.S | re.X,
)
TARGETED = re.compile(r"(.*?)\s*<([^<>]+)>\Z", re.S)
NUMBERED = {
    "section": "Chapter",
    "exercise": "Exercise",
    "figure": "Figure",
    "table": "Table",
}
MIME = {".png": "image/png", ".jpg": "image/jpeg"}
TAGS = ("sub", "sup", "kbd")


@dataclass
class Context:
    """One cell in the making: where its text comes from, and what it collects."""

    book: Book
    doc: str
    folder: Path  # of the source file; images are relative to it
    notes: list[str] = field(default_factory=list)  # footnotes used, in order
    images: list[Path] = field(default_factory=list)  # images used, in order
    cited: list[str] = field(default_factory=list)  # keys of the references

    def embed(self, path: str, place: Place) -> str:
        """Return the address of an image, which holds it: Colab shows no attachments."""
        file = self.folder / path.lstrip("/")
        if not file.is_file():
            raise place.error(f"no image {path}: its path is relative to book/")
        if file.suffix == ".svg":
            svg, file = file, twin(file, self.folder.parent)
            if not current(svg, file):
                raise MissingPictureError(place, svg)
        if file.suffix not in MIME:
            raise place.error(f"{path}: an image in a notebook is one of .svg, {', '.join(MIME)}")
        self.images.append(file)
        data = base64.b64encode(file.read_bytes()).decode()
        return f"data:{MIME[file.suffix]};base64,{data}"

    def link(self, text: str, target: Target) -> str:
        """A link into the online book; what the notebook itself has needs none."""
        if target.doc == self.doc:
            return text
        return f"[{text}]({self.book.site.page(target.doc, target.anchor)})"


def inline(context: Context, text: str, place: Place) -> str:
    """Degrade the inline constructs of a text.

    Parameters
    ----------
    context : Context
        Resolves references; collects footnotes and images.
    text : str
        MyST without directives, several paragraphs perhaps.
    place : Place
        Where the text begins.

    Raises
    ------
    SourceError
        For an unknown role, label, key or term, with its line.
    """

    def replace(found: re.Match[str]) -> str:
        here = place.below(start + paragraph[: found.start()].count("\n"))
        if found["role"]:
            return _role(context, found["role"], found["code"].strip(), here)
        if found["note"]:
            return _note(context, found["note"], here)
        if found["to"] is not None:
            return _link(context, found, here)
        return found[0]

    out, start = [], 0
    # a construct never spans a blank line
    for paragraph in re.split(r"(\n[ \t>]*(?=\n))", text):
        out.append(PATTERN.sub(replace, paragraph))
        start += paragraph.count("\n")
    return "".join(out)


def _role(context: Context, name: str, content: str, place: Place) -> str:
    found = TARGETED.match(content)
    text, target = (found[1], found[2].strip()) if found else ("", content)
    if name == "cite" or name.startswith("cite:"):
        return _cite(context, name, content, place)
    if name == "eq":
        return _eq(context, content, place)
    if name == "numref":
        return _numref(context, text, target.lower(), place)
    if name == "ref":
        return _ref(context, text, target.lower(), place)
    if name == "doc":
        return _doc(context, text, target, place)
    if name == "term":
        return _term(context, text or target, target, place)
    if name == "measured":
        return _measured(context, content, place)
    if name == "assessed":
        return _assessed(context, content, place)
    if name == "math":
        return f"${content}$"
    if name in TAGS:
        return f"<{name}>{content}</{name}>"
    raise place.error(
        f"the role {{{name}}} has no plain Markdown: use cite, ref, numref, eq, doc or term, "
        "or support it in autograder/authoring/inline.py"
    )


def _words(context: Context, text: str, place: Place) -> str:
    """Text of a link: its code and formulas stay, its own links go."""
    return re.sub(r"(?<!!)\[([^\[\]]*)\]\([^()]*\)", r"\1", inline(context, text, place))


def _cite(context: Context, name: str, content: str, place: Place) -> str:
    book = context.book
    textual = name in ("cite:t", "cite:ts")
    if not textual and name not in ("cite", "cite:p", "cite:ps"):
        raise place.error(f"the role {{{name}}} has no plain Markdown: use cite:t or cite:p")
    cited = []
    for key in (key.strip() for key in content.split(",")):
        if key not in book.citations:
            raise place.error(
                f"no entry `{key}` in book/references.bib: add it, or correct the key"
            )
        context.cited.append(key)
        citation = book.citations[key]
        words = citation.in_sentence if textual else citation.in_brackets
        cited.append(f"[{words}]({book.site.page('references', f'ref-{key}')})")
    return ", ".join(cited) if textual else "(" + "; ".join(cited) + ")"


def _eq(context: Context, label: str, place: Place) -> str:
    target = context.book.equations.get(label)
    if target is None:
        raise place.error(f"no equation `{label}` in the book: write $$ … $$ ({label})")
    return context.link(f"({target.number})", target)


def _labelled(context: Context, label: str, place: Place) -> Target:
    target = context.book.labels.get(label)
    if target is None:
        raise place.error(
            f"no label `{label}` in the book: write ({label})= above a heading, or `:name: {label}`"
        )
    return target


def _numref(context: Context, text: str, label: str, place: Place) -> str:
    target = _labelled(context, label, place)
    if not target.number:
        raise place.error(f"`{label}` has no number: use {{ref}}")
    title = _words(context, target.title, place)
    text = text or f"{NUMBERED[target.kind]} %s"
    text = text.replace("%s", target.number).replace("{number}", target.number)
    return context.link(text.replace("{name}", title), target)


def _ref(context: Context, text: str, label: str, place: Place) -> str:
    target = _labelled(context, label, place)
    if not text and not target.title:
        raise place.error(f"`{label}` has no title: use {{numref}}, or {{ref}}`text <{label}>`")
    return context.link(_words(context, text or target.title, place), target)


def _doc(context: Context, text: str, target: str, place: Place) -> str:
    doc = posixpath.normpath(target.lstrip("/"))
    page = context.book.pages.get(doc)
    if page is None:
        raise place.error(
            f"no page `{target}` in book/_toc.yml: correct the name, or list it there"
        )
    return context.link(_words(context, text or page.title, place), page)


def _term(context: Context, text: str, term: str, place: Place) -> str:
    target = context.book.terms.get(term.lower())
    if target is None:
        raise place.error(f"no term `{term}` in the glossary: add it to book/glossary.md")
    return context.link(text, target)


def _measured(context: Context, content: str, place: Place) -> str:
    """A number that the last stored build of the book showed."""
    try:
        parse(content)
    except MeasuredError as problem:
        raise place.error(str(problem)) from problem
    text = context.book.measured.get(" ".join(content.split()))
    if text is None:
        raise place.error(
            f"no stored number for {{measured}}`{content}`: run "
            "`python -m autograder.authoring.book --store`, and commit book/_data/measured/"
        )
    return text


def _assessed(context: Context, content: str, place: Place) -> str:
    """What assesses an objective, as links."""
    links = []
    for name in words(content):
        target = context.book.labels.get(f"ex-{name}".lower())
        target = target or context.book.labels.get(f"written-{name}".lower())
        if target is None:
            raise place.error(f"no exercise `{name}` in the book: correct the id")
        text = f"Exercise {target.number}" if target.number else target.title
        links.append(context.link(text, target))
    return f"({', '.join(links)})"


def _note(context: Context, label: str, place: Place) -> str:
    if (context.doc, label) not in context.book.footnotes:
        raise place.error(f"no footnote [^{label}] on this page: write `[^{label}]: …`")
    if label not in context.notes:
        context.notes.append(label)
    return f"<sup>{context.notes.index(label) + 1}</sup>"


def _link(context: Context, found: re.Match[str], place: Place) -> str:
    """An image is put into the text; a link within the book leads to the online book."""
    target = found["to"].strip("<>")
    if found["bang"]:
        if not found["text"].strip():
            raise place.error(
                f"the image {target} has no alt text: say its message in the brackets"
            )
        return f"![{found['text']}]({context.embed(target, place)})"
    text = inline(context, found["text"], place)
    if re.match(r"[a-z]+:", target):
        return f"[{text}]({target}{found['hover'] or ''})"
    page, _, anchor = target.partition("#")
    if not page and anchor:
        return _ref(context, text, anchor.lower(), place)
    doc = posixpath.normpath(page.removesuffix(".md"))
    if not page.endswith(".md") or doc not in context.book.pages:
        raise place.error(
            f"the link to {target or 'nothing'} leads nowhere in a notebook: use {{doc}} or {{ref}}"
        )
    here = context.book.pages[doc]
    return (
        f"[{text or here.title}]({context.book.site.page(doc, make_id(anchor) if anchor else '')})"
    )
