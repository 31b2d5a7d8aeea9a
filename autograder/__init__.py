"""The instructor's side: authoring, hidden checks, the referee, the sandbox, the class."""
