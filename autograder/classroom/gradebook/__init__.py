"""nbgrader's gradebook: opened, written by one, and read for the points that count."""
