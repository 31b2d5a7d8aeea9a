"""What the notebooks of the course import: ``check``, known mistakes, and the ``lab``.

>>> from dropout_course import check
>>> check("dropout_inverted")          # in a notebook, after completing the exercise

The package needs numpy and matplotlib alone and holds no reference answer.
"""

from dropout_course.engine.checking import check

__version__ = "0.1.0"
__all__ = ["__version__", "check"]
