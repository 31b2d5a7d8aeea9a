"""What goes back: feedback to students, marks to platforms, the report to the instructor."""
