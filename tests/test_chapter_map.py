"""The index says what is there: every chapter of the table of contents, and nothing else."""

from __future__ import annotations

import re

import yaml

CHAPTER = re.compile(r"(\d\d)-[a-z0-9-]+")


def lines_of_the_map(root):
    text = (root / "book/index.md").read_text("utf-8")
    body = text[text.index("```{chapter-map}\n") :].split("\n```", 1)[0]
    return re.findall(r"^(\d\d): (.+)$", body, re.M)


def test_every_chapter_says_what_it_finds_out(root):
    toc = yaml.safe_load((root / "book/_toc.yml").read_text("utf-8"))
    files = [one["file"] for part in toc["parts"] for one in part["chapters"]]
    chapters = [found[1] for file in files if (found := CHAPTER.fullmatch(file))]
    assert chapters == sorted(chapters)
    lines = dict(lines_of_the_map(root))
    assert set(chapters) <= set(lines)
    assert len(lines) == len(lines_of_the_map(root))


def test_nothing_is_in_preparation(root):
    for path in [root / "README.md", *(root / "book").glob("*.md")]:
        text = path.read_text("utf-8").lower()
        for word in ("in preparation", "coming soon", "chapters so far", "are planned"):
            assert word not in text, path


def test_the_reference_part_leads_to_the_three_pages(root):
    index = (root / "book/index.md").read_text("utf-8")
    for page in ("claims", "mistakes", "peers"):
        assert (root / f"book/{page}.md").exists()
        assert f"{{doc}}`{page}`" in index or f"<{page}>`" in index
        assert f"book/{page}.md" in (root / "README.md").read_text("utf-8")
