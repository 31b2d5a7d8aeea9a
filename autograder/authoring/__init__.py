"""From a chapter's source to its page, its notebook and `exercises.json`."""
