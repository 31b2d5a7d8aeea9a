"""A class of students, from what they hand in to what nbgrader's gradebook holds.

`intake` reads a submitted folder and never raises, `rebuild` puts the student's answers into the
released notebook, `preprocessors` plug both and the referee into nbgrader, `collect` takes
submissions in, and `course` runs a whole course.
"""
