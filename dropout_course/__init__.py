"""What the notebooks of the course import: ``check``, known mistakes, and the ``lab``.

>>> from dropout_course import check
>>> check("dropout_inverted")          # in a notebook, after completing the exercise

The package needs numpy and matplotlib alone and holds no reference answer.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dropout_course.engine.checking import check

__version__ = "0.1.0"
__all__ = ["__version__", "check"]


def __getattr__(name: str) -> Any:
    """Load `check` when it is asked for: it brings the laws, which no graded process may hold."""
    if name != "check":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from dropout_course.engine.checking import check

    globals()["check"] = check
    return check


def __dir__() -> list[str]:
    return sorted({*globals(), "check"})
