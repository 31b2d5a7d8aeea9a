"""Our grading on other people's machines: Gradescope's containers, GitHub Classroom's runners.

`grading` grades one folder, `gradescope` and `github` make what each service wants, and say there
what came of it (``python -m autograder.elsewhere.gradescope``, ``….github``).
"""
