"""A chapter of the second form as a page: numbers, verdicts, and what stops the build."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from browser import site  # noqa: F401 - a fixture

from autograder.authoring.arithmetic import arithmetic
from autograder.authoring.book import SHOWN, interesting, moved_numbers, store_numbers

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[1]
FIXTURE = Path(__file__).parent / "fixtures" / "form"
PAGE, CLAIMS = "book/07-noise.md", "book/_data/claims/ch07.yml"
FILES = ("numbering", "exercise", "boxes", "claims", "evidence", "quiz", "network", "live_figures")


def course(folder: Path) -> Path:
    """Copy the fixture with extensions of the book, and what they import."""
    shutil.copytree(FIXTURE, folder)
    (folder / "book/_ext").mkdir()
    for name in FILES:
        shutil.copy(REPOSITORY / f"book/_ext/{name}.py", folder / "book/_ext")
    return folder


def build(folder: Path, solutions: bool = False) -> tuple[int, str]:
    """Build the book with nothing kept but executed cells; return status and output."""
    for part in ("html", ".doctrees", "jupyter_execute", "measured"):
        shutil.rmtree(folder / "out/_build" / part, ignore_errors=True)
    program = "from jupyter_book.cli.main import main; main()"
    options = "build book --config _config.yml --path-output out -W -n --keep-going"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), str(REPOSITORY)]),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "SOLUTIONS": "1" if solutions else "0",
    }
    environment.pop("MPLBACKEND", None)  # figures are what the kernel's own backend draws
    done = subprocess.run(
        [sys.executable, "-c", program, *options.split()],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = course(tmp_path_factory.mktemp("form") / "course")
    status, output = build(folder)
    assert status == 0, output[-4000:]
    assert "Executed notebook" in output
    return folder


@pytest.fixture(scope="module")
def html(built):
    return (built / "out/_build/html/07-noise.html").read_text("utf-8")


@pytest.fixture(scope="module")
def text(html):
    article = html[html.index("<article") : html.index("</article>")]
    return " ".join(unescape(re.sub("<[^>]+>", " ", article)).replace("\xa0", " ").split())


def shown(folder: Path) -> dict[str, str]:
    return json.loads((folder / "out/_build/measured/07-noise.json").read_text("utf-8"))


def test_numbers_stand_in_sentences_captions_alt_texts_and_other_pages(built, html, text):
    assert "noise of one’s own: 1.10 ± 0.06 against 0.11." in text
    assert "That is a gain of +0.99 [+0.75, +1.23], see Figure 7.1" in text
    assert "Noise of an average: 0.11 with coins of its own." in text
    assert 'alt="Two lines. The upper one, at 1.1, stays where it is."' in html
    index = (built / "out/_build/html/index.html").read_text("utf-8")
    assert "Words, and the number 3 of another page." in index


def test_evidence_is_on_no_page(html, text):
    for word in ("lab.record", "lab.claim", "tag_evidence", "papermill", "paired runs"):
        assert word not in text + html


def test_claims_are_a_table_with_verdicts_and_anchors(html, text):
    start = html.index('<table class="claims')
    table = html[start : html.index("</table>", start)]
    assert 'id="tab-claims-noise"' in table
    assert '<span class="caption-number">Table 7.1 </span>' in html
    assert re.findall(r'<tr class="[^"]*" id="([^"]+)">', table) == ["claim-s1", "claim-s3"]
    assert re.findall(r'<abbr class="verdict verdict-(\w+)" title="[^"]+">(\w+)', table) == [
        ("limited", "limited"), ("right", "right"),
    ]  # fmt: skip
    assert 'Measured in <a class="reference internal" href="#fig-noise">' in table
    assert "Noise of its own falls to 0.11 | shared noise does not." in text
    assert "limited : holds under the conditions that the evidence names" in text


def test_boxes_and_their_links(html, text):
    assert "After this chapter you can Double a number" in text
    assert re.search(r'class="assessed"><a [^>]*href="#ex-double"', html)
    assert 'href="#written-ch07-why"' in html
    assert 'id="written-ch07-why"' in html
    assert "It takes about 2½ hours." in text
    for name in ("in-pytorch", "when-to-use", "limits", "objectives"):
        assert html.count(f'class="box {name} admonition') == 1, name
    assert text.index("Which?") < text.index("After this chapter")
    assert "import numpy" not in text
    assert "two is not one" not in text


def test_a_table_of_results(html):
    assert '<th scope="row">shared</th><td>1.10 ± 0.06</td><td>1,234</td>' in html


def test_from_the_cache_come_the_same_numbers_and_the_rubric_is_for_graders(built):
    before = shown(built)
    assert before == json.loads((built / "book/_data/measured/07-noise.json").read_text("utf-8"))
    status, output = build(built, solutions=True)
    assert status == 0, output[-4000:]
    assert "Using cached notebook" in output
    assert shown(built) == before
    page = (built / "out/_build/html/07-noise.html").read_text("utf-8")
    assert "<summary>Rubric</summary>" in page
    assert "two is not one" in page


def test_data_that_bear_no_verdict_stop_the_build(tmp_path):
    root = course(tmp_path / "course")
    page, claims = root / PAGE, root / CLAIMS
    source = page.read_text("utf-8")
    source = source.replace("lab.above(shared, own)", "lab.below(shared, own)")
    source = source.replace("bool(np.all(own < shared))", "bool(np.all(own > shared))")
    source = source.replace("`ch07.gain:[+.2f]`", "`ch07.gain:±.2f`")
    page.write_text(source, "utf-8")
    data = claims.read_text("utf-8").replace("ch07.count == 3", "ch07.count == 4")
    data = data.replace("- derived", '- measured: ch07.noise["mine"] > 0\n    - derived')
    claims.write_text(data, "utf-8")
    status, output = build(root)
    assert status != 0
    line = source[: source.index("*shared* noise is larger")].count("\n") + 1
    for message in (
        f"{PAGE}:{line}: WARNING: the sentence “shared noise is larger than noise of one's own” "
        "does not hold here: a − b = +0.99 [+0.753, +1.227] over 3 paired runs; rewrite it",
        "WARNING: the sentence “Two lines” does not hold here: the condition is false",
        f"{CLAIMS}:10: WARNING: S1: the data do not bear the verdict “limited”: below(",
        "a − b = -0.99 [-1.227, -0.753] over 3 paired runs; ch07.count = 3",
        f"{CLAIMS}:20: WARNING: S3: ch07.noise[mine] was not recorded: choose from ",
        "only runs have a standard error",
    ):
        assert message in output, output[-6000:]


def test_a_report_holds_the_warnings_and_not_the_steps_around_them():
    report = interesting(
        [
            "reading sources... [ 50%] 07-noise",
            "[IPKernelApp] WARNING | Kernel is running over TCP without encryption.",
            "book/07-noise.md: Executed notebook in 2.79 seconds [mystnb]",
            "checking consistency... \x1b[91mbook/07-noise.md:55: WARNING: the sentence “a”\x1b[0m",
            "book/_data/claims/ch07.yml:10: WARNING: S1: the data",
            "done",
            "generating indices... genindex done",
            "build finished with problems, 2 warnings.",
            "=" * 79,
        ]
    )
    assert report.splitlines() == [
        "book/07-noise.md:55: WARNING: the sentence “a”",
        "book/_data/claims/ch07.yml:10: WARNING: S1: the data",
    ]


@pytest.mark.skipif(not arithmetic(), reason="this processor has an arithmetic of its own")
def test_notebooks_show_the_numbers_of_this_book(root, site):  # noqa: F811
    assert moved_numbers(root, root / SHOWN) == []


def test_numbers_are_stored_for_notebooks_and_only_if_they_moved(tmp_path):
    made = tmp_path / "build/book/_build/measured"
    made.mkdir(parents=True)
    (made / "07-noise.json").write_text('{"a": "1"}\n')
    kept = tmp_path / "book/_data/measured"
    kept.mkdir(parents=True)
    (kept / "03-gone.json").write_text("{}\n")
    assert moved_numbers(tmp_path, made) == ["03-gone", "07-noise"]
    assert store_numbers(tmp_path) == ["03-gone", "07-noise"]
    assert [path.name for path in kept.iterdir()] == ["07-noise.json"]
    assert store_numbers(tmp_path) == []
