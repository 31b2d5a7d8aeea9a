"""The rules of form 2: a chapter that keeps them, and every way of breaking one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.boxes import time_needed
from autograder.authoring.build import check_sources, render_all
from autograder.authoring.errors import SourceErrors
from autograder.authoring.quotes import line_of, squeezed
from autograder.classroom.folder.rubrics import lay_out_rubrics

FIXTURE = Path(__file__).parent / "fixtures" / "form"
PAGE, CLAIMS = "book/07-noise.md", "book/_data/claims/ch07.yml"
SOLUTIONS = "solutions/ch07_noise.py"


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(FIXTURE, tmp_path / "course"))


@pytest.fixture(scope="module")
def texts():
    return render_all(FIXTURE)


@pytest.fixture(scope="module")
def cells(texts):
    notebook = nbformat.reads(texts[Path("notebooks/07-noise.ipynb")], as_version=4)
    return notebook.cells


def text_with(cells, words):
    return next(cell.source for cell in cells if words in cell.source)


def test_a_chapter_in_good_form_passes():
    check_sources(FIXTURE)


def test_the_notebook_reads_well(cells):
    together = "\n".join(cell.source for cell in cells)
    for raw in ("{measured}", "{assessed}", ":::", "lab.record", "lab.claim", "{rubric}"):
        assert raw not in together
    assert "noise of one's own: 1.10\xa0±\xa00.06 against 0.11." in together
    assert "a gain of +0.99 [+0.75, +1.23], see Figure 7.1" in together
    assert "**Figure 7.1.** Noise of an average: 0.11 with coins of its own." in together
    assert text_with(cells, "averages out").startswith("Some noise averages out")


def test_boxes_in_the_notebook(cells):
    objectives = text_with(cells, "After this chapter you can")
    assert objectives.startswith("> **After this chapter you can**\n>\n> - Double a number")
    assert "small. (Exercise 7.1)" in objectives
    assert "the written question" in (objectives)
    assert "**It takes** about 2½ hours." in objectives
    boxes = text_with(cells, "In PyTorch")
    assert "**In PyTorch**\n\n~~~python\n2 * x\n~~~" in boxes
    assert "> **When would I use this?**\n>\n> Where a number" in boxes
    assert "> **What this does not show**\n>\n> - Three seeds." in boxes


def test_claims_in_the_notebook_are_a_table(cells):
    table = text_with(cells, "What is said |")
    assert (
        "**Table 7.1.** What is said about noise\n\n| What is said | Verdict | Evidence |" in table
    )
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert rows[1].startswith(
        "| Noise averages *out*. | **limited** | Noise of its own falls to 0.11 "
    )
    assert "0.11 \\| shared" in rows[1]
    assert "<br>*Evidence:* measured in Figure 7.1" in rows[1]
    assert table.endswith("\n\n*limited*: holds under the conditions that the evidence names")
    assert "**right** | It is $2x$.<br>*Evidence:* derived in (7.1)" in rows[2]


def test_plotting_code_is_folded_in_the_notebook(cells):
    folded = [cell for cell in cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert [cell.source.splitlines()[1][:13] for cell in folded] == ["ax = lab.axes"]
    assert folded[0].metadata["cellView"] == "form"


def test_torch_is_asked_for_and_installed(cells, texts):
    assert "import dropout_course, torch\n" in text_with(cells, "%pip")
    assert '@main" torch\n' in text_with(cells, "%pip")
    assert "needs **PyTorch**" in text_with(cells, "Run the next cell first")
    registry = json.loads(texts[Path("dropout_course/exercises.json")])
    assert registry["chapters"]["07"]["library"] == "torch"
    assert registry["exercises"]["double"]["hints"] == [
        "Look at (7.1).", "It is 2 · xᵢ, or x/(1/2).", "    return ...",
    ]  # fmt: skip


def test_the_rubric_is_for_graders(cells, texts):
    rubric = texts[Path("autograder/rubrics/07-noise.md")]
    assert "## ch07-why (5 points)\n\nWhy is twice a number not the number?\n\n### Rubric" in rubric
    assert "- **3 points**: because two is not one, (7.1)" in rubric
    assert not any("two is not one" in cell.source for cell in cells)


def test_rubrics_lie_beside_the_course_and_not_in_what_is_released(tmp_path, texts):
    home, course = tmp_path / "home", tmp_path / "course"
    course.mkdir()
    assert lay_out_rubrics(home, course) == []
    for path, text in texts.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text, "utf-8")
    (copy,) = lay_out_rubrics(home, course)
    assert copy == course / "rubrics/07-noise.md"
    assert "two is not one" in copy.read_text("utf-8")
    assert not (course / "source").exists()


def test_numpy_is_the_default(root):
    path = root / PAGE
    path.write_text(path.read_text("utf-8").replace("  library: torch\n", ""), "utf-8")
    made = render_all(root)
    registry = json.loads(made[Path("dropout_course/exercises.json")])
    assert registry["chapters"]["07"]["library"] == "numpy"
    assert "torch" not in made[Path("notebooks/07-noise.ipynb")].replace("pytorch", "")


# file, text, its replacement, the line of the problem by what stands in it ("" is the top), message
BROKEN = [
    # front matter
    (PAGE, "library: torch", "library: jax", "", "`library: jax`: write numpy or torch"),
    (PAGE, "form: 2", "form: 3", "", "`form: 3`: write 1 or 2"),
    (PAGE, "form: 2", "forms: 2", "", "has `form:` and `library:`"),
    # boxes
    (PAGE, ":::{opening}", ":::{note}", "", "no box {opening}"),
    (PAGE, ":::{limits}", ":::{note}", "", "no box {limits}"),
    (PAGE, ":::{when-to-use}", ":::{limits}", ":::{limits}\n- Three", "a second box {limits}"),
    (PAGE, "# Noise\n", "# Noise\n\n:::{note}\nA.\n:::\n", ":::{note}", "the question comes first"),
    (PAGE, " {assessed}`double`", "", "- Double", "an objective that nothing assesses"),
    (PAGE, "`double, ch07-why`", "`treble`", "- Say why", "no exercise `treble` in this"),
    (PAGE, ":minutes: 150\n", "", ":::{objectives}", "no time: add `:minutes: 120`"),
    (PAGE, ":needs: means and variances ({cite:t}`two2013`)\n", "", ":::{objectives}", "no prereq"),
    (PAGE, "{claims} What is said about noise", "{claims}", ":::{claims}", "without a title"),
    (PAGE, ":name: tab-claims-noise", ":only: S9", ":::{claims}", "no claim S9 in this chapter's"),
    (PAGE, "# Noise\n", "# Noise\n\nWords.\n", "Words.", "the question comes first"),
    (PAGE, "## The idea", "## The {measured}`ch07.count:d`", "## The", "a heading holds no"),
    # evidence
    (PAGE, ":tags: [evidence]", ":tags: [demo]", 'lab.record("ch07.noise"', "lab.record stands in"),
    (PAGE, '("Two lines"', '("Three lines"', 'm("Three', "does not say “Three lines”"),
    (PAGE, '("Two lines"', '(f"{own}"', "lab.claim(f", "is a text in quotes"),
    (PAGE, '"ch07.count"', '"ch08.count"', "ch08", "`ch08.count` is no name of a quantity"),
    (PAGE, '"ch07.count"', '"ch07.gain"', "own.size", "ch07.gain is recorded twice (line 37)"),
    (PAGE, '"ch07.count"', '"ch07.number"', "own.size", "no claim uses ch07.number"),
    (PAGE, "`ch07.gain:+.2f`", "`ch07.gane:+.2f`", "gane", "no cell records ch07.gane ("),
    (PAGE, "`ch07.gain:+.2f`", "`ch07.gain`", "`ch07.gain`", "no format after a colon"),
    (PAGE, "`ch07.gain:+.2f`", "`ch07.gain:+.3f`", ".3f", "no stored number for {measured}"),
    # cells, question
    (PAGE, "demo, hide-input]", "demo]", "```{code-cell} ipython3\n:tags: [demo]", "plotting code"),
    (PAGE, "```{rubric}\n", "```{note}\n", ":::{written}", "no rubric"),
    (PAGE, "**3 points**", "**4 points**", "**4 points**", "the rubric gives 6 points"),
    # stubs
    (SOLUTIONS, "Any shape", "Any $n$", "Any $n$", "the stub shows `$` raw"),
    (SOLUTIONS, "twice the", r"\alpha times the", "alpha", r"the stub shows `\alpha` raw"),
    (SOLUTIONS, "Any shape", "See :func:`f`", "See", "the stub shows `:func:`` raw"),
    # claims
    (CLAIMS, "at: sec:idea", "at: sec:x", "- ids: [S1", "sec:x` is no label of book/07-noise.md"),
    (CLAIMS, "see: fig-noise", "see: fig-x", "- measured", "no label `fig-x`"),
    (CLAIMS, "cited: two2013", "cited: nobody", "- cited", "no entry `nobody` in book/ref"),
    (CLAIMS, "derived: eq:double", "derived: eq:x", "- derived", "no label `eq:x`"),
    (CLAIMS, "derived: eq:double", "shown: fig-noise", "- shown", "no condition: this chapter rec"),
    (CLAIMS, "[S3]", "[S1]", "- ids: [S1]", "S1 stands in two rows"),
    (CLAIMS, "ch07.count == 3", "ch07.counts == 3", "- measured", "no cell records ch07.counts"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "at", "message"), BROKEN)
def test_a_broken_rule_says_file_line_and_what_to_do(root, name, old, new, at, message):
    path = root / name
    text = path.read_text("utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
    with pytest.raises(SourceErrors) as stopped:
        render_all(root)
    found = [(p.path, p.line) for p in stopped.value.problems if message in p.message]
    assert at in text
    assert found[:1] == [(name, text[: text.index(at)].count("\n") + 1)], stopped.value


def test_a_claim_in_no_table_is_found(root):
    path = root / PAGE
    text = path.read_text("utf-8")
    path.write_text(text.replace(":name: tab-claims-noise", ":only: S1"), "utf-8")
    with pytest.raises(SourceErrors, match=r"ch07\.yml:14: S3 is in no table of its chapter"):
        render_all(root)


def test_a_chapter_of_the_first_form_keeps_its_freedom(root):
    path = root / PAGE
    text = path.read_text("utf-8").replace("  form: 2\n", "")
    start, end = text.index("```{rubric}"), text.rindex("```\n:::")
    text = text[:start] + text[end + 4 :]
    path.write_text(text.replace(":tags: [demo, hide-input]", ":tags: [demo]"), "utf-8")
    made = render_all(root)
    assert Path("autograder/rubrics/07-noise.md") not in made
    assert "source_hidden" not in made[Path("notebooks/07-noise.ipynb")]


def test_time_in_words():
    shown = [time_needed(minutes) for minutes in ("45", "90", "120", "150")]
    assert shown == ["about 45 minutes", "about 1½ hours", "about 2 hours", "about 2½ hours"]


def test_sentences_are_found_across_lines_and_emphasis():
    text = 'a\nb *falls*\nbelow c\n\nlab.claim("b falls below c", x)\nlab.claim("only here", y)\n'
    assert squeezed("b *falls*\n  below") == "b falls below"
    assert line_of("b falls below", text) == 2
    assert line_of("only here", text) == 6
    assert line_of("nowhere", text) == 1
