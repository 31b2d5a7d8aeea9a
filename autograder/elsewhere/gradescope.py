"""A Gradescope autograder: the zip to upload, and what runs in Gradescope's container.

Gradescope runs ``setup.sh`` once, and ``run_autograder`` for each submission, which finds it in
``/autograder/submission`` and writes ``/autograder/results/results.json``.
"""

from __future__ import annotations

import argparse
import json
import zipfile
from pathlib import Path
from typing import Any

from autograder.classroom.folder.coursedir import CourseError
from autograder.classroom.running.journal import REPOSITORY
from autograder.elsewhere.bundle import requirements, source_files
from autograder.elsewhere.grading import Outcome, grade_folder
from autograder.referee.inputs import KEY_FILE, course_key
from autograder.referee.results import ExerciseResult

BASE = "/autograder"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the same course makes the same zip
SETUP = """#!/usr/bin/env bash
# Run once by Gradescope, when the image of the autograder is built.
set -euo pipefail
BASE="${GRADESCOPE_BASE:-/autograder}"
PYTHON="${PYTHON:-python3}"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Choose a base image with Python 3.11 or newer (Ubuntu 24.04)." >&2; exit 1; }
"$PYTHON" -m venv "$BASE/environment"
"$BASE/environment/bin/python" -m pip install --quiet --constraint \\
    "$BASE/source/requirements.lock" --requirement "$BASE/source/requirements.txt"
chmod -R go-rwx "$BASE/source"
"""
RUN = """#!/usr/bin/env bash
# Run by Gradescope for each submission. Whatever happens, results.json says what.
BASE="${GRADESCOPE_BASE:-/autograder}"
PYTHON="${PYTHON:-$BASE/environment/bin/python}"
cd "$BASE/source"
PYTHONPATH="$BASE/source" DROPOUT_COURSE_ROOT="$BASE/source" "$PYTHON" -P -m \\
    autograder.elsewhere.gradescope --base "$BASE" --assignment %(assignment)s%(unsafe)s
mkdir -p "$BASE/results"
[ -s "$BASE/results/results.json" ] || cat > "$BASE/results/results.json" <<'END'
{"output": "The autograder did not start; that is not your mistake. Tell your instructor."}
END
"""


def make_zip(root: Path, assignment: str, to: Path, *, unsafe: bool = False) -> Path:
    """Write the zip that an instructor uploads as the autograder of an assignment.

    It holds hidden laws, references and the course's key: give it to nobody else.

    Raises
    ------
    CourseError
        It can't be written.
    """
    key = course_key(root)
    files = dict(source_files(root, assignment, REPOSITORY))
    lock = files["requirements.lock"].decode()
    files["requirements.txt"] = "".join(f"{p}\n" for p in requirements(assignment, lock)).encode()
    files[KEY_FILE.as_posix()] = key + b"\n"
    run = RUN % {"assignment": assignment, "unsafe": " --unsafe" if unsafe else ""}
    files |= {"setup.sh": SETUP.encode(), "run_autograder": run.encode()}
    new = to.parent / f"{to.name}.new"  # not with_name: "." has no name
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        new.touch(mode=0o600)
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(files):
                info = zipfile.ZipInfo(name, EARLIEST)
                mode = 0o755 if name in ("setup.sh", "run_autograder") else 0o644
                info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
                archive.writestr(info, files[name])
        new.replace(to)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise CourseError(
            f"{to} could not be written ({error.strerror or error}). Make room or name another "
            "place with --to, then run the same command again."
        ) from error
    return to


def results(outcome: Outcome) -> dict[str, Any]:
    """Give what Gradescope shows: points by exercise, and every law; hidden ones to staff alone."""
    text = "\n".join([*outcome.problems, *outcome.notes])
    made: dict[str, Any] = {"output": text, "stdout_visibility": "hidden", "tests": []}
    if outcome.failure:
        # no score: a failure of ours is nobody's zero, and Gradescope shows that it failed
        sentence = "The autograder failed on this submission; that is not your mistake."
        made["output"] = f"{sentence} Your instructor sees why.\n{text}".strip()
        made["tests"] = [
            {"name": "The autograder failed", "output": outcome.failure, "visibility": "hidden"}
        ]
        return made
    result = outcome.result
    made["score"] = result.score if result else 0.0
    for exercise in result.exercises if result else ():
        label = outcome.labels.get(exercise.id, exercise.id)
        made["tests"] += _tests(exercise, label)
    return made


def _tests(exercise: ExerciseResult, label: str) -> list[dict[str, Any]]:
    head = {
        "name": exercise.message.partition(":")[0].strip() or exercise.id,
        "number": label,
        "score": exercise.score,
        "max_score": exercise.max_score,
        "status": "passed" if exercise.passed else "failed",
        "output": exercise.message,
        "visibility": "visible",
    }
    laws = [
        {
            "name": check.name,
            "number": f"{label}.{at}",
            "status": "passed" if check.passed else "failed",
            "output": check.message,
            "visibility": "visible" if check.visible else "hidden",
        }
        for at, check in enumerate(exercise.laws, 1)
    ]
    return [head, *laws]


def student_of(base: Path) -> str:
    """Say who handed in, by what Gradescope writes beside a submission; "" if it does not."""
    try:
        found = json.loads((base / "submission_metadata.json").read_bytes())
        return str(found["users"][0]["id"])
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return ""


def main(arguments: list[str] | None = None) -> int:
    """Grade the submission in Gradescope's container; 0 if there are results."""
    parser = argparse.ArgumentParser(prog="run_autograder")
    parser.add_argument("--base", type=Path, default=Path(BASE))
    parser.add_argument("--assignment", required=True)
    parser.add_argument("--unsafe", action="store_true")
    chosen = parser.parse_args(arguments)
    base, level = chosen.base, "unsafe" if chosen.unsafe else "auto"
    outcome = grade_folder(
        base / "source", chosen.assignment, base / "submission", student_of(base), level
    )
    target = base / "results" / "results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results(outcome), indent=1)
    target.write_text(text + "\n", "utf-8", "replace")
    return int(bool(outcome.failure))


if __name__ == "__main__":
    raise SystemExit(main())
