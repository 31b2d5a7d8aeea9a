"""All that grading leaves behind in a course, in a form in which two courses can be compared."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime

from classroom_tiny import STEM
from sqlalchemy import text

from autograder.classroom.folder.coursedir import Course

TABLES = "student", "submitted_assignment", "submitted_notebook", "grade", "comment"


def tables(home):
    """All rows that autograding writes, with names in the place of the ids made at random."""
    with Course(home).gradebook() as gradebook:
        names = dict(gradebook.db.execute(text("select id, name from base_cell")).all())
        names |= dict(gradebook.db.execute(text("select id, name from assignment")).all())
        names |= dict(gradebook.db.execute(text("select id, name from notebook")).all())
        found = {}
        for table in TABLES:
            rows = gradebook.db.execute(text(f"select * from {table}")).mappings().all()
            if table.startswith("submitted"):
                who = "student_id" if table == "submitted_assignment" else "assignment_id"
                names |= {row["id"]: f"{table} of {names.get(row[who], row[who])}" for row in rows}
            plain = [
                {key: names.get(value, _plain(value)) for key, value in row.items()} for row in rows
            ]
            for row in plain if table in ("grade", "comment") else ():
                row.pop("id")
            found[table] = sorted(map(repr, plain))
        return found


def _plain(value):
    """What SQLite keeps, of what a server gives."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return int(value) if isinstance(value, bool) else value


def files(home):
    """Everything below `autograded`, with its mode."""
    course = Course(home)
    graded = course.root / "autograded"
    return {
        str(path.relative_to(graded)): (path.read_text(), path.stat().st_mode)
        for path in graded.rglob("*")
        if path.is_file()
    }


def journalled(home, stem=STEM):
    """The students of the journal's lines on what was done, in order."""
    found = []
    path = Course(home).state / f"{stem}.jsonl"
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        with suppress(ValueError):  # half a line
            entry = json.loads(line)
            if entry["key"]:
                found.append(entry["row"]["student"])
    return found
