"""How long chapters are, and that the terms they use are linked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from autograder.authoring.config import read_site
from autograder.authoring.prose import MOST_WORDS, count_words, first_uses, passages
from autograder.authoring.scan import scan
from autograder.authoring.source import chapter_paths, read_chapter

ROOT = Path(__file__).parents[1]
every_chapter = pytest.mark.parametrize("path", chapter_paths(ROOT), ids=lambda path: path.stem)
read = cache(lambda path: read_chapter(path)[0])
PAGE = """---
kernelspec: {name: python3, display_name: Python 3}
---

# Title

:::{opening}
Two words.
:::

A {term}`mask` and a mask of size $n + 1$, see {doc}`02-x`.
Dropout layers have masks.

| a | table |
|--|--|
| not | counted |

$$
a = b
$$

:::{limits}
- **One.** A thinned
  network.
:::

```{code-cell} ipython3
:tags: [evidence]

lab.claim("Dropout layers have masks", True)
```

:::{quiz} q-x
Not counted?

- [x] no
:::

## Further reading

- Not counted.
"""


@pytest.fixture
def chapter(tmp_path):
    path = tmp_path / "01-short.md"
    path.write_text(PAGE, "utf-8")
    return read_chapter(path)[0]


def test_running_text_leaves_out_what_is_not_read_from_top_to_bottom(chapter):
    assert [(one.box, one.text.source.split("\n")[0]) for one in passages(chapter)] == [
        ("opening", "Two words."),
        ("", "A {term}`mask` and a mask of size $n + 1$, see {doc}`02-x`."),
        ("limits", "**One.** A thinned"),
    ]
    assert count_words(chapter) == 2 + 10 + 4 + 4


def test_first_uses_name_the_line_and_skip_what_a_condition_quotes(chapter):
    uses = first_uses(chapter, ["mask", "dropout", "thinned network"])
    assert [(use.term, use.linked, use.place.line) for use in uses] == [
        ("mask", True, 11),
        ("thinned network", False, 23),
    ]


@every_chapter
def test_a_chapter_is_short_enough_to_be_read(path):
    assert count_words(read(path)) <= MOST_WORDS


@pytest.fixture(scope="module")
def terms():
    return list(scan(ROOT, read_site(ROOT)).terms)


@every_chapter
def test_terms_of_the_glossary_are_linked_where_a_chapter_first_uses_them(path, terms):
    assert [
        f"{use.place.path}:{use.place.line}: link {{term}}`{use.words}`"
        for use in first_uses(read(path), terms)
        if not use.linked
    ] == []
