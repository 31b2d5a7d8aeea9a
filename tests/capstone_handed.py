"""A capstone that is handed in, and the command that grades it."""

from __future__ import annotations

from typer.testing import CliRunner


def written(folder, files):
    (folder / "dropnet").mkdir(parents=True)
    for name, text in files.items():
        (folder / "dropnet" / name).write_text(text, "utf-8")
    return folder


def run_grade(monkeypatch, start, *arguments):
    from autograder.capstone.commands import app
    from autograder.referee import sandboxes

    monkeypatch.setattr(sandboxes, "starter", lambda *given: start)
    monkeypatch.setenv("AUTOGRADER_KEY", "a key of tests")
    return CliRunner().invoke(app, ["grade", *map(str, arguments)])
