"""Say in one sentence why this interpreter can't make the environment, before anything is made.

Any Python can run this file, 2.7 included: whoever has an old one must be able to read why.
"""

import sys

OLDEST = (3, 11)  # as `requires-python` of packaging/autograder/pyproject.toml


def trouble():
    """Return what is missing and what to do, or an empty text."""
    if sys.version_info[:2] < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        wanted = ".".join(str(part) for part in OLDEST)
        return (
            "The course needs Python " + wanted + " or newer, and " + sys.executable + " is "
            "Python " + found + ". Install a newer one and name it: make PYTHON=python" + wanted
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return (
            sys.executable + " can't create an environment: its module venv is missing. "
            "On Debian and Ubuntu: sudo apt-get install python3-venv"
        )
    return ""


if __name__ == "__main__":
    sys.exit(trouble() or 0)
