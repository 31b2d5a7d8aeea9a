"""The half of the engine that stands beside a student's code: it knows no law and no answer."""
