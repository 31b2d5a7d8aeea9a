"""The files of a new exercise, with their headings: ``autograder new EXERCISE --chapter NN``."""

from __future__ import annotations

from pathlib import Path

from .model import module_name
from .source import chapter_paths

LAWS = '''"""{id}: say in a line what it is about."""

from __future__ import annotations

from dropout_course.engine.features import rounded
from dropout_course.engine.laws import law
from dropout_course.engine.mistakes import Mistakes, question

# What is true of every right answer ------------------------------------------------------------


@law("What the student reads", weight=3, core=True)
def first_law(student, case):
    case.gives(student.{id}, [])  # ((arguments), right result), smallest example first


# By what a wrong answer is recognised ----------------------------------------------------------


@question("What comes out for a small input?")
def small(student, case):
    return rounded(student.{id}())


# What people write instead ---------------------------------------------------------------------


def form():
    """A right answer as most people write it; each mistake changes one part."""

    def {id}():
        raise NotImplementedError

    return {id}


mistakes = Mistakes({id}=form)
'''
HIDDEN = '''"""Hidden laws of {id}."""

from __future__ import annotations

from dropout_course.exercises.{module} import {id} as visible
from solutions.{module} import {id}


@visible.first_law.against({id}, weight=1)
def first_law(case):
    return []  # calls on other shapes, types, layouts and edge values
'''
IDIOMS = '''"""Right answers to {id} in other styles than the reference."""

from __future__ import annotations

IDIOMS = []  # of dicts {{"{id}": function}}, three at least
'''
STATEMENT = """Write next in book/{stem}.md, where the exercise belongs:

    :::{{exercise}} {id}
    :title: …
    :points: …

    What is to be written; shapes and edge cases.

    ```{{hint}}
    …three of them: a nudge, an idea, one idea short of the answer
    ```
    :::

    ```{{code-cell}} ipython3
    :tags: [reference]
    from solutions.{module} import {id}
    ```

and `{id}` in solutions/{module}.py, with a NumPy-style docstring; then `make notebooks` and
`autograder new --check {id}`."""


SHARED = '"""What the exercises of chapter {chapter} share here."""\n'


class ScaffoldError(ValueError):
    """The exercise can't be begun; the message says what to do."""


def begin(exercise: str, chapter: str, root: Path) -> tuple[list[Path], str]:
    """Write the files of a new exercise that are not there yet.

    Returns
    -------
    list of Path
        What was written.
    str
        What is left to write by hand.

    Raises
    ------
    ScaffoldError
        The id is no name, or there is no such chapter.
    """
    if not exercise.isidentifier() or exercise != exercise.lower():
        raise ScaffoldError(f"{exercise!r} is no id of an exercise: use snake_case")
    stems = {path.stem[:2]: path.stem for path in chapter_paths(root)}
    if chapter not in stems:
        raise ScaffoldError(f"there is no chapter {chapter!r}: choose from {', '.join(stems)}")
    stem = stems[chapter]
    words = {"id": exercise, "module": module_name(stem), "stem": stem}
    texts = {"dropout_course/exercises": LAWS, "autograder/hidden": HIDDEN, "tests/idioms": IDIOMS}
    written = []
    for folder, text in texts.items():
        package = root / folder / words["module"]
        package.mkdir(parents=True, exist_ok=True)
        for path, content in (
            (package / "__init__.py", SHARED.format(chapter=chapter)),
            (package / f"{exercise}.py", text.format(**words)),
        ):
            if not path.exists():
                path.write_text(content, "utf-8")
                written.append(path)
    return written, STATEMENT.format(**words)
