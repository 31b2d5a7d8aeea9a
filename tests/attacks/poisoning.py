"""Poisoning the instructor: what acts in a browser, a terminal or a spreadsheet."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path
from typing import Any

from attacks import inert
from attacks.model import BACK, MLP, in_family

poisoning = in_family("poisoning")
SHOW = "from IPython.display import *\n"
TERMINAL = "\x1b[2J\x1b]0;pwn\x07\x9b31m\x08\r\u202epwn\u2066"


def _bomb() -> str:
    """A small picture of 900 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    side = 30_000
    rows = zlib.compressobj(9)
    data = b"".join(rows.compress(b"\0" * (side // 8 + 1)) for _ in range(side)) + rows.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    picture = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return base64.b64encode(picture).decode()


FORGED = "Exercise 4.1, The backward pass: all 9 laws hold (12 of 12 points)"


def _forged(outcome: Any) -> list[str]:
    exercises = outcome.result.exercises
    said = [e.message.partition("\n")[2] for e in exercises]  # the first line is such a verdict
    said += [e.cause for e in exercises] + [c.message for e in exercises for c in e.laws]
    begun = {line for text in said for line in text.splitlines() if line.startswith("Exercise")}
    return [f"a line of the words about an answer is the student's: {line}" for line in begun]


def _page(name: str, tries: str, **rest: Any) -> Any:
    return poisoning(name, tries, check=inert.on_a_page, **rest)


def _names(folder: Path, data: bytes, _: Any) -> None:
    (folder / "04-backprop.ipynb").write_bytes(data)
    for name in (
        TERMINAL,
        "<img src=x onerror=pwn()>.txt",
        "=cmd|' C calc'!A0",
        "[l](javascript:pwn())",
    ):
        (folder / name.replace("/", "")).symlink_to("/etc/passwd")


ATTACKS = [
    _page(
        "html",
        "Displays HTML with a script.",
        early=SHOW + "display(HTML('<script>pwn()</script><img src=x onerror=pwn()>'))",
    ),
    _page("javascript", "Displays JavaScript.", early=SHOW + "display(Javascript('pwn()'))"),
    _page(
        "svg",
        "Displays SVG with a script.",
        early=SHOW + 'display(SVG(\'<svg xmlns="http://www.w3.org/2000/svg" onload="pwn()"/>\'))',
    ),
    _page(
        "mime-bundle",
        "Shows an object of every kind that a browser acts on.",
        late="""
kinds = ("text/html", "image/svg+xml", "application/javascript", "text/latex", "text/markdown",
         "application/vnd.jupyter.widget-view+json", "application/pdf", "application/json",
         "image/jpeg", "image/png", "text/plain")
class Bundle:
    def _repr_mimebundle_(self, *a, **k):
        return {kind: "<script>pwn()</script>" for kind in kinds}
Bundle()
""",
    ),
    _page(
        "picture-that-is-none",
        "Shows a picture whose bytes leave their attribute.",
        early="from dropout_course.engine.inside import child\n"
        'text = \'" onerror="pwn()" x="\'\n'
        "child.Cells.run = lambda *a: {'outputs': [{'png': text}, {'png': 'iVBORw0KGgo' + text}],"
        " 'error': None}",
    ),
    poisoning(
        "picture-bomb",
        "Shows a picture of 900 million pixels, gigabytes in a browser.",
        early=SHOW + f"import base64\ndisplay(Image(base64.b64decode('{_bomb()}')))",
    ),
    _page(
        "html-in-printed-text",
        "Prints tags, which a page must show as text.",
        early="print('<script>pwn()</script></pre></div><img src=x onerror=pwn()>')",
    ),
    _page(
        "html-in-messages",
        "Raises and returns tags, which stand in the words about its answer.",
        answers={
            BACK: "def dropout_backward(grad, cache):\n"
            "    raise ValueError('</pre><script>pwn()</script>')"
        },
        value="'<script>pwn()</script>'",
    ),
    _page(
        "html-in-sources",
        "Writes tags in the source of a cell.",
        early="'</pre></textarea><script>pwn()</script><img src=x onerror=pwn()>'",
    ),
    _page(
        "markdown",
        "Writes Markdown with scripts, handlers and links that act.",
        text="<script>pwn()</script> <img src=x onerror=pwn()> [a](javascript:pwn()) <b "
        "onclick=pwn()>b</b>\n\n<javascript:pwn()>\n\n[b]\n\n[b]: JavaScript:pwn()\n\n"
        "<iframe srcdoc='<script>pwn()</script>'></iframe> <svg/onload=pwn()> <!--><script>pwn()",
    ),
    _page(
        "markdown-entities",
        "Writes links whose scheme is spelled with entities and spaces.",
        text="[a](javascript&colon;pwn()) [b](javascript&#58;pwn()) [c](java&Tab;script&#x3A;pwn())"
        " [d](&#106;avascript&colon;pwn()) [e](<java\tscript&colon;pwn()>)\n\n"
        "[f]\n\n[f]: javascript&colon;pwn()\n\n[g](vbscript&colon;pwn())"
        " [h](data&colon;text/html,pwn)",
    ),
    _page(
        "remote-picture",
        "Writes Markdown that fetches a picture, which tells who opened the page and when.",
        text="![seen](https://example.org/pwn.png) ![seen][it] ![it] ![it][] !\\[a](//pwn)"
        " [![seen](//example.org/pwn.png)](https://example.org)\n\n- > ![seen](<//pwn/a b.png>)"
        "\n\n![seen\n](/pwn 'title') \\![seen](/pwn) &#33;[seen](/pwn)"
        "\n\n[it]: https://example.org/pwn.png",
    ),
    _page(
        "markdown-escapes",
        "Writes links whose scheme is spelled with backslashes.",
        text="[a](javascript\\:pwn()) [b](<javascript\\:pwn()>)\n\n[c]\n\n[c]: vbscript\\:pwn()",
    ),
    _page(
        "missing-attachment",
        "Shows an attachment that is not there, at which nbconvert gives up the page.",
        text="![pwn](attachment:pwn.png)",
    ),
    poisoning(
        "diagram",
        "Draws a diagram, in which a page that knows mermaid makes links and fetches pictures.",
        text='```mermaid\nflowchart TD\nA@{ img: "//pwn" }\n```\n\n- ~~~ mermaid\n  pwn\n  ~~~',
        check=inert.draws_nothing,
    ),
    _page(
        "slow-markdown",
        "Writes formulas that begin and never end, which take hours to render.",
        text="\\begin{a}" * 50_000,
        change=lambda nb: nb["cells"].extend(
            {**nb["cells"][-1], "id": f"slow-{n}"} for n in range(50)
        ),
    ),
    poisoning(
        "formula-links",
        "Writes formulas that make links and attributes.",
        text="$\\href{javascript:pwn()}{x}$ $\\style{a:b}{pwn}$ $\\bbox[background:url(pwn)]{x}$ "
        "$\\mmlToken{mi}[style='background:url(pwn)']{x}$ $\\csname href\\endcsname{pwn}{x}$ "
        "$\\class{pwn}{x}$ $\\cssId{pwn}{x}$",
        check=inert.in_tex,
    ),
    poisoning("terminal-in-prints", "Prints terminal escapes.", early=f"print({TERMINAL!r})"),
    poisoning("terminal-in-values", "Returns text with terminal escapes.", value=repr(TERMINAL)),
    poisoning(
        "terminal-in-messages",
        "Raises with terminal escapes, in a cell and in an answer.",
        early=f"raise ValueError({TERMINAL!r})",
        answers={BACK: f"def dropout_backward(grad, cache):\n    raise ValueError({TERMINAL!r})"},
    ),
    poisoning(
        "terminal-in-class-names",
        "Raises an exception whose class is named with terminal escapes.",
        early=f"Named = type({TERMINAL!r}, (Exception,), {{}})",
        answers={BACK: "def dropout_backward(grad, cache):\n    raise Named('x')"},
    ),
    poisoning(
        "terminal-in-names",
        "Names functions, arguments and lines of its traceback with terminal escapes.",
        answers={BACK: f"def dropout_backward(grad, cache):\n    {{}}['{TERMINAL}']  # \u202e pwn"},
    ),
    poisoning(
        "text-that-no-file-holds",
        "Reports half a character, which can't be written to a file.",
        early="from dropout_course.engine.inside import answering\n"
        "answering.describe = lambda error: {'kinds': ['\\ud800'], 'message': '\\udfff', 'line': 1,"
        " 'trace': ['\\ud800']}\n"
        "print('\\ud800 \\udfff \\x00')",
        answers={BACK: "def dropout_backward(grad, cache):\n    raise ValueError"},
        value="'\\ud800'",
    ),
    poisoning(
        "text-in-sources",
        "Writes half characters, zeros and bidirectional controls in its sources and metadata.",
        early="x = '\ud800 \0 \u202e'",
        text="pwn \ud800 \0 \u202e",
    ),
    _page(
        "names-of-replaced-code",
        "Puts things among the course's code whose names hold tags, terminal escapes and links.",
        early="from dropout_course.engine.inside import answering\n"
        "from dropout_course.scenes import common\n"
        f"for name in ('<img src=x onerror=pwn()>', '[a](javascript:pwn())', {TERMINAL!r}, "
        "'\\ud800', 'x' * 10_000):\n"
        "    setattr(common, name, 1)\n    setattr(answering, name, 1)",
    ),
    poisoning(
        "huge-repr",
        "Shows a value whose text is huge.",
        late="class Huge:\n    def __repr__(self): return '\\x1b' * 10_000_000\nHuge()",
        value="['\\x1b' * 1000] * 100",
    ),
    poisoning(
        "names-of-files",
        "Hands in files named with tags, terminal escapes and formulas.",
        hand_in=_names,
        check=inert.on_a_page,
    ),
    poisoning(
        "forged-feedback",
        "Raises with a message that looks like the words of full marks.",
        answers={
            BACK: "def dropout_backward(grad, cache):\n    raise ValueError("
            f"'x\\n\\n{FORGED}\\r\\x0b\\u2028{FORGED}')"
        },
        check=_forged,
    ),
    poisoning(
        "forged-feedback-of-a-cell",
        "Raises in the cell of an answer, with messages that wrap where a verdict begins.",
        answers={
            BACK: f"raise ValueError('\\n{FORGED}\\n' + {'y' * 80 + ' ' + FORGED!r})",
            MLP: f"raise type('X\\n{FORGED}', (Exception,), {{}})('x')",
        },
        check=_forged,
    ),
    poisoning(
        "forged-feedback-of-a-process",
        "Reports kinds, lines and values of several lines.",
        early="from dropout_course.engine.inside import answering\n"
        f"text = 'x\\n{FORGED}\\n'\n"
        "answering.describe = lambda error: {'kinds': [text], 'message': text, 'line': 1,"
        " 'trace': [text] * 6}\n",
        answers={BACK: "def dropout_backward(grad, cache):\n    raise ValueError"},
        value="text",
        check=_forged,
    ),
]
