"""What a platform delivers: whose it may be, and how it is packed."""

from __future__ import annotations

import json
import zipfile

from classroom_tiny import STEM, filled

from autograder.classroom.folder.coursedir import Course

ROSTER = """id,First name,Last name,Email,SIS Login ID,number,canvas
ann,Ann,Ålund,ann@example.org,aalund,1001,4711
bob,Bob,O'Neill,bob@example.org,boneill,1002,4712
cat,Cat,Li,cat@example.org,cli,1003,4713
"""
NOTEBOOK = json.dumps(filled()).encode()
METADATA = """submission_1:
  :submitters:
  - :name: Ann Alund
    :sid: '1001'
    :email: ann@example.org
  :created_at: 2026-03-02 10:00:00.5 +01:00
  :score: 0.0
submission_2:
  :submitters:
  - :name: Somebody Else
    :email: x@example.org
  :created_at: 2026-03-02 10:00:00 Z
"""


def with_roster(home):
    """Give the course in a folder a roster."""
    found = Course(home)
    (found.root / "roster.csv").write_text(ROSTER, "utf-8")
    return found


def packed(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data)
    return path


def files_of(course, student):
    folder = course.folder("submitted", student, STEM)
    return sorted(path.name for path in folder.iterdir())
