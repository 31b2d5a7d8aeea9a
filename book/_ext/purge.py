"""Stylesheets without the rules that no page of the site can use.

A rule stays if each class, id and element that its selector asks for occurs on some page, or as a
word in some script: what a script adds to a page later is written in it. Attributes, states and
what stands in brackets (``:not(…)``, ``:is(…)``) are never looked at, so they keep a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import tinycss2
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

CLASS = re.compile(r'\sclass="([^"]*)"')
ID = re.compile(r'\sid="([^"]*)"')
TAG = re.compile(r"<([a-z][a-z0-9-]*)")
WORD = re.compile(r"[A-Za-z_][\w-]*")
VARIABLE = re.compile(r"--[\w-]+")
GROUPS = ("media", "supports", "container", "layer")


@dataclass
class Words:
    """What pages hold and scripts may add."""

    names: set[str] = field(default_factory=set)  # classes and ids
    tags: set[str] = field(default_factory=lambda: {"html", "body"})

    def page(self, html: str) -> None:
        """Take in a page."""
        for found in (*CLASS.findall(html), *ID.findall(html)):
            self.names.update(found.split())
        self.tags.update(TAG.findall(html))

    def script(self, text: str) -> None:
        """Take in a script: each of its words may be a class, an id or an element."""
        words = set(WORD.findall(text))
        self.names |= words
        self.tags |= words

    def use(self, selector: Iterable[Node]) -> bool:
        """Whether an element of some page may match a selector (one without commas)."""
        before = ""
        for token in selector:
            if token.type == "ident" and before != ":":
                known = self.names if before == "." else self.tags
                name = token.value if before == "." else token.lower_value
                if name not in known:
                    return False
            if token.type == "hash" and token.value not in self.names:
                return False
            before = token.value if token.type == "literal" else ""
        return True


def by_commas(tokens: Iterable[Node]) -> list[list[Node]]:
    """Split a list of selectors."""
    parts: list[list[Node]] = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def short(tokens: Iterable[Node]) -> str:
    """Write tokens with single spaces and without comments."""
    kept = []
    for token in tokens:
        if token.type == "whitespace":
            token.value = " "
        if token.type != "comment":
            kept.append(token)
    return tinycss2.serialize(kept).strip()


def rules(nodes: Iterable[Node], words: Words) -> Iterator[Node]:
    """Yield the rules that stay, their selectors cut to those that can match."""
    for node in nodes:
        if isinstance(node, QualifiedRule):
            kept = [one for one in by_commas(node.prelude) if words.use(one)]
            if kept:
                node.prelude = kept
                node.content = [
                    one
                    for one in tinycss2.parse_blocks_contents(
                        node.content, skip_comments=True, skip_whitespace=True
                    )
                    if isinstance(one, Declaration)
                ]
                yield node
        elif isinstance(node, AtRule):
            if node.lower_at_keyword in GROUPS and node.content is not None:
                inner = tinycss2.parse_rule_list(
                    node.content, skip_comments=True, skip_whitespace=True
                )
                node.content = list(rules(inner, words))
                if node.content:
                    yield node
            elif node.lower_at_keyword != "charset":
                yield node


def declarations(nodes: Iterable[Node]) -> Iterator[Declaration]:
    """Yield the declarations of all rules, those within others included."""
    for node in nodes:
        if isinstance(node, QualifiedRule):
            yield from node.content
        elif isinstance(node, AtRule) and node.lower_at_keyword in GROUPS and node.content:
            yield from declarations(node.content)


def unused_variables(nodes: list[Node], others: str) -> set[str]:
    """Return the custom properties that neither these rules nor the other files ask for."""
    needs: dict[str, set[str]] = {}
    asked = set(VARIABLE.findall(others))
    for one in declarations(nodes):
        found = set(VARIABLE.findall(tinycss2.serialize(one.value)))
        if one.name.startswith("--"):
            needs.setdefault(one.name, set()).update(found)
        else:
            asked |= found
    waiting = list(asked)
    while waiting:
        for name in needs.get(waiting.pop(), ()):
            if name not in asked:
                asked.add(name)
                waiting.append(name)
    return set(needs) - asked


def written(nodes: Iterable[Node], dropped: set[str], faces: str) -> Iterator[str]:
    """Yield rules as text, without some custom properties and without fonts that none asks for."""
    for node in nodes:
        if isinstance(node, QualifiedRule):
            body = ";".join(
                f"{one.name}:{short(one.value)}{'!important' * one.important}"
                for one in node.content
                if one.name not in dropped
            )
            if body:
                yield f"{','.join(short(one) for one in node.prelude)}{{{body}}}"
            continue
        head = f"@{node.at_keyword} {short(node.prelude)}".strip()
        if node.content is None:
            yield f"{head};"
        elif node.lower_at_keyword in GROUPS:
            if body := "".join(written(node.content, dropped, faces)):
                yield f"{head}{{{body}}}"
        else:
            body = short(node.content)
            family = re.search(r"font-family:\s*([^;}]+)", body)
            if family is None or family[1].strip("\"' ") in faces:
                yield f"{head}{{{body}}}"


def purge(css: str, words: Words, others: str = "") -> str:
    """Return a stylesheet without what no page can use.

    Parameters
    ----------
    css : str
        The stylesheet.
    words : Words
        What pages hold and scripts may add.
    others : str
        Text of the other stylesheets, of pages and of scripts, which may ask for its custom
        properties.
    """
    sheet = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    kept = list(rules(sheet, words))
    dropped = unused_variables(kept, others)
    faces = "\n".join(
        tinycss2.serialize(one.value)
        for one in declarations(kept)
        if one.name not in dropped and (one.name in ("font", "font-family") or "font" in one.name)
    )
    return "".join(written(kept, dropped, faces))


def minify(css: str) -> str:
    """Return a stylesheet with all its rules, without comments and superfluous space."""
    return short(tinycss2.parse_component_value_list(css))
