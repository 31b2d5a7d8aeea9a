"""The referee: runs a student's notebook elsewhere and judges its answers here.

Check cells are never sent to the student's process. The laws run in this one; the student's names
are called over the wire with plain data, and what comes back is compared here.
"""

from autograder.referee.grade import Config, grade_notebook
from autograder.referee.results import ExerciseResult, LawResult, NotebookResult

__all__ = ["Config", "ExerciseResult", "LawResult", "NotebookResult", "grade_notebook"]
