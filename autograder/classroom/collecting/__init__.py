"""What comes in: from nbgrader's exchange, from folders, and from what platforms deliver."""
