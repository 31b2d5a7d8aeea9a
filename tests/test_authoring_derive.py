"""The derived notebook, and the registry."""

from __future__ import annotations

import base64
import json
import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.build import render_all
from autograder.authoring.derive import release_of

FIXTURE = Path(__file__).parent / "fixtures" / "authoring"
NOTEBOOK = Path("notebooks/03-forward.ipynb")
REGISTRY = Path("dropout_course/exercises.json")


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(FIXTURE, tmp_path / "course"))


@pytest.fixture(scope="module")
def texts():
    return render_all(FIXTURE)


@pytest.fixture(scope="module")
def notebook(texts):
    return nbformat.reads(texts[NOTEBOOK], as_version=4)


def cell(notebook, key):
    return next(cell for cell in notebook.cells if cell.id == key)


def mark(notebook, key):
    return cell(notebook, key).metadata["nbgrader"]


def test_it_begins_with_title_and_setup(notebook):
    assert [c.id for c in notebook.cells[:3]] == ["title", "setup-text", "setup"]
    title, _, setup, own = notebook.cells[:4]
    assert title.source.startswith("# 3. The forward pass\n\n[Read this chapter online](https://")
    assert '"dropout-course[data] @ git+https://github.com/people/course@main"' in setup.source
    assert setup.source.endswith("\nfrom dropout_course import check")
    assert own.source == "import numpy as np\n\nRATE = 0.5"
    for c in (setup, own):
        assert c.metadata["tags"] == ["setup"]
        assert c.metadata["nbgrader"]["locked"]


def test_an_exercise_is_text_stub_and_check(notebook):
    ids = [c.id for c in notebook.cells]
    at = ids.index("scale-text")
    assert ids[at : at + 3] == ["scale-text", "scale", "scale-check"]
    text, stub, check = notebook.cells[at : at + 3]
    assert text.source.startswith("### Exercise 3.1 · The scale\n\n*4 points*\n\nWrite `scale`")
    assert re.findall("<summary>(.*)</summary>", text.source) == [
        "Hint 1 of 3",
        "Hint 2 of 3",
        "Hint 3 of 3",
    ]
    assert stub.source.startswith("DEFAULT_RATE: float = 0.5\nEPS = 1e-8\n\n\ndef scale(")
    assert stub.source.endswith("    # YOUR CODE HERE\n    raise NotImplementedError")
    assert check.source == 'check("scale")'


def test_nbgrader_knows_what_each_cell_is(notebook):
    common = {"schema_version": 3, "task": False}
    solution = {"grade": False, "solution": True, "locked": False, "grade_id": "scale"}
    check = {"grade": True, "solution": False, "locked": True, "grade_id": "scale-check"}
    why = {"grade": True, "solution": True, "locked": False, "grade_id": "ch03-why"}
    assert mark(notebook, "scale") == common | solution
    assert mark(notebook, "scale-check") == common | check | {"points": 4}
    assert mark(notebook, "ch03-why") == common | why | {"points": 5}
    assert mark(notebook, "ch03-why-text")["locked"]
    assert cell(notebook, "ch03-why").cell_type == "markdown"


def test_the_written_question_says_what_it_is_worth(notebook):
    text = cell(notebook, "ch03-why-text").source
    assert "Graded by hand: 5 points." in text


def test_demonstrations_are_locked_and_figures_keep_their_captions(notebook):
    demos = [i for i, c in enumerate(notebook.cells) if c.metadata.get("tags") == ["demo"]]
    assert len(demos) == 3  # two of the source's, and the last look at the chapter
    assert demos[-1] == len(notebook.cells) - 1
    assert notebook.cells[-1].source == 'check("03")'
    assert all(notebook.cells[i].metadata["nbgrader"]["locked"] for i in demos)
    caption = notebook.cells[demos[0] + 1].source
    assert caption.startswith("**Figure 3.3.** The scale, as in (3.1)")


def test_no_reference_and_no_raw_myst_is_left(texts):
    for path, text in texts.items():
        assert "solution:" not in text, path
        assert "from solutions" not in text
        assert ":::" not in text
        assert not re.search(r"\{(ref|eq|numref|doc|term|cite[:\w]*)\}`(?!not-a-role)", text)


def test_images_are_where_colab_shows_them(notebook):
    """Colab shows no attachments; a picture is in the text, for every program."""
    assert [c for c in notebook.cells if "attachments" in c or "attachment:" in c.source] == []
    shown = re.findall(
        r"!\[[^\]]+\]\(data:image/png;base64,([^)]+)\)", "\n".join(c.source for c in notebook.cells)
    )
    images = FIXTURE / "notebooks/images"
    assert [base64.b64decode(one) for one in shown] == [
        (images / name).read_bytes() for name in ("net.png", "dropout-network.png")
    ]


def test_the_setup_installs_in_colab_and_elsewhere_says_how(notebook, monkeypatch):
    asked = []
    source = notebook.cells[2].source
    line = next(one for one in source.splitlines() if one.strip().startswith("%pip"))
    code = source.replace(line.strip(), "asked.append(1)")
    code = code.replace("import dropout_course\n", "import no_such_course as dropout_course\n")
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    with pytest.raises(ImportError, match=r"no_such_course is missing\. Run in a cell") as refused:
        exec(code, {"asked": asked})
    assert line.strip().replace("%pip install --quiet", "%pip install") in str(refused.value)
    assert asked == []
    monkeypatch.setitem(sys.modules, "google.colab", object())
    exec(code, {"asked": asked})
    assert asked == [1]


def test_the_figure_without_javascript_is_numbered_and_leads_online(notebook):
    holder = next(c for c in notebook.cells if "Drop units yourself." in c.source)
    assert "**Figure 3.2.** Drop units yourself." in holder.source
    assert "(https://example.org/book/03-forward.html#fig-network)" in holder.source


def test_a_quiz_is_readable_with_its_answer_folded(notebook):
    text = next(c.source for c in notebook.cells if "Question 1 of 2" in c.source)
    assert "- **A.** dropped\n- **B.** kept\n\n<details>\n<summary>Answer</summary>" in text
    assert "- **B** is right. Yes.\n\n</details>" in text
    assert "**Question 2 of 2 (several answers are right).** Which are linear?" in text


def test_what_the_notebook_has_is_not_linked_elsewhere(notebook):
    texts = {c.id: c.source for c in notebook.cells if c.cell_type == "markdown"}
    references = texts.pop("references")
    away = [one for text in texts.values() for one in re.findall(r"\]\((https://[^)]+)\)", text)]
    here = [one for one in away if "/03-forward.html#" in one]
    assert [one for one in here if "#fig-network" not in one] == []  # which plays on the page alone
    assert references.startswith("## References\n\n- ")
    assert (
        "Nitish Srivastava, Geoffrey Hinton, and Alex Krizhevsky. A paper by three." in references
    )


def test_ids_are_unique_and_independent_of_the_text_of_an_exercise(notebook, root):
    ids = [c.id for c in notebook.cells]
    assert len(ids) == len(set(ids))
    source = root / "book/03-forward.md"
    source.write_text(source.read_text().replace("Write `scale`, so", "Write it, so"))
    other = nbformat.reads(render_all(root)[NOTEBOOK], as_version=4)
    assert [c.id for c in other.cells] == ids


def test_the_release_changes_with_the_exercises_alone(notebook, root):
    before = notebook.metadata["dropout_course"]
    assert before == {"chapter": "03-forward", "release": release_of(notebook.cells)}
    assert re.fullmatch("[0-9a-f]{12}", before["release"])

    def after(name, old, new):
        path = root / name
        path.write_text(path.read_text().replace(old, new, 1))
        text = render_all(root)[NOTEBOOK]
        return nbformat.reads(text, as_version=4).metadata["dropout_course"]["release"]

    assert after("book/03-forward.md", "The scale grows", "It grows") == before["release"]
    changed = after("solutions/ch03_forward.py", "Zero what", "Drop what")
    assert changed != before["release"]
    assert after("book/03-forward.md", "RATE = 0.5", "RATE = 0.4") not in (
        changed,
        before["release"],
    )


def test_the_registry_lists_chapters_and_exercises(texts, notebook):
    text = texts[REGISTRY]
    content = json.loads(text)
    assert text.endswith("}\n")
    assert list(content) == sorted(content)
    assert content["book_url"] == "https://example.org/book/"
    assert content["repository"] == "https://github.com/people/course"
    assert content["chapters"]["03"] == {
        "stem": "03-forward",
        "title": "The forward pass",
        "notebook": "notebooks/03-forward.ipynb",
        "release": notebook.metadata["dropout_course"]["release"],
        "points": 10,
        "library": "numpy",
    }
    layer = content["exercises"]["layer"]
    assert layer.pop("hints")[:2] == ["One.", "Two."]
    assert layer == {
        "chapter": "03",
        "stem": "03-forward",
        "number": "3.2",
        "title": "A layer",
        "points": 6,
        "names": ["Layer", "drop"],
        "parameters": {"drop": ["x", "mask"]},
        "section": "03-forward.html#ex-layer",
    }
