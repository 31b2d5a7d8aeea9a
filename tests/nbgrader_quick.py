"""A plugin for nbgrader's own tests: alembic is asked once for its version, not for each gradebook.

It takes two seconds of the processor each time, and says the same.
"""

from functools import lru_cache

import nbgrader.api

nbgrader.api.get_alembic_version = lru_cache(maxsize=1)(nbgrader.api.get_alembic_version)
