"""What an exercise costs in lines, what a mistake breaks, and whether it is named."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

from autograder.authoring.rules import Subject
from autograder.root import course_root
from dropout_course import course

# At commit b867731, where an exercise had its lines in seven modules of its chapter: the median of
# what belonged to one (laws, hidden laws, mistakes, other right answers, reference), and the
# mistakes known of 28 exercises.
BEFORE_LINES, BEFORE_MISTAKES = 450, 254 / 28
SLICES = ("dropout_course/exercises", "autograder/hidden", "tests/idioms")


def lines_of(exercise: course.Exercise, root: Path) -> int:
    """Count the lines of an exercise: its three files, its share of the packages, its reference."""
    total = 0.0
    members = len(course.of_chapter(exercise.stem))
    for folder in SLICES:
        package = root / folder / exercise.package
        for path in package.glob("*.py"):
            count = len(path.read_text("utf-8").splitlines())
            if path.stem == exercise.id:
                total += count
            elif path.stem not in course.exercises():
                total += count / members  # what the chapter's exercises share
    source = (root / "solutions" / f"{exercise.package}.py").read_text("utf-8")
    for node in ast.parse(source).body:
        if getattr(node, "name", "") in exercise.names:
            total += (node.end_lineno or 0) - node.lineno + 1
    return round(total)


def run() -> str:
    """Print lines, broken laws and names for every exercise."""
    root = course_root()
    rows, lines, broken, named, mistakes = [], [], [], 0, 0
    for exercise in course.exercises().values():
        subject = Subject(exercise)
        counts = []
        for mistake in subject.bank.mistakes:
            verdict = subject.judge(subject.wrong(mistake), 1, name=True)
            visible = {o.law.name for o in verdict.outcomes if o.finding and not o.law.hidden}
            core = {o.law.name for o in verdict.outcomes if o.law.core}
            counts.append(len(visible - core))
            named += verdict.mistake is not None and verdict.mistake.id == mistake.id
        mistakes += len(counts)
        broken += counts
        lines.append(lines_of(exercise, root))
        cells = [f"{exercise.number} `{exercise.id}`", lines[-1], len(counts)]
        cells += [statistics.median(counts), max(counts)]
        rows.append("| " + " | ".join(str(f"{c:g}" if isinstance(c, float) else c) for c in cells))
    share = [sum(count == n for count in broken) for n in range(max(broken) + 1)]
    return "\n".join(
        [
            "Lines of an exercise: its three files, its share of what the chapter's exercises",
            "share, and its reference. Visible laws that a known mistake breaks besides the core:",
            "median and most over the mistakes of the exercise.",
            "",
            "| exercise | lines | mistakes | laws broken: median | most |",
            "|---|---:|---:|---:|---:|",
            *[row + " |" for row in rows],
            "",
            f"Median of the lines: {statistics.median(lines):g}. Over all {mistakes} mistakes a",
            f"median of {statistics.median(broken):g} visible laws besides the core; "
            + ", ".join(f"{count} mistakes break {n}" for n, count in enumerate(share))
            + ".",
            f"Named for what they are: {named} of {mistakes}.",
            "",
            f"An exercise knows {mistakes / len(lines):.0f} mistakes: "
            f"{statistics.median(lines) * len(lines) / mistakes:.0f} lines for each that is known. "
            f"Before each had a file of its own they were {BEFORE_LINES} lines with "
            f"{BEFORE_MISTAKES:.0f} mistakes, {BEFORE_LINES / BEFORE_MISTAKES:.0f} lines for each.",
        ]
    )
