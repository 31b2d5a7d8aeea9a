"""What is kept between builds of the book, and when it is made again."""

from __future__ import annotations

from autograder.authoring.kept import PLACE, kept


def test_it_is_made_once_until_a_source_changes_or_the_file_is_spoiled(tmp_path):
    made = []

    def make():
        made.append(1)
        return {"times": len(made)}

    def ask():
        return kept(tmp_path, "thing", ["laws/*.py"], make)["times"]

    (tmp_path / "laws").mkdir()
    source = tmp_path / "laws" / "one.py"
    source.write_text("1")
    assert [ask(), ask()] == [1, 1]
    source.write_text("2")
    assert [ask(), ask()] == [2, 2]
    (tmp_path / "laws" / "two.py").touch()
    assert ask() == 3
    source.unlink()
    assert ask() == 4
    for spoiled in ("", "[]", "{}", '{"key": 1, "made": 9}'):
        (tmp_path / PLACE / "thing.json").write_text(spoiled)
        before = len(made)
        assert ask() == before + 1
    assert [path.name for path in (tmp_path / PLACE).iterdir()] == ["thing.json"]
