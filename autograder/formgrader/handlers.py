"""Handlers that take the place of nbgrader's, and do what those do with more care."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.server_extensions.formgrader import apihandlers
from nbgrader.server_extensions.formgrader import handlers as pages
from nbgrader.server_extensions.formgrader.base import check_notebook_dir, check_xsrf
from sqlalchemy.exc import OperationalError
from tornado import web

from autograder.classroom.folder.coursedir import CourseError
from autograder.classroom.folder.lock import holding_at
from autograder.formgrader.points import PointsError, given
from autograder.formgrader.rubrics import Rubric, rubrics

STATIC = Path(__file__).with_name("static")
ACTIONS = {  # what changes the course for longer than a moment, as others are told
    apihandlers.AssignHandler: "assign",
    apihandlers.ReleaseHandler: "release",
    apihandlers.UnReleaseHandler: "unrelease",
    apihandlers.CollectHandler: "collect",
    apihandlers.AutogradeHandler: "autograde",
    apihandlers.GenerateAllFeedbackHandler: "generate feedback",
    apihandlers.GenerateFeedbackHandler: "generate feedback",
    apihandlers.ReleaseAllFeedbackHandler: "release feedback",
    apihandlers.ReleaseFeedbackHandler: "release feedback",
}
BUSY = (
    "Another program writes to the gradebook, so that this is not saved. Wait a moment, then do "
    "it again."
)


class GradeHandler(apihandlers.GradeHandler):
    """Save points that can be; refuse others with a sentence, and change nothing."""

    @web.authenticated
    @check_xsrf
    @check_notebook_dir
    def put(self, grade_id: str) -> None:
        """Save what a person gave for a cell."""
        try:
            grade = self.gradebook.find_grade_by_id(grade_id)
        except MissingEntry:
            raise web.HTTPError(404) from None
        body = self.get_json_body() or {}
        assignment = grade.notebook.assignment.assignment.name
        rubric = _rubrics(self, assignment).get(grade.name)
        beyond = rubric.points if rubric else None
        scores = body.get("manual_score"), body.get("extra_credit")
        try:
            points = given(grade.name, float(grade.max_score), beyond, *scores)
        except PointsError as error:
            _refuse(self, 400, str(error))
            return
        grade.manual_score, grade.extra_credit = points.score, points.extra
        grade.needs_manual_grade = points.score is None and grade.auto_score is None
        if _saved(self):
            self.write(json.dumps(grade.to_dict()))


class CommentHandler(apihandlers.CommentHandler):
    """Save a comment; say so if the gradebook is in use."""

    @web.authenticated
    @check_xsrf
    @check_notebook_dir
    def put(self, grade_id: str) -> None:
        """Save what a person says about a cell."""
        try:
            comment = self.gradebook.find_comment_by_id(grade_id)
        except MissingEntry:
            raise web.HTTPError(404) from None
        text = (self.get_json_body() or {}).get("manual_comment")
        comment.manual_comment = text if isinstance(text, str) and text.strip() else None
        if _saved(self):
            self.write(json.dumps(comment.to_dict()))


class SubmissionHandler(pages.SubmissionHandler):
    """nbgrader's page of a submission, with rubrics and with what a person grades in front."""

    def write(self, chunk: Any) -> None:
        """Add our part to the page."""
        if isinstance(chunk, str) and "</body>" in chunk:
            before, _, after = chunk.rpartition("</body>")
            chunk = f"{before}{self._ours()}</body>{after}"
        super().write(chunk)

    def _ours(self) -> str:
        submission = self.gradebook.find_submission_notebook_by_id(self.path_args[0])
        found = _rubrics(self, submission.assignment.assignment.name)
        static = f"{self.base_url}/formgrader/course"
        return "\n".join(
            [
                f'<link rel="stylesheet" href="{static}/grading.css">',
                *(_rubric_html(name, rubric) for name, rubric in found.items()),
                f'<script src="{static}/grading.js"></script>',
            ]
        )


def _rubric_html(name: str, rubric: Rubric) -> str:
    return (
        f'<aside class="rubric" data-for="{escape(name)}" data-points="{rubric.points:g}">'
        f"<h4>Rubric, {rubric.points:g} points</h4>{rubric.html}</aside>"
    )


def _rubrics(handler: Any, assignment: str) -> dict[str, Rubric]:
    return rubrics(Path(handler.coursedir.root) / "rubrics", assignment)


def _refuse(handler: Any, status: int, sentence: str) -> None:
    handler.set_status(status)
    handler.write(json.dumps({"message": sentence}))


def _saved(handler: Any) -> bool:
    """Commit; if another program holds the gradebook, take all of it back and say so."""
    try:
        handler.gradebook.db.commit()
    except OperationalError:
        handler.gradebook.db.rollback()
        _refuse(handler, 503, BUSY)
        return False
    return True


def _alone(handler: type[Any], doing: str) -> type[Any]:
    """Make a handler whose action holds the course's lock, or says who does."""

    @web.authenticated  # before anything is said about who works on the course
    @check_xsrf
    def post(self: Any, *names: str) -> None:
        state = Path(self.coursedir.root) / ".autograder"
        try:
            with holding_at(state, f"Formgrader: {doing} {' '.join(names)}"):
                handler.post(self, *names)
        except CourseError as error:
            message = str(error).replace("run the same command again", "press the button again")
            self.write(json.dumps({"success": False, "error": message, "log": ""}))

    return type(handler.__name__, (handler,), {"post": post})


def handlers() -> Iterator[tuple[Any, ...]]:
    """Give patterns and handlers, to be put before nbgrader's."""
    yield r"/formgrader/course/(.*)", web.StaticFileHandler, {"path": str(STATIC)}
    yield r"/formgrader/submissions/([^/]+)/?", SubmissionHandler
    yield r"/formgrader/api/grade/([^/]+)", GradeHandler
    yield r"/formgrader/api/comment/([^/]+)", CommentHandler
    for pattern, handler in apihandlers.default_handlers:
        if handler in ACTIONS:
            yield pattern, _alone(handler, ACTIONS[handler])
