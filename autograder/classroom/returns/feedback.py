"""Release feedback under every name by which a student's nbgrader may look for it."""

from __future__ import annotations

import os
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash

from autograder.classroom.folder.files import entries, read_regular

SECRET = "submission_secret.txt"


class ReleaseFeedback(ExchangeReleaseFeedback):
    """nbgrader's release of feedback, also for who handed in the notebook under another name.

    `nbgrader fetch_feedback` looks for a file whose name is a hash of the submission's secret and
    of the name of the notebook *as it was handed in*; stock nbgrader releases one hash, that of
    the name that the notebook should have had. And it ends at the first submission that came
    without a secret, by another way than the exchange, so that nobody after it gets any.
    """

    def copy_files(self) -> None:
        """Release the feedback of all who are chosen."""
        excluded = set(self.coursedir.student_id_exclude.split(","))
        for page in sorted(Path("/").glob(f"{self.src_path}/*.html".lstrip("/"))):
            student = page.parent.parent.name
            if student in excluded:
                continue
            assignment = self.coursedir.assignment_id
            where = self.coursedir.submitted_directory
            submitted = Path(self.coursedir.format_path(where, student, assignment))
            names = {page.stem, *handed_in_names(submitted)}
            try:
                secret = read_regular(page.parent / SECRET, 10_000).decode()
            except (OSError, UnicodeDecodeError):
                self.log.warning(
                    "%s handed in without nbgrader's exchange, which can't bring the feedback "
                    "back: give them %s yourself",
                    student,
                    page,
                )
                continue
            for name in sorted(names):
                self._put(page, notebook_hash(secret=secret, notebook_id=name))
            self.log.info("Feedback for %s is released (%d names)", student, len(names))

    def _put(self, page: Path, name: str) -> None:
        """Put a page in its place at once: somebody may fetch it now."""
        target = Path(self.dest_path) / f"{name}.html"
        new = target.with_name(f"{name}-tmp.html")
        new.write_bytes(page.read_bytes())
        os.chmod(new, 0o644)
        new.replace(target)


def handed_in_names(submitted: Path) -> set[str]:
    """Give the names, without their ending, by which feedback on a folder may be looked for."""
    names = {submitted.name}
    for entry in entries(submitted):
        if entry.name.endswith(".ipynb") and "/" not in entry.name:
            try:
                entry.name.encode()
            except UnicodeEncodeError:  # no hash can be made of it, there or here
                continue
            names.add(entry.name.removesuffix(".ipynb"))
    return names
