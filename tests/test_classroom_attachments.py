"""A written answer keeps its pictures, in the graded notebook and on the page of the feedback."""

from __future__ import annotations

import base64
import io
import json

import matplotlib.image
import nbformat
import numpy as np
import pytest
from attacks.notebooks import release_path
from nbconvert.exporters import HTMLExporter

from autograder.classroom.submissions import attachments
from autograder.classroom.submissions.parse import parse
from autograder.classroom.submissions.preprocessors import SafeMarkdown
from autograder.classroom.submissions.rebuild import rebuild

pytestmark = pytest.mark.slow


def png(width=3, height=2):
    sink = io.BytesIO()
    matplotlib.image.imsave(sink, np.zeros((height, width, 3)), format="png")
    return base64.b64encode(sink.getvalue()).decode()


PICTURE = png()


def handed_in(source, pictures, release):
    """Give the written answer of a hand-in, after intake and rebuild."""
    notebook = json.loads(nbformat.writes(release))
    cell = next(c for c in notebook["cells"] if _written(c))
    cell["source"], cell["attachments"] = source, pictures
    parsed, problems = parse(json.dumps(notebook).encode())
    assert problems == []
    rebuilt = rebuild(release, parsed).notebook
    nbformat.validate(rebuilt)
    return next(c for c in rebuilt.cells if _written(c)), rebuilt


def _written(cell):
    marks = cell["metadata"].get("nbgrader", {})
    return cell["cell_type"] == "markdown" and marks.get("solution")


@pytest.fixture
def release():
    return nbformat.read(release_path(), 4)


def page(notebook):
    exporter = HTMLExporter(template_name="classic", preprocessors=[SafeMarkdown])
    return exporter.from_notebook_node(notebook)[0]


@pytest.mark.parametrize("name", ["image.png", "a1b2-c3d4.png", "my%20plot.png", "Figure_1"])
def test_a_picture_comes_through_to_the_page(release, name):
    text = f"As the plot shows:\n\n![the plot](attachment:{name})\n"
    cell, notebook = handed_in(text, {name: {"image/png": PICTURE}}, release)
    assert cell.source == text
    assert cell.attachments == {name: {"image/png": PICTURE}}
    assert f'src="data:image/png;base64,{PICTURE}"' in page(notebook)


def test_what_a_picture_can_not_be_is_left_out(release):
    svg = base64.b64encode(b"<svg onload='pwn()'/>").decode()
    bad = {
        "a.png": {"image/png": svg},
        "b.svg": {"image/svg+xml": svg},
        "c.html": {"text/html": "<script>pwn</script>"},
        'd".png': {"image/png": PICTURE},
        "e.png": {"image/png": "x" * 2_000_000},
        "f.png": {"image/png": [PICTURE]},
        "g.png": PICTURE,
        "h.png": {"image/png": f'{PICTURE}" onerror="pwn()'},
    }
    text = "".join(f"![x](attachment:{name})\n" for name in bad)
    cell, notebook = handed_in(text, bad, release)
    assert "attachments" not in cell
    made = page(notebook)
    assert "onerror=" not in made
    assert "<svg onload" not in made


def test_other_pictures_are_links_as_before(release):
    text = "![x](https://pwn.example/x.png) ![y](attachment:a.png) ![z](attachment:b.png)"
    _, notebook = handed_in(text, {"a.png": {"image/png": PICTURE}}, release)
    made = page(notebook)
    assert 'src="https://pwn' not in made
    assert made.count("base64," + PICTURE) == 1


def test_there_is_an_end_to_how_many_and_how_large(release):
    many = {f"{n}.png": {"image/png": PICTURE} for n in range(50)}
    assert len(attachments.safe_attachments(many)) == attachments.PICTURES
    one = {"image/png": png(2500, 3000)}
    large = {f"{n}.png": dict(one) for n in range(20)}
    kept = attachments.safe_attachments(large)
    pixels = sum(attachments.picture_pixels(data["image/png"]) for data in kept.values())
    assert 0 < pixels <= attachments.ROOM * attachments.PIXELS_A_CHARACTER


@pytest.mark.parametrize("raw", [None, 3, [], "x", {"a": None}, {3: {}}, {"a": {"image/png": 3}}])
def test_nothing_that_stands_there_is_an_error(raw):
    assert attachments.safe_attachments(raw) == {}
