"""A GitHub Classroom workflow: the file for the template repository, and what runs on its runner.

The runner fetches the course beside the student's repository, which never holds hidden laws;
Classroom's own reporter takes the points, as the base64 of JSON in the form that its
``autograding-*`` actions have.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
from pathlib import Path
from typing import Any

import yaml

from autograder.classroom.folder.coursedir import CourseError
from autograder.elsewhere.bundle import requirements
from autograder.elsewhere.grading import Outcome, grade_folder

WORKFLOW = ".github/workflows/classroom.yml"
PYTHON = "3.11"
STEP = "grade"


def workflow(root: Path, assignment: str) -> dict[str, Any]:
    """Give the workflow as data; the course's address is the one in ``_config.yml``."""
    settings = yaml.safe_load((root / "_config.yml").read_text("utf-8"))["repository"]
    repository = str(settings["url"]).removeprefix("https://github.com/").strip("/")
    lock = (root / "requirements.lock").read_text("utf-8")
    packages = " ".join(f'"{name}"' for name in requirements(assignment, lock))
    grade = (
        'PYTHONPATH="$GITHUB_WORKSPACE/.course" DROPOUT_COURSE_ROOT="$GITHUB_WORKSPACE/.course" '
        f"python -P -m autograder.elsewhere.github --assignment {assignment} "
        '--folder "$GITHUB_WORKSPACE/handed-in" --student "$GITHUB_REPOSITORY"'
    )
    steps: list[dict[str, Any]] = [
        {"uses": "actions/checkout@v4", "with": {"path": "handed-in"}},
        {
            "uses": "actions/checkout@v4",
            "with": {
                "repository": repository,
                "ref": str(settings.get("branch", "main")),
                "path": ".course",
            },
        },
        {"uses": "actions/setup-python@v5", "with": {"python-version": PYTHON}},
        {
            "name": "Install what grading needs",
            "run": f"python -m pip install --quiet -c .course/requirements.lock {packages}",
        },
        {
            "name": "Grade the notebook",
            "id": STEP,
            "run": grade,
            "env": {"AUTOGRADER_KEY": "${{ secrets.AUTOGRADER_KEY }}"},
        },
        {
            "name": "Report the points",
            "if": "always()",
            "uses": "classroom-resources/autograding-grading-reporter@v1",
            "env": {f"{STEP.upper()}_RESULTS": f"${{{{ steps.{STEP}.outputs.result }}}}"},
            "with": {"runners": STEP},
        },
    ]
    job = {"runs-on": "ubuntu-latest", "timeout-minutes": 20, "steps": steps}
    return {
        "name": "Autograding",
        "on": ["push", "workflow_dispatch"],
        "permissions": {"checks": "write", "actions": "read", "contents": "read"},
        "jobs": {"run-autograding-tests": job},
    }


def make_repository(root: Path, assignment: str, to: Path) -> list[Path]:
    """Write the workflow and the notebook into the folder of a template repository.

    Raises
    ------
    CourseError
        The folder can't be written, or the course has no address.
    """
    try:
        text = yaml.safe_dump(workflow(root, assignment), sort_keys=False, width=100)
        notebook = root / "notebooks" / f"{assignment}.ipynb"
        files = {to / WORKFLOW: text.encode(), to / notebook.name: notebook.read_bytes()}
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    except (KeyError, TypeError, yaml.YAMLError):
        raise CourseError(
            f"{root / '_config.yml'} names no repository: give it `repository: url:`."
        ) from None
    except OSError as error:
        raise CourseError(
            f"{error.filename or to} could not be used ({error.strerror or error}). "
            "Make room or name another folder with --to, then run the same command again."
        ) from error
    return list(files)


def results(outcome: Outcome) -> dict[str, Any]:
    """Give the points in the form of Classroom's own graders."""
    tests = [
        {
            "name": exercise.message.partition(":")[0].strip() or exercise.id,
            "status": "pass" if exercise.passed else "fail",
            "score": exercise.score,
            "max_score": exercise.max_score,
            "message": exercise.message,
            "line_no": 0,
            "execution_time": f"{exercise.seconds:.2f}s",
        }
        for exercise in (outcome.result.exercises if outcome.result else ())
    ]
    status = "pass" if tests and all(test["status"] == "pass" for test in tests) else "fail"
    if outcome.failure:
        status = "error"
        tests = [{"name": "The autograder failed", "status": "error", "message": outcome.failure}]
    return {"version": 1, "status": status, "max_score": outcome.max_score, "tests": tests}


def main(arguments: list[str] | None = None) -> int:
    """Grade on the runner: words on stdout, points into the step's output; 1 if grading failed."""
    parser = argparse.ArgumentParser(prog="python -m autograder.elsewhere.github")
    parser.add_argument("--assignment", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--student", default="")
    chosen = parser.parse_args(arguments)
    root = Path(os.environ["DROPOUT_COURSE_ROOT"])
    outcome = grade_folder(root, chosen.assignment, chosen.folder, chosen.student)
    for sentence in [*outcome.problems, *outcome.notes]:
        print(f"! {sentence}")
    for exercise in outcome.result.exercises if outcome.result else ():
        print(f"{exercise.message}\n")
    if outcome.failure:
        print(f"The autograder failed; that is not your mistake. {outcome.failure}")
    else:
        score = outcome.result.score if outcome.result else 0.0
        print(f"{score:g} of {outcome.max_score:g} points")
    encoded = base64.b64encode(json.dumps(results(outcome)).encode()).decode()
    if target := os.environ.get("GITHUB_OUTPUT"):
        with open(target, "a", encoding="utf-8") as file:
            file.write(f"result={encoded}\n")
    return int(bool(outcome.failure))


if __name__ == "__main__":
    raise SystemExit(main())
