"""The capstone: a repository with planted bugs, drawn per student, and its grading."""
