"""Rubrics of the written questions, laid beside the course for those who grade by hand.

They must never lie below nbgrader's `source/`: it releases every file in there to the students.
"""

from __future__ import annotations

import shutil
from pathlib import Path


def lay_out_rubrics(home: Path, course: Path) -> list[Path]:
    """Copy the rubrics of a checkout into `rubrics/` of nbgrader's course folder.

    Parameters
    ----------
    home : Path
        The checkout.
    course : Path
        nbgrader's course folder, which JupyterLab shows beside Formgrader.

    Returns
    -------
    list of Path
        The copies.
    """
    copies = []
    for path in sorted((home / "autograder" / "rubrics").glob("*.md")):
        copy = course / "rubrics" / path.name
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, copy)
        copies.append(copy)
    return copies
