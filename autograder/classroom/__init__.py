"""A class of students, from what they hand in to what nbgrader's gradebook holds.

The rooms, in the order in which a submission sees them: `folder` is the course folder with its
lists and its lock, `collecting` takes submissions in, `submissions` makes one of them ready and has
it judged, `running` does that for a class, `gradebook` keeps the points, and `returns` gives
feedback, marks and the report. `course` runs a whole course; `offices` are the commands beside
grading.
"""
