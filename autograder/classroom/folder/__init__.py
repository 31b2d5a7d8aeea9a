"""The course folder: settings and lists, the lock on it, its logs, and its end."""
