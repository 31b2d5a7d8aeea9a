"""MyST as plain Markdown: one construct a test, and the ones that stop the build."""

from __future__ import annotations

import base64
import re
import shutil
from pathlib import Path

import pytest

from autograder.authoring.config import read_site
from autograder.authoring.degrade import degrade
from autograder.authoring.errors import Place, SourceError
from autograder.authoring.inline import Context
from autograder.authoring.scan import scan

ROOT = Path(__file__).parent / "fixtures" / "authoring"
PAGE = "https://example.org/book/03-forward.html"


@pytest.fixture(scope="module")
def book():
    return scan(ROOT, read_site(ROOT))


@pytest.fixture
def context(book):
    return Context(book, "03-forward", ROOT / "book")


def plain(context: Context, text: str) -> str:
    return degrade(context, text, Place("book/03-forward.md", 10))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("{eq}`eq:scale`", "(3.1)"),
        ("{numref}`fig-net`", "Figure 3.1"),
        ("{numref}`tab-rates`", "Table 3.1"),
        ("{numref}`ex-Layer`", "Exercise 3.2"),
        ("{numref}`see %s, {name} <ex-layer>`", "see 3.2, A layer"),
        ("{numref}`fig-start`", "[Figure 1](https://example.org/book/index.html#fig-start)"),
        ("{ref}`sec-scale`", "The *scale*"),
        ("{ref}`here <sec-scale>`", "here"),
        ("{doc}`07-later`", "[A later chapter](https://example.org/book/07-later.html)"),
        ("{doc}`it <07-later>`", "[it](https://example.org/book/07-later.html)"),
        ("{term}`MASK`", "[MASK](https://example.org/book/glossary.html#term-Mask)"),
        ("[n](notation.md)", "[n](https://example.org/book/notation.html)"),
        ("[s](#sec-scale)", "s"),
        ("[out](https://a.org/b_(c))", "[out](https://a.org/b_(c))"),
        ("{math}`a` H{sub}`2`", "$a$ H<sub>2</sub>"),
    ],
)
def test_references(context, text, want):
    assert plain(context, f"See {text}, then.") == f"See {want}, then."


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("{cite:t}`three2014`", "[Srivastava et al. (2014)](three2014)"),
        ("{cite:t}`two2013`", "[van der Berg and Müller (2013)](two2013)"),
        (
            "{cite}`two2013,one2015`",
            "([van der Berg & Müller, 2013](two2013); [Gal, 2015](one2015))",
        ),
        ("{cite:p}`one2015`", "([Gal, 2015](one2015))"),
    ],
)
def test_citations_lead_to_the_list_of_the_book_and_are_collected(context, text, want):
    there = "https://example.org/book/references.html#ref-"
    assert plain(context, text).replace(f"({there}", "(") == want
    assert context.cited == re.findall(r"(?:one|two|three)\d{4}", text)


@pytest.mark.parametrize(
    "text",
    [
        "``{eq}`eq:scale` `` and `$b$` and `[a](b.md)`",
        "$a_{i}$ costs $[^1]$, \\$5",
        "```python\n{eq}`eq:scale` :::\n```",
        "    {eq}`eq:scale`, indented",
        "- a\n- b\n\n  ```python\n  x = {}\n  ```",
        "| a | b |\n|---|:-:|\n| 1 | 2 |",
        "> quoted *text*",
        "a hard  \nline break",
    ],
)
def test_plain_markdown_stays_byte_for_byte(context, text):
    assert plain(context, "Text.\n\n" + text) == "Text.\n\n" + text


def test_numbered_formulas(context):
    assert plain(context, "$$\na = b\n$$ (eq:mean)") == "$$\na = b\n\\tag{3.2}\n$$"
    assert plain(context, "```{math}\n:label: eq:scale\na\n```") == "$$\na\n\\tag{3.1}\n$$"
    assert plain(context, "$$\na\n$$") == "$$\na\n$$"


def test_a_formula_keeps_its_place_in_a_list(context):
    assert plain(context, "- a\n\n  $$\n  x\n  $$\n- b") == "- a\n\n  $$\n  x\n  $$\n- b"


def test_admonitions(context):
    text = ":::{admonition} A *title*\n:class: tip\nText {eq}`eq:mean`.\n:::"
    assert plain(context, text).startswith("> **A *title***\n>\n> Text (3.2)")
    assert plain(context, "```{seealso}\nA.\n```") == "> **See also**\n>\n> A."
    assert plain(context, ":::{tip} One line.\n:::") == "> **Tip**\n>\n> One line."


def test_an_admonition_with_a_display_is_no_quote(context):
    assert plain(context, ":::{note}\n$$\nx\n$$\n:::") == "**Note**\n\n$$\nx\n$$"


def test_folded_blocks_have_plain_summaries(context):
    text = ":::{dropdown} Why `p<1` & *so*?\nText.\n:::"
    assert plain(context, text) == (
        "<details>\n<summary>Why <code>p&lt;1</code> &amp; <em>so</em>?</summary>\n\n"
        "Text.\n\n</details>"
    )
    folded = plain(context, ":::{tip}\n:class: dropdown\nText.\n:::")
    assert folded == "<details>\n<summary>Tip</summary>\n\nText.\n\n</details>"


def test_bars_in_formulas_of_tables(context):
    table = ":::{list-table}\n:header-rows: 1\n\n* - $|x|$\n  - `a|b`\n* - 1\n  - 2\n    3\n:::"
    assert plain(context, table) == ("| $\\vert x\\vert $ | `a\\|b` |\n|---|---|\n| 1 | 2 3 |")


def test_footnotes_are_written_once_below_the_cell(context):
    text = "A[^why], b[^why].\n\n[^why]: elsewhere"
    out = plain(context, text)
    assert out.startswith("A<sup>1</sup>, b<sup>1</sup>.\n\n<sup>1</sup> Because the mean")
    assert "elsewhere" not in out


def test_figures_are_held_by_the_text_itself(context):
    out = plain(context, "```{image} _static/net.svg\n:alt: A net\n```")
    data = base64.b64encode((ROOT / "notebooks/images/net.png").read_bytes()).decode()
    assert out == f"![A net](data:image/png;base64,{data})"
    assert context.images == [ROOT / "notebooks/images/net.png"]


def test_an_interactive_figure_is_its_caption_with_its_number_and_a_link(tmp_path):
    root = shutil.copytree(ROOT, tmp_path / "book")
    page = root / "book" / "03-forward.md"
    text = "```{mask-gallery}\n:name: fig-gallery\n\nWho *shares*.\n```"
    before = page.read_text()
    page.write_text(f"{before}\n{text}\n")
    book = scan(root, read_site(root))
    place = Place("book/03-forward.md", before.count("\n") + 2)
    out = degrade(Context(book, "03-forward", root / "book"), text, place)
    assert out == (
        "**Figure 3.4.** Who *shares*.\n\nIt is an interactive figure: play with it on "
        f"[the online page]({PAGE}#fig-gallery)."
    )


def test_a_prediction_asks_before_the_next_cell(context):
    out = plain(context, "```{predict} fig-net\n:values: ch03.x\n\nWhere does $x$ *end*?\n```")
    assert out == (
        "> **Predict, then see**\n>\n> Where does $x$ *end*?\n>\n"
        "> Sketch it before you run the next cell."
    )


def test_what_plain_markdown_does_not_show_is_left_out(context):
    text = "(label)=\nText.\n\n% a comment\n\n+++\n\n```{bibliography}\n```"
    assert plain(context, text) == "Text."


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a\n\n{foo}`x`", 12, "role {foo}"),
        ("a\n{eq}`eq:none`", 11, "no equation `eq:none`"),
        ("{eq}`EQ:scale`", 10, "no equation"),
        ("{ref}`nowhere`", 10, "no label `nowhere`"),
        ("{ref}`fig-net`", 10, "use {numref}"),
        ("{numref}`sec-scale`", 10, "use {ref}"),
        ("{doc}`08-none`", 10, "no page"),
        ("{term}`none`", 10, "no term"),
        ("{cite:t}`none2000`", 10, "no entry `none2000`"),
        ("{cite:year}`one2015`", 10, "use cite:t"),
        ("a[^none]", 10, "no footnote"),
        ("[a](b/c.txt)", 10, "leads nowhere"),
        ("![](_static/net.svg)", 10, "alt text"),
        ("![a](_static/none.svg)", 10, "no image"),
        ("a\n\n:::{tab-set}\n:::", 12, "directive {tab-set}"),
        ("- b\n\n  :::{tab-set}\n  :::", 12, "directive {tab-set}"),
        (":::{note}\n\nb\n\n{eq}`eq:none`\n:::", 14, "no equation"),
        ("```{figure} _static/net.svg\n```", 10, "alt text"),
        ("Term\n: definition", 10, "definition list"),
        ("\\begin{align}\na\n\\end{align}", 10, "aligned"),
        (":::{note}\nnever closed", 10, "never closed"),
        ("a\n\n```python\nnever closed", 12, "never closed"),
        (":::\nno name\n:::", 10, "without a name"),
        (":::{exercise} x\n:::", 10, "directive {exercise}"),
        (":::{list-table}\n* - a\n  - b\n* - c\n:::", 10, "equal length"),
        (":::{list-table}\n* - a\n\n    - b\n:::", 13, "one paragraph"),
        (":::{quiz} q-one\nQ?\n\n- [ ] a\n  > no\n- [ ] b\n  > no\n:::", 13, "no right option"),
        ("```{mask-gallery}\n```", 10, "no caption"),
        ("[a]: https://a.org", 10, "left in the notebook"),
    ],
)
def test_what_has_no_plain_markdown_stops_with_its_line(context, text, line, message):
    with pytest.raises(SourceError) as found:
        plain(context, text)
    assert message in found.value.message
    assert (found.value.path, found.value.line) == ("book/03-forward.md", line)
