"""Numbers and verdicts that executed cells bear: the role ``{measured}``, claims, conditions.

Cells tagged ``evidence`` leave records among their outputs (`dropout_course/lab/evidence.py`);
myst-nb takes them off the page and writes them beside it, from its cache as well. When all pages
are read, every condition is evaluated: a sentence or verdict that the data do not bear is a
warning, and so stops the build.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import SphinxEnvType
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from autograder.authoring.claims import ALL_CLAIMS, GENERAL, read_claims
from autograder.authoring.conditions import evaluate, parse_condition
from autograder.authoring.measured import (
    ROLE,
    MeasuredError,
    Value,
    parse,
    pick,
    show,
    stored_text,
    values_of,
)
from autograder.authoring.quotes import line_of
from autograder.authoring.scan import CHAPTER
from dropout_course.lab.evidence import BUILD

logger = logging.getLogger(__name__)
CLAIM = "claim: "


class measured(nodes.Inline, nodes.Element):  # noqa: N801 - docutils names nodes so
    """A number that is known when all pages are read; ``content`` is that of the role."""


class MeasuredRole(SphinxRole):
    """``{measured}`ch07.noise[pixel]:.1f` ``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a place for the number."""
        node = measured(content=" ".join(self.text.split()), doc=self.env.docname)
        self.set_source_info(node)
        return [node], []


def glued(app: Sphinx, doc: str) -> dict[str, Any]:
    """What the cells of a page left for the build, by name."""
    env: SphinxEnvType = app.env  # type: ignore[assignment]
    if not env.nb_metadata.get(doc, {}).get("glue"):
        return {}
    path = Path(env.mystnb_config.output_folder) / f"{doc}.glue.json"
    found = json.loads(path.read_text("utf-8"))
    return {name: json.loads(one["data"]["text/plain"]) for name, one in found.items()}


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the records of a page, and take its evidence cells off it."""
    found = glued(app, app.env.docname)
    store(app.env)[app.env.docname] = found
    for cell in list(doctree.findall(nodes.container)):
        if "tag_evidence" in cell["classes"]:
            cell.parent.remove(cell)


def store(env: Any) -> dict[str, dict[str, Any]]:
    """What cells left for the build, by page."""
    if not hasattr(env, "course_evidence"):
        env.course_evidence = {}
    return env.course_evidence


def purge(app: Sphinx, env: Any, doc: str) -> None:
    """Forget a page that is read again."""
    store(env).pop(doc, None)


def merge(app: Sphinx, env: Any, docs: set[str], other: Any) -> None:
    """Take over the pages that another process read."""
    store(env).update({doc: store(other)[doc] for doc in docs if doc in store(other)})


def records(env: Any) -> dict[str, dict[str, Value]]:
    """All recorded quantities of the book, by name."""
    return {
        name: values_of(data)
        for found in store(env).values()
        for name, data in found.items()
        if not name.startswith(CLAIM)
    }


def judge(app: Sphinx, env: Any) -> None:
    """Evaluate every condition of the book."""
    root = Path(app.srcdir).parent
    known = records(env)
    for doc, found in store(env).items():
        text = Path(env.doc2path(doc)).read_text("utf-8")
        for name, data in found.items():
            if name.startswith(CLAIM) and not data["holds"]:
                sentence = name.removeprefix(CLAIM)
                place = f"book/{doc}.md:{line_of(sentence, text)}"
                logger.warning(
                    "the sentence “%s” does not hold here: %s; rewrite it, or measure again",
                    sentence,
                    data["numbers"],
                    location=place,
                )
        if number := CHAPTER.match(doc):
            verdicts(root, number[1], known)
        elif doc == ALL_CLAIMS:
            verdicts(root, GENERAL, known)


def verdicts(root: Path, number: str, known: dict[str, dict[str, Value]]) -> None:
    """Evaluate the conditions of a chapter's claims."""
    for claim in read_claims(root, number)[0]:
        for one in claim.evidence:
            if one.kind != "measured":
                continue
            place = f"{one.place.path}:{one.place.line}"
            try:
                finding = evaluate(parse_condition(one.what), known)
            except MeasuredError as problem:
                logger.warning("%s: %s", claim.ids[0], problem, location=place)
                continue
            if not finding:
                logger.warning(
                    "%s: the data do not bear the verdict “%s”: %s is false (%s); correct the "
                    "verdict, or measure again",
                    claim.ids[0],
                    claim.verdict,
                    one.what,
                    finding.numbers,
                    location=place,
                )


def fill_in(app: Sphinx, doctree: nodes.document, doc: str) -> None:
    """Put the numbers into the sentences of a page, and keep them for its notebook."""
    known = records(app.env)
    shown: dict[str, str] = {}
    for node in list(doctree.findall(measured)):
        content = node["content"]
        shown[content] = words_for(content, known, (doc, node.line))
        node.replace_self(nodes.Text(shown[content]))
    for image in doctree.findall(nodes.image):
        if "{measured}" in image.get("alt", ""):
            image["alt"] = ROLE.sub(
                lambda found: words_for(found[1], known, (doc, None)), image["alt"]
            )
    if CHAPTER.match(doc) and shown:
        folder = Path(app.outdir).parent / "measured"
        folder.mkdir(exist_ok=True)
        (folder / f"{doc}.json").write_text(stored_text(shown), "utf-8")


def words_for(content: str, known: dict[str, dict[str, Value]], location: Any) -> str:
    """The words for a role, or a warning and a mark in the text."""
    try:
        name, key, spec = parse(content)
        return show(pick(known, name, key), spec)
    except MeasuredError as problem:
        logger.warning("%s", problem, location=location)
        return re.sub(r"[\s`]", "", f"⟨{content}⟩")


def setup(app: Sphinx) -> dict[str, object]:
    """Connect to Sphinx, and tell the kernels that their records are wanted."""
    os.environ[BUILD] = "1"
    app.add_node(measured)
    app.add_role("measured", MeasuredRole())
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", judge)
    app.connect("doctree-resolved", fill_in)
    return {
        "version": "1",
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": False,
    }
