"""The house keeps its order: arrows, derived files, words, licences."""

from __future__ import annotations

import ast
import functools
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from autograder.sandbox import reach
from dropout_course import course

ROOT = Path(__file__).resolve().parents[1]
OURS = ("dropout_course", "solutions", "autograder", "tests", "bench")


def tracked() -> list[Path]:
    """All files of the checkout that git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


@functools.cache
def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {node.module or ""} | {f"{node.module}.{a.name}" for a in node.names}
    return found


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def reaches(found: set[str], target: str) -> bool:
    return any(name == target or name.startswith(target + ".") for name in found)


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("dropout_course", ("solutions", "autograder", "tests", "bench")),
        ("solutions", ("dropout_course", "autograder", "tests", "bench")),
        ("autograder", ("tests", "bench")),
        ("autograder/sandbox", ("autograder.referee", "autograder.classroom", "solutions")),
        ("autograder/referee", ("autograder.classroom", "autograder.authoring")),
        ("autograder/classroom", ("autograder.cli",)),
    ],
)
def test_arrows_point_one_way(folder, forbidden):
    for path in modules(folder):
        for target in forbidden:
            assert not reaches(imports(path), target), f"{path.relative_to(ROOT)} -> {target}"


def test_what_notebooks_import_needs_numpy_and_matplotlib_alone():
    allowed = {"numpy", "matplotlib", "cycler", "dropout_course"}
    where_there_is_a_notebook = {"IPython", "traitlets", "matplotlib_inline", "sklearn"}
    where_there_is_a_notebook |= {"triton"}  # an optional extra, for those who have a GPU
    standard = __import__("sys").stdlib_module_names
    for path in modules("dropout_course"):
        roots = {name.partition(".")[0] for name in imports(path)} - {"", "__future__"}
        roots -= asked_for(path)
        assert roots <= allowed | where_there_is_a_notebook | set(standard), path.name


def test_references_need_numpy_alone():
    standard = set(__import__("sys").stdlib_module_names) | {"__future__", "numpy", ""}
    for path in modules("solutions"):
        roots = {name.partition(".")[0] for name in imports(path)} - asked_for(path)
        assert roots <= standard, path.name


def asked_for(path: Path) -> set[str]:
    """The library that the chapter of a module asks for.

    Exercises and scenes are loaded where it may be missing: functions import it when they run. A
    reference, or a part of the lab that is for such chapters alone, may do so at once.
    """
    chapters = course.chapters()
    libraries = {course.module_name(c["stem"]): c["library"] for c in chapters.values()}
    library = next((libraries[part] for part in libraries if part in str(path)), "numpy")
    if path.parent.name == "lab":
        of = {chapters[n]["library"] for n, names in reach.LAB.items() if path.stem in names}
        return of if len(of) == 1 else set()
    if path.parent.name == "solutions":
        return {library}
    first = {name for node in ast.parse(path.read_text("utf-8")).body for name in named(node)}
    return set() if library in first else {library}


def named(node: ast.stmt) -> set[str]:
    """The packages that a statement imports itself."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    return {(node.module or "").partition(".")[0]} if isinstance(node, ast.ImportFrom) else set()


def test_a_chapter_has_one_name_everywhere():
    for page in sorted((ROOT / "book").glob("[0-9][0-9]-*.md")):
        module = "ch" + page.stem.replace("-", "_")
        assert (ROOT / "notebooks" / f"{page.stem}.ipynb").is_file()
        if "{exercise}" not in page.read_text("utf-8"):  # the capstone is a folder
            continue
        assert (ROOT / "solutions" / f"{module}.py").is_file()
        for folder in ("dropout_course/exercises", "autograder/hidden", "tests/idioms"):
            assert (ROOT / folder / module).is_dir(), f"{folder}/{module}"


def test_committed_notebooks_hold_no_output():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            assert not cell.get("outputs"), path.name
            assert cell.get("execution_count") is None


def test_nothing_large_is_in_the_checkout():
    large = [p.relative_to(ROOT) for p in tracked() if p.stat().st_size > 600_000]
    assert large == []


def test_the_lock_names_exact_versions_and_no_address():
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        assert re.fullmatch(r"[\w.-]+==[\w.!]+  # Python [\w.,*<>=!~ ]+", line), line


def test_readme_and_contributing_name_what_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text("utf-8")
        assert set(re.findall(r"`?make ([a-z-]+)", text)) - {"alone"} <= targets
        for link in re.findall(r"\]\(([^):]+)\)", text):
            assert (ROOT / link).exists(), f"{name}: {link}"


def test_make_help_lists_every_target():
    text = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = [line for line in told.stdout.splitlines() if line.startswith("  make ")]
    assert phony == {line.split()[1] for line in listed}


def test_workflows_and_containers_call_what_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        jobs = yaml.safe_load(path.read_text())["jobs"]
        commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
        assert commands
        for command in commands:
            program, _, target = command.partition(" ")
            assert target in targets if program == "make" else (ROOT / program).is_file()
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert container["postCreateCommand"] == "make .venv/.ready"
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    lint = (ROOT / "Makefile").read_text()
    for hook in hooks:
        assert hook["entry"].replace(".venv/bin", "$(BIN)") in lint


def test_the_tests_of_a_file_stay_in_one_process(request):
    """Or what they share, a class or the book, is made twice: pytest and its xdist must fit."""
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith("@test_house")
