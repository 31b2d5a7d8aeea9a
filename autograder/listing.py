"""What there is: exercises with their checks and known mistakes."""

from __future__ import annotations

from typing import Any

from autograder.referee.grade import all_laws
from dropout_course import course
from dropout_course.engine.laws import known_mistakes


def listing() -> list[dict[str, Any]]:
    """Give one entry an exercise, in the order of the course."""
    entries = []
    for exercise in course.exercises().values():
        laws = [law for law in all_laws(exercise.stem) if law.exercise == exercise.id]
        hidden = sum(law.hidden for law in laws)
        mistakes = [m.id for m in known_mistakes(exercise.stem)[0] if m.exercise == exercise.id]
        entries.append(
            {
                "id": exercise.id,
                "chapter": exercise.chapter,
                "number": exercise.number,
                "title": exercise.title,
                "points": exercise.points,
                "names": list(exercise.names),
                "checks": {"visible": len(laws) - hidden, "hidden": hidden},
                "mistakes": mistakes,
            }
        )
    return entries
