"""How nbgrader runs this course: stock nbgrader with our steps in its slots.

Read by every nbgrader command that is started here, by Formgrader, and by `make course`.
The course lives under build/, which git ignores; to teach with it, name two folders below.
"""

import os
import sys
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    GetGrades,
    OverwriteCells,
    OverwriteKernelspec,
)

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))  # works from a checkout that is not installed
# nbgrader starts `alembic` by name
BIN = str(Path(sys.prefix) / "bin")
if BIN not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([BIN, os.environ.get("PATH", os.defpath)])

from autograder.authoring.release import RELEASE_PREPROCESSORS  # noqa: E402
from autograder.classroom.collecting.collect import Collect, before_autograde  # noqa: E402
from autograder.classroom.folder.guard import guard_nbgrader  # noqa: E402
from autograder.classroom.returns.export import CsvExport  # noqa: E402
from autograder.classroom.returns.feedback import ReleaseFeedback  # noqa: E402
from autograder.classroom.returns.returning import FeedbackPage  # noqa: E402
from autograder.classroom.submissions import others  # noqa: E402
from autograder.classroom.submissions.preprocessors import (  # noqa: E402
    Rebuild,
    Referee,
    SafeMarkdown,
    SaveGrades,
    SubmissionExporter,
)

c = get_config()

# Where a class lies: the sample class in a folder that `make clean` removes. Name others for
# yours, outside of the checkout: Path.home() / "dropout-2027", say.
COURSE = ROOT / "build" / "course"
EXCHANGE = ROOT / "build" / "exchange"
COURSE, EXCHANGE = (Path(place).expanduser() for place in (COURSE, EXCHANGE))  # "~" is your home

# One at a time: nbgrader's commands too say who works on the course, and leave it alone.
guard_nbgrader()

# For several graders at once give a PostgreSQL URL.
c.CourseDirectory.course_id = "dropout"
c.CourseDirectory.root = str(COURSE)
c.CourseDirectory.db_url = f"sqlite:///{COURSE / 'gradebook.db'}?timeout=2"
c.Exchange.root = str(EXCHANGE)

# Release: our notebooks are derived with their stubs, so ClearSolutions and the like leave them
# alone, and do their work on an instructor's own assignments.
c.GenerateAssignment.preprocessors = RELEASE_PREPROCESSORS

# Collect: links are not followed, and one bad submission stops none.
c.ExchangeFactory.collect = Collect

# Feedback: found by those too who handed in under another name.
c.ExchangeFactory.release_feedback = ReleaseFeedback

# Autograde: the answers go into the released notebook, and the referee takes Execute's place.
# `autograder autograde` takes the same steps for many submissions at once; if you add a step of
# your own here, it says so and leaves the class to `nbgrader autograde`.
c.Autograde.exporter_class = SubmissionExporter
c.Autograde.pre_convert_hook = before_autograde
c.Autograde.sanitize_preprocessors = [
    others.ClearOutput,  # for assignments of your own, and so are the others of `others`
    others.DeduplicateIds,
    Rebuild,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    Referee,
    others.Execute,
    others.IgnorePattern,
    others.ClearMetadataPreprocessor,
    others.LimitOutput,
    SaveGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.Referee.key_folder = str(ROOT)

# Export: the same table, in which no name is a formula.
c.ExportApp.plugin_class = CsvExport

# Formgrader and feedback show what students wrote, and let none of it act.
c.HTMLExporter.preprocessors = [SafeMarkdown]
c.GenerateFeedback.exporter_class = FeedbackPage
c.GenerateFeedback.preprocessors = [GetGrades, CSSHTMLHeaderPreprocessor]
