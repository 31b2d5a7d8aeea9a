"""What there is: exercises with their laws and known mistakes."""

from __future__ import annotations

from typing import Any

from autograder.referee.grade import laws_of
from dropout_course import course, exercises


def listing() -> list[dict[str, Any]]:
    """Give one entry an exercise, in the order of the course."""
    entries = []
    for exercise in course.exercises().values():
        laws = laws_of(exercise)
        hidden = sum(law.hidden for law in laws)
        mistakes = [mistake.id for mistake in exercises.bank(exercise).mistakes]
        entries.append(
            {
                "id": exercise.id,
                "assignment": exercise.stem,
                "chapter": exercise.chapter,
                "number": exercise.number,
                "title": exercise.title,
                "points": exercise.points,
                "names": list(exercise.names),
                "laws": {"visible": len(laws) - hidden, "hidden": hidden},
                "mistakes": mistakes,
            }
        )
    return entries
